//! A layer's gradients outside of any graph, for measuring.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Cube, DispatchKindConversion, DispatchTensor, Flex};
use burn::tensor::{BackendPrimitive, Float, Tensor};

use super::{LayerKernels, LayerTensors, Parameters};
use kernels::{Activation, Layer};

/// All that a layer computes on its way backward; the gradient of its scale.
///
/// # Shapes
/// - gradient, output: as the layer's output
/// - input: `[batch, height, width, in]`
/// - result: `[out]`
pub fn of_layer(
    gradient: Tensor<4>,
    output: Tensor<4>,
    input: Tensor<4>,
    layer: (Layer, LayerTensors),
    needs_input: bool,
) -> Tensor<1> {
    if input.clone().try_into_primitive::<Cube>().is_ok() {
        return on::<Cube>(gradient, output, input, layer, needs_input);
    }
    on::<Flex>(gradient, output, input, layer, needs_input)
}

fn on<B: LayerKernels>(
    gradient: Tensor<4>,
    output: Tensor<4>,
    input: Tensor<4>,
    (layer, tensors): (Layer, LayerTensors),
    needs_input: bool,
) -> Tensor<1>
where
    DispatchTensor: DispatchKindConversion<B>,
    Float: BackendPrimitive<B, Primitive = FloatTensor<B>>,
{
    let mut gradient = primitive::<B, 4>(gradient);
    if layer.activation == Activation::Clamped {
        gradient = B::gradient_through_clamp(gradient, primitive::<B, 4>(output));
    }
    let parameters = Parameters::<B> {
        weight: primitive::<B, 4>(tensors.weight),
        scale: primitive::<B, 1>(tensors.scale),
        shift: primitive::<B, 1>(tensors.shift),
        mean: primitive::<B, 1>(tensors.mean),
        variance: primitive::<B, 1>(tensors.variance),
    };
    let ready = B::ready(parameters, layer);
    let mut sums = None;
    let input = primitive::<B, 4>(input);
    let of_input = B::add_gradients(gradient, input, &ready, needs_input, &mut sums);
    drop(of_input);
    let sums = sums.expect("a layer has gradients");
    Tensor::from_primitive::<B>(B::found(&ready, sums).scale)
}

fn primitive<B: LayerKernels, const D: usize>(tensor: Tensor<D>) -> FloatTensor<B>
where
    DispatchTensor: DispatchKindConversion<B>,
    Float: BackendPrimitive<B, Primitive = FloatTensor<B>>,
{
    // There are two backends, and the caller has ruled out the other one.
    tensor.try_into_primitive::<B>().expect("all tensors of a layer are on one device")
}
