//! Node packages at the versions that a lock file pins, installed beside it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::fingerprint::{fingerprint, is_current, mark_current};
use crate::process;

/// Makes sure that `folder/node_modules` holds what `folder/package-lock.json` says.
///
/// # Errors
/// When the lock file is missing or npm fails, most often for want of a network.
pub fn install(folder: &Path) -> Result<()> {
    let lock = folder.join("package-lock.json");
    let pinned = std::fs::read(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
    let wanted = fingerprint(&[&pinned]);
    let modules = folder.join("node_modules");
    let marked = modules.join("headstart");
    if modules.is_dir() && is_current(&marked, &wanted) {
        return Ok(());
    }
    process::run(Command::new("npm").current_dir(folder).args([
        "ci",
        "--no-audit",
        "--no-fund",
        "--loglevel",
        "error",
    ]))
    .with_context(|| {
        format!(
            "the Node packages of {} could not be installed; connect to the network and run this \
             again",
            folder.display()
        )
    })?;
    mark_current(&marked, &wanted)
}
