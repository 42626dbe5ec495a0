//! The assistant's side: does jobs piece by piece and says what came of them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use burn::tensor::Device;

use super::arrivals::SIDE;
use super::crew::{FeatureShapes, Job, Parcel, Report};
use super::inspecting::{inspected, seen_by};
use super::lanes::{Ground, Lanes, TrainedModel, broken_off, packed, unpacked};
use super::message::{Refusal, RunId};
use super::run_event::RunEvent;
use super::scale::Weighing;
use super::studying::cannot_split;
use super::work::SessionError;
use crate::compare::{Attempt, Depth, Engine, Laboratory, Supplies, TrialRow};
use crate::data::Picture;
use crate::model::{Backbone, ReadError, Segment};
use crate::train::{Features, Limits, Material, Model};

/// An engine that works for another one's session. On the CPU, as there is one graphics card.
///
/// It is driven like a session: [`Helper::submit`], [`Helper::work`] while [`Helper::has_work`],
/// [`Helper::take_reports`].
pub struct Helper {
    backbone: Backbone,
    segment: Segment,
    device: Device,
    clock: fn() -> f64,
    queue: VecDeque<Parcel<Job>>,
    lanes: Option<Lanes>,
    /// What trials of a study share, and the study's number.
    laboratory: Option<(u32, Laboratory)>,
    attempt: Option<Attempt>,
    /// By their inspection and their place in it.
    models: BTreeMap<(u32, usize), Model>,
    weighing: Weighing,
    reports: Vec<Parcel<Report>>,
}

impl Helper {
    /// Begins with a backbone file.
    ///
    /// # Errors
    /// When the backbone cannot be used.
    pub fn begin(backbone: &[u8], clock: fn() -> f64) -> Result<Self, SessionError> {
        let device = Device::flex();
        let backbone = Backbone::read(backbone, SIDE)?;
        Ok(Self {
            segment: backbone.on(&device)?,
            backbone,
            device,
            clock,
            queue: VecDeque::new(),
            lanes: None,
            laboratory: None,
            attempt: None,
            models: BTreeMap::new(),
            weighing: Weighing::begin(),
            reports: Vec::new(),
        })
    }

    /// Notes a job. Jobs are done in their order; only a stop of runs that train takes effect at
    /// once, and one of runs that wait takes effect when they begin.
    pub fn submit(&mut self, job: Parcel<Job>) {
        if !self.has_work() {
            self.weighing = Weighing::begin();
        }
        match job.note {
            Job::Stop { run } => self.stop(run),
            // Nothing more is said of what waited, and the next work is weighed by itself.
            Job::ForgetModels => {
                self.models = BTreeMap::new();
                let is_of_models =
                    |job: &Job| matches!(job, Job::Know { .. } | Job::Inspect { .. });
                self.queue.retain(|waiting| !is_of_models(&waiting.note));
                return;
            }
            Job::Forget => {
                self.attempt = None;
                self.queue
                    .retain(|waiting| !matches!(waiting.note, Job::Keep { .. } | Job::Try { .. }));
            }
            _ => {}
        }
        let has_runs_waiting =
            self.queue.iter().any(|waiting| matches!(waiting.note, Job::Train { .. }));
        if has_runs_waiting || !matches!(job.note, Job::Stop { .. }) {
            self.queue.push_back(job);
        }
    }

    fn stop(&mut self, run: Option<RunId>) {
        if let Some(lanes) = &mut self.lanes {
            lanes.stop(run);
        }
    }

    /// Whether anything is left to do.
    pub fn has_work(&self) -> bool {
        self.lanes.is_some() || self.attempt.is_some() || !self.queue.is_empty()
    }

    /// What there is to say since the last call, in order.
    pub fn take_reports(&mut self) -> Vec<Parcel<Report>> {
        std::mem::take(&mut self.reports)
    }

    /// Does one small piece of work: a picture, a portion of pictures, or a training step.
    pub async fn work(&mut self) {
        let done = match self.next_job() {
            Some(job) => self.carry_out(job).await,
            None if self.lanes.is_some() => self.turn().await,
            None => {
                self.go_on_trying().await;
                Ok(())
            }
        };
        if let Err(error) = done {
            self.say(Report::Broke(error.to_string()), Vec::new());
        }
    }

    /// The next job; a trial waits for the one before.
    fn next_job(&mut self) -> Option<Parcel<Job>> {
        let is_trying = self.attempt.is_some();
        self.queue.pop_front_if(|job| !(is_trying && matches!(job.note, Job::Try { .. })))
    }

    async fn carry_out(&mut self, job: Parcel<Job>) -> Result<(), HelperError> {
        match job.note {
            Job::Prepare { picture, source } => {
                self.say(Report::Prepared { picture, prepared: source.prepare() }, Vec::new());
            }
            Job::Look { experiment, portion, side, pixels, stages } => {
                let pictures = pictures_of(side, &pixels)?;
                let stages: BTreeSet<usize> = stages.into_iter().collect();
                let features =
                    Features::of(&self.segment, &pictures, &stages, &self.device).await?;
                let (features, numbers) = FeatureShapes::pack(features.numbers(&stages).await?);
                self.weigh();
                self.say(Report::Looked { experiment, portion, features }, numbers);
            }
            Job::Train { lanes, labels, classes, split, seed, features } => {
                let features = features.unpack(job.numbers);
                let features = Features::from_numbers(features, &self.device)
                    .filter(|features| are_of(features, labels.len()))
                    .ok_or(HelperError::Misfit)?;
                let ground = Ground {
                    material: Rc::new(Material { features, labels, classes, split, seed }),
                    architecture: self.backbone.architecture().clone(),
                    backbone: self.segment.clone(),
                    device: self.device.clone(),
                    limits: Limits::WASM,
                    clock: self.clock,
                };
                self.lanes = Some(Lanes::begin(lanes, &ground));
            }
            Job::Keep { study, side, pixels, labels, new_labels, classes, groups, features } => {
                let mut pictures = pictures_of(side, &pixels)?;
                if pictures.len() != labels.len() + new_labels.len() {
                    return Err(HelperError::Misfit);
                }
                let new_pictures = pictures.split_off(labels.len());
                let features = Features::from_numbers(features.unpack(job.numbers), &self.device)
                    .filter(|features| are_of(features, labels.len()))
                    .ok_or(HelperError::Misfit)?;
                let engine = Engine {
                    backbone: self.backbone.clone(),
                    segment: self.segment.clone(),
                    device: self.device.clone(),
                    limits: Limits::WASM,
                    clock: self.clock,
                };
                let new_setting = new_pictures.into_iter().zip(new_labels).collect();
                let supplies =
                    Supplies { pictures, labels, classes, groups, features, new_setting };
                let laboratory = Laboratory::new(engine, supplies);
                self.laboratory = Some((study, laboratory));
            }
            Job::Try { study, trial } => match &self.laboratory {
                Some((kept, laboratory)) if *kept == study => {
                    match Attempt::begin(trial, laboratory) {
                        Ok(attempt) => self.attempt = Some(attempt),
                        Err(error) => self.tried(study, Err(cannot_split(&error))),
                    }
                }
                _ => {}
            },
            Job::Know { inspection, model, first_stage, tensors } => {
                let numbers = unpacked(tensors, job.numbers);
                let known = Model::from_numbers(&self.backbone, first_stage, numbers, &self.device)
                    .ok_or(HelperError::Misfit)?;
                self.models.insert((inspection, model), known);
            }
            Job::Inspect { inspection, look, model, side, pixels } => {
                let pictures = pictures_of(side, &pixels)?;
                let known = model
                    .map(|model| self.models.get(&(inspection, model)).ok_or(HelperError::Misfit));
                let numbers = match known.transpose()? {
                    Some(model) => inspected(model, &pictures, &self.device).await?,
                    None => seen_by(&self.segment, &pictures, &self.device).await?,
                };
                self.say(Report::Inspected { inspection, look }, numbers.into());
            }
            // Done when it came.
            Job::ForgetModels => {}
            Job::Forget => {
                self.laboratory = None;
                self.attempt = None;
            }
            Job::Stop { run } => self.stop(run),
        }
        Ok(())
    }

    /// Does a piece of the trial at hand.
    async fn go_on_trying(&mut self) {
        let (Some(attempt), Some((study, laboratory))) = (&mut self.attempt, &mut self.laboratory)
        else {
            self.attempt = None;
            return;
        };
        let (study, known) = (*study, attempt.epochs().len());
        let advanced = attempt.advance(laboratory).await;
        // Curves are shown of the two ways, which are among those that are examined.
        if attempt.trial().depth == Depth::Examined
            && let Some(row) = attempt.epochs().get(known).copied()
        {
            self.say(Report::TriedEpoch { study, row }, Vec::new());
        }
        let row = match advanced {
            Ok(None) => return,
            Ok(Some(row)) => Ok(Box::new(row)),
            Err(error) => Err(broken_off(&error)),
        };
        self.attempt = None;
        self.tried(study, row);
    }

    fn tried(&mut self, study: u32, row: Result<Box<TrialRow>, Refusal>) {
        self.say(Report::Tried { study, row }, Vec::new());
    }

    async fn turn(&mut self) -> Result<(), HelperError> {
        let Some(lanes) = &mut self.lanes else { return Ok(()) };
        let mut events = Vec::new();
        let trained = lanes.turn(&mut events).await;
        if lanes.are_over() {
            self.lanes = None;
            self.weigh();
        }
        // First the model: whoever hears that the run has ended may ask it at once.
        if let Some(trained) = trained {
            self.hand_over(trained).await?;
        }
        for event in events.into_iter().filter_map(RunEvent::of) {
            self.say(Report::Happened(event), Vec::new());
        }
        Ok(())
    }

    async fn hand_over(&mut self, trained: TrainedModel) -> Result<(), ReadError> {
        let (tensors, arrays) = packed(&trained.model).await?;
        self.say(Report::Trained { run: trained.run, tensors }, arrays);
        Ok(())
    }

    /// Says what the work took so far.
    fn weigh(&mut self) {
        if let Some(most) = self.weighing.most() {
            self.say(Report::Weighed(most), Vec::new());
        }
    }

    fn say(&mut self, note: Report, numbers: Vec<Vec<f32>>) {
        self.reports.push(Parcel { note, numbers });
    }
}

/// Whether features are those of so many pictures, and of as many views of each.
fn are_of(features: &Features, pictures: usize) -> bool {
    pictures > 0 && features.pictures() > 0 && features.pictures().is_multiple_of(pictures)
}

/// Pictures from their pixels, one behind the other.
fn pictures_of(side: usize, pixels: &[u8]) -> Result<Vec<Picture>, HelperError> {
    let each = pixels.chunks((3 * side * side).max(1));
    each.map(|pixels| Picture::from_pixels(side, pixels.to_vec()))
        .collect::<Option<Vec<_>>>()
        .ok_or(HelperError::Misfit)
}

/// Why a job was not done.
#[derive(Debug, thiserror::Error)]
enum HelperError {
    #[error("pictures, features or a model do not have the size that they are said to have")]
    Misfit,
    #[error(transparent)]
    Read(#[from] ReadError),
}
