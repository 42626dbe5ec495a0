//! Which score tells pictures of another task from those of the own one: three drawn tasks, each
//! learned both ways and asked about the other two.

mod common;

use std::rc::Rc;

use burn::tensor::Device;
use common::{drawn, folder, material, shared_data, train};
use futures_lite::future::block_on;
use headstart::data::{Picture, Scene, draw};
use headstart::measure::{KnownFeatures, area_under_curve, maximum_softmax, negative_energy};
use headstart::model::read;
use headstart::session::{Cut, SampleTask, Strategy};
use headstart::train::{Model, PORTION, input_tensor};

/// Neighbours that are tried.
const NEAREST: [usize; 3] = [1, 3, 5];

/// Seeds of the two comparisons below. The tables in `measure/familiarity.rs` are of three on drawn
/// pictures and of two on photographs.
const SEEDS: u64 = 1;

/// Fails unless the distance to the nearest training picture tells best on average, of these areas.
fn distance_tells_best(all: &[Vec<f64>]) {
    let mean = |place: usize| all.iter().map(|areas| areas[place]).sum::<f64>() / all.len() as f64;
    assert!(mean(2) > mean(0) && mean(2) > mean(1), "{all:.3?}");
}

/// What a model makes of pictures: features and logits, a row each.
fn seen(model: &Model, pictures: &[Picture]) -> (Vec<Vec<f32>>, Vec<Vec<f32>>) {
    let device = Device::flex();
    let (mut features, mut logits) = (Vec::new(), Vec::new());
    for portion in pictures.chunks(PORTION) {
        let (f, l) = model.features_and_logits(input_tensor(portion, &device));
        let (width, classes) = (f.dims()[1], l.dims()[1]);
        let rows = |values: Vec<f32>, width: usize| {
            values.chunks_exact(width).map(<[f32]>::to_vec).collect::<Vec<_>>()
        };
        features.extend(rows(block_on(read(f)).expect("the CPU answers"), width));
        logits.extend(rows(block_on(read(l)).expect("the CPU answers"), classes));
    }
    (features, logits)
}

/// Pictures with the places of their classes.
type Labelled = (Vec<Picture>, Vec<usize>);

/// Pictures without those of one class, and the pictures of that class.
fn without(class: usize, (pictures, labels): Labelled) -> (Labelled, Vec<Picture>) {
    let (known, strange): (Vec<_>, Vec<_>) =
        pictures.into_iter().zip(labels).partition(|(_, label)| *label != class);
    let renumbered =
        known.into_iter().map(|(picture, label)| (picture, label - usize::from(label > class)));
    (renumbered.unzip(), strange.into_iter().map(|(picture, _)| picture).collect())
}

/// Pictures of the other drawn tasks.
fn of_other_tasks(task: SampleTask, seed: u64) -> Vec<Picture> {
    let others = SampleTask::ALL.into_iter().filter(|other| *other != task);
    others.flat_map(|other| drawn(other, seed, 6).0).collect()
}

/// Areas under the curve: maximum softmax, energy, then a distance for each of [`NEAREST`].
fn areas(known: Labelled, strange: &[Picture], strategy: Strategy, seed: u64) -> Vec<f64> {
    let material = material(known.clone(), &[strategy.cut], seed);
    let split = material.split.clone();
    let model = train(strategy, Rc::clone(&material)).trainer.model();
    let (own, strange) = (seen(&model, &known.0), seen(&model, strange));
    let area = |own: &[Vec<f32>], strange: &[Vec<f32>], score: &dyn Fn(&[f32]) -> f64| {
        let known: Vec<f64> = split.test.iter().map(|&index| score(&own[index])).collect();
        let unknown: Vec<f64> = strange.iter().map(|row| score(row)).collect();
        area_under_curve(&known, &unknown).expect("both")
    };
    let mut areas = vec![
        area(&own.1, &strange.1, &maximum_softmax),
        area(&own.1, &strange.1, &negative_energy),
    ];
    let width = own.0.first().map_or(0, Vec::len);
    let known = KnownFeatures::new(&own.0.concat(), width, &split.training);
    areas.extend(
        NEAREST.map(|nearest| {
            area(&own.0, &strange.0, &|row: &[f32]| known.familiarity(row, nearest))
        }),
    );
    areas
}

#[test]
#[ignore = "takes a minute"]
fn distance_tells_other_drawn_tasks_best_however_deep_a_model_learned() {
    let mut all_areas = Vec::new();
    for task in SampleTask::ALL {
        for cut in [Cut::HeadOnly, Cut::LastBlocks(4), Cut::Everything] {
            for seed in 1..=SEEDS {
                let strategy = Strategy::for_cut(cut);
                let all = drawn(task, seed, 24);
                let others = of_other_tasks(task, seed);
                let found = areas(all.clone(), &others, strategy.clone(), seed);
                println!("other tasks, {task:?}, {cut:?}, seed {seed}: {found:.3?}");
                all_areas.push(found);
                let classes = draw(task, Scene::Usual, seed).classes().len();
                let (known, strange) = without(seed as usize % classes, all);
                let found = areas(known, &strange, strategy, seed);
                println!("one class, {task:?}, {cut:?}, seed {seed}: {found:.3?}");
            }
        }
    }
    distance_tells_best(&all_areas);
}

#[test]
#[ignore = "needs ../shared/data beside the checkout"]
fn distance_tells_other_photographs_best() {
    let mut all_areas = Vec::new();
    let names = ["flowers", "sign-digits", "textures", "trash"];
    let sets = names.map(|name| folder(&shared_data(name)));
    for (place, name) in names.into_iter().enumerate() {
        for cut in [Cut::HeadOnly, Cut::LastBlocks(4)] {
            for seed in 1..=SEEDS {
                let strategy = Strategy::for_cut(cut);
                let others = sets.iter().enumerate().filter(|(other, _)| *other != place);
                let others: Vec<Picture> = others
                    .flat_map(|(_, (pictures, _))| pictures.iter().step_by(pictures.len() / 40))
                    .cloned()
                    .collect();
                let found = areas(sets[place].clone(), &others, strategy.clone(), seed);
                println!("other photographs, {name}, {cut:?}, seed {seed}: {found:.3?}");
                all_areas.push(found);
                let (known, strange) = without(seed as usize, sets[place].clone());
                let found = areas(known, &strange, strategy, seed);
                println!("one class, {name}, {cut:?}, seed {seed}: {found:.3?}");
            }
        }
    }
    distance_tells_best(&all_areas);
}

/// The claim that the page rests on: the score that it goes by tells another task's pictures from the
/// own ones, and does so better than the model's own sureness.
#[test]
fn the_distance_to_training_pictures_tells_other_tasks_better_than_sureness_does() {
    for task in SampleTask::ALL {
        let strange = of_other_tasks(task, 4);
        let strategy = Strategy::for_cut(Cut::HeadOnly);
        let areas = areas(drawn(task, 4, 24), &strange, strategy, 4);
        let (softmax, energy, distance) = (areas[0], areas[1], areas[2]);
        assert!(distance > softmax && distance > energy, "{task:?}: {areas:?}");
        // What discrimination is called outstanding from on (Hosmer and Lemeshow 2000, §5.2.4).
        assert!(distance >= 0.9, "{task:?}: {areas:?}");
    }
}
