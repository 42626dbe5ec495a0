//! The program that was built, and a folder to run it in.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of the system's that is gone when the test is over.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("headstart-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a folder for the test");
        Self(path)
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs the program in a folder.
pub fn headstart(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_headstart"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program starts")
}

/// What it told on the standard error.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Two drawn classes of eight pictures each in `set`.
pub fn small_set(folder: &Folder) {
    let drawn = headstart(&["draw", "fruit", "all", "--seed", "4"], &folder.0);
    assert!(drawn.status.success(), "{}", said(&drawn));
    for class in ["Apple", "Banana"] {
        let target = folder.join("set").join(class);
        std::fs::create_dir_all(&target).expect("a class folder");
        let files = std::fs::read_dir(folder.join("all").join(class)).expect("the drawn class");
        let mut files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
        files.sort();
        for file in &files[..8] {
            std::fs::copy(file, target.join(file.file_name().expect("a name"))).expect("a copy");
        }
    }
}
