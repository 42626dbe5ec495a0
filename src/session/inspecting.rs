//! What trained models make of the pictures that took part, worked out once when their runs have
//! ended: evaluation and explanations read from it.

use std::collections::VecDeque;

use burn::tensor::Device;

use super::arrivals::SIDE;
use super::lanes::TrainedModel;
use super::message::{ClassSplit, PictureId, RunId, SampleTask};
use super::setup::Setup;
use crate::data::{Picture, Scene, Split, class_names, draw};
use crate::model::{ReadError, Segment, pool, read};
use crate::train::{PORTION, input_tensor};

/// Pictures of each task that is asked about as an unknown one.
const STRANGERS_A_TASK: usize = 24;

/// Pictures that are drawn at once: some tens of milliseconds in a browser.
const DRAWN_AT_ONCE: usize = 4;

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

/// Drawn pictures of tasks that the models know nothing of.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Strangers {
    /// The tasks.
    pub tasks: Vec<SampleTask>,
    /// What each model makes of them, in the order of the lanes.
    pub runs: Vec<InspectedRun>,
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
    /// Strangers are drawn behind its own pictures.
    subject: Subject,
    strangers: Strangers,
    /// Strangers yet to be drawn: task, class and number.
    undrawn: VecDeque<(SampleTask, usize, usize)>,
    waiting: VecDeque<TrainedModel>,
    /// Pictures that the first of those waiting has looked at, or the pretrained backbone once none
    /// waits.
    done: usize,
}

impl Inspecting {
    /// Begins to have models look at an experiment's pictures. `None` without models.
    pub fn begin(subject: Subject, models: &[TrainedModel]) -> Option<Self> {
        let waiting: VecDeque<TrainedModel> = models.iter().cloned().collect();
        let tasks = unknown_tasks(&subject.inspection.classes);
        let of_task = |&task: &SampleTask| {
            let classes = class_names(task).len();
            (0..STRANGERS_A_TASK).map(move |place| (task, place % classes, place / classes))
        };
        let undrawn = tasks.iter().flat_map(of_task).collect();
        let strangers = Strangers { tasks, runs: Vec::new() };
        (!waiting.is_empty()).then_some(Self { subject, strangers, undrawn, waiting, done: 0 })
    }

    /// Has one model, or in the end the pretrained backbone, look at the next few pictures. Returns
    /// the inspection once it is whole, and the same of the strangers.
    ///
    /// # Errors
    /// When the device does not answer.
    pub async fn work(&mut self) -> Result<Option<(Inspection, Strangers)>, ReadError> {
        if !self.undrawn.is_empty() {
            self.draw();
            return Ok(None);
        }
        let Subject { pixels, inspection, backbone, device: own } = &mut self.subject;
        // The pretrained backbone is not asked about strangers.
        let own_pictures = inspection.pictures.len();
        let all = if self.waiting.is_empty() { own_pictures } else { pixels.len() };
        let end = (self.done + PORTION).min(all);
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
        let is_whole = self.waiting.is_empty() && self.done == own_pictures;
        Ok(is_whole.then(|| self.finish()))
    }

    /// Draws the next few strangers.
    fn draw(&mut self) {
        let seed = self.subject.inspection.seed;
        let next = self.undrawn.drain(..self.undrawn.len().min(DRAWN_AT_ONCE));
        let drawn = next.filter_map(|(task, class, number)| {
            draw(task, Scene::Usual, seed).picture(class, number).into_picture(SIDE).ok()
        });
        self.subject.pixels.extend(drawn);
    }

    /// Parts the strangers' rows from the others.
    fn finish(&mut self) -> (Inspection, Strangers) {
        let mut inspection = std::mem::take(&mut self.subject.inspection);
        let mut strangers = std::mem::take(&mut self.strangers);
        let (own, all) = (inspection.pictures.len(), self.subject.pixels.len().max(1));
        for InspectedRun { run, logits, features } in &mut inspection.runs {
            let (classes, width) = (logits.len() / all, features.len() / all);
            strangers.runs.push(InspectedRun {
                run: *run,
                logits: logits.split_off((own * classes).min(logits.len())),
                features: features.split_off((own * width).min(features.len())),
            });
        }
        (inspection, strangers)
    }
}

/// The drawn tasks of which no class is among these, by name: whoever learns fruit knows fruit.
fn unknown_tasks(classes: &[ClassSplit]) -> Vec<SampleTask> {
    let is_known = |name: &&str| classes.iter().any(|class| class.name == *name);
    let all = SampleTask::ALL.into_iter();
    all.filter(|task| !class_names(*task).iter().any(&is_known)).collect()
}
