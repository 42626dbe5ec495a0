//! One experiment: features once, then all lanes side by side.

use std::rc::Rc;

use burn::tensor::Device;

use super::message::{ClassSplit, Event, Lane, Refusal, RunId, RunPlan};
use crate::data::{Picture, Split};
use crate::model::{Architecture, Segment};
use crate::train::{Advance, Ending, Extraction, Material, Model, TrainError, Trainer};

/// Seconds between two progress events of a run.
const PROGRESS_INTERVAL: f64 = 0.2;

/// A model that a run left behind.
#[derive(Clone, Debug)]
pub(super) struct TrainedModel {
    /// Which lane of the experiment; answers come in this order.
    pub lane: usize,
    pub run: RunId,
    pub model: Model,
    pub device: Device,
}

/// What an experiment needs to begin.
pub(super) struct Setup {
    pub lanes: Vec<Lane>,
    pub classes: Vec<ClassSplit>,
    pub pictures: Vec<Picture>,
    pub labels: Vec<usize>,
    pub split: Split,
    pub seed: u64,
    pub architecture: Architecture,
    pub backbone: Segment,
    pub device: Device,
    pub clock: fn() -> f64,
}

/// A run in training.
struct Running {
    run: RunId,
    trainer: Trainer,
    has_ended: bool,
    last_progress: f64,
}

enum Stage {
    /// The frozen stages look at every picture.
    Extracting(Box<Extracting>),
    /// The lanes train in turns.
    Training(Vec<Running>),
}

/// The features being computed, and what waits for them.
struct Extracting {
    extraction: Extraction,
    seconds: f64,
    lanes: Vec<Lane>,
    labels: Vec<usize>,
    split: Split,
}

/// An experiment in progress.
pub(super) struct Experiment {
    stage: Option<Stage>,
    classes: usize,
    seed: u64,
    backbone: Segment,
    device: Device,
    clock: fn() -> f64,
}

impl Experiment {
    /// Lays out the runs. The first event says how the pictures are split.
    pub fn begin(setup: Setup) -> (Self, Event) {
        let classes = setup.classes.len();
        let head = setup.architecture.head_parameters(classes);
        let plan = |lane: &Lane| RunPlan {
            run: lane.run,
            strategy: lane.strategy.clone(),
            parameters_trained: head
                + setup.architecture.parameters_from(lane.strategy.cut.first_trained_stage()),
            parameters_total: head + setup.architecture.parameters_from(0),
        };
        let started = Event::ExperimentStarted {
            seed: setup.seed,
            classes: setup.classes,
            runs: setup.lanes.iter().map(plan).collect(),
        };
        let stages = setup.lanes.iter().map(|lane| lane.strategy.cut.first_trained_stage());
        let extraction =
            Extraction::new(setup.backbone.clone(), setup.pictures, stages, &setup.device);
        let experiment = Self {
            stage: Some(Stage::Extracting(Box::new(Extracting {
                extraction,
                seconds: 0.0,
                lanes: setup.lanes,
                labels: setup.labels,
                split: setup.split,
            }))),
            classes,
            seed: setup.seed,
            backbone: setup.backbone,
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
            Some(Stage::Training(lanes)) => lanes.iter().all(|lane| lane.has_ended),
        }
    }

    /// Stops one run, or all. Runs that have not begun fail; the others end with their best.
    pub fn stop(&mut self, run: Option<RunId>, events: &mut Vec<Event>) {
        let is_meant = |candidate: RunId| run.is_none_or(|run| run == candidate);
        match &mut self.stage {
            None => {}
            Some(Stage::Extracting(extracting)) => extracting.lanes.retain(|lane| {
                if is_meant(lane.run) {
                    events.push(Event::RunFailed { run: lane.run, refusal: stopped_too_early() });
                }
                !is_meant(lane.run)
            }),
            Some(Stage::Training(lanes)) => {
                for lane in lanes.iter_mut().filter(|lane| is_meant(lane.run)) {
                    lane.trainer.stop();
                }
            }
        }
    }

    /// Does the next small piece of work. Returns a model when a run has just ended with one.
    pub async fn work(&mut self, events: &mut Vec<Event>) -> Option<TrainedModel> {
        match self.stage.take()? {
            Stage::Extracting(extracting) => {
                self.stage = self.extract(extracting, events).await;
                None
            }
            Stage::Training(mut lanes) => {
                let ended = self.turn(&mut lanes, events).await;
                self.stage = Some(Stage::Training(lanes));
                ended
            }
        }
    }

    /// Looks at the next pictures, and gives the stage that follows; none when the device does
    /// not answer.
    async fn extract(
        &self,
        mut extracting: Box<Extracting>,
        events: &mut Vec<Event>,
    ) -> Option<Stage> {
        let started = (self.clock)();
        let advanced = extracting.extraction.advance().await;
        extracting.seconds += (self.clock)() - started;
        match advanced {
            Ok(is_done) => {
                let (done, total) = (extracting.extraction.done(), extracting.extraction.total());
                let seconds = extracting.seconds;
                events.push(Event::FeaturesProgressed { done, total, seconds });
                if is_done {
                    self.begin_training(*extracting)
                } else {
                    Some(Stage::Extracting(extracting))
                }
            }
            Err(error) => {
                let refusal = broken_off(&error.into());
                let failed =
                    |lane: Lane| Event::RunFailed { run: lane.run, refusal: refusal.clone() };
                events.extend(extracting.lanes.into_iter().map(failed));
                None
            }
        }
    }

    fn begin_training(&self, extracting: Extracting) -> Option<Stage> {
        let Extracting { extraction, lanes, labels, split, .. } = extracting;
        let material = Rc::new(Material {
            features: extraction.finish()?,
            labels,
            classes: self.classes,
            split,
            seed: self.seed,
        });
        let running = |planned: Lane| Running {
            run: planned.run,
            trainer: Trainer::new(
                planned.strategy,
                Rc::clone(&material),
                &self.backbone,
                &self.device,
                self.clock,
            ),
            has_ended: false,
            last_progress: 0.0,
        };
        Some(Stage::Training(lanes.into_iter().map(running).collect()))
    }

    /// Gives the next turn to the lane that has computed least, so that lanes share the thread
    /// fairly by time and not by steps.
    async fn turn(&self, lanes: &mut [Running], events: &mut Vec<Event>) -> Option<TrainedModel> {
        let index = (0..lanes.len())
            .filter(|&index| !lanes[index].has_ended)
            .min_by(|&a, &b| lanes[a].trainer.seconds().total_cmp(&lanes[b].trainer.seconds()))?;
        let lane = &mut lanes[index];
        let run = lane.run;
        match lane.trainer.advance().await {
            Ok(Advance::Step) => {
                let now = (self.clock)();
                if now - lane.last_progress >= PROGRESS_INTERVAL {
                    lane.last_progress = now;
                    let (step, steps) = lane.trainer.steps();
                    let (phase, seconds) = (lane.trainer.phase(), lane.trainer.seconds());
                    let seconds_left = waiting_time(lanes, index);
                    events.push(Event::RunProgressed {
                        run,
                        phase,
                        step,
                        steps,
                        seconds,
                        seconds_left,
                    });
                }
                None
            }
            Ok(Advance::Epoch(row)) => {
                events.push(Event::EpochEnded { run, row });
                None
            }
            Ok(Advance::Ended(result)) => {
                lane.has_ended = true;
                if result.ending == Ending::NotFinite && result.best_epoch == 0 {
                    events.push(Event::RunFailed { run, refusal: never_finite() });
                    return None;
                }
                events.push(Event::RunEnded { run, result });
                Some(TrainedModel {
                    lane: index,
                    run,
                    model: lane.trainer.model(),
                    device: self.device.clone(),
                })
            }
            Err(error) => {
                lane.has_ended = true;
                events.push(Event::RunFailed { run, refusal: broken_off(&error) });
                None
            }
        }
    }
}

/// Seconds until a lane ends, while it takes turns with the others: each of them computes as long
/// as this one does, or until it ends. One whose time is unknown is taken to last.
fn waiting_time(lanes: &[Running], index: usize) -> Option<f64> {
    let own = lanes[index].trainer.seconds_left()?;
    let others =
        lanes.iter().enumerate().filter(|(other, lane)| *other != index && !lane.has_ended);
    let shared =
        others.map(|(_, lane)| lane.trainer.seconds_left().map_or(own, |left| left.min(own)));
    Some(own + shared.sum::<f64>())
}

fn stopped_too_early() -> Refusal {
    Refusal {
        reason: "This run was stopped before it had learned anything.".to_owned(),
        remedy: "Start it again when you are ready.".to_owned(),
    }
}

fn never_finite() -> Refusal {
    Refusal {
        reason: "The loss stopped being a number before the first epoch was over.".to_owned(),
        remedy: "Lower the learning rates and train again.".to_owned(),
    }
}

fn broken_off(error: &TrainError) -> Refusal {
    Refusal {
        reason: format!("Training broke off: {error}."),
        remedy: "Train again; if it happens again, compute on the CPU.".to_owned(),
    }
}
