//! Runs in training that take turns on one thread.

use std::rc::Rc;

use burn::tensor::Device;

use super::crew::Assignment;
use super::message::{Event, Refusal, RunId, Strategy};
use crate::model::{Architecture, ReadError, Segment};
use crate::train::{Advance, Ending, Limits, Material, Model, Numbers, Plan, TrainError, Trainer};

/// Seconds between two progress events. A page that draws them takes a core from those who make
/// them.
pub(super) const PROGRESS_INTERVAL: f64 = 0.5;

/// A model that a run left behind.
#[derive(Clone, Debug)]
pub(super) struct TrainedModel {
    pub run: RunId,
    pub model: Model,
    pub device: Device,
}

/// What a model has learned as it travels: name and shape of each tensor, and an array each.
///
/// # Errors
/// When the device does not answer.
pub(super) async fn packed(
    model: &Model,
) -> Result<(Vec<(String, Vec<usize>)>, Vec<Vec<f32>>), ReadError> {
    let numbers = model.numbers().await?.into_iter();
    Ok(numbers.map(|(name, numbers)| ((name, numbers.shape), numbers.values)).unzip())
}

/// The other way round: for [`Model::from_numbers`].
pub(super) fn unpacked(
    tensors: Vec<(String, Vec<usize>)>,
    arrays: Vec<Vec<f32>>,
) -> Vec<(String, Numbers)> {
    let pairs = tensors.into_iter().zip(arrays);
    pairs.map(|((name, shape), values)| (name, Numbers { shape, values })).collect()
}

/// What runs train on.
#[derive(Clone)]
pub(super) struct Ground {
    pub material: Rc<Material>,
    pub architecture: Architecture,
    pub backbone: Segment,
    pub device: Device,
    /// What the device holds.
    pub limits: Limits,
    pub clock: fn() -> f64,
}

impl Ground {
    fn trainer(&self, strategy: Strategy) -> Trainer {
        let batch = Plan::new(&strategy, &self.material.split).step_pictures;
        let first = strategy.cut.first_trained_stage();
        let micro_batch = self.limits.micro_batch(&self.architecture, batch, first);
        let material = Rc::clone(&self.material);
        Trainer::new(strategy, material, &self.backbone, &self.device, self.clock)
            .with_micro_batch(micro_batch)
    }
}

/// A run in training.
struct Running {
    run: RunId,
    trainer: Trainer,
    has_ended: bool,
    last_progress: f64,
}

/// Runs in training.
pub(super) struct Lanes {
    running: Vec<Running>,
    device: Device,
    clock: fn() -> f64,
}

impl Lanes {
    pub fn begin(lanes: Vec<Assignment>, ground: &Ground) -> Self {
        let running = |Assignment { lane, unfrozen_seconds }: Assignment| Running {
            run: lane.run,
            trainer: ground.trainer(lane.strategy).with_unfrozen_seconds(unfrozen_seconds),
            has_ended: false,
            last_progress: 0.0,
        };
        Self {
            running: lanes.into_iter().map(running).collect(),
            device: ground.device.clone(),
            clock: ground.clock,
        }
    }

    /// Whether every run has ended.
    pub fn are_over(&self) -> bool {
        self.running.iter().all(|lane| lane.has_ended)
    }

    /// Asks one run, or all, to end with their best.
    pub fn stop(&mut self, run: Option<RunId>) {
        for lane in self.running.iter_mut().filter(|lane| run.is_none_or(|run| run == lane.run)) {
            lane.trainer.stop();
        }
    }

    /// Gives the next turn to the lane that has computed least, so that lanes share the thread
    /// fairly by time and not by steps. Returns a model when a run has just ended with one.
    pub async fn turn(&mut self, events: &mut Vec<Event>) -> Option<TrainedModel> {
        let lanes = &mut self.running;
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
                Some(TrainedModel { run, model: lane.trainer.model(), device: self.device.clone() })
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

fn never_finite() -> Refusal {
    Refusal {
        reason: "The loss stopped being a number before the first epoch was over.".to_owned(),
        remedy: "Lower the learning rates and train again.".to_owned(),
    }
}

/// A run that a device broke off, in words.
pub(super) fn broken_off(error: &TrainError) -> Refusal {
    Refusal {
        reason: format!("Training broke off: {error}."),
        remedy: "Train again; if it happens again, compute on the CPU.".to_owned(),
    }
}
