//! What this project can be asked to do: `cargo xtask serve | dist | test | bench | backbone`.
//! Here live the subcommands and nothing else; each has a file of its own.

mod backbone;
mod bench;
mod bindgen;
mod compress;
mod dist;
mod fingerprint;
mod npm;
mod optimise;
mod process;
mod serve;
mod server;
mod site;
mod test;
mod tools;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Builds, serves, tests and measures the page.")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Builds the page and serves it on this machine.
    Serve(serve::Options),
    /// Builds the page for a host into dist/: optimised, with compressed copies.
    Dist,
    /// Runs every check: formatting, lints, native tests, wasm tests, tests in a browser.
    Test {
        /// Only the checks whose names contain one of these words.
        only: Vec<String>,
    },
    /// Measures the optimised page and its engine in a real browser, beside its peer.
    Bench {
        /// Only the parts whose names contain one of these words.
        only: Vec<String>,
    },
    /// Stores a pretrained backbone in half precision where the page finds it.
    Backbone {
        /// A safetensors file in single precision.
        file: PathBuf,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    let workspace = Workspace::find()?;
    match task {
        Task::Serve(options) => serve::serve(&workspace, &options),
        Task::Dist => dist::dist(&workspace),
        Task::Test { only } => test::test(&workspace, &only),
        Task::Bench { only } => bench::bench(&workspace, &only),
        Task::Backbone { file } => backbone::store(&workspace, &file),
    }
}
