//! The network's one layer and its gradients: convolution, BatchNorm folded into it, ReLU6 and
//! shortcut.

use std::sync::OnceLock;

use crate::depthwise::{self, Depthwise};
use crate::fold::{self, FoldedGradients, Unfolded, unfold};
use crate::outer::add_rows;
use crate::panels::Panels;
use crate::patches::{self, Patches};
use crate::pointwise::Pointwise;
use crate::product::{Finish, product};
use crate::shape::{Area, Kind, Layer, TAPS};
use crate::vector::through_clamp_all;

/// A layer's own numbers.
#[derive(Clone, Copy, Debug)]
pub struct Own<'a> {
    /// Shape by [`Kind`].
    pub weight: &'a [f32],
    /// BatchNorm's factor, shape `[out]`.
    pub scale: &'a [f32],
    /// BatchNorm's summand, shape `[out]`.
    pub shift: &'a [f32],
    /// BatchNorm's running mean, shape `[out]`.
    pub mean: &'a [f32],
    /// BatchNorm's running variance, shape `[out]`.
    pub variance: &'a [f32],
}

/// The gradients of what learns in a layer.
#[derive(Clone, PartialEq, Debug)]
pub struct Found {
    /// As the weight lies in memory.
    pub weight: Vec<f32>,
    /// Shape `[out]`.
    pub scale: Vec<f32>,
    /// Shape `[out]`.
    pub shift: Vec<f32>,
}

/// What batches that go through the same layer are to blame for, all together, before BatchNorm is
/// unfolded.
#[derive(Clone, Debug)]
pub struct Sums {
    /// As the products of [`Kind`]'s rows leave them.
    weight: Vec<f32>,
    /// Shape `[out]`.
    bias: Vec<f32>,
}

/// A layer with BatchNorm folded into its weights, for as many batches as go through it before
/// anything learns.
#[derive(Debug)]
pub struct Ready {
    layer: Layer,
    /// Input channels.
    channels: usize,
    factors: Vec<f32>,
    bias: Vec<f32>,
    weights: Weights,
}

/// Folded weights.
#[derive(Debug)]
enum Weights {
    Pointwise(BothWays),
    /// `[9, channels]`, for both ways.
    Depthwise(Vec<f32>),
    Patches(BothWays),
}

/// A matrix for the way forward, and another for the way back to the input, which is made when that is
/// first gone.
#[derive(Debug)]
struct BothWays {
    forward: Panels,
    back: OnceLock<Panels>,
}

impl From<Panels> for BothWays {
    fn from(forward: Panels) -> Self {
        Self { forward, back: OnceLock::new() }
    }
}

impl Ready {
    /// Folds a layer.
    ///
    /// # Panics
    /// When numbers are not of the shapes of [`Own`].
    pub fn new(own: Own, layer: Layer) -> Self {
        let factors = fold::factors(own.scale, own.variance);
        let bias = fold::biases(&factors, own.shift, own.mean);
        let each = own.weight.len().checked_div(factors.len()).unwrap_or(0);
        let (channels, weights) = match layer.kind {
            Kind::Pointwise => {
                (each, Weights::Pointwise(Panels::of_columns(own.weight, &factors).into()))
            }
            Kind::Depthwise => (factors.len(), Weights::Depthwise(taps(own.weight, &factors))),
            Kind::Patches => {
                let channels = each / TAPS;
                let folded = patch_weights(own.weight, &factors, channels);
                let panels = Panels::pack(TAPS * channels, factors.len(), |row, out| {
                    folded(out, row % channels, row / channels)
                });
                (channels, Weights::Patches(panels.into()))
            }
        };
        Self { layer, channels, factors, bias, weights }
    }

    /// What the layer computes.
    pub fn layer(&self) -> Layer {
        self.layer
    }

    /// Output channels.
    pub fn out(&self) -> usize {
        self.factors.len()
    }

    /// The layer's output.
    ///
    /// # Shapes
    /// - input: `[batch, height, width, in]` of `area`
    /// - shortcut: as the result
    /// - result: `[batch, height / stride, width / stride, out]`, rounded up
    ///
    /// # Panics
    /// When numbers are not of these shapes.
    pub fn convolve(&self, input: &[f32], area: Area, shortcut: Option<&[f32]>) -> Vec<f32> {
        let layer = self.layer;
        let finish = Finish {
            bias: Some(&self.bias),
            shortcut,
            is_clamped: layer.is_clamped(),
            through_clamp: None,
        };
        match &self.weights {
            Weights::Pointwise(ways) => product(input, area.channels, &ways.forward, finish),
            Weights::Depthwise(taps) => {
                depthwise::convolve(input, area, layer.stride, taps, finish)
            }
            Weights::Patches(ways) => {
                let patches = Patches::new(area, layer.stride);
                patches.convolve(input, &ways.forward, finish, self.out())
            }
        }
    }

    /// Before anything has been added.
    pub fn sums(&self) -> Sums {
        let weight = match self.layer.kind {
            Kind::Pointwise => self.out() * self.channels,
            Kind::Depthwise => TAPS * self.channels,
            Kind::Patches => self.out() * patches::padded_depth(self.channels),
        };
        Sums { weight: vec![0.0; weight], bias: vec![0.0; self.out()] }
    }

    /// Adds the gradients of what learns to `sums`, and gives that of the input where the layer's
    /// `weight` is given for it, unfolded: before the ReLU6 in front of the layer, where the layer says
    /// that there is one.
    ///
    /// # Shapes
    /// - gradient: as the layer's output
    /// - input, result: `[batch, height, width, in]` of `area`
    ///
    /// # Panics
    /// When numbers are not of these shapes.
    pub fn add_gradients(
        &self,
        gradient: &[f32],
        (input, area): (&[f32], Area),
        weight: Option<&[f32]>,
        sums: &mut Sums,
    ) -> Option<Vec<f32>> {
        let Self { layer, channels, factors, .. } = self;
        let (out, channels, through_clamp) = (self.out(), *channels, layer.is_input_clamped);
        let both = [&mut sums.weight[..], &mut sums.bias];
        match &self.weights {
            Weights::Pointwise(ways) => {
                let back =
                    weight.map(|weight| ways.back.get_or_init(|| Panels::of_rows(weight, factors)));
                Pointwise { gradient, out, input, channels }.add_gradients(
                    both,
                    back,
                    through_clamp,
                )
            }
            Weights::Depthwise(taps) => {
                let taps = weight.map(|_| &taps[..]);
                Depthwise { gradient, input, area, stride: layer.stride }.add_gradients(
                    both,
                    taps,
                    through_clamp,
                )
            }
            Weights::Patches(ways) => {
                let [weight_sums, bias] = both;
                let patches = Patches::new(area, layer.stride);
                patches.add_weight_gradient(gradient, input, out, weight_sums);
                add_rows(gradient, bias);
                let folded = patch_weights(weight?, factors, channels);
                let back = ways.back.get_or_init(|| {
                    Panels::pack(out, TAPS * channels, |out, column| {
                        folded(out, column % channels, column / channels)
                    })
                });
                let mut found = patches.input_gradient(gradient, back, out);
                if through_clamp {
                    through_clamp_all(&mut found, input);
                }
                Some(found)
            }
        }
    }

    /// The gradients of what learns, from all that was added.
    ///
    /// # Shapes
    /// - own: what the layer was folded from
    pub fn found(&self, own: Own, sums: Sums) -> Found {
        let Sums { weight, bias } = sums;
        let weight = match self.layer.kind {
            Kind::Pointwise => weight,
            Kind::Depthwise => transposed(&weight, TAPS, self.channels),
            Kind::Patches => {
                let rows = weight.chunks_exact(patches::padded_depth(self.channels).max(1));
                let rows = rows.map(|row| &row[..TAPS * self.channels]);
                rows.flat_map(|row| transposed(row, TAPS, self.channels)).collect()
            }
        };
        let of_folded = FoldedGradients { weight, bias };
        let Unfolded { weight, scale, shift } =
            unfold(own.weight, of_folded, &self.factors, own.mean, own.variance);
        Found { weight, scale, shift }
    }
}

/// The folded weight of a 3×3 convolution, by output channel, input channel and tap.
fn patch_weights(
    weight: &[f32],
    factors: &[f32],
    channels: usize,
) -> impl Fn(usize, usize, usize) -> f32 {
    move |out, input, tap| weight[(out * channels + input) * TAPS + tap] * factors[out]
}

/// The folded weight of a depthwise convolution, `[9, channels]`.
fn taps(weight: &[f32], factors: &[f32]) -> Vec<f32> {
    let channels = factors.len();
    let mut taps = transposed(weight, channels, TAPS);
    for row in taps.chunks_exact_mut(channels.max(1)) {
        row.iter_mut().zip(factors).for_each(|(tap, factor)| *tap *= factor);
    }
    taps
}

/// A matrix of so many rows with rows and columns swapped.
pub(crate) fn transposed(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    let mut swapped = vec![0.0; values.len()];
    for (column, places) in swapped.chunks_exact_mut(rows.max(1)).enumerate() {
        for (place, row) in places.iter_mut().zip(values.chunks_exact(columns.max(1))) {
            *place = row[column];
        }
    }
    swapped
}
