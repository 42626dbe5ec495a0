//! What moves the parameters in a phase: AdamW, the learning rate over the phase's steps, and how
//! much of it each stage gets.

use std::collections::HashMap;

use burn::module::{Module, ParamId};
use burn::optim::GradientsParams;

use super::adam::{Adam, AdamSettings};
use super::schedule::{ExponentialRise, WarmUpCosine};
use super::strategy::Strategy;
use crate::model::Segment;

/// How the rate goes over the steps of a phase.
enum Schedule {
    /// As a run has it.
    WarmUpCosine(WarmUpCosine),
    /// To find a rate.
    Rise(ExponentialRise),
}

/// Makes the steps of one phase.
pub(super) struct Optimizer {
    adam: Adam,
    schedule: Schedule,
    /// What the scheduled rate is multiplied with, by parameter; 1 where there is none.
    rate_factors: HashMap<ParamId, f64>,
    steps_done: usize,
    head_rate: f64,
}

impl Optimizer {
    /// For so many steps of the head alone.
    pub fn of_head(strategy: &Strategy, steps: usize) -> Self {
        Self::new(strategy, strategy.head_rate, steps)
    }

    /// For so many steps of everything behind the cut. Rates fall with the distance from the head.
    pub fn of_unfrozen(strategy: &Strategy, steps: usize, segment: &Segment) -> Self {
        let mut optimizer = Self::new(strategy, strategy.unfrozen_rate, steps);
        for (stage, parameters) in segment.parameters_by_stage() {
            let factor = strategy.rate_factor(stage);
            optimizer.rate_factors.extend(parameters.into_iter().map(|id| (id, factor)));
        }
        optimizer
    }

    fn new(strategy: &Strategy, peak: f64, steps: usize) -> Self {
        Self {
            adam: Adam::new(AdamSettings::new(strategy.weight_decay, strategy.clip_norm)),
            schedule: Schedule::WarmUpCosine(WarmUpCosine::new(peak, steps, strategy.warm_up)),
            rate_factors: HashMap::new(),
            steps_done: 0,
            head_rate: 0.0,
        }
    }

    /// Lets the rate rise instead, from the next step on, which has to be the first.
    pub fn rise(&mut self, rise: ExponentialRise) {
        self.schedule = Schedule::Rise(rise);
    }

    /// Makes a step with gradients scaled to the clip norm.
    pub fn step<M: Module>(&mut self, module: M, gradients: GradientsParams) -> M {
        let rate = match &self.schedule {
            Schedule::WarmUpCosine(schedule) => schedule.rate(self.steps_done),
            Schedule::Rise(rise) => rise.rate(self.steps_done),
        };
        self.head_rate = rate;
        self.steps_done += 1;
        let factors = &self.rate_factors;
        let rate_of = |id: ParamId| rate * factors.get(&id).copied().unwrap_or(1.0);
        self.adam.step(module, gradients, rate_of)
    }

    /// The head's rate at the last step; 0 before the first.
    pub fn head_rate(&self) -> f64 {
        self.head_rate
    }
}
