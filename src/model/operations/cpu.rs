//! The layer on Burn's CPU backend: the kernels, given tensors instead of slices.

mod pooling;

use std::sync::Arc;

use burn::backend::flex::FlexTensor;
use burn::backend::{Flex, TensorMetadata};
use burn::tensor::TensorData;
use kernels::{Area, Layer, Own, Ready, Sums};

use super::chain::{Chain, ChainOperation, Part};
use super::{LayerKernels, ParameterGradients, Parameters};

impl ChainOperation for Flex {
    fn chain(input: FlexTensor, chain: Chain<Self>, _part: Part) -> FlexTensor {
        chain.forward(input)
    }
}

/// A layer ready to be gone through, with the tensors that it was made of.
#[derive(Clone, Debug)]
pub(crate) struct ReadyLayer {
    ready: Arc<Ready>,
    own: Contiguous,
    weight_shape: [usize; 4],
}

impl LayerKernels for Flex {
    type Ready = ReadyLayer;
    type Sums = Sums;

    fn ready(parameters: Parameters<Self>, layer: Layer) -> ReadyLayer {
        let weight_shape = parameters.weight.shape().dims();
        let own = Contiguous::of(parameters);
        ReadyLayer { ready: Arc::new(Ready::new(own.own(), layer)), own, weight_shape }
    }

    fn convolve(
        input: FlexTensor,
        ReadyLayer { ready, .. }: &ReadyLayer,
        shortcut: Option<FlexTensor>,
    ) -> FlexTensor {
        let area = area_of(&input);
        let (input, shortcut) = (Numbers::of(input), shortcut.map(Numbers::of));
        let shortcut = shortcut.as_ref().map(Numbers::all);
        let values = ready.convolve(input.all(), area, shortcut);
        tensor(values, ready.layer().goal(area, ready.out()).shape())
    }

    fn gradient_through_clamp(gradient: FlexTensor, clamped: FlexTensor) -> FlexTensor {
        // A view of something larger or shared becomes a copy of its own; else nothing is copied.
        let covers_all =
            gradient.as_slice::<f32>().map(<[f32]>::len) == Some(gradient.storage::<f32>().len());
        let mut gradient = if covers_all { gradient } else { gradient.to_contiguous() };
        kernels::through_clamp_all(gradient.storage_mut(), Numbers::of(clamped).all());
        gradient
    }

    fn add_gradients(
        gradient: FlexTensor,
        input: FlexTensor,
        ReadyLayer { ready, own, .. }: &ReadyLayer,
        needs_input: bool,
        sums: &mut Option<Sums>,
    ) -> Option<FlexTensor> {
        let area = area_of(&input);
        let (gradient, input) = (Numbers::of(gradient), Numbers::of(input));
        let sums = sums.get_or_insert_with(|| ready.sums());
        let weight = needs_input.then(|| own.weight.all());
        let found = ready.add_gradients(gradient.all(), (input.all(), area), weight, sums)?;
        Some(tensor(found, area.shape()))
    }

    fn found(
        ReadyLayer { ready, own, weight_shape }: &ReadyLayer,
        sums: Sums,
    ) -> ParameterGradients<Self> {
        let found = ready.found(own.own(), sums);
        let channels = [ready.out()];
        ParameterGradients {
            weight: tensor(found.weight, *weight_shape),
            scale: tensor(found.scale, channels),
            shift: tensor(found.shift, channels),
        }
    }
}

/// A layer's own tensors, each with its numbers in order.
#[derive(Clone, Debug)]
struct Contiguous {
    weight: Numbers,
    scale: Numbers,
    shift: Numbers,
    mean: Numbers,
    variance: Numbers,
}

impl Contiguous {
    fn of(parameters: Parameters<Flex>) -> Self {
        Self {
            weight: Numbers::of(parameters.weight),
            scale: Numbers::of(parameters.scale),
            shift: Numbers::of(parameters.shift),
            mean: Numbers::of(parameters.mean),
            variance: Numbers::of(parameters.variance),
        }
    }

    fn own(&self) -> Own<'_> {
        Own {
            weight: self.weight.all(),
            scale: self.scale.all(),
            shift: self.shift.all(),
            mean: self.mean.all(),
            variance: self.variance.all(),
        }
    }
}

/// A tensor whose numbers lie in order.
#[derive(Clone, Debug)]
struct Numbers(FlexTensor);

impl Numbers {
    fn of(tensor: FlexTensor) -> Self {
        if tensor.as_slice::<f32>().is_some() { Self(tensor) } else { Self(tensor.to_contiguous()) }
    }

    fn all(&self) -> &[f32] {
        // The network computes in single precision; anything else is a mistake of the program.
        self.0.as_slice().expect("a contiguous tensor in single precision")
    }
}

fn area_of(tensor: &FlexTensor) -> Area {
    Area::of(tensor.shape().dims())
}

fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape))
}
