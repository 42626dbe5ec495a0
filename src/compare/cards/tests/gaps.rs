//! Logs that lack something: a card says what, or tells what the rest says.

use super::*;
use crate::compare::{Depth, Way};
use crate::measure::LEAST_COMPARED;

#[test]
fn without_trials_every_card_says_what_is_missing() {
    let log = StudyLog { rows: Vec::new(), ..first_log() };
    let cards = cards(&log);
    assert_eq!(cards.iter().map(|card| card.difference).collect::<Vec<_>>(), Difference::ALL);
    for difference in Difference::ALL {
        let said = missing(&log, difference);
        assert!(said.ends_with('.'), "{difference:?}: {said}");
    }
}

#[test]
fn with_only_the_lanes_the_cards_of_sizes_and_cuts_wait_and_the_others_do_not() {
    let mut log = first_log();
    log.rows.retain(|row| row.trial.depth == Depth::Examined && row.trial.strategy.head_epochs > 0);
    let waiting = [Difference::DatasetSize, Difference::Layers, Difference::UseCases];
    for difference in Difference::ALL {
        assert_eq!(finding(difference, &log).is_err(), waiting.contains(&difference));
    }
    assert!(missing(&log, Difference::UseCases).contains("4 pictures a class"));
}

#[test]
fn one_way_alone_is_no_comparison() {
    let mut log = first_log();
    log.rows.retain(|row| row.trial.strategy == log.study.transfer);
    for difference in Difference::ALL {
        missing(&log, difference);
    }
}

#[test]
fn a_seed_that_only_one_way_has_counts_nowhere() {
    let mut log = first_log();
    let (first, second) = (first_log(), &mut log);
    second.rows.retain(|row| {
        row.trial.repetition.seed == 1 || row.trial.strategy != first.study.fine_tuning
    });
    let mut one_seed = first_log();
    one_seed.rows.retain(|row| row.trial.repetition.seed == 1);
    for difference in Difference::ALL {
        let numbers = |log| {
            let figures = found(log, difference).figures.into_iter();
            figures.map(|figure| (figure.name, figure.way, figure.value)).collect::<Vec<_>>()
        };
        assert_eq!(numbers(&log), numbers(&one_seed), "{difference:?}");
    }
}

#[test]
fn without_examinations_only_the_cards_that_need_them_wait() {
    let mut log = first_log();
    log.rows.iter_mut().for_each(|row| row.examination = None);
    let waiting =
        [Difference::Definition, Difference::Generalisation, Difference::KnowledgeTransfer];
    for difference in Difference::ALL {
        assert_eq!(
            finding(difference, &log).is_err(),
            waiting.contains(&difference),
            "{difference:?}"
        );
    }
}

#[test]
fn a_seed_with_one_examination_missing_is_left_out_of_what_is_examined() {
    let mut log = first_log();
    let first =
        log.rows.iter().position(|row| row.examination.is_some() && row.trial.repetition.seed == 2);
    log.rows[first.expect("an examined row")].examination = None;
    let all = found(&first_log(), Difference::Generalisation);
    let rest = found(&log, Difference::Generalisation);
    // Both seeds have the same numbers of hits, so the values stay, from one seed alone.
    let values = |found: &Finding| found.figures.iter().map(|f| f.value).collect::<Vec<_>>();
    for (one, both) in values(&rest).into_iter().zip(values(&all)) {
        assert!((one - both).abs() < 1e-9, "{one} {both}");
    }
    assert!(rest.sources.iter().all(|&place| log.rows[place].trial.repetition.seed == 1));
    assert!(rest.sources.starts_with(&[0, 1]));
    assert!(rest.paragraph.starts_with("10 different pictures of the tests of 1 seed"));
}

#[test]
fn too_few_similar_features_say_how_many_pictures_they_need() {
    let mut log = first_log();
    for seen in log.rows.iter_mut().filter_map(|row| row.examination.as_mut()) {
        seen.similarity.fill(None);
    }
    assert!(
        missing(&log, Difference::KnowledgeTransfer)
            .contains(&format!("at least {LEAST_COMPARED} pictures"))
    );
}

#[test]
fn without_an_old_classifier_only_similarity_is_told() {
    let mut log = first_log();
    for seen in log.rows.iter_mut().filter_map(|row| row.examination.as_mut()) {
        seen.agreement = None;
    }
    let found = found(&log, Difference::KnowledgeTransfer);
    assert!(found.figures.iter().all(|figure| figure.name != "Old answers kept"));
    assert!(
        found.headline.ends_with("a similarity of 0.50 in the last ones."),
        "{}",
        found.headline
    );
}

#[test]
fn fewer_than_two_test_pictures_are_too_few() {
    let mut log = first_log();
    for row in &mut log.rows {
        // Of both seeds' pictures, the one that both have.
        row.answers.retain(|answer| answer.picture == 5);
    }
    for difference in [Difference::DatasetSize, Difference::Flexibility, Difference::Performance] {
        assert_eq!(
            missing(&log, difference),
            "There are too few test pictures: it takes 2 pictures, not 1.",
            "{difference:?}"
        );
    }
    for seen in log.rows.iter_mut().filter_map(|row| row.examination.as_mut()) {
        seen.corrupted_pictures.clear();
    }
    assert_eq!(
        missing(&log, Difference::Generalisation),
        "There are too few test pictures: it takes 2 pictures, not 0."
    );
}

#[test]
fn a_class_with_one_test_picture_leaves_balanced_accuracy_without_an_interval() {
    let mut log = first_log();
    for row in &mut log.rows {
        row.answers.retain(|answer| answer.label != 2 || answer.picture == 8);
    }
    let found = found(&log, Difference::Performance);
    let balanced = found.figures.iter().filter(|figure| figure.name.starts_with("Balanced"));
    assert!(balanced.clone().count() == 2 && balanced.clone().all(|f| f.interval.is_none()));
    assert!(found.figures.iter().all(|figure| figure.name != "Fine-tuning ahead, balanced"));
    assert!(found.paragraph.contains("a class has fewer than 2 test pictures"));
}

#[test]
fn without_fine_tuning_at_once_nothing_is_said_of_it() {
    let mut log = first_log();
    let at_once = log.study.fine_tuning.at_once();
    log.rows.retain(|row| row.trial.strategy != at_once);
    for difference in [Difference::Performance, Difference::Generalisation] {
        let found = found(&log, difference);
        assert!(found.figures.iter().all(|figure| !figure.name.contains("at once")));
        assert!(!found.paragraph.contains("at once"), "{}", found.paragraph);
    }
}

#[test]
fn a_class_without_test_pictures_has_no_recall_and_counts_nowhere() {
    let mut log = first_log();
    for row in &mut log.rows {
        row.answers.retain(|answer| answer.label != 2);
    }
    let found = found(&log, Difference::Performance);
    assert!(found.plots[0].series.iter().all(|series| series.values[2].is_none()));
    let balanced = found
        .figures
        .iter()
        .find(|figure| figure.name == "Balanced accuracy" && figure.way == Some(Way::Transfer));
    let balanced = balanced.expect("the figure is there").value;
    assert!((balanced - (4.0 / 7.0 + 0.5) / 2.0).abs() < 1e-9, "{balanced}");
}

#[test]
fn too_few_pictures_a_class_say_so() {
    let log = StudyLog { fewest: 1, ..first_log() };
    for difference in [Difference::DatasetSize, Difference::UseCases] {
        assert!(missing(&log, difference).contains("too few pictures a class"));
    }
}

#[test]
fn a_clock_that_stands_still_leaves_ratios_of_seconds_out() {
    let mut log = first_log();
    for row in &mut log.rows {
        row.result.seconds = 0.0;
        row.epochs.iter_mut().for_each(|epoch| epoch.seconds = 0.0);
    }
    let found = found(&log, Difference::Cost);
    assert!(found.figures.iter().all(|figure| figure.name != "Seconds, fine-tuning over transfer"));
    assert_eq!(
        found.headline,
        "Beyond looking at every picture once, which both ways share, fine-tuning takes 20 times as \
         many operations as transfer learning."
    );
}

#[test]
fn runs_that_ended_before_an_epoch_have_no_process() {
    let mut log = first_log();
    log.rows.iter_mut().for_each(|row| row.epochs.clear());
    assert!(missing(&log, Difference::Process).contains("No epoch"));
}

#[test]
fn fine_tuning_at_once_has_no_phase_of_the_head() {
    let mut log = first_log();
    log.study.fine_tuning = log.study.fine_tuning.at_once();
    let found = found(&log, Difference::Process);
    assert!(
        found
            .headline
            .ends_with("fine-tuning trains everything behind the cut at once for 2 epochs."),
        "{}",
        found.headline
    );
    assert!(!found.paragraph.contains("head goes first"), "{}", found.paragraph);
}

#[test]
fn what_never_names_a_picture_rightly_has_no_time_to_its_final_accuracy() {
    let name = "To 90 % of the final accuracy";
    let timed = |found: &Finding| {
        let figures = found.figures.iter().filter(|figure| figure.name == name);
        figures.map(|figure| (figure.way, figure.value)).collect::<Vec<_>>()
    };
    let mut log = first_log();
    let tuned = log.study.fine_tuning.clone();
    for row in log.rows.iter_mut().filter(|row| row.trial.strategy == tuned) {
        row.result.validation.correct = 0;
        row.epochs.iter_mut().for_each(|epoch| epoch.validation.correct = 0);
    }
    let found_none = found(&log, Difference::Cost);
    assert_eq!(timed(&found_none), [(Some(Way::Transfer), 3.0)]);
    assert!(
        found_none.paragraph.ends_with(
            " With 2 seeds, fine-tuning named no validation picture rightly, so there is no time \
             to 90 % of its final accuracy."
        ),
        "{}",
        found_none.paragraph
    );
    // The second seed alone: after two of three epochs of 18 seconds.
    for row in log.rows.iter_mut().filter(|row| row.trial.strategy == tuned) {
        if row.trial.repetition.seed == 2 {
            *row = first_log().rows.into_iter().find(|other| other.trial == row.trial).expect("it");
        }
    }
    let found = found(&log, Difference::Cost);
    assert_eq!(timed(&found)[1], (Some(Way::FineTuning), 12.0));
    assert!(found.paragraph.contains("With 1 seed, fine-tuning named no"), "{}", found.paragraph);
}
