//! The site as it goes to a host: optimised, with compressed copies beside the files.

use std::path::PathBuf;

use anyhow::Result;

use crate::compress::{self, Sizes};
use crate::npm;
use crate::optimise;
use crate::site::{self, PAGE, WORKER};
use crate::tools;
use crate::workspace::Workspace;

/// A site that was laid out for a host.
pub struct Dist {
    /// Its folder.
    pub folder: PathBuf,
    /// Its files, without the compressed copies.
    pub sizes: Vec<Sizes>,
}

/// Builds the site into `dist/` and prints what it weighs.
///
/// # Errors
/// When something does not build.
pub fn dist(workspace: &Workspace) -> Result<()> {
    let built = build(workspace)?;
    print_sizes(&built.sizes);
    println!("The site is in {}", built.folder.display());
    Ok(())
}

/// Builds the site into `dist/`.
///
/// # Errors
/// When something does not build.
pub fn build(workspace: &Workspace) -> Result<Dist> {
    let made = site::compile(workspace)?;
    let programs = if tools::has_node() || tools::may_install() {
        tools::ensure_node()?;
        npm::install(&workspace.wasm_opt())?;
        let optimised = |program| {
            optimise::optimise(workspace, program, &site::program_folder(workspace, program))
        };
        vec![optimised(&WORKER)?, optimised(&PAGE)?]
    } else {
        println!("Node and npm are missing, so the wasm stays as the compiler made it.");
        made
    };
    let mut files = site::files(workspace, &programs)?;
    let sizes = compress::add_copies(&mut files, &workspace.target().join("dist-compressed"))?;
    let folder = workspace.root().join("dist");
    site::lay_out(&files, &folder)?;
    Ok(Dist { folder, sizes })
}

fn print_sizes(sizes: &[Sizes]) {
    println!("{:>12} {:>12}  file", "bytes", "brotli");
    for file in sizes {
        println!("{:>12} {:>12}  {}", file.raw, file.brotli, file.served.display());
    }
    let (raw, brotli) =
        sizes.iter().fold((0, 0), |(raw, brotli), file| (raw + file.raw, brotli + file.brotli));
    println!("{raw:>12} {brotli:>12}  in all");
}
