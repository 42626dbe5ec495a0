//! What may differ between a picture and its views.

use serde::{Deserialize, Serialize};

/// The changes that views of a picture have, each of which can be left out. Which of them is worth
/// learning from depends on the pictures: a mirrored letter is no letter, and where colour tells
/// classes apart, changing it hides what is to be learned.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Augmentation {
    /// Half of the views have left and right swapped.
    pub flip: bool,
    /// A view shows from four fifths of the picture's area up to all of it, at the picture's size.
    pub crop: bool,
    /// Brightness, contrast and saturation go up or down by a fifth at most.
    pub colour: bool,
}

impl Augmentation {
    /// No change: views would be the picture again.
    pub const NONE: Self = Self { flip: false, crop: false, colour: false };
}

impl Default for Augmentation {
    /// All changes.
    fn default() -> Self {
        Self { flip: true, crop: true, colour: true }
    }
}
