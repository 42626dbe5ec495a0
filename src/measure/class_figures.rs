//! How well one class is told from the others, and how far each number may be off.

use serde::{Deserialize, Serialize};

use super::Measured;
#[cfg(feature = "engine")]
use super::{Confusion, Interval, Missing, mean_of_shares, wilson};

/// How well one class is told from the others. All three are from 0 to 1.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct ClassFigures {
    /// Share of the pictures that were given this answer which are of this class.
    pub precision: Measured,
    /// Share of this class's pictures that were named rightly.
    pub recall: Measured,
    /// The harmonic mean of both (van Rijsbergen 1979, "Information Retrieval", chapter 7).
    pub f1: Measured,
}

#[cfg(feature = "engine")]
impl ClassFigures {
    /// The figures of one class, with intervals of 95 %.
    ///
    /// All three are shares, so the intervals are Wilson's. Precision and recall are shares of the
    /// answers and of the class. F1 is 2·J / (1 + J) for the share J of right answers among all
    /// pictures that are of the class or were taken for it. That grows with J, so its bounds are
    /// those of J, brought over; no resampling is needed.
    pub fn of(confusion: &Confusion, class: usize) -> Self {
        let right = confusion.count(class, class);
        let sum = |count: &dyn Fn(usize) -> usize| (0..confusion.classes()).map(count).sum();
        let of_class: usize = sum(&|answer| confusion.count(class, answer));
        let answered: usize = sum(&|label| confusion.count(label, class));
        let either = of_class + answered - right;
        Self {
            precision: wilson(right, answered).ok_or(Missing::NeverAnswered),
            recall: wilson(right, of_class).ok_or(Missing::NoPictures),
            f1: wilson(right, either).map(f1_of_overlap).ok_or(Missing::NoPictures),
        }
    }
}

/// From the share of right answers among all pictures that concern a class to F1.
#[cfg(feature = "engine")]
fn f1_of_overlap(overlap: Interval) -> Interval {
    let f1 = |share: f64| 2.0 * share / (1.0 + share);
    Interval { estimate: f1(overlap.estimate), low: f1(overlap.low), high: f1(overlap.high) }
}

/// The mean recall of the classes that have pictures ([`Confusion::balanced_accuracy`]), with an
/// interval of 95 % ([`mean_of_shares`]).
#[cfg(feature = "engine")]
pub fn balanced_accuracy(confusion: &Confusion) -> Measured {
    let classes = 0..confusion.classes();
    let of_class = |class| classes.clone().map(|answer| confusion.count(class, answer)).sum();
    let recalls = classes.clone().map(|class| (confusion.count(class, class), of_class(class)));
    mean_of_shares(&recalls.collect::<Vec<_>>()).ok_or(Missing::NoPictures)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::measure::{Unit, bootstrap};

    /// Class 0: 6 right, 2 taken for class 1. Class 1: 3 right, 1 taken for class 0. Class 2 has no
    /// pictures and is never the answer, class 3 neither but for one picture of class 1.
    fn hand() -> Confusion {
        let pairs = [(0, 0, 6), (0, 1, 2), (1, 1, 3), (1, 0, 1), (1, 3, 1)];
        let pairs = pairs
            .iter()
            .flat_map(|&(label, answer, count)| std::iter::repeat_n((label, answer), count));
        Confusion::of(4, pairs)
    }

    fn estimate(measured: Measured) -> f64 {
        measured.expect("measured").estimate
    }

    #[test]
    fn precision_recall_and_f1_are_those_counted_by_hand() {
        let figures = ClassFigures::of(&hand(), 0);
        assert_eq!(estimate(figures.precision), 6.0 / 7.0);
        assert_eq!(estimate(figures.recall), 6.0 / 8.0);
        // 2 · 6 / (2 · 6 + 1 + 2)
        assert!((estimate(figures.f1) - 12.0 / 15.0).abs() < 1e-12);
        let figures = ClassFigures::of(&hand(), 1);
        assert_eq!(estimate(figures.precision), 3.0 / 5.0);
        assert_eq!(estimate(figures.recall), 3.0 / 5.0);
        assert!((estimate(figures.f1) - 6.0 / 10.0).abs() < 1e-12);
        assert_eq!(figures.recall.ok(), wilson(3, 5));
    }

    #[test]
    fn what_cannot_be_told_says_what_is_missing() {
        let figures = ClassFigures::of(&hand(), 2);
        assert_eq!(figures.precision, Err(Missing::NeverAnswered));
        assert_eq!(figures.recall, Err(Missing::NoPictures));
        assert_eq!(figures.f1, Err(Missing::NoPictures));
        let figures = ClassFigures::of(&hand(), 3);
        assert_eq!((estimate(figures.precision), estimate(figures.f1)), (0.0, 0.0));
        assert_eq!(figures.recall, Err(Missing::NoPictures));
        assert_eq!(balanced_accuracy(&Confusion::of(3, [])), Err(Missing::NoPictures));
    }

    #[test]
    fn balanced_accuracy_is_the_mean_recall_of_classes_with_pictures() {
        let measured = balanced_accuracy(&hand()).expect("pictures");
        assert!((measured.estimate - f64::midpoint(0.75, 0.6)).abs() < 1e-12);
        assert_eq!(measured.estimate, hand().balanced_accuracy());
        assert!(measured.low < 0.6 && measured.high > 0.8, "{measured:?}");
    }

    #[test]
    fn with_many_pictures_f1s_bounds_are_those_of_pictures_drawn_again() {
        let pairs = (0..1_000).map(|picture| {
            (picture % 2, usize::from(picture % 2 == 1) ^ usize::from(picture % 7 == 0))
        });
        let pairs: Vec<(usize, usize)> = pairs.collect();
        let units: Vec<Unit> = pairs
            .iter()
            .map(|&(label, answer)| match (label == 0, answer == 0) {
                (true, true) => Unit { sum: 2.0, count: 2 },
                (false, false) => Unit::default(),
                _ => Unit { sum: 0.0, count: 1 },
            })
            .collect();
        let drawn = bootstrap(&units, 1).expect("pictures enough");
        let figure = ClassFigures::of(&Confusion::of(2, pairs), 0).f1.expect("measured");
        assert!((figure.estimate - drawn.estimate).abs() < 1e-12);
        // A bound of so many pictures wavers by about 3 % of its distance from resample to resample.
        for (found, expected) in [(figure.low, drawn.low), (figure.high, drawn.high)] {
            let distance = (expected - drawn.estimate).abs();
            assert!((found - expected).abs() < 0.1 * distance, "{figure:?}, {drawn:?}");
        }
    }

    proptest! {
        #[test]
        fn f1_is_the_harmonic_mean_of_precision_and_recall(
            pairs in prop::collection::vec((0..3usize, 0..3usize), 1..60),
        ) {
            let confusion = Confusion::of(3, pairs);
            for class in 0..3 {
                let figures = ClassFigures::of(&confusion, class);
                let (Ok(precision), Ok(recall)) = (figures.precision, figures.recall) else { continue };
                let (p, r) = (precision.estimate, recall.estimate);
                let harmonic = if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 };
                let f1 = figures.f1.expect("there are pictures");
                prop_assert!((f1.estimate - harmonic).abs() < 1e-12);
                prop_assert!(f1.contains(f1.estimate));
            }
        }
    }
}
