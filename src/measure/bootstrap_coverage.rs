//! Whether an interval of 95 % contains the truth 95 times in 100, by simulation.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::{Interval, paired_difference};

/// The standard error of a coverage of 95 % is then half a point.
const SIMULATIONS: u64 = 2_000;

/// Share of simulated experiments whose interval contains the truth.
fn coverage(truth: f64, mut simulated: impl FnMut(&mut ChaCha8Rng, u64) -> Interval) -> f64 {
    let mut generator = ChaCha8Rng::seed_from_u64(1);
    let hits = (0..SIMULATIONS).filter(|&seed| simulated(&mut generator, seed).contains(truth));
    hits.count() as f64 / SIMULATIONS as f64
}

/// One test of each picture: the second is right where the first is wrong on a quarter of all
/// pictures, and the other way round on a tenth.
fn independent(pictures: usize) -> f64 {
    coverage(0.15, |generator, seed| {
        let pairs = (0..pictures).map(|picture| match generator.random_range(0.0..1.0) {
            ..0.25 => (picture, false, true),
            ..0.35 => (picture, true, false),
            _ => (picture, true, true),
        });
        paired_difference(pairs, seed).expect("two pictures and more")
    })
}

/// One to three tests of each picture, which mostly give the same: a quarter of all pictures are
/// won by the second and a tenth lost, each in nine of ten tests. `unit` says what counts as one
/// picture when an interval is made.
fn repeated(pictures: usize, unit: impl Fn(usize, usize) -> usize) -> f64 {
    coverage(0.9 * 0.15, |generator, seed| {
        let mut pairs = Vec::new();
        for picture in 0..pictures {
            let kind: f64 = generator.random_range(0.0..1.0);
            for test in 0..generator.random_range(1..=3) {
                let shows = generator.random_bool(0.9);
                let (first, second) = match kind {
                    ..0.25 if shows => (false, true),
                    0.25..0.35 if shows => (true, false),
                    _ => (true, true),
                };
                pairs.push((unit(picture, test), first, second));
            }
        }
        paired_difference(pairs.into_iter(), seed).expect("two pictures and more")
    })
}

#[test]
fn intervals_of_50_pictures_contain_the_truth_95_times_in_100() {
    let coverage = independent(50);
    assert!((coverage - 0.95).abs() < 0.02, "{coverage}");
}

#[test]
fn intervals_of_200_pictures_contain_the_truth_95_times_in_100() {
    let coverage = independent(200);
    assert!((coverage - 0.95).abs() < 0.02, "{coverage}");
}

#[test]
fn intervals_of_pictures_under_several_seeds_contain_the_truth_95_times_in_100() {
    let coverage = repeated(50, |picture, _| picture);
    assert!((coverage - 0.95).abs() < 0.02, "{coverage}");
}

#[test]
fn tests_of_one_picture_taken_for_pictures_of_their_own_make_intervals_too_narrow() {
    let coverage = repeated(50, |picture, test| 3 * picture + test);
    assert!(coverage < 0.9, "{coverage}");
}
