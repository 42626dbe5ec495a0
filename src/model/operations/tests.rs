//! The kernels against the plain formula, and their gradients against finite differences of it.

use burn::tensor::{Device, Tensor, TensorData};
use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::reference::Reference;
use super::{LayerTensors, Layers, Shortcut, normalised_convolution};
use kernels::{Activation, Area, Kind, Layer};

/// Half the distance of two evaluations, in double precision.
const STEP: f64 = 1e-5;
/// The same along a direction, where so many sums change at once that some would cross a kink of
/// ReLU6 within a larger one.
const SLOPE_STEP: f64 = 1e-7;
/// Largest relative error of a tensor in single precision.
const TOLERANCE: f64 = 1e-4;

/// Layers one behind the other, and whether the last adds the first one's input.
#[derive(Clone, Debug)]
struct Chain {
    area: Area,
    layers: Vec<Reference>,
    has_shortcut: bool,
    input: Vec<f64>,
    /// What each output counts for in the loss.
    probe: Vec<f64>,
}

/// What a loss is differentiated by.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Part {
    Input,
    Weight(usize),
    Scale(usize),
    Shift(usize),
}

impl Chain {
    fn new(seed: u64, area: Area, shapes: &[(Layer, usize)], has_shortcut: bool) -> Self {
        let mut generator = StdRng::seed_from_u64(seed);
        let mut noise = |count: usize, low: f64, high: f64| -> Vec<f64> {
            // Numbers that single precision holds, so that both computations get the same ones.
            (0..count).map(|_| f64::from(generator.random_range(low as f32..high as f32))).collect()
        };
        let mut channels = area.channels;
        let mut goal = area;
        let layers: Vec<Reference> = shapes
            .iter()
            .map(|&(layer, output_channels)| {
                let mut reference = Reference {
                    layer,
                    input_channels: channels,
                    output_channels,
                    weight: Vec::new(),
                    scale: noise(output_channels, 0.5, 2.0),
                    shift: noise(output_channels, -0.5, 3.0),
                    mean: noise(output_channels, -0.5, 0.5),
                    variance: noise(output_channels, 0.2, 2.0),
                };
                let count = reference.weight_shape().iter().product();
                reference.weight = noise(count, -0.6, 0.6);
                channels = output_channels;
                goal = layer.goal(goal, output_channels);
                reference
            })
            .collect();
        let input = noise(area.values(), -2.0, 2.0);
        let probe = noise(goal.values(), -1.0, 1.0);
        Self { area, layers, has_shortcut, input, probe }
    }

    fn reference_output(&self) -> Vec<f64> {
        let (mut value, mut area) = (self.input.clone(), self.area);
        for (index, layer) in self.layers.iter().enumerate() {
            let is_last = index + 1 == self.layers.len();
            let shortcut = (is_last && self.has_shortcut).then_some(&self.input[..]);
            value = layer.forward(&value, area, shortcut);
            area = layer.layer.goal(area, layer.output_channels);
        }
        value
    }

    fn reference_loss(&self) -> f64 {
        self.reference_output().iter().zip(&self.probe).map(|(value, probe)| value * probe).sum()
    }

    fn part_mut(&mut self, part: Part) -> &mut Vec<f64> {
        match part {
            Part::Input => &mut self.input,
            Part::Weight(layer) => &mut self.layers[layer].weight,
            Part::Scale(layer) => &mut self.layers[layer].scale,
            Part::Shift(layer) => &mut self.layers[layer].shift,
        }
    }

    /// Central differences, number by number.
    fn reference_gradient(&self, part: Part) -> Vec<f64> {
        let mut chain = self.clone();
        (0..chain.part_mut(part).len())
            .map(|index| {
                let kept = chain.part_mut(part)[index];
                let mut loss_at = |value| {
                    chain.part_mut(part)[index] = value;
                    chain.reference_loss()
                };
                let difference = loss_at(kept + STEP) - loss_at(kept - STEP);
                chain.part_mut(part)[index] = kept;
                difference / (2.0 * STEP)
            })
            .collect()
    }

    /// How fast the loss changes along a direction, by a central difference.
    fn reference_slope(&self, part: Part, direction: &[f64]) -> f64 {
        let loss_at = |step: f64| {
            let mut chain = self.clone();
            let moved = chain.part_mut(part).iter_mut().zip(direction);
            moved.for_each(|(value, along)| *value += step * along);
            chain.reference_loss()
        };
        (loss_at(SLOPE_STEP) - loss_at(-SLOPE_STEP)) / (2.0 * SLOPE_STEP)
    }

    /// The same on a device: the output, and the gradient of every part. Layers are a node each of the
    /// graph of gradients, or all together `as_one`.
    fn computed(&self, device: &Device, as_one: bool) -> (Vec<f64>, Vec<(Part, Vec<f64>)>) {
        let place = |values: &[f64]| Tensor::<1>::from_data(floats(values), device);
        let leaf = |values: &[f64]| place(values).autodiff().require_grad();
        let input = leaf(&self.input);
        let picture = input.clone().reshape(self.area.shape());
        let mut leaves = vec![(Part::Input, input)];
        let mut value = picture.clone();
        let mut layers = Layers::new();
        for (index, layer) in self.layers.iter().enumerate() {
            let parts = [
                (Part::Weight(index), leaf(&layer.weight)),
                (Part::Scale(index), leaf(&layer.scale)),
                (Part::Shift(index), leaf(&layer.shift)),
            ];
            let tensors = LayerTensors {
                weight: parts[0].1.clone().reshape(layer.weight_shape()),
                scale: parts[1].1.clone(),
                shift: parts[2].1.clone(),
                mean: place(&layer.mean).autodiff(),
                variance: place(&layer.variance).autodiff(),
            };
            leaves.extend(parts);
            let is_last = index + 1 == self.layers.len();
            let ends = is_last && self.has_shortcut;
            if as_one {
                let shortcut = match (index, ends) {
                    (_, true) => Shortcut::Ends,
                    (0, _) if self.has_shortcut => Shortcut::Begins,
                    _ => Shortcut::None,
                };
                layers.push(tensors, layer.layer, shortcut);
            } else {
                let shortcut = ends.then(|| picture.clone());
                value = normalised_convolution(value, tensors, shortcut, layer.layer);
            }
        }
        let value = layers.forward(value);
        let output = numbers(value.clone().inner());
        let probe = Tensor::<1>::from_data(floats(&self.probe), device).autodiff();
        let gradients = (value.reshape([self.probe.len()]) * probe).sum().backward();
        let of = |leaf: &Tensor<1>| leaf.grad(&gradients).map(numbers);
        let found = leaves.iter().map(|(part, leaf)| (*part, of(leaf).expect("a gradient")));
        (output, found.collect())
    }

    /// Whether some sum is so near to a kink of ReLU6 that a difference would straddle it.
    fn is_near_a_kink(&self) -> bool {
        let (mut value, mut area) = (self.input.clone(), self.area);
        for (index, layer) in self.layers.iter().enumerate() {
            let is_last = index + 1 == self.layers.len();
            let shortcut = (is_last && self.has_shortcut).then_some(&self.input[..]);
            let linear = Layer { activation: Activation::None, ..layer.layer };
            let linear = Reference { layer: linear, ..layer.clone() };
            let sums = linear.forward(&value, area, shortcut);
            let near = |kink: f64| sums.iter().any(|sum| (sum - kink).abs() < 1e3 * STEP);
            if layer.layer.is_clamped() && (near(0.0) || near(6.0)) {
                return true;
            }
            value = layer.forward(&value, area, shortcut);
            area = layer.layer.goal(area, layer.output_channels);
        }
        false
    }

    /// The same without anything that learns in the first layer and in front of it.
    fn computed_behind_the_first(&self, device: &Device) -> Vec<(Part, Vec<f64>)> {
        let place = |values: &[f64]| Tensor::<1>::from_data(floats(values), device).autodiff();
        let mut leaves = Vec::new();
        let mut layers = Layers::new();
        for (index, layer) in self.layers.iter().enumerate() {
            let mut own = |part: fn(usize) -> Part, values: &[f64]| {
                if index == 0 {
                    return place(values);
                }
                let leaf = place(values).require_grad();
                leaves.push((part(index), leaf.clone()));
                leaf
            };
            let tensors = LayerTensors {
                weight: own(Part::Weight, &layer.weight).reshape(layer.weight_shape()),
                scale: own(Part::Scale, &layer.scale),
                shift: own(Part::Shift, &layer.shift),
                mean: place(&layer.mean),
                variance: place(&layer.variance),
            };
            let shortcut = match (self.has_shortcut, index) {
                (true, 0) => Shortcut::Begins,
                (true, _) if index + 1 == self.layers.len() => Shortcut::Ends,
                _ => Shortcut::None,
            };
            layers.push(tensors, layer.layer, shortcut);
        }
        let value = layers.forward(place(&self.input).reshape(self.area.shape()));
        let probe = place(&self.probe);
        let gradients = (value.reshape([self.probe.len()]) * probe).sum().backward();
        let of = |leaf: &Tensor<1>| leaf.grad(&gradients).map(numbers).expect("a gradient");
        leaves.iter().map(|(part, leaf)| (*part, of(leaf))).collect()
    }

    fn check(&self) {
        let (expected, device) = (self.reference_output(), Device::flex());
        let (output, gradients) = self.computed(&device, false);
        assert_close("the output", &expected, &output);
        let references: Vec<_> =
            gradients.iter().map(|(part, _)| (*part, self.reference_gradient(*part))).collect();
        let hold = |found: Vec<(Part, Vec<f64>)>, how: &str| {
            for (part, found) in found {
                let (_, expected) = references.iter().find(|(other, _)| *other == part).unwrap();
                assert_close(&format!("{part:?} {how}"), expected, &found);
            }
        };
        hold(gradients, "layer by layer");
        if self.layers.len() > 1 {
            let (output, gradients) = self.computed(&device, true);
            assert_close("the output as one", &expected, &output);
            hold(gradients, "as one");
            hold(self.computed_behind_the_first(&device), "behind a first that does not learn");
        }
    }

    /// For what is too large to differentiate number by number: along a few directions.
    fn check_along_directions(&self) {
        let mut generator = StdRng::seed_from_u64(1);
        let (output, gradients) = self.computed(&Device::flex(), true);
        assert_close("the output", &self.reference_output(), &output);
        for (part, found) in gradients {
            for _ in 0..3 {
                let direction: Vec<f64> =
                    found.iter().map(|_| generator.random_range(-1.0..1.0)).collect();
                let expected = self.reference_slope(part, &direction);
                let slope: f64 = found.iter().zip(&direction).map(|(a, b)| a * b).sum();
                let whole = norm(&found) * norm(&direction);
                let difference = (slope - expected).abs();
                assert!(difference <= TOLERANCE * whole, "{part:?}: {slope}, not {expected}");
            }
        }
    }
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum::<f64>().sqrt()
}

fn floats(values: &[f64]) -> TensorData {
    let values: Vec<f32> = values.iter().map(|&value| value as f32).collect();
    let length = values.len();
    TensorData::new(values, [length])
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    let values = tensor.into_data().try_into_vec_as::<f32>().expect("the CPU answers");
    values.into_iter().map(f64::from).collect()
}

fn assert_close(what: &str, expected: &[f64], found: &[f64]) {
    assert_eq!(expected.len(), found.len(), "{what}");
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
    let difference = norm(&mut expected.iter().zip(found).map(|(a, b)| a - b));
    let whole = norm(&mut expected.iter().copied());
    assert!(difference <= TOLERANCE * whole.max(1.0), "{what}: off by {difference:e} of {whole:e}");
}

fn layer(kind: Kind, stride: usize, activation: Activation, is_input_clamped: bool) -> Layer {
    Layer { kind, stride, activation, is_input_clamped }
}

fn areas(channels: std::ops::Range<usize>) -> impl Strategy<Value = Area> {
    (1..3usize, 1..8usize, 1..8usize, channels).prop_map(|(batch, height, width, channels)| Area {
        batch,
        height,
        width,
        channels,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_pointwise_layer_and_its_gradients_are_those_of_the_formula(
        seed: u64, area in areas(1..20), out in 1..20usize, is_clamped: bool,
    ) {
        let activation = if is_clamped { Activation::Clamped } else { Activation::None };
        let shapes = [(layer(Kind::Pointwise, 1, activation, false), out)];
        let chain = Chain::new(seed, area, &shapes, out == area.channels);
        prop_assume!(!chain.is_near_a_kink());
        chain.check();
    }

    #[test]
    fn a_depthwise_layer_and_its_gradients_are_those_of_the_formula(
        seed: u64, area in areas(1..14), stride in 1..3usize, is_clamped: bool,
    ) {
        let activation = if is_clamped { Activation::Clamped } else { Activation::None };
        let shapes = [(layer(Kind::Depthwise, stride, activation, false), area.channels)];
        let chain = Chain::new(seed, area, &shapes, false);
        prop_assume!(!chain.is_near_a_kink());
        chain.check();
    }

    #[test]
    fn a_stem_and_its_gradients_are_those_of_the_formula(
        seed: u64, area in areas(1..5), out in 1..14usize, stride in 1..3usize, is_clamped: bool,
    ) {
        let activation = if is_clamped { Activation::Clamped } else { Activation::None };
        let shapes = [(layer(Kind::Patches, stride, activation, false), out)];
        let chain = Chain::new(seed, area, &shapes, false);
        prop_assume!(!chain.is_near_a_kink());
        chain.check();
    }

    #[test]
    fn gradients_through_the_clamps_of_a_whole_block_are_those_of_the_formula(
        seed: u64, area in areas(1..9), hidden in 1..14usize, out in 1..9usize, stride in 1..3usize,
    ) {
        let shapes = [
            (layer(Kind::Pointwise, 1, Activation::ClampedForNext, false), hidden),
            (layer(Kind::Depthwise, stride, Activation::ClampedForNext, true), hidden),
            (layer(Kind::Pointwise, 1, Activation::None, true), out),
        ];
        let chain = Chain::new(seed, area, &shapes, stride == 1 && out == area.channels);
        prop_assume!(!chain.is_near_a_kink());
        chain.check();
    }

    #[test]
    fn gradients_of_a_block_without_expansion_are_those_of_the_formula(
        seed: u64, area in areas(1..9),
    ) {
        let shapes = [
            (layer(Kind::Depthwise, 1, Activation::ClampedForNext, false), area.channels),
            (layer(Kind::Pointwise, 1, Activation::None, true), area.channels),
        ];
        let chain = Chain::new(seed, area, &shapes, true);
        prop_assume!(!chain.is_near_a_kink());
        chain.check();
    }

    #[test]
    fn gradients_from_a_depthwise_layer_into_a_stem_are_those_of_the_formula(
        seed: u64, area in areas(1..4), out in 1..10usize,
    ) {
        let shapes = [
            (layer(Kind::Patches, 2, Activation::Clamped, false), out),
            (layer(Kind::Depthwise, 1, Activation::Clamped, false), out),
        ];
        let chain = Chain::new(seed, area, &shapes, false);
        prop_assume!(!chain.is_near_a_kink());
        chain.check();
    }
}

#[test]
fn gradients_of_a_block_of_many_rows_and_channels_are_those_of_the_formula() {
    let area = Area { batch: 2, height: 9, width: 11, channels: 24 };
    let shapes = [
        (layer(Kind::Pointwise, 1, Activation::ClampedForNext, false), 40),
        (layer(Kind::Depthwise, 1, Activation::ClampedForNext, true), 40),
        (layer(Kind::Pointwise, 1, Activation::None, true), 24),
    ];
    Chain::new(7, area, &shapes, true).check_along_directions();
}

#[test]
fn gradients_of_pictures_of_several_bands_are_those_of_the_formula() {
    for (stride, side) in [(1, 45), (2, 45), (2, 46)] {
        let area = Area { batch: 2, height: side, width: side, channels: 14 };
        let shapes = [
            (layer(Kind::Pointwise, 1, Activation::ClampedForNext, false), 14),
            (layer(Kind::Depthwise, stride, Activation::Clamped, true), 14),
        ];
        Chain::new(3, area, &shapes, false).check_along_directions();
    }
}

#[test]
fn gradients_of_a_stem_on_colour_pictures_are_those_of_the_formula() {
    let area = Area { batch: 2, height: 17, width: 18, channels: 3 };
    let shapes = [(layer(Kind::Patches, 2, Activation::Clamped, false), 16)];
    Chain::new(5, area, &shapes, false).check_along_directions();
}

#[test]
fn gradients_of_a_layer_whose_rows_lie_a_page_apart_are_those_of_the_formula() {
    let area = Area { batch: 2, height: 3, width: 3, channels: 12 };
    let shapes = [(layer(Kind::Pointwise, 1, Activation::Clamped, false), 1028)];
    Chain::new(11, area, &shapes, false).check_along_directions();
}
