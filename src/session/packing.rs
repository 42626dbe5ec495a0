//! A project on its way into a file: pictures are packed one by one, and what is packed is handed out
//! in parts, so that no more than a part and a picture is ever in memory.

use super::message::{Event, Project, ProjectPicture, Refusal, RefusedEntry};
use super::notes::{MOST_NOTES_BYTES, NOTES, checked, excess};
use crate::data::{MOST_BYTES, Packer, SafeNames, Scene};

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
    number: u32,
    project: Project,
    packer: Packer,
    /// Bytes of pictures so far.
    packed: u64,
    /// One for each of the project's pictures.
    fates: Vec<Fate>,
}

impl Packing {
    /// Begins with the names of folders and files.
    ///
    /// # Errors
    /// When the project is too large to be read again.
    pub fn begin(number: u32, project: Project) -> Result<Self, Refusal> {
        if let Some(excess) = excess(&project) {
            return Err(too_much(&excess));
        }
        // What a page made of what it shows makes sense, unless there is a mistake in it.
        let mut project = checked(project).ok_or_else(contradictory)?;
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
        let notes = written(&project)?;
        if notes.len() as u64 > MOST_NOTES_BYTES {
            let longest = MOST_NOTES_BYTES / 1_000_000;
            return Err(too_much(&format!("notes of more than {longest} MB")));
        }
        let fates = vec![Fate::Awaited; project.pictures.len()];
        Ok(Self { number, project, packer: Packer::default(), packed: 0, fates })
    }

    /// Which project it is.
    pub fn number(&self) -> u32 {
        self.number
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
                self.packed = self.packed.saturating_add(bytes.len() as u64);
                if self.packed > MOST_BYTES {
                    let most = MOST_BYTES / 1_000_000_000;
                    return Err(too_much(&format!("files of more than {most} GB in all")));
                }
                self.packer.add(&picture.path, &bytes).map_err(|_| no_memory())?;
                Fate::Packed
            }
            Err(refusal) => Fate::Missing(refusal),
        };
        Ok((self.packer.waiting() >= PART).then(|| {
            let bytes = self.packer.take();
            Event::ProjectPart { number: self.number, bytes, done: self.done() }
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
        let Self { number, mut project, mut packer, fates, .. } = self;
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
        packer.add(NOTES, &written(&project)?).map_err(|_| no_memory())?;
        let bytes = packer.finish().map_err(|_| no_memory())?;
        Ok([
            Event::ProjectPart { number, bytes, done },
            Event::ProjectPacked { number, pictures, missing },
        ])
    }
}

fn written(project: &Project) -> Result<Vec<u8>, Refusal> {
    serde_json::to_vec(project).map_err(|_| no_memory())
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

/// `what` it has, with the limit.
fn too_much(what: &str) -> Refusal {
    Refusal {
        reason: format!("The project has {what}: no page would open it again."),
        remedy: "Remove some classes and save the rest, then the others.".to_owned(),
    }
}

fn contradictory() -> Refusal {
    Refusal {
        reason: "What the page says of its classes contradicts itself.".to_owned(),
        remedy: "Load the page anew, add the pictures again and save once more.".to_owned(),
    }
}

fn no_memory() -> Refusal {
    Refusal {
        reason: "There is not enough memory left to pack the project.".to_owned(),
        remedy: "Close other pages, or remove the largest pictures, and save again.".to_owned(),
    }
}
