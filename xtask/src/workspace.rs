//! Where things are: the folders of this checkout that the tasks read from and write to.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

/// The folders of this checkout.
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Finds the checkout that this program was built from.
    ///
    /// # Errors
    /// When the checkout has been moved since.
    pub fn find() -> Result<Self> {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = package.parent().unwrap_or(package).to_path_buf();
        ensure!(
            root.join("Cargo.toml").is_file(),
            "The checkout {} is gone or was moved. Run `cargo xtask` from where it is now.",
            root.display()
        );
        let target =
            env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        Ok(Self { root, target })
    }

    /// The checkout.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What cargo builds into.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// The pinned wasm optimiser.
    pub fn wasm_opt(&self) -> PathBuf {
        self.root.join("xtask/wasm-opt")
    }

    /// The tests that click through the page.
    pub fn end_to_end(&self) -> PathBuf {
        self.root.join("tests/e2e")
    }

    /// What measures the page and the engine in a browser, and the peer.
    pub fn bench(&self) -> PathBuf {
        self.root.join("tests/bench")
    }

    /// Files that are served as they are.
    pub fn static_files(&self) -> PathBuf {
        self.root.join("static")
    }
}
