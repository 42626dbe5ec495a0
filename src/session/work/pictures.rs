//! Pictures on their way into a session: lined up, and taken in as they arrive.

use super::Session;
use crate::data::{ArchiveFile, DRAWN_A_CLASS, Scene, draw};
use crate::session::arrivals::{Arrival, Expected, Prepared, Source};
use crate::session::checking::concerns;
use crate::session::gallery::Specimen;
use crate::session::message::{ArchiveId, ClassId, Command, Event, PictureId, SampleTask};

impl Session {
    /// Lines up the files at the front of the queue, to be decoded in any order, and lists archives
    /// among them. Nothing happens to pictures whose class is gone.
    pub(super) fn expect_files(&mut self) {
        while let Some(command) = self.queue.pop_front_if(|command| is_reading(command)) {
            match command {
                Command::AddPicture { picture, class, name, scene, burst, bytes }
                    if self.gallery.has_class(class) =>
                {
                    let expected = Expected { picture, class, name, scene, burst };
                    self.arrivals.expect(expected, Source::File(bytes));
                }
                Command::AddEntry { picture, class, name, scene, burst, entry }
                    if self.gallery.has_class(class) =>
                {
                    let expected = Expected { picture, class, name, scene, burst };
                    self.arrivals.expect_packed(expected, entry);
                }
                Command::AddArchive { archive, name } => {
                    let listed = self.archives.list(archive, name);
                    self.events.push(listed);
                }
                _ => {}
            }
        }
    }

    /// Gives the file of an archive, which the next [`Command::AddArchive`] with this id lists.
    pub fn give_archive(&mut self, archive: ArchiveId, file: Box<dyn ArchiveFile>) {
        self.archives.give(archive, file);
    }

    /// Unpacks one picture, unless enough lie in memory.
    pub(super) fn unpack(&mut self) {
        if let Some((picture, entry)) = self.arrivals.next_packed(self.at_hand()) {
            self.arrivals.unpacked(picture, self.archives.read(entry));
            // One that was refused may be what the others wait for.
            self.welcome();
        }
    }

    /// Gives up what was asked for and not begun.
    pub(super) fn cancel_reading(&mut self) {
        let mut pictures = self.arrivals.cancel();
        let mut archives = Vec::new();
        self.queue.retain(|command| {
            match command {
                Command::AddPicture { picture, .. } | Command::AddEntry { picture, .. } => {
                    pictures.push(*picture);
                }
                Command::AddArchive { archive, .. } => archives.push(*archive),
                _ => return true,
            }
            false
        });
        for archive in &archives {
            self.archives.forget(*archive);
        }
        self.welcome();
        self.events.push(Event::ReadingCancelled { pictures, archives });
        self.look_through();
    }

    /// Makes a sample task's classes, and lines its pictures up.
    pub(super) fn expect_drawings(&mut self, task: SampleTask, seed: u64) {
        let drawn = draw(task, Scene::Usual, seed);
        for (class_index, &name) in drawn.classes().iter().enumerate() {
            let class = ClassId(self.gallery.own_id());
            self.gallery.add_class(class, name.to_owned());
            self.events.push(Event::ClassAdded { class, name: name.to_owned() });
            for number in 0..DRAWN_A_CLASS {
                let picture = PictureId(self.gallery.own_id());
                let name = drawn.picture_name(class_index, number);
                let source = Source::Drawing { task, seed, class_index, number };
                let scene = Scene::Usual;
                let expected = Expected { picture, class, name, scene, burst: None };
                self.arrivals.expect(expected, source);
            }
        }
        let pictures = drawn.classes().len() * DRAWN_A_CLASS;
        self.arrivals.then(Event::SampleDrawn { task, pictures });
    }

    /// Tells what is to be said of the pictures, once all have arrived and where it is otherwise than
    /// before.
    pub(super) fn look_through(&mut self) {
        let is_settled = self.arrivals.is_empty() && self.queue.is_empty();
        if is_settled && self.gallery.take_change() {
            let concerns = concerns(&self.gallery);
            if concerns != self.concerns {
                self.concerns.clone_from(&concerns);
                self.events.push(Event::Checked(concerns));
            }
        }
    }

    /// Takes in the pictures that have arrived.
    pub(super) fn welcome(&mut self) {
        while let Some(arrival) = self.arrivals.next_arrived() {
            let (Expected { picture, class, name, scene, burst }, prepared) = match arrival {
                Arrival::Notice(event) => {
                    self.events.push(event);
                    continue;
                }
                Arrival::Picture(expected, prepared) => (expected, prepared),
            };
            match prepared {
                Ok((pixels, Prepared { thumbnail, width, height, likeness, .. })) => {
                    let specimen = Specimen { picture: pixels, burst, width, height };
                    if self.gallery.welcome(picture, class, scene, (specimen, likeness)) {
                        self.events.push(Event::PictureAdded {
                            picture,
                            class,
                            name,
                            scene,
                            thumbnail,
                            width,
                            height,
                        });
                    }
                }
                Err(refusal) => {
                    self.events.push(Event::PictureRefused { picture, class, name, refusal });
                }
            }
        }
    }
}

/// Whether a command brings pictures from files.
fn is_reading(command: &Command) -> bool {
    matches!(
        command,
        Command::AddPicture { .. } | Command::AddEntry { .. } | Command::AddArchive { .. }
    )
}
