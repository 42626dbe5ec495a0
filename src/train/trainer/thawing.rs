//! How a run goes over to its unfrozen phase.

use burn::module::Module;

use super::{Advance, PhaseBegan, Position, Trainer};
use crate::model::Adaptation;
use crate::train::adapting::adapted_on;
use crate::train::log::Phase;
use crate::train::material::TrainError;
use crate::train::optimizer::Optimizer;
use crate::train::strategy::NormMode;

impl Trainer {
    /// Goes over to the unfrozen phase. Returns what comes first in it.
    pub(super) fn begin_unfrozen_phase(&mut self) -> Position {
        let head_steps = self.strategy.head_epochs * self.plan.steps_an_epoch;
        self.steps_saved = head_steps - self.steps_done;
        self.phase = Phase::Unfrozen;
        self.phase_began =
            PhaseBegan { epoch: self.epoch, steps: self.steps_done, seconds: self.seconds };
        if self.strategy.adapts() {
            return Position::Adapting;
        }
        self.unfreeze()
    }

    /// Unfreezes the segment behind the cut. Returns the first step.
    fn unfreeze(&mut self) -> Position {
        let steps = self.strategy.unfrozen_epochs * self.plan.steps_an_epoch;
        self.optimizer = Optimizer::of_unfrozen(&self.strategy, steps, &self.learner.segment);
        self.learner = self.learner.clone().train();
        if self.strategy.norm == NormMode::Frozen {
            self.learner.segment = self.learner.segment.clone().with_frozen_norms();
        }
        Position::Stepping { step_of_epoch: 0 }
    }

    /// Measures the statistics of the next stage behind the cut anew, on some of the training
    /// pictures as they are, no view among them. What was adapted takes its place when all is, so
    /// that a run that is stopped before has a whole model.
    pub(super) async fn adapt(&mut self) -> Result<Advance, TrainError> {
        let mut adaptation = match self.adaptation.take() {
            Some(adaptation) => adaptation,
            None => self.begin_adaptation()?,
        };
        if adaptation.advance().await? {
            self.learner.segment = adaptation.finish();
            self.phase_began.seconds = self.seconds;
            self.position = self.unfreeze();
        } else {
            self.adaptation = Some(adaptation);
        }
        Ok(Advance::Step)
    }

    fn begin_adaptation(&self) -> Result<Adaptation, TrainError> {
        let segment = self.learner.segment.clone();
        let first = segment.first_stage();
        let pictures = adapted_on(&self.material.split);
        let portions = pictures.chunks(self.micro_batch);
        let portions = portions.map(|portion| self.material.input_of(first, portion));
        Ok(Adaptation::new(segment, portions.collect::<Result<_, _>>()?))
    }
}
