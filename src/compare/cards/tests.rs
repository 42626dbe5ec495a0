//! Cards from logs that are written here row by row.

use super::*;
use crate::compare::{Study, TaskDistance};
use crate::model::{Architecture, Cut};
use crate::train::Strategy;

/// A log without trials.
fn log() -> StudyLog {
    StudyLog {
        study: Study {
            transfer: Strategy::for_cut(Cut::HeadOnly),
            fine_tuning: Strategy::for_cut(Cut::LastBlocks(4)),
            seeds: vec![1, 2, 3],
        },
        classes: vec!["first".to_owned(), "second".to_owned()],
        architecture: Architecture::bundled(),
        pictures: 40,
        fewest: 12,
        feature_seconds: 0.5,
        distance: TaskDistance { nearest_mean: 0.8, overlap: Some(0.2) },
        samples: Vec::new(),
        rows: Vec::new(),
        planned: Vec::new(),
    }
}

#[test]
fn without_trials_every_card_says_what_is_missing() {
    let cards = cards(&log());
    assert_eq!(cards.iter().map(|card| card.difference).collect::<Vec<_>>(), Difference::ALL);
    for card in cards {
        assert!(card.finding.is_err_and(|missing| missing.ends_with('.')), "{:?}", card.difference);
    }
}
