//! The checks, one function each. A function returns an error only when its check could not be
//! run; a check that ran and failed is a count.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::count::Count;
use crate::npm;
use crate::process::{self, Kept};
use crate::site::{self, BENCH};
use crate::tools::{self, WASM};
use crate::workspace::Workspace;

/// Where cargo looks for what runs the tests of the wasm target.
const RUNNER: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER";

/// The program that measures a graphics card, natively.
const BENCH_PROGRAM: [&str; 8] = [
    "--locked",
    "--package",
    "headstart",
    "--no-default-features",
    "--features",
    "bench",
    "--bin",
    "bench",
];

/// The pictures that some native tests need. They lie beside the checkout where they are given;
/// elsewhere these tests count as skipped.
const SHARED_DATA: &str = "../shared/data";

/// Every file as rustfmt writes it.
pub fn formatting(workspace: &Workspace) -> Result<Count> {
    tools::ensure_component("rustfmt", "fmt")?;
    check(cargo(workspace, "fmt").args(["--all", "--check"]))
}

/// No warning in the library, the command line, the tasks and their tests.
pub fn lint_native(workspace: &Workspace) -> Result<Count> {
    tools::ensure_component("clippy", "clippy")?;
    let mut command = cargo(workspace, "clippy");
    command.args(["--locked", "--workspace", "--all-targets"]);
    command.args(["--features", "xtask/wasm-test-runner", "--", "--deny", "warnings"]);
    check(&mut command)
}

/// No warning in the page.
pub fn lint_page(workspace: &Workspace) -> Result<Count> {
    lint_wasm(workspace, &["--features", "page", "--lib", "--bin", "app"])
}

/// No warning in the worker, in what measures it and in the wasm tests.
pub fn lint_worker(workspace: &Workspace) -> Result<Count> {
    let bins = ["--bin", "worker", "--bin", "bench"];
    lint_wasm(workspace, &[&["--features", "bench", "--lib", "--test", "wasm"], &bins[..]].concat())
}

/// No warning in what measures a graphics card at hand, the only program that has the graphics
/// stack natively.
pub fn lint_bench(workspace: &Workspace) -> Result<Count> {
    tools::ensure_component("clippy", "clippy")?;
    let mut command = cargo(workspace, "clippy");
    command.args(BENCH_PROGRAM).args(["--", "--deny", "warnings"]);
    check(&mut command)
}

/// What the program that measures works out by itself, without a card; unoptimised, since compiling
/// the graphics stack is all that takes time.
pub fn test_bench(workspace: &Workspace) -> Result<Count> {
    suite(cargo(workspace, "test").args(BENCH_PROGRAM).args(["--profile", "plain"]))
}

fn lint_wasm(workspace: &Workspace, parts: &[&str]) -> Result<Count> {
    tools::ensure_component("clippy", "clippy")?;
    tools::ensure_wasm_target()?;
    let mut command = cargo(workspace, "clippy");
    command.args(["--locked", "--package", "headstart", "--target", WASM]);
    command.arg("--no-default-features").args(parts).args(["--", "--deny", "warnings"]);
    check(&mut command)
}

/// The engine's tests on this machine.
pub fn test_native(workspace: &Workspace) -> Result<Count> {
    let mut test = cargo(workspace, "test");
    test.args(["--locked", "--package", "headstart", "--package", "headstart-kernels"]);
    test.arg("--no-fail-fast");
    if workspace.root().join(SHARED_DATA).is_dir() {
        test.args(["--", "--include-ignored"]);
    }
    suite(&mut test)
}

/// The tests of the tasks themselves, in the profile that they are built in anyway.
pub fn test_tasks(workspace: &Workspace) -> Result<Count> {
    suite(cargo(workspace, "test").args(["--locked", "--package", "xtask", "--release"]))
}

/// Both programs compile and the site is complete.
pub fn build_site(workspace: &Workspace) -> Result<Count> {
    site::build(workspace)?;
    Ok(Count::check(true))
}

/// Compiles what the browser's steps need, so that they find it done: where parts are linked, one core
/// is busy and the others may do something else. What fails is done again by its own step, which tells
/// of it.
pub fn compile_ahead(workspace: &Workspace) -> Result<()> {
    site::build(workspace)?;
    site::compile_program(workspace, &BENCH)?;
    process::run(wasm_tests(workspace).arg("--no-run"))
}

fn wasm_tests(workspace: &Workspace) -> Command {
    let mut test = cargo(workspace, "test");
    test.args(["--locked", "--package", "headstart", "--target", WASM, "--profile", "web"]);
    test.args(["--no-default-features", "--features", "worker", "--test", "wasm"]);
    test
}

/// The engine's tests as wasm under Node, in the profile that the site was built in.
pub fn test_wasm(workspace: &Workspace) -> Result<Count> {
    tools::ensure_wasm_target()?;
    tools::ensure_node()?;
    let mut build = cargo(workspace, "build");
    build.args(["--locked", "--package", "xtask", "--release"]);
    build.args(["--features", "wasm-test-runner", "--bin", "wasm-test-runner"]);
    process::run(&mut build)?;
    let runner = workspace.target().join("release/wasm-test-runner");
    suite(wasm_tests(workspace).env(RUNNER, runner))
}

/// The page in a real browser, and the graphics card's kernels in the program that measures them.
pub fn test_browser(workspace: &Workspace) -> Result<Count> {
    tools::ensure_node()?;
    let chromium = tools::ensure_chromium()?;
    npm::install(&workspace.end_to_end())?;
    let site = site::build(workspace)?;
    let program = site::compile_program(workspace, &BENCH)?;
    process::run(cargo(workspace, "build").args(["--locked", "--bin", "headstart"]))?;
    let xtask = env::current_exe().context("this program cannot find itself")?;
    let mut test = Command::new("node");
    test.current_dir(workspace.end_to_end());
    test.args(["--test", "--test-concurrency=1", "--test-reporter=spec"]);
    test.args(browser_tests(&workspace.end_to_end())?);
    test.env("CHROMIUM", chromium)
        .env("SITE", site)
        .env("PROGRAM", program)
        .env("XTASK", xtask)
        .env("HEADSTART", workspace.target().join("debug/headstart"));
    suite(&mut test)
}

/// The test files, by name: whether Node takes a folder or a pattern depends on its version.
fn browser_tests(folder: &Path) -> Result<Vec<PathBuf>> {
    let reading = || format!("cannot read the folder {}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(reading)? {
        let file = entry.with_context(reading)?.path();
        if file.to_string_lossy().ends_with(".test.js") {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

fn cargo(workspace: &Workspace, subcommand: &str) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(workspace.root()).arg(subcommand);
    command
}

fn check(command: &mut Command) -> Result<Count> {
    let Kept { succeeded, .. } = process::run_and_keep(command)?;
    Ok(Count::check(succeeded))
}

fn suite(command: &mut Command) -> Result<Count> {
    let Kept { succeeded, output } = process::run_and_keep(command)?;
    Ok(Count::suite(&output, succeeded))
}
