//! What several test files need: a backbone, a session that is worked to its end, and material
//! to train on.

#![allow(dead_code, reason = "each test file uses its own part")]

pub mod files;
pub mod office;
#[path = "../../src/data/archive/tests/packing.rs"]
pub mod packing;
pub mod program;

use std::path::{Path, PathBuf};
use std::rc::Rc;

use burn::tensor::Device;
use futures_lite::future::block_on;
use headstart::data::{Labelled, Picture, Scene, Split, decode, draw};
use headstart::model::{Backbone, NamedTensor, Segment, read};
use headstart::session::{
    Command, Cut, DeviceChoice, Devices, Event, Lane, RunId, SampleTask, Session, Strategy,
};
use headstart::train::{Advance, EpochRow, Extraction, Material, RunResult, Trainer};

pub const BACKBONE: &[u8] = include_bytes!("../../static/models/mobilenetv2-035.safetensors");
pub const SIDE: usize = 96;

/// A clock that stands still: no test depends on time.
pub fn no_time() -> f64 {
    0.0
}

pub fn backbone() -> Segment {
    Backbone::read(BACKBONE, SIDE).expect("loads").on(&Device::flex()).expect("fits")
}

/// The pictures of a sample task with their class indices, `a_class` of each class.
pub fn drawn(task: SampleTask, seed: u64, a_class: usize) -> (Vec<Picture>, Vec<usize>) {
    let task = draw(task, Scene::Usual, seed);
    let mut taken = vec![0; task.classes().len()];
    task.pictures()
        .filter_map(|drawn| {
            let label = drawn.class_index;
            taken[label] += 1;
            (taken[label] <= a_class)
                .then(|| (drawn.into_picture(SIDE).expect("a drawn picture"), label))
        })
        .unzip()
}

/// Extracts the features that `cuts` need from pictures and splits them.
pub fn material(
    (pictures, labels): (Vec<Picture>, Vec<usize>),
    cuts: &[Cut],
    seed: u64,
) -> Rc<Material> {
    let classes = labels.iter().max().map_or(0, |largest| largest + 1);
    let stages = cuts.iter().map(|cut| cut.first_trained_stage());
    let mut extraction = Extraction::new(backbone(), pictures, stages, &Device::flex());
    while !block_on(extraction.advance()).expect("the CPU answers") {}
    Rc::new(Material {
        features: extraction.finish().expect("there are pictures"),
        split: Split::stratified(Labelled::singly(&labels, classes), seed)
            .expect("enough pictures"),
        labels,
        classes,
        seed,
    })
}

/// A run that is over.
pub struct Finished {
    pub rows: Vec<EpochRow>,
    pub result: RunResult,
    pub trainer: Trainer,
}

pub fn train(strategy: Strategy, material: Rc<Material>) -> Finished {
    let mut trainer = Trainer::new(strategy, material, &backbone(), &Device::flex(), no_time);
    let mut rows = Vec::new();
    loop {
        match block_on(trainer.advance()).expect("the CPU answers") {
            Advance::Step => {}
            Advance::Epoch(row) => rows.push(row),
            Advance::Ended(result) => return Finished { rows, result, trainer },
        }
    }
}

/// A short strategy for tests: the defaults with few epochs.
pub fn short(cut: Cut) -> Strategy {
    let mut strategy = Strategy::for_cut(cut);
    strategy.head_epochs = strategy.head_epochs.min(4);
    strategy.unfrozen_epochs = strategy.unfrozen_epochs.min(2);
    strategy
}

/// Every tensor's bits by name.
pub fn bits(tensors: Vec<(String, NamedTensor)>) -> Vec<(String, Vec<u32>)> {
    tensors
        .into_iter()
        .map(|(name, tensor)| {
            let values = block_on(async {
                match tensor {
                    NamedTensor::One(tensor) => read(tensor).await,
                    NamedTensor::Two(tensor) => read(tensor).await,
                    NamedTensor::Four(tensor) => read(tensor).await,
                }
            });
            (name, values.expect("the CPU answers").into_iter().map(f32::to_bits).collect())
        })
        .collect()
}

/// A clock on which every look costs the same, so that lanes take turns step by step.
pub fn ticks() -> f64 {
    thread_local!(static TICKS: std::cell::Cell<f64> = const { std::cell::Cell::new(0.0) });
    TICKS.set(TICKS.get() + 1.0);
    TICKS.get()
}

/// A session on the CPU.
pub fn session() -> Session {
    session_with(no_time)
}

/// A session on the CPU with a clock.
pub fn session_with(clock: fn() -> f64) -> Session {
    let session = Session::begin(BACKBONE, Devices::cpu_only(), DeviceChoice::Automatic, clock);
    block_on(session).expect("the session begins")
}

/// Works until nothing is left and returns every event since the last call.
pub fn settle(session: &mut Session) -> Vec<Event> {
    let mut events = session.take_events();
    while session.has_work() {
        block_on(session.work());
        events.extend(session.take_events());
    }
    events
}

/// Works until an event satisfies `found`.
pub fn work_until(session: &mut Session, found: impl Fn(&Event) -> bool) -> Vec<Event> {
    let mut events = Vec::new();
    while session.has_work() {
        block_on(session.work());
        events.extend(session.take_events());
        if events.iter().any(&found) {
            break;
        }
    }
    events
}

/// Submits commands and works until nothing is left.
pub fn after(session: &mut Session, commands: impl IntoIterator<Item = Command>) -> Vec<Event> {
    for command in commands {
        session.submit(command);
    }
    settle(session)
}

pub fn lane(run: u32, strategy: Strategy) -> Lane {
    Lane { run: RunId(run), strategy }
}

/// A folder below the data that lies beside the checkout. Tests that need it are ignored unless
/// asked for.
pub fn shared_data(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    assert!(path.is_dir(), "there is no {}", path.display());
    path
}

/// The pictures of a folder of class folders, in the order of their names.
pub fn folder(path: &Path) -> (Vec<Picture>, Vec<usize>) {
    let sorted = |path: &Path| {
        let mut paths: Vec<_> = std::fs::read_dir(path)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        paths.sort();
        paths
    };
    let mut pictures = Vec::new();
    let mut labels = Vec::new();
    for (label, class) in sorted(path).iter().enumerate() {
        for file in sorted(class) {
            let bytes = std::fs::read(&file).expect("a file");
            pictures.push(decode(&bytes, SIDE).expect("a sound picture").picture);
            labels.push(label);
        }
    }
    (pictures, labels)
}
