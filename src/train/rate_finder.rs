//! Finds a learning rate: makes steps with a rate that rises exponentially and watches the loss
//! (Smith, "Cyclical Learning Rates for Training Neural Networks", arXiv 1506.01186, section 3.3).
//!
//! Too low a rate leaves the loss as it is, a good one lets it fall, too high a one blows it up. What
//! is suggested is the rate at which the loss falls most steeply over the logarithm of the rate: the
//! least loss itself stands where it is about to rise again.

use std::rc::Rc;

use burn::tensor::Device;

use super::found_rate::{FoundRate, RatePoint};
use super::log::Phase;
use super::material::{Material, TrainError};
use super::schedule::ExponentialRise;
use super::strategy::Strategy;
use super::trainer::{Advance, Trainer};
use crate::model::Segment;

/// From a rate at which nothing moves to one that no network stands: twelve steps a decade.
const RISE: ExponentialRise = ExponentialRise { from: 1e-5, to: 1.0, steps: 61 };
/// How much of the mean loss stays from step to step. Batches differ by chance.
const DECAY: f64 = 0.8;
/// The search ends where the smoothed loss is so many times its least.
const BLOWN_UP: f64 = 4.0;
/// Points on either side that a slope is taken over: with the middle one, half a decade.
const HALF_WINDOW: usize = 3;

/// Searches a rate for the last phase of a strategy, a step at a time. The head's phase before an
/// unfrozen one is trained as a run does, so that layers are thawed under a head that has learned.
pub struct RateFinder {
    trainer: Trainer,
    phase: Phase,
    search: Search,
    is_rising: bool,
}

impl RateFinder {
    /// Prepares a search, as [`Trainer::new`] prepares a run, with so many pictures through the
    /// network at once. Validation and test pictures are not needed.
    pub fn new(
        strategy: &Strategy,
        material: Rc<Material>,
        backbone: &Segment,
        device: &Device,
        micro_batch: usize,
    ) -> Self {
        // Without validation there is nothing to wait for; nor does anybody ask for the time.
        let strategy = Strategy { patience: None, ..strategy.clone() };
        let phase = if strategy.unfrozen_epochs > 0 { Phase::Unfrozen } else { Phase::Head };
        let trainer = Trainer::new(strategy, material, backbone, device, || 0.0);
        let trainer = trainer.with_micro_batch(micro_batch);
        Self { trainer, phase, search: Search::default(), is_rising: false }
    }

    /// Makes the next step. Returns what was found, once it is.
    ///
    /// # Errors
    /// When the device does not answer.
    pub async fn advance(&mut self) -> Result<Option<FoundRate>, TrainError> {
        if self.trainer.phase() != self.phase || self.trainer.is_adapting() {
            return Ok(match self.trainer.advance().await? {
                Advance::Step | Advance::Epoch(_) => None,
                // The head's phase broke off, so there is nothing to thaw layers under.
                Advance::Ended(_) => Some(self.found()),
            });
        }
        if !self.is_rising {
            self.is_rising = true;
            self.trainer.rise(RISE);
        }
        let loss = self.trainer.measured_loss().await?;
        Ok((!self.search.goes_on_after(loss)).then(|| self.found()))
    }

    fn found(&mut self) -> FoundRate {
        let curve = std::mem::take(&mut self.search.curve);
        FoundRate { phase: self.phase, suggestion: suggestion(&curve), curve }
    }
}

/// The rates tried so far.
#[derive(Debug, Default)]
struct Search {
    curve: Vec<RatePoint>,
    /// The mean loss, as if it had been zero before the first step.
    mean: f64,
}

impl Search {
    /// Notes the loss at the next rate. Returns whether another one is to be tried.
    fn goes_on_after(&mut self, loss: f64) -> bool {
        let step = self.curve.len();
        self.mean = DECAY * self.mean + (1.0 - DECAY) * loss;
        let smoothed = self.mean / (1.0 - DECAY.powi(step as i32 + 1));
        if !smoothed.is_finite() {
            return false;
        }
        self.curve.push(RatePoint { rate: RISE.rate(step), loss: smoothed });
        let least = self.curve.iter().map(|point| point.loss).fold(f64::INFINITY, f64::min);
        smoothed <= BLOWN_UP * least && self.curve.len() < RISE.steps
    }
}

/// The rate at which the loss falls most steeply over the logarithm of the rate, before its least;
/// none where it never falls.
fn suggestion(curve: &[RatePoint]) -> Option<f64> {
    let least = (0..curve.len()).min_by(|&a, &b| curve[a].loss.total_cmp(&curve[b].loss))?;
    let windows = curve[..=least].windows(2 * HALF_WINDOW + 1);
    let slopes = windows.map(|window| (window[HALF_WINDOW].rate, slope(window)));
    let (rate, steepest) = slopes.min_by(|(_, a), (_, b)| a.total_cmp(b))?;
    (steepest < 0.0).then_some(rate)
}

/// The slope of the straight line through equally spaced points by least squares.
fn slope(window: &[RatePoint]) -> f64 {
    let middle = (window.len() as f64 - 1.0) / 2.0;
    let places = || (0..window.len()).map(|place| place as f64 - middle);
    let covered: f64 = places().zip(window).map(|(place, point)| place * point.loss).sum();
    covered / places().map(|place| place * place).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A search over a loss that is known at every rate, or depends on what was done before.
    fn searched(mut loss: impl FnMut(f64) -> f64) -> Vec<RatePoint> {
        let mut search = Search::default();
        let mut step = 0;
        while search.goes_on_after(loss(RISE.rate(step))) {
            step += 1;
        }
        search.curve
    }

    #[test]
    fn a_loss_that_never_changes_suggests_no_rate() {
        let curve = searched(|_| 1.5);
        assert_eq!(curve.len(), RISE.steps);
        assert!(curve.iter().all(|point| (point.loss - 1.5).abs() < 1e-12));
        assert_eq!(suggestion(&curve[..1]), None);
        assert_eq!(suggestion(&[]), None);
        assert_eq!(suggestion(&searched(|rate| 1.0 + rate)), None, "it only rises");
    }

    #[test]
    fn the_suggestion_is_where_the_loss_falls_most_steeply() {
        // A logistic fall over ln rate is steepest in its middle, here at 1e-3.
        let point = |step| {
            let rate = RISE.rate(step);
            RatePoint { rate, loss: 2.0 - 1.5 / (1.0 + (1e-3 / rate).powi(2)) }
        };
        let curve: Vec<RatePoint> = (0..RISE.steps).map(point).collect();
        let found = suggestion(&curve).expect("the loss falls");
        // Neighbouring rates are a factor of 1.21 apart.
        assert!((found / 1e-3).ln().abs() < 0.1, "{found}");
    }

    #[test]
    fn on_a_quadratic_the_suggestion_lies_below_where_steps_overshoot() {
        // w ← w − rate · a · w grows once rate > 2 / a, here 0.1.
        let (a, mut w) = (20.0, 1.0f64);
        let curve = searched(|rate| {
            let loss = 0.1 + a * w * w / 2.0;
            w -= rate * a * w;
            loss
        });
        let last = curve[curve.len() - 1].rate;
        assert!((0.1..1.0).contains(&last), "it ends soon after it blows up: {last}");
        let found = suggestion(&curve).expect("the loss falls");
        assert!((1e-4..0.1).contains(&found), "{found}");
    }

    #[test]
    fn a_loss_that_is_no_number_ends_the_search_with_what_was_seen() {
        let curve = searched(|rate| if rate > 1e-2 { f64::NAN } else { 1.0 / (1.0 + rate * 1e3) });
        assert!(curve.iter().all(|point| point.loss.is_finite()));
        assert!(curve[curve.len() - 1].rate <= 1.01e-2);
        assert!(suggestion(&curve).is_some_and(|rate| rate < 1e-2));
    }
}
