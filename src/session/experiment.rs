//! One experiment: features once, then all lanes side by side, here and with assistants.

use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

use burn::tensor::Device;

use super::crew::{Crew, Job, Parcel, Report};
use super::lanes::{Ground, Lanes, PROGRESS_INTERVAL, PlacedLane, TrainedModel, broken_off};
use super::message::{ClassSplit, Event, Lane, Refusal, RunId, RunPlan};
use super::sharing::{send_away, shared};
use crate::data::{Picture, Split};
use crate::model::{Backbone, Segment};
use crate::train::{Extraction, Material, Model, Numbers, TrainError};

/// Portions that an assistant has at once: one to look at, one that waits for it meanwhile.
const PORTIONS_AWAY: usize = 2;

/// What an experiment needs to begin.
pub(super) struct Setup {
    pub lanes: Vec<Lane>,
    pub classes: Vec<ClassSplit>,
    pub pictures: Vec<Picture>,
    pub labels: Vec<usize>,
    pub split: Split,
    pub seed: u64,
    pub backbone: Backbone,
    /// All of the backbone's stages on the device.
    pub segment: Segment,
    pub device: Device,
    pub clock: fn() -> f64,
    /// Whether assistants may take a part.
    pub is_shared: bool,
    /// Tells this experiment's portions from those of the ones before.
    pub number: u32,
}

enum Stage {
    /// The frozen stages look at every picture.
    Extracting(Box<Extracting>),
    /// The lanes train.
    Training(Training),
}

/// The features being computed, and what waits for them.
struct Extracting {
    extraction: Extraction,
    began: f64,
    /// When it was last said how far they are.
    told: f64,
    /// The portions that each assistant has.
    away: Vec<VecDeque<usize>>,
    lanes: Vec<PlacedLane>,
    labels: Vec<usize>,
    split: Split,
}

/// The lanes in training: here, and with assistants.
struct Training {
    here: Lanes,
    away: Vec<Away>,
}

/// A lane that an assistant trains.
struct Away {
    assistant: usize,
    placed: PlacedLane,
}

/// An experiment in progress.
pub(super) struct Experiment {
    /// None when a device broke it off.
    stage: Option<Stage>,
    /// Whether all runs were asked to end.
    is_ending: bool,
    /// Whether assistants may take a part: they compute on the CPU, and a run must not change
    /// devices on the way.
    is_shared: bool,
    classes: usize,
    seed: u64,
    number: u32,
    backbone: Backbone,
    segment: Segment,
    device: Device,
    clock: fn() -> f64,
}

impl Experiment {
    /// Lays out the runs. The first event says how the pictures are split.
    pub fn begin(setup: Setup) -> (Self, Event) {
        let classes = setup.classes.len();
        let architecture = setup.backbone.architecture();
        let head = architecture.head_parameters(classes);
        let plan = |lane: &Lane| RunPlan {
            run: lane.run,
            strategy: lane.strategy.clone(),
            parameters_trained: head
                + architecture.parameters_from(lane.strategy.cut.first_trained_stage()),
            parameters_total: head + architecture.parameters_from(0),
        };
        let started = Event::ExperimentStarted {
            seed: setup.seed,
            classes: setup.classes,
            runs: setup.lanes.iter().map(plan).collect(),
        };
        let stages = setup.lanes.iter().map(|lane| lane.strategy.cut.first_trained_stage());
        let extraction =
            Extraction::new(setup.segment.clone(), setup.pictures, stages, &setup.device);
        let placed = |(place, lane)| PlacedLane { place, lane };
        let experiment = Self {
            stage: Some(Stage::Extracting(Box::new(Extracting {
                extraction,
                began: (setup.clock)(),
                told: 0.0,
                away: Vec::new(),
                lanes: setup.lanes.into_iter().enumerate().map(placed).collect(),
                labels: setup.labels,
                split: setup.split,
            }))),
            is_ending: false,
            is_shared: setup.is_shared,
            classes,
            seed: setup.seed,
            number: setup.number,
            backbone: setup.backbone,
            segment: setup.segment,
            device: setup.device,
            clock: setup.clock,
        };
        (experiment, started)
    }

    /// Whether every run has ended.
    pub fn is_over(&self) -> bool {
        match &self.stage {
            None => true,
            Some(Stage::Extracting(extracting)) => extracting.lanes.is_empty(),
            Some(Stage::Training(training)) => training.here.are_over() && training.away.is_empty(),
        }
    }

    /// Whether all that is left to do is with assistants.
    pub fn is_waiting(&self) -> bool {
        match &self.stage {
            None => false,
            Some(Stage::Extracting(extracting)) => {
                let extraction = &extracting.extraction;
                !extracting.lanes.is_empty() && !extraction.has_waiting() && !extraction.is_done()
            }
            Some(Stage::Training(training)) => {
                training.here.are_over() && !training.away.is_empty()
            }
        }
    }

    /// Stops all runs, once.
    pub fn stop_all(&mut self, crew: &Crew, events: &mut Vec<Event>) {
        if !self.is_ending {
            self.is_ending = true;
            self.stop(None, crew, events);
        }
    }

    /// Stops one run, or all. Runs that have not begun fail; the others end with their best.
    pub fn stop(&mut self, run: Option<RunId>, crew: &Crew, events: &mut Vec<Event>) {
        let is_meant = |candidate: RunId| run.is_none_or(|run| run == candidate);
        match &mut self.stage {
            None => {}
            Some(Stage::Extracting(extracting)) => extracting.lanes.retain(|placed| {
                let run = placed.lane.run;
                if is_meant(run) {
                    events.push(Event::RunFailed { run, refusal: stopped_too_early() });
                }
                !is_meant(run)
            }),
            Some(Stage::Training(training)) => {
                training.here.stop(run);
                let meant = training.away.iter().filter(|away| is_meant(away.placed.lane.run));
                for assistant in meant.map(|away| away.assistant).collect::<BTreeSet<_>>() {
                    let job = Parcel { note: Job::Stop { run }, numbers: Vec::new() };
                    if let Err(reason) = crew.send(assistant, job) {
                        self.lose(assistant, &reason, events);
                    }
                }
            }
        }
    }

    /// Does the next small piece of work. Returns a model when a run has just ended with one.
    pub async fn work(&mut self, crew: &Crew, events: &mut Vec<Event>) -> Option<TrainedModel> {
        match self.stage.take()? {
            Stage::Extracting(mut extracting) => {
                self.hand_out(&mut extracting, crew);
                let advanced = extracting.extraction.advance().await;
                self.stage = match advanced {
                    Ok(_) => self.looked(extracting, crew, events).await,
                    Err(error) => broken_off_all(&extracting.lanes, &error.into(), events),
                };
                None
            }
            Stage::Training(mut training) => {
                let ended = training.here.turn(events).await;
                self.stage = Some(Stage::Training(training));
                ended
            }
        }
    }

    /// Takes in what an assistant says. Returns a model when a run has ended with one.
    ///
    /// # Errors
    /// When what it says does not fit, so that the assistant is better given up.
    pub async fn hear(
        &mut self,
        assistant: usize,
        report: Parcel<Report>,
        crew: &Crew,
        events: &mut Vec<Event>,
    ) -> Result<Option<TrainedModel>, &'static str> {
        let Some(stage) = self.stage.take() else { return Ok(None) };
        match (report.note, stage) {
            (
                Report::Looked { experiment, portion, features },
                Stage::Extracting(mut extracting),
            ) if experiment == self.number => {
                if let Some(away) = extracting.away.get_mut(assistant) {
                    away.retain(|&other| other != portion);
                }
                let fits = extracting.extraction.take_in(portion, features.unpack(report.numbers));
                if fits && !extracting.lanes.is_empty() {
                    self.hand_out(&mut extracting, crew);
                }
                self.stage = self.looked(extracting, crew, events).await;
                if fits { Ok(None) } else { Err("its features did not fit") }
            }
            (Report::Happened(event), Stage::Training(mut training)) => {
                let is_away = |run| training.away.iter().any(|away| away.placed.lane.run == run);
                if run_of(&event).is_some_and(is_away) {
                    if let Event::RunEnded { run, .. } | Event::RunFailed { run, .. } = &event {
                        training.away.retain(|away| away.placed.lane.run != *run);
                    }
                    events.push(event);
                }
                self.stage = Some(Stage::Training(training));
                Ok(None)
            }
            (Report::Trained { run, tensors }, Stage::Training(training)) => {
                let away = training.away.iter().find(|away| away.placed.lane.run == run);
                let model = away.map(|away| self.model_of(&away.placed, tensors, report.numbers));
                self.stage = Some(Stage::Training(training));
                match model {
                    Some(None) => Err("its model did not fit"),
                    Some(model) => Ok(model),
                    None => Ok(None),
                }
            }
            (_, stage) => {
                self.stage = Some(stage);
                Ok(None)
            }
        }
    }

    /// Gives up on an assistant: its portions are looked at here, its runs have failed.
    pub fn lose(&mut self, assistant: usize, reason: &str, events: &mut Vec<Event>) {
        match &mut self.stage {
            None => {}
            Some(Stage::Extracting(extracting)) => {
                let away = extracting.away.get_mut(assistant).map(std::mem::take);
                for portion in away.unwrap_or_default() {
                    extracting.extraction.take_back(portion);
                }
            }
            Some(Stage::Training(training)) => training.away.retain(|away| {
                let is_lost = away.assistant == assistant;
                if is_lost {
                    let run = away.placed.lane.run;
                    events.push(Event::RunFailed { run, refusal: lost(reason) });
                }
                !is_lost
            }),
        }
    }

    /// Keeps every assistant busy as long as pictures wait.
    fn hand_out(&self, extracting: &mut Extracting, crew: &Crew) {
        let stages: Vec<usize> = extracting.extraction.wanted().iter().copied().collect();
        for assistant in self.present(crew) {
            if extracting.away.len() <= assistant {
                extracting.away.resize(assistant + 1, VecDeque::new());
            }
            while extracting.away[assistant].len() < PORTIONS_AWAY {
                let Some((portion, pictures)) = extracting.extraction.hand_out() else { return };
                let job = Job::Look {
                    experiment: self.number,
                    portion,
                    side: pictures.first().map_or(0, Picture::side),
                    pixels: pictures.iter().map(Picture::pixels).collect::<Vec<_>>().concat(),
                    stages: stages.clone(),
                };
                if crew.send(assistant, Parcel { note: job, numbers: Vec::new() }).is_err() {
                    extracting.extraction.take_back(portion);
                    break;
                }
                extracting.away[assistant].push_back(portion);
            }
        }
    }

    /// Says how far the features are, and goes on to training when they are all there.
    async fn looked(
        &self,
        mut extracting: Box<Extracting>,
        crew: &Crew,
        events: &mut Vec<Event>,
    ) -> Option<Stage> {
        let (done, total) = (extracting.extraction.done(), extracting.extraction.total());
        let now = (self.clock)();
        let seconds = now - extracting.began;
        // A page that draws its progress takes a core from those who make it.
        if extracting.extraction.is_done() || now - extracting.told >= PROGRESS_INTERVAL {
            extracting.told = now;
            events.push(Event::FeaturesProgressed { done, total, seconds });
        }
        if !extracting.extraction.is_done() {
            return Some(Stage::Extracting(extracting));
        }
        let Extracting { extraction, lanes, labels, split, .. } = *extracting;
        let features = extraction.finish()?;
        let material = Material { features, labels, classes: self.classes, split, seed: self.seed };
        let present = self.present(crew);
        let mut shares = shared(lanes, 1 + present.len()).into_iter();
        let mut here = shares.next().unwrap_or_default();
        let mut away = Vec::new();
        for (assistant, share) in present.into_iter().zip(shares) {
            if !share.is_empty() && send_away(assistant, &share, &material, crew).await.is_ok() {
                away.extend(share.into_iter().map(|placed| Away { assistant, placed }));
            } else {
                here.extend(share);
            }
        }
        let ground = Ground {
            material: Rc::new(material),
            backbone: self.segment.clone(),
            device: self.device.clone(),
            clock: self.clock,
        };
        Some(Stage::Training(Training { here: Lanes::begin(here, &ground), away }))
    }

    /// The assistants that may take a part.
    fn present(&self, crew: &Crew) -> Vec<usize> {
        if self.is_shared { crew.present() } else { Vec::new() }
    }

    /// What an assistant's run has learned, as a model on this device.
    fn model_of(
        &self,
        placed: &PlacedLane,
        tensors: Vec<(String, Vec<usize>)>,
        arrays: Vec<Vec<f32>>,
    ) -> Option<TrainedModel> {
        let numbers = tensors
            .into_iter()
            .zip(arrays)
            .map(|((name, shape), values)| (name, Numbers { shape, values }))
            .collect();
        let Lane { run, strategy } = &placed.lane;
        Some(TrainedModel {
            place: placed.place,
            run: *run,
            model: Model::from_numbers(&self.backbone, strategy.cut, numbers, &self.device)?,
            device: self.device.clone(),
        })
    }
}

/// The run that an event is about.
fn run_of(event: &Event) -> Option<RunId> {
    match event {
        Event::RunProgressed { run, .. }
        | Event::EpochEnded { run, .. }
        | Event::RunEnded { run, .. }
        | Event::RunFailed { run, .. } => Some(*run),
        _ => None,
    }
}

/// Every lane has failed for this reason.
fn broken_off_all(
    lanes: &[PlacedLane],
    error: &TrainError,
    events: &mut Vec<Event>,
) -> Option<Stage> {
    let refusal = broken_off(error);
    let failed =
        |placed: &PlacedLane| Event::RunFailed { run: placed.lane.run, refusal: refusal.clone() };
    events.extend(lanes.iter().map(failed));
    None
}

fn stopped_too_early() -> Refusal {
    Refusal {
        reason: "This run was stopped before it had learned anything.".to_owned(),
        remedy: "Start it again when you are ready.".to_owned(),
    }
}

fn lost(reason: &str) -> Refusal {
    Refusal {
        reason: format!("The worker that trained this run broke off: {reason}."),
        remedy: "Train again; the others go on without it.".to_owned(),
    }
}
