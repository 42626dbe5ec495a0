//! What is predicted of an experiment before it runs.

use serde::{Deserialize, Serialize};

/// What an experiment will take.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Estimate {
    /// Seconds until the frozen stages have looked at every picture, which all lanes share.
    pub feature_seconds: f64,
    /// Engines that look at the pictures and train the lanes.
    pub engines: usize,
    /// One row a lane, in the order of the command.
    pub lanes: Vec<LaneEstimate>,
    /// Seconds from beginning to end, with the lanes as they are shared out.
    pub seconds: f64,
    /// The most bytes that all engines together need at once, on top of what they hold already.
    pub memory: u64,
}

/// What a lane will take.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct LaneEstimate {
    /// Seconds of computing while the head learns alone, validation included.
    pub head_seconds: f64,
    /// Seconds of computing while everything behind the cut learns, validation included.
    pub unfrozen_seconds: f64,
    /// Seconds of computing of the test at the end.
    pub test_seconds: f64,
    /// The most bytes that an engine needs for this lane alone, on top of what it holds already.
    pub memory: u64,
}

impl LaneEstimate {
    /// Seconds of computing of the whole run, without the features that lanes share: what
    /// [`RunResult`](super::RunResult) tells afterwards.
    pub fn seconds(&self) -> f64 {
        self.head_seconds + self.unfrozen_seconds + self.test_seconds
    }
}
