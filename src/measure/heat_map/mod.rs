//! Where in a picture a model finds what speaks for a class: Grad-CAM (Selvaraju et al. 2017,
//! arXiv 1610.02391).
//!
//! A cell's number is how much its activations, weighted by the mean gradient of the class's logit,
//! speak for the class (equations 1 and 2 there); what speaks against it is left out. How a map is
//! laid over its picture is told in `overlay`.

#[cfg(feature = "engine")]
mod overlay;
#[cfg(all(test, feature = "engine"))]
mod plain_network;

#[cfg(feature = "engine")]
use burn::{module::Module, tensor::Tensor};
use serde::{Deserialize, Serialize};

use crate::model::{Architecture, StageKind};
#[cfg(feature = "engine")]
use crate::model::{ReadError, pool, read};
#[cfg(feature = "engine")]
use crate::train::Model;
#[cfg(feature = "engine")]
pub use overlay::overlay;

/// Which activations a heat map is made of. Their number of cells is how finely it can tell places
/// apart.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub enum Grain {
    /// Those of the last block, as Grad-CAM is defined: 3×3 cells of a picture of 96 pixels. Between
    /// them and the answer lies one layer, so the map says most surely what counted.
    #[default]
    Coarse,
    /// Those of the last block with cells half as large: 6×6. Four blocks and a layer lie behind
    /// them, and gradients are averaged over the whole picture, so the map shows places more sharply
    /// and the class less so (section 3.1 of the paper sees the same in earlier layers).
    Fine,
}

impl Grain {
    /// The stage whose output the activations are. It is linear, so gradients may be asked for there.
    pub fn stage(self, architecture: &Architecture) -> usize {
        let blocks = || {
            let stages = architecture.stages.iter().enumerate();
            stages.filter(|(_, stage)| matches!(stage.kind, StageKind::Block { .. }))
        };
        let last = blocks().next_back();
        let last_side = last.map_or(0, |(_, block)| block.output_side);
        let found = match self {
            Self::Coarse => last,
            Self::Fine => blocks().rfind(|(_, block)| block.output_side > last_side).or(last),
        };
        found.map_or(0, |(stage, _)| stage)
    }
}

/// How much each place of a picture speaks for a class.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct HeatMap {
    /// Cells in a row and in a column.
    pub side: usize,
    /// Row by row, `[side, side]`, none negative, in logits: the sum of all is about what the class's
    /// logit would lose without what speaks for it.
    pub cells: Vec<f32>,
}

impl HeatMap {
    /// The map at every pixel of a picture of `side` pixels, `[side, side]`, row by row: between the
    /// middles of cells by straight lines, beyond the outermost ones as there.
    ///
    /// A cell stands for its share of the picture, `[side / cells]` pixels. What it can see lies half a
    /// cell further to the upper left, but what it does see lies there (`tests/heat_maps.rs`).
    pub fn at_pixels(&self, side: usize) -> Vec<f32> {
        if self.side == 0 || self.cells.len() < self.side * self.side {
            return vec![0.0; side * side];
        }
        let last = (self.side - 1) as f32;
        let between: Vec<(usize, usize, f32)> = (0..side)
            .map(|pixel| {
                let place = (pixel as f32 + 0.5) * self.side as f32 / side as f32 - 0.5;
                let place = place.clamp(0.0, last);
                let before = (place as usize).min(self.side - 1);
                (before, (before + 1).min(self.side - 1), place - before as f32)
            })
            .collect();
        let at = |row: usize, column: usize| self.cells[row * self.side + column];
        let mut values = Vec::with_capacity(side * side);
        for &(above, below, down) in &between {
            for &(left, right, across) in &between {
                let mix = |from: f32, to: f32, share: f32| from + (to - from) * share;
                let upper = mix(at(above, left), at(above, right), across);
                let lower = mix(at(below, left), at(below, right), across);
                values.push(mix(upper, lower, down));
            }
        }
        values
    }
}

/// The shares that the nine thirds by thirds of a picture have in a map of its pixels, row by row;
/// they add up to 1. `None` where nothing speaks for the class.
///
/// # Shapes
/// `values`: `[side, side]`
pub fn shares_of_thirds(values: &[f32], side: usize) -> Option<[f32; 9]> {
    let mut sums = [0.0f64; 9];
    for (pixel, &value) in values.iter().enumerate() {
        let third = |place: usize| (3 * place / side.max(1)).min(2);
        sums[3 * third(pixel / side.max(1)) + third(pixel % side.max(1))] += f64::from(value);
    }
    let all: f64 = sums.iter().sum();
    (all > 0.0 && all.is_finite()).then(|| sums.map(|sum| (sum / all) as f32))
}

/// The heat map of a class for one picture. `None` where the model does not know the class.
///
/// # Shapes
/// - picture: `[1, side, side, 3]`, on the model's device, without a graph of gradients
///
/// # Errors
/// When the device does not answer.
#[cfg(feature = "engine")]
pub async fn grad_cam(
    model: &Model,
    picture: Tensor<4>,
    class: usize,
    stage: usize,
) -> Result<Option<HeatMap>, ReadError> {
    let Some(Graded { activations, gradient, side, channels }) =
        graded(model, picture, class, stage).await?
    else {
        return Ok(None);
    };
    let mut cells = weighted_sums(&activations, &gradient, channels);
    cells.iter_mut().for_each(|value| *value = value.max(0.0));
    Ok(Some(HeatMap { side, cells }))
}

/// What a stage gave for a picture, and how the logit of a class rises with it.
#[cfg(feature = "engine")]
struct Graded {
    /// Shape `[side, side, channels]`.
    activations: Vec<f32>,
    /// Likewise.
    gradient: Vec<f32>,
    side: usize,
    channels: usize,
}

/// Cuts the network behind a stage, whatever the model's own cut is, and goes back to there.
#[cfg(feature = "engine")]
async fn graded(
    model: &Model,
    picture: Tensor<4>,
    class: usize,
    stage: usize,
) -> Result<Option<Graded>, ReadError> {
    if class >= model.head().classes() {
        return Ok(None);
    }
    let parts = [model.frozen(), model.learned()].map(|segment| segment.cut_at(stage + 1));
    let [(frozen, frozen_behind), (learned, learned_behind)] = &parts;
    let activations = learned.forward(frozen.forward(picture));
    let [_, side, _, channels] = activations.dims();
    let head = model.head().for_class(class);
    let tracked = activations.clone().autodiff().require_grad();
    let behind = [frozen_behind, learned_behind].map(|segment| segment.clone().train());
    let seen = behind.iter().fold(tracked.clone(), |value, segment| segment.forward(value));
    let mut gradients = head.train().forward(pool(seen)).backward();
    let Some(gradient) = tracked.grad_remove(&mut gradients) else { return Ok(None) };
    let (activations, gradient) = (read(activations).await?, read(gradient).await?);
    Ok(Some(Graded { activations, gradient, side, channels }))
}

/// Of each cell the sum over channels of its activation times the channel's mean gradient.
///
/// # Shapes
/// - activations, gradient: `[cells, channels]`
/// - result: `[cells]`
#[cfg(feature = "engine")]
fn weighted_sums(activations: &[f32], gradient: &[f32], channels: usize) -> Vec<f32> {
    if channels == 0 {
        return Vec::new();
    }
    let cells = (gradient.len() / channels).max(1) as f32;
    let mut weights = vec![0.0f32; channels];
    for row in gradient.chunks_exact(channels) {
        weights.iter_mut().zip(row).for_each(|(weight, value)| *weight += value / cells);
    }
    let sum = |row: &[f32]| row.iter().zip(&weights).map(|(value, weight)| value * weight).sum();
    activations.chunks_exact(channels).map(sum).collect()
}

#[cfg(all(test, feature = "engine"))]
mod tests;
