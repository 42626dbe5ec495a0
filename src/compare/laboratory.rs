//! What the trials of a study share on one engine: pictures, features at every cut, and what the
//! pretrained network makes of them.

use burn::tensor::Device;

use super::examination::Reference;
use super::log::TaskDistance;
use super::trial::Repetition;
use crate::data::{Labelled, Picture, Purpose, Split, SplitError, seeded};
use crate::measure::{nearest_mean_accuracy, overlap};
use crate::model::{Backbone, ReadError, Segment, read};
use crate::train::{Features, Limits, Material, Start, Strategy};

/// What computes the trials.
#[derive(Clone, Debug)]
pub struct Engine {
    /// The network's layout and pretrained weights.
    pub backbone: Backbone,
    /// All of its stages on the device.
    pub segment: Segment,
    /// Where trials compute.
    pub device: Device,
    /// What the device holds.
    pub limits: Limits,
    /// Seconds from any fixed point.
    pub clock: fn() -> f64,
}

/// What trials are made on.
#[derive(Debug)]
pub struct Supplies {
    /// All pictures.
    pub pictures: Vec<Picture>,
    /// One class index a picture.
    pub labels: Vec<usize>,
    /// Number of classes.
    pub classes: usize,
    /// One group a picture, as in [`Labelled`].
    pub groups: Vec<usize>,
    /// What every strategy's cut is fed with, of all pictures and then of their views.
    pub features: Features,
    /// Pictures from another setting, with their classes; may be none.
    pub new_setting: Vec<(Picture, usize)>,
}

impl Supplies {
    /// Classes and groups of the pictures.
    pub fn labelled(&self) -> Labelled<'_> {
        Labelled { labels: &self.labels, classes: self.classes, groups: &self.groups }
    }
}

/// What the trials of a study share on one engine.
#[derive(Debug)]
pub struct Laboratory {
    /// What computes.
    pub engine: Engine,
    /// What it computes on.
    pub supplies: Supplies,
    /// What the pretrained network makes of some of the pictures, once it was asked.
    pub(super) reference: Option<Reference>,
}

impl Laboratory {
    /// Everything that trials need.
    pub fn new(engine: Engine, supplies: Supplies) -> Self {
        Self { engine, supplies, reference: None }
    }

    /// What a trial of this repetition trains on: the split of the whole set, with fewer pictures to
    /// learn from where that is asked.
    ///
    /// # Errors
    /// When the pictures cannot be split.
    pub fn material(
        &self,
        Repetition { seed, fold }: Repetition,
        pictures_a_class: Option<usize>,
    ) -> Result<Material, SplitError> {
        let set = self.supplies.labelled();
        let split = Split::with_test_fold(set, seed, fold)?;
        let split = match pictures_a_class {
            Some(most) => split.with_fewer_training(set, most, seed),
            None => split,
        };
        Ok(Material {
            features: self.supplies.features.clone(),
            labels: self.supplies.labels.clone(),
            classes: self.supplies.classes,
            split,
            seed,
        })
    }

    /// The stages that a trial starts from: the pretrained ones, or random ones for this seed.
    pub fn start_of(&self, strategy: &Strategy, seed: u64) -> Segment {
        match strategy.start {
            Start::Pretrained => self.engine.segment.clone(),
            Start::Scratch => {
                let layout = self.engine.backbone.architecture().clone();
                let mut generator = seeded(seed, Purpose::Scratch);
                let random = Backbone::random(layout, 1, &mut generator).on(&self.engine.device);
                // A backbone that was made for a layout fits it.
                random.unwrap_or_else(|_| self.engine.segment.clone())
            }
        }
    }

    /// How far the classes lie apart in the frozen features, for one seed's split.
    ///
    /// # Errors
    /// When the device does not answer, or the pictures cannot be split.
    pub async fn distance(&self, split: &Split) -> Result<TaskDistance, ReadError> {
        let width = self.supplies.features.width();
        let all: Vec<usize> = (0..self.supplies.labels.len()).collect();
        let rows = read(self.supplies.features.pooled(&all)).await?;
        let part = |indices: &[usize]| -> (Vec<f32>, Vec<usize>) {
            let values =
                indices.iter().flat_map(|&index| &rows[index * width..(index + 1) * width]);
            (
                values.copied().collect(),
                indices.iter().map(|&index| self.supplies.labels[index]).collect(),
            )
        };
        let (training, held_out) =
            (part(&split.training), part(&[&split.validation[..], &split.test].concat()));
        Ok(TaskDistance {
            nearest_mean: nearest_mean_accuracy(
                (&training.0, &training.1),
                (&held_out.0, &held_out.1),
                width,
                self.supplies.classes,
            ),
            overlap: overlap(&rows, &self.supplies.labels, width),
        })
    }
}
