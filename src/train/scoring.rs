//! How well a network names pictures that it does not learn from.

use super::learner::Learner;
use super::log::{Phase, Score};
use super::material::{Material, TrainError};
use super::softmax::log_softmax;
use crate::model::floats::joined;
use crate::model::{pool, read};

/// How pictures go through the network that are scored.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passes {
    /// Pictures of a pass. The last pass repeats the last picture, so that all cost the same.
    pub batch: usize,
    /// How many of them go through at once.
    pub at_once: usize,
}

/// Scores a learner without autodiff on the pictures at `indices`, with one read.
///
/// In the head's phase the segment behind the cut is still the pretrained one, so the pooled
/// features that are stored are its output.
///
/// # Errors
/// When the device does not answer, or what the segment is fed with was not prepared.
pub(super) async fn score(
    learner: &Learner,
    phase: Phase,
    material: &Material,
    indices: &[usize],
    passes: Passes,
) -> Result<Score, TrainError> {
    if indices.is_empty() {
        return Ok(Score::default());
    }
    let mut values = logits(learner, phase, material, indices, passes).await?;
    log_softmax(&mut values, material.classes);
    let labels = indices.iter().map(|&index| material.labels[index]);
    Ok(Score::of(&values, material.classes, labels))
}

/// A row of logits for each of the pictures at `indices`, in that order, as [`score`] goes over
/// them, and those of the pictures that fill up the last pass.
///
/// # Errors
/// As [`score`].
pub(super) async fn logits(
    learner: &Learner,
    phase: Phase,
    material: &Material,
    indices: &[usize],
    Passes { batch, at_once }: Passes,
) -> Result<Vec<f32>, TrainError> {
    let mut logits = Vec::new();
    for start in (0..indices.len()).step_by(batch) {
        let batch: Vec<usize> =
            (0..batch).map(|offset| indices[(start + offset).min(indices.len() - 1)]).collect();
        for part in batch.chunks(at_once) {
            let features = match phase {
                Phase::Head => material.features.pooled(part),
                Phase::Unfrozen => {
                    let input = material.input_of(learner.segment.first_stage(), part)?;
                    pool(learner.segment.forward(input))
                }
            };
            logits.push(learner.head.forward(features));
        }
    }
    Ok(read(joined(logits)).await?)
}
