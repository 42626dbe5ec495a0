//! The layer on Burn's CPU backend: the kernels, given tensors instead of slices.

mod pooling;

use burn::backend::flex::FlexTensor;
use burn::backend::{Flex, TensorMetadata};
use burn::tensor::TensorData;
use kernels::{Area, Layer, Own};

use super::{Gradients, LayerKernels, LayerOperation, ParameterGradients, Parameters, Shortcut};

impl LayerOperation for Flex {
    fn normalised_convolution(
        input: FlexTensor,
        parameters: Parameters<Self>,
        shortcut: Shortcut<Self>,
        layer: Layer,
    ) -> FlexTensor {
        let shortcut = shortcut.into_tensor();
        Self::convolve(input, parameters, shortcut, layer)
    }
}

impl LayerKernels for Flex {
    fn convolve(
        input: FlexTensor,
        parameters: Parameters<Self>,
        shortcut: Option<FlexTensor>,
        layer: Layer,
    ) -> FlexTensor {
        let area = area_of(&input);
        let parameters = Contiguous::of(parameters);
        let (input, shortcut) = (Numbers::of(input), shortcut.map(Numbers::of));
        let own = parameters.own();
        let shortcut = shortcut.as_ref().map(Numbers::all);
        let values = kernels::convolve(input.all(), area, own, shortcut, layer);
        tensor(values, layer.goal(area, own.scale.len()).shape())
    }

    fn gradient_through_clamp(gradient: FlexTensor, clamped: FlexTensor) -> FlexTensor {
        // A view of something larger or shared becomes a copy of its own; else nothing is copied.
        let covers_all =
            gradient.as_slice::<f32>().map(<[f32]>::len) == Some(gradient.storage::<f32>().len());
        let mut gradient = if covers_all { gradient } else { gradient.to_contiguous() };
        kernels::through_clamp_all(gradient.storage_mut(), Numbers::of(clamped).all());
        gradient
    }

    fn input_gradient(
        gradient: FlexTensor,
        input: FlexTensor,
        parameters: Parameters<Self>,
        layer: Layer,
    ) -> FlexTensor {
        let found = Self::gradients(gradient, input, parameters, layer, true);
        found.input.expect("a gradient that was asked for")
    }

    fn parameter_gradients(
        gradient: FlexTensor,
        input: FlexTensor,
        parameters: Parameters<Self>,
        layer: Layer,
    ) -> ParameterGradients<Self> {
        Self::gradients(gradient, input, parameters, layer, false).parameters
    }

    fn gradients(
        gradient: FlexTensor,
        input: FlexTensor,
        parameters: Parameters<Self>,
        layer: Layer,
        needs_input: bool,
    ) -> Gradients<Self> {
        let area = area_of(&input);
        let shape = parameters.weight.shape().dims::<4>();
        let (gradient, input) = (Numbers::of(gradient), Numbers::of(input));
        let parameters = Contiguous::of(parameters);
        let found = kernels::gradients(
            gradient.all(),
            input.all(),
            area,
            parameters.own(),
            layer,
            needs_input,
        );
        let (scale, shift) = ([found.scale.len()], [found.shift.len()]);
        Gradients {
            parameters: ParameterGradients {
                weight: tensor(found.weight, shape),
                scale: tensor(found.scale, scale),
                shift: tensor(found.shift, shift),
            },
            input: found.input.map(|values| tensor(values, area.shape())),
        }
    }
}

/// A layer's own tensors, each with its numbers in order.
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
