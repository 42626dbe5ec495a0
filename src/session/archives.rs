//! Archives of pictures that are open.

use std::collections::{BTreeMap, HashSet};

use super::message::{
    ArchiveEntry, ArchiveId, EntryId, Event, Project, ProjectPicture, Refusal, RefusedEntry,
};
use super::notes::{BadNotes, NOTES, Places, broken, newer, not_there, take_notes};
use crate::data::{Archive, ArchiveError, ArchiveFile, Listing, Scene};

/// Archives by their ids.
#[derive(Default)]
pub(super) struct Archives {
    /// Files that came beside a command that is not carried out yet.
    given: BTreeMap<ArchiveId, Box<dyn ArchiveFile>>,
    open: BTreeMap<ArchiveId, Archive>,
}

impl Archives {
    /// Keeps a file until it is to be listed.
    pub fn give(&mut self, archive: ArchiveId, file: Box<dyn ArchiveFile>) {
        self.given.insert(archive, file);
    }

    /// Lets a file go that is not to be listed any more.
    pub fn forget(&mut self, archive: ArchiveId) {
        self.given.remove(&archive);
    }

    /// Opens an archive and tells what is in it.
    pub fn list(&mut self, archive: ArchiveId, name: String) -> Event {
        self.open.remove(&archive);
        match self.opened(archive, &name) {
            Ok((opened, listed)) => {
                self.open.insert(archive, opened);
                let Listed { entries, refused, clutter, project } = listed;
                Event::ArchiveListed { archive, name, entries, refused, clutter, project }
            }
            Err(refusal) => Event::ArchiveRefused { archive, name, refusal },
        }
    }

    fn opened(&mut self, archive: ArchiveId, name: &str) -> Result<(Archive, Listed), Refusal> {
        let file = self.given.remove(&archive).ok_or(ArchiveError::Unreadable);
        let (mut opened, listing) = file
            .and_then(Archive::open)
            .map_err(|error| Refusal { reason: error.to_string(), remedy: error.remedy() })?;
        let clutter = listing.clutter;
        let mut refused = refused(listing, name);
        let project = match take_notes(&mut opened) {
            Some(Ok(project)) => Some(project),
            Some(Err(BadNotes::Newer(format))) => return Err(newer(format)),
            Some(Err(BadNotes::Broken)) => {
                refused.push(RefusedEntry { path: NOTES.to_owned(), refusal: broken() });
                None
            }
            None => None,
        };
        let (entries, project) = match project {
            Some(project) => {
                let (entries, project) = entries_of_project(&mut opened, project, &mut refused);
                (entries, Some(Box::new(project)))
            }
            None => (entries_of(&opened, name), None),
        };
        Ok((opened, Listed { entries, refused, clutter, project }))
    }

    /// The bytes of an entry.
    pub fn read(&self, entry: EntryId) -> Result<Vec<u8>, Refusal> {
        let archive = self.open.get(&entry.archive).ok_or_else(|| Refusal {
            reason: "The archive that it is in is not open.".to_owned(),
            remedy: "Add the archive again.".to_owned(),
        })?;
        let read = archive.read(entry.index as usize);
        read.map_err(|error| Refusal { reason: error.to_string(), remedy: error.remedy() })
    }
}

/// What is in an archive.
struct Listed {
    entries: Vec<ArchiveEntry>,
    refused: Vec<RefusedEntry>,
    clutter: usize,
    project: Option<Box<Project>>,
}

/// An archive's pictures by their folders.
fn entries_of(archive: &Archive, name: &str) -> Vec<ArchiveEntry> {
    let entries = archive.entries().map(|(entry, folder)| ArchiveEntry {
        name: entry.to_owned(),
        folder: folder.unwrap_or(stem(name)).to_owned(),
        class: None,
        scene: Scene::Usual,
        burst: None,
    });
    entries.collect()
}

/// A project's pictures in its order, and behind them what else is in its archive. Pictures that are not
/// there are refused. The project has none itself any more.
fn entries_of_project(
    archive: &mut Archive,
    mut project: Project,
    refused: &mut Vec<RefusedEntry>,
) -> (Vec<ArchiveEntry>, Project) {
    let places = Places::arrange(&project, archive);
    let mut pictures: Vec<Option<ProjectPicture>> =
        std::mem::take(&mut project.pictures).into_iter().map(Some).collect();
    let class_name = |place: usize| project.classes.get(place).map(|class| class.name.clone());
    let mut entries = Vec::new();
    for (path, (name, folder)) in archive.paths().zip(archive.entries()) {
        let known = places.picture(path).and_then(|place| pictures.get_mut(place)?.take());
        entries.push(match known {
            Some(ProjectPicture { name, class, scene, burst, .. }) => ArchiveEntry {
                name,
                folder: class_name(class).unwrap_or_default(),
                class: Some(class),
                scene,
                burst,
            },
            None => {
                let folder = folder.unwrap_or("Archive");
                let class = places.class_of_folder(folder);
                ArchiveEntry {
                    name: name.to_owned(),
                    folder: class.and_then(class_name).unwrap_or_else(|| folder.to_owned()),
                    class,
                    scene: Scene::Usual,
                    burst: None,
                }
            }
        });
    }
    // Those that cannot be had, the archive has told of.
    let told: HashSet<String> = refused.iter().map(|refused| refused.path.clone()).collect();
    for ProjectPicture { name, path, .. } in pictures.into_iter().flatten() {
        if !told.contains(&path) {
            refused.push(RefusedEntry { path: name, refusal: not_there() });
        }
    }
    (entries, project)
}

/// What an archive's name says of what is in it.
fn stem(name: &str) -> &str {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem).trim();
    if stem.is_empty() { "Archive" } else { stem }
}

/// What of an archive cannot be had, in words.
fn refused(listing: Listing, name: &str) -> Vec<RefusedEntry> {
    let rest = listing.is_cut_short.then(|| RefusedEntry {
        path: name.to_owned(),
        refusal: Refusal {
            reason: "The archive’s directory ends too early: files behind the last one it names \
                     are left out."
                .to_owned(),
            remedy: "Fetch the archive again from where it came, or pack it again.".to_owned(),
        },
    });
    let refused = listing.refused.into_iter().map(|(path, error)| RefusedEntry {
        path,
        refusal: Refusal { reason: error.to_string(), remedy: error.remedy() },
    });
    refused.chain(rest).collect()
}
