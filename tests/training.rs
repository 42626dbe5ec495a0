//! What training promises: frozen stays frozen, seeds repeat, bad numbers stop it.

mod common;

use std::collections::BTreeMap;
use std::rc::Rc;

use burn::tensor::Device;
use common::{backbone, bits, drawn, material, no_time, short, train};
use futures_lite::future::block_on;
use headstart::data::{Augmentation, with_views};
use headstart::model::{NamedTensor, STAGES};
use headstart::session::{Cut, Ending, Phase, SampleTask, Strategy};
use headstart::train::{
    Advance, ClassWeights, EpochRow, Extraction, Features, FoundRate, Material, NormMode,
    RateFinder, Trainer,
};

const CUTS: [Cut; 3] = [Cut::HeadOnly, Cut::LastBlocks(2), Cut::Everything];

#[test]
fn frozen_tensors_stay_bit_identical_and_the_others_move() {
    let before: BTreeMap<_, _> = bits(backbone().named_tensors()).into_iter().collect();
    for cut in CUTS {
        let finished = train(short(cut), material(drawn(SampleTask::Fruit, 1, 6), &[cut], 1));
        let model = finished.trainer.model();
        assert_eq!(model.frozen().stages() + model.learned().stages(), STAGES);
        for (name, values) in bits(model.frozen().named_tensors()) {
            assert_eq!(values, before[&name], "{name} is before the {cut} cut and changed");
        }
        for (name, values) in bits(model.learned().named_tensors()) {
            let is_statistic = name.contains("running");
            assert_eq!(
                values == before[&name],
                is_statistic,
                "{name} is behind the {cut} cut; statistics stay, the rest learns"
            );
        }
    }
}

#[test]
fn a_run_is_given_the_features_of_its_own_cut_and_of_no_stage_before() {
    for cut in CUTS {
        let material = material(drawn(SampleTask::Fruit, 1, 4), &[cut], 1);
        let stages: Vec<usize> = (0..=STAGES)
            .filter(|&stage| material.features.at_stage(stage, &[0]).is_some())
            .collect();
        let wanted = Some(cut.first_trained_stage()).filter(|&stage| stage < STAGES);
        assert_eq!(stages, wanted.into_iter().collect::<Vec<_>>());
        let trained = train(short(cut), material).trainer.model();
        assert_eq!(trained.learned().first_stage(), cut.first_trained_stage());
    }
}

#[test]
fn the_same_seed_gives_the_same_bits_and_another_seed_does_not() {
    let cut = Cut::LastBlocks(1);
    let run = |seed| {
        let finished = train(short(cut), material(drawn(SampleTask::Fabric, 3, 6), &[cut], seed));
        let model = finished.trainer.model();
        let mut tensors = bits(model.learned().named_tensors());
        tensors.extend(bits(model.head().named_tensors()));
        (finished.rows, finished.result, tensors)
    };
    let (first, again, other) = (run(5), run(5), run(6));
    assert_eq!(first, again);
    assert_ne!(first.2, other.2);
}

#[test]
fn the_head_learns_alone_first_and_then_everything_behind_the_cut() {
    let strategy = short(Cut::LastBlocks(1));
    let rows =
        train(strategy.clone(), material(drawn(SampleTask::Fruit, 1, 6), &[strategy.cut], 1)).rows;
    let phases: Vec<Phase> = rows.iter().map(|row| row.phase).collect();
    assert_eq!(phases[..4], [Phase::Head; 4]);
    assert_eq!(phases[4..], [Phase::Unfrozen; 2]);
    assert_eq!(rows.last().map(|row| row.epoch), Some(strategy.epochs()));
}

#[test]
fn training_the_head_lowers_the_loss_and_beats_chance_on_pictures_it_never_saw() {
    let strategy = Strategy::for_cut(Cut::HeadOnly);
    let finished = train(strategy, material(drawn(SampleTask::Fruit, 1, 24), &[Cut::HeadOnly], 1));
    let (first, last) = (&finished.rows[0], &finished.rows[finished.rows.len() - 1]);
    assert!(last.training.loss < first.training.loss / 2.0);
    // Five classes, 25 test pictures: by chance, 13 or more right have a probability below 1e-3.
    assert!(finished.result.test.correct >= 13, "{:?}", finished.result.test);
}

#[test]
fn the_kept_model_is_the_best_of_the_last_phase_on_validation() {
    let strategy = short(Cut::LastBlocks(1));
    let finished =
        train(strategy.clone(), material(drawn(SampleTask::Fabric, 2, 8), &[strategy.cut], 2));
    let best = &finished.rows[finished.result.best_epoch - 1];
    assert_eq!(best.validation, finished.result.validation);
    assert_eq!(best.phase, Phase::Unfrozen);
    let unfrozen = finished.rows.iter().filter(|row| row.phase == Phase::Unfrozen);
    assert!(unfrozen.into_iter().all(|row| row.validation.correct <= best.validation.correct));
}

#[test]
fn a_loss_that_is_no_number_ends_the_run_and_says_so() {
    let mut strategy = short(Cut::LastBlocks(1));
    strategy.head_epochs = 0;
    strategy.unfrozen_rate = 1e30;
    let finished =
        train(strategy, material(drawn(SampleTask::Fruit, 1, 6), &[Cut::LastBlocks(1)], 1));
    assert_eq!(finished.result.ending, Ending::NotFinite);
}

#[test]
fn a_stopped_run_keeps_its_best_epoch() {
    let strategy = Strategy::for_cut(Cut::HeadOnly);
    let material = material(drawn(SampleTask::Fruit, 1, 6), &[Cut::HeadOnly], 1);
    let mut trainer =
        Trainer::new(strategy, Rc::clone(&material), &backbone(), &Device::flex(), no_time);
    let mut epochs = 0;
    let result = loop {
        match block_on(trainer.advance()).expect("the CPU answers") {
            Advance::Step => {}
            Advance::Epoch(_) => {
                epochs += 1;
                if epochs == 3 {
                    trainer.stop();
                }
            }
            Advance::Ended(result) => break result,
        }
    };
    assert_eq!(result.ending, Ending::Stopped);
    assert_eq!(epochs, 3);
    assert!((1..=3).contains(&result.best_epoch));
    assert_eq!(result.test.count, material.split.test.len());
}

#[test]
fn lanes_of_one_seed_begin_with_the_same_head() {
    let material =
        material(drawn(SampleTask::Fruit, 1, 6), &[Cut::HeadOnly, Cut::LastBlocks(3)], 4);
    let head = |cut| {
        let trainer =
            Trainer::new(short(cut), Rc::clone(&material), &backbone(), &Device::flex(), no_time);
        bits(trainer.model().head().named_tensors())
    };
    assert_eq!(head(Cut::HeadOnly), head(Cut::LastBlocks(3)));
}

#[test]
fn earlier_stages_learn_more_slowly_by_the_depth_factor() {
    let mut strategy = Strategy::for_cut(Cut::Everything);
    strategy.head_epochs = 0;
    strategy.unfrozen_epochs = 1;
    strategy.depth_factor = 0.8;
    strategy.weight_decay = 0.0;
    strategy.warm_up = 0.0;
    let rate = strategy.unfrozen_rate;
    // Twelve training pictures make one step, and Adam's first step moves every weight by the
    // rate, whatever its gradient.
    let material = material(drawn(SampleTask::Fruit, 1, 4), &[strategy.cut], 1);
    assert!(material.split.training.len() <= strategy.batch);
    let trained = train(strategy, material).trainer.model();
    let before: BTreeMap<_, _> = bits(backbone().named_tensors()).into_iter().collect();
    for (name, after) in bits(trained.learned().named_tensors()) {
        let stage: i32 =
            name.split('.').nth(1).and_then(|stage| stage.parse().ok()).expect("a stage");
        if !name.ends_with("0.weight") || name.contains("running") {
            continue;
        }
        let mut moves: Vec<f64> = before[&name]
            .iter()
            .zip(&after)
            .map(|(&a, &b)| f64::from((f32::from_bits(a) - f32::from_bits(b)).abs()))
            .collect();
        moves.sort_by(f64::total_cmp);
        let expected = rate * 0.8f64.powi(18 - stage);
        let ratio = moves[moves.len() / 2] / expected;
        // Neighbouring stages differ by a fifth, so a tenth tells them apart.
        assert!((ratio - 1.0).abs() < 0.1, "{name} moved {ratio} times its rate");
    }
}

/// A strategy under which no number of the network ever changes, so no epoch beats the first.
fn motionless(cut: Cut) -> Strategy {
    Strategy { head_rate: 1e-40, unfrozen_rate: 1e-40, ..Strategy::for_cut(cut) }
}

#[test]
fn a_patience_ends_each_phase_after_so_many_epochs_without_a_better_score() {
    for (cut, expected) in [
        (Cut::HeadOnly, vec![Phase::Head; 4]),
        (Cut::LastBlocks(1), [[Phase::Head; 4], [Phase::Unfrozen; 4]].concat()),
    ] {
        let strategy = Strategy { patience: Some(3), ..motionless(cut) };
        let finished = train(strategy, material(drawn(SampleTask::Fruit, 1, 6), &[cut], 1));
        let phases: Vec<Phase> = finished.rows.iter().map(|row| row.phase).collect();
        assert_eq!(phases, expected, "{cut}");
        assert_eq!(finished.result.ending, Ending::Converged, "{cut}");
        assert_eq!(finished.result.best_epoch, finished.rows.len() - 3, "{cut}");
    }
}

#[test]
fn a_run_that_needs_all_its_epochs_is_complete_whatever_its_patience() {
    let cut = Cut::LastBlocks(1);
    let strategy = Strategy { head_epochs: 9, unfrozen_epochs: 4, ..motionless(cut) };
    let strategy = Strategy { patience: Some(3), ..strategy };
    let material = material(drawn(SampleTask::Fruit, 1, 6), &[cut], 1);
    let finished = train(strategy, material);
    // The head's phase ends early, the other one at its end, where the patience would end it too.
    assert_eq!(finished.rows.len(), 4 + 4);
    assert_eq!(finished.result.ending, Ending::Completed);
    let (done, all) = finished.trainer.steps();
    assert_eq!(done, all, "the steps that the head's phase did not need are not waited for");
}

#[test]
fn a_patience_that_is_never_exhausted_changes_nothing() {
    let cut = Cut::LastBlocks(1);
    let run = |patience| {
        let strategy = Strategy { patience, ..short(cut) };
        let finished = train(strategy, material(drawn(SampleTask::Fabric, 3, 6), &[cut], 1));
        (finished.rows, finished.result)
    };
    assert_eq!(run(None), run(Some(1000)));
}

#[test]
fn frozen_norms_do_not_move_by_a_bit_while_the_convolutions_behind_the_cut_do() {
    let before: BTreeMap<_, _> = bits(backbone().named_tensors()).into_iter().collect();
    for cut in [Cut::LastBlocks(2), Cut::Everything] {
        let strategy = Strategy { norm: NormMode::Frozen, ..short(cut) };
        let finished = train(strategy, material(drawn(SampleTask::Fruit, 1, 6), &[cut], 1));
        let learned = finished.trainer.model().learned().named_tensors();
        let is_convolution = |tensor: &NamedTensor| matches!(tensor, NamedTensor::Four(_));
        let convolutions: Vec<String> = learned
            .iter()
            .filter(|(_, tensor)| is_convolution(tensor))
            .map(|(name, _)| name.clone())
            .collect();
        let moved = bits(learned).into_iter().filter(|(name, values)| *values != before[name]);
        assert_eq!(moved.map(|(name, _)| name).collect::<Vec<_>>(), convolutions, "{cut}");
    }
}

#[test]
fn smoothed_labels_keep_the_network_less_sure_and_the_shown_loss_plain() {
    let cut = Cut::HeadOnly;
    let material = material(drawn(SampleTask::Fruit, 1, 12), &[cut], 1);
    let run = |label_smoothing| {
        let strategy = Strategy { label_smoothing, ..Strategy::for_cut(cut) };
        train(strategy.with_epochs(60), Rc::clone(&material)).rows
    };
    let (plain, smoothed) = (run(0.0), run(0.4));
    let last = |rows: &[EpochRow]| rows[rows.len() - 1].training.loss;
    // With ε = 0.4 and five classes the best answer gives its class 0.68: a plain loss of
    // −ln 0.68 = 0.386, below which it has no reason to go.
    assert!(last(&plain) < 0.2, "{}", last(&plain));
    assert!(last(&smoothed) > 0.3, "{}", last(&smoothed));
}

#[test]
fn balanced_weights_change_a_run_only_where_classes_differ_in_size() {
    let cut = Cut::HeadOnly;
    let run = |weights, pictures: &(Vec<_>, Vec<usize>)| {
        let strategy = Strategy { class_weights: weights, ..short(cut) };
        train(strategy, material(pictures.clone(), &[cut], 1)).rows
    };
    let even = drawn(SampleTask::Fruit, 1, 6);
    assert_eq!(run(ClassWeights::Equal, &even), run(ClassWeights::Balanced, &even));
    let (mut pictures, mut labels) = drawn(SampleTask::Fruit, 1, 12);
    let keeps: Vec<bool> = {
        let mut seen = 0;
        labels
            .iter()
            .map(|&label| {
                label > 0 || {
                    seen += 1;
                    seen <= 5
                }
            })
            .collect()
    };
    let mut keep = keeps.iter();
    pictures.retain(|_| keep.next() == Some(&true));
    let mut keep = keeps.iter();
    labels.retain(|_| keep.next() == Some(&true));
    let uneven = (pictures, labels);
    assert_ne!(run(ClassWeights::Equal, &uneven), run(ClassWeights::Balanced, &uneven));
}

/// What a search finds on a small drawn task.
fn found_rate(cut: Cut, seed: u64) -> FoundRate {
    let material = material(drawn(SampleTask::Fruit, 1, 12), &[cut], seed);
    let mut finder = RateFinder::new(&short(cut), material, &backbone(), &Device::flex(), 16);
    loop {
        if let Some(found) = block_on(finder.advance()).expect("the CPU answers") {
            return found;
        }
    }
}

#[test]
fn a_found_rate_lies_between_the_ends_below_where_the_loss_is_worst_and_repeats_by_its_seed() {
    for (cut, phase) in [(Cut::HeadOnly, Phase::Head), (Cut::LastBlocks(1), Phase::Unfrozen)] {
        let found = found_rate(cut, 1);
        assert_eq!(found.phase, phase);
        assert!(found.curve.is_sorted_by(|a, b| a.rate < b.rate));
        let rate = found.suggestion.expect("the loss falls somewhere");
        let least = found.curve.iter().min_by(|a, b| a.loss.total_cmp(&b.loss));
        assert!(rate > 1e-5 && least.is_some_and(|least| rate < least.rate), "{cut}: {rate:e}");
        assert_eq!(found, found_rate(cut, 1), "{cut}");
    }
    assert_ne!(found_rate(Cut::HeadOnly, 1), found_rate(Cut::HeadOnly, 2));
}

/// Material with two views of each picture, whose features were changed by `change`, which is told
/// the picture and the view of each row of numbers.
fn with_changed_views(
    cut: Cut,
    change: impl Fn(&Material, usize, usize, &mut [f32]),
) -> Rc<Material> {
    let (pictures, labels) = drawn(SampleTask::Fruit, 1, 6);
    let plain = material((pictures.clone(), labels), &[cut], 1);
    let count = pictures.len();
    let stages: Vec<usize> =
        [cut.first_trained_stage()].into_iter().filter(|s| *s < STAGES).collect();
    let viewed = with_views(pictures, 2, Augmentation::default(), 1);
    let mut extraction =
        Extraction::new(backbone(), viewed, stages.iter().copied(), &Device::flex());
    while !block_on(extraction.advance()).expect("the CPU answers") {}
    let features = extraction.finish().expect("there are pictures");
    let mut numbers =
        block_on(features.numbers(&stages.into_iter().collect())).expect("the CPU answers");
    for array in numbers.at_stage.values_mut().chain([&mut numbers.pooled]) {
        let each = array.values.len() / (3 * count);
        for (row, values) in array.values.chunks_exact_mut(each).enumerate() {
            change(&plain, row % count, row / count, values);
        }
    }
    let features = Features::from_numbers(numbers, &Device::flex()).expect("the shapes fit");
    let Material { labels, classes, split, seed, .. } =
        Rc::try_unwrap(plain).expect("nobody else has it");
    Rc::new(Material { features, labels, classes, split, seed })
}

#[test]
fn validation_and_test_never_see_a_view_and_training_sees_no_other_picture() {
    for cut in [Cut::HeadOnly, Cut::LastBlocks(1)] {
        let strategy = Strategy { views: 2, ..short(cut) };
        // Whoever asked for a view of a held-out picture would get what is no number.
        let poisoned = with_changed_views(cut, |material, picture, view, values| {
            if view > 0 && !material.split.training.contains(&picture) {
                values.fill(f32::NAN);
            }
        });
        let finished = train(strategy.clone(), poisoned);
        let untouched = train(strategy, with_changed_views(cut, |_, _, _, _| ()));
        assert_eq!(finished.rows, untouched.rows, "{cut}");
        assert_eq!(finished.result, untouched.result, "{cut}");
        assert_eq!(finished.result.ending, Ending::Completed, "{cut}");
    }
}

#[test]
fn views_are_learned_from_where_they_are_wanted_and_leave_the_bits_where_not() {
    let cut = Cut::LastBlocks(1);
    let views_without_number = |_: &Material, _, view, values: &mut [f32]| {
        if view > 0 {
            values.fill(f32::NAN);
        }
    };
    let wanted = Strategy { views: 2, ..short(cut) };
    let finished = train(wanted, with_changed_views(cut, views_without_number));
    assert_eq!(finished.result.ending, Ending::NotFinite, "some view was learned from");
    for norm in [NormMode::Affine, NormMode::Adapt] {
        let strategy = Strategy { norm, ..short(cut) };
        let unwanted = train(strategy.clone(), with_changed_views(cut, views_without_number));
        let plain = train(strategy, material(drawn(SampleTask::Fruit, 1, 6), &[cut], 1));
        assert_eq!((unwanted.rows, unwanted.result), (plain.rows, plain.result));
    }
}
