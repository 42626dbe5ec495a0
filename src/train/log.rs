//! The rows of a run: every number that a person sees comes from one of them.

use serde::{Deserialize, Serialize};

/// What is learning at the moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Phase {
    /// The head alone, on stored features.
    Head,
    /// Everything behind the cut, with the head.
    Unfrozen,
}

/// How many of how many were right, and how surely.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Score {
    /// Pictures named rightly.
    pub correct: usize,
    /// Pictures asked.
    pub count: usize,
    /// Mean cross-entropy, in nats.
    pub loss: f64,
}

impl Score {
    /// Share of pictures named rightly, 0 to 1; 0 for no pictures.
    pub fn accuracy(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.correct as f64 / self.count as f64 }
    }
}

/// One epoch of one run.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct EpochRow {
    /// Counted from 1 over all phases.
    pub epoch: usize,
    /// What was learning.
    pub phase: Phase,
    /// On the training pictures, as they were shown during the epoch.
    pub training: Score,
    /// On all validation pictures, after the epoch.
    pub validation: Score,
    /// Peak rate in force at the epoch's last step, of the head.
    pub head_rate: f64,
    /// Seconds of computing of this run up to here, evaluation included, other lanes excluded.
    pub seconds: f64,
}

/// Why a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Ending {
    /// All epochs were trained.
    Completed,
    /// The person stopped it; the best epoch so far is kept.
    Stopped,
    /// The loss stopped being a number; the best epoch before that is kept.
    NotFinite,
}

/// What a run came to. The kept model is that of the epoch that was best on validation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RunResult {
    /// Why it ended.
    pub ending: Ending,
    /// The epoch whose model was kept, counted from 1; 0 when it ended before the first epoch did.
    pub best_epoch: usize,
    /// Of the kept model on the validation pictures.
    pub validation: Score,
    /// Of the kept model on the test pictures, which no choice was made on.
    pub test: Score,
    /// Seconds of computing of this run, without the features that lanes share.
    pub seconds: f64,
}
