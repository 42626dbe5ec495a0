//! Which pictures a network's statistics are measured anew on.

use crate::data::{Split, spread};

/// Most pictures. The last layers have nine numbers a channel and picture, so that even their
/// variances are known to some 6 %, √(2 / (9 · 64 − 1)), were the numbers independent and normal.
pub(super) const MOST_ADAPTED_ON: usize = 64;

/// The training pictures, or as many of them, evenly spread.
pub(super) fn adapted_on(split: &Split) -> Vec<usize> {
    spread(&split.training, MOST_ADAPTED_ON)
}
