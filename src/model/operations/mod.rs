//! The network's one layer as an own operation on Burn's backends: a convolution, BatchNorm on
//! frozen statistics folded into it, ReLU6 and the shortcut, in one pass over the activations.
//!
//! Activations lie with channels innermost, `[batch, height, width, channels]`: then a 1×1
//! convolution is one matrix product for the whole batch, and neighbouring channels fill a vector.
//! Weights keep torchvision's shapes. Gradients are Burn's own, by a hand-written backward step.

// The macro that routes the operation to backends names features of Burn's that are not ours.
#![allow(unexpected_cfgs)]

#[cfg(feature = "bench")]
pub(super) mod agreement;
mod cpu;
mod differentiate;
#[cfg(feature = "worker")]
mod gpu;
#[cfg(feature = "bench")]
pub(super) mod gradients;
mod pooling;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;

use burn::backend::{Backend, Dispatch, ExtensionType, backend_extension, tensor::FloatTensor};
use burn::tensor::Tensor;

#[cfg(feature = "worker")]
pub(crate) use gpu::launch;
pub(super) use kernels::{Activation, EPSILON, Kind, Layer};
pub use pooling::pool;

/// A layer's own tensors on some backend.
#[derive(ExtensionType, Clone, Debug)]
pub(crate) struct Parameters<B: Backend> {
    /// Shape by [`Kind`].
    pub weight: FloatTensor<B>,
    /// BatchNorm's factor, shape `[out]`.
    pub scale: FloatTensor<B>,
    /// BatchNorm's summand, shape `[out]`.
    pub shift: FloatTensor<B>,
    /// BatchNorm's running mean, shape `[out]`.
    pub mean: FloatTensor<B>,
    /// BatchNorm's running variance, shape `[out]`.
    pub variance: FloatTensor<B>,
}

/// What is added to a layer's output.
#[derive(ExtensionType, Clone, Debug)]
pub(crate) enum Shortcut<B: Backend> {
    /// Nothing.
    None,
    /// The input of the block, of the output's shape.
    Added(FloatTensor<B>),
}

impl<B: Backend> Shortcut<B> {
    fn into_tensor(self) -> Option<FloatTensor<B>> {
        match self {
            Self::None => None,
            Self::Added(tensor) => Some(tensor),
        }
    }
}

/// The layer on a backend that may or may not keep track of gradients.
#[backend_extension(Cube: cfg(feature = "worker"), Flex, Autodiff)]
pub(crate) trait LayerOperation: Backend {
    /// # Shapes
    /// - input: `[batch, height, width, in]`
    /// - result: `[batch, height / stride, width / stride, out]`, rounded up
    fn normalised_convolution(
        input: FloatTensor<Self>,
        #[extension_type] parameters: Parameters<Self>,
        #[extension_type] shortcut: Shortcut<Self>,
        layer: Layer,
    ) -> FloatTensor<Self>;
}

/// The layer and its gradients on a backend that computes.
pub(crate) trait LayerKernels: Backend {
    /// As [`LayerOperation::normalised_convolution`].
    fn convolve(
        input: FloatTensor<Self>,
        parameters: Parameters<Self>,
        shortcut: Option<FloatTensor<Self>>,
        layer: Layer,
    ) -> FloatTensor<Self>;

    /// The gradient before a ReLU6, from the gradient behind it and what came out of it.
    fn gradient_through_clamp(
        gradient: FloatTensor<Self>,
        clamped: FloatTensor<Self>,
    ) -> FloatTensor<Self>;

    /// The gradient of the input; before the ReLU6 in front of it, where one is said to be there.
    ///
    /// # Shapes
    /// - gradient: as the layer's output
    /// - input, result: `[batch, height, width, in]`
    fn input_gradient(
        gradient: FloatTensor<Self>,
        input: FloatTensor<Self>,
        parameters: Parameters<Self>,
        layer: Layer,
    ) -> FloatTensor<Self>;

    /// The gradients of weight, scale and shift.
    ///
    /// # Shapes
    /// - gradient: as the layer's output
    /// - input: `[batch, height, width, in]`
    fn parameter_gradients(
        gradient: FloatTensor<Self>,
        input: FloatTensor<Self>,
        parameters: Parameters<Self>,
        layer: Layer,
    ) -> ParameterGradients<Self>;

    /// Both of these at once, the input's only where somebody needs it: a backend that finds them in
    /// one pass over the gradient has its own.
    fn gradients(
        gradient: FloatTensor<Self>,
        input: FloatTensor<Self>,
        parameters: Parameters<Self>,
        layer: Layer,
        needs_input: bool,
    ) -> Gradients<Self> {
        let shared = || (gradient.clone(), input.clone(), parameters.clone());
        let found = needs_input.then(|| {
            let (gradient, input, parameters) = shared();
            Self::input_gradient(gradient, input, parameters, layer)
        });
        let (gradient, input, parameters) = shared();
        let parameters = Self::parameter_gradients(gradient, input, parameters, layer);
        Gradients { parameters, input: found }
    }
}

/// The gradients of a layer.
pub(crate) struct Gradients<B: Backend> {
    pub parameters: ParameterGradients<B>,
    /// That of its input, where somebody needs it.
    pub input: Option<FloatTensor<B>>,
}

/// The gradients of what learns in a layer.
pub(crate) struct ParameterGradients<B: Backend> {
    pub weight: FloatTensor<B>,
    pub scale: FloatTensor<B>,
    pub shift: FloatTensor<B>,
}

/// A layer's own tensors, on any device.
pub(super) struct LayerTensors {
    pub weight: Tensor<4>,
    pub scale: Tensor<1>,
    pub shift: Tensor<1>,
    pub mean: Tensor<1>,
    pub variance: Tensor<1>,
}

/// Convolution, BatchNorm on frozen statistics, activation and shortcut.
///
/// # Shapes
/// - input: `[batch, height, width, in]`
/// - shortcut: as the result
/// - result: `[batch, height / stride, width / stride, out]`, rounded up
pub(super) fn normalised_convolution(
    input: Tensor<4>,
    tensors: LayerTensors,
    shortcut: Option<Tensor<4>>,
    layer: Layer,
) -> Tensor<4> {
    // Only a projection has one, and the kernels of the others do not look for it.
    assert!(shortcut.is_none() || layer.kind == Kind::Pointwise, "a shortcut ends at a 1×1 layer");
    let parameters = Parameters {
        weight: tensors.weight.into_dispatch(),
        scale: tensors.scale.into_dispatch(),
        shift: tensors.shift.into_dispatch(),
        mean: tensors.mean.into_dispatch(),
        variance: tensors.variance.into_dispatch(),
    };
    Tensor::from_dispatch(<Dispatch as LayerOperation>::normalised_convolution(
        input.into_dispatch(),
        parameters,
        shortcut.map_or(Shortcut::None, |shortcut| Shortcut::Added(shortcut.into_dispatch())),
        layer,
    ))
}
