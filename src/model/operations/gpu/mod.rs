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

use burn::backend::{Cube, TensorMetadata};
use burn_cubecl::tensor::CubeTensor;

use self::launch::{area_of, in_order};
use super::{LayerKernels, LayerOperation, ParameterGradients, Parameters, Shortcut};
use kernels::{Kind, Layer};

impl LayerOperation for Cube {
    fn normalised_convolution(
        input: CubeTensor,
        parameters: Parameters<Self>,
        shortcut: Shortcut<Self>,
        layer: Layer,
    ) -> CubeTensor {
        Self::convolve(input, parameters, shortcut.into_tensor(), layer)
    }
}

impl LayerKernels for Cube {
    fn convolve(
        input: CubeTensor,
        parameters: Parameters<Self>,
        shortcut: Option<CubeTensor>,
        layer: Layer,
    ) -> CubeTensor {
        let (input, own) = (in_order(input), Own::of(parameters));
        match layer.kind {
            Kind::Pointwise => pointwise::convolve(input, own, shortcut.map(in_order), layer),
            Kind::Depthwise | Kind::Patches => spatial::convolve(input, own, layer),
        }
    }

    fn gradient_through_clamp(gradient: CubeTensor, clamped: CubeTensor) -> CubeTensor {
        fold::gradient_through_clamp(in_order(gradient), in_order(clamped))
    }

    fn input_gradient(
        gradient: CubeTensor,
        input: CubeTensor,
        parameters: Parameters<Self>,
        layer: Layer,
    ) -> CubeTensor {
        let (gradient, input, own) = (in_order(gradient), in_order(input), Own::of(parameters));
        match layer.kind {
            Kind::Pointwise => pointwise::input_gradient(gradient, input, own, layer),
            Kind::Depthwise => spatial::depthwise_input_gradient(gradient, input, own, layer),
            Kind::Patches => {
                let found = patches::input_gradient(gradient, area_of(&input), own, layer);
                if layer.is_input_clamped {
                    fold::gradient_through_clamp(found, input)
                } else {
                    found
                }
            }
        }
    }

    fn parameter_gradients(
        gradient: CubeTensor,
        input: CubeTensor,
        parameters: Parameters<Self>,
        layer: Layer,
    ) -> ParameterGradients<Self> {
        let (gradient, input, own) = (in_order(gradient), in_order(input), Own::of(parameters));
        let partial = match layer.kind {
            Kind::Pointwise => weights::of_pointwise(gradient, input, own.channels()),
            Kind::Depthwise | Kind::Patches => weights::of_spatial(gradient, input, layer),
        };
        let [weight, scale, shift] = unfold::gradients(partial, own);
        ParameterGradients { weight, scale, shift }
    }
}

/// A layer's own tensors, their numbers in order.
struct Own {
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
