//! Why a whole archive is not taken.

use rawzip::ErrorKind;
use thiserror::Error;

use super::limits::MOST_ENTRIES;

/// Why no entry of an archive can be had. Displays as one full sentence.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The bytes could not be had from wherever the archive is.
    #[error(
        "The archive could not be read; it may have been moved, or may not be readable to you."
    )]
    Unreadable,
    /// Nothing at its end says that it is one.
    #[error(
        "The file has no directory at its end, so it is no ZIP archive, or its end is missing."
    )]
    NoArchive,
    /// The directory makes no sense.
    #[error("The archive’s directory is damaged.")]
    Damaged,
    /// No files in it.
    #[error("The archive has no files in it.")]
    Empty,
    /// More entries than are taken at once.
    #[error("The archive has {} entries, more than the {MOST_ENTRIES} that are taken at once.", number(*entries))]
    TooManyEntries {
        /// How many it says it has; unknown where it says too little.
        entries: Option<u64>,
    },
    /// The names of its entries take too much memory.
    #[error("The archive’s directory is too large to be read.")]
    DirectoryTooLarge,
    /// More bytes than can be worth having.
    #[error("The archive’s files have {} GB, more than is read at once.", unpacked / 1_000_000_000)]
    TooManyBytes {
        /// Bytes of all files.
        unpacked: u64,
    },
    /// It would grow as no archive of pictures does.
    #[error("The archive has {} kB and would grow to {} MB, as no archive of pictures does.", size / 1000, unpacked / 1_000_000)]
    Bomb {
        /// Bytes of all files.
        unpacked: u64,
        /// Bytes of the archive.
        size: u64,
    },
}

fn number(entries: Option<u64>) -> String {
    entries.map_or_else(|| "too many".to_owned(), |entries| entries.to_string())
}

impl ArchiveError {
    /// In our words what the format's crate found.
    pub(super) fn of(kind: &ErrorKind) -> Self {
        match kind {
            ErrorKind::MissingEndOfCentralDirectory => Self::NoArchive,
            ErrorKind::IO(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
                Self::Unreadable
            }
            _ => Self::Damaged,
        }
    }

    /// What the person can do, as full sentences.
    pub fn remedy(&self) -> String {
        match self {
            Self::Unreadable => "Look where it is now, then add it again.",
            Self::NoArchive | Self::Damaged => {
                "Fetch it again from where it came. If it opens elsewhere, unpack it there and add \
                 the folder."
            }
            Self::Empty => "Pack it again with the pictures in it.",
            Self::TooManyEntries { .. } | Self::DirectoryTooLarge | Self::TooManyBytes { .. } => {
                "Unpack it, choose the pictures that you need, and add their folders."
            }
            Self::Bomb { .. } => "If you trust whoever made it, unpack it and add the folder.",
        }
        .to_owned()
    }
}
