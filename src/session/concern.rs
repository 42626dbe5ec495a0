//! What is wrong with the pictures, as far as it can be told before anything is learned.

use serde::{Deserialize, Serialize};

use super::message::{ClassId, PictureId};

/// The largest class may have so many times the pictures of the smallest before it is told.
pub const IMBALANCE: usize = 3;

/// Originals whose shorter side has fewer pixels are told: each of them becomes more than four of the
/// network's.
pub const TINY_SIDE: u32 = 48;

/// Something about the pictures that a person should look at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Concern {
    /// The same picture several times in one class. A split never divides them.
    Copies {
        /// In which class.
        class: ClassId,
        /// The pictures, in the order of their ids.
        pictures: Vec<PictureId>,
        /// Whether the network sees the same pixels; else one is cropped, scaled or saved again.
        are_equal: bool,
    },
    /// The same picture in several classes: at most one of them is right. It is never tested on.
    TwoClasses {
        /// The pictures with their classes.
        pictures: Vec<(PictureId, ClassId)>,
    },
    /// Pictures in a new setting that are also among those to learn from: what is measured on them is
    /// no generalisation.
    Leaked {
        /// Those in the new setting.
        pictures: Vec<PictureId>,
    },
    /// Pictures of one colour: there is nothing to learn from them.
    Blank {
        /// The pictures.
        pictures: Vec<PictureId>,
    },
    /// Pictures whose original has very few pixels.
    Tiny {
        /// The pictures.
        pictures: Vec<PictureId>,
    },
    /// A class has too few pictures to take part.
    TooFew {
        /// The class.
        class: ClassId,
        /// Pictures that it has.
        found: usize,
    },
    /// A class's pictures are too few separate ones: copies and bursts count as one.
    TooAlike {
        /// The class.
        class: ClassId,
        /// Groups that it has.
        found: usize,
    },
    /// A class has many times the pictures of another.
    Imbalance {
        /// The class with most pictures, and how many.
        largest: (ClassId, usize),
        /// The class with fewest pictures, and how many.
        smallest: (ClassId, usize),
    },
}
