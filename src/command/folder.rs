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

/// What a folder holds, sorted, without hidden entries. Links, which could go in circles, and what
/// is neither file nor folder, which could wait forever, are left out and told.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let failed = |cause| CommandError::Read { path: folder.to_owned(), cause };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let path = entry.path();
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() || kind.is_file() {
            paths.push(path);
        } else {
            let why = if kind.is_symlink() { "Links are not followed." } else { "It is no file." };
            eprintln!("headstart: left out {}: {why}", printable(&path.to_string_lossy()));
        }
    }
    paths.sort();
    Ok(paths)
}

/// The last part of a path, for messages and class names.
pub fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
