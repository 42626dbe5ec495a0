//! How the network learns: strategy, schedule, features at the cut, trainer and run log.

#[cfg(feature = "engine")]
mod adam;
#[cfg(feature = "engine")]
mod adapting;
mod class_weights;
#[cfg(feature = "engine")]
mod cross_entropy;
#[cfg(feature = "engine")]
mod features;
mod found_rate;
#[cfg(feature = "engine")]
mod gradients;
#[cfg(feature = "engine")]
mod learner;
#[cfg(feature = "engine")]
mod limits;
mod log;
#[cfg(feature = "engine")]
mod material;
#[cfg(feature = "engine")]
mod memory;
#[cfg(feature = "engine")]
mod optimizer;
#[cfg(feature = "engine")]
mod plan;
#[cfg(feature = "engine")]
mod probe;
#[cfg(feature = "engine")]
mod rate_finder;
#[cfg(feature = "engine")]
mod schedule;
#[cfg(feature = "engine")]
mod scoring;
#[cfg(feature = "engine")]
mod showing;
#[cfg(feature = "engine")]
mod softmax;
mod strategy;
#[cfg(feature = "engine")]
mod tally;
#[cfg(feature = "engine")]
mod trainer;
mod tuning;

#[cfg(feature = "bench")]
pub use adam::agreement::steps as step_agreements;
#[cfg(feature = "engine")]
pub use adam::{Adam, AdamSettings};
pub use class_weights::ClassWeights;
#[cfg(feature = "bench")]
pub use cross_entropy::agreement::losses as loss_agreements;
#[cfg(feature = "bench")]
pub use cross_entropy::{Targets, cross_entropy};
#[cfg(feature = "engine")]
pub use features::{Extraction, FeatureNumbers, Features, Numbers, PORTION, input_tensor};
pub use found_rate::{FoundRate, RatePoint};
#[cfg(feature = "engine")]
pub use gradients::gradients_by_stage;
#[cfg(feature = "engine")]
pub use learner::Model;
#[cfg(feature = "engine")]
pub use limits::Limits;
#[cfg(feature = "engine")]
pub use log::best_classes;
pub use log::{Ending, EpochRow, GradientRow, Phase, RunResult, Score};
#[cfg(feature = "engine")]
pub use material::{Material, TrainError};
#[cfg(feature = "engine")]
pub use memory::{Memory, MemoryNeeds, most_views};
#[cfg(feature = "engine")]
pub use plan::{Cost, Plan, RunSeconds};
#[cfg(feature = "engine")]
pub use probe::{BatchSizes, LookProbe, Measurable, PhaseProbe, Sample};
#[cfg(feature = "engine")]
pub use rate_finder::RateFinder;
#[cfg(feature = "engine")]
pub use schedule::{ExponentialRise, WarmUpCosine};
#[cfg(feature = "engine")]
pub use softmax::softmax;
pub use strategy::{NormMode, Start, Strategy, StrategyError, shared_augmentation};
#[cfg(feature = "engine")]
pub use trainer::{Advance, Trainer};
pub use tuning::Tuning;
