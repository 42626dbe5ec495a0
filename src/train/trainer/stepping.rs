//! A trainer's step: its pictures, their gradients, and what the steps add up to.

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use super::{Advance, Position, Trainer};
use crate::model::{BatchInParts, STAGES, pool};
use crate::train::cross_entropy::{Targets, cross_entropy};
use crate::train::gradients::{gradient_norms, gradients_by_parts};
use crate::train::learner::Learner;
use crate::train::log::{Ending, GradientRow, Phase};
use crate::train::material::TrainError;

impl Trainer {
    /// Makes the next step of an epoch.
    pub(super) async fn step(&mut self, step_of_epoch: usize) -> Result<Advance, TrainError> {
        if step_of_epoch == 0 {
            self.showing.begin_epoch();
        }
        let batch = self.showing.batch(step_of_epoch, self.plan.step_pictures);
        // What only fills the last batch up was counted at the beginning of the epoch.
        let counted = (self.showing.len() - step_of_epoch * batch.len()).min(batch.len());
        let step_of_epoch = step_of_epoch + 1;
        let is_last = step_of_epoch == self.plan.steps_an_epoch;
        match self.phase {
            Phase::Head => {
                let head = self.learner.head.clone();
                let gradients = self.gradients(&head, &batch, counted)?;
                self.note_gradients(is_last, &gradients).await?;
                self.learner.head = self.optimizer.step(head, gradients);
            }
            Phase::Unfrozen => {
                let learner = self.learner.clone();
                let gradients = self.gradients(&learner, &batch, counted)?;
                self.note_gradients(is_last, &gradients).await?;
                self.learner = self.optimizer.step(learner, gradients);
            }
        }
        self.steps_done += 1;

        self.position =
            if is_last { Position::Validating } else { Position::Stepping { step_of_epoch } };
        if is_last || self.tally.is_due() {
            self.read_tally().await?;
        }
        Ok(Advance::Step)
    }

    /// What the head is fed with, with autodiff: a part of a batch, through the network where more than
    /// the head learns.
    ///
    /// # Shapes
    /// `[part, features]`
    fn training_features(
        &self,
        network: Option<&BatchInParts>,
        part: &[usize],
        is_last: bool,
    ) -> Result<Tensor<2>, TrainError> {
        let Some(network) = network else {
            return Ok(self.material.features.pooled(part).autodiff());
        };
        let input = self.material.input_of(self.learner.segment.first_stage(), part)?;
        Ok(pool(network.forward(input.autodiff(), is_last)))
    }

    /// The gradients of what learns, of the mean loss over a batch, whose first `counted` pictures
    /// count as hits.
    fn gradients<M: Module>(
        &mut self,
        module: &M,
        batch: &[usize],
        counted: usize,
    ) -> Result<GradientsParams, TrainError> {
        let mut tally = std::mem::take(&mut self.tally);
        let mut uncounted = counted;
        let network = match self.phase {
            Phase::Head => None,
            Phase::Unfrozen => Some(self.learner.segment.in_parts()),
        };
        let at_once = self.at_once(self.phase);
        let gradients = gradients_by_parts(module, batch, at_once, |part, is_last| {
            let counted = uncounted.min(part.len());
            uncounted -= counted;
            let labels = self.material.labels_of(part);
            let features = self.training_features(network.as_ref(), part, is_last)?;
            let logits = self.learner.head.forward(features);
            let targets = Targets {
                weights: labels.iter().map(|&label| self.class_weights[label]).collect(),
                smoothing: self.strategy.label_smoothing as f32,
                labels,
                counted,
                whole: batch.len(),
            };
            let result = cross_entropy(logits, targets);
            tally.add(result.clone().inner());
            Ok(result)
        });
        tally.end_step();
        self.tally = tally;
        gradients
    }

    /// Notes the gradients' lengths at the last step of an epoch, where they are wanted.
    async fn note_gradients(
        &mut self,
        is_last: bool,
        gradients: &GradientsParams,
    ) -> Result<(), TrainError> {
        let Some(rows) = self.gradient_rows.as_mut().filter(|_| is_last) else { return Ok(()) };
        let Learner { segment, head } = &self.learner;
        let learns = match self.phase {
            Phase::Head => segment.cut_at(STAGES).1,
            Phase::Unfrozen => segment.clone(),
        };
        let norms = gradient_norms(&learns, head, gradients).await?;
        let first_stage = learns.first_stage();
        rows.push(GradientRow { epoch: self.epoch + 1, first_stage, norms });
        Ok(())
    }

    /// Reads what the steps so far added up to. A loss that is no number ends the run.
    pub(super) async fn read_tally(&mut self) -> Result<(), TrainError> {
        if !self.tally.read().await? {
            self.position = Position::Testing(Ending::NotFinite);
        }
        Ok(())
    }
}
