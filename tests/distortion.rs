//! Thawing layers behind a head of random weights distorts what they know; training the head first
//! keeps it (Kumar et al., arXiv 2202.10054). Here is the sign of that, on drawn tasks: in the features,
//! with the gentle rates that are the default, and in the accuracy on changed pictures, where every
//! block learns as fast as the head. With the default rates that accuracy does not tell them apart.

mod common;

use burn::tensor::Device;
use common::{BACKBONE, SIDE, drawn, no_time};
use futures_lite::future::block_on;
use headstart::compare::{
    Attempt, Depth, Engine, Hits, Laboratory, Repetition, Supplies, Trial, TrialRow,
};
use headstart::data::DRAWN_A_CLASS;
use headstart::model::Backbone;
use headstart::session::{Cut, Limits, SampleTask, Strategy};
use headstart::train::Extraction;

const SEEDS: [u64; 3] = [1, 2, 3];
const CUT: Cut = Cut::LastBlocks(4);

/// With so many pictures a class.
fn laboratory(task: SampleTask, a_class: usize) -> Laboratory {
    let device = Device::flex();
    let backbone = Backbone::read(BACKBONE, SIDE).expect("loads");
    let segment = backbone.on(&device).expect("fits");
    let (pictures, labels) = drawn(task, 1, a_class);
    let stages = [0, CUT.first_trained_stage()];
    let mut extraction = Extraction::new(segment.clone(), pictures.clone(), stages, &device);
    while !block_on(extraction.advance()).expect("the CPU answers") {}
    let classes = labels.iter().max().map_or(0, |largest| largest + 1);
    let features = extraction.finish().expect("there are pictures");
    let groups = Vec::new();
    let supplies =
        Supplies { pictures, labels, classes, groups, features, new_setting: Vec::new() };
    let engine = Engine { backbone, segment, device, limits: Limits::WASM, clock: no_time };
    Laboratory::new(engine, supplies)
}

fn tried(laboratory: &mut Laboratory, strategy: &Strategy, seed: u64) -> TrialRow {
    let strategy = strategy.clone();
    let trial = Trial {
        strategy,
        repetition: Repetition { seed, fold: 0 },
        pictures_a_class: None,
        depth: Depth::Examined,
    };
    let mut attempt = Attempt::begin(trial, laboratory).expect("enough pictures");
    loop {
        if let Some(row) = block_on(attempt.advance(laboratory)).expect("the CPU answers") {
            return row;
        }
    }
}

/// The similarity of the last features to the pretrained ones, mean over all seeds.
fn similarity(laboratory: &mut Laboratory, strategy: &Strategy) -> f64 {
    let of_seed = |seed| {
        let seen = tried(laboratory, strategy, seed).examination.expect("it was examined");
        seen.similarity.last().copied().flatten().expect("pictures enough")
    };
    SEEDS.map(of_seed).iter().sum::<f64>() / SEEDS.len() as f64
}

fn thawing_at_once_distorts(task: SampleTask) {
    let mut laboratory = laboratory(task, 12);
    let head_first = Strategy::for_cut(CUT);
    let kept = similarity(&mut laboratory, &head_first);
    let kept_at_once = similarity(&mut laboratory, &head_first.at_once());
    assert!(kept_at_once < kept, "{task:?}: {kept_at_once} against {kept}");
}

#[test]
fn thawing_at_once_distorts_what_is_known_more_than_the_head_first_on_fruit() {
    thawing_at_once_distorts(SampleTask::Fruit);
}

#[test]
fn thawing_at_once_distorts_what_is_known_more_than_the_head_first_on_fabric() {
    thawing_at_once_distorts(SampleTask::Fabric);
}

/// The share of changed test pictures that are named rightly, over all seeds.
fn accuracy_on_changed(laboratory: &mut Laboratory, strategy: &Strategy) -> f64 {
    let of_seed = |seed| {
        let seen = tried(laboratory, strategy, seed).examination.expect("it was examined");
        seen.corrupted.iter().map(|row| row.hits).sum::<Hits>()
    };
    SEEDS.map(of_seed).into_iter().sum::<Hits>().share()
}

fn thawing_at_once_loses_more_on_changed_pictures(task: SampleTask) {
    let mut laboratory = laboratory(task, DRAWN_A_CLASS);
    let every_block_as_fast =
        Strategy { unfrozen_rate: 1e-2, depth_factor: 1.0, ..Strategy::for_cut(Cut::Everything) };
    let head_first = accuracy_on_changed(&mut laboratory, &every_block_as_fast);
    let at_once = accuracy_on_changed(&mut laboratory, &every_block_as_fast.at_once());
    assert!(at_once < head_first, "{task:?}: {at_once} against {head_first}");
}

#[test]
fn thawing_at_once_loses_more_on_changed_pictures_than_the_head_first_on_fruit() {
    thawing_at_once_loses_more_on_changed_pictures(SampleTask::Fruit);
}

#[test]
fn thawing_at_once_loses_more_on_changed_pictures_than_the_head_first_on_glyphs() {
    thawing_at_once_loses_more_on_changed_pictures(SampleTask::Glyphs);
}
