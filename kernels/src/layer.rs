//! The network's one layer and its gradients: convolution, BatchNorm folded into it, ReLU6 and
//! shortcut.

use crate::depthwise::{self, Depthwise};
use crate::fold::{self, FoldedGradients, Unfolded, unfold};
use crate::outer::add_rows;
use crate::panels::Panels;
use crate::patches::Patches;
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

/// The gradients of a layer.
#[derive(Clone, PartialEq, Debug)]
pub struct Found {
    /// As the weight lies in memory.
    pub weight: Vec<f32>,
    /// Shape `[out]`.
    pub scale: Vec<f32>,
    /// Shape `[out]`.
    pub shift: Vec<f32>,
    /// As the input, where it was asked for.
    pub input: Option<Vec<f32>>,
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
pub fn convolve(
    input: &[f32],
    area: Area,
    own: Own,
    shortcut: Option<&[f32]>,
    layer: Layer,
) -> Vec<f32> {
    let folded = Folded::of(own);
    let bias = fold::biases(&folded.factors, own.shift, own.mean);
    let finish =
        Finish { bias: Some(&bias), shortcut, is_clamped: layer.is_clamped(), through_clamp: None };
    match layer.kind {
        Kind::Pointwise => {
            let panels = Panels::of_columns(own.weight, &folded.factors);
            product(input, area.channels, &panels, finish)
        }
        Kind::Depthwise => depthwise::convolve(input, area, layer.stride, &folded.taps(), finish),
        Kind::Patches => {
            let panels = folded.patch_panels(area);
            let out = folded.factors.len();
            Patches::new(area, layer.stride).convolve(input, &panels, finish, out)
        }
    }
}

/// The gradients of weight, scale and shift, and that of the input where it is asked for: before the
/// ReLU6 in front of the layer, where the layer says that there is one.
///
/// # Shapes
/// - gradient: as the layer's output
/// - input: `[batch, height, width, in]` of `area`
///
/// # Panics
/// When numbers are not of these shapes.
pub fn gradients(
    gradient: &[f32],
    input: &[f32],
    area: Area,
    own: Own,
    layer: Layer,
    needs_input: bool,
) -> Found {
    let folded = Folded::of(own);
    let (out, channels) = (folded.factors.len(), area.channels);
    let through_clamp = layer.is_input_clamped;
    let (of_folded, found) = match layer.kind {
        Kind::Pointwise => {
            let panels = needs_input.then(|| Panels::of_rows(own.weight, &folded.factors));
            Pointwise { gradient, out, input, channels }.gradients(panels.as_ref(), through_clamp)
        }
        Kind::Depthwise => {
            let taps = needs_input.then(|| folded.taps());
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
                let panels = folded.turned_patch_panels(area);
                let mut found = patches.input_gradient(gradient, &panels, out);
                if through_clamp {
                    through_clamp_all(&mut found, input);
                }
                found
            });
            (FoldedGradients { weight, bias }, found)
        }
    };
    let Unfolded { weight, scale, shift } =
        unfold(own.weight, of_folded, &folded.factors, own.mean, own.variance);
    Found { weight, scale, shift, input: found }
}

/// A layer's weight with BatchNorm's factor worked out.
struct Folded<'a> {
    weight: &'a [f32],
    factors: Vec<f32>,
}

impl<'a> Folded<'a> {
    fn of(own: Own<'a>) -> Self {
        Self { weight: own.weight, factors: fold::factors(own.scale, own.variance) }
    }

    /// The folded weight of a 3×3 convolution, by output channel, input channel and tap.
    fn at(&self, area: Area) -> impl Fn(usize, usize, usize) -> f32 {
        let channels = area.channels;
        move |out, input, tap| {
            self.weight[(out * channels + input) * TAPS + tap] * self.factors[out]
        }
    }

    /// The folded weight for a product with patches of input, `[9 · in, out]`.
    fn patch_panels(&self, area: Area) -> Panels {
        let (folded, channels) = (self.at(area), area.channels);
        Panels::pack(TAPS * channels, self.factors.len(), |row, out| {
            folded(out, row % channels, row / channels)
        })
    }

    /// The folded weight for a product with rows of gradients, `[out, 9 · in]`.
    fn turned_patch_panels(&self, area: Area) -> Panels {
        let (folded, channels) = (self.at(area), area.channels);
        Panels::pack(self.factors.len(), TAPS * channels, |out, column| {
            folded(out, column % channels, column / channels)
        })
    }

    /// The folded weight of a depthwise convolution, `[9, channels]`.
    fn taps(&self) -> Vec<f32> {
        let channels = self.factors.len();
        let mut taps = transposed(self.weight, channels, TAPS);
        for row in taps.chunks_exact_mut(channels.max(1)) {
            row.iter_mut().zip(&self.factors).for_each(|(tap, factor)| *tap *= factor);
        }
        taps
    }
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
