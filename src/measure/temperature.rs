//! One number that makes a model as sure as it is right: temperature scaling (Guo et al. 2017, arXiv
//! 1706.04599, §4.2). Logits are divided by it before softmax, so no answer changes.

use super::Missing;
use super::calibration::PICTURES_A_BIN;

/// The smallest and the largest temperature. Beyond them answers are as good as certain or even.
const BOUNDS: [f64; 2] = [0.05, 20.0];

/// How much is put against a temperature that few pictures ask for: the shape, less 1, of the gamma
/// distribution that the inverse temperature is held to have. By 300 simulations each (five classes, true
/// temperatures of 0.6 to 4, 10 to 100 pictures), further answers are likelier with it than without where
/// there are 10 pictures, at most 0.005 nats less likely anywhere, and the same with 100.
const RESTRAINT: f64 = 2.0;

/// Halvings of the range of the inverse temperature: its bounds are then apart by less than 1e-12.
const HALVINGS: usize = 45;

/// The temperature under which the labels of these pictures are likeliest, drawn towards 1 where they
/// are few.
///
/// The negative log likelihood is convex in the inverse temperature β: its slope, the logit that
/// softmax(β·z) expects less that of the label, only rises with β. So does a(1 − 1/β), the slope of
/// what is put against it: the negative logarithm of a gamma distribution of β whose peak is at 1. So the
/// minimum is where their sum changes its sign, found by halving.
///
/// # Shapes
/// - logits: `[pictures, classes]`; labels: `[pictures]`, each below `classes`
///
/// # Errors
/// With fewer than ten pictures, and where every answer is right: they would then be likeliest at a
/// temperature of zero, however unsure the answers are, and nothing but the restraint would speak.
pub fn temperature(logits: &[f32], labels: &[usize], classes: usize) -> Result<f64, Missing> {
    if labels.len() < PICTURES_A_BIN {
        return Err(Missing::TooFew { needed: PICTURES_A_BIN, found: labels.len() });
    }
    let is_right = |(row, &label): (&[f32], &usize)| {
        row.get(label).is_some_and(|own| row.iter().all(|logit| logit <= own))
    };
    if rows(logits, classes).zip(labels).all(is_right) {
        return Err(Missing::NothingWrong);
    }
    let [coldest, warmest] = BOUNDS;
    let (mut low, mut high) = (1.0 / warmest, 1.0 / coldest);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        let restraint = RESTRAINT * (1.0 - 1.0 / middle);
        if slope(logits, labels, classes, middle) + restraint > 0.0 {
            high = middle;
        } else {
            low = middle;
        }
    }
    Ok(1.0 / f64::midpoint(low, high))
}

/// The mean negative log likelihood of the labels at a temperature, in nats; 0 for no pictures.
///
/// # Shapes
/// As [`temperature`].
pub fn negative_log_likelihood(
    logits: &[f32],
    labels: &[usize],
    classes: usize,
    temperature: f64,
) -> f64 {
    let one = |(row, &label): (&[f32], &usize)| {
        let own = row.get(label).map_or(f64::NAN, |own| f64::from(*own) / temperature);
        let (largest, weights) = weights(row, 1.0 / temperature);
        largest + weights.iter().sum::<f64>().ln() - own
    };
    let sum: f64 = rows(logits, classes).zip(labels).map(one).sum();
    sum / labels.len().max(1) as f64
}

fn rows(logits: &[f32], classes: usize) -> impl Iterator<Item = &[f32]> {
    logits.chunks_exact(classes.max(1))
}

/// The largest of β·z, and the exponentials of the others less it.
fn weights(row: &[f32], inverse: f64) -> (f64, Vec<f64>) {
    let scaled: Vec<f64> = row.iter().map(|logit| f64::from(*logit) * inverse).collect();
    let largest = scaled.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (largest, scaled.iter().map(|value| (value - largest).exp()).collect())
}

/// The slope of the summed negative log likelihood in the inverse temperature.
fn slope(logits: &[f32], labels: &[usize], classes: usize, inverse: f64) -> f64 {
    let one = |(row, &label): (&[f32], &usize)| {
        let (_, weights) = weights(row, inverse);
        let sum: f64 = weights.iter().sum();
        let expected: f64 =
            row.iter().zip(&weights).map(|(logit, weight)| f64::from(*logit) * weight / sum).sum();
        expected - row.get(label).map_or(0.0, |own| f64::from(*own))
    };
    rows(logits, classes).zip(labels).map(one).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::RngExt;

    use super::*;
    use crate::data::{Purpose, seeded};

    #[test]
    fn two_even_classes_have_the_temperature_worked_out_by_hand() {
        // Every picture has logits 0 and 2; the second class is right of 3 in 4. The likeliest is
        // where 1 / (1 + exp(−2/T)) is 3/4: T = 2 / ln 3 = 1.8205. Of 12 pictures it is where
        // 24 / (1 + exp(−2/T)) − 18 + 2 (1 − T) is nothing: T = 1.498804, by another program.
        let pictures = |count: usize| -> (Vec<f32>, Vec<usize>) {
            let labels = (0..count).map(|picture| usize::from(picture % 4 != 0)).collect();
            ([0.0, 2.0].repeat(count), labels)
        };
        let (logits, labels) = pictures(12);
        let found = temperature(&logits, &labels, 2).expect("it can be told");
        assert!((found - 1.498804).abs() < 1e-6, "{found}");
        let (logits, labels) = pictures(120_000);
        let found = temperature(&logits, &labels, 2).expect("it can be told");
        assert!((found - 2.0 / 3f64.ln()).abs() < 1e-3, "{found}");
        // −(3 ln 3/4 + ln 1/4) / 4 there.
        let expected = -(3.0 * 0.75f64.ln() + 0.25f64.ln()) / 4.0;
        let likelihood = negative_log_likelihood(&logits, &labels, 2, found);
        assert!((likelihood - expected).abs() < 1e-6, "{likelihood}");
    }

    #[test]
    fn a_known_temperature_is_found_again() {
        for truth in [0.5, 1.0, 2.5] {
            let mut generator = seeded(5, Purpose::Probe);
            let (mut logits, mut labels) = (Vec::new(), Vec::new());
            for _ in 0..20_000 {
                let row: [f32; 3] = std::array::from_fn(|_| generator.random_range(-4.0..4.0));
                let (_, weights) = weights(&row, 1.0 / truth);
                let mut left = generator.random::<f64>() * weights.iter().sum::<f64>();
                let label = weights.iter().position(|weight| {
                    left -= weight;
                    left < 0.0
                });
                logits.extend(row);
                labels.push(label.unwrap_or(2));
            }
            let found = temperature(&logits, &labels, 3).expect("it can be told");
            // 20,000 labels tell it to about one per cent.
            assert!((found / truth - 1.0).abs() < 0.05, "{found}, not {truth}");
        }
    }

    #[test]
    fn too_few_pictures_or_none_that_is_wrong_say_so() {
        let logits = [0.0, 1.0].repeat(10);
        assert_eq!(temperature(&logits, &[1; 10], 2), Err(Missing::NothingWrong));
        let few = Missing::TooFew { needed: 10, found: 9 };
        assert_eq!(temperature(&logits[..18], &[0; 9], 2), Err(few));
        assert_eq!(negative_log_likelihood(&[], &[], 2, 1.0), 0.0);
    }

    #[test]
    fn answers_that_are_worse_than_chance_get_the_largest_temperature() {
        let logits = [0.0, 5.0].repeat(100);
        let found = temperature(&logits, &[0; 100], 2).expect("it can be told");
        assert!((found - BOUNDS[1]).abs() < 1e-9, "{found}");
    }

    proptest! {
        #[test]
        fn the_pictures_that_it_is_fitted_to_are_never_less_likely_than_without_it(
            pictures in prop::collection::vec((prop::array::uniform3(-30.0..30.0f32), 0..3usize), 10..80),
        ) {
            let logits: Vec<f32> = pictures.iter().flat_map(|(row, _)| *row).collect();
            let labels: Vec<usize> = pictures.iter().map(|(_, label)| *label).collect();
            if let Ok(found) = temperature(&logits, &labels, 3) {
                let at = |t| negative_log_likelihood(&logits, &labels, 3, t);
                prop_assert!(at(found) <= at(1.0) + 1e-9, "{} at {}, {} at 1", at(found), found, at(1.0));
                // With what is put against it, it is the best of all.
                let whole = |t: f64| labels.len() as f64 * at(t) + RESTRAINT * (1.0 / t + t.ln());
                for other in [0.9 * found, 1.1 * found].map(|t: f64| t.clamp(BOUNDS[0], BOUNDS[1])) {
                    prop_assert!(whole(found) <= whole(other) + 1e-6, "{} against {}", found, other);
                }
            }
        }
    }
}
