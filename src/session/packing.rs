//! A project on its way into a file: pictures are packed one by one, and what is packed is handed out
//! in parts, so that no more than a part and a picture is ever in memory.

use super::message::{Event, Project, ProjectPicture, Refusal, RefusedEntry};
use super::notes::{MOST_NOTES_BYTES, NOTES, checked};
use crate::data::{MOST_ENTRIES, Packer, SafeNames, Scene};

/// Bytes of a part, or as many more as the last picture had.
const PART: usize = 4 << 20;

/// What has become of a picture.
#[derive(Clone, PartialEq)]
enum Fate {
    /// It has yet to come.
    Awaited,
    Packed,
    Missing(Refusal),
}

/// A project that is being packed.
pub(super) struct Packing {
    project: Project,
    packer: Packer,
    /// One for each of the project's pictures.
    fates: Vec<Fate>,
}

impl Packing {
    /// Begins with the names of folders and files.
    ///
    /// # Errors
    /// When the project is too large to be read again.
    pub fn begin(project: Project) -> Result<Self, Refusal> {
        let pictures = project.pictures.len();
        let mut project = checked(project).ok_or_else(|| too_much(pictures))?;
        let mut names = SafeNames::default();
        names.reserve(NOTES);
        for class in &mut project.classes {
            class.folder = names.folder(&class.name);
        }
        // Apart from the others also for whoever only knows folders, so that they are not learned from.
        let mut apart = vec![None::<String>; project.classes.len()];
        for picture in &mut project.pictures {
            let (Some(class), Some(apart)) =
                (project.classes.get(picture.class), apart.get_mut(picture.class))
            else {
                continue;
            };
            let folder = match picture.scene {
                Scene::Usual => &class.folder,
                Scene::New => &*apart.get_or_insert_with(|| {
                    names.folder(&format!("{} - new setting", class.folder))
                }),
            };
            picture.path = names.file(folder, &picture.name);
        }
        let fates = vec![Fate::Awaited; project.pictures.len()];
        Ok(Self { project, packer: Packer::default(), fates })
    }

    /// Packs the picture at a place of the project, or notes why it is not there. One that has come
    /// already changes nothing. Returns a part of the archive when there is one.
    ///
    /// # Errors
    /// When it cannot be packed, and nothing more can be.
    pub fn add(
        &mut self,
        place: usize,
        bytes: Result<Vec<u8>, Refusal>,
    ) -> Result<Option<Event>, Refusal> {
        let (Some(picture), Some(fate)) =
            (self.project.pictures.get(place), self.fates.get_mut(place))
        else {
            return Ok(None);
        };
        if *fate != Fate::Awaited {
            return Ok(None);
        }
        *fate = match bytes {
            Ok(bytes) => {
                self.packer.add(&picture.path, &bytes).map_err(|_| no_memory())?;
                Fate::Packed
            }
            Err(refusal) => Fate::Missing(refusal),
        };
        Ok((self.packer.waiting() >= PART).then(|| {
            let bytes = self.packer.take();
            Event::ProjectPart { bytes, done: self.done() }
        }))
    }

    fn done(&self) -> usize {
        self.fates.iter().filter(|fate| **fate != Fate::Awaited).count()
    }

    /// Ends the archive with the notes and its directory. Returns its last part, and what is not in
    /// it.
    ///
    /// # Errors
    /// When there is no room for them.
    pub fn finish(self) -> Result<[Event; 2], Refusal> {
        let done = self.done();
        let Self { mut project, mut packer, fates } = self;
        let mut missing = Vec::new();
        let mut kept = Vec::new();
        for (picture, fate) in std::mem::take(&mut project.pictures).into_iter().zip(fates) {
            let refusal = match fate {
                Fate::Packed => {
                    kept.push(picture);
                    continue;
                }
                Fate::Missing(refusal) => refusal,
                Fate::Awaited => unreadable(),
            };
            let ProjectPicture { name, .. } = picture;
            missing.push(RefusedEntry { path: name, refusal });
        }
        let pictures = kept.len();
        project.pictures = kept;
        let notes = serde_json::to_vec(&project).map_err(|_| no_memory())?;
        if notes.len() as u64 > MOST_NOTES_BYTES {
            return Err(too_much(pictures));
        }
        packer.add(NOTES, &notes).map_err(|_| no_memory())?;
        let bytes = packer.finish().map_err(|_| no_memory())?;
        Ok([Event::ProjectPart { bytes, done }, Event::ProjectPacked { pictures, missing }])
    }
}

/// Why a picture whose file was not handed over is not in a project.
pub(super) fn unreadable() -> Refusal {
    Refusal {
        reason: "Its file could not be read; it may have been moved, changed or deleted since it \
                 was added."
            .to_owned(),
        remedy: "Add it again from where it is now, and save once more.".to_owned(),
    }
}

fn too_much(pictures: usize) -> Refusal {
    Refusal {
        reason: format!(
            "The project has {pictures} pictures; no page would open one with more than {} of them, \
             or with notes of more than {} MB.",
            MOST_ENTRIES - 1,
            MOST_NOTES_BYTES / 1_000_000
        ),
        remedy: "Remove some classes and save the rest, then the others.".to_owned(),
    }
}

fn no_memory() -> Refusal {
    Refusal {
        reason: "There is not enough memory left to pack the project.".to_owned(),
        remedy: "Close other pages, or remove the largest pictures, and save again.".to_owned(),
    }
}
