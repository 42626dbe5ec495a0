//! Whether heat maps say something about trained models: they follow the head that they explain, and
//! lie on what the pictures show.

mod common;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use common::{BACKBONE, SIDE, backbone, drawn, material, short, train};
use futures_lite::future::block_on;
use headstart::data::{DRAWN_A_CLASS, DRAWN_SIDE, Picture, Purpose, Scene, draw, seeded};
use headstart::measure::{Grain, HeatMap, grad_cam, mean_difference};
use headstart::model::{Architecture, Backbone, Cut};
use headstart::session::SampleTask;
use headstart::train::{Model, Numbers, input_tensor};
use rand::RngExt;

const TASK: SampleTask = SampleTask::Fruit;
const CLASSES: usize = 5;
/// The pictures are drawn and split by this seed.
const SEED: u64 = 11;
/// Pictures of each class that no model has seen.
const FRESH: usize = 12;
const GRAINS: [Grain; 2] = [Grain::Coarse, Grain::Fine];
const CUTS: [Cut; 2] = [Cut::HeadOnly, Cut::LastBlocks(4)];

fn trained(cut: Cut) -> Model {
    let material = material(drawn(TASK, SEED, DRAWN_A_CLASS), &[cut], SEED);
    train(short(cut), material).trainer.model()
}

/// Fresh pictures: class, number, picture.
fn fresh() -> Vec<(usize, usize, Picture)> {
    let task = draw(TASK, Scene::Usual, SEED);
    let numbers = (0..CLASSES * FRESH).map(|i| (i / FRESH, DRAWN_A_CLASS + i % FRESH));
    numbers
        .map(|(class, number)| {
            let picture = task.picture(class, number).into_picture(SIDE).expect("a drawn picture");
            (class, number, picture)
        })
        .collect()
}

fn map(model: &Model, picture: &Picture, class: usize, grain: Grain) -> HeatMap {
    let input = input_tensor(std::slice::from_ref(picture), &Device::flex());
    let stage = grain.stage(&Architecture::bundled());
    block_on(grad_cam(model, input, class, stage)).expect("answers").expect("it knows the class")
}

/// Of each pixel of a picture of the network's size, how much of it shows the fruit.
fn shown(class: usize, number: usize) -> Vec<f64> {
    let object = draw(TASK, Scene::Usual, SEED).object(class, number).expect("fruit are objects");
    let white = object.iter().flat_map(|&is_fruit| [if is_fruit { 255 } else { 0 }; 3]);
    let side = DRAWN_SIDE as u32;
    let picture = Picture::from_rgb(side, side, white.collect(), SIDE).expect("a picture");
    picture.pixels().iter().step_by(3).map(|&level| f64::from(level) / 255.0).collect()
}

/// A map that is laid anywhere has as much of its mass on the object as the object has of the
/// picture. The interval of 95 % around how much more it has lies above nothing.
#[test]
fn more_of_a_map_lies_on_the_fruit_than_the_fruit_takes_of_the_picture() {
    let pictures = fresh();
    for cut in CUTS {
        let model = trained(cut);
        for grain in GRAINS {
            let excess = pictures.iter().enumerate().map(|(place, (class, number, picture))| {
                let values = map(&model, picture, *class, grain).at_pixels(SIDE);
                let fruit = shown(*class, *number);
                let area = fruit.iter().sum::<f64>() / fruit.len() as f64;
                let mass: f64 = values.iter().map(|&value| f64::from(value)).sum();
                let on_fruit: f64 =
                    values.iter().zip(&fruit).map(|(&value, share)| f64::from(value) * share).sum();
                // A map of nothing tells nothing.
                (place, if mass > 0.0 { on_fruit / mass - area } else { 0.0 })
            });
            let interval = mean_difference(excess, SEED).expect("many pictures");
            println!("{cut} {grain:?}: {interval:?}");
            assert!(interval.low > 0.0, "{cut} {grain:?}: {interval:?}");
        }
    }
}

/// The model with another head: `weight` row by row, no bias.
fn with_head(model: &Model, cut: Cut, weight: Vec<f32>) -> Model {
    let backbone = Backbone::read(BACKBONE, SIDE).expect("loads");
    let mut numbers = block_on(model.numbers()).expect("the CPU answers");
    numbers.retain(|(name, _)| !name.starts_with("classifier"));
    let shape = vec![CLASSES, weight.len() / CLASSES];
    numbers.push(("classifier.1.weight".to_owned(), Numbers { shape, values: weight }));
    let bias = Numbers { shape: vec![CLASSES], values: vec![0.0; CLASSES] };
    numbers.push(("classifier.1.bias".to_owned(), bias));
    Model::from_numbers(&backbone, cut.first_trained_stage(), numbers, &Device::flex())
        .expect("it fits")
}

fn head_of(model: &Model) -> Vec<f32> {
    let numbers = block_on(model.numbers()).expect("the CPU answers");
    let weight = numbers.into_iter().find(|(name, _)| name == "classifier.1.weight");
    weight.expect("a model has a head").1.values
}

/// What speaks for a class less what speaks against it. With every weight of the head negated a map
/// shows what was left out.
fn both_ways(
    model: &Model,
    cut: Cut,
    head: &[f32],
    picture: &Picture,
    class: usize,
    grain: Grain,
) -> Vec<f32> {
    let negated = head.iter().map(|weight| -weight).collect();
    let [with, against] = [head.to_vec(), negated]
        .map(|head| map(&with_head(model, cut, head), picture, class, grain).cells);
    with.iter().zip(&against).map(|(with, against)| with - against).collect()
}

fn ranks(values: &[f32]) -> Vec<f64> {
    let rank = |value: &f32| {
        let below = values.iter().filter(|other| *other < value).count() as f64;
        let equal = values.iter().filter(|other| *other == value).count() as f64;
        below + (equal - 1.0) / 2.0
    };
    values.iter().map(rank).collect()
}

/// Spearman's rank correlation, 0 where one side is all the same.
fn rank_correlation(a: &[f32], b: &[f32]) -> f64 {
    let (a, b) = (ranks(a), ranks(b));
    let mean = (a.len() as f64 - 1.0) / 2.0;
    let product = |a: &[f64], b: &[f64]| -> f64 {
        a.iter().zip(b).map(|(a, b)| (a - mean) * (b - mean)).sum()
    };
    let size = (product(&a, &a) * product(&b, &b)).sqrt();
    if size > 0.0 { product(&a, &b) / size } else { 0.0 }
}

/// Adebayo et al. 2018, arXiv 1810.03292: an explanation that stays the same for a random head
/// explains the picture and not the model.
///
/// The bound needs no look at the numbers. A random head's weights are as likely to be negated, which
/// negates the map that has both what speaks for a class and what speaks against it. So its rank
/// correlation with the trained head's map is zero on average, and the mean over 60 pictures, each
/// with a head of its own, is above a half with a probability below exp(−60 · ½² / 2), which is six in
/// ten thousand (Hoeffding 1963, theorem 2). A map that does not depend on the head has 1.
#[test]
fn a_random_head_changes_the_map() {
    let pictures = fresh();
    for cut in CUTS {
        let model = trained(cut);
        let head = head_of(&model);
        let bound = 1.0 / (head.len() as f32 / CLASSES as f32).sqrt();
        for grain in GRAINS {
            let correlations = pictures.iter().enumerate().map(|(place, (class, _, picture))| {
                let mut generator = seeded(place as u64, Purpose::Head);
                let random: Vec<f32> =
                    (0..head.len()).map(|_| generator.random_range(-bound..bound)).collect();
                let [trained, random] = [&head, &random]
                    .map(|head| both_ways(&model, cut, head, picture, *class, grain));
                rank_correlation(&trained, &random)
            });
            let mean = correlations.sum::<f64>() / pictures.len() as f64;
            println!("{cut} {grain:?}: {mean}");
            assert!(mean.abs() < 0.5, "{cut} {grain:?}: {mean}");
        }
    }
}

/// Where cells look: the middle of the input's gradient of the activations of each, over pictures
/// that show nothing in particular. What a cell can see has its middle at `spacing · cell`, on average
/// half a cell left of the picture's middle; its share of the picture has not. The two are told apart
/// halfway.
#[test]
fn cells_look_at_their_share_of_the_picture() {
    let device = Device::flex();
    let architecture = Architecture::bundled();
    for grain in GRAINS {
        let stage = grain.stage(&architecture);
        let front = backbone().cut_at(stage + 1).0.train();
        let side = architecture.stages[stage].output_side;
        let mut generator = seeded(1, Purpose::Probe);
        let mut middles = [0.0; 2];
        for number in 0..12 {
            let task = draw(SampleTask::Fabric, Scene::Usual, SEED);
            let picture = task.picture(number % 4, number).into_picture(SIDE).expect("drawn");
            for cell in 0..side {
                let input = input_tensor(std::slice::from_ref(&picture), &device);
                let input = input.autodiff().require_grad();
                let output = front.forward(input.clone());
                // A sum of the diagonal's cell, with signs that do not favour any channel.
                let channels = output.dims()[3];
                let mut signs = vec![0.0f32; side * side * channels];
                let own = (cell * side + cell) * channels;
                for sign in &mut signs[own..own + channels] {
                    *sign = if generator.random_range(0..2) == 0 { 1.0 } else { -1.0 };
                }
                let signs = TensorData::new(signs, [1, side, side, channels]);
                let signs = Tensor::<4>::from_data(signs, &device).autodiff();
                let gradients = (output * signs).sum().backward();
                let gradient = input.grad(&gradients).expect("it is in the graph").into_data();
                let gradient: Vec<f32> = gradient.try_into_vec().expect("the CPU answers");
                let all: f32 = gradient.iter().map(|value| value.abs()).sum();
                let sum = |place: fn(usize) -> usize| -> f32 {
                    let weighed = gradient.iter().enumerate();
                    weighed.map(|(index, value)| value.abs() * place(index / 3) as f32).sum()
                };
                let found = [sum(|pixel| pixel % SIDE), sum(|pixel| pixel / SIDE)];
                for (middle, found) in middles.iter_mut().zip(found) {
                    *middle += found / all / (12 * side) as f32;
                }
            }
        }
        let spacing = architecture.receptive_field(stage).spacing as f32;
        let half = (SIDE as f32 - 1.0) / 2.0;
        println!("{grain:?}: {middles:?}");
        assert!(middles.iter().all(|middle| (middle - half).abs() < spacing / 4.0), "{middles:?}");
    }
}

#[test]
fn rank_correlations_are_those_worked_out_by_hand() {
    assert_eq!(rank_correlation(&[1.0, 2.0, 3.0], &[10.0, 20.0, 90.0]), 1.0);
    assert_eq!(rank_correlation(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0]), -1.0);
    // Ranks 0, 1½, 1½, 3 and 0, 2, 1, 3: 4½ over the root of 4½ · 5.
    let tied = rank_correlation(&[0.0, 5.0, 5.0, 9.0], &[0.0, 2.0, 1.0, 3.0]);
    assert!((tied - 4.5 / (4.5f64 * 5.0).sqrt()).abs() < 1e-12, "{tied}");
}
