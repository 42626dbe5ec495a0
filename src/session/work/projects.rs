//! A project that is packed, piece by piece.

use super::Session;
use crate::session::message::{Command, EntryId, Event, Project, Refusal};
use crate::session::packing::{Packing, unreadable};

impl Session {
    /// Whether a project is being packed or is to be: else its files need not be read.
    pub fn is_packing(&self) -> bool {
        let begins = |command: &Command| matches!(command, Command::PackProject { .. });
        self.packing.is_some() || self.queue.iter().any(begins)
    }

    pub(super) fn pack_project(&mut self, number: u32, project: Project) {
        self.packing = None;
        match Packing::begin(number, project) {
            Ok(packing) => self.packing = Some(packing),
            Err(refusal) => self.events.push(Event::ProjectRefused { number, refusal }),
        }
    }

    pub(super) fn pack_picture(&mut self, place: u32, bytes: Option<Vec<u8>>) {
        self.pack(place, bytes.ok_or_else(unreadable));
    }

    pub(super) fn pack_entry(&mut self, place: u32, entry: EntryId) {
        // Of one that was refused nothing is read any more.
        if self.packing.is_some() {
            self.pack(place, self.archives.read(entry));
        }
    }

    fn pack(&mut self, place: u32, bytes: Result<Vec<u8>, Refusal>) {
        let Some(packing) = &mut self.packing else { return };
        match packing.add(place as usize, bytes) {
            Ok(part) => self.events.extend(part),
            Err(refusal) => {
                let number = packing.number();
                self.packing = None;
                self.events.push(Event::ProjectRefused { number, refusal });
            }
        }
    }

    pub(super) fn finish_project(&mut self) {
        let Some(packing) = self.packing.take() else { return };
        let number = packing.number();
        match packing.finish() {
            Ok(events) => self.events.extend(events),
            Err(refusal) => self.events.push(Event::ProjectRefused { number, refusal }),
        }
    }

    pub(super) fn cancel_packing(&mut self) {
        self.packing = None;
        self.queue.retain(|command| !command.packs());
    }
}
