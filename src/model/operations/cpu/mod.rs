//! The layer on Burn's CPU backend.

mod depthwise;
mod fold;
mod outer;
mod panels;
mod patches;
mod pointwise;
mod pooling;
mod product;
mod vector;

use burn::backend::flex::FlexTensor;
use burn::backend::{Flex, TensorMetadata};
use burn::tensor::TensorData;

use self::depthwise::Depthwise;
use self::fold::{FoldedGradients, biases, factors, unfold};
use self::outer::add_rows;
use self::panels::Panels;
use self::patches::Patches;
use self::pointwise::Pointwise;
use self::product::{Finish, product};
use super::layer::{Area, Kind, Layer, TAPS};
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
                let panels = Panels::of_columns(own.weight.all(), &own.factors);
                product(input.all(), area.channels, &panels, finish)
            }
            Kind::Depthwise => {
                depthwise::convolve(input.all(), area, layer.stride, &own.taps(), finish)
            }
            Kind::Patches => {
                let panels = own.patch_panels(area);
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
        let (gradient, input) = (gradient.all(), input.all());
        let own = Own::of(parameters);
        let (out, channels) = (own.factors.len(), area.channels);
        let through_clamp = layer.is_input_clamped;
        let (folded, found) = match layer.kind {
            Kind::Pointwise => {
                let panels = needs_input.then(|| Panels::of_rows(own.weight.all(), &own.factors));
                Pointwise { gradient, out, input, channels }
                    .gradients(panels.as_ref(), through_clamp)
            }
            Kind::Depthwise => {
                let taps = needs_input.then(|| own.taps());
                Depthwise { gradient, input, area, stride: layer.stride }
                    .gradients(taps.as_deref(), through_clamp)
            }
            Kind::Patches => {
                let patches = Patches::new(area, layer.stride);
                let rows = patches.weight_gradient(gradient, input, out);
                let rows = rows.chunks_exact(TAPS * channels);
                let weight = rows.flat_map(|row| transposed(row, TAPS, channels)).collect();
                let mut bias = vec![0.0; out];
                add_rows(gradient, &mut bias);
                let found = needs_input.then(|| {
                    let panels = own.turned_patch_panels(area);
                    let mut found = patches.input_gradient(gradient, &panels, out);
                    if through_clamp {
                        vector::through_clamp_all(&mut found, input);
                    }
                    found
                });
                (FoldedGradients { weight, bias }, found)
            }
        };
        let found_parameters =
            unfold(own.weight.all(), folded, &own.factors, own.mean.all(), own.variance.all());
        Gradients {
            parameters: ParameterGradients {
                weight: tensor(found_parameters.weight, shape),
                scale: tensor(found_parameters.scale, [out]),
                shift: tensor(found_parameters.shift, [out]),
            },
            input: found.map(|values| tensor(values, area.shape())),
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

    /// The folded weight of a 3×3 convolution, by output channel, input channel and tap.
    fn folded(&self, area: Area) -> impl Fn(usize, usize, usize) -> f32 {
        let (weight, channels) = (self.weight.all(), area.channels);
        move |out, input, tap| weight[(out * channels + input) * TAPS + tap] * self.factors[out]
    }

    /// The folded weight for a product with patches of input, `[9 · in, out]`.
    fn patch_panels(&self, area: Area) -> Panels {
        let (folded, channels) = (self.folded(area), area.channels);
        Panels::pack(TAPS * channels, self.factors.len(), |row, out| {
            folded(out, row % channels, row / channels)
        })
    }

    /// The folded weight for a product with rows of gradients, `[out, 9 · in]`.
    fn turned_patch_panels(&self, area: Area) -> Panels {
        let (folded, channels) = (self.folded(area), area.channels);
        Panels::pack(self.factors.len(), TAPS * channels, |out, column| {
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
    let mut swapped = vec![0.0; values.len()];
    for (column, places) in swapped.chunks_exact_mut(rows.max(1)).enumerate() {
        for (place, row) in places.iter_mut().zip(values.chunks_exact(columns.max(1))) {
            *place = row[column];
        }
    }
    swapped
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
