//! Builds the page and serves it, so that one command on a machine with only Rust shows it.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::server::Place;
use crate::site;
use crate::workspace::Workspace;

/// Where and what to serve.
#[derive(Args)]
pub struct Options {
    /// The port; 0 takes any free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The host name or address to listen on.
    #[arg(long, default_value = "localhost")]
    host: String,
    /// The path that the page is served under.
    #[arg(long, default_value = "/", value_name = "PATH")]
    under: String,
    /// Serves this folder as it is instead of building the page.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

/// Serves the page until the process is ended. The address is printed once it answers.
///
/// # Errors
/// When the port is taken or the page cannot be built.
pub fn serve(workspace: &Workspace, options: &Options) -> Result<()> {
    let place = Place::take(&options.host, options.port)?;
    let folder = match &options.folder {
        Some(folder) => folder.clone(),
        None => {
            println!("Building the page; the first time takes several minutes ...");
            site::build(workspace)?
        }
    };
    let running = place.serve(folder, &options.under)?;
    println!("Headstart is at {} (end with Ctrl-C)", running.address());
    running.wait()
}
