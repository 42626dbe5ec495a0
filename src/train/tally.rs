//! Loss and hits of an epoch's steps, added up on the device and read back now and then.

use burn::tensor::Tensor;

use super::log::Score;
use crate::model::floats::sum;
use crate::model::{ReadError, read};

/// Steps between two reads of the loss. A read waits for the device, so not every step has one;
/// a wait now and then keeps a graphics card's queue short and finds a loss that is no number.
pub(super) const STEPS_BETWEEN_READS: usize = 8;

/// What the steps of an epoch added up to.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Loss and hits that were not read back yet, on the device, shape `[2]`.
    unread: Option<Tensor<1>>,
    unread_steps: usize,
    loss: f64,
    correct: usize,
    steps: usize,
}

impl Tally {
    /// Adds a part of a step: its part of the mean loss, and its hits.
    ///
    /// # Shapes
    /// `[2]`
    pub fn add(&mut self, part: Tensor<1>) {
        self.unread = Some(match self.unread.take() {
            None => part,
            Some(unread) => sum(unread, part),
        });
    }

    /// Notes that all parts of a step were added.
    pub fn end_step(&mut self) {
        self.unread_steps += 1;
    }

    /// Whether it is time to read.
    pub fn is_due(&self) -> bool {
        self.unread_steps >= STEPS_BETWEEN_READS
    }

    /// Reads what was added since the last time. Returns whether its loss is a number.
    ///
    /// # Errors
    /// When the device does not answer.
    pub async fn read(&mut self) -> Result<bool, ReadError> {
        let steps = std::mem::take(&mut self.unread_steps);
        let Some(unread) = self.unread.take() else { return Ok(true) };
        let values = read(unread).await?;
        let loss = f64::from(values[0]);
        self.loss += loss;
        self.correct += values[1] as usize;
        self.steps += steps;
        Ok(loss.is_finite())
    }

    /// The score of the epoch, which had so many pictures, and begins the next one.
    pub fn take(&mut self, pictures: usize) -> Score {
        let tally = std::mem::take(self);
        Score {
            correct: tally.correct,
            count: pictures,
            loss: tally.loss / tally.steps.max(1) as f64,
        }
    }
}
