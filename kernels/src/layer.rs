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
    forward: Weights,
    /// As the input's gradient wants them, made when it is first asked for.
    back: OnceLock<Weights>,
}

/// What the way back to a layer's input needs.
#[derive(Clone, Copy, Debug)]
pub struct Back<'a>(&'a Weights);

/// Folded weights.
#[derive(Debug)]
enum Weights {
    /// For matrix products.
    Panels(Panels),
    /// Of a depthwise convolution, `[9, channels]`.
    Taps(Vec<f32>),
}

impl Weights {
    fn panels(&self) -> &Panels {
        match self {
            Self::Panels(panels) => panels,
            Self::Taps(_) => unreachable!("only a depthwise layer has taps"),
        }
    }

    fn taps(&self) -> &[f32] {
        match self {
            Self::Taps(taps) => taps,
            Self::Panels(_) => unreachable!("a depthwise layer has taps"),
        }
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
        let channels = match layer.kind {
            Kind::Pointwise => each,
            Kind::Depthwise => factors.len(),
            Kind::Patches => each / TAPS,
        };
        let forward = match layer.kind {
            Kind::Pointwise => Weights::Panels(Panels::of_columns(own.weight, &factors)),
            Kind::Depthwise => Weights::Taps(taps(own.weight, &factors)),
            Kind::Patches => {
                let folded = patch_weights(own.weight, &factors, channels);
                Weights::Panels(Panels::pack(TAPS * channels, factors.len(), |row, out| {
                    folded(out, row % channels, row / channels)
                }))
            }
        };
        Self { layer, channels, factors, bias, forward, back: OnceLock::new() }
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
        match layer.kind {
            Kind::Pointwise => product(input, area.channels, self.forward.panels(), finish),
            Kind::Depthwise => {
                depthwise::convolve(input, area, layer.stride, self.forward.taps(), finish)
            }
            Kind::Patches => {
                let panels = self.forward.panels();
                Patches::new(area, layer.stride).convolve(input, panels, finish, self.out())
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

    /// What the way back to the input needs, where it was made before or nothing has to be.
    pub fn back(&self) -> Option<Back<'_>> {
        match self.layer.kind {
            Kind::Depthwise => Some(Back(&self.forward)),
            Kind::Pointwise | Kind::Patches => self.back.get().map(Back),
        }
    }

    /// Makes what the way back to the input needs, unless it is there.
    ///
    /// # Shapes
    /// - own: what the layer was folded from
    pub fn make_back(&self, own: Own) -> Back<'_> {
        let (out, channels) = (self.out(), self.channels);
        Back(match self.layer.kind {
            Kind::Depthwise => &self.forward,
            Kind::Pointwise => self
                .back
                .get_or_init(|| Weights::Panels(Panels::of_rows(own.weight, &self.factors))),
            Kind::Patches => self.back.get_or_init(|| {
                let folded = patch_weights(own.weight, &self.factors, channels);
                Weights::Panels(Panels::pack(out, TAPS * channels, |out, column| {
                    folded(out, column % channels, column / channels)
                }))
            }),
        })
    }

    /// Adds the gradients of what learns to `sums`, and gives that of the input where there is a way
    /// back to it: before the ReLU6 in front of the layer, where the layer says that there is one.
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
        back: Option<Back>,
        sums: &mut Sums,
    ) -> Option<Vec<f32>> {
        let (out, channels, through_clamp) =
            (self.out(), self.channels, self.layer.is_input_clamped);
        let both = [&mut sums.weight[..], &mut sums.bias];
        match self.layer.kind {
            Kind::Pointwise => Pointwise { gradient, out, input, channels }.add_gradients(
                both,
                back.map(|back| back.0.panels()),
                through_clamp,
            ),
            Kind::Depthwise => Depthwise { gradient, input, area, stride: self.layer.stride }
                .add_gradients(both, back.map(|back| back.0.taps()), through_clamp),
            Kind::Patches => {
                let [weight, bias] = both;
                let patches = Patches::new(area, self.layer.stride);
                patches.add_weight_gradient(gradient, input, out, weight);
                add_rows(gradient, bias);
                let mut found = patches.input_gradient(gradient, back?.0.panels(), out);
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
