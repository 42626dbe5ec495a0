//! Tries out what training takes on a device: how long it looks at a portion of pictures, and how
//! long a few steps of a phase last.
//!
//! A probe goes round by round, so that others can do something in between. Its first round warms
//! up: a device allocates and compiles for shapes. Of the others the least counts, since whatever
//! else goes on at the time only ever costs.

use std::collections::BTreeSet;
use std::rc::Rc;

use burn::tensor::Device;

use super::features::Features;
use super::log::Phase;
use super::material::{Material, TrainError};
use super::plan::Cost;
use super::strategy::{NormMode, Strategy};
use super::tally::STEPS_BETWEEN_READS;
use super::trainer::Trainer;
use crate::data::{Picture, Split};
use crate::model::{Cut, ReadError, Segment};

/// Rounds that count, at least.
const FEWEST_ROUNDS: usize = 2;
/// Rounds that count, at most.
const MOST_ROUNDS: usize = 64;
/// Seconds after which a probe with enough rounds ends. A browser compiles wasm quickly first and
/// well a moment later, so a probe that ended at once would not see what a run gets.
const ENOUGH_SECONDS: f64 = 0.3;
/// A step that takes less seconds than this is measured together with others: a browser's clock is
/// coarse, and a graphics card is waited for only now and then.
const SHORT_STEP: f64 = 0.02;

/// The times of equal rounds.
#[derive(Clone, Debug, Default)]
struct Rounds {
    /// Seconds of each, the first of which warmed up.
    seconds: Vec<f64>,
}

impl Rounds {
    fn note(&mut self, seconds: f64) {
        self.seconds.push(seconds);
    }

    /// The least of the rounds that count, once there are enough.
    fn least(&self) -> Option<f64> {
        let counted = self.seconds.get(1..)?;
        let spent: f64 = self.seconds.iter().sum();
        let are_enough = counted.len() >= MOST_ROUNDS
            || (counted.len() >= FEWEST_ROUNDS && spent >= ENOUGH_SECONDS);
        counted.iter().copied().min_by(f64::total_cmp).filter(|_| are_enough)
    }
}

/// What is measured.
#[derive(Clone, Debug)]
pub struct Measurable {
    /// The pretrained backbone on the device.
    pub backbone: Segment,
    /// The device.
    pub device: Device,
    /// Gives seconds from any fixed point.
    pub clock: fn() -> f64,
}

/// Measures how long the whole backbone looks at a portion of pictures.
pub struct LookProbe {
    measurable: Measurable,
    pictures: Vec<Picture>,
    wanted: BTreeSet<usize>,
    rounds: Rounds,
    features: Option<Features>,
}

impl LookProbe {
    /// Prepares to look at `pictures` and keep what the `wanted` stages are fed with.
    pub fn new(measurable: Measurable, pictures: Vec<Picture>, wanted: BTreeSet<usize>) -> Self {
        Self { measurable, pictures, wanted, rounds: Rounds::default(), features: None }
    }

    /// Looks once. Returns the seconds that one look takes, once they are known.
    ///
    /// # Errors
    /// When the device does not answer.
    pub async fn advance(&mut self) -> Result<Option<f64>, ReadError> {
        let seconds = self.look().await?;
        self.rounds.note(seconds);
        Ok(self.rounds.least())
    }

    /// Looks once more and tells how long that took.
    ///
    /// # Errors
    /// When the device does not answer.
    pub async fn look(&mut self) -> Result<f64, ReadError> {
        let Measurable { backbone, device, clock } = &self.measurable;
        let began = clock();
        self.features = Some(Features::of(backbone, &self.pictures, &self.wanted, device).await?);
        Ok(clock() - began)
    }

    /// The pictures that are looked at.
    pub fn pictures(&self) -> &[Picture] {
        &self.pictures
    }

    /// What was seen, if anything was.
    pub fn finish(self) -> Option<Features> {
        self.features
    }
}

/// Measures a phase of a strategy on a portion of features.
pub struct PhaseProbe {
    trainer: Trainer,
    clock: fn() -> f64,
    /// Steps of a round, more than one where a step is short.
    steps: usize,
    rounds: Rounds,
    /// The step's seconds, once they are known.
    step: Option<f64>,
    passes: Rounds,
}

impl PhaseProbe {
    /// Prepares to make steps of a phase of `strategy` on a sample, whose pictures come again and
    /// again where a batch has more.
    pub fn new(
        measurable: &Measurable,
        strategy: &Strategy,
        phase: Phase,
        sizes: BatchSizes,
        sample: Sample,
    ) -> Self {
        let Measurable { backbone, device, clock } = measurable;
        let Sample { features, labels, classes } = sample;
        let seen = features.pictures().max(1);
        // Two batches, so that no step is the last of its epoch and reads for that reason.
        let training = (0..2 * sizes.batch).map(|index| index % seen).collect();
        let alone = match phase {
            Phase::Head => Strategy { head_epochs: 1, ..Strategy::for_cut(Cut::HeadOnly) },
            // What a step takes does not depend on where statistics come from.
            Phase::Unfrozen if strategy.adapts() => {
                Strategy { head_epochs: 0, norm: NormMode::Affine, ..strategy.clone() }
            }
            Phase::Unfrozen => Strategy { head_epochs: 0, ..strategy.clone() },
        };
        let split = Split { training, ..Split::default() };
        let material = Material { features, labels, classes, split, seed: 0 };
        let strategy = Strategy { batch: sizes.batch, ..alone };
        let trainer = Trainer::new(strategy, Rc::new(material), backbone, device, *clock)
            .with_micro_batch(sizes.micro_batch);
        let (rounds, passes) = (Rounds::default(), Rounds::default());
        Self { trainer, clock: *clock, steps: 1, rounds, step: None, passes }
    }

    /// Makes a round of steps or a pass. Returns what they take, once that is known.
    ///
    /// # Errors
    /// When the device does not answer.
    pub async fn advance(&mut self) -> Result<Option<Cost>, TrainError> {
        let began = (self.clock)();
        let Some(step) = self.step else {
            self.trainer.measured_steps(self.steps).await?;
            self.rounds.note((self.clock)() - began);
            self.step = self.rounds.least().map(|seconds| seconds / self.steps as f64);
            if self.steps == 1 && self.is_short() {
                self.steps = STEPS_BETWEEN_READS;
                self.rounds = Rounds::default();
            }
            return Ok(None);
        };
        self.trainer.measured_pass().await?;
        self.passes.note((self.clock)() - began);
        Ok(self.passes.least().map(|pass| Cost { step, pass }))
    }

    /// Whether the first round that counts took less than the clock can well tell.
    fn is_short(&self) -> bool {
        self.step.is_none() && self.rounds.seconds.get(1).is_some_and(|step| *step < SHORT_STEP)
    }
}

/// A few pictures' features to try steps on.
pub struct Sample {
    /// At the cut, and pooled.
    pub features: Features,
    /// One class index a picture.
    pub labels: Vec<usize>,
    /// Number of classes.
    pub classes: usize,
}

/// Pictures at once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct BatchSizes {
    /// In a step.
    pub batch: usize,
    /// Through the network.
    pub micro_batch: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn least(seconds: &[f64]) -> Option<f64> {
        Rounds { seconds: seconds.to_vec() }.least()
    }

    #[test]
    fn the_round_that_warms_up_never_counts() {
        assert_eq!(least(&[]), None);
        assert_eq!(least(&[0.01]), None);
        assert_eq!(least(&[0.01, 0.1, 0.2]), Some(0.1));
    }

    #[test]
    fn the_least_of_two_rounds_counts_once_enough_time_was_spent() {
        assert_eq!(least(&[0.3, 0.07]), None, "one round could be a bad one");
        assert_eq!(least(&[0.3, 0.07, 0.06]), Some(0.06));
        assert_eq!(least(&[0.01, 0.02, 0.03]), None, "a browser compiles well a moment later");
        assert_eq!(least(&[0.01, 0.02, 0.03, 0.05, 0.2]), Some(0.02));
    }

    #[test]
    fn a_clock_that_stands_still_does_not_keep_a_probe_going() {
        assert_eq!(least(&[0.0; MOST_ROUNDS]), None);
        assert_eq!(least(&[0.0; MOST_ROUNDS + 1]), Some(0.0));
    }
}
