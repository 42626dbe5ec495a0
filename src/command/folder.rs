//! Finds the pictures of a folder of class folders, or of a ZIP archive of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::CommandError;
use super::compare::{Driver, printable};
use crate::session::{ArchiveEntry, ArchiveId, Command, EntryId, Event, FileName, Scene};

/// A picture of a class.
#[derive(Debug)]
pub enum PictureFile {
    /// A file of its own.
    Path(PathBuf),
    /// One in an archive that the session has open.
    Entry {
        /// Its name.
        name: String,
        /// In which setting a project has it.
        scene: Scene,
        /// The burst that a project has it in.
        burst: Option<u32>,
        /// Where it is.
        entry: EntryId,
    },
}

impl PictureFile {
    /// Its name, for messages.
    pub fn name(&self) -> String {
        match self {
            Self::Path(path) => name_of(path),
            Self::Entry { name, .. } => name.clone(),
        }
    }
}

/// The picture files of one class, sorted by path.
#[derive(Debug)]
pub struct ClassFolder {
    /// The folder's name.
    pub name: String,
    /// Its files, and those of folders below it.
    pub files: Vec<PictureFile>,
}

impl Driver {
    /// Reads a folder with one folder a class, or has the session open an archive, where the nearest
    /// folder is the class as on the page.
    pub(super) fn classes_in(&mut self, place: &Path) -> Result<Vec<ClassFolder>, CommandError> {
        if place.is_file() && FileName(&name_of(place)).is_archive() {
            self.classes_of_archive(place)
        } else {
            class_folders(place)
        }
    }

    fn classes_of_archive(&mut self, path: &Path) -> Result<Vec<ClassFolder>, CommandError> {
        let failed = |cause| CommandError::Read { path: path.to_owned(), cause };
        let file = std::fs::File::open(path).map_err(failed)?;
        let archive = ArchiveId(self.archives);
        self.archives += 1;
        self.session.give_archive(archive, Box::new(file));
        self.session.submit(Command::AddArchive { archive, name: name_of(path) });
        // Two classes of a project may be called alike, and stay two.
        let mut classes = BTreeMap::<(String, Option<usize>), Vec<PictureFile>>::new();
        self.work(|event| {
            match event {
                Event::ArchiveListed { entries, refused, project, .. } => {
                    for sample in project.iter().flat_map(|project| &project.samples) {
                        eprintln!(
                            "headstart: left out “{}” with seed {}: the drawn pictures of a project \
                             are not in its file. Draw them into a folder with `headstart draw`.",
                            sample.task.title(),
                            sample.seed
                        );
                    }
                    for refused in refused {
                        let refusal = &refused.refusal;
                        let (path, reason) = (printable(&refused.path), &refusal.reason);
                        eprintln!("headstart: left out {path}: {reason} {}", refusal.remedy);
                    }
                    for (index, entry) in (0..).zip(entries) {
                        let ArchiveEntry { name, folder, class, scene, burst } = entry;
                        let entry = EntryId { archive, index };
                        let file = PictureFile::Entry { name, scene, burst, entry };
                        classes.entry((folder, class)).or_default().push(file);
                    }
                }
                Event::ArchiveRefused { refusal, .. } => {
                    let (reason, remedy) = (refusal.reason, refusal.remedy);
                    return Err(CommandError::Refused { reason, remedy });
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(classes.into_iter().map(|((name, _), files)| ClassFolder { name, files }).collect())
    }
}

/// Reads a folder with one folder a class. Hidden files and folders are left out.
///
/// # Errors
/// When it is no folder, cannot be read, or has no folders in it.
fn class_folders(folder: &Path) -> Result<Vec<ClassFolder>, CommandError> {
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

fn add_files(folder: &Path, files: &mut Vec<PictureFile>) -> Result<(), CommandError> {
    for path in entries(folder)? {
        if path.is_dir() {
            add_files(&path, files)?;
        } else {
            files.push(PictureFile::Path(path));
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
