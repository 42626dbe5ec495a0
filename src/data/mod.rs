//! What the pictures are: decoding, the data set, its split, and tasks drawn by code.
//!
//! | file | what lives there |
//! |---|---|
//! | `picture` | what the network sees |
//! | `archive` | the entries of a ZIP archive, within bounds, and a new one with names that every system takes |
//! | `file_name` | what a file's name says |
//! | `augmentation`, `views` | what a picture could have looked like, and in which ways |
//! | `contact_sheet` | pictures side by side in one file |
//! | `decode` | a file's bytes to a picture, within bounds, or a refusal |
//! | `sniff` | which format a file is |
//! | `jpeg_structure`, `tiff_structure` | what the decoders of these two do not check themselves |
//! | `flatten`, `resize` | alpha on white; shorter side to size, centre crop |
//! | `minimum` | how few pictures a class may have |
//! | `likeness` | whether two pictures are the same one |
//! | `labelled` | classes, and groups that belong together |
//! | `split`, `spread` | which pictures are for what; some of many |
//! | `samples` | pictures drawn by code for a visitor without any |
//! | `picture_error` | every way a file can be refused, with a remedy |

#[cfg(feature = "engine")]
mod archive;
mod augmentation;
#[cfg(feature = "engine")]
mod contact_sheet;
#[cfg(feature = "engine")]
mod decode;
mod file_name;
#[cfg(feature = "engine")]
mod flatten;
#[cfg(feature = "engine")]
mod jpeg_structure;
#[cfg(feature = "engine")]
mod labelled;
#[cfg(feature = "engine")]
mod likeness;
mod minimum;
#[cfg(feature = "engine")]
mod picture;
#[cfg(feature = "engine")]
mod picture_error;
#[cfg(feature = "engine")]
mod random;
#[cfg(feature = "engine")]
mod resize;
mod sample_task;
#[cfg(feature = "engine")]
mod samples;
#[cfg(feature = "engine")]
mod sniff;
#[cfg(feature = "engine")]
mod split;
#[cfg(feature = "engine")]
mod spread;
#[cfg(feature = "engine")]
mod tiff_structure;
#[cfg(feature = "engine")]
mod views;

#[cfg(feature = "engine")]
pub use archive::{
    Archive, ArchiveError, ArchiveFile, EntryError, Listing, MOST_BYTES, MOST_ENTRIES, Packer,
    SafeNames, plain,
};
pub use augmentation::Augmentation;
#[cfg(feature = "engine")]
pub use contact_sheet::contact_sheet_png;
#[cfg(feature = "engine")]
pub use decode::{Decoded, MAXIMUM_FILE_BYTES, MAXIMUM_PIXELS, MAXIMUM_SIDE, decode};
pub use file_name::FileName;
#[cfg(feature = "engine")]
pub use labelled::{Labelled, grouped};
#[cfg(feature = "engine")]
pub use likeness::Likeness;
#[cfg(feature = "engine")]
pub use minimum::MINIMUM_GROUPS;
pub use minimum::MINIMUM_PER_CLASS;
#[cfg(feature = "engine")]
pub use picture::Picture;
#[cfg(feature = "engine")]
pub use picture_error::PictureError;
#[cfg(feature = "engine")]
pub use random::{Purpose, seeded};
pub use sample_task::{SampleTask, Scene};
#[cfg(feature = "engine")]
pub use samples::{DRAWN_A_CLASS, DRAWN_SIDE, DrawnPicture, DrawnTask, class_names, draw};
#[cfg(feature = "engine")]
pub use split::{Split, SplitError};
#[cfg(feature = "engine")]
pub use spread::spread;
#[cfg(feature = "engine")]
pub use views::with_views;
