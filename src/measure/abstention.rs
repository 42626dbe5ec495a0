//! From which familiarity on a model answers, and what it costs to refuse the rest.

use serde::{Deserialize, Serialize};

use super::Interval;
#[cfg(feature = "engine")]
use super::{Missing, area_interval, wilson};

/// Share of the validation pictures below the threshold: as many answers as this are given up on
/// pictures that are known, for all unknown ones that are refused in return.
pub const GIVEN_UP: f64 = 0.05;

/// Fewest validation pictures that a threshold is taken from. The least familiar of so many lies below
/// all but an eleventh of further pictures, on average; of nineteen it would be a twentieth.
#[cfg(feature = "engine")]
const FEWEST: usize = 10;

/// What "none of these" comes to.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Abstention {
    /// A picture that is less familiar is refused.
    pub threshold: f64,
    /// Validation pictures that the threshold was taken from.
    pub validation: usize,
    /// Share of the rightly named test pictures that are refused all the same: what it costs. `None`
    /// where none was named rightly.
    pub right_refused: Option<Interval>,
    /// Share of the wrongly named test pictures that are refused. `None` where none was named wrongly.
    pub wrong_refused: Option<Interval>,
    /// How it does on pictures of other tasks, where some were asked about.
    pub unknown: Option<UnknownRefused>,
}

/// How pictures of other tasks are told from those of this one.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct UnknownRefused {
    /// Area under the curve of test pictures against unknown ones: ½ is chance, 1 is perfect.
    pub area: Interval,
    /// Known pictures, those of the test.
    pub known: usize,
    /// Unknown pictures.
    pub unknown: usize,
    /// Share of the unknown pictures that are refused.
    pub refused: Interval,
}

/// The familiarity of pictures, by what they are for.
#[cfg(feature = "engine")]
#[derive(Clone, Debug, Default)]
pub struct Familiarities {
    /// Of the validation pictures.
    pub validation: Vec<f64>,
    /// Of the test pictures, with whether each was named rightly.
    pub test: Vec<(f64, bool)>,
    /// Of pictures of other tasks.
    pub unknown: Vec<f64>,
}

/// Sets the threshold on the validation pictures so that all but [`GIVEN_UP`] of them are answered,
/// rounded so that more are, and counts what it does to the others.
///
/// # Errors
/// With fewer than ten validation pictures.
#[cfg(feature = "engine")]
pub fn abstention(scores: &Familiarities) -> Result<Abstention, Missing> {
    let threshold = threshold(&scores.validation)?;
    let is_refused = |score: f64| is_none_of_these(score, threshold);
    let share = |of_right: bool| {
        let asked = scores.test.iter().filter(|(_, is_right)| *is_right == of_right);
        let refused = asked.clone().filter(|(score, _)| is_refused(*score)).count();
        wilson(refused, asked.count())
    };
    let test: Vec<f64> = scores.test.iter().map(|(score, _)| *score).collect();
    let refused = scores.unknown.iter().filter(|&&score| is_refused(score)).count();
    let unknown = area_interval(&test, &scores.unknown).zip(wilson(refused, scores.unknown.len()));
    Ok(Abstention {
        threshold,
        validation: scores.validation.len(),
        right_refused: share(true),
        wrong_refused: share(false),
        unknown: unknown.map(|(area, refused)| UnknownRefused {
            area,
            known: test.len(),
            unknown: scores.unknown.len(),
            refused,
        }),
    })
}

/// Whether a picture of this familiarity is refused. One without a number is.
pub fn is_none_of_these(familiarity: f64, threshold: f64) -> bool {
    familiarity.is_nan() || familiarity < threshold
}

#[cfg(feature = "engine")]
fn threshold(validation: &[f64]) -> Result<f64, Missing> {
    let found = validation.len();
    if found < FEWEST {
        return Err(Missing::TooFew { needed: FEWEST, found });
    }
    let mut sorted = validation.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let below = (GIVEN_UP * found as f64) as usize;
    Ok(sorted[below])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_threshold_keeps_nineteen_of_twenty_and_costs_are_counted() {
        let validation: Vec<f64> = (0..40).map(f64::from).rev().collect();
        let test =
            [(1.0, true), (2.0, true), (30.0, true), (35.0, true), (1.5, false), (9.0, false)];
        let scores =
            Familiarities { validation, test: test.to_vec(), unknown: vec![0.0, 0.5, 3.0] };
        let found = abstention(&scores).expect("pictures enough");
        // Two of 40 lie below: 0 and 1.
        assert_eq!((found.threshold, found.validation), (2.0, 40));
        assert_eq!(found.right_refused, wilson(1, 4));
        assert_eq!(found.wrong_refused, wilson(1, 2));
        let unknown = found.unknown.expect("some were asked about");
        assert_eq!((unknown.known, unknown.unknown), (6, 3));
        assert_eq!(Some(unknown.refused), wilson(2, 3));
        // Of 18 pairs, 3.0 is above three of the test's.
        assert!((unknown.area.estimate - 15.0 / 18.0).abs() < 1e-12);
    }

    #[test]
    fn a_few_validation_pictures_give_no_threshold_and_some_more_are_all_kept() {
        let of = |count: u32| Familiarities {
            validation: (0..count).map(f64::from).collect(),
            ..Familiarities::default()
        };
        assert_eq!(abstention(&of(9)), Err(Missing::TooFew { needed: FEWEST, found: 9 }));
        let found = abstention(&of(19)).expect("pictures enough");
        assert_eq!(found.threshold, 0.0);
        assert_eq!((found.right_refused, found.wrong_refused, found.unknown), (None, None, None));
        assert!(is_none_of_these(f64::NAN, 0.0) && !is_none_of_these(0.0, 0.0));
    }

    proptest! {
        #[test]
        fn at_least_nineteen_of_twenty_validation_pictures_are_kept(
            validation in prop::collection::vec(-5.0..5.0f64, FEWEST..200),
        ) {
            let threshold = threshold(&validation).expect("pictures enough");
            let kept = validation.iter().filter(|&&score| !is_none_of_these(score, threshold)).count();
            prop_assert!(kept as f64 >= (1.0 - GIVEN_UP) * validation.len() as f64);
        }
    }
}
