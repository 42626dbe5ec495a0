//! The tools beyond rustup's Rust that a task needs: installed where we may, named where we may
//! not.

use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::process;

/// What the page and its engine are compiled to.
pub const WASM: &str = "wasm32-unknown-unknown";

/// A program and the Debian package that brings it.
struct Tool {
    program: &'static str,
    package: &'static str,
}

/// What runs the wasm tests and shrinks the wasm.
const NODE: &[Tool] =
    &[Tool { program: "node", package: "nodejs" }, Tool { program: "npm", package: "npm" }];

/// The oldest Node that the browser's driver runs on.
const OLDEST_NODE: u32 = 20;

/// What the end-to-end tests click through. `CHROMIUM` in the environment names another.
const CHROMIUM: Tool = Tool { program: "chromium", package: "chromium" };

/// Makes sure that the compiler can build for the browser.
///
/// # Errors
/// When the target is neither there nor can be had.
pub fn ensure_wasm_target() -> Result<()> {
    if has_wasm_target() {
        return Ok(());
    }
    println!("Adding the compiler target {WASM} ...");
    process::run(Command::new("rustup").args(["target", "add", WASM])).with_context(|| {
        format!(
            "the compiler target {WASM} is missing and could not be added; connect to the network \
             and run `rustup target add {WASM}`"
        )
    })
}

/// Makes sure that cargo has a subcommand that a component of rustup's brings.
///
/// # Errors
/// When the component is neither there nor can be had.
pub fn ensure_component(component: &str, subcommand: &str) -> Result<()> {
    if process::read(Command::new("cargo").args([subcommand, "--version"])).is_ok() {
        return Ok(());
    }
    println!("Adding the component {component} ...");
    process::run(Command::new("rustup").args(["component", "add", component])).with_context(|| {
        format!(
            "the component {component} is missing and could not be added; connect to the network \
             and run `rustup component add {component}`"
        )
    })
}

fn has_wasm_target() -> bool {
    let library =
        process::read(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM]));
    let Ok(library) = library else { return false };
    fs::read_dir(library.trim()).is_ok_and(|mut files| files.next().is_some())
}

/// Makes sure that Node and npm are there.
///
/// # Errors
/// When they are missing and cannot be installed, or are too old.
pub fn ensure_node() -> Result<()> {
    ensure_tools(NODE)?;
    let version = process::read(Command::new("node").arg("--version"))?;
    let major = version.trim().trim_start_matches('v').split('.').next().map(str::parse::<u32>);
    ensure!(
        matches!(major, Some(Ok(major)) if major >= OLDEST_NODE),
        "Node {} is too old: {OLDEST_NODE} or newer is needed. Debian has it from release 13 on",
        version.trim()
    );
    Ok(())
}

/// Makes sure that a browser for the tests is there, and returns its path.
///
/// # Errors
/// When it is missing and cannot be installed.
pub fn ensure_chromium() -> Result<String> {
    if let Ok(path) = std::env::var("CHROMIUM") {
        ensure!(process::exists(&path), "CHROMIUM names {path}, which cannot be started");
        return Ok(path);
    }
    ensure_tools(std::slice::from_ref(&CHROMIUM))?;
    let path = process::find(CHROMIUM.program).context("the browser is nowhere in PATH")?;
    Ok(path.to_string_lossy().into_owned())
}

/// Whether Node and npm are there, without installing them.
pub fn has_node() -> bool {
    NODE.iter().all(|tool| process::exists(tool.program))
}

/// Whether Debian's packages can be installed by whoever runs this.
pub fn may_install() -> bool {
    let is_debian = fs::exists("/etc/debian_version").unwrap_or(false);
    let is_root = process::read(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    is_debian && is_root
}

fn ensure_tools(tools: &[Tool]) -> Result<()> {
    let missing: Vec<&str> = tools
        .iter()
        .filter(|tool| !process::exists(tool.program))
        .map(|tool| tool.package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    ensure!(
        may_install(),
        "{list} missing. Install it with your system's package manager and run this again."
    );
    println!("Installing {list} ...");
    let mut install = Command::new("apt-get");
    install
        .args(["install", "--yes", "--quiet", "--no-install-recommends"])
        .args(&missing)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdout(Stdio::null());
    let mut update = Command::new("apt-get");
    update.args(["update", "--quiet"]).stdout(Stdio::null());
    process::run(&mut update).and_then(|()| process::run(&mut install)).with_context(|| {
        format!(
            "{list} missing and could not be installed; connect to the network and run \
                 `apt-get update && apt-get install {list}`"
        )
    })
}
