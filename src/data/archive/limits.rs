//! How much of an archive is taken, and which entries are.

use rawzip::{CompressionMethod, ZipArchiveEntryWayfinder, ZipFileHeaderRecord};

use super::names::plain;
use super::{ArchiveError, EntryError};
use crate::data::MAXIMUM_FILE_BYTES;

/// Most entries of an archive, folders and clutter included: five times the 2,000 photos that the
/// page is made for. As many pictures take 280 MB as the network sees them.
pub const MOST_ENTRIES: usize = 10_000;
/// Most bytes of a directory: ten times what so many entries with names of 100 characters take.
pub(super) const MOST_DIRECTORY_BYTES: u64 = 16_000_000;
/// Most bytes that all entries may have unpacked: [`MOST_ENTRIES`] large photos.
pub const MOST_BYTES: u64 = 50_000_000_000;
/// Where the end of an archive is looked for, in bytes: its comment has up to 65,535, and some
/// programs leave a little behind it.
pub(super) const LONGEST_COMMENT: u64 = 128 * 1024;
/// Most bytes of an entry's path.
const LONGEST_PATH: usize = 1024;
/// Most folders around an entry.
const MOST_FOLDERS: usize = 16;
/// A file that grows more than so many times is none that a camera made. Deflate comes to 1,032 at most.
const MOST_GROWTH: u64 = 200;
/// Below so many bytes growth harms nobody: small drawings of one colour grow a lot.
const HARMLESS: u64 = 1_000_000;
/// The same for a whole archive.
const HARMLESS_ARCHIVE: u64 = 100_000_000;

/// What all entries that are to be read come to.
#[derive(Default)]
pub(super) struct Totals {
    unpacked: u64,
}

impl Totals {
    pub fn add(&mut self, place: &ZipArchiveEntryWayfinder) {
        self.unpacked = self.unpacked.saturating_add(place.uncompressed_size_hint());
    }
}

/// Whether an archive of `size` bytes may have entries that come to so much. Entries that share their
/// bytes, which each for itself look harmless, are found here.
pub(super) fn check_archive(totals: &Totals, size: u64) -> Result<(), ArchiveError> {
    let unpacked = totals.unpacked;
    if unpacked > HARMLESS_ARCHIVE && unpacked / MOST_GROWTH > size {
        return Err(ArchiveError::Bomb { unpacked, size });
    }
    if unpacked > MOST_BYTES {
        return Err(ArchiveError::TooManyBytes { unpacked });
    }
    Ok(())
}

/// Whether an entry's path stays inside, and the path without what means nothing.
pub(super) fn check_path(path: &str, bytes: usize) -> Result<String, EntryError> {
    if bytes > LONGEST_PATH {
        return Err(EntryError::LongPath);
    }
    if path.contains('\0') || path.contains('\\') {
        return Err(EntryError::OddPath);
    }
    // What a name is without the marks in it counts, else they would hide what it leads to.
    let parts: Vec<String> = path.split('/').map(plain).collect();
    let has_drive = parts.first().is_some_and(|first| {
        first.get(1..2) == Some(":") && first.starts_with(|c: char| c.is_ascii_alphabetic())
    });
    if path.starts_with('/') || has_drive || parts.iter().any(|part| part == "..") {
        return Err(EntryError::LeadsOut);
    }
    let means_nothing = |part: &String| part.is_empty() || part == ".";
    let has_name = parts.last().is_some_and(|last| !means_nothing(last));
    let parts: Vec<String> = parts.into_iter().filter(|part| !means_nothing(part)).collect();
    if !has_name {
        return Err(EntryError::NoName);
    }
    if parts.len() > MOST_FOLDERS + 1 {
        return Err(EntryError::TooDeep);
    }
    Ok(parts.join("/"))
}

/// Whether an entry may be read, by what an archive of `size` bytes says of it.
pub(super) fn check_entry(record: &ZipFileHeaderRecord, size: u64) -> Result<(), EntryError> {
    let (packed, unpacked) = (record.compressed_size_hint(), record.uncompressed_size_hint());
    if record.flags().is_encrypted() || record.flags().has_strong_encryption() {
        return Err(EntryError::Locked);
    }
    let method = record.compression_method();
    if method != CompressionMethod::STORE && method != CompressionMethod::DEFLATE {
        return Err(EntryError::ForeignMethod { method: method.name() });
    }
    if record.local_header_offset().checked_add(packed).is_none_or(|end| end > size) {
        return Err(EntryError::Missing);
    }
    if unpacked > MAXIMUM_FILE_BYTES as u64 {
        return Err(EntryError::TooLarge { bytes: unpacked });
    }
    if unpacked > HARMLESS && unpacked / MOST_GROWTH > packed {
        return Err(EntryError::Bomb { times: unpacked / packed.max(1) });
    }
    Ok(())
}
