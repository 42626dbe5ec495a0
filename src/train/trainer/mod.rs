//! Trains one run, a step at a time, so that several runs can take turns on one thread. What a step
//! is stands in `stepping`, what happens between head and layers in `thawing`.

mod stepping;
mod thawing;

use std::rc::Rc;

use burn::module::Module;
use burn::tensor::Device;

use super::learner::{Learner, Model};
use super::log::{Ending, EpochRow, GradientRow, Phase, RunResult, Score};
use super::material::{Material, TrainError};
use super::optimizer::Optimizer;
use super::plan::Plan;
use super::schedule::ExponentialRise;
use super::scoring::{Passes, logits, score};
use super::showing::Showing;
use super::softmax::softmax;
use super::strategy::Strategy;
use super::tally::Tally;
use crate::data::{Purpose, seeded};
use crate::model::{Adaptation, Head, Segment};

/// Steps of a phase after which its pace is known well enough to tell the time left.
const STEPS_TO_JUDGE_BY: usize = 4;

/// What one call of [`Trainer::advance`] did.
#[derive(Clone, PartialEq, Debug)]
pub enum Advance {
    /// One training step, or one stage whose statistics were measured anew before layers learn.
    Step,
    /// The validation at the end of an epoch, whose row this is.
    Epoch(EpochRow),
    /// The run is over; its model is [`Trainer::model`].
    Ended(RunResult),
}

/// Where a trainer stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Position {
    Adapting,
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

/// Trains one strategy on shared material.
pub struct Trainer {
    strategy: Strategy,
    plan: Plan,
    /// Pictures that go through the network at once.
    micro_batch: usize,
    /// How much a training picture counts, by its class.
    class_weights: Vec<f32>,
    /// Seconds that the unfrozen phase is predicted to take.
    unfrozen_seconds: Option<f64>,
    material: Rc<Material>,
    clock: fn() -> f64,
    frozen: Segment,
    /// With autodiff; its segment is plain while the head trains alone, and until it is adapted.
    learner: Learner,
    /// Of the learner's segment, while it is being adapted.
    adaptation: Option<Adaptation>,
    /// Of the present phase.
    optimizer: Optimizer,
    showing: Showing,
    phase: Phase,
    position: Position,
    epoch: usize,
    steps_done: usize,
    tally: Tally,
    best: Option<Best>,
    /// One a finished epoch, where they are wanted.
    gradient_rows: Option<Vec<GradientRow>>,
    seconds: f64,
    /// Epochs, steps and seconds when the present phase began.
    phase_began: PhaseBegan,
    /// Steps that the head's phase did not need.
    steps_saved: usize,
}

/// What was behind a run when a phase began.
#[derive(Clone, Copy, Debug, Default)]
struct PhaseBegan {
    epoch: usize,
    steps: usize,
    seconds: f64,
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
        // A sample to try steps on has no views.
        let views = strategy.views.min(material.views());
        let showing = Showing::new(&material.split, views, material.labels.len(), material.seed);
        let plan = Plan::new(&strategy, &material.split);
        let labels = material.split.training.iter().map(|&index| material.labels[index]);
        let mut trainer = Self {
            class_weights: strategy.class_weights.of(labels, material.classes),
            learner: Learner { segment, head },
            adaptation: None,
            frozen,
            optimizer: Optimizer::of_head(&strategy, strategy.head_epochs * plan.steps_an_epoch),
            showing,
            phase: Phase::Head,
            position: Position::Stepping { step_of_epoch: 0 },
            epoch: 0,
            steps_done: 0,
            tally: Tally::default(),
            best: None,
            gradient_rows: None,
            seconds: 0.0,
            phase_began: PhaseBegan::default(),
            steps_saved: 0,
            micro_batch: plan.step_pictures,
            plan,
            unfrozen_seconds: None,
            strategy,
            material,
            clock,
        };
        if trainer.strategy.head_epochs > 0 {
            trainer.learner.head = trainer.learner.head.clone().train();
        } else {
            trainer.position = trainer.begin_unfrozen_phase();
        }
        trainer
    }

    /// Sends at most so many pictures through the network at once: a batch is divided, and the
    /// gradients of its parts are added up. The head's phase, which has no use for the network, keeps
    /// whole batches.
    pub fn with_micro_batch(mut self, pictures: usize) -> Self {
        self.micro_batch = pictures.clamp(1, self.plan.step_pictures);
        self
    }

    fn passes(&self, phase: Phase) -> Passes {
        Passes { batch: self.plan.step_pictures, at_once: self.at_once(phase) }
    }

    /// Pictures at once in a phase.
    fn at_once(&self, phase: Phase) -> usize {
        match phase {
            Phase::Head => self.plan.step_pictures,
            Phase::Unfrozen => self.micro_batch,
        }
    }

    /// Takes over what the unfrozen phase is predicted to take, so that the time left is known
    /// while the head trains alone.
    pub fn with_unfrozen_seconds(mut self, seconds: Option<f64>) -> Self {
        self.unfrozen_seconds = seconds;
        self
    }

    /// Has the gradients' lengths noted, one row an epoch. Reading them takes a little time.
    pub fn with_gradient_rows(mut self) -> Self {
        self.gradient_rows = Some(Vec::new());
        self
    }

    /// The gradients' lengths, as far as they are noted.
    pub fn take_gradient_rows(&mut self) -> Vec<GradientRow> {
        self.gradient_rows.take().unwrap_or_default()
    }

    /// Seconds of computing so far.
    pub fn seconds(&self) -> f64 {
        self.seconds
    }

    /// Whether statistics are measured anew, so that nothing learns at the moment.
    pub(super) fn is_adapting(&self) -> bool {
        self.position == Position::Adapting
    }

    /// What is learning.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Steps done and steps in all, over all phases. A patience may end a phase before.
    pub fn steps(&self) -> (usize, usize) {
        (self.steps_done, self.plan.steps() - self.steps_saved)
    }

    /// Seconds of computing left, judged by the steps of the present phase, if no patience ends it
    /// before. `None` until a few of
    /// them are done, and while the head trains alone before an unfrozen phase that nobody has
    /// predicted.
    pub fn seconds_left(&self) -> Option<f64> {
        let steps = self.steps_done - self.phase_began.steps;
        let of_phase = self.epochs_of_phase() * self.plan.steps_an_epoch;
        let later = match self.phase {
            Phase::Head if self.strategy.unfrozen_epochs > 0 => self.unfrozen_seconds?,
            Phase::Head | Phase::Unfrozen => 0.0,
        };
        let a_step = (self.seconds - self.phase_began.seconds) / steps as f64;
        (steps >= STEPS_TO_JUDGE_BY).then(|| a_step * (of_phase - steps) as f64 + later)
    }

    /// Asks for an early end: the next calls of [`Trainer::advance`] test the best epoch so far.
    pub fn stop(&mut self) {
        use Position::{Adapting, Stepping, Validating};
        if matches!(self.position, Adapting | Stepping { .. } | Validating) {
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

    /// The probabilities that the present weights, not those of the best epoch, give to the classes
    /// of the pictures at `indices`: a row a picture, in that order.
    ///
    /// # Errors
    /// When the device does not answer.
    pub async fn probabilities(&self, indices: &[usize]) -> Result<Vec<f32>, TrainError> {
        if indices.is_empty() {
            return Ok(Vec::new());
        }
        let (learner, classes) = (self.learner.valid(), self.material.classes);
        let passes = self.passes(self.phase);
        let mut rows = logits(&learner, self.phase, &self.material, indices, passes).await?;
        rows.truncate(indices.len() * classes);
        Ok(softmax(rows, classes))
    }

    /// Does the next small piece of work.
    ///
    /// # Errors
    /// When the device does not answer.
    pub async fn advance(&mut self) -> Result<Advance, TrainError> {
        let started = (self.clock)();
        let done = match self.position {
            Position::Adapting => self.adapt().await,
            Position::Stepping { step_of_epoch } => self.step(step_of_epoch).await,
            Position::Validating => self.validate(started).await,
            Position::Testing(ending) => self.test(ending, started).await,
            Position::Ended => Ok(Advance::Step),
        };
        self.seconds += (self.clock)() - started;
        done
    }

    /// The most epochs of the present phase.
    fn epochs_of_phase(&self) -> usize {
        match self.phase {
            Phase::Head => self.strategy.head_epochs,
            Phase::Unfrozen => self.strategy.unfrozen_epochs,
        }
    }

    async fn validate(&mut self, started: f64) -> Result<Advance, TrainError> {
        let learner = self.learner.valid();
        let validation = self.score(&learner, self.phase, &self.material.split.validation).await?;
        self.epoch += 1;
        let training = self.tally.take(self.showing.len());
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
            training,
            validation,
            head_rate: self.optimizer.head_rate(),
            seconds: self.seconds + (self.clock)() - started,
        };
        self.position = self.after_epoch(validation);
        Ok(Advance::Epoch(row))
    }

    /// What comes after an epoch with this validation score.
    fn after_epoch(&mut self, validation: Score) -> Position {
        if !validation.loss.is_finite() {
            return Position::Testing(Ending::NotFinite);
        }
        let is_whole = self.epoch - self.phase_began.epoch == self.epochs_of_phase();
        // A finite score has made some epoch of this phase the best.
        let best_epoch = self.best.as_ref().map_or(self.epoch, |best| best.epoch);
        let is_stale =
            self.strategy.patience.is_some_and(|patience| self.epoch - best_epoch >= patience);
        if !is_whole && !is_stale {
            return Position::Stepping { step_of_epoch: 0 };
        }
        if self.phase == Phase::Head && self.strategy.unfrozen_epochs > 0 {
            return self.begin_unfrozen_phase();
        }
        Position::Testing(if is_whole { Ending::Completed } else { Ending::Converged })
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

    /// Scores a learner without autodiff on the pictures at `indices`.
    async fn score(
        &self,
        learner: &Learner,
        phase: Phase,
        indices: &[usize],
    ) -> Result<Score, TrainError> {
        score(learner, phase, &self.material, indices, self.passes(phase)).await
    }

    /// Makes so many steps of the present phase, whatever the position, and waits for them.
    pub(super) async fn measured_steps(&mut self, count: usize) -> Result<(), TrainError> {
        for _ in 0..count {
            self.step(0).await?;
        }
        self.read_tally().await
    }

    /// Lets the rate of a phase that has just begun rise, in place of its schedule.
    pub(super) fn rise(&mut self, rise: ExponentialRise) {
        self.optimizer.rise(rise);
    }

    /// Makes a step of the present phase on pictures drawn anew, whatever the position, and tells
    /// the plain loss of its batch before the step.
    pub(super) async fn measured_loss(&mut self) -> Result<f64, TrainError> {
        self.measured_steps(1).await?;
        Ok(self.tally.take(self.plan.step_pictures).loss)
    }

    /// Makes one pass forward of the present phase on a batch, as a validation does, and waits.
    pub(super) async fn measured_pass(&self) -> Result<(), TrainError> {
        let training = &self.material.split.training;
        let batch = &training[..self.plan.step_pictures.min(training.len())];
        self.score(&self.learner.valid(), self.phase, batch).await.map(drop)
    }
}

/// A small random head: uniform within ±1/√features, zero bias.
fn initial_head(seed: u64, classes: usize, features: usize, device: &Device) -> Head {
    use rand::RngExt;
    let mut generator = seeded(seed, Purpose::Head);
    let bound = 1.0 / (features as f32).sqrt();
    let weight = (0..classes * features).map(|_| generator.random_range(-bound..bound)).collect();
    Head::from_weight(weight, classes, device)
}
