//! One experiment: features once, then all lanes side by side, here and with assistants.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::crew::{Assignment, Crew, Job, Parcel, Report};
use super::estimate::Estimate;
use super::extracting::Extracting;
use super::lanes::{Ground, Lanes, TrainedModel, broken_off, unpacked};
use super::looking::{Looked, Looking};
use super::message::{Event, Lane, Refusal, RunId, RunPlan};
use super::scale::Weighing;
use super::setup::{Ready, Setup};
use super::sharing::{Load, send_away};
use crate::train::{Extraction, Model, TrainError};

enum Stage {
    /// The frozen stages look at every picture.
    Extracting(Box<Extracting>),
    /// The lanes train.
    Training(Training),
}

/// The lanes in training: here, and with assistants.
struct Training {
    here: Lanes,
    away: Vec<Away>,
}

/// A lane that an assistant trains.
struct Away {
    assistant: usize,
    lane: Lane,
}

/// An experiment in progress.
pub(super) struct Experiment {
    /// None when a device broke it off.
    stage: Option<Stage>,
    /// Whether all runs were asked to end.
    is_ending: bool,
    classes: usize,
    seed: u64,
    ready: Ready,
    began: f64,
    weighing: Weighing,
    /// The most bytes that each assistant told that it needed.
    weighed: Vec<u64>,
}

impl Experiment {
    /// Lays out the runs. The first event says how the pictures are split. `number` tells this
    /// experiment from those before.
    pub fn begin(setup: Setup, number: u32, estimate: Option<Estimate>) -> (Self, Event) {
        let weighing = Weighing::begin();
        let classes = setup.classes.len();
        let architecture = setup.architecture();
        let head = architecture.head_parameters(classes);
        let plan = |lane: &Lane| RunPlan {
            run: lane.run,
            strategy: lane.strategy.clone(),
            parameters_trained: lane.strategy.parameters_that_learn(architecture, classes),
            parameters_total: head + architecture.parameters_from(0),
        };
        let runs = setup.lanes.iter().map(plan).collect();
        let stages: Vec<usize> =
            setup.lanes.iter().map(|lane| lane.strategy.cut.first_trained_stage()).collect();
        let looked_at = setup.looked_at();
        let Setup { lanes, classes: class_splits, labels, split, seed, ready, .. } = setup;
        let unfrozen_seconds = |place: usize| {
            estimate.as_ref().and_then(|estimate| Some(estimate.lanes.get(place)?.unfrozen_seconds))
        };
        let assigned = lanes
            .into_iter()
            .enumerate()
            .map(|(place, lane)| Assignment { lane, unfrozen_seconds: unfrozen_seconds(place) });
        let extraction = Extraction::new(ready.segment.clone(), looked_at, stages, &ready.device);
        let began = (ready.clock)();
        let extracting = Extracting {
            looking: Looking::begin(extraction, number, ready.clock),
            lanes: assigned.collect(),
            labels,
            split,
        };
        let experiment = Self {
            stage: Some(Stage::Extracting(Box::new(extracting))),
            is_ending: false,
            classes,
            seed,
            ready,
            began,
            weighing,
            weighed: Vec::new(),
        };
        (experiment, Event::ExperimentStarted { seed, classes: class_splits, runs, estimate })
    }

    /// What is said when every run has ended.
    pub fn ended(&self) -> Event {
        let others: u64 = self.weighed.iter().sum();
        Event::ExperimentEnded {
            seconds: (self.ready.clock)() - self.began,
            // What is counted is the engine's own memory, not a graphics card's.
            memory: self.weighing.most().filter(|_| self.ready.is_shared).map(|most| most + others),
        }
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
            Some(Stage::Extracting(extracting)) => extracting.is_waiting(),
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
            Some(Stage::Extracting(extracting)) => extracting.stop(run, events),
            Some(Stage::Training(training)) => {
                training.here.stop(run);
                let meant = training.away.iter().filter(|away| is_meant(away.lane.run));
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
                let present = self.ready.present(crew);
                let advanced = extracting.looking.advance(&present, crew).await;
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
            ) if experiment == extracting.looking.number => {
                let seen = (features, report.numbers);
                let fits = extracting.looking.take_in(assistant, portion, seen);
                if fits && !extracting.lanes.is_empty() {
                    extracting.looking.hand_out(&self.ready.present(crew), crew);
                }
                self.stage = self.looked(extracting, crew, events).await;
                if fits { Ok(None) } else { Err("its features did not fit") }
            }
            (Report::Happened(event), Stage::Training(mut training)) => {
                let run = event.run();
                if training.away.iter().any(|away| away.lane.run == run) {
                    if event.is_last() {
                        training.away.retain(|away| away.lane.run != run);
                    }
                    events.push(event.into());
                }
                self.stage = Some(Stage::Training(training));
                Ok(None)
            }
            (Report::Trained { run, tensors }, Stage::Training(training)) => {
                let away = training.away.iter().find(|away| away.lane.run == run);
                let model = away.map(|away| self.model_of(&away.lane, tensors, report.numbers));
                self.stage = Some(Stage::Training(training));
                match model {
                    Some(None) => Err("its model did not fit"),
                    Some(model) => Ok(model),
                    None => Ok(None),
                }
            }
            (Report::Weighed(most), stage) => {
                if self.weighed.len() <= assistant {
                    self.weighed.resize(assistant + 1, 0);
                }
                self.weighed[assistant] = self.weighed[assistant].max(most);
                self.stage = Some(stage);
                Ok(None)
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
            Some(Stage::Extracting(extracting)) => extracting.looking.lose(assistant),
            Some(Stage::Training(training)) => training.away.retain(|away| {
                let is_lost = away.assistant == assistant;
                if is_lost {
                    let run = away.lane.run;
                    events.push(Event::RunFailed { run, refusal: lost(reason) });
                }
                !is_lost
            }),
        }
    }

    /// Says how far the features are, and goes on to training when they are all there.
    async fn looked(
        &self,
        mut extracting: Box<Extracting>,
        crew: &Crew,
        events: &mut Vec<Event>,
    ) -> Option<Stage> {
        if let Some(Looked { done, total, seconds }) = extracting.looking.progress() {
            events.push(Event::FeaturesProgressed { done, total, seconds });
        }
        if !extracting.looking.is_done() {
            return Some(Stage::Extracting(extracting));
        }
        let Ready { backbone, segment, device, limits, clock, .. } = &self.ready;
        let (lanes, material) = extracting.finish(self.classes, self.seed)?;
        let load = Load {
            architecture: backbone.architecture(),
            split: &material.split,
            classes: self.classes,
            pictures: material.labels.len(),
        };
        let present = self.ready.present(crew);
        let strategies: Vec<_> = lanes.iter().map(|assigned| &assigned.lane.strategy).collect();
        let shares = load.shared(&strategies, 1 + present.len());
        let mut shares = shares.into_iter().map(|share| -> Vec<Assignment> {
            share.into_iter().map(|place| lanes[place].clone()).collect()
        });
        let mut here = shares.next().unwrap_or_default();
        let mut away = Vec::new();
        for (assistant, share) in present.into_iter().zip(shares) {
            if !share.is_empty() && send_away(assistant, &share, &material, crew).await.is_ok() {
                away.extend(share.into_iter().map(|sent| Away { assistant, lane: sent.lane }));
            } else {
                here.extend(share);
            }
        }
        let ground = Ground {
            material: Rc::new(material),
            architecture: backbone.architecture().clone(),
            backbone: segment.clone(),
            device: device.clone(),
            limits: *limits,
            clock: *clock,
        };
        Some(Stage::Training(Training { here: Lanes::begin(here, &ground), away }))
    }

    /// What an assistant's run has learned, as a model on this device.
    fn model_of(
        &self,
        Lane { run, strategy }: &Lane,
        tensors: Vec<(String, Vec<usize>)>,
        arrays: Vec<Vec<f32>>,
    ) -> Option<TrainedModel> {
        let first_stage = strategy.cut.first_trained_stage();
        let numbers = unpacked(tensors, arrays);
        let Ready { backbone, device, .. } = &self.ready;
        Some(TrainedModel {
            run: *run,
            model: Model::from_numbers(backbone, first_stage, numbers, device)?,
            device: device.clone(),
        })
    }
}

/// Every lane has failed for this reason.
fn broken_off_all(
    lanes: &[Assignment],
    error: &TrainError,
    events: &mut Vec<Event>,
) -> Option<Stage> {
    let refusal = broken_off(error);
    let failed = |assigned: &Assignment| Event::RunFailed {
        run: assigned.lane.run,
        refusal: refusal.clone(),
    };
    events.extend(lanes.iter().map(failed));
    None
}

fn lost(reason: &str) -> Refusal {
    Refusal {
        reason: format!("The worker that trained this run broke off: {reason}."),
        remedy: "Train again; the others go on without it.".to_owned(),
    }
}
