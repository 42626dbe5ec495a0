//! Gradients against finite differences, and maps worked out by hand. Whether maps say something
//! about trained models is tested in `tests/heat_maps.rs`.

use burn::tensor::{Device, TensorData};
use futures_lite::future::block_on;
use proptest::prelude::*;
use rand::RngExt;

use super::plain_network::{Map, PlainNetwork};
use super::*;
use crate::data::{Purpose, seeded};
use crate::model::{Backbone, Cut, NamedTensor};
use crate::train::Numbers;

const CLASSES: usize = 3;
const SIDE: usize = 96;

/// A random small network behind a cut with a random head, and a random picture.
fn model_and_picture(cut: Cut, seed: u64) -> (Architecture, Model, Tensor<4>) {
    let device = Device::flex();
    let architecture = Architecture::mobilenet_v2(0.1, SIDE);
    let mut generator = seeded(seed, Purpose::Scratch);
    let backbone = Backbone::random(architecture.clone(), CLASSES, &mut generator);
    let model = Model::from_numbers(
        &backbone,
        cut.first_trained_stage(),
        Vec::<(String, Numbers)>::new(),
        &device,
    );
    let noise = (0..SIDE * SIDE * 3).map(|_| generator.random_range(-1.0..1.0));
    let picture = TensorData::new(noise.collect::<Vec<f32>>(), [1, SIDE, SIDE, 3]);
    (architecture, model.expect("it fits itself"), Tensor::from_data(picture, &device))
}

/// A class's weights.
fn weights_of(model: &Model, class: usize) -> Vec<f64> {
    let tensors = model.head().named_tensors();
    let Some((_, NamedTensor::Two(weight))) = tensors.into_iter().next() else { unreachable!() };
    let features = weight.dims()[1];
    let values = block_on(read(weight)).expect("the CPU answers");
    values[class * features..(class + 1) * features].iter().map(|&v| f64::from(v)).collect()
}

#[test]
fn a_coarse_map_is_of_the_last_block_and_a_fine_one_of_the_last_with_twice_the_cells() {
    let bundled = Architecture::bundled();
    let sides = [Grain::Coarse, Grain::Fine].map(|grain| {
        let stage = grain.stage(&bundled);
        (stage, bundled.stages[stage].output_side)
    });
    assert_eq!(sides, [(17, 3), (13, 6)]);
}

/// Every seventh number of the gradient, so every channel's, against a central difference of the plain formula in double
/// precision. Single precision is good to some 1e-6 of the largest; kinks lie anywhere, so a few
/// numbers may fall on one.
#[test]
fn gradients_are_those_of_the_plain_formula() {
    for (grain, cut) in [
        (Grain::Coarse, Cut::HeadOnly),
        (Grain::Fine, Cut::LastBlocks(2)),
        (Grain::Coarse, Cut::Everything),
    ] {
        let (architecture, model, picture) = model_and_picture(cut, 5);
        let stage = grain.stage(&architecture);
        let found = block_on(graded(&model, picture, 1, stage)).expect("the CPU answers");
        let Graded { activations, gradient, side, channels } = found.expect("it knows the class");
        let plain = PlainNetwork::of(&[model.frozen(), model.learned()]);
        let strides: Vec<usize> = architecture.stages[stage + 1..architecture.stages.len() - 1]
            .iter()
            .map(|block| block.stride)
            .collect();
        let weights = weights_of(&model, 1);
        let values: Vec<f64> = activations.iter().map(|&value| f64::from(value)).collect();
        let logit = |place: usize, step: f64| {
            let mut values = values.clone();
            values[place] += step;
            plain.logit(Map { side, channels, values }, stage + 1, &strides, &weights)
        };
        const STEP: f64 = 1e-5;
        let largest = gradient.iter().fold(0.0f32, |most, value| most.max(value.abs()));
        assert!(largest > 0.0 && gradient.len() == side * side * channels);
        let is_off = |place: &usize| {
            let expected = (logit(*place, STEP) - logit(*place, -STEP)) / (2.0 * STEP);
            (f64::from(gradient[*place]) - expected).abs() > 1e-4 * f64::from(largest)
        };
        let tried: Vec<usize> = (0..gradient.len()).step_by(7).collect();
        let off = tried.iter().filter(|place| is_off(place)).count();
        assert!(off * 50 <= tried.len(), "{grain:?} {cut:?}: {off} of {}", tried.len());
    }
}

#[test]
fn the_cut_of_a_model_changes_no_map() {
    for grain in [Grain::Coarse, Grain::Fine] {
        let maps =
            [Cut::HeadOnly, Cut::LastBlocks(1), Cut::LastBlocks(9), Cut::Everything].map(|cut| {
                let (architecture, model, picture) = model_and_picture(cut, 8);
                block_on(grad_cam(&model, picture, 2, grain.stage(&architecture))).expect("answers")
            });
        assert!(maps[0].as_ref().is_some_and(|map| map.cells.iter().any(|&cell| cell > 0.0)));
        assert!(maps.iter().all(|map| *map == maps[0]), "{maps:?}");
    }
}

#[test]
fn a_class_that_a_model_does_not_know_has_no_map() {
    let (architecture, model, picture) = model_and_picture(Cut::HeadOnly, 1);
    let stage = Grain::Coarse.stage(&architecture);
    assert_eq!(block_on(grad_cam(&model, picture, CLASSES, stage)), Ok(None));
}

#[test]
fn a_map_is_what_was_worked_out_by_hand() {
    // Two cells of two channels. Mean gradients: 2 and −1.
    let activations = [3.0, 1.0, 0.5, 4.0];
    let gradient = [1.0, -3.0, 3.0, 1.0];
    assert_eq!(weighted_sums(&activations, &gradient, 2), [5.0, -3.0]);
    assert_eq!(weighted_sums(&[], &[], 0), [0.0; 0]);
}

#[test]
fn pixels_lie_on_straight_lines_between_the_middles_of_cells() {
    let map = HeatMap { side: 2, cells: vec![0.0, 4.0, 8.0, 12.0] };
    let values = map.at_pixels(8);
    // The middles of the cells lie between the second and third and the sixth and seventh pixel.
    assert_eq!(values[..8], [0.0, 0.0, 0.5, 1.5, 2.5, 3.5, 4.0, 4.0]);
    assert_eq!([values[2 * 8], values[4 * 8], values[7 * 8], values[63]], [1.0, 5.0, 8.0, 12.0]);
    assert_eq!(HeatMap::default().at_pixels(2), [0.0; 4]);
}

#[test]
fn nine_thirds_have_their_shares() {
    let mut values = vec![0.0; 36];
    (values[0], values[14], values[35]) = (2.0, 1.0, 1.0);
    let shares = shares_of_thirds(&values, 6).expect("something speaks for it");
    assert_eq!(shares, [0.5, 0.0, 0.0, 0.0, 0.25, 0.0, 0.0, 0.0, 0.25]);
    assert_eq!(shares_of_thirds(&[0.0; 36], 6), None);
    assert_eq!(shares_of_thirds(&[], 0), None);
}

proptest! {
    #[test]
    fn pixels_stay_within_the_cells_and_shares_add_up(
        cells in prop::collection::vec(0.0..9.0f32, 9),
        side in 1usize..40,
    ) {
        let bounds = cells.iter().fold((9.0f32, 0.0f32), |(l, h), &c| (l.min(c), h.max(c)));
        let map = HeatMap { side: 3, cells };
        let values = map.at_pixels(side);
        prop_assert_eq!(values.len(), side * side);
        prop_assert!(values.iter().all(|&v| v >= bounds.0 - 1e-5 && v <= bounds.1 + 1e-5));
        if let Some(shares) = shares_of_thirds(&values, side) {
            prop_assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-4);
        }
    }
}
