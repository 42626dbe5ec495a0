//! The layer on a graphics card, written with Burn's own tensors.

use burn::backend::Cube;
use burn::backend::tensor::FloatTensor;
use burn::tensor::Tensor;
use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;

use super::layer::{EPSILON, Kind, Layer};
use super::{LayerKernels, LayerOperation, LayerTensors, ParameterGradients, Parameters, Shortcut};

impl LayerOperation for Cube {
    fn normalised_convolution(
        input: FloatTensor<Self>,
        parameters: Parameters<Self>,
        shortcut: Shortcut<Self>,
        layer: Layer,
    ) -> FloatTensor<Self> {
        Self::convolve(input, parameters, shortcut.into_tensor(), layer)
    }
}

impl LayerKernels for Cube {
    fn convolve(
        input: FloatTensor<Self>,
        parameters: Parameters<Self>,
        shortcut: Option<FloatTensor<Self>>,
        layer: Layer,
    ) -> FloatTensor<Self> {
        let tensors = tensors(parameters);
        let sum = linear(tensor(input), &tensors, layer);
        let sum = match shortcut {
            Some(shortcut) => sum + tensor(shortcut),
            None => sum,
        };
        primitive(if layer.is_clamped() { sum.clamp(0.0, 6.0) } else { sum })
    }

    fn gradient_through_clamp(
        gradient: FloatTensor<Self>,
        clamped: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        primitive(through_clamp(tensor(gradient), tensor(clamped)))
    }

    fn input_gradient(
        gradient: FloatTensor<Self>,
        input: FloatTensor<Self>,
        parameters: Parameters<Self>,
        layer: Layer,
    ) -> FloatTensor<Self> {
        let tensors = tensors(parameters);
        let clamped: Tensor<4> = tensor(input);
        let input = clamped.clone().autodiff().require_grad();
        let output = linear(input.clone(), &tracked(tensors, false), layer);
        let gradients = (output * tensor::<4>(gradient).autodiff()).sum().backward();
        // The graph above reaches the input, so it has a gradient.
        let found = input.grad(&gradients).expect("the input is in the graph");
        primitive(if layer.is_input_clamped { through_clamp(found, clamped) } else { found })
    }

    fn parameter_gradients(
        gradient: FloatTensor<Self>,
        input: FloatTensor<Self>,
        parameters: Parameters<Self>,
        layer: Layer,
    ) -> ParameterGradients<Self> {
        let tensors = tracked(tensors(parameters), true);
        let output = linear(tensor::<4>(input).autodiff(), &tensors, layer);
        let gradients = (output * tensor::<4>(gradient).autodiff()).sum().backward();
        let in_graph = "the parameters are in the graph";
        ParameterGradients {
            weight: primitive(tensors.weight.grad(&gradients).expect(in_graph)),
            scale: primitive(tensors.scale.grad(&gradients).expect(in_graph)),
            shift: primitive(tensors.shift.grad(&gradients).expect(in_graph)),
        }
    }
}

/// The layer before shortcut and activation.
fn linear(input: Tensor<4>, tensors: &LayerTensors, layer: Layer) -> Tensor<4> {
    let [out, _, kernel, _] = tensors.weight.dims();
    let factor = tensors.scale.clone() / (tensors.variance.clone() + EPSILON).sqrt();
    let weight = tensors.weight.clone() * factor.clone().reshape([out, 1, 1, 1]);
    let bias = tensors.shift.clone() - tensors.mean.clone() * factor;
    if layer.kind == Kind::Pointwise {
        let [batch, height, width, channels] = input.dims();
        let rows = input.reshape([batch * height * width, channels]);
        let product = rows.matmul(weight.reshape([out, channels]).transpose());
        return (product + bias.unsqueeze()).reshape([batch, height, width, out]);
    }
    let groups = if layer.kind == Kind::Depthwise { out } else { 1 };
    let options = ConvOptions::new([layer.stride; 2], [kernel / 2; 2], [1, 1], groups);
    conv2d(input.permute([0, 3, 1, 2]), weight, Some(bias), options).permute([0, 2, 3, 1])
}

fn through_clamp(gradient: Tensor<4>, clamped: Tensor<4>) -> Tensor<4> {
    let is_cut_off =
        clamped.clone().lower_equal_scalar(0.0).bool_or(clamped.greater_equal_scalar(6.0));
    gradient.mask_fill(is_cut_off, 0.0)
}

fn tensors(parameters: Parameters<Cube>) -> LayerTensors {
    LayerTensors {
        weight: tensor(parameters.weight),
        scale: tensor(parameters.scale),
        shift: tensor(parameters.shift),
        mean: tensor(parameters.mean),
        variance: tensor(parameters.variance),
    }
}

/// The same tensors in a graph of gradients; those that learn are its leaves if they are `leaves`.
fn tracked(tensors: LayerTensors, leaves: bool) -> LayerTensors {
    fn leaf<const D: usize>(tensor: Tensor<D>, is_leaf: bool) -> Tensor<D> {
        if is_leaf { tensor.autodiff().require_grad() } else { tensor.autodiff() }
    }
    LayerTensors {
        weight: leaf(tensors.weight, leaves),
        scale: leaf(tensors.scale, leaves),
        shift: leaf(tensors.shift, leaves),
        mean: tensors.mean.autodiff(),
        variance: tensors.variance.autodiff(),
    }
}

fn tensor<const D: usize>(primitive: FloatTensor<Cube>) -> Tensor<D> {
    Tensor::from_primitive::<Cube>(primitive)
}

fn primitive<const D: usize>(tensor: Tensor<D>) -> FloatTensor<Cube> {
    // Everything here began as a tensor of this backend.
    tensor.try_into_primitive::<Cube>().expect("a tensor of the graphics card")
}
