//! Archives of pictures that are open.

use std::collections::BTreeMap;

use super::message::{ArchiveEntry, ArchiveId, EntryId, Event, Refusal, RefusedEntry};
use crate::data::{Archive, ArchiveError, ArchiveFile, Listing};

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
        let file = self.given.remove(&archive).ok_or(ArchiveError::Unreadable);
        match file.and_then(Archive::open) {
            Ok((opened, listing)) => {
                let entries = opened.entries().map(|(entry, folder)| ArchiveEntry {
                    name: entry.to_owned(),
                    folder: folder.unwrap_or(stem(&name)).to_owned(),
                });
                let entries = entries.collect();
                self.open.insert(archive, opened);
                let clutter = listing.clutter;
                let refused = refused(listing, &name);
                Event::ArchiveListed { archive, name, entries, refused, clutter }
            }
            Err(error) => {
                let refusal = Refusal { reason: error.to_string(), remedy: error.remedy() };
                Event::ArchiveRefused { archive, name, refusal }
            }
        }
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
