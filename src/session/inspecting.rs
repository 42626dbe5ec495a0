//! What trained models make of the pictures that took part, worked out once when their runs have
//! ended: evaluation and explanations read from it.

use std::collections::{BTreeSet, VecDeque};
use std::ops::Range;

use burn::tensor::Device;

use super::arrivals::SIDE;
use super::crew::{Crew, Job, Parcel};
use super::lanes::{TrainedModel, packed};
use super::looking::{PORTIONS_AWAY, pixels};
use super::message::{ClassSplit, PictureId, RunId, SampleTask};
use super::setup::Setup;
use crate::data::{Picture, Scene, Split, class_names, draw};
use crate::model::{ReadError, Segment, pool, read};
use crate::train::{Model, PORTION, input_tensor};

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
    /// Whether assistants may look too.
    is_shared: bool,
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
            is_shared: setup.ready.is_shared,
        }
    }
}

/// A portion of the pictures that a network looks at.
struct Look {
    /// The place of a model; the pretrained backbone where there is none.
    model: Option<usize>,
    pictures: Range<usize>,
    state: State,
}

/// How far a look is.
enum State {
    Waiting,
    /// With this assistant.
    Away(usize),
    Seen(Seen),
}

/// What a network makes of a portion.
struct Seen {
    features: Vec<f32>,
    /// Of a model.
    logits: Vec<f32>,
}

/// An inspection on its way, here and with assistants.
pub(super) struct Inspecting {
    /// Strangers are drawn behind its own pictures.
    subject: Subject,
    /// Tells these looks from those of others before.
    number: u32,
    strangers: Strangers,
    /// Strangers yet to be drawn: task, class and number.
    undrawn: VecDeque<(SampleTask, usize, usize)>,
    models: Vec<TrainedModel>,
    /// Every model's and the pretrained backbone's at the pictures, then every model's at strangers,
    /// once they are drawn.
    looks: Vec<Look>,
    /// The models that each assistant knows.
    told: BTreeSet<(usize, usize)>,
}

impl Inspecting {
    /// Begins to have models look at an experiment's pictures. `None` without models.
    pub fn begin(subject: Subject, number: u32, models: &[TrainedModel]) -> Option<Self> {
        let tasks = unknown_tasks(&subject.inspection.classes);
        let of_task = |&task: &SampleTask| {
            let classes = class_names(task).len();
            (0..STRANGERS_A_TASK).map(move |place| (task, place % classes, place / classes))
        };
        let undrawn = tasks.iter().flat_map(of_task).collect();
        let strangers = Strangers { tasks, runs: Vec::new() };
        let (models, looks, told) = (models.to_vec(), Vec::new(), BTreeSet::new());
        let mut begun = Self { subject, number, strangers, undrawn, models, looks, told };
        begun.plan(0..begun.subject.pixels.len(), true);
        (!begun.models.is_empty()).then_some(begun)
    }

    /// Whether all that is left to do is with assistants.
    pub fn is_waiting(&self) -> bool {
        let is = |wanted: fn(&State) -> bool| self.looks.iter().any(|look| wanted(&look.state));
        self.undrawn.is_empty()
            && !is(|state| matches!(state, State::Waiting))
            && is(|state| matches!(state, State::Away(_)))
    }

    /// Has one network look at the next few pictures, and keeps assistants busy meanwhile. Returns
    /// the inspection once it is whole, and the same of the strangers.
    ///
    /// # Errors
    /// When the device does not answer.
    pub async fn work(
        &mut self,
        crew: &Crew,
    ) -> Result<Option<(Inspection, Strangers)>, ReadError> {
        self.hand_out(crew).await?;
        if !self.undrawn.is_empty() {
            self.draw();
            return Ok(None);
        }
        if let Some(next) = self.next_waiting() {
            let Look { model, pictures, .. } = &self.looks[next];
            let portion = self.subject.pixels.get(pictures.clone()).unwrap_or_default();
            let model = model.and_then(|model| self.models.get(model));
            let seen = look(model, &self.subject, portion).await?;
            self.looks[next].state = State::Seen(seen);
        }
        let is_whole = self.looks.iter().all(|look| matches!(look.state, State::Seen(_)));
        Ok(is_whole.then(|| self.finish()))
    }

    /// Takes in what an assistant saw. Returns whether it fits.
    pub fn take_in(&mut self, number: u32, look: usize, numbers: Vec<Vec<f32>>) -> bool {
        if number != self.number {
            return true;
        }
        let Some(look) = self.looks.get_mut(look) else { return false };
        let Ok([features, logits]) = <[Vec<f32>; 2]>::try_from(numbers) else { return false };
        let Inspection { classes, width, .. } = &self.subject.inspection;
        let wanted = if look.model.is_some() { classes.len() } else { 0 };
        let (pictures, seen) = (look.pictures.len(), Seen { features, logits });
        if seen.features.len() != pictures * width || seen.logits.len() != pictures * wanted {
            return false;
        }
        if matches!(look.state, State::Away(_)) {
            look.state = State::Seen(seen);
        }
        true
    }

    /// Goes on without an assistant: its looks are made here.
    pub fn lose(&mut self, assistant: usize) {
        for look in &mut self.looks {
            if matches!(look.state, State::Away(lost) if lost == assistant) {
                look.state = State::Waiting;
            }
        }
    }

    /// Keeps assistants busy as long as looks wait.
    ///
    /// # Errors
    /// When the device does not answer.
    pub async fn hand_out(&mut self, crew: &Crew) -> Result<(), ReadError> {
        let present = if self.subject.is_shared { crew.present() } else { Vec::new() };
        for assistant in present {
            while self.away(assistant) < PORTIONS_AWAY {
                let Some(next) = self.next_waiting() else { return Ok(()) };
                if !self.send(assistant, next, crew).await? {
                    break;
                }
                self.looks[next].state = State::Away(assistant);
            }
        }
        Ok(())
    }

    /// Sends a look to an assistant, with the model where it does not know it. Returns whether both
    /// arrived.
    async fn send(
        &mut self,
        assistant: usize,
        place: usize,
        crew: &Crew,
    ) -> Result<bool, ReadError> {
        let Look { model, pictures, .. } = &self.looks[place];
        let inspection = self.number;
        if let Some(place) = *model
            && let Some(TrainedModel { model, .. }) = self.models.get(place)
            && !self.told.contains(&(assistant, place))
        {
            let (tensors, numbers) = packed(model).await?;
            let first_stage = model.learned().first_stage();
            let note = Job::Know { inspection, model: place, first_stage, tensors };
            if crew.send(assistant, Parcel { note, numbers }).is_err() {
                return Ok(false);
            }
            self.told.insert((assistant, place));
        }
        let portion = self.subject.pixels.get(pictures.clone()).unwrap_or_default();
        let note = Job::Inspect {
            inspection,
            look: place,
            model: *model,
            side: portion.first().map_or(0, Picture::side),
            pixels: pixels(portion),
        };
        Ok(crew.send(assistant, Parcel { note, numbers: Vec::new() }).is_ok())
    }

    fn away(&self, assistant: usize) -> usize {
        let with = |look: &&Look| matches!(look.state, State::Away(other) if other == assistant);
        self.looks.iter().filter(with).count()
    }

    fn next_waiting(&self) -> Option<usize> {
        self.looks.iter().position(|look| matches!(look.state, State::Waiting))
    }

    /// Notes that all models are to look at these pictures, and perhaps the pretrained backbone.
    fn plan(&mut self, pictures: Range<usize>, is_backbone_asked: bool) {
        let models = (0..self.models.len()).map(Some);
        for model in models.chain(is_backbone_asked.then_some(None)) {
            let portions = pictures.clone().step_by(PORTION).map(|begin| Look {
                model,
                pictures: begin..(begin + PORTION).min(pictures.end),
                state: State::Waiting,
            });
            self.looks.extend(portions);
        }
    }

    /// Draws the next few strangers.
    fn draw(&mut self) {
        let seed = self.subject.inspection.seed;
        let next = self.undrawn.drain(..self.undrawn.len().min(DRAWN_AT_ONCE));
        let drawn = next.filter_map(|(task, class, number)| {
            draw(task, Scene::Usual, seed).picture(class, number).into_picture(SIDE).ok()
        });
        self.subject.pixels.extend(drawn);
        if self.undrawn.is_empty() {
            self.plan(self.subject.inspection.pictures.len()..self.subject.pixels.len(), false);
        }
    }

    /// Lets assistants forget the models.
    pub fn end(&self, crew: &Crew) {
        let assistants: BTreeSet<usize> =
            self.told.iter().map(|(assistant, _)| *assistant).collect();
        for assistant in assistants {
            // Whoever is gone has forgotten.
            let _ = crew.send(assistant, Parcel { note: Job::ForgetModels, numbers: Vec::new() });
        }
    }

    /// Puts portions together, and parts the strangers' rows from the others.
    fn finish(&mut self) -> (Inspection, Strangers) {
        let mut inspection = std::mem::take(&mut self.subject.inspection);
        let mut strangers = std::mem::take(&mut self.strangers);
        let of_run = |trained: &TrainedModel| InspectedRun {
            run: trained.run,
            logits: Vec::new(),
            features: Vec::new(),
        };
        inspection.runs = self.models.iter().map(of_run).collect();
        for Look { model, state, .. } in std::mem::take(&mut self.looks) {
            let State::Seen(Seen { features, logits }) = state else { continue };
            match model.and_then(|place| inspection.runs.get_mut(place)) {
                Some(run) => {
                    run.features.extend(features);
                    run.logits.extend(logits);
                }
                None => inspection.pretrained.extend(features),
            }
        }
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

/// What a model, or without one the pretrained backbone, makes of pictures.
async fn look(
    model: Option<&TrainedModel>,
    subject: &Subject,
    pictures: &[Picture],
) -> Result<Seen, ReadError> {
    let [features, logits] = match model {
        Some(TrainedModel { model, device, .. }) => inspected(model, pictures, device).await?,
        None => seen_by(&subject.backbone, pictures, &subject.device).await?,
    };
    Ok(Seen { features, logits })
}

/// The features that a model's head is fed with, and the logits.
///
/// # Errors
/// When the device does not answer.
pub(super) async fn inspected(
    model: &Model,
    pictures: &[Picture],
    device: &Device,
) -> Result<[Vec<f32>; 2], ReadError> {
    let (features, logits) = model.features_and_logits(input_tensor(pictures, device));
    Ok([read(features).await?, read(logits).await?])
}

/// The features that a backbone gives, and no logits.
///
/// # Errors
/// When the device does not answer.
pub(super) async fn seen_by(
    backbone: &Segment,
    pictures: &[Picture],
    device: &Device,
) -> Result<[Vec<f32>; 2], ReadError> {
    let features = pool(backbone.forward(input_tensor(pictures, device)));
    Ok([read(features).await?, Vec::new()])
}

/// The drawn tasks of which no class is among these, by name: whoever learns fruit knows fruit.
fn unknown_tasks(classes: &[ClassSplit]) -> Vec<SampleTask> {
    let is_known = |name: &&str| classes.iter().any(|class| class.name == *name);
    let all = SampleTask::ALL.into_iter();
    all.filter(|task| !class_names(*task).iter().any(&is_known)).collect()
}
