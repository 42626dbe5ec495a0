//! What the runs of an experiment train on, and what can go wrong while they do.

use burn::tensor::Tensor;

use super::features::Features;
use crate::data::Split;
use crate::model::ReadError;

/// Everything that lanes of one experiment share.
#[derive(Debug)]
pub struct Material {
    /// Features at every cut that a lane needs: of every picture, then of every first view, and so
    /// on, as [`with_views`](crate::data::with_views) lines them up.
    pub features: Features,
    /// One class index a picture.
    pub labels: Vec<usize>,
    /// Number of classes.
    pub classes: usize,
    /// Which pictures are for what.
    pub split: Split,
    /// The seed of the experiment.
    pub seed: u64,
}

impl Material {
    /// Views of each picture whose features are there.
    pub(super) fn views(&self) -> usize {
        (self.features.pictures() / self.labels.len().max(1)).saturating_sub(1)
    }

    /// What a stage is fed with, for the pictures at `indices`, in that order.
    ///
    /// # Shapes
    /// `[indices, height, width, channels]`
    ///
    /// # Errors
    /// When the features of this stage were not computed beforehand.
    pub(super) fn input_of(
        &self,
        stage: usize,
        indices: &[usize],
    ) -> Result<Tensor<4>, TrainError> {
        self.features.at_stage(stage, indices).ok_or(TrainError::MissingFeatures { stage })
    }

    /// The class of each picture or view at `indices`, in that order.
    pub(super) fn labels_of(&self, indices: &[usize]) -> Vec<usize> {
        indices.iter().map(|&index| self.labels[index % self.labels.len()]).collect()
    }
}

/// A device did not answer while training.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// Reading a tensor back failed.
    #[error(transparent)]
    Device(#[from] ReadError),
    /// The features of a stage were not computed beforehand.
    #[error("the features of stage {stage} were not prepared")]
    MissingFeatures {
        /// Which stage.
        stage: usize,
    },
}
