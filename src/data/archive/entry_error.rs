//! Why one entry of an archive is not taken.

use rawzip::ErrorKind;
use thiserror::Error;

use crate::data::MAXIMUM_FILE_BYTES;

const UNPACK: &str = "Unpack the archive and add the file itself.";
const TRUST: &str = "Unpack the archive, if you trust whoever made it, and add its folder.";

/// Why an entry of an archive does not become a file. Displays as one full sentence.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum EntryError {
    /// Its path is absolute or goes up.
    #[error("Its path leads out of the archive.")]
    LeadsOut,
    /// Its path has a backslash or a zero character.
    #[error("Its path has a backslash or a zero character, which systems read in different ways.")]
    OddPath,
    /// Its path is longer than any that is made by hand.
    #[error("Its path is too long.")]
    LongPath,
    /// More folders around it than anybody makes.
    #[error("It lies in too many folders, one in the other.")]
    TooDeep,
    /// Its path has no name at its end.
    #[error("It has no name.")]
    NoName,
    /// It can only be read with a password.
    #[error("It is locked with a password.")]
    Locked,
    /// It is packed in a way that is not read.
    #[error("It is packed in a way that is not read here: {}.", method.unwrap_or("an unknown one"))]
    ForeignMethod {
        /// What the way is called.
        method: Option<&'static str>,
    },
    /// More bytes than are read of a picture.
    #[error("It has {} MB, more than the {} MB that are read.", bytes / 1_000_000, MAXIMUM_FILE_BYTES / 1_000_000)]
    TooLarge {
        /// Bytes that it says it has.
        bytes: u64,
    },
    /// It would grow as no picture does.
    #[error("It would grow to {times} times its size, as no photo does.")]
    Bomb {
        /// How many times.
        times: u64,
    },
    /// It is not where the directory says.
    #[error("It is not where the archive’s directory says; a part of the archive is missing.")]
    Missing,
    /// More or fewer bytes came out than the directory says.
    #[error("It is not as large as the archive’s directory says.")]
    WrongSize,
    /// Its bytes make no sense, or are not those that were packed.
    #[error("It is damaged.")]
    Damaged,
    /// The bytes could not be had from wherever the archive is.
    #[error("The archive could not be read any more; it may have been moved or changed.")]
    Unreadable,
    /// There is no room for it.
    #[error("There is not enough memory left to unpack it.")]
    NoMemory,
}

impl EntryError {
    /// In our words what went wrong while it was read.
    pub(super) fn of(kind: &ErrorKind) -> Self {
        use std::io::ErrorKind as Io;
        match kind {
            ErrorKind::IO(error) => match error.kind() {
                Io::UnexpectedEof | Io::InvalidData | Io::InvalidInput => Self::Damaged,
                _ => Self::Unreadable,
            },
            _ => Self::Missing,
        }
    }

    /// What the person can do, as full sentences.
    pub fn remedy(&self) -> String {
        match self {
            Self::LeadsOut | Self::OddPath | Self::NoName | Self::Bomb { .. } => TRUST,
            Self::LongPath | Self::TooDeep | Self::ForeignMethod { .. } | Self::NoMemory => UNPACK,
            Self::Locked => "Unpack the archive with its password and add the folder.",
            Self::TooLarge { .. } => "Save it as JPEG, which takes less space, and add that file.",
            Self::Missing | Self::WrongSize | Self::Damaged => {
                "Fetch the archive again from where it came, or pack it again."
            }
            Self::Unreadable => "Look where the archive is now, then add it again.",
        }
        .to_owned()
    }
}
