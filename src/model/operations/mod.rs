//! The network's one layer as an own operation on Burn's backends: a convolution, BatchNorm on frozen
//! statistics folded into it, ReLU6 and the shortcut, in one pass over the activations; and layers one
//! behind the other as one operation.
//!
//! Activations lie with channels innermost, `[batch, height, width, channels]`: then a 1×1
//! convolution is one matrix product for the whole batch, and neighbouring channels fill a vector.
//! Weights keep torchvision's shapes. Gradients are Burn's own, by a hand-written backward step.

// The macro that routes the operation to backends names features of Burn's that are not ours.
#![allow(unexpected_cfgs)]

#[cfg(feature = "bench")]
pub(super) mod agreement;
mod chain;
mod cpu;
mod differentiate;
#[cfg(feature = "worker")]
mod gpu;
#[cfg(feature = "bench")]
pub(super) mod gradients;
mod pooling;
#[cfg(test)]
mod reference;
mod rounds;
#[cfg(test)]
mod tests;

use std::fmt::Debug;

use burn::backend::{Backend, Dispatch, ExtensionType, tensor::FloatTensor};
use burn::tensor::Tensor;

pub(super) use chain::{Layers, Part, Shortcut};
#[cfg(feature = "worker")]
pub(crate) use gpu::launch;
pub(super) use kernels::{Activation, EPSILON, Kind, Layer};
pub use pooling::pool;
pub(super) use rounds::Rounds;

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

/// The layer and its gradients on a backend that computes.
pub(crate) trait LayerKernels: Backend {
    /// A layer ready for as many batches as go through it before anything learns.
    type Ready: Clone + Debug + Send + Sync;
    /// What batches are to blame a layer's own tensors for, all together.
    type Sums: Clone + Debug + Send;

    /// Makes a layer ready.
    fn ready(parameters: Parameters<Self>, layer: Layer) -> Self::Ready;

    /// # Shapes
    /// - input: `[batch, height, width, in]`
    /// - shortcut: as the result
    /// - result: `[batch, height / stride, width / stride, out]`, rounded up
    fn convolve(
        input: FloatTensor<Self>,
        ready: &Self::Ready,
        shortcut: Option<FloatTensor<Self>>,
    ) -> FloatTensor<Self>;

    /// The gradient before a ReLU6, from the gradient behind it and what came out of it.
    fn gradient_through_clamp(
        gradient: FloatTensor<Self>,
        clamped: FloatTensor<Self>,
    ) -> FloatTensor<Self>;

    /// Adds the gradients of weight, scale and shift to `sums`, which are made where there are none,
    /// and gives that of the input where somebody needs it: before the ReLU6 in front of it, where one
    /// is said to be there.
    ///
    /// # Shapes
    /// - gradient: as the layer's output
    /// - input, result: `[batch, height, width, in]`
    fn add_gradients(
        gradient: FloatTensor<Self>,
        input: FloatTensor<Self>,
        ready: &Self::Ready,
        needs_input: bool,
        sums: &mut Option<Self::Sums>,
    ) -> Option<FloatTensor<Self>>;

    /// The gradients of weight, scale and shift, from all that was added.
    fn found(ready: &Self::Ready, sums: Self::Sums) -> ParameterGradients<Self>;
}

/// The gradients of what learns in a layer.
#[derive(Clone, Debug)]
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

impl LayerTensors {
    /// Whether any of them does.
    fn learn(&self) -> bool {
        self.weight.is_require_grad()
            || self.scale.is_require_grad()
            || self.shift.is_require_grad()
    }
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
    let end = if shortcut.is_some() { Shortcut::Ends } else { Shortcut::None };
    let mut layers = Layers::behind(shortcut);
    layers.push(tensors, layer, end);
    layers.forward(input)
}

impl From<LayerTensors> for Parameters<Dispatch> {
    fn from(tensors: LayerTensors) -> Self {
        Self {
            weight: tensors.weight.into_dispatch(),
            scale: tensors.scale.into_dispatch(),
            shift: tensors.shift.into_dispatch(),
            mean: tensors.mean.into_dispatch(),
            variance: tensors.variance.into_dispatch(),
        }
    }
}
