//! How much a picture looks like those that a model has learned: a score for "none of these".
//!
//! A score is larger the more familiar a picture is. None of the three needs an unknown picture to be
//! worked out. The page goes by the distance to the nearest training picture, since it told best: the
//! area under the curve, mean and range over 27 models (the three drawn tasks, learned by a new head,
//! with the last four blocks and with everything, three seeds each; `tests/unknown.rs` prints those of one).
//!
//! | score | two other tasks: 25 known, 60 unknown pictures | a class that was left out: 20 and 24 |
//! |---|---|---|
//! | probability of the answer | 0.561 (0.127 to 0.791) | 0.632 (0.304 to 0.846) |
//! | energy | 0.667 (0.327 to 0.925) | 0.634 (0.269 to 0.863) |
//! | distance to the nearest | 0.999 (0.995 to 1.000) | 0.668 (0.410 to 0.942) |
//! | distance to the 3rd nearest | 1.000 (0.995 to 1.000) | 0.625 (0.438 to 0.929) |
//! | distance to the 5th nearest | 1.000 (0.997 to 1.000) | 0.597 (0.365 to 0.910) |
//!
//! The same on 16 models of photographs (flowers, hand signs, textures, rubbish; a new head and the last
//! four blocks, two seeds each), asked about some 125 photographs of the other three sets, or about a
//! class that was left out:
//!
//! | score | other photographs: 40 to 60 known | a class that was left out |
//! |---|---|---|
//! | probability of the answer | 0.617 (0.394 to 0.789) | 0.615 (0.458 to 0.725) |
//! | energy | 0.824 (0.538 to 0.937) | 0.624 (0.493 to 0.726) |
//! | distance to the nearest | 0.942 (0.833 to 1.000) | 0.669 (0.507 to 0.826) |
//! | distance to the 3rd nearest | 0.942 (0.816 to 1.000) | 0.650 (0.472 to 0.789) |
//! | distance to the 5th nearest | 0.943 (0.816 to 1.000) | 0.637 (0.454 to 0.754) |
//!
//! So what is drawn in another way is told nearly always, other photographs mostly, and another class of
//! the same kind hardly: a strange fruit is still a fruit. The nearest of all is taken, since a class may
//! have two training pictures only.

use kernels::{row_product as product, squared_distance};

use super::Interval;
use super::quantiles::NORMAL;

/// The largest probability of softmax over a row of logits, 0 to 1 (Hendrycks and Gimpel 2017, arXiv
/// 1610.02136).
pub fn maximum_softmax(logits: &[f32]) -> f64 {
    let largest = largest(logits);
    let sum: f64 = logits.iter().map(|logit| (f64::from(*logit) - largest).exp()).sum();
    1.0 / sum
}

/// ln Σ exp z over a row of logits z: the negative of what is called energy (Liu et al. 2020, arXiv
/// 2010.03759, with a temperature of 1).
pub fn negative_energy(logits: &[f32]) -> f64 {
    let largest = largest(logits);
    largest + logits.iter().map(|logit| (f64::from(*logit) - largest).exp()).sum::<f64>().ln()
}

fn largest(logits: &[f32]) -> f64 {
    logits.iter().copied().fold(f32::NEG_INFINITY, f32::max).into()
}

/// Which of the nearest training pictures counts.
pub const NEAREST: usize = 1;

/// The training pictures' features, each brought to length 1, since how long a row of features is says
/// little of its picture (Sun et al. 2022, arXiv 2204.06507, §3: a non-parametric distance that assumes
/// nothing of how features are spread).
#[derive(Clone, Debug)]
pub struct KnownFeatures {
    width: usize,
    rows: Vec<f32>,
}

impl KnownFeatures {
    /// Takes the rows at `training` of `features`; those beyond its end are left out.
    ///
    /// # Shapes
    /// - features: `[pictures, width]`
    pub fn new(features: &[f32], width: usize, training: &[usize]) -> Self {
        let row = |&picture: &usize| features.get(picture * width..(picture + 1) * width);
        Self { width, rows: training.iter().filter_map(row).flat_map(unit).collect() }
    }

    /// The negative Euclidean distance from a row of features to the `nearest`-th nearest training
    /// picture, or the furthest where there are fewer. Without any, infinitely strange.
    pub fn familiarity(&self, features: &[f32], nearest: usize) -> f64 {
        let row = unit(features);
        let rows = self.rows.chunks_exact(self.width.max(1));
        let mut distances: Vec<f32> = rows.map(|other| squared_distance(&row, other)).collect();
        let place = nearest.max(1).min(distances.len()).saturating_sub(1);
        if distances.is_empty() {
            return f64::NEG_INFINITY;
        }
        let (_, distance, _) = distances.select_nth_unstable_by(place, f32::total_cmp);
        -f64::from(*distance).sqrt()
    }
}

/// Halvings of a range of at most 1: its ends are then less than 1e-12 apart.
const HALVINGS: usize = 40;

/// A row divided by its length; one of zeros stays one.
fn unit(row: &[f32]) -> Vec<f32> {
    let length = product(row, row).sqrt();
    let scale = if length > 0.0 { 1.0 / length } else { 0.0 };
    row.iter().map(|value| value * scale).collect()
}

/// The area under the receiver operating characteristic: how often a familiar picture scores higher
/// than a strange one, ties counting half (Mann and Whitney 1947; Hanley and McNeil 1982, "The
/// Meaning and Use of the Area under a ROC Curve", Radiology 143, 29–36). ½ is chance, 1 is perfect.
/// `None` where one of both is empty or a score is no number.
pub fn area_under_curve(known: &[f64], unknown: &[f64]) -> Option<f64> {
    if known.is_empty() || unknown.is_empty() || known.iter().chain(unknown).any(|s| s.is_nan()) {
        return None;
    }
    let mut sorted = unknown.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let wins = |score: &f64| {
        let below = sorted.partition_point(|other| other < score);
        let up_to = sorted.partition_point(|other| other <= score);
        (below + up_to) as f64 / 2.0
    };
    Some(known.iter().map(wins).sum::<f64>() / (known.len() * unknown.len()) as f64)
}

/// [`area_under_curve`] with an interval of 95 %, by Newcombe's fifth method (2006, "Confidence
/// Intervals for an Effect Size Measure Based on the Mann–Whitney Statistic. Part 2", Statistics in
/// Medicine 25, 559–573): bounds θ lie as far from the area as the normal quantile times the standard
/// error at θ, for which Hanley and McNeil's two terms take the mean of both counts. So it has a width
/// also where all pairs are in order. `None` as there.
pub fn area_interval(known: &[f64], unknown: &[f64]) -> Option<Interval> {
    let area = area_under_curve(known, unknown)?;
    let (known, unknown) = (known.len() as f64, unknown.len() as f64);
    let further = (known + unknown) / 2.0 - 1.0;
    let error = |theta: f64| {
        let terms = 1.0 + further * ((1.0 - theta) / (2.0 - theta) + theta / (1.0 + theta));
        (theta * (1.0 - theta) * terms / (known * unknown)).sqrt()
    };
    // From the area to the end of the range, what is too near to be a bound and what is not divide once.
    let bound = |end: f64| {
        let (mut near, mut far) = (area, end);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(near, far);
            if (middle - area).abs() < NORMAL * error(middle) {
                near = middle;
            } else {
                far = middle;
            }
        }
        f64::midpoint(near, far)
    };
    Some(Interval { estimate: area, low: bound(0.0), high: bound(1.0) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::RngExt;

    use super::*;
    use crate::data::{Purpose, seeded};

    #[test]
    fn softmax_and_energy_are_those_worked_out_by_hand() {
        // Exponentials 1, 2 and 5.
        let logits = [0.0, 2f32.ln(), 5f32.ln()];
        assert!((maximum_softmax(&logits) - 0.625).abs() < 1e-6);
        assert!((negative_energy(&logits) - 8f64.ln()).abs() < 1e-6);
        // A constant on top moves the energy by it, and no probability; neither overflows.
        let raised = logits.map(|logit| logit + 1_000.0);
        assert!((maximum_softmax(&raised) - 0.625).abs() < 1e-4);
        assert!((negative_energy(&raised) - 8f64.ln() - 1_000.0).abs() < 1e-3);
    }

    #[test]
    fn the_distance_is_that_of_unit_rows_to_the_nearest_in_turn() {
        // Units (1, 0), (0, 1), (−1, 0); the third row of four is no training picture.
        let features = [5.0, 0.0, 0.0, 2.0, 9.0, 9.0, -3.0, 0.0];
        let known = KnownFeatures::new(&features, 2, &[0, 1, 3, 7]);
        let familiarity = |nearest| known.familiarity(&[4.0, 0.0], nearest);
        assert_eq!(familiarity(1), 0.0);
        assert!((familiarity(2) + 2f64.sqrt()).abs() < 1e-6);
        assert!((familiarity(3) + 2.0).abs() < 1e-6);
        assert_eq!((familiarity(0), familiarity(9)), (familiarity(1), familiarity(3)));
        assert_eq!(KnownFeatures::new(&[], 2, &[]).familiarity(&[1.0, 0.0], 1), f64::NEG_INFINITY);
        assert_eq!(KnownFeatures::new(&[], 0, &[0]).familiarity(&[], 1), f64::NEG_INFINITY);
    }

    #[test]
    fn the_area_is_the_share_of_pairs_in_order() {
        let area = |known: &[f64], unknown: &[f64]| area_under_curve(known, unknown).expect("both");
        assert_eq!(area(&[3.0, 4.0], &[1.0, 2.0]), 1.0);
        assert_eq!(area(&[1.0, 2.0], &[3.0, 4.0]), 0.0);
        assert_eq!(area(&[1.0; 3], &[1.0; 5]), 0.5);
        // Of six pairs 2 > 1, 2 = 2, 2 < 3, 4 > all three: 4.5.
        assert_eq!(area(&[2.0, 4.0], &[1.0, 2.0, 3.0]), 0.75);
        assert_eq!(area_under_curve(&[], &[1.0]), None);
        assert_eq!(area_under_curve(&[f64::NAN], &[1.0]), None);
    }

    #[test]
    fn the_area_between_two_ramps_is_the_closed_form() {
        // Known even over (d, 1 + d), unknown over (0, 1): 1 − (1 − d)² / 2.
        let shift = 0.3;
        let unknown: Vec<f64> = (0..2_000).map(|place| f64::from(place) / 2_000.0).collect();
        let known: Vec<f64> = unknown.iter().map(|score| score + shift).collect();
        let found = area_under_curve(&known, &unknown).expect("both");
        assert!((found - (1.0 - (1.0 - shift) * (1.0 - shift) / 2.0)).abs() < 1e-3, "{found}");
    }

    #[test]
    fn the_interval_of_an_area_is_the_one_worked_out_by_hand() {
        // Three pairs of four in order. At the bounds (θ − ¾)² = z² θ(1 − θ)(1 + (1 − θ)/(2 − θ) +
        // θ/(1 + θ)) / 4, solved to six places with another program.
        let found = area_interval(&[2.0, 4.0], &[1.0, 3.0]).expect("both");
        let z2 = NORMAL * NORMAL;
        assert_eq!(found.estimate, 0.75);
        for theta in [found.low, found.high] {
            let terms = 1.0 + (1.0 - theta) / (2.0 - theta) + theta / (1.0 + theta);
            let off = (theta - 0.75).powi(2) - z2 * theta * (1.0 - theta) * terms / 4.0;
            assert!(off.abs() < 1e-9, "{off} at {theta}");
        }
        assert!(
            (found.low - 0.227_187).abs() < 1e-6 && (found.high - 0.966_782).abs() < 1e-6,
            "{found:?}"
        );
        // All in order: no more than the pictures can tell.
        let all = area_interval(&[3.0, 4.0], &[1.0, 2.0]).expect("both");
        assert!(all.high == 1.0 && all.low > 0.0 && all.low < 1.0, "{all:?}");
        assert_eq!(area_interval(&[], &[1.0]), None);
    }

    #[test]
    fn the_interval_of_an_area_contains_the_truth_as_often_as_it_says() {
        // Two normal distributions a unit apart: Φ(1/√2) of the pairs are in order.
        let truth = 0.760_249_938;
        let mut generator = seeded(3, Purpose::Probe);
        let mut normal = |mean: f64| {
            let (u, v): (f64, f64) = (1.0 - generator.random::<f64>(), generator.random());
            mean + (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
        };
        let rounds = 4_000;
        let contained = (0..rounds).filter(|_| {
            let known: Vec<f64> = (0..15).map(|_| normal(1.0)).collect();
            let unknown: Vec<f64> = (0..25).map(|_| normal(0.0)).collect();
            area_interval(&known, &unknown).is_some_and(|found| found.contains(truth))
        });
        let share = contained.count() as f64 / f64::from(rounds);
        // Three standard errors of 4,000 rounds are a point; Newcombe's tables have 0.94 to 0.97.
        assert!((0.93..0.98).contains(&share), "{share}");
    }

    proptest! {
        #[test]
        fn both_sides_of_the_area_add_up_to_one_and_only_the_order_counts(
            known in prop::collection::vec(-20..20i32, 1..30),
            unknown in prop::collection::vec(-20..20i32, 1..30),
        ) {
            let scores = |of: &[i32], map: fn(f64) -> f64| {
                of.iter().map(|score| map(f64::from(*score))).collect::<Vec<_>>()
            };
            let area = |map| area_under_curve(&scores(&known, map), &scores(&unknown, map));
            let plain = area(|score| score).expect("both");
            let turned = area_under_curve(&scores(&unknown, |s| s), &scores(&known, |s| s)).expect("both");
            prop_assert!((plain + turned - 1.0).abs() < 1e-12);
            prop_assert_eq!(Some(plain), area(|score| (score / 7.0).exp()));
        }
    }
}
