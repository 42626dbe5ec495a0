//! Cards of a log whose pictures take turns as the test.

use super::*;
use crate::compare::{Repetition, TestAnswer};

/// The first log with a second fold of every trial, on pictures of its own: fine-tuning names all of
/// them rightly, every other strategy none.
fn two_folds() -> StudyLog {
    let mut log = first_log();
    log.study.folds = 2;
    let mut rows = log.rows.clone();
    for row in &mut rows {
        let Repetition { seed, .. } = row.trial.repetition;
        row.trial.repetition = Repetition { seed, fold: 1 };
        let is_tuned = row.trial.strategy == log.study.fine_tuning;
        let answer = |answer: &TestAnswer| TestAnswer {
            picture: answer.picture + 1000,
            label: answer.label,
            answer: if is_tuned { answer.label } else { (answer.label + 1) % 3 },
        };
        row.answers = row.answers.iter().map(answer).collect();
    }
    log.rows.extend(rows);
    log
}

fn value(finding: &Finding, name: &str) -> f64 {
    let figure = finding.figures.iter().find(|figure| figure.name == name);
    figure.unwrap_or_else(|| panic!("{name}: {finding:?}")).value
}

#[test]
fn both_ways_are_paired_by_seed_and_fold() {
    let one = value(&found(&first_log(), Difference::Performance), "Fine-tuning ahead");
    let both = found(&two_folds(), Difference::Performance);
    // As many answers in either fold, and in the second one all of them differ.
    assert!((value(&both, "Fine-tuning ahead") - (one + 1.0) / 2.0).abs() < 1e-9);
    assert!(both.paragraph.contains("4 repetitions,"), "{}", both.paragraph);
    assert!(both.paragraph.contains("each of 2 folds is the test once"), "{}", both.paragraph);
    assert!(both.paragraph.contains("folds share pictures"), "{}", both.paragraph);
}

#[test]
fn a_fold_that_only_one_way_has_ended_does_not_count() {
    let mut log = two_folds();
    let (tuned, whole) =
        (log.study.fine_tuning.clone(), found(&first_log(), Difference::Performance));
    log.rows.retain(|row| row.trial.repetition.fold == 0 || row.trial.strategy != tuned);
    let found = found(&log, Difference::Performance);
    assert_eq!(value(&found, "Fine-tuning ahead"), value(&whole, "Fine-tuning ahead"));
}
