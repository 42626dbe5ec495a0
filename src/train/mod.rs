//! How the network learns: strategy, schedule, features at the cut, trainer and run log.

mod log;
mod strategy;

pub use log::{Ending, EpochRow, Phase, RunResult, Score};
pub use strategy::{Strategy, StrategyError};
