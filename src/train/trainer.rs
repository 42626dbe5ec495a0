//! Trains one run, a step at a time, so that several runs can take turns on one thread.

use std::collections::HashMap;
use std::rc::Rc;

use burn::module::{Module, ParamId};
use burn::optim::GradientsParams;
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::adam::{Adam, AdamSettings};
use super::features::Features;
use super::gradients::loss_and_correct;
use super::learner::{Learner, Model};
use super::log::{Ending, EpochRow, Phase, RunResult, Score};
use super::schedule::WarmUpCosine;
use super::strategy::Strategy;
use crate::data::{Purpose, Split, seeded};
use crate::model::{Head, ReadError, STAGES, Segment, pool, read};

/// Steps between two reads of the loss. A read waits for the device, so not every step has one;
/// a wait now and then keeps a graphics card's queue short and finds a loss that is no number.
const STEPS_BETWEEN_READS: usize = 8;

/// Everything that lanes of one experiment share.
#[derive(Debug)]
pub struct Material {
    /// Features at every cut that a lane needs.
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

/// What one call of [`Trainer::advance`] did.
#[derive(Clone, PartialEq, Debug)]
pub enum Advance {
    /// One training step.
    Step,
    /// The validation at the end of an epoch, whose row this is.
    Epoch(EpochRow),
    /// The run is over; its model is [`Trainer::model`].
    Ended(RunResult),
}

/// Where a trainer stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Position {
    Stepping { step_of_epoch: usize },
    Validating,
    Testing(Ending),
    Ended,
}

/// The best epoch so far of the phase that was reached.
#[derive(Clone, Debug)]
struct Best {
    epoch: usize,
    phase: Phase,
    validation: Score,
    learner: Learner,
}

/// Loss and hits of steps that were not read back yet, on the device.
#[derive(Debug)]
struct Unread {
    /// Sum of the steps' mean losses, shape `[1]`.
    loss: Tensor<1>,
    /// Pictures named rightly, shape `[1]`.
    correct: Tensor<1>,
    steps: usize,
}

/// Trains one strategy on shared material.
pub struct Trainer {
    strategy: Strategy,
    material: Rc<Material>,
    device: Device,
    clock: fn() -> f64,
    frozen: Segment,
    /// With autodiff; its segment is plain while the head trains alone.
    learner: Learner,
    adam: Adam,
    schedule: WarmUpCosine,
    /// What the scheduled rate is multiplied with, by parameter; 1 where there is none.
    rate_factors: HashMap<ParamId, f64>,
    order: Vec<usize>,
    generator: ChaCha8Rng,
    phase: Phase,
    position: Position,
    epoch: usize,
    steps_done: usize,
    epoch_training: EpochTally,
    unread: Option<Unread>,
    head_rate: f64,
    best: Option<Best>,
    seconds: f64,
    /// Steps and seconds when the present phase began.
    phase_began: (usize, f64),
}

/// What the steps of an epoch added up to.
#[derive(Clone, Copy, Debug, Default)]
struct EpochTally {
    loss: f64,
    correct: usize,
    steps: usize,
}

impl Trainer {
    /// Prepares a run of `strategy` from the pretrained `backbone` on `device` (without autodiff).
    ///
    /// The initial head depends on the material's seed and nothing else, so that all lanes of an
    /// experiment start alike. `clock` gives seconds from any fixed point.
    pub fn new(
        strategy: Strategy,
        material: Rc<Material>,
        backbone: &Segment,
        device: &Device,
        clock: fn() -> f64,
    ) -> Self {
        let (frozen, segment) = backbone.cut_at(strategy.cut.first_trained_stage());
        let features = material.features.width();
        let head = initial_head(material.seed, material.classes, features, device);
        let generator = seeded(material.seed, Purpose::Order);
        let mut trainer = Self {
            learner: Learner { segment, head },
            frozen,
            adam: adam(&strategy),
            schedule: WarmUpCosine::new(strategy.head_rate, 1, 0.0),
            rate_factors: HashMap::new(),
            order: material.split.training.clone(),
            generator,
            phase: Phase::Head,
            position: Position::Stepping { step_of_epoch: 0 },
            epoch: 0,
            steps_done: 0,
            epoch_training: EpochTally::default(),
            unread: None,
            head_rate: 0.0,
            best: None,
            seconds: 0.0,
            phase_began: (0, 0.0),
            strategy,
            material,
            device: device.clone(),
            clock,
        };
        if trainer.strategy.head_epochs > 0 {
            trainer.begin_head_phase();
        } else {
            trainer.begin_unfrozen_phase();
        }
        trainer
    }

    /// Seconds of computing so far.
    pub fn seconds(&self) -> f64 {
        self.seconds
    }

    /// What is learning.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Steps done and steps in all, over all phases.
    pub fn steps(&self) -> (usize, usize) {
        (self.steps_done, self.strategy.epochs() * self.steps_an_epoch())
    }

    /// Seconds of computing left, judged by the steps of the present phase. `None` while the head
    /// trains alone before an unfrozen phase, whose steps cost more than is known yet, and until a
    /// few steps of the phase are done.
    pub fn seconds_left(&self) -> Option<f64> {
        let (done, all) = self.steps();
        let steps = done - self.phase_began.0;
        let is_last_phase = self.phase == Phase::Unfrozen || self.strategy.unfrozen_epochs == 0;
        (is_last_phase && steps >= 4)
            .then(|| (self.seconds - self.phase_began.1) / steps as f64 * (all - done) as f64)
    }

    /// Asks for an early end: the next calls of [`Trainer::advance`] test the best epoch so far.
    pub fn stop(&mut self) {
        if matches!(self.position, Position::Stepping { .. } | Position::Validating) {
            self.position = Position::Testing(Ending::Stopped);
        }
    }

    /// The model of the best epoch so far, or of the current weights before the first epoch ended.
    pub fn model(&self) -> Model {
        let learned = match &self.best {
            Some(best) => best.learner.clone(),
            None => self.learner.valid(),
        };
        Model { frozen: self.frozen.clone(), learned }
    }

    /// Does the next small piece of work.
    ///
    /// # Errors
    /// When the device does not answer.
    pub async fn advance(&mut self) -> Result<Advance, TrainError> {
        let started = (self.clock)();
        let done = match self.position {
            Position::Stepping { step_of_epoch } => self.step(step_of_epoch).await,
            Position::Validating => self.validate(started).await,
            Position::Testing(ending) => self.test(ending, started).await,
            Position::Ended => Ok(Advance::Step),
        };
        self.seconds += (self.clock)() - started;
        done
    }

    fn steps_an_epoch(&self) -> usize {
        self.order.len().div_ceil(self.strategy.batch).max(1)
    }

    fn begin_head_phase(&mut self) {
        self.phase = Phase::Head;
        let steps = self.strategy.head_epochs * self.steps_an_epoch();
        self.schedule = WarmUpCosine::new(self.strategy.head_rate, steps, self.strategy.warm_up);
        self.learner.head = self.learner.head.clone().train();
    }

    /// Unfreezes the segment behind the cut. Rates fall with the distance from the head.
    fn begin_unfrozen_phase(&mut self) {
        self.phase = Phase::Unfrozen;
        self.phase_began = (self.steps_done, self.seconds);
        self.adam = adam(&self.strategy);
        let steps = self.strategy.unfrozen_epochs * self.steps_an_epoch();
        self.schedule =
            WarmUpCosine::new(self.strategy.unfrozen_rate, steps, self.strategy.warm_up);
        for (stage, parameters) in self.learner.segment.parameters_by_stage() {
            let factor = self.strategy.depth_factor.powi((STAGES - 1 - stage) as i32);
            self.rate_factors.extend(parameters.into_iter().map(|id| (id, factor)));
        }
        self.learner = self.learner.clone().train();
    }

    async fn step(&mut self, step_of_epoch: usize) -> Result<Advance, TrainError> {
        if step_of_epoch == 0 {
            self.order.shuffle(&mut self.generator);
        }
        let batch = self.batch_at(step_of_epoch);
        let labels: Vec<usize> = batch.iter().map(|&i| self.material.labels[i]).collect();
        let logits = self.training_logits(&batch)?;
        // What only fills the last batch up was counted at the beginning of the epoch.
        let counted = (self.order.len() - step_of_epoch * batch.len()).min(batch.len());
        let (loss, correct) = loss_and_correct(logits, &labels, counted, &self.device);
        let gradients = loss.backward();
        self.add_unread(loss.inner(), correct.inner());
        self.apply(gradients);
        self.steps_done += 1;

        let step_of_epoch = step_of_epoch + 1;
        let is_last = step_of_epoch == self.steps_an_epoch();
        self.position =
            if is_last { Position::Validating } else { Position::Stepping { step_of_epoch } };
        let is_due = self.unread.as_ref().is_some_and(|unread| unread.steps >= STEPS_BETWEEN_READS);
        if is_due || is_last {
            self.read_unread().await?;
        }
        Ok(Advance::Step)
    }

    /// The pictures of a step. Every batch has the same size, since a device compiles and
    /// allocates for shapes: the last one of an epoch is filled up from its beginning.
    fn batch_at(&self, step_of_epoch: usize) -> Vec<usize> {
        let size = self.strategy.batch.min(self.order.len());
        (0..size)
            .map(|offset| self.order[(step_of_epoch * size + offset) % self.order.len()])
            .collect()
    }

    /// # Shapes
    /// `[batch, classes]`, with autodiff
    fn training_logits(&self, batch: &[usize]) -> Result<Tensor<2>, TrainError> {
        let features = match self.phase {
            Phase::Head => self.material.features.pooled(batch).autodiff(),
            Phase::Unfrozen => {
                let input = self.input_behind_cut(batch)?.autodiff();
                pool(self.learner.segment.forward(input))
            }
        };
        Ok(self.learner.head.forward(features))
    }

    fn input_behind_cut(&self, batch: &[usize]) -> Result<Tensor<4>, TrainError> {
        let stage = self.strategy.cut.first_trained_stage();
        self.material.features.at_stage(stage, batch).ok_or(TrainError::MissingFeatures { stage })
    }

    /// One optimizer step with gradients scaled to the clip norm.
    fn apply(&mut self, gradients: burn::tensor::Gradients) {
        let rate = self.schedule.rate(self.steps_done - self.phase_began.0);
        self.head_rate = rate;
        let factors = &self.rate_factors;
        let rate_of = |id: ParamId| rate * factors.get(&id).copied().unwrap_or(1.0);
        match self.phase {
            Phase::Head => {
                let head = self.learner.head.clone();
                let gradients = GradientsParams::from_grads(gradients, &head);
                self.learner.head = self.adam.step(head, gradients, rate_of);
            }
            Phase::Unfrozen => {
                let learner = self.learner.clone();
                let gradients = GradientsParams::from_grads(gradients, &learner);
                self.learner = self.adam.step(learner, gradients, rate_of);
            }
        }
    }

    fn add_unread(&mut self, loss: Tensor<1>, correct: Tensor<1>) {
        self.unread = Some(match self.unread.take() {
            None => Unread { loss, correct, steps: 1 },
            Some(unread) => Unread {
                loss: unread.loss + loss,
                correct: unread.correct + correct,
                steps: unread.steps + 1,
            },
        });
    }

    async fn read_unread(&mut self) -> Result<(), TrainError> {
        let Some(unread) = self.unread.take() else { return Ok(()) };
        let values = read(Tensor::cat(vec![unread.loss, unread.correct], 0)).await?;
        let (loss, correct) = (f64::from(values[0]), values[1] as usize);
        if !loss.is_finite() {
            self.position = Position::Testing(Ending::NotFinite);
        }
        self.epoch_training.loss += loss;
        self.epoch_training.correct += correct;
        self.epoch_training.steps += unread.steps;
        Ok(())
    }

    async fn validate(&mut self, started: f64) -> Result<Advance, TrainError> {
        let learner = self.learner.valid();
        let validation = self.score(&learner, self.phase, &self.material.split.validation).await?;
        self.epoch += 1;
        let tally = std::mem::take(&mut self.epoch_training);
        let is_better = validation.loss.is_finite()
            && self.best.as_ref().is_none_or(|best| {
                best.phase != self.phase || validation.is_better_than(&best.validation)
            });
        if is_better {
            self.best = Some(Best { epoch: self.epoch, phase: self.phase, validation, learner });
        }
        let row = EpochRow {
            epoch: self.epoch,
            phase: self.phase,
            training: Score {
                correct: tally.correct,
                count: self.order.len(),
                loss: tally.loss / tally.steps.max(1) as f64,
            },
            validation,
            head_rate: self.head_rate,
            seconds: self.seconds + (self.clock)() - started,
        };
        self.position = if !validation.loss.is_finite() {
            Position::Testing(Ending::NotFinite)
        } else if self.epoch == self.strategy.epochs() {
            Position::Testing(Ending::Completed)
        } else {
            Position::Stepping { step_of_epoch: 0 }
        };
        if self.phase == Phase::Head
            && self.epoch == self.strategy.head_epochs
            && self.strategy.unfrozen_epochs > 0
        {
            self.begin_unfrozen_phase();
        }
        Ok(Advance::Epoch(row))
    }

    async fn test(&mut self, ending: Ending, started: f64) -> Result<Advance, TrainError> {
        let model = self.model();
        let phase = self.best.as_ref().map_or(self.phase, |best| best.phase);
        let split = &self.material.split;
        let (best_epoch, validation) = match &self.best {
            Some(best) => (best.epoch, best.validation),
            None => (0, self.score(&model.learned, phase, &split.validation).await?),
        };
        let test = self.score(&model.learned, phase, &split.test).await?;
        self.position = Position::Ended;
        Ok(Advance::Ended(RunResult {
            ending,
            best_epoch,
            validation,
            test,
            seconds: self.seconds + (self.clock)() - started,
        }))
    }

    /// Scores a learner without autodiff on the pictures at `indices`, with one read.
    ///
    /// In the head's phase the segment behind the cut is still the pretrained one, so the pooled
    /// features that are stored are its output.
    async fn score(
        &self,
        learner: &Learner,
        phase: Phase,
        indices: &[usize],
    ) -> Result<Score, TrainError> {
        if indices.is_empty() {
            return Ok(Score::default());
        }
        let size = self.strategy.batch;
        let mut logits = Vec::new();
        for start in (0..indices.len()).step_by(size) {
            let batch: Vec<usize> =
                (0..size).map(|offset| indices[(start + offset).min(indices.len() - 1)]).collect();
            let features = match phase {
                Phase::Head => self.material.features.pooled(&batch),
                Phase::Unfrozen => pool(learner.segment.forward(self.input_behind_cut(&batch)?)),
            };
            logits.push(learner.head.forward(features));
        }
        let log_probabilities = log_softmax(Tensor::cat(logits, 0), 1);
        let values = read(log_probabilities).await?;
        let labels = indices.iter().map(|&index| self.material.labels[index]);
        Ok(Score::of(&values, self.material.classes, labels))
    }
}

fn adam(strategy: &Strategy) -> Adam {
    Adam::new(AdamSettings::new(strategy.weight_decay, strategy.clip_norm))
}

/// A small random head: uniform within ±1/√features, zero bias.
fn initial_head(seed: u64, classes: usize, features: usize, device: &Device) -> Head {
    use rand::RngExt;
    let mut generator = seeded(seed, Purpose::Head);
    let bound = 1.0 / (features as f32).sqrt();
    let weight = (0..classes * features).map(|_| generator.random_range(-bound..bound)).collect();
    Head::from_weight(weight, classes, device)
}
