//! The learning rate over a phase: a rise, then half a cosine down; or a rise alone, to find a rate.

use std::f64::consts::PI;

/// Rises linearly to a peak, then falls along half a cosine towards zero
/// (Loshchilov and Hutter, "SGDR", arXiv 1608.03983, section 3, without restarts).
#[derive(Clone, Debug)]
pub struct WarmUpCosine {
    peak: f64,
    steps: usize,
    warm_up_steps: usize,
}

impl WarmUpCosine {
    /// A schedule over `steps` steps whose first `warm_up` share (0 to below 1) rises.
    pub fn new(peak: f64, steps: usize, warm_up: f64) -> Self {
        Self { peak, steps, warm_up_steps: (steps as f64 * warm_up) as usize }
    }

    /// The rate at a step, counted from 0. Positive at every step of the phase.
    pub fn rate(&self, step: usize) -> f64 {
        if step < self.warm_up_steps {
            return self.peak * (step + 1) as f64 / (self.warm_up_steps + 1) as f64;
        }
        let falling = (self.steps - self.warm_up_steps).max(1) as f64;
        let done = ((step - self.warm_up_steps) as f64 / falling).min(1.0);
        self.peak * 0.5 * (1.0 + (PI * done).cos())
    }
}

/// Rises by the same factor from step to step.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ExponentialRise {
    /// The rate at the first step.
    pub from: f64,
    /// The rate at the last step.
    pub to: f64,
    /// Steps, at least 2.
    pub steps: usize,
}

impl ExponentialRise {
    /// The rate at a step, counted from 0.
    pub fn rate(&self, step: usize) -> f64 {
        let share = step as f64 / (self.steps - 1).max(1) as f64;
        self.from * (self.to / self.from).powf(share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_rises_to_its_peak_and_falls_towards_zero() {
        let schedule = WarmUpCosine::new(0.1, 100, 0.1);
        let rates: Vec<f64> = (0..100).map(|step| schedule.rate(step)).collect();
        assert!(rates[..11].is_sorted_by(|a, b| a < b), "it rises");
        assert_eq!(rates[10], 0.1, "the peak");
        assert!((rates[55] - 0.05).abs() < 1e-12, "half way down is half the peak");
        assert!(rates[10..].is_sorted_by(|a, b| a > b), "it falls");
        assert!(rates[99] > 0.0 && rates[99] < 1e-3 * 0.1 * 2.0, "the end is near zero");
    }

    #[test]
    fn an_exponential_rise_goes_from_end_to_end_by_equal_factors() {
        let rise = ExponentialRise { from: 1e-4, to: 1.0, steps: 5 };
        for (step, expected) in [1e-4, 1e-3, 1e-2, 1e-1, 1.0].into_iter().enumerate() {
            assert!((rise.rate(step) / expected - 1.0).abs() < 1e-12, "{step}");
        }
    }
}
