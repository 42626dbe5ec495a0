//! Whether the graphics card's kernels give what the CPU's give: every operation by itself, on
//! random layers of random shapes.
//!
//! The CPU's kernels are held to the plain formula by their own tests, so nothing else is needed
//! here. Results are given memory that is full of a large number, so that whatever a kernel leaves
//! out is noticed.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Cube, DispatchKindConversion, DispatchTensor, Flex};
use burn::tensor::{BackendPrimitive, Device, Float, Tensor, TensorData};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::gpu::launch;
use super::{LayerKernels, ParameterGradients, Parameters};
use crate::model::agreement::Agreement;
use crate::model::convolution::NormalisedConvolution;
use crate::model::read::{ReadError, read};
use crate::model::{Architecture, LayerKind};
use kernels::{Activation, Area, Kind, Layer};

/// A layer with its numbers, and what goes into it from both sides.
struct Case {
    layer: Layer,
    area: Area,
    out: usize,
    shortcut: Option<Source>,
    seed: u64,
}

/// Where a shortcut comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Source {
    Input,
    Other,
}

/// Pictures at once in the layers of the network itself: as many as a step has.
const BATCH: usize = 16;

/// Compares `cases` random layers on `graphics` with the CPU, and then every layer of the bundled
/// network, whose sums go over so many more pixels and channels that they are made in other parts.
///
/// # Errors
/// When the device does not answer.
pub async fn layers(
    seed: u64,
    cases: usize,
    graphics: &Device,
) -> Result<Vec<Agreement>, ReadError> {
    let mut agreements = Vec::new();
    let mut seeds = StdRng::seed_from_u64(seed);
    let random = (0..cases).map(|number| Case::new(number, seeds.random()));
    let random: Vec<Case> = random.collect();
    for case in random.into_iter().chain(Case::of_network(seed)) {
        let expected = case.results::<Flex>(&Device::flex());
        launch::poison::set(true);
        let found = case.results::<Cube>(graphics);
        launch::poison::set(false);
        for ((what, expected), (_, found)) in expected.into_iter().zip(found) {
            let what = format!("{what} of {}", case.name());
            agreements.push(Agreement::of(what, &read(expected).await?, &read(found).await?));
        }
    }
    Ok(agreements)
}

impl Case {
    /// Kinds take turns; every third layer has as many channels as fill whole vectors.
    fn new(number: usize, seed: u64) -> Self {
        let mut generator = StdRng::seed_from_u64(seed);
        let mut below = |limit: usize| generator.random_range(1..limit);
        let step = if number.is_multiple_of(3) { 8 } else { 1 };
        let mut channels = || step * below(48 / step);
        let kind = [Kind::Pointwise, Kind::Depthwise, Kind::Patches][number / 3 % 3];
        let (inputs, out) = match kind {
            Kind::Pointwise => (channels(), channels()),
            Kind::Depthwise => {
                let channels = channels();
                (channels, channels)
            }
            Kind::Patches => (channels().div_ceil(6), channels()),
        };
        let area = Area { batch: below(4), height: below(20), width: below(20), channels: inputs };
        let layer = Layer {
            kind,
            stride: if kind == Kind::Pointwise { 1 } else { below(3) },
            activation: if below(3) == 1 { Activation::None } else { Activation::Clamped },
            is_input_clamped: below(3) == 1,
        };
        // Half of the shortcuts are the input itself.
        let shortcut = match kind {
            Kind::Pointwise => [None, Some(Source::Other), Some(Source::Input)][below(4) - 1],
            Kind::Depthwise | Kind::Patches => None,
        };
        let out = if shortcut == Some(Source::Input) { inputs } else { out };
        Self { layer, area, out, shortcut, seed }
    }

    /// The layers of the bundled network on a whole batch, each shape once.
    fn of_network(seed: u64) -> Vec<Self> {
        let mut cases: Vec<Self> = Vec::new();
        for stage in Architecture::bundled().stages {
            let mut area = Area {
                batch: BATCH,
                height: stage.input_side,
                width: stage.input_side,
                channels: stage.input_channels,
            };
            let layers = stage.layers();
            let has_expansion = layers.iter().any(|layer| layer.kind == LayerKind::Expand);
            for counted in layers {
                let (layer, out) = match counted.kind {
                    LayerKind::Stem => {
                        (NormalisedConvolution::stem(stage.stride), stage.output_channels)
                    }
                    LayerKind::Expand => {
                        (NormalisedConvolution::expansion(), stage.hidden_channels())
                    }
                    LayerKind::Depthwise => {
                        let layer = NormalisedConvolution::depthwise(stage.stride, has_expansion);
                        (layer, area.channels)
                    }
                    LayerKind::Project => {
                        (NormalisedConvolution::projection(), stage.output_channels)
                    }
                    LayerKind::Top | LayerKind::Head => {
                        (NormalisedConvolution::top(), stage.output_channels)
                    }
                };
                let is_shortcut = counted.kind == LayerKind::Project && stage.is_residual();
                let shortcut = is_shortcut.then_some(Source::Other);
                let case = Self { layer, area, out, shortcut, seed };
                if !cases.iter().any(|other| other.name() == case.name()) {
                    cases.push(case);
                }
                area = layer.goal(area, out);
            }
        }
        cases
    }

    fn name(&self) -> String {
        let Self { layer, area, out, shortcut, .. } = self;
        format!("{layer:?} on {area:?} to {out} channels, shortcut {shortcut:?}")
    }

    /// What each operation gives, flat. The same numbers go into every backend.
    fn results<B: LayerKernels>(&self, device: &Device) -> Vec<(&'static str, Tensor<1>)>
    where
        DispatchTensor: DispatchKindConversion<B>,
        Float: BackendPrimitive<B, Primitive = FloatTensor<B>>,
    {
        let mut generator = StdRng::seed_from_u64(self.seed);
        let (area, out, layer) = (self.area, self.out, self.layer);
        let goal = layer.goal(area, out);
        let mut noise = |count: usize, low: f32, high: f32| -> Vec<f32> {
            (0..count).map(|_| generator.random_range(low..high)).collect()
        };
        // A third each at both ends of ReLU6 and between them.
        let clamped = |values: Vec<f32>| -> Vec<f32> {
            values.into_iter().map(|value| (3.0 + 9.0 * value).clamp(0.0, 6.0)).collect()
        };
        let weight_shape = match layer.kind {
            Kind::Pointwise => [out, area.channels, 1, 1],
            Kind::Depthwise => [out, 1, 3, 3],
            Kind::Patches => [out, area.channels, 3, 3],
        };
        let input = noise(area.values(), -1.0, 1.0);
        let input = if layer.is_input_clamped { clamped(input) } else { input };
        let input = place::<B, 4>(input, area.shape(), device);
        let parameters = Parameters::<B> {
            weight: place(noise(weight_shape.iter().product(), -0.6, 0.6), weight_shape, device),
            scale: place(noise(out, 0.5, 2.0), [out], device),
            shift: place(noise(out, -0.5, 3.0), [out], device),
            mean: place(noise(out, -0.5, 0.5), [out], device),
            variance: place(noise(out, 0.2, 2.0), [out], device),
        };
        let gradient = place::<B, 4>(noise(goal.values(), -1.0, 1.0), goal.shape(), device);
        let behind_clamp =
            place::<B, 4>(clamped(noise(goal.values(), -1.0, 1.0)), goal.shape(), device);
        let shortcut = self.shortcut.map(|source| match source {
            Source::Input => input.clone(),
            Source::Other => place::<B, 4>(noise(goal.values(), -1.0, 1.0), goal.shape(), device),
        });

        let ready = B::ready(parameters, layer);
        let output = B::convolve(input.clone(), &ready, shortcut);
        let through = B::gradient_through_clamp(gradient.clone(), behind_clamp);
        // Twice, as the parts of a batch do.
        let mut sums = None;
        B::add_gradients(gradient.clone(), input.clone(), &ready, false, &mut sums);
        let input = B::add_gradients(gradient, input, &ready, true, &mut sums)
            .expect("the input's gradient was asked for");
        let sums = sums.expect("a layer has gradients");
        let ParameterGradients { weight, scale, shift } = B::found(&ready, sums);
        vec![
            ("the output", flat::<B, 4>(output)),
            ("the gradient through ReLU6", flat::<B, 4>(through)),
            ("the weight's gradient", flat::<B, 4>(weight)),
            ("the scale's gradient", flat::<B, 1>(scale)),
            ("the shift's gradient", flat::<B, 1>(shift)),
            ("the input's gradient", flat::<B, 4>(input)),
        ]
    }
}

fn place<B: LayerKernels, const D: usize>(
    values: Vec<f32>,
    shape: [usize; D],
    device: &Device,
) -> FloatTensor<B>
where
    DispatchTensor: DispatchKindConversion<B>,
    Float: BackendPrimitive<B, Primitive = FloatTensor<B>>,
{
    let tensor = Tensor::<D>::from_data(TensorData::new(values, shape), device);
    // The device is one of this backend.
    tensor.try_into_primitive::<B>().expect("a tensor of the backend that is compared")
}

fn flat<B: LayerKernels, const D: usize>(primitive: FloatTensor<B>) -> Tensor<1>
where
    DispatchTensor: DispatchKindConversion<B>,
    Float: BackendPrimitive<B, Primitive = FloatTensor<B>>,
{
    Tensor::<D>::from_primitive::<B>(primitive).flatten(0, D - 1)
}

#[cfg(test)]
mod tests {
    use futures_lite::future::block_on;

    use super::*;
    use crate::model::agreement::graphics;

    #[test]
    fn the_networks_own_layers_begin_with_the_stem_and_end_with_the_top() {
        let cases = Case::of_network(1);
        let areas: Vec<_> = cases.iter().map(|case| case.area).collect();
        let sides = |area: Option<&Area>| area.map(|area| (area.width, area.channels));
        assert_eq!((sides(areas.first()), sides(areas.last())), (Some((96, 3)), Some((3, 112))));
        // The widest array of the network: 48 channels at 48 × 48, in each of 16 pictures.
        assert_eq!(areas.iter().map(|area| area.values()).max(), Some(16 * 48 * 48 * 48));
    }

    #[test]
    fn every_operation_agrees_with_the_cpu_where_there_is_a_graphics_adapter() {
        let Some(graphics) = graphics() else { return };
        let agreements = block_on(layers(7, 90, &graphics)).expect("the adapter answers");
        for Agreement { what, difference } in agreements {
            assert!(difference <= 1e-4, "{what}: {difference:e}");
        }
    }
}
