//! From compiled Rust to what a browser loads: wasm and the JavaScript beside it. What was already
//! made from the very same input is kept, so that a second run costs nothing.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::fingerprint::{fingerprint, is_current, mark_current};

/// Goes up when the settings below change, so that older output is not taken for current.
const SETTINGS: &str = "wasm-bindgen 0.2.130, web, no typescript, settings 1";

/// Generates `NAME.js` and `NAME_bg.wasm` from a compiled program into `folder`.
///
/// # Errors
/// When the program cannot be read or the generator fails.
pub fn generate(program: &Path, name: &str, folder: &Path) -> Result<()> {
    let bytes = fs::read(program).with_context(|| format!("cannot read {}", program.display()))?;
    let input = fingerprint(&[SETTINGS.as_bytes(), &bytes]);
    let made = [folder.join(format!("{name}.js")), wasm_of(folder, name)];
    if is_current(folder, &input) && made.iter().all(|file| file.is_file()) {
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot clear {}", folder.display()))?;
    }
    Bindgen::new()
        .input_bytes(name, bytes)
        .out_name(name)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(folder)
        .with_context(|| format!("wasm-bindgen failed on {}", program.display()))?;
    mark_current(folder, &input)
}

/// The wasm file that [`generate`] makes.
pub fn wasm_of(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}_bg.wasm"))
}
