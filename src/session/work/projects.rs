//! A project that is packed, piece by piece.

use super::Session;
use crate::session::message::{EntryId, Event, Project, Refusal};
use crate::session::packing::{Packing, unreadable};

impl Session {
    pub(super) fn pack_project(&mut self, project: Project) {
        self.packing = None;
        match Packing::begin(project) {
            Ok(packing) => self.packing = Some(packing),
            Err(refusal) => self.events.push(Event::ProjectRefused(refusal)),
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
                self.packing = None;
                self.events.push(Event::ProjectRefused(refusal));
            }
        }
    }

    pub(super) fn finish_project(&mut self) {
        let Some(packing) = self.packing.take() else { return };
        match packing.finish() {
            Ok(events) => self.events.extend(events),
            Err(refusal) => self.events.push(Event::ProjectRefused(refusal)),
        }
    }
}
