//! How far a mean over classes may be off, by drawing the pictures of each class again.
//!
//! Balanced accuracy weighs every class alike. Were all pictures drawn together, a class would have
//! more of them in one draw than in the next and at times none, which is not how they came. So each
//! class keeps as many as it has (Davison and Hinkley 1997, "Bootstrap Methods and their
//! Application", section 3.2).

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::Interval;
use super::bootstrap::{
    LEAST_PICTURES, RESAMPLES, Unit, are_alike, bounds, drawn_mean, expanded_tail, mean, unseen,
};
use crate::data::{Purpose, seeded};

/// Balanced accuracy, 0 to 1: the mean over the classes of the share of right answers. From triples
/// of a picture, its class, and whether it was named rightly. See [`within`].
pub fn balanced_share(
    answers: impl Iterator<Item = (usize, usize, bool)>,
    seed: u64,
) -> Option<Interval> {
    let values = answers.map(|(picture, class, is_right)| (picture, class, is_right as i8));
    within(0.0..=1.0, &by_class(values), seed)
}

/// By how much the second's balanced accuracy is above the first's, −1 to 1. From a picture, its
/// class, whether the first named it rightly, and whether the second did. See [`within`].
pub fn balanced_difference(
    answers: impl Iterator<Item = (usize, usize, bool, bool)>,
    seed: u64,
) -> Option<Interval> {
    let values =
        answers.map(|(picture, class, first, second)| (picture, class, second as i8 - first as i8));
    within(-1.0..=1.0, &by_class(values), seed)
}

/// The units of each class that has any, both in the order of their numbers.
fn by_class(values: impl Iterator<Item = (usize, usize, i8)>) -> Vec<Vec<Unit>> {
    let mut classes = BTreeMap::<usize, BTreeMap<usize, Unit>>::new();
    for (picture, class, value) in values {
        classes.entry(class).or_default().entry(picture).or_default().add(f64::from(value));
    }
    classes.into_values().map(|units| units.into_values().collect()).collect()
}

/// The interval of 95 % around the mean over classes of Σ sum / Σ count, by drawing units again
/// within each class; for one class it is that of [`super::bootstrap`].
///
/// A drawn mean of n units has a variance that is n / (n − 1) times too small. Classes differ in n,
/// so the bounds are taken further out by the ratio of the sums of both variances, and by Student's
/// quantile with as many degrees of freedom as Satterthwaite gives (1946, "An Approximate
/// Distribution of Estimates of Variance Components", Biometrics Bulletin 2, 110–114).
///
/// Where the units of every class are alike, the rule of three holds for as many pictures as tell
/// the mean as well: C² / Σ 1/n for C classes. A class whose units are alike while others differ
/// is drawn from with one more unit at either end of the range that it is not at itself: what was not
/// seen in n pictures may still be one in n.
///
/// `None` without classes and where one has fewer than [`LEAST_PICTURES`]. The same units and seed
/// give the same interval.
fn within(range: RangeInclusive<f64>, classes: &[Vec<Unit>], seed: u64) -> Option<Interval> {
    if classes.is_empty() || classes.iter().any(|units| units.len() < LEAST_PICTURES) {
        return None;
    }
    let over = |classes: &[Vec<Unit>], of: &mut dyn FnMut(&Vec<Unit>) -> f64| {
        classes.iter().map(of).sum::<f64>() / classes.len() as f64
    };
    let estimate = over(classes, &mut |units| mean(units.iter().copied()));
    let padded: Vec<Vec<Unit>> = classes.iter().map(|units| with_unseen(units, &range)).collect();
    let (mut drawn, mut unbiased, mut squares) = (0.0, 0.0, 0.0);
    for units in &padded {
        let others = (units.len() - 1) as f64;
        let biased = variance_of_drawn(units);
        let own = biased * units.len() as f64 / others;
        drawn += biased;
        unbiased += own;
        squares += own * own / others;
    }
    if classes.iter().all(|units| are_alike(units)) {
        let reciprocals: f64 = classes.iter().map(|units| 1.0 / units.len() as f64).sum();
        let as_good_as = (classes.len() as f64).powi(2) / reciprocals;
        return Some(unseen(estimate, &range, as_good_as));
    }
    let mut generator = seeded(seed, Purpose::Resampling);
    let means =
        (0..RESAMPLES).map(|_| over(&padded, &mut |units| drawn_mean(units, &mut generator)));
    // A whole number that rounding took something from is still one.
    let degrees = (unbiased * unbiased / squares + 1e-6) as usize;
    let tail = expanded_tail((unbiased / drawn).sqrt(), degrees.max(1));
    let Interval { low, high, .. } = bounds(estimate, means.collect(), tail);
    Some(Interval { estimate, low: low.min(estimate), high: high.max(estimate) })
}

/// The units of a class; where they are alike, with one more at each end of the range that they are
/// not at.
fn with_unseen(units: &[Unit], range: &RangeInclusive<f64>) -> Vec<Unit> {
    let mut all = units.to_vec();
    if let Some(&Unit { sum, count }) = units.first().filter(|_| are_alike(units)) {
        let ends = [*range.start(), *range.end()].map(|end| end * count as f64);
        let unseen = ends.into_iter().filter(|end| (end - sum).abs() > 1e-9);
        all.extend(unseen.map(|sum| Unit { sum, count }));
    }
    all
}

/// The variance of Σ sum / Σ count over draws of as many units, to first order; 0 for units that
/// are alike.
fn variance_of_drawn(units: &[Unit]) -> f64 {
    if are_alike(units) {
        return 0.0;
    }
    let mean = mean(units.iter().copied());
    let answers: usize = units.iter().map(|unit| unit.count).sum();
    let off = |unit: &Unit| (unit.sum - mean * unit.count as f64).powi(2);
    units.iter().map(off).sum::<f64>() / (answers as f64).powi(2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::RngExt;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;
    use crate::measure::{Confusion, paired_difference, share};

    fn width(interval: Option<Interval>) -> f64 {
        interval.map(|within| within.high - within.low).expect("pictures enough")
    }

    #[test]
    fn the_estimate_is_the_mean_over_classes_of_shares_of_answers() {
        // Class 0: picture 1 is asked twice and named rightly once, picture 2 once and rightly.
        // Class 4: one of two pictures.
        let answers =
            [(1, 0, true), (1, 0, false), (2, 0, true), (3, 4, true), (4, 4, false)].into_iter();
        let found = balanced_share(answers, 1).expect("pictures enough");
        assert!((found.estimate - (2.0 / 3.0 + 1.0 / 2.0) / 2.0).abs() < 1e-12);
        // Class 0: one won, one lost, one level. Class 1: one won, one level.
        let pairs = [
            (1, 0, false, true),
            (2, 0, true, false),
            (3, 0, true, true),
            (4, 1, false, true),
            (5, 1, false, false),
        ];
        let found = balanced_difference(pairs.into_iter(), 1).expect("pictures enough");
        assert!((found.estimate - 0.25).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn a_class_with_a_single_picture_leaves_no_interval() {
        let answers = [(1, 0, true), (2, 0, false), (3, 1, true), (3, 1, false)];
        assert_eq!(balanced_share(answers.into_iter(), 1), None);
        assert_eq!(balanced_share(std::iter::empty(), 1), None);
    }

    #[test]
    fn classes_that_all_agree_get_the_rule_of_three_of_as_many_as_tell_as_much() {
        // 4 / (1/10 + 1/30) is 30.
        let answers = (0..40).map(|picture| (picture, usize::from(picture >= 10), true));
        let found = balanced_share(answers, 1).expect("pictures enough");
        assert_eq!((found.estimate, found.high), (1.0, 1.0));
        assert!((found.low - 0.9).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn of_one_class_it_is_the_plain_bootstrap() {
        let answers = || (0..30).map(|picture| (picture, picture % 3 == 0, picture % 4 == 0));
        for seed in 0..5 {
            let alone = balanced_share(answers().map(|(p, right, _)| (p, 7, right)), seed);
            assert_eq!(alone, share(answers().map(|(p, right, _)| (p, right)), seed));
            let alone = balanced_difference(answers().map(|(p, a, b)| (p, 7, a, b)), seed);
            assert_eq!(alone, paired_difference(answers(), seed));
        }
    }

    #[test]
    fn with_equal_classes_asked_once_it_is_about_as_wide_as_the_plain_one() {
        // Seven of ten right in each of three classes of 40.
        let answers = || (0..120).map(|picture| (picture, picture % 3, (picture / 3) % 10 < 7));
        let balanced = width(balanced_share(answers(), 1));
        let plain = width(share(answers().map(|(p, _, right)| (p, right)), 1));
        // Each of the four bounds wavers by about 3 % of its distance.
        assert!((balanced / plain - 1.0).abs() < 0.1, "{balanced} {plain}");
    }

    #[test]
    fn a_small_class_makes_it_wider() {
        let of = |first: usize| {
            width(balanced_share((0..100).map(|p| (p, usize::from(p >= first), p % 3 > 0)), 1))
        };
        assert!(of(8) > 1.3 * of(50), "{} {}", of(8), of(50));
    }

    proptest! {
        #[test]
        fn it_holds_balanced_accuracy_and_stays_within_its_range(
            answers in prop::collection::vec((0..30usize, any::<bool>(), any::<bool>()), 60..150),
            seed: u64,
        ) {
            let answers = answers.iter().map(|&(p, first, second)| (p, p % 3, first, second));
            let pairs = answers.clone().map(|(_, class, _, b)| (class, if b { class } else { 3 }));
            let balanced = Confusion::of(4, pairs).balanced_accuracy();
            if let Some(found) = balanced_share(answers.clone().map(|(p, c, _, b)| (p, c, b)), seed) {
                prop_assert!((found.estimate - balanced).abs() < 1e-12);
                prop_assert!(found.contains(found.estimate));
                prop_assert!(found.low >= 0.0 && found.high <= 1.0);
            }
            if let Some(found) = balanced_difference(answers, seed) {
                prop_assert!(found.contains(found.estimate));
                prop_assert!(found.low >= -1.0 && found.high <= 1.0);
            }
        }
    }

    /// Share of 2,000 simulated experiments with so many pictures a class whose interval contains the
    /// truth. Its standard error is half a point.
    fn coverage(
        pictures: [usize; 3],
        truth: f64,
        simulated: impl Fn(usize, &mut ChaCha8Rng) -> (bool, bool),
    ) -> f64 {
        let mut generator = ChaCha8Rng::seed_from_u64(1);
        let hits = (0..2_000).filter(|&seed| {
            let mut answers = Vec::new();
            for (class, pictures) in pictures.into_iter().enumerate() {
                for _ in 0..pictures {
                    let (first, second) = simulated(class, &mut generator);
                    answers.push((answers.len(), class, first, second));
                }
            }
            let found = balanced_difference(answers.into_iter(), seed);
            found.is_some_and(|within| within.contains(truth))
        });
        hits.count() as f64 / 2_000.0
    }

    #[test]
    fn intervals_of_unequal_classes_contain_the_truth_95_times_in_100() {
        // The first names nothing rightly, so the difference is the second's balanced accuracy.
        let recalls = [0.6, 0.75, 0.9];
        let right = |class: usize, generator: &mut ChaCha8Rng| {
            (false, generator.random_bool(recalls[class]))
        };
        let coverage = coverage([20, 40, 80], 0.75, right);
        assert!((coverage - 0.95).abs() < 0.02, "{coverage}");
    }

    #[test]
    fn intervals_of_differences_contain_the_truth_95_times_in_100() {
        // Pictures of each class that the second wins, and a tenth that it loses.
        let won = [0.4, 0.25, 0.1];
        let pair = |class: usize, generator: &mut ChaCha8Rng| match generator.random_range(0.0..1.0)
        {
            kind if kind < won[class] => (false, true),
            kind if kind < won[class] + 0.1 => (true, false),
            _ => (true, true),
        };
        let coverage = coverage([20, 40, 80], 0.15, pair);
        assert!((coverage - 0.95).abs() < 0.02, "{coverage}");
    }

    #[test]
    fn classes_in_which_nothing_is_wrong_by_chance_do_not_make_intervals_too_narrow() {
        // Nineteen of twenty are named rightly, so that often all six of the smallest class are.
        let right = |_: usize, generator: &mut ChaCha8Rng| (false, generator.random_bool(0.95));
        for pictures in [[6, 30, 60], [20, 40, 80]] {
            let coverage = coverage(pictures, 0.95, right);
            assert!(coverage > 0.93, "{pictures:?}: {coverage}");
        }
    }
}
