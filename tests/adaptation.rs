//! Statistics that are measured anew before layers learn: what they depend on, and that they are
//! part of the model.

mod common;

use std::collections::BTreeMap;
use std::rc::Rc;

use burn::tensor::Device;
use common::{BACKBONE, Finished, SIDE, backbone, bits, drawn, material, no_time, short, train};
use futures_lite::future::block_on;
use headstart::model::{Backbone, read};
use headstart::session::{Cut, Ending, NormMode, SampleTask, Strategy};
use headstart::train::{Advance, Material, Model, RateFinder, Trainer, input_tensor};

const CUT: Cut = Cut::LastBlocks(2);

fn adapting(cut: Cut) -> Strategy {
    Strategy { norm: NormMode::Adapt, ..short(cut) }
}

fn on_fruit(cut: Cut) -> Rc<Material> {
    material(drawn(SampleTask::Fruit, 1, 8), &[cut], 1)
}

/// The statistics behind the cut, by name.
fn statistics(model: &Model) -> BTreeMap<String, Vec<u32>> {
    let mut tensors: BTreeMap<_, _> = bits(model.learned().named_tensors()).into_iter().collect();
    tensors.retain(|name, _| name.contains("running"));
    tensors
}

fn finite(values: &[u32]) -> bool {
    values.iter().all(|&bits| f32::from_bits(bits).is_finite())
}

#[test]
fn what_is_behind_the_cut_is_measured_anew_and_learns_while_what_is_before_stays() {
    let before: BTreeMap<_, _> = bits(backbone().named_tensors()).into_iter().collect();
    for cut in [CUT, Cut::Everything] {
        for head_epochs in [0, 2] {
            let strategy = Strategy { head_epochs, ..adapting(cut) };
            let Finished { rows, result, trainer } = train(strategy, on_fruit(cut));
            assert_eq!(result.ending, Ending::Completed);
            assert!(rows.iter().all(|row| row.training.loss.is_finite()), "{rows:?}");
            let model = trainer.model();
            for (name, values) in bits(model.frozen().named_tensors()) {
                assert_eq!(values, before[&name], "{name} is before the {cut} cut and changed");
            }
            for (name, values) in bits(model.learned().named_tensors()) {
                assert_ne!(values, before[&name], "{name} is behind the {cut} cut and stayed");
                assert!(finite(&values), "{name}");
            }
        }
    }
}

#[test]
fn where_nothing_is_thawed_nothing_is_adapted() {
    let run = |norm| {
        let strategy = Strategy { norm, ..short(Cut::HeadOnly) };
        let finished = train(strategy, on_fruit(Cut::HeadOnly));
        (finished.rows, finished.result)
    };
    assert_eq!(run(NormMode::Adapt), run(NormMode::Affine));
}

#[test]
fn a_model_is_the_same_from_its_numbers_and_another_one_without_its_statistics() {
    let model = train(adapting(CUT), on_fruit(CUT)).trainer.model();
    let numbers = block_on(model.numbers()).expect("the CPU answers");
    let (pictures, _) = drawn(SampleTask::Fruit, 2, 2);
    let input = input_tensor(&pictures, &Device::flex());
    let answers =
        |model: &Model| block_on(read(model.logits(input.clone()))).expect("the CPU answers");
    let from = |numbers| {
        let backbone = Backbone::read(BACKBONE, SIDE).expect("loads");
        Model::from_numbers(&backbone, CUT.first_trained_stage(), numbers, &Device::flex())
            .expect("the numbers fit")
    };
    let again = from(numbers.clone());
    assert_eq!(statistics(&again), statistics(&model));
    assert_eq!(answers(&again), answers(&model));
    let without = numbers.into_iter().filter(|(name, _)| !name.contains("running")).collect();
    assert_ne!(answers(&from(without)), answers(&model));
}

#[test]
fn statistics_are_those_of_training_pictures_alone_and_repeat() {
    let adapted = |pictures| {
        let material = material(pictures, &[CUT], 1);
        statistics(&train(adapting(CUT), material).trainer.model())
    };
    let (mut pictures, labels) = drawn(SampleTask::Fruit, 1, 8);
    let first = adapted((pictures.clone(), labels.clone()));
    assert_eq!(adapted((pictures.clone(), labels.clone())), first);
    let split = on_fruit(CUT).split.clone();
    let (others, _) = drawn(SampleTask::Fabric, 1, 8);
    for &index in split.validation.iter().chain(&split.test) {
        pictures[index] = others[index].clone();
    }
    assert_eq!(adapted((pictures.clone(), labels.clone())), first);
    pictures[split.training[0]] = others[0].clone();
    assert_ne!(adapted((pictures, labels)), first);
}

#[test]
fn a_batch_that_is_divided_gives_the_same_statistics() {
    let material = on_fruit(CUT);
    let adapted = |micro_batch| {
        let trainer = Trainer::new(
            Strategy { head_epochs: 0, ..adapting(CUT) },
            Rc::clone(&material),
            &backbone(),
            &Device::flex(),
            no_time,
        );
        let mut trainer = trainer.with_micro_batch(micro_batch);
        // Three stages are behind the cut.
        for _ in 0..3 {
            assert_eq!(block_on(trainer.advance()).expect("the CPU answers"), Advance::Step);
        }
        assert_eq!(trainer.steps().0, 0, "no step was made");
        statistics(&trainer.model())
    };
    let (whole, divided) = (adapted(16), adapted(5));
    assert_ne!(whole, statistics(&train(short(CUT), Rc::clone(&material)).trainer.model()));
    for (name, values) in whole {
        for (&whole, &divided) in values.iter().zip(&divided[&name]) {
            let (whole, divided) = (f32::from_bits(whole), f32::from_bits(divided));
            let difference = (whole - divided).abs();
            assert!(difference <= 1e-4 * whole.abs().max(0.1), "{name}: {whole} {divided}");
        }
    }
}

#[test]
fn a_run_that_is_stopped_while_it_adapts_has_a_whole_model() {
    let before: BTreeMap<_, _> = bits(backbone().named_tensors()).into_iter().collect();
    let strategy = Strategy { head_epochs: 0, ..adapting(CUT) };
    let mut trainer = Trainer::new(strategy, on_fruit(CUT), &backbone(), &Device::flex(), no_time);
    block_on(trainer.advance()).expect("the CPU answers");
    trainer.stop();
    let Advance::Ended(result) = block_on(trainer.advance()).expect("the CPU answers") else {
        panic!("a stopped run is tested next")
    };
    assert_eq!((result.ending, result.best_epoch), (Ending::Stopped, 0));
    for (name, values) in statistics(&trainer.model()) {
        assert_eq!(values, before[&name], "{name}");
    }
}

#[test]
fn a_rate_is_searched_on_the_network_that_was_adapted() {
    let searched = |norm| {
        let strategy = Strategy { norm, ..short(CUT) };
        let mut finder =
            RateFinder::new(&strategy, on_fruit(CUT), &backbone(), &Device::flex(), 16);
        loop {
            if let Some(found) = block_on(finder.advance()).expect("the CPU answers") {
                return found;
            }
        }
    };
    let (adapted, affine) = (searched(NormMode::Adapt), searched(NormMode::Affine));
    assert!(adapted.suggestion.is_some(), "{adapted:?}");
    assert_ne!(adapted.curve[0].loss, affine.curve[0].loss);
}
