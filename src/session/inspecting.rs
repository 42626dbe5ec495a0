//! What trained models make of the pictures that took part, worked out once when their runs have
//! ended: evaluation and explanations read from it.

use std::collections::VecDeque;

use burn::tensor::Device;

use super::lanes::TrainedModel;
use super::message::{ClassSplit, PictureId, RunId};
use super::setup::Setup;
use crate::data::{Picture, Split};
use crate::model::{ReadError, Segment, pool, read};
use crate::train::{PORTION, input_tensor};

/// The pictures that took part in an experiment, as they were when it began, and what its models
/// make of them.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Inspection {
    /// In the order of all rows and of the indices of the split.
    pub pictures: Vec<PictureId>,
    /// A place in `classes` for each picture.
    pub labels: Vec<usize>,
    /// Which pictures were for what.
    pub split: Split,
    /// One row a class, in the order of the logits.
    pub classes: Vec<ClassSplit>,
    /// The seed of the experiment.
    pub seed: u64,
    /// One a trained model, in the order of the lanes.
    pub runs: Vec<InspectedRun>,
    /// What the pretrained backbone made of them, before anything thawed. Shape
    /// `[pictures, features]`.
    pub pretrained: Vec<f32>,
    /// Pooled features a picture.
    pub width: usize,
}

/// What one model makes of the pictures.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct InspectedRun {
    /// The run that made the model.
    pub run: RunId,
    /// Shape `[pictures, classes]`.
    pub logits: Vec<f32>,
    /// What the head is fed with. Shape `[pictures, features]`.
    pub features: Vec<f32>,
}

/// The pictures of an experiment in progress, kept for its models.
pub(super) struct Subject {
    pixels: Vec<Picture>,
    inspection: Inspection,
    backbone: Segment,
    device: Device,
}

impl Subject {
    /// The pictures of a setup. Pixels are shared with it, not copied.
    pub fn of(setup: &Setup) -> Self {
        Self {
            pixels: setup.pictures.clone(),
            inspection: Inspection {
                pictures: setup.ids.clone(),
                labels: setup.labels.clone(),
                split: setup.split.clone(),
                classes: setup.classes.clone(),
                seed: setup.seed,
                runs: Vec::new(),
                pretrained: Vec::new(),
                width: setup.architecture().features(),
            },
            backbone: setup.ready.segment.clone(),
            device: setup.ready.device.clone(),
        }
    }
}

/// An inspection on its way.
pub(super) struct Inspecting {
    subject: Subject,
    waiting: VecDeque<TrainedModel>,
    /// Pictures that the first of those waiting has looked at, or the pretrained backbone once none
    /// waits.
    done: usize,
}

impl Inspecting {
    /// Begins to have models look at an experiment's pictures. `None` without models.
    pub fn begin(subject: Subject, models: &[TrainedModel]) -> Option<Self> {
        let waiting: VecDeque<TrainedModel> = models.iter().cloned().collect();
        (!waiting.is_empty()).then_some(Self { subject, waiting, done: 0 })
    }

    /// Has one model, or in the end the pretrained backbone, look at the next few pictures. Returns
    /// the inspection once it is whole.
    ///
    /// # Errors
    /// When the device does not answer.
    pub async fn work(&mut self) -> Result<Option<Inspection>, ReadError> {
        let Subject { pixels, inspection, backbone, device: own } = &mut self.subject;
        let end = (self.done + PORTION).min(pixels.len());
        let portion = pixels.get(self.done..end).unwrap_or_default();
        if let Some(TrainedModel { run, model, device }) = self.waiting.front() {
            if self.done == 0 {
                let (logits, features) = (Vec::new(), Vec::new());
                inspection.runs.push(InspectedRun { run: *run, logits, features });
            }
            if let Some(inspected) = inspection.runs.last_mut()
                && !portion.is_empty()
            {
                let (features, logits) = model.features_and_logits(input_tensor(portion, device));
                inspected.features.extend(read(features).await?);
                inspected.logits.extend(read(logits).await?);
            }
            self.done = end;
            if self.done == pixels.len() {
                self.waiting.pop_front();
                self.done = 0;
            }
        } else if !portion.is_empty() {
            let features = pool(backbone.forward(input_tensor(portion, own)));
            inspection.pretrained.extend(read(features).await?);
            self.done = end;
        }
        let is_whole = self.waiting.is_empty() && self.done == pixels.len();
        Ok(is_whole.then(|| std::mem::take(inspection)))
    }
}
