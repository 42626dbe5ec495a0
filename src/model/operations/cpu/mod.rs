//! The layer on Burn's CPU backend.

mod depthwise;
mod fold;
mod patches;
mod pooling;
mod product;
mod vector;

use burn::backend::flex::FlexTensor;
use burn::backend::{Flex, TensorMetadata};
use burn::tensor::TensorData;

use self::fold::{biases, factors, unfold};
use self::patches::Patches;
use self::product::{Finish, Panels, column_sums, outer, product};
use super::layer::{Area, Kind, Layer, TAPS};
use super::{LayerKernels, LayerOperation, ParameterGradients, Parameters, Shortcut};

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
        let (input, shortcut) = (Numbers::of(input), shortcut.map(Numbers::of));
        let own = Own::of(parameters);
        let bias = biases(&own.factors, own.shift.all(), own.mean.all());
        let finish = Finish {
            bias: Some(&bias),
            shortcut: shortcut.as_ref().map(Numbers::all),
            is_clamped: layer.is_clamped(),
            through_clamp: None,
        };
        let out = own.factors.len();
        let values = match layer.kind {
            Kind::Pointwise => {
                product(input.all(), area.channels, &own.forward_panels(area, 1), finish)
            }
            Kind::Depthwise => {
                depthwise::convolve(input.all(), area, layer.stride, &own.taps(), finish)
            }
            Kind::Patches => {
                let panels = own.forward_panels(area, TAPS);
                Patches::new(area, layer.stride).convolve(input.all(), &panels, finish, out)
            }
        };
        tensor(values, layer.goal(area, out).shape())
    }

    fn gradient_through_clamp(gradient: FlexTensor, clamped: FlexTensor) -> FlexTensor {
        // A view of something larger or shared becomes a copy of its own; else nothing is copied.
        let covers_all =
            gradient.as_slice::<f32>().map(<[f32]>::len) == Some(gradient.storage::<f32>().len());
        let mut gradient = if covers_all { gradient } else { gradient.to_contiguous() };
        vector::through_clamp_all(gradient.storage_mut(), Numbers::of(clamped).all());
        gradient
    }

    fn input_gradient(
        gradient: FlexTensor,
        input: FlexTensor,
        parameters: Parameters<Self>,
        layer: Layer,
    ) -> FlexTensor {
        let area = area_of(&input);
        let (gradient, input) = (Numbers::of(gradient), Numbers::of(input));
        let own = Own::of(parameters);
        let out = own.factors.len();
        let through_clamp = layer.is_input_clamped.then(|| input.all());
        let values = match layer.kind {
            Kind::Pointwise => {
                let finish = Finish { through_clamp, ..Finish::default() };
                product(gradient.all(), out, &own.backward_panels(area, 1), finish)
            }
            Kind::Depthwise => depthwise::input_gradient(
                gradient.all(),
                area,
                layer.stride,
                &own.taps(),
                through_clamp,
            ),
            Kind::Patches => {
                let panels = own.backward_panels(area, TAPS);
                let patches = Patches::new(area, layer.stride);
                let mut values = patches.input_gradient(gradient.all(), &panels, out);
                if let Some(clamped) = through_clamp {
                    vector::through_clamp_all(&mut values, clamped);
                }
                values
            }
        };
        tensor(values, area.shape())
    }

    fn parameter_gradients(
        gradient: FlexTensor,
        input: FlexTensor,
        parameters: Parameters<Self>,
        layer: Layer,
    ) -> ParameterGradients<Self> {
        let area = area_of(&input);
        let shape = parameters.weight.shape().dims::<4>();
        let (gradient, input) = (Numbers::of(gradient), Numbers::of(input));
        let own = Own::of(parameters);
        let out = own.factors.len();
        let shift = column_sums(gradient.all(), out);
        let folded = match layer.kind {
            Kind::Pointwise => outer(gradient.all(), out, input.all(), area.channels),
            Kind::Depthwise => {
                let taps =
                    depthwise::taps_gradient(gradient.all(), input.all(), area, layer.stride);
                transposed(&taps, TAPS, out)
            }
            Kind::Patches => {
                let patches = Patches::new(area, layer.stride);
                let rows = patches.weight_gradient(gradient.all(), input.all(), out);
                rows.chunks_exact(TAPS * area.channels)
                    .flat_map(|row| transposed(row, TAPS, area.channels))
                    .collect()
            }
        };
        let found = unfold(
            own.weight.all(),
            folded,
            &shift,
            &own.factors,
            own.mean.all(),
            own.variance.all(),
        );
        ParameterGradients {
            weight: tensor(found.weight, shape),
            scale: tensor(found.scale, [out]),
            shift: tensor(shift, [out]),
        }
    }
}

/// A layer's own numbers, with BatchNorm's factor worked out.
struct Own {
    weight: Numbers,
    shift: Numbers,
    mean: Numbers,
    variance: Numbers,
    factors: Vec<f32>,
}

impl Own {
    fn of(parameters: Parameters<Flex>) -> Self {
        let variance = Numbers::of(parameters.variance);
        let factors = factors(Numbers::of(parameters.scale).all(), variance.all());
        Self {
            weight: Numbers::of(parameters.weight),
            shift: Numbers::of(parameters.shift),
            mean: Numbers::of(parameters.mean),
            variance,
            factors,
        }
    }

    /// The folded weight of an output channel, an input channel and a tap of the kernel.
    fn folded(&self, area: Area, taps: usize) -> impl Fn(usize, usize, usize) -> f32 {
        let (weight, channels) = (self.weight.all(), area.channels);
        move |out, input, tap| weight[(out * channels + input) * taps + tap] * self.factors[out]
    }

    /// The folded weight for a product with rows of input, `[taps · in, out]`.
    fn forward_panels(&self, area: Area, taps: usize) -> Panels {
        let (folded, channels) = (self.folded(area, taps), area.channels);
        Panels::pack(taps * channels, self.factors.len(), |row, out| {
            folded(out, row % channels, row / channels)
        })
    }

    /// The folded weight for a product with rows of gradients, `[out, taps · in]`.
    fn backward_panels(&self, area: Area, taps: usize) -> Panels {
        let (folded, channels) = (self.folded(area, taps), area.channels);
        Panels::pack(self.factors.len(), taps * channels, |out, column| {
            folded(out, column % channels, column / channels)
        })
    }

    /// The folded weight of a depthwise convolution, `[9, channels]`.
    fn taps(&self) -> Vec<f32> {
        let channels = self.factors.len();
        let mut taps = transposed(self.weight.all(), channels, TAPS);
        for row in taps.chunks_exact_mut(channels.max(1)) {
            row.iter_mut().zip(&self.factors).for_each(|(tap, factor)| *tap *= factor);
        }
        taps
    }
}

/// A matrix of so many rows with rows and columns swapped.
fn transposed(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    (0..columns)
        .flat_map(|column| (0..rows).map(move |row| values[row * columns + column]))
        .collect()
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
