//! What a search for a learning rate has found.

use serde::{Deserialize, Serialize};

use super::log::Phase;

/// A rate that was tried, and the loss there.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct RatePoint {
    /// The learning rate.
    pub rate: f64,
    /// Plain cross-entropy in nats, smoothed over the steps before.
    pub loss: f64,
}

/// What was found.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct FoundRate {
    /// The phase whose rate it is.
    pub phase: Phase,
    /// The rates that were tried, rising, up to where the loss blew up.
    pub curve: Vec<RatePoint>,
    /// A peak rate to train with; none where the loss never fell.
    pub suggestion: Option<f64>,
}
