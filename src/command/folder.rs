//! Finds the pictures of a folder of class folders.

use std::path::{Path, PathBuf};

use super::CommandError;
use super::compare::printable;

/// The picture files of one class, sorted by path.
#[derive(Debug)]
pub struct ClassFolder {
    /// The folder's name.
    pub name: String,
    /// Its files, and those of folders below it.
    pub files: Vec<PathBuf>,
}

/// Reads a folder with one folder a class. Hidden files and folders are left out.
///
/// # Errors
/// When it is no folder, cannot be read, or has no folders in it.
pub fn class_folders(folder: &Path) -> Result<Vec<ClassFolder>, CommandError> {
    if !folder.is_dir() {
        return Err(CommandError::NoFolder { path: folder.to_owned() });
    }
    let mut classes = Vec::new();
    for path in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        let mut files = Vec::new();
        add_files(&path, &mut files)?;
        classes.push(ClassFolder { name: name_of(&path), files });
    }
    if classes.is_empty() {
        return Err(CommandError::NoClasses { path: folder.to_owned() });
    }
    Ok(classes)
}

fn add_files(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), CommandError> {
    for path in entries(folder)? {
        if path.is_dir() {
            add_files(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// What a folder holds, sorted, without hidden entries and without links, which could go in
/// circles; links are told.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let failed = |cause| CommandError::Read { path: folder.to_owned(), cause };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if entry.file_type().map_err(failed)?.is_symlink() {
            eprintln!("headstart: left out {}: links are not followed", printable(&name));
        } else if !name.starts_with('.') {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

/// The last part of a path, for messages and class names.
pub fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
