//! The site: which files it has, where each comes from, and how a folder is made to hold exactly
//! them. Nothing in it depends on the address it is served under.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::bindgen;
use crate::process;
use crate::tools::{self, WASM};
use crate::workspace::Workspace;

/// A program that the browser runs.
pub struct Program {
    /// The name of the binary, and its cargo profile and feature.
    pub name: &'static str,
    profile: &'static str,
    feature: &'static str,
    /// For what the whole of it is optimised where its parts meet. Each part keeps what its profile
    /// says of it; only this decides whether loops of those for speed are unrolled and made vectors.
    link: &'static str,
    /// How `dist` lets wasm-opt treat it.
    pub optimisation: &'static str,
}

/// The engine, in a worker. Arithmetic, so speed comes before size.
pub const WORKER: Program = Program {
    name: "worker",
    profile: "web",
    feature: "worker",
    link: "-Copt-level=3",
    optimisation: "-O3",
};

/// The page itself. It waits for people, so size comes before speed.
pub const PAGE: Program = Program {
    name: "app",
    profile: "page",
    feature: "page",
    link: "-Copt-level=z",
    optimisation: "-Oz",
};

/// What `bench` measures in the browser, built as the worker is. No part of the site.
pub const BENCH: Program = Program {
    name: "bench",
    profile: "web",
    feature: "bench",
    link: "-Copt-level=3",
    optimisation: "-O3",
};

/// The files of a site: where each is served, and where it comes from.
pub type Files = BTreeMap<PathBuf, PathBuf>;

/// Builds the site for local use and returns its folder.
///
/// # Errors
/// When a program does not compile or a file cannot be read or written.
pub fn build(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target().join("site");
    lay_out(&files(workspace, &compile(workspace)?)?, &folder)?;
    Ok(folder)
}

/// Compiles both programs of the site and returns the folders with what wasm-bindgen made of them.
///
/// # Errors
/// When the compiler target is missing or a program does not compile.
pub fn compile(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    [WORKER, PAGE].into_iter().map(|program| compile_program(workspace, &program)).collect()
}

/// Compiles a program and returns the folder with what wasm-bindgen made of it.
///
/// # Errors
/// When the compiler target is missing or the program does not compile.
pub fn compile_program(workspace: &Workspace, program: &Program) -> Result<PathBuf> {
    tools::ensure_wasm_target()?;
    process::run(&mut cargo_build(workspace, program))?;
    let compiled =
        workspace.target().join(WASM).join(program.profile).join(format!("{}.wasm", program.name));
    let folder = program_folder(workspace, program);
    bindgen::generate(&compiled, program.name, &folder)?;
    Ok(folder)
}

/// Where [`compile`] leaves what wasm-bindgen made of a program.
pub fn program_folder(workspace: &Workspace, program: &Program) -> PathBuf {
    workspace.target().join("site-programs").join(program.name)
}

fn cargo_build(workspace: &Workspace, program: &Program) -> Command {
    let mut command = Command::new("cargo");
    command
        .current_dir(workspace.root())
        .args(["rustc", "--locked", "--package", "headstart", "--no-default-features"])
        .args(["--target", WASM, "--profile", program.profile])
        .args(["--features", program.feature, "--bin", program.name])
        .args(["--", program.link]);
    command
}

/// Lists the files of the site: the page, what is served as it is, and both programs.
///
/// # Errors
/// When a folder cannot be read.
pub fn files(workspace: &Workspace, programs: &[PathBuf]) -> Result<Files> {
    let mut files = Files::new();
    files.insert("index.html".into(), workspace.root().join("index.html"));
    gather(&workspace.static_files(), Path::new("static"), &mut files)?;
    for folder in programs {
        gather(folder, Path::new("pkg"), &mut files)?;
    }
    Ok(files)
}

/// Adds every file below `source` to `files`, served below `place`.
fn gather(source: &Path, place: &Path, files: &mut Files) -> Result<()> {
    let reading = || format!("cannot read the folder {}", source.display());
    for entry in fs::read_dir(source).with_context(reading)? {
        let entry = entry.with_context(reading)?;
        let served = place.join(entry.file_name());
        if entry.file_type().with_context(reading)?.is_dir() {
            gather(&entry.path(), &served, files)?;
        } else {
            files.insert(served, entry.path());
        }
    }
    Ok(())
}

/// Makes `folder` hold exactly these files. A file that is already right is left alone.
///
/// # Errors
/// When a file cannot be read, written or removed.
pub fn lay_out(files: &Files, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let mut present = Files::new();
    gather(folder, Path::new(""), &mut present)?;
    for (served, stale) in present.iter().filter(|(served, _)| !files.contains_key(*served)) {
        fs::remove_file(stale).with_context(|| format!("cannot remove {}", served.display()))?;
    }
    for (served, source) in files {
        let bytes =
            fs::read(source).with_context(|| format!("cannot read {}", source.display()))?;
        write_if_different(&folder.join(served), &bytes)?;
    }
    Ok(())
}

/// Writes a file unless it already holds these bytes.
///
/// # Errors
/// When the file or its folder cannot be written.
pub fn write_if_different(goal: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(goal).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    if let Some(parent) = goal.parent() {
        fs::create_dir_all(parent)
            .with_context(|| format!("cannot create {}", parent.display()))?;
    }
    fs::write(goal, bytes).with_context(|| format!("cannot write {}", goal.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_holds_exactly_the_files_of_the_site() -> Result<()> {
        let place = tempfile::tempdir()?;
        let (source, goal) = (place.path().join("source"), place.path().join("goal"));
        fs::create_dir_all(source.join("icons"))?;
        fs::write(source.join("icons/a.svg"), "<svg/>")?;
        fs::create_dir_all(goal.join("static/icons"))?;
        fs::write(goal.join("static/icons/gone.svg"), "old")?;
        fs::write(goal.join("static/icons/a.svg"), "old")?;

        let mut files = Files::new();
        gather(&source, Path::new("static"), &mut files)?;
        lay_out(&files, &goal)?;

        assert_eq!(fs::read_to_string(goal.join("static/icons/a.svg"))?, "<svg/>");
        assert!(!goal.join("static/icons/gone.svg").exists());
        Ok(())
    }

    #[test]
    fn a_missing_source_is_named() {
        let files = Files::from([("index.html".into(), "nowhere/index.html".into())]);
        let place = tempfile::tempdir().expect("a temporary folder");
        let error = lay_out(&files, place.path()).err();
        let message = error.map(|error| error.to_string()).unwrap_or_default();
        assert!(message.contains("nowhere/index.html"), "{message}");
    }
}
