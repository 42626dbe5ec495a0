//! Why a figure has no number.

use serde::{Deserialize, Serialize};

use super::Interval;

/// A number with its bounds, or what is missing for one.
pub type Measured = Result<Interval, Missing>;

/// Why a figure has no number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Missing {
    /// No picture that was asked about is of this class.
    NoPictures,
    /// No picture that was asked about was given this answer.
    NeverAnswered,
    /// There are pictures, but not enough of them.
    TooFew {
        /// How many it takes.
        needed: usize,
        /// How many there are.
        found: usize,
    },
    /// Every picture was named rightly, so nothing tells how much doubt is due.
    NothingWrong,
}

impl Missing {
    /// As a clause for people, without a full stop.
    pub fn in_words(self) -> String {
        match self {
            Self::NoPictures => "no picture of this class was asked about".to_owned(),
            Self::NeverAnswered => "this was never the answer".to_owned(),
            Self::TooFew { needed, found } => format!("it takes {needed} pictures, not {found}"),
            Self::NothingWrong => {
                "every picture was named rightly, so nothing tells how much doubt is due".to_owned()
            }
        }
    }
}
