//! The place in the backbone where frozen ends and trained begins.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::architecture::{BLOCKS, STAGES};

/// Where frozen ends and trained begins, from "head only" to "everything".
///
/// The head always learns. Written as `head`, `last-4` and `all`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Cut {
    /// The backbone stays as it is; only the new head learns.
    HeadOnly,
    /// The last `k` inverted residual blocks and the 1×1 top layer behind them learn with the head.
    /// From 1 to 17.
    LastBlocks(usize),
    /// Every convolution of the backbone learns with the head.
    Everything,
}

/// The text or number does not name a cut.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{given}` is not a cut: write head, last-1 to last-{BLOCKS}, or all")]
pub struct CutError {
    given: String,
}

impl Cut {
    /// How many positions a slider over all cuts has.
    pub const POSITIONS: usize = BLOCKS + 2;

    /// The cut at a slider position: 0 is head only, `POSITIONS - 1` everything.
    /// Positions beyond the last are everything.
    pub fn from_position(position: usize) -> Self {
        match position {
            0 => Self::HeadOnly,
            k if k <= BLOCKS => Self::LastBlocks(k),
            _ => Self::Everything,
        }
    }

    /// The slider position of this cut, the inverse of [`Cut::from_position`].
    pub fn position(self) -> usize {
        match self {
            Self::HeadOnly => 0,
            Self::LastBlocks(k) => k.min(BLOCKS),
            Self::Everything => BLOCKS + 1,
        }
    }

    /// Index of the first stage that learns: 0 is the stem, [`STAGES`] means none does.
    pub fn first_trained_stage(self) -> usize {
        match self {
            Self::HeadOnly => STAGES,
            Self::LastBlocks(k) => STAGES - 1 - k.min(BLOCKS),
            Self::Everything => 0,
        }
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HeadOnly => f.write_str("head"),
            Self::LastBlocks(k) => write!(f, "last-{k}"),
            Self::Everything => f.write_str("all"),
        }
    }
}

impl FromStr for Cut {
    type Err = CutError;

    fn from_str(text: &str) -> Result<Self, CutError> {
        let refused = || CutError { given: text.to_owned() };
        match text {
            "head" => Ok(Self::HeadOnly),
            "all" => Ok(Self::Everything),
            _ => {
                let k = text.strip_prefix("last-").ok_or_else(refused)?;
                match k.parse() {
                    Ok(k) if (1..=BLOCKS).contains(&k) => Ok(Self::LastBlocks(k)),
                    _ => Err(refused()),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slider_position_survives_the_round_trip_through_text_and_number() {
        for position in 0..Cut::POSITIONS {
            let cut = Cut::from_position(position);
            assert_eq!(cut.position(), position);
            assert_eq!(cut.to_string().parse(), Ok(cut));
        }
    }

    #[test]
    fn each_further_position_thaws_exactly_one_more_stage_but_the_first_thaws_two() {
        let trained: Vec<usize> = (0..Cut::POSITIONS)
            .map(|position| STAGES - Cut::from_position(position).first_trained_stage())
            .collect();
        let expected: Vec<usize> = std::iter::once(0).chain(2..=STAGES).collect();
        assert_eq!(trained, expected);
    }

    #[test]
    fn texts_that_name_no_cut_are_refused() {
        for text in ["", "last-0", "last-18", "last-", "last-x", "Head", "everything"] {
            assert!(text.parse::<Cut>().is_err(), "{text}");
        }
    }
}
