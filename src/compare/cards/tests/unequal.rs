//! Classes of unequal size: all pictures are more a class than the smallest one has.

use super::*;
use crate::compare::TrialRow;

/// The first log with classes of which the smallest has 8 pictures to learn from and all together
/// have 192, which is 64 a class.
fn unequal() -> StudyLog {
    let mut log = StudyLog { is_uneven: true, ..first_log() };
    let all = |row: &&mut TrialRow| row.trial.pictures_a_class.is_none();
    log.rows.iter_mut().filter(all).for_each(|row| row.training_pictures = 192);
    log
}

#[test]
fn all_pictures_are_labelled_with_their_mean_a_class() {
    let found = found(&unequal(), Difference::DatasetSize);
    assert_eq!(found.plots[0].categories, ["1", "2", "4", "all (64)"]);
    let last = found.figures.last().expect("a figure a size");
    assert_eq!(last.name, "Fine-tuning ahead, all, 64 a class");
    assert_eq!(
        found.headline,
        "No crossing can be told: fine-tuning is ahead with all pictures (64 a class on average); \
         at the other sizes the two ways cannot be told apart."
    );
    let said = "1, 2 and 4 pictures a class and all pictures (64 a class on average), each set";
    assert!(found.paragraph.contains(said), "{}", found.paragraph);
    assert!(found.paragraph.contains("8 is all that the smallest class has"));
    assert!(found.paragraph.contains("added last is of the larger classes"));
}

#[test]
fn a_doubling_is_one_of_the_pictures_that_were_learned_from() {
    // From 0.6 with 4 a class to 0.9 with 64, which is four doublings.
    let found = found(&unequal(), Difference::UseCases);
    let gained = &found.figures[0];
    assert!((gained.value - 0.3 / 4.0).abs() < 1e-9, "{}", gained.value);
    let within = gained.interval.expect("an interval");
    assert!(within.low <= gained.value && gained.value <= within.high);
    assert!(found.paragraph.contains("to all pictures (64 a class on average) the better way"));
    let before = super::found(&first_log(), Difference::UseCases).figures[0].interval;
    // The same answers over four times as many doublings.
    assert!((before.expect("an interval").high / within.high - 4.0).abs() < 1e-9);
}

#[test]
fn a_mean_that_is_no_whole_number_has_a_decimal() {
    let mut log = unequal();
    log.rows.iter_mut().filter(|row| row.training_pictures == 192).for_each(|row| {
        row.training_pictures = 193;
    });
    let found = found(&log, Difference::DatasetSize);
    assert_eq!(found.plots[0].categories[3], "all (64.3)");
}

#[test]
fn without_more_pictures_there_is_no_doubling() {
    let mut log = first_log();
    log.rows.iter_mut().for_each(|row| row.training_pictures = 24);
    assert!(missing(&log, Difference::UseCases).contains("more pictures than another"));
}

#[test]
fn equal_classes_stay_equal_where_folds_leave_them_more_at_times() {
    let mut log = first_log();
    let all = |row: &&mut TrialRow| row.trial.pictures_a_class.is_none();
    // A seed has one picture more to learn from than another.
    log.rows.iter_mut().filter(all).step_by(2).for_each(|row| row.training_pictures += 1);
    let found = found(&log, Difference::DatasetSize);
    assert!(!found.paragraph.contains("larger classes"), "{}", found.paragraph);
    assert!(!found.paragraph.contains("on average"), "{}", found.paragraph);
}
