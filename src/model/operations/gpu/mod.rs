//! The layer on a graphics card, in kernels of our own.
//!
//! A layer is one launch forward, and three backward: its input's gradient, and two phases for
//! those of its own tensors. BatchNorm is folded inside the kernels, from the tensors as they are.
//! An invocation keeps a tile of sums in its registers, so that a number takes part in several
//! multiplications once it is read; vectors run along the channels, where numbers lie side by side.
//! One kernel is compiled for each combination of kind, stride, activation and vector widths that a
//! network has, not for each shape.

mod fold;
pub mod launch;
mod patches;
mod pointwise;
mod pooling;
mod spatial;
mod unfold;
mod weights;

use burn::backend::ops::FloatTensorOps;
use burn::backend::{Cube, TensorMetadata};
use burn_cubecl::tensor::CubeTensor;

use self::launch::{area_of, in_order};
use super::chain::{Chain, ChainOperation, Part};
use super::{LayerKernels, ParameterGradients, Parameters};
use kernels::{Kind, Layer};

impl ChainOperation for Cube {
    fn chain(input: CubeTensor, chain: Chain<Self>, _part: Part) -> CubeTensor {
        chain.forward(input)
    }
}

impl LayerKernels for Cube {
    /// Kernels fold BatchNorm themselves, so nothing can be made ready.
    type Ready = (Own, Layer);
    type Sums = ParameterGradients<Self>;

    fn ready(parameters: Parameters<Self>, layer: Layer) -> Self::Ready {
        (Own::of(parameters), layer)
    }

    fn convolve(
        input: CubeTensor,
        (own, layer): &Self::Ready,
        shortcut: Option<CubeTensor>,
    ) -> CubeTensor {
        let (input, own) = (in_order(input), own.clone());
        match layer.kind {
            Kind::Pointwise => pointwise::convolve(input, own, shortcut.map(in_order), *layer),
            Kind::Depthwise | Kind::Patches => spatial::convolve(input, own, *layer),
        }
    }

    fn gradient_through_clamp(gradient: CubeTensor, clamped: CubeTensor) -> CubeTensor {
        fold::gradient_through_clamp(in_order(gradient), in_order(clamped))
    }

    fn add_gradients(
        gradient: CubeTensor,
        input: CubeTensor,
        (own, layer): &Self::Ready,
        needs_input: bool,
        sums: &mut Option<Self::Sums>,
    ) -> Option<CubeTensor> {
        let (gradient, input) = (in_order(gradient), in_order(input));
        let of_input = needs_input
            .then(|| input_gradient(gradient.clone(), input.clone(), own.clone(), *layer));
        let partial = match layer.kind {
            Kind::Pointwise => weights::of_pointwise(gradient, input, own.channels()),
            Kind::Depthwise | Kind::Patches => weights::of_spatial(gradient, input, *layer),
        };
        let [weight, scale, shift] = unfold::gradients(partial, own.clone());
        *sums = Some(match sums.take() {
            None => ParameterGradients { weight, scale, shift },
            Some(others) => ParameterGradients {
                weight: Cube::float_add(others.weight, weight),
                scale: Cube::float_add(others.scale, scale),
                shift: Cube::float_add(others.shift, shift),
            },
        });
        of_input
    }

    fn found(_ready: &Self::Ready, sums: Self::Sums) -> ParameterGradients<Self> {
        sums
    }
}

fn input_gradient(gradient: CubeTensor, input: CubeTensor, own: Own, layer: Layer) -> CubeTensor {
    match layer.kind {
        Kind::Pointwise => pointwise::input_gradient(gradient, input, own, layer),
        Kind::Depthwise => spatial::depthwise_input_gradient(gradient, input, own, layer),
        Kind::Patches => {
            let found = patches::input_gradient(gradient, area_of(&input), own, layer);
            if layer.is_input_clamped { fold::gradient_through_clamp(found, input) } else { found }
        }
    }
}

/// A layer's own tensors, their numbers in order.
#[derive(Clone, Debug)]
pub(crate) struct Own {
    weight: CubeTensor,
    scale: CubeTensor,
    shift: CubeTensor,
    mean: CubeTensor,
    variance: CubeTensor,
}

impl Own {
    fn of(parameters: Parameters<Cube>) -> Self {
        Self {
            weight: in_order(parameters.weight),
            scale: in_order(parameters.scale),
            shift: in_order(parameters.shift),
            mean: in_order(parameters.mean),
            variance: in_order(parameters.variance),
        }
    }

    /// Output channels.
    fn channels(&self) -> usize {
        self.scale.shape().num_elements()
    }
}
