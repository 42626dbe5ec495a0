//! Makes the wasm smaller and faster than the compiler leaves it, with npm's wasm-opt. What was
//! already made from the very same input is kept.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::bindgen;
use crate::fingerprint::{fingerprint, is_current, mark_current};
use crate::process;
use crate::site::Program;
use crate::workspace::Workspace;

/// What the compiler uses and every browser with WebGPU has.
const FEATURES: [&str; 8] = [
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Optimises what wasm-bindgen made of a program and returns the folder with the result.
///
/// # Errors
/// When a file cannot be read or written or wasm-opt fails.
pub fn optimise(workspace: &Workspace, program: &Program, made: &Path) -> Result<PathBuf> {
    let folder = workspace.target().join("dist-programs").join(program.name);
    let source = bindgen::wasm_of(made, program.name);
    let wasm = fs::read(&source).with_context(|| format!("cannot read {}", source.display()))?;
    let script = made.join(format!("{}.js", program.name));
    let settings = [program.optimisation, FEATURES.join(" ").as_str()].join(" ");
    let goal = bindgen::wasm_of(&folder, program.name);
    let input = fingerprint(&[settings.as_bytes(), &wasm]);
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    if !is_current(&folder, &input) || !goal.is_file() {
        let tool = workspace.wasm_opt().join("node_modules/.bin/wasm-opt");
        process::run(
            Command::new(tool)
                .arg(&source)
                .arg(program.optimisation)
                .args(FEATURES)
                .arg("--output")
                .arg(&goal),
        )?;
        mark_current(&folder, &input)?;
    }
    fs::copy(&script, folder.join(format!("{}.js", program.name)))
        .with_context(|| format!("cannot copy {}", script.display()))?;
    Ok(folder)
}
