//! Pictures in a ZIP archive: listed within bounds, then read one at a time, and packed into a new one.
//!
//! The archive stays where it is: nothing but its directory and the entry that is being read is ever in
//! memory. Nothing is written anywhere either, so names that lead out of the archive could do no
//! harm; they are refused all the same, since whoever made them meant some. What the format is, says
//! PKWARE's APPNOTE 6.3; what an archive can be made to do to its reader, D. Fifield, "A better zip
//! bomb", WOOT 2019.

mod entry_error;
mod error;
mod limits;
mod names;
mod packer;
mod safe_names;

use std::io::{BufReader, Read, Seek, SeekFrom};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use rawzip::{
    CompressionMethod, ErrorKind, MAX_CENTRAL_DIRECTORY_RECORD_SIZE, ReaderAt, ZipArchive,
    ZipArchiveEntryWayfinder, ZipFileHeaderRecord,
};

pub use entry_error::EntryError;
pub use error::ArchiveError;
use limits::{
    LONGEST_COMMENT, MOST_DIRECTORY_BYTES, Totals, check_archive, check_entry, check_path,
};
pub use limits::{MOST_BYTES, MOST_ENTRIES};
use names::path_of;
pub use names::plain;
pub use packer::Packer;
pub use safe_names::SafeNames;

use super::FileName;

/// Bytes of an entry that are asked for at once. In a browser every question costs a copy and a
/// wait, however small.
const CHUNK: usize = 256 * 1024;

/// Wherever an archive is kept: a file on a disk, or one that a browser hands out in parts.
pub trait ArchiveFile {
    /// Its size in bytes.
    fn size(&self) -> u64;

    /// Copies bytes from `offset` on into `buffer` and says how many; 0 at the end.
    ///
    /// # Errors
    /// When it cannot be read.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<usize>;
}

impl ArchiveFile for Vec<u8> {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
        ReaderAt::read_at(self.as_slice(), buffer, offset)
    }
}

impl ArchiveFile for std::fs::File {
    fn size(&self) -> u64 {
        self.metadata().map_or(0, |metadata| metadata.len())
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
        let mut file = self;
        file.seek(SeekFrom::Start(offset))?;
        file.read(buffer)
    }
}

/// An archive's file as the format's crate wants it.
struct Kept(Box<dyn ArchiveFile>);

impl ReaderAt for Kept {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
        self.0.read_at(buffer, offset)
    }
}

/// An entry that can be read.
struct Entry {
    /// Its folders and its name, with a slash between any two.
    path: String,
    place: ZipArchiveEntryWayfinder,
    is_stored: bool,
    checksum: u32,
}

/// An archive whose entries are known.
pub struct Archive {
    zip: ZipArchive<Kept>,
    entries: Vec<Entry>,
}

/// What an archive's directory says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Listing {
    /// Paths and reasons of the entries that cannot be read.
    pub refused: Vec<(String, EntryError)>,
    /// Files that systems leave in archives, not people.
    pub clutter: usize,
    /// Whether the directory ends before it has named as many entries as it promised.
    pub is_cut_short: bool,
}

impl Archive {
    /// Reads an archive's directory. Its entries are sorted by their paths, as those of a folder are.
    ///
    /// # Errors
    /// When it is no ZIP archive, is damaged, or more than is taken at once.
    pub fn open(file: Box<dyn ArchiveFile>) -> Result<(Self, Listing), ArchiveError> {
        let size = file.size();
        let mut buffer = vec![0; MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
        let zip = ZipArchive::with_max_search_space(LONGEST_COMMENT)
            .locate_in_reader(Kept(file), &mut buffer, size)
            .map_err(|(_, error)| ArchiveError::of(error.kind()))?;
        if zip.entries_hint() > MOST_ENTRIES as u64 {
            return Err(ArchiveError::TooManyEntries { entries: Some(zip.entries_hint()) });
        }
        if zip.eocd_offset().saturating_sub(zip.directory_offset()) > MOST_DIRECTORY_BYTES {
            return Err(ArchiveError::DirectoryTooLarge);
        }
        let (mut entries, listing) = list(&zip, size, &mut buffer)?;
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok((Self { zip, entries }, listing))
    }

    /// The name of every entry that can be read, and the nearest folder that it lies in.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (&str, Option<&str>)> {
        self.entries.iter().map(|entry| match entry.path.rsplit_once('/') {
            Some((folders, name)) => {
                (name, Some(folders.rsplit_once('/').map_or(folders, |(_, nearest)| nearest)))
            }
            None => (entry.path.as_str(), None),
        })
    }

    /// The path of every entry that can be read: its folders and its name, with a slash between any
    /// two.
    pub fn paths(&self) -> impl ExactSizeIterator<Item = &str> {
        self.entries.iter().map(|entry| entry.path.as_str())
    }

    /// Puts the entries into another order, by their paths. Those of one rank stay as they are.
    pub fn sort_by_rank(&mut self, rank: impl Fn(&str) -> usize) {
        self.entries.sort_by_key(|entry| rank(&entry.path));
    }

    /// Takes an entry out of the list and reads it, unless it has more than `most` bytes. `None`
    /// where there is no entry of this path.
    pub fn take(&mut self, path: &str, most: u64) -> Option<Result<Vec<u8>, EntryError>> {
        let index = self.entries.iter().position(|entry| entry.path == path)?;
        let bytes = self.entries[index].place.uncompressed_size_hint();
        let read =
            if bytes > most { Err(EntryError::TooLarge { bytes }) } else { self.read(index) };
        self.entries.remove(index);
        Some(read)
    }

    /// Reads one entry whole, by its place in [`Archive::entries`].
    ///
    /// # Errors
    /// When it is damaged or is not as large as the directory says. No more is ever unpacked than
    /// that.
    pub fn read(&self, index: usize) -> Result<Vec<u8>, EntryError> {
        let entry = self.entries.get(index).ok_or(EntryError::Missing)?;
        let found =
            self.zip.get_entry(entry.place).map_err(|error| EntryError::of(error.kind()))?;
        let mut packed = BufReader::with_capacity(CHUNK, found.reader());
        let size = entry.place.uncompressed_size_hint();
        let bytes = if entry.is_stored {
            unpack(&mut packed, size)
        } else {
            unpack(&mut DeflateDecoder::new(packed), size)
        }?;
        let mut checksum = Crc::new();
        checksum.update(&bytes);
        if checksum.sum() != entry.checksum {
            return Err(EntryError::Damaged);
        }
        Ok(bytes)
    }
}

/// Walks through an archive's directory.
fn list(
    zip: &ZipArchive<Kept>,
    size: u64,
    buffer: &mut [u8],
) -> Result<(Vec<Entry>, Listing), ArchiveError> {
    let (mut entries, mut listing) = (Vec::new(), Listing::default());
    let (mut count, mut totals) = (0, Totals::default());
    let mut records = zip.entries(buffer);
    loop {
        let record = match records.next_entry() {
            Ok(Some(record)) => record,
            Ok(None) => break,
            Err(error) if count == 0 => return Err(ArchiveError::of(error.kind())),
            // What was named before is worth having.
            Err(_) => {
                listing.is_cut_short = true;
                break;
            }
        };
        count += 1;
        if count > MOST_ENTRIES {
            return Err(ArchiveError::TooManyEntries { entries: None });
        }
        if record.is_dir() {
            continue;
        }
        let raw = record.file_path();
        let path = path_of(raw.as_bytes());
        if path.split('/').any(is_clutter) {
            listing.clutter += 1;
            continue;
        }
        match entry(&record, path, size) {
            Ok(entry) => {
                totals.add(&entry.place);
                entries.push(entry);
            }
            Err((path, error)) => listing.refused.push((path, error)),
        }
    }
    listing.is_cut_short |= (count as u64) < zip.entries_hint();
    check_archive(&totals, size)?;
    if entries.is_empty() && listing.refused.is_empty() {
        return Err(ArchiveError::Empty);
    }
    Ok((entries, listing))
}

/// Whether a part of a path is clutter; what only steers the path is not.
fn is_clutter(part: &str) -> bool {
    let part = plain(part);
    part != "." && !part.starts_with("..") && FileName(&part).is_clutter()
}

/// An entry of the directory, if it may be read.
fn entry(
    record: &ZipFileHeaderRecord,
    path: String,
    size: u64,
) -> Result<Entry, (String, EntryError)> {
    let checked = check_path(&path, record.file_path().as_bytes().len());
    let path = match checked {
        Ok(path) => path,
        Err(error) => return Err((names::shown(&path), error)),
    };
    match check_entry(record, size) {
        Ok(()) => Ok(Entry {
            path,
            place: record.wayfinder(),
            is_stored: record.compression_method() == CompressionMethod::STORE,
            checksum: record.crc32(),
        }),
        Err(error) => Err((path, error)),
    }
}

/// Reads to the end, which must be at `size`.
fn unpack(packed: &mut dyn Read, size: u64) -> Result<Vec<u8>, EntryError> {
    let size = usize::try_from(size).map_err(|_| EntryError::WrongSize)?;
    let mut bytes = Vec::new();
    // Not more than [`check_entry`] lets through.
    bytes.try_reserve_exact(size).map_err(|_| EntryError::NoMemory)?;
    let mut chunk = vec![0; CHUNK.min(size + 1)];
    loop {
        let read = match packed.read(&mut chunk) {
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(EntryError::of(&ErrorKind::IO(error))),
        };
        if read == 0 {
            break;
        }
        if bytes.len() + read > size {
            return Err(EntryError::WrongSize);
        }
        bytes.extend_from_slice(chunk.get(..read).unwrap_or_default());
    }
    if bytes.len() < size {
        return Err(EntryError::WrongSize);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
