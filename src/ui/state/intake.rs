//! Pictures on their way in: archives, how far reading is, and what is given up.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::session::{
    ArchiveEntry, ArchiveId, Command, EntryId, PictureId, Project, Refusal, RefusedEntry,
};
use crate::ui::text::counted;

use super::pictures::let_go;
use super::{Effect, Offered, Pictures, Place, Refused, State};

/// An archive that the person gave.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Archive {
    /// Its id.
    pub id: ArchiveId,
    /// The file's name.
    pub name: String,
    /// Where it was given.
    place: Place,
    /// Whether its pictures are known.
    pub is_listed: bool,
}

/// Archives in the order in which they were given.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Archives {
    given: Vec<Archive>,
    /// Where the pictures are that came out of them, as long as the page is open: one that was
    /// removed may be wanted back.
    entries: Rc<HashMap<PictureId, EntryId>>,
}

impl Archives {
    /// Where a picture is, if in an archive.
    pub fn entry_of(&self, picture: PictureId) -> Option<EntryId> {
        self.entries.get(&picture).copied()
    }

    /// Notes where a picture is.
    pub fn put(&mut self, picture: PictureId, entry: EntryId) {
        Rc::make_mut(&mut self.entries).insert(picture, entry);
    }
}

/// What an archive has, as the engine tells it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contents {
    /// Which archive.
    pub archive: ArchiveId,
    /// The first of as many new ids as there are entries and refused ones.
    pub first: PictureId,
    /// What may be pictures.
    pub entries: Vec<ArchiveEntry>,
    /// What cannot be had.
    pub refused: Vec<RefusedEntry>,
    /// How many files were passed over.
    pub clutter: usize,
    /// What it says of itself, if it is a project.
    pub project: Option<Box<Project>>,
}

impl Pictures {
    /// How many files were read of those that were given since none was left; `None` when all are.
    pub fn progress(&self) -> Option<(usize, usize)> {
        let left = self.in_flight.len();
        (left > 0).then(|| (self.asked.saturating_sub(left), self.asked))
    }

    /// Archives whose pictures are not known yet.
    pub fn opening(&self) -> impl Iterator<Item = &Archive> {
        self.archives.given.iter().filter(|archive| !archive.is_listed)
    }

    fn unlisted(&mut self, id: ArchiveId) -> Option<&mut Archive> {
        self.archives.given.iter_mut().find(|archive| archive.id == id && !archive.is_listed)
    }

    fn offer_archive(&mut self, place: Place, id: ArchiveId, name: String) -> Vec<Effect> {
        let archive = Archive { id, name, place, is_listed: false };
        let effect = open(&archive);
        self.archives.given.push(archive);
        vec![effect]
    }

    /// Opens the archives again, which an engine must know before their pictures.
    pub(super) fn open_again(&self) -> Vec<Effect> {
        self.archives.given.iter().map(open).collect()
    }

    /// Takes an archive's pictures in: those of a project into its classes, which are at these places of
    /// the page, the others as those of folders are.
    pub(super) fn take_entries(
        &mut self,
        contents: Contents,
        classes: &[usize],
        place: Place,
    ) -> Vec<Effect> {
        let Contents { archive, first, mut entries, .. } = contents;
        self.renumber_bursts(&mut entries);
        let (mut effects, mut others) = (Vec::new(), Vec::new());
        for ((index, entry), picture) in (0..).zip(entries).zip((first.0..).map(PictureId)) {
            let ArchiveEntry { name, folder, class, scene, burst } = entry;
            self.archives.put(picture, EntryId { archive, index });
            match class.and_then(|class| classes.get(class)) {
                Some(&into) => effects.extend(self.put(picture, into, name, scene, burst)),
                None => others.push(Offered { picture, name, folder: Some(folder), burst }),
            }
        }
        effects.extend(self.offer(place, others));
        effects
    }

    /// Gives the bursts of an archive numbers that no other has.
    fn renumber_bursts(&mut self, entries: &mut [ArchiveEntry]) {
        let mut known = HashMap::new();
        for burst in entries.iter_mut().filter_map(|entry| entry.burst.as_mut()) {
            *burst = *known.entry(*burst).or_insert_with(|| self.new_burst());
        }
    }

    /// An archive's pictures are known from now on. Returns where it was given.
    fn listed(&mut self, id: ArchiveId) -> Option<Place> {
        let archive = self.unlisted(id)?;
        archive.is_listed = true;
        Some(archive.place)
    }

    /// Tells what of an archive cannot be had, under the ids behind those of its pictures.
    fn refuse_entries(&mut self, refused: Vec<RefusedEntry>, first: u32) {
        let refused = refused.into_iter().zip(first..);
        self.refused.extend(refused.map(|(RefusedEntry { path, refusal }, id)| Refused {
            picture: PictureId(id),
            name: path,
            refusal,
        }));
    }

    fn refuse_archive(&mut self, id: ArchiveId, name: String, refusal: Refusal) {
        self.archives.given.retain(|archive| archive.id != id);
        // The number is no picture's either.
        self.refused.push(Refused { picture: PictureId(id.0), name, refusal });
    }

    fn cancelled(&mut self, pictures: &[PictureId], archives: &[ArchiveId]) -> Vec<Effect> {
        // One that is only being opened again still has pictures on the page.
        self.archives.given.retain(|archive| archive.is_listed || !archives.contains(&archive.id));
        let given_up: HashSet<_> = pictures.iter().collect();
        self.in_flight.retain(|sent| !given_up.contains(sent));
        let gone = pictures.iter().filter_map(|id| self.take(*id));
        gone.flat_map(|taken| let_go(&taken.picture)).collect()
    }
}

/// The command that lists an archive. Its file travels beside it.
fn open(archive: &Archive) -> Effect {
    Effect::Send(Command::AddArchive { archive: archive.id, name: archive.name.clone() })
}

impl State {
    pub(super) fn offer_archive(
        &mut self,
        place: Place,
        id: ArchiveId,
        name: String,
    ) -> Vec<Effect> {
        self.news = format!("Opening {name}.");
        self.pictures.offer_archive(place, id, name)
    }

    pub(super) fn archive_listed(&mut self, contents: Contents) -> Vec<Effect> {
        let found = counted(contents.entries.len(), "file", "files");
        let refused = match contents.refused.len() {
            0 => String::new(),
            refused => format!(" {} refused.", counted(refused, "file was", "files were")),
        };
        let clutter = match contents.clutter {
            0 => String::new(),
            clutter => format!(" {} passed over.", counted(clutter, "system file", "system files")),
        };
        // One that is opened again has nothing new.
        let Some(place) = self.pictures.listed(contents.archive) else { return Vec::new() };
        // What is meant never to be learned from stays where it was put, whatever a project says.
        let is_kept_apart = matches!(place, Place::NewSetting(_));
        let mut contents = contents;
        let refusals = std::mem::take(&mut contents.refused);
        let behind = contents.first.0.saturating_add(contents.entries.len() as u32);
        let project = contents.project.take().filter(|_| !is_kept_apart);
        let effects = match project {
            Some(project) => {
                self.news = format!("Reading {found} of the project.{refused}{clutter}");
                self.load_project(contents, &project)
            }
            None => {
                self.news = format!("Reading {found} of the archive.{refused}{clutter}");
                self.pictures.take_entries(contents, &[], place)
            }
        };
        self.pictures.refuse_entries(refusals, behind);
        effects
    }

    pub(super) fn archive_refused(&mut self, id: ArchiveId, name: String, refusal: Refusal) {
        self.news = format!("{name} was refused: {}", refusal.reason);
        self.pictures.refuse_archive(id, name, refusal);
    }

    /// Wants what is not read yet to be given up. What that is, the engine knows.
    pub(super) fn cancel_reading(&mut self) -> Vec<Effect> {
        let is_idle =
            self.pictures.progress().is_none() && self.pictures.opening().next().is_none();
        if is_idle { Vec::new() } else { vec![Effect::Send(Command::CancelReading)] }
    }

    pub(super) fn reading_cancelled(
        &mut self,
        pictures: &[PictureId],
        archives: &[ArchiveId],
    ) -> Vec<Effect> {
        let effects = self.pictures.cancelled(pictures, archives);
        self.news = format!(
            "Reading was cancelled. {} given up; what was read stays.",
            counted(pictures.len(), "file was", "files were")
        );
        effects
    }
}
