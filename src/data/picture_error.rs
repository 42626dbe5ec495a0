//! Every way a picture file can be refused: what happened, and what the person can do.

use thiserror::Error;

use super::decode::{MAXIMUM_FILE_BYTES, MAXIMUM_PIXELS};

const SAVE_AGAIN: &str = "Open it in a picture program, save it as JPEG or PNG, and add that file.";

/// Why a file did not become a picture. Displays as one full sentence.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum PictureError {
    /// No bytes at all.
    #[error("The file is empty.")]
    Empty,
    /// The bytes could not be had from wherever the file is.
    #[error("The file could not be read; it may have been moved, or may not be readable to you.")]
    Unreadable,
    /// More bytes than are read.
    #[error("The file has {} MB, more than the {} MB that are read.", bytes / 1_000_000, MAXIMUM_FILE_BYTES / 1_000_000)]
    FileTooLarge {
        /// The file's size.
        bytes: usize,
    },
    /// A known format that is not decoded, or not a picture at all.
    #[error("The file is {description}, which is not read here.")]
    ForeignFormat {
        /// The format with its article: "a PDF document".
        description: &'static str,
        /// What to do about this format.
        remedy: &'static str,
    },
    /// Nothing known begins like this.
    #[error("The file does not begin like any known picture format.")]
    Unrecognised,
    /// The file stops in the middle of the picture.
    #[error("The {format} file ends too early: part of the picture is missing.")]
    Truncated {
        /// The format's name.
        format: &'static str,
    },
    /// The file breaks the rules of its own format.
    #[error("The {format} file is damaged: {detail}.")]
    Broken {
        /// The format's name.
        format: &'static str,
        /// The decoder's own words, without a full stop.
        detail: String,
    },
    /// A lawful but rare kind of the format.
    #[error("The {format} file is of a rare kind that is not read here: {detail}.")]
    RareKind {
        /// The format's name.
        format: &'static str,
        /// The decoder's own words, without a full stop.
        detail: String,
    },
    /// Width or height is zero.
    #[error("The picture has no pixels: its width or height is zero.")]
    NoPixels,
    /// More pixels than are decoded.
    #[error("The picture has {width} × {height} pixels, too many to decode safely.")]
    TooManyPixels {
        /// Declared width.
        width: u32,
        /// Declared height.
        height: u32,
    },
    /// Decoding would take too much memory or time for its size.
    #[error("The {format} file would take too much memory or time to decode.")]
    TooCostly {
        /// The format's name.
        format: &'static str,
    },
}

impl PictureError {
    /// What the person can do, as full sentences.
    pub fn remedy(&self) -> String {
        match self {
            Self::Empty => "Copy or download it again, then add that file.".to_owned(),
            Self::Unreadable => "Look where it is now, then add it again.".to_owned(),
            Self::FileTooLarge { .. } => {
                "Save it as JPEG, which takes less space, and add that file.".to_owned()
            }
            Self::ForeignFormat { remedy, .. } => (*remedy).to_owned(),
            Self::Unrecognised => {
                format!("Check that it is a picture. {SAVE_AGAIN}")
            }
            Self::Truncated { .. } => {
                "It was probably cut off while copying or downloading: fetch it again.".to_owned()
            }
            Self::Broken { .. } => {
                format!("Fetch it again from where it came. If it opens elsewhere: {SAVE_AGAIN}")
            }
            Self::RareKind { .. } | Self::TooCostly { .. } => SAVE_AGAIN.to_owned(),
            Self::NoPixels => "Choose another picture.".to_owned(),
            Self::TooManyPixels { .. } => format!(
                "Make it smaller, below {} megapixels, and add that file.",
                MAXIMUM_PIXELS / 1_000_000
            ),
        }
    }
}
