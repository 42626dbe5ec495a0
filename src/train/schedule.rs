//! The learning rate over a phase: a rise, then half a cosine down.

use std::f64::consts::PI;

use burn::lr_scheduler::{LrScheduler, LrSchedulerRecord};

/// Rises linearly to a peak, then falls along half a cosine towards zero
/// (Loshchilov and Hutter, "SGDR", arXiv 1608.03983, section 3, without restarts).
#[derive(Clone, Debug)]
pub struct WarmUpCosine {
    peak: f64,
    steps: usize,
    warm_up_steps: usize,
    step: usize,
}

impl WarmUpCosine {
    /// A schedule over `steps` steps whose first `warm_up` share (0 to below 1) rises.
    pub fn new(peak: f64, steps: usize, warm_up: f64) -> Self {
        Self { peak, steps, warm_up_steps: (steps as f64 * warm_up) as usize, step: 0 }
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

impl LrScheduler for WarmUpCosine {
    fn step(&mut self) -> f64 {
        let rate = self.rate(self.step);
        self.step += 1;
        rate
    }

    fn to_record(&self) -> LrSchedulerRecord {
        LrSchedulerRecord::new().with_scalar("step", self.step as u64)
    }

    fn load_record(&mut self, record: LrSchedulerRecord) {
        if let Some(step) = record.scalar::<u64>("step") {
            self.step = step as usize;
        }
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
    fn a_schedule_goes_on_from_its_record() {
        let mut first = WarmUpCosine::new(0.1, 50, 0.2);
        for _ in 0..17 {
            first.step();
        }
        let mut second = WarmUpCosine::new(0.1, 50, 0.2);
        second.load_record(first.to_record());
        assert_eq!(first.step(), second.step());
    }
}
