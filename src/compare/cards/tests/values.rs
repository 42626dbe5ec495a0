//! What every card makes of the first log, worked out by hand from its tables.

use super::*;
use crate::compare::{Plot, Unit, Way};
use crate::model::{Cut, STAGES};

const BOTH: Option<Way> = None;
const TRANSFER: Option<Way> = Some(Way::Transfer);
const TUNED: Option<Way> = Some(Way::FineTuning);

fn is_near(value: f64, expected: f64) -> bool {
    (value - expected).abs() < 1e-9 * expected.abs().max(1.0)
}

/// Holds the figures of a card, all of them, in their order.
fn has_figures(difference: Difference, expected: &[(&str, Option<Way>, f64)]) {
    let figures = found(&first_log(), difference).figures;
    let names: Vec<_> = figures.iter().map(|figure| (figure.name.as_str(), figure.way)).collect();
    let expected_names: Vec<_> = expected.iter().map(|(name, way, _)| (*name, *way)).collect();
    assert_eq!(names, expected_names);
    for (figure, (name, way, value)) in figures.iter().zip(expected) {
        assert!(is_near(figure.value, *value), "{name}, {way:?}: {} not {value}", figure.value);
        if let Some(within) = figure.interval {
            assert!(within.estimate == figure.value && within.contains(figure.value), "{name}");
        }
    }
}

/// Holds the values of a plot's series, in their order.
fn has_series(plot: &Plot, expected: &[Vec<Option<f64>>]) {
    assert_eq!(plot.series.len(), expected.len(), "{}", plot.title);
    for (series, expected) in plot.series.iter().zip(expected) {
        let agree = |(a, b): (&Option<f64>, &Option<f64>)| match (a, b) {
            (Some(a), Some(b)) => is_near(*a, *b),
            (a, b) => a == b,
        };
        let all =
            series.values.len() == expected.len() && series.values.iter().zip(expected).all(agree);
        assert!(all, "{}, {}: {:?}", plot.title, series.name, series.values);
        assert_eq!(series.values.len(), plot.categories.len(), "{}", plot.title);
    }
}

fn some(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

/// A value for each frozen stage, then one for each of the five that fine-tuning moves.
fn by_stage(frozen: f64, moved: f64) -> Vec<Option<f64>> {
    (0..STAGES).map(|stage| Some(if stage < 14 { frozen } else { moved })).collect()
}

// The backbone has 396128 parameters (Keras counts as many trainable ones at width 0.35); blocks 14
// to 17 have 19504, 42112, 42112 and 61040, the top 145920, a head for three classes 3843.
const ALL: f64 = 396_128.0 + 3_843.0;
const BEHIND_THE_CUT: f64 = 310_688.0 + 3_843.0;

// 10654128 multiply-adds a picture, added up by hand where work is counted; 40 pictures.
const LOOKING: f64 = 2.0 * 40.0 * 10_654_128.0;

#[test]
fn views_are_looked_at_as_well() {
    let mut log = first_log();
    log.study.fine_tuning.views = 2;
    log.rows.iter_mut().filter(|row| row.trial.strategy.cut == Cut::LastBlocks(4)).for_each(
        |row| {
            row.trial.strategy.views = 2;
        },
    );
    let figures = super::found(&log, Difference::Cost).figures;
    assert_eq!(
        (figures[1].name.as_str(), figures[1].value),
        ("Operations of looking, shared", 3.0 * LOOKING)
    );
}

#[test]
fn definition_tells_what_is_reused_and_how_far_the_rest_moved() {
    // Five of nineteen blocks moved by 1, each 2 long before.
    let moved = (5.0f64 / (19.0 * 4.0)).sqrt();
    has_figures(
        Difference::Definition,
        &[
            ("Reused as it was", TRANSFER, 396_128.0 / ALL),
            ("Parameters that learn", TRANSFER, 3_843.0),
            ("Change of the backbone, as a part of its length", TRANSFER, 0.0),
            ("Reused as it was", TUNED, (ALL - BEHIND_THE_CUT) / ALL),
            ("Parameters that learn", TUNED, BEHIND_THE_CUT),
            ("Change of the backbone, as a part of its length", TUNED, moved),
        ],
    );
    let found = found(&first_log(), Difference::Definition);
    has_series(&found.plots[0], &[by_stage(0.0, 0.0), by_stage(0.0, 0.5)]);
    assert_eq!(found.sources, [0, 1, 2, 3]);
}

#[test]
fn dataset_size_tells_both_accuracies_and_their_difference_at_every_size() {
    has_figures(
        Difference::DatasetSize,
        &[
            ("Fine-tuning ahead, 1 a class", BOTH, -0.1),
            ("Fine-tuning ahead, 2 a class", BOTH, 0.0),
            ("Fine-tuning ahead, 4 a class", BOTH, 0.0),
            ("Fine-tuning ahead, all, 8 a class", BOTH, 0.4),
        ],
    );
    let log = first_log();
    let found = found(&log, Difference::DatasetSize);
    assert_eq!(found.plots[0].categories, ["1", "2", "4", "all (8)"]);
    has_series(&found.plots[0], &[some(&[0.3, 0.4, 0.6, 0.5]), some(&[0.2, 0.4, 0.6, 0.9])]);
    assert!(found.plots[0].series.iter().all(|series| series.intervals.len() == 4));
    // Two ways with four sizes and two seeds.
    assert_eq!(found.sources.len(), 16);
    let lanes = [&log.study.transfer, &log.study.fine_tuning];
    assert!(found.sources.iter().all(|&place| lanes.contains(&&log.rows[place].trial.strategy)));
}

#[test]
fn layers_tell_accuracy_by_the_cut_and_how_far_each_block_moved() {
    has_figures(
        Difference::Layers,
        &[
            ("Test accuracy, head only", BOTH, 0.5),
            ("Test accuracy, last block", BOTH, 0.7),
            ("Test accuracy, last 4 blocks", BOTH, 0.9),
            ("Test accuracy, last 8 blocks", BOTH, 0.8),
            ("Test accuracy, last 12 blocks", BOTH, 0.8),
            ("Test accuracy, everything", BOTH, 0.6),
            ("Cuts tried", BOTH, 6.0),
        ],
    );
    let found = found(&first_log(), Difference::Layers);
    has_series(&found.plots[0], &[some(&[0.5, 0.7, 0.9, 0.8, 0.8, 0.6])]);
    has_series(&found.plots[1], &[by_stage(0.0, 0.5)]);
    assert_eq!(found.sources.len(), 12);
}

#[test]
fn process_tells_epochs_steps_rates_and_gradients_of_the_first_seed() {
    has_figures(
        Difference::Process,
        &[
            ("Epochs", TRANSFER, 2.0),
            ("Steps", TRANSFER, 10.0),
            ("Parameters updated a step, head alone", TRANSFER, 3_843.0),
            ("Epochs", TUNED, 3.0),
            ("Steps", TUNED, 15.0),
            ("Parameters updated a step, head alone", TUNED, 3_843.0),
            ("Parameters updated a step, layers thawed", TUNED, BEHIND_THE_CUT),
        ],
    );
    let found = found(&first_log(), Difference::Process);
    let [rates, shares, gradients] = &found.plots[..] else { panic!("{:?}", found.plots) };
    let (mut transfer, tuned) = (some(&[0.004, 0.002]), some(&[0.004, 0.002, 0.004 / 3.0]));
    transfer.push(None);
    let mut expected = vec![transfer, tuned];
    // Block 14 is four blocks before the last stage, each half as fast as the next.
    for factor in [1.0 / 16.0, 1.0 / 8.0, 0.25, 0.5, 1.0] {
        expected.push(some(&[0.0, 0.002 * factor, 0.004 / 3.0 * factor]));
    }
    has_series(rates, &expected);
    let names = [
        "Transfer learning, head",
        "Fine-tuning, head",
        "Fine-tuning, block 14",
        "Fine-tuning, block 15",
        "Fine-tuning, block 16",
        "Fine-tuning, block 17",
        "Fine-tuning, top",
    ];
    let named = |plot: &Plot| plot.series.iter().map(|s| s.name.clone()).collect::<Vec<_>>();
    assert_eq!(named(rates), names);
    has_series(shares, &[some(&[1.0 / 16.0, 1.0 / 8.0, 0.25, 0.5, 1.0, 1.0])]);
    // Epoch by epoch, twice as long for the head; layers thaw with the second epoch.
    let block = vec![None, Some(2.0), Some(3.0)];
    let mut expected = vec![vec![Some(2.0), Some(4.0), None], some(&[2.0, 4.0, 6.0])];
    expected.extend(vec![block; 5]);
    has_series(gradients, &expected);
    assert_eq!(
        (named(gradients), &gradients.categories),
        (names.map(str::to_owned).into(), &rates.categories)
    );
    assert_eq!(found.sources, [0, 1]);
}

#[test]
fn cost_tells_means_over_seeds_and_their_ratios() {
    let with_looking = (20e9 + LOOKING) / (1e9 + LOOKING);
    has_figures(
        Difference::Cost,
        &[
            ("Looking at every picture once, shared", BOTH, 0.5),
            ("Operations of looking, shared", BOTH, LOOKING),
            ("Training", TRANSFER, 3.0),
            ("Operations", TRANSFER, 1e9),
            ("Memory, counted", TRANSFER, 1_000.0),
            // Of 5 right at the end, 4 after the first epoch are too few.
            ("To 90 % of the final accuracy", TRANSFER, 3.0),
            ("Training", TUNED, 15.0),
            ("Operations", TUNED, 20e9),
            ("Memory, counted", TUNED, 8_000.0),
            // After two of three epochs of 12 and 18 seconds.
            ("To 90 % of the final accuracy", TUNED, 10.0),
            ("Seconds, fine-tuning over transfer", BOTH, 5.0),
            ("Operations, fine-tuning over transfer", BOTH, 20.0),
            ("Operations with looking, fine-tuning over transfer", BOTH, with_looking),
        ],
    );
    let found = found(&first_log(), Difference::Cost);
    // Tenths of 12 seconds; transfer learning ends an epoch after one and two, fine-tuning after
    // four, eight and twelve.
    let mut tuned = vec![None; 3];
    tuned.extend(some(&[0.5, 0.5, 0.5, 1.0, 1.0, 1.0, 1.0]));
    let transfer = some(&[0.4, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
    has_series(&found.plots[0], &[transfer, tuned]);
    assert_eq!(found.plots[0].categories[0], "1.20");
}

#[test]
fn flexibility_tells_how_far_frozen_features_go_and_what_was_gained() {
    has_figures(
        Difference::Flexibility,
        &[
            ("Nearest class mean, accuracy", BOTH, 0.8),
            // From a third to one, 0.8 is seven tenths of the way.
            ("Of the way from chance to perfect", BOTH, 0.7),
            ("Overlap of the classes", BOTH, 0.2),
            ("Fine-tuning ahead", BOTH, 0.4),
        ],
    );
    let found = found(&first_log(), Difference::Flexibility);
    has_series(&found.plots[0], &[some(&[1.0 / 3.0, 0.8, 0.5, 0.9])]);
}

#[test]
fn performance_tells_accuracies_and_who_was_taken_for_whom() {
    has_figures(
        Difference::Performance,
        &[
            ("Test accuracy", TRANSFER, 0.5),
            // Seven, six and seven pictures; three, three and four of them wrong.
            ("Balanced accuracy", TRANSFER, (4.0 / 7.0 + 3.0 / 6.0 + 3.0 / 7.0) / 3.0),
            ("Test accuracy", TUNED, 0.9),
            ("Balanced accuracy", TUNED, (6.0 / 7.0 + 1.0 + 6.0 / 7.0) / 3.0),
            ("Fine-tuning ahead", BOTH, 0.4),
            ("Fine-tuning ahead, balanced", BOTH, (2.0 / 7.0 + 3.0 / 6.0 + 3.0 / 7.0) / 3.0),
            ("From scratch, test accuracy", BOTH, 0.5),
            ("Thawed at once, test accuracy", BOTH, 0.8),
            ("Thawed at once ahead of head first", BOTH, -0.1),
        ],
    );
    let found = found(&first_log(), Difference::Performance);
    // Beside the two ways: from scratch and at once, with two seeds.
    assert_eq!(found.sources.len(), 8);
    assert!(found.figures.iter().all(|figure| figure.interval.is_some()));
    let counts: Vec<&[i64]> = found.matrices.iter().map(|matrix| &matrix.counts[..]).collect();
    assert_eq!(
        counts,
        [[4, 3, 0, 0, 3, 3, 4, 0, 3], [6, 1, 0, 0, 6, 0, 1, 0, 6], [2, -2, 0, 0, 3, -3, -3, 0, 3]]
    );
    let transfer = some(&[4.0 / 7.0, 0.5, 3.0 / 7.0]);
    has_series(&found.plots[0], &[transfer, some(&[6.0 / 7.0, 1.0, 6.0 / 7.0])]);
}

#[test]
fn a_task_stands_among_the_drawn_ones_by_what_is_known_of_it() {
    let found = found(&first_log(), Difference::Flexibility);
    let [_, known, gained] = &found.plots[..] else { panic!("{:?}", found.plots) };
    for plot in [known, gained] {
        assert_eq!(plot.categories, ["fruit, drawn", "yours", "fabric, drawn"]);
    }
    // Of three classes a third is right by guessing: 0.8 goes 0.7 of the way to all.
    has_series(known, &[some(&[0.9, 0.7, 0.1])]);
    has_series(gained, &[some(&[0.15, 0.4, 0.15])]);
    let alone = StudyLog { samples: Vec::new(), ..first_log() };
    assert_eq!(super::found(&alone, Difference::Flexibility).plots.len(), 1);
}

#[test]
fn what_is_lost_by_fine_tuning_is_told_in_points_and_not_as_a_share() {
    let mut log = first_log();
    log.samples[0].fine_tuning = log.samples[0].transfer - 0.03;
    let plots = super::found(&log, Difference::Flexibility).plots;
    has_series(&plots[2], &[some(&[-0.03, 0.4, 0.15])]);
    assert_eq!((plots[1].unit, plots[2].unit), (Unit::Share, Unit::Points));
    let shares = plots.iter().filter(|plot| plot.unit == Unit::Share);
    let mut values = shares.flat_map(|plot| &plot.series).flat_map(|series| &series.values);
    assert!(values.all(|value| value.is_none_or(|value| (0.0..=1.0).contains(&value))));
}

#[test]
fn generalisation_tells_what_changes_cost_and_what_was_learned_by_heart() {
    has_figures(
        Difference::Generalisation,
        &[
            // 5, 4, 3, 2 and 1 of ten right from the mildest change to the worst.
            ("Changed pictures", TRANSFER, 0.3),
            ("Lost by the changes", TRANSFER, 0.2),
            ("Training above test", TRANSFER, 0.4),
            ("New setting", TRANSFER, 0.5),
            ("Changed pictures", TUNED, 0.5),
            ("Lost by the changes", TUNED, 0.4),
            ("Training above test", TUNED, 0.1),
            ("New setting", TUNED, 0.75),
            ("Fine-tuning ahead, changed", BOTH, 0.2),
            ("New setting, pictures", BOTH, 8.0),
            ("Fine-tuning ahead, new setting", BOTH, 0.25),
            // 6, 5, 4, 3 and 2 of ten right; head first 7, 6, 5, 4 and 3.
            ("Changed pictures, thawed at once", BOTH, 0.4),
            ("Thawed at once ahead of head first, changed", BOTH, -0.1),
        ],
    );
    let found = found(&first_log(), Difference::Generalisation);
    let [kinds, severities] = &found.plots[..] else { panic!("{:?}", found.plots) };
    let of_kind = |clean, changed: f64| {
        let mut values = some(&[clean]);
        values.extend(vec![Some(changed); 7]);
        values
    };
    has_series(kinds, &[of_kind(0.5, 0.3), of_kind(0.9, 0.5)]);
    has_series(
        severities,
        &[some(&[0.5, 0.5, 0.4, 0.3, 0.2, 0.1]), some(&[0.9, 0.7, 0.6, 0.5, 0.4, 0.3])],
    );
}

#[test]
fn use_cases_tell_what_a_doubling_gained_and_what_is_known() {
    has_figures(
        Difference::UseCases,
        &[
            // The better way: 0.6 with four a class, 0.9 with eight.
            ("Gained by a doubling of the pictures", BOTH, 0.3),
            ("Known already", BOTH, 0.7),
            ("Training pictures of the smallest class", BOTH, 8.0),
        ],
    );
    // Over 4 to 9 pictures a class, which is more than a doubling.
    let second = found(&second_log(), Difference::UseCases).figures[0].value;
    assert!(is_near(second, (0.8 - 0.8) / (9.0f64 / 4.0).log2()), "{second}");
}

#[test]
fn knowledge_transfer_tells_how_similar_features_stayed_and_what_is_left() {
    has_figures(
        Difference::KnowledgeTransfer,
        &[
            ("Last features, similarity", TRANSFER, 1.0),
            ("Old answers kept", TRANSFER, 1.0),
            ("Last features, similarity", TUNED, 0.5),
            ("Old answers kept", TUNED, 0.6),
            ("Last features, thawed at once", BOTH, 0.25),
        ],
    );
    let log = first_log();
    let found = found(&log, Difference::KnowledgeTransfer);
    let ending_in = |last| {
        let mut values = vec![Some(1.0); STAGES - 1];
        values.push(Some(last));
        values
    };
    has_series(&found.plots[0], &[ending_in(1.0), ending_in(0.5), ending_in(0.25)]);
    // Both ways and thawing at once, with two seeds.
    assert_eq!(found.sources.len(), 6);
    let at_once = log.study.fine_tuning.at_once();
    let of_it = found.sources.iter().filter(|&&place| log.rows[place].trial.strategy == at_once);
    assert_eq!(of_it.count(), 2);
}
