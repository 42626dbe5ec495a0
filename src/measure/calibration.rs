//! Whether a model is right as often as it says that it is: the reliability diagram and the expected
//! calibration error of Guo et al. 2017 (arXiv 1706.04599, §2).

use serde::{Deserialize, Serialize};

#[cfg(feature = "engine")]
use rand::RngExt;

use super::Interval;
#[cfg(feature = "engine")]
use super::{Missing, wilson};
#[cfg(feature = "engine")]
use crate::data::{Purpose, seeded};

/// Fewest pictures of a bin. Among ten right answers of 90 % the share wavers by ten points already;
/// with fewer a bin says nothing.
#[cfg(feature = "engine")]
pub const PICTURES_A_BIN: usize = 10;

/// Most bins. Guo et al. took 15 for some 10,000 pictures; a person reads ten as well.
#[cfg(feature = "engine")]
const MOST_BINS: usize = 10;

/// How often answers are drawn as if every probability were right.
#[cfg(feature = "engine")]
const DRAWS: usize = 200;

/// Pictures that were answered about as surely.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Bin {
    /// How many there are.
    pub count: usize,
    /// Mean probability of the answer, 0 to 1.
    pub confidence: f64,
    /// Share of right answers.
    pub right: Interval,
}

/// How well probabilities and shares of right answers agree.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Calibration {
    /// From the least sure to the surest.
    pub bins: Vec<Bin>,
    /// The expected calibration error: the mean distance of confidence and share of right answers,
    /// bins weighted by their pictures, 0 to 1.
    pub error: f64,
    /// What that error would be on average with these probabilities, if each were right: so few
    /// pictures waver by that much.
    pub by_chance: f64,
}

/// Compares the probability of each answer with whether it was right.
///
/// Bins have as many pictures each (Nguyen and O'Connor 2015, arXiv 1508.05154), since a fine-tuned
/// model is nearly sure of nearly everything and bins of one width would be empty but for the last;
/// that has the smaller bias too (Roelofs et al. 2022, arXiv 2012.08668). There is one for every
/// [`PICTURES_A_BIN`] pictures, ten at most. Pictures that were answered exactly as surely share a
/// bin, so that their order changes nothing.
///
/// The error of a few pictures is never zero, not even where every probability is right. How large it
/// is then is found by drawing answers from the probabilities (Bröcker and Smith 2007, "Increasing
/// the Reliability of Reliability Diagrams", Weather and Forecasting 22, 651–661).
///
/// # Errors
/// With fewer pictures than a bin has.
#[cfg(feature = "engine")]
pub fn calibration(answers: &[(f64, bool)], seed: u64) -> Result<Calibration, Missing> {
    if answers.len() < PICTURES_A_BIN {
        return Err(Missing::TooFew { needed: PICTURES_A_BIN, found: answers.len() });
    }
    let mut sorted = answers.to_vec();
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let bounds = bounds(&sorted);
    let mut bins = Vec::with_capacity(bounds.len());
    let mut begin = 0;
    for &end in &bounds {
        let members = &sorted[begin..end];
        let right = members.iter().filter(|(_, is_right)| *is_right).count();
        let confidence = members.iter().map(|(share, _)| share).sum::<f64>() / members.len() as f64;
        bins.extend(wilson(right, members.len()).map(|right| Bin {
            count: members.len(),
            confidence,
            right,
        }));
        begin = end;
    }
    let error = error(&sorted, &bounds);
    let mut generator = seeded(seed, Purpose::Resampling);
    let mut by_chance = 0.0;
    let mut drawn = sorted;
    for _ in 0..DRAWS {
        for (share, is_right) in &mut drawn {
            *is_right = generator.random::<f64>() < *share;
        }
        by_chance += self::error(&drawn, &bounds) / DRAWS as f64;
    }
    Ok(Calibration { bins, error, by_chance })
}

/// Where bins of sorted answers end.
#[cfg(feature = "engine")]
fn bounds(sorted: &[(f64, bool)]) -> Vec<usize> {
    let count = (sorted.len() / PICTURES_A_BIN).clamp(1, MOST_BINS);
    let mut bounds = Vec::with_capacity(count);
    for bin in 1..=count {
        let mut end = bin * sorted.len() / count;
        while end < sorted.len() && sorted[end].0 == sorted[end - 1].0 {
            end += 1;
        }
        if bounds.last() != Some(&end) {
            bounds.push(end);
        }
    }
    bounds
}

/// Σ |share of right answers − confidence| · pictures / all pictures.
#[cfg(feature = "engine")]
fn error(sorted: &[(f64, bool)], bounds: &[usize]) -> f64 {
    let mut begin = 0;
    let mut sum = 0.0;
    for &end in bounds {
        let gap: f64 = sorted[begin..end]
            .iter()
            .map(|&(share, right)| f64::from(u8::from(right)) - share)
            .sum();
        sum += gap.abs();
        begin = end;
    }
    sum / sorted.len() as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_error_is_the_mean_gap_of_the_bins_worked_out_by_hand() {
        // Ten answers at 60 %, of which 3 are right; ten at 90 %, of which 9 are.
        let answers: Vec<(f64, bool)> = (0..10)
            .map(|place| (0.6, place < 3))
            .chain((0..10).map(|place| (0.9, place < 9)))
            .collect();
        let found = calibration(&answers, 1).expect("pictures enough");
        assert_eq!(found.bins.iter().map(|bin| bin.count).collect::<Vec<_>>(), [10, 10]);
        assert!((found.bins[0].confidence - 0.6).abs() < 1e-12);
        assert_eq!([found.bins[0].right.estimate, found.bins[1].right.estimate], [0.3, 0.9]);
        // (|0.3 − 0.6| · 10 + |0.9 − 0.9| · 10) / 20
        assert!((found.error - 0.15).abs() < 1e-12, "{}", found.error);
        // By chance: half the mean distance of Bin(10, 0.6) / 10 from 0.6, and of Bin(10, 0.9) / 10
        // from 0.9. By the closed form E|X − np| = 2 (1−p)^(n−k) p^(k+1) (k+1) C(n, k+1), k = ⌊np⌋:
        // 0.1204 and 0.0697, so 0.0951; 200 draws waver by 0.0045.
        assert!((found.by_chance - 0.0951).abs() < 0.02, "{}", found.by_chance);
    }

    #[test]
    fn answers_that_are_as_sure_share_a_bin() {
        let answers: Vec<(f64, bool)> = (0..40).map(|place| (0.5, place < 20)).collect();
        let found = calibration(&answers, 1).expect("pictures enough");
        assert_eq!((found.bins.len(), found.bins[0].count), (1, 40));
        assert_eq!(found.error, 0.0);
    }

    #[test]
    fn a_handful_of_pictures_says_how_many_it_takes() {
        let answers = [(0.5, true); 9];
        assert_eq!(calibration(&answers, 1), Err(Missing::TooFew { needed: 10, found: 9 }));
        assert_eq!(calibration(&[], 1), Err(Missing::TooFew { needed: 10, found: 0 }));
    }

    #[test]
    fn what_is_right_as_often_as_it_says_errs_no_more_than_chance() {
        let mut generator = seeded(3, Purpose::Probe);
        let answers: Vec<(f64, bool)> = (0..4_000)
            .map(|place| {
                let share = 0.5 + 0.5 * f64::from(place) / 4_000.0;
                (share, generator.random::<f64>() < share)
            })
            .collect();
        let found = calibration(&answers, 1).expect("pictures enough");
        assert!(found.error < 2.0 * found.by_chance, "{found:?}");
        // Where every answer claims to be sure, half of the wrong ones are all gap.
        let sure: Vec<_> = answers.iter().map(|&(_, is_right)| (1.0, is_right)).collect();
        let wrong = answers.iter().filter(|(_, is_right)| !is_right).count() as f64 / 4_000.0;
        let found = calibration(&sure, 1).expect("pictures enough");
        assert!((found.error - wrong).abs() < 1e-12);
        assert_eq!(found.by_chance, 0.0);
    }

    proptest! {
        #[test]
        fn bins_hold_every_picture_once_and_order_changes_nothing(
            answers in prop::collection::vec((0.0..=1.0f64, any::<bool>()), 10..200),
            seed: u64,
        ) {
            let found = calibration(&answers, seed).expect("pictures enough");
            prop_assert_eq!(found.bins.iter().map(|bin| bin.count).sum::<usize>(), answers.len());
            prop_assert!((0.0..=1.0).contains(&found.error));
            let turned: Vec<_> = answers.iter().rev().copied().collect();
            let turned = calibration(&turned, seed).expect("pictures enough");
            prop_assert!((found.error - turned.error).abs() < 1e-12);
            let mean = answers.iter().map(|(share, right)| f64::from(u8::from(*right)) - share).sum::<f64>();
            prop_assert!(found.error >= mean.abs() / answers.len() as f64 - 1e-12);
        }
    }
}
