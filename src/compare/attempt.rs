//! One trial, piece by piece: it trains, answers the test, and is examined.

use std::rc::Rc;

use super::examination::Examiner;
use super::laboratory::Laboratory;
use super::trial::{Depth, Examination, TestAnswer, Trial, TrialRow};
use crate::data::SplitError;
use crate::model::read;
use crate::train::{
    Advance, EpochRow, GradientRow, Material, MemoryNeeds, Model, PORTION, Phase, Plan, RunResult,
    Strategy, TrainError, Trainer, best_classes, input_tensor,
};

/// Training on few pictures makes as many steps as on all of them, up to so many times the epochs:
/// else it would be told that a way needs many pictures where it only needs more steps.
pub(super) const MOST_TIMES_THE_EPOCHS: usize = 4;

/// Where a trial stands.
enum Stage {
    Training(Box<Trainer>),
    Answering { model: Model, answered: usize },
    Examining { model: Model, examiner: Box<Examiner> },
}

/// A trial in progress.
pub struct Attempt {
    trial: Trial,
    material: Rc<Material>,
    plan: Plan,
    stage: Option<Stage>,
    epochs: Vec<EpochRow>,
    gradients: Vec<GradientRow>,
    result: Option<RunResult>,
    answers: Vec<TestAnswer>,
}

impl Attempt {
    /// Prepares a trial.
    ///
    /// # Errors
    /// When the pictures cannot be split.
    pub fn begin(trial: Trial, laboratory: &Laboratory) -> Result<Self, SplitError> {
        let material = Rc::new(laboratory.material(trial.repetition, trial.pictures_a_class)?);
        let all = laboratory.material(trial.repetition, None)?;
        let strategy = paced(&trial.strategy, &Plan::new(&trial.strategy, &all.split), &material);
        let plan = Plan::new(&strategy, &material.split);
        let backbone = laboratory.start_of(&strategy, trial.repetition.seed);
        let architecture = laboratory.engine.backbone.architecture();
        let first = strategy.cut.first_trained_stage();
        let micro_batch =
            laboratory.engine.limits.micro_batch(architecture, plan.step_pictures, first);
        let trainer = Trainer::new(
            strategy,
            Rc::clone(&material),
            &backbone,
            &laboratory.engine.device,
            laboratory.engine.clock,
        )
        .with_micro_batch(micro_batch);
        let trainer = match trial.depth {
            Depth::Examined => trainer.with_gradient_rows(),
            Depth::Scored => trainer,
        };
        Ok(Self {
            trial,
            material,
            plan,
            stage: Some(Stage::Training(Box::new(trainer))),
            epochs: Vec::new(),
            gradients: Vec::new(),
            result: None,
            answers: Vec::new(),
        })
    }

    /// What is tried.
    pub fn trial(&self) -> &Trial {
        &self.trial
    }

    /// The epochs that have ended, until the trial has.
    pub fn epochs(&self) -> &[EpochRow] {
        &self.epochs
    }

    /// Seconds that its training has computed for.
    pub fn seconds(&self) -> f64 {
        match (&self.stage, &self.result) {
            (Some(Stage::Training(trainer)), _) => trainer.seconds(),
            (_, Some(result)) => result.seconds,
            _ => 0.0,
        }
    }

    /// Share of the training steps that were made.
    pub fn progress(&self) -> f64 {
        match &self.stage {
            Some(Stage::Training(trainer)) => {
                let (done, all) = trainer.steps();
                done as f64 / all.max(1) as f64
            }
            _ => 1.0,
        }
    }

    /// Does the next small piece. Returns the row once the trial has ended.
    ///
    /// # Errors
    /// When the device does not answer.
    pub async fn advance(
        &mut self,
        laboratory: &mut Laboratory,
    ) -> Result<Option<TrialRow>, TrainError> {
        let Some(stage) = self.stage.take() else { return Ok(None) };
        match stage {
            Stage::Training(trainer) => self.train(trainer).await?,
            Stage::Answering { model, answered } => {
                return self.answer(model, answered, laboratory).await;
            }
            Stage::Examining { model, mut examiner } => {
                if let Some(examination) = examiner.advance(&model, laboratory).await? {
                    return Ok(self.row(Some(examination), laboratory));
                }
                self.stage = Some(Stage::Examining { model, examiner });
            }
        }
        Ok(None)
    }

    async fn train(&mut self, mut trainer: Box<Trainer>) -> Result<(), TrainError> {
        match trainer.advance().await? {
            Advance::Step => {}
            Advance::Epoch(row) => self.epochs.push(row),
            Advance::Ended(result) => {
                self.result = Some(result);
                self.gradients = trainer.take_gradient_rows();
                self.stage = Some(Stage::Answering { model: trainer.model(), answered: 0 });
                return Ok(());
            }
        }
        self.stage = Some(Stage::Training(trainer));
        Ok(())
    }

    async fn answer(
        &mut self,
        model: Model,
        answered: usize,
        laboratory: &Laboratory,
    ) -> Result<Option<TrialRow>, TrainError> {
        let test = &self.material.split.test;
        let portion = &test[answered..test.len().min(answered + PORTION)];
        if portion.is_empty() {
            if self.trial.depth == Depth::Scored {
                return Ok(self.row(None, laboratory));
            }
            let examiner = Box::new(Examiner::new(&self.material.split, &self.trial, laboratory));
            self.stage = Some(Stage::Examining { model, examiner });
            return Ok(None);
        }
        let pictures: Vec<_> =
            portion.iter().map(|&index| laboratory.supplies.pictures[index].clone()).collect();
        let logits = model.logits(input_tensor(&pictures, &laboratory.engine.device));
        let answers = best_classes(&read(logits).await?, laboratory.supplies.classes);
        self.answers.extend(portion.iter().zip(answers).map(|(&picture, answer)| TestAnswer {
            picture: picture as u32,
            label: laboratory.supplies.labels[picture] as u16,
            answer: answer as u16,
        }));
        self.stage = Some(Stage::Answering { model, answered: answered + portion.len() });
        Ok(None)
    }

    fn row(
        &mut self,
        examination: Option<Examination>,
        laboratory: &Laboratory,
    ) -> Option<TrialRow> {
        let architecture = laboratory.engine.backbone.architecture();
        let needs = MemoryNeeds {
            architecture,
            classes: laboratory.supplies.classes,
            pictures: laboratory.supplies.pictures.len(),
        };
        // Nothing is answered before training has ended.
        let result = self.result.take()?;
        // A patience, or a loss that is no number, may have ended it before its last epoch.
        let made = |phase| self.epochs.iter().filter(|row| row.phase == phase).count();
        let plan = self.plan.with_epochs(made(Phase::Head), made(Phase::Unfrozen));
        Some(TrialRow {
            training_pictures: self.material.split.training.len(),
            result,
            epochs: std::mem::take(&mut self.epochs),
            steps: plan.steps(),
            gradients: std::mem::take(&mut self.gradients),
            answers: std::mem::take(&mut self.answers),
            examination,
            operations: plan.operations(architecture, laboratory.supplies.classes),
            memory: needs.of(&[(&self.trial.strategy, self.plan.step_pictures)]).most(),
            trial: self.trial.clone(),
        })
    }
}

/// The strategy with so many epochs that it makes as many steps on fewer pictures.
fn paced(strategy: &Strategy, on_all: &Plan, material: &Material) -> Strategy {
    let on_these = Plan::new(strategy, &material.split);
    let times = on_all.steps_an_epoch.div_ceil(on_these.steps_an_epoch.max(1));
    let times = times.clamp(1, MOST_TIMES_THE_EPOCHS);
    Strategy {
        head_epochs: strategy.head_epochs * times,
        unfrozen_epochs: strategy.unfrozen_epochs * times,
        patience: strategy.patience.map(|epochs| epochs * times),
        ..strategy.clone()
    }
}
