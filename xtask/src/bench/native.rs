//! The graphics card's kernels natively, where there is a card: the bench program without a browser
//! around it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::process;
use crate::workspace::Workspace;

/// Where drivers of Vulkan say that they are there, on Linux.
const DRIVERS: [&str; 4] = [
    "/etc/vulkan/icd.d",
    "/usr/share/vulkan/icd.d",
    "/usr/local/share/vulkan/icd.d",
    "/usr/local/etc/vulkan/icd.d",
];
/// Files of drivers that somebody names instead.
const NAMED_DRIVERS: [&str; 2] = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"];

/// Builds the program and lets it measure. It says itself what it finds; where no driver is there
/// to begin with, the graphics library need not be compiled to learn it.
///
/// # Errors
/// When the program does not compile, or kernels do not compute what the CPU does.
pub fn measure(workspace: &Workspace) -> Result<()> {
    let named = NAMED_DRIVERS.iter().filter_map(env::var_os);
    if cfg!(target_os = "linux") && !has_driver(named, DRIVERS.map(PathBuf::from)) {
        println!(
            "The native kernels were not measured: no driver for Vulkan was found. Name its file \
             in VK_DRIVER_FILES if there is one."
        );
        return Ok(());
    }
    let mut build = Command::new("cargo");
    build.current_dir(workspace.root());
    build.args(["build", "--locked", "--release", "--package", "headstart"]);
    build.args(["--no-default-features", "--features", "bench", "--bin", "bench"]);
    // The card computes: what the linker could still gain here takes it ten minutes.
    build.args(["--config", "profile.release.lto=false"]);
    process::run(&mut build)?;
    let result = workspace.target().join("bench-native.json");
    // An older one would be taken for this run's.
    if result.is_file() {
        fs::remove_file(&result).with_context(|| format!("cannot remove {}", result.display()))?;
    }
    let mut bench = Command::new(workspace.target().join("release/bench"));
    process::run(bench.arg("--json").arg(result))
}

/// Whether a driver is named, or described in one of the folders.
fn has_driver(
    mut named: impl Iterator<Item = OsString>,
    folders: impl IntoIterator<Item = PathBuf>,
) -> bool {
    let describes = |folder: PathBuf| {
        let mut files = folder.read_dir().into_iter().flatten().flatten();
        files.any(|file| file.path().extension().is_some_and(|extension| extension == "json"))
    };
    named.any(|files| !files.is_empty()) || folders.into_iter().any(describes)
}

#[cfg(test)]
mod tests {
    use std::iter;

    use super::*;

    #[test]
    fn a_driver_is_there_when_it_is_named_or_described() -> Result<()> {
        let place = tempfile::tempdir()?;
        let [empty, full] = ["empty", "full"].map(|folder| place.path().join(folder));
        for folder in [&empty, &full] {
            fs::create_dir(folder)?;
        }
        fs::write(full.join("card.json"), "{}")?;
        assert!(!has_driver(iter::empty(), [empty.clone(), place.path().join("missing")]));
        assert!(has_driver(iter::empty(), [empty.clone(), full]));
        assert!(has_driver(iter::once("card.json".into()), [empty.clone()]));
        assert!(!has_driver(iter::once(OsString::new()), [empty]));
        Ok(())
    }
}
