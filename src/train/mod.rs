//! How the network learns: strategy, schedule, features at the cut, trainer and run log.

#[cfg(feature = "engine")]
mod adam;
#[cfg(feature = "engine")]
mod features;
#[cfg(feature = "engine")]
mod gradients;
#[cfg(feature = "engine")]
mod learner;
mod log;
#[cfg(feature = "engine")]
mod schedule;
mod strategy;
#[cfg(feature = "engine")]
mod trainer;

#[cfg(feature = "bench")]
pub use adam::agreement::steps as step_agreements;
#[cfg(feature = "engine")]
pub use adam::{Adam, AdamSettings};
#[cfg(feature = "engine")]
pub use features::{Extraction, FeatureNumbers, Features, Numbers, input_tensor};
#[cfg(feature = "engine")]
pub use gradients::gradients_by_stage;
#[cfg(feature = "engine")]
pub use learner::Model;
pub use log::{Ending, EpochRow, Phase, RunResult, Score};
#[cfg(feature = "engine")]
pub use schedule::WarmUpCosine;
pub use strategy::{Strategy, StrategyError};
#[cfg(feature = "engine")]
pub use trainer::{Advance, Material, TrainError, Trainer};
