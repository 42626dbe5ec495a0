//! How often a run does what at most (a patience may end a phase before), and what follows from it:
//! the arithmetic that it costs, and the seconds, once it is known what one time takes.

use super::adapting::adapted_on;
use super::strategy::Strategy;
use crate::data::Split;
use crate::model::{Architecture, STAGES, Work};

/// How often a run does what. Every pass has a whole batch, whose last places are filled up.
#[derive(Clone, PartialEq, Debug)]
pub struct Plan {
    strategy: Strategy,
    /// Training steps an epoch.
    pub steps_an_epoch: usize,
    /// Pictures of a step, and of a pass.
    pub step_pictures: usize,
    /// Pictures that statistics are measured anew on before layers learn. Each goes through every
    /// layer behind the cut twice: to be measured, and to be handed on.
    pub adapted_on: usize,
    /// Passes forward at the end of an epoch, for its validation.
    pub validation_passes: usize,
    /// Passes forward at the end of a run, for its test.
    pub test_passes: usize,
}

/// What one time takes, in seconds.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Cost {
    /// A training step.
    pub step: f64,
    /// A pass forward on a batch, read back.
    pub pass: f64,
}

/// Seconds of the parts of a run, without the features that runs share.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct RunSeconds {
    /// The head alone, validation included.
    pub head: f64,
    /// Everything behind the cut, validation and the measuring of its statistics included.
    pub unfrozen: f64,
    /// The test at the end.
    pub test: f64,
}

impl RunSeconds {
    /// Of the whole run.
    pub fn total(&self) -> f64 {
        self.head + self.unfrozen + self.test
    }
}

impl Plan {
    /// Of a run of `strategy` on these pictures.
    pub fn new(strategy: &Strategy, split: &Split) -> Self {
        let step_pictures = strategy.batch.min(split.training.len()).max(1);
        let batches = |pictures: usize| pictures.div_ceil(step_pictures);
        Self {
            strategy: strategy.clone(),
            steps_an_epoch: batches(split.training.len()).max(1),
            step_pictures,
            adapted_on: if strategy.adapts() { adapted_on(split).len() } else { 0 },
            validation_passes: batches(split.validation.len()),
            test_passes: batches(split.test.len()),
        }
    }

    /// The same with other numbers of epochs, as where a patience ended phases before.
    pub fn with_epochs(&self, head_epochs: usize, unfrozen_epochs: usize) -> Self {
        let strategy = Strategy { head_epochs, unfrozen_epochs, ..self.strategy.clone() };
        Self { strategy, ..self.clone() }
    }

    /// Training steps over all phases.
    pub fn steps(&self) -> usize {
        self.strategy.epochs() * self.steps_an_epoch
    }

    /// Seconds of the run, from what a time of each phase takes.
    pub fn seconds(&self, head: Cost, unfrozen: Cost) -> RunSeconds {
        let epoch = |cost: Cost| {
            self.steps_an_epoch as f64 * cost.step + self.validation_passes as f64 * cost.pass
        };
        let last = if self.strategy.unfrozen_epochs > 0 { unfrozen } else { head };
        let adapting = 2 * self.adapted_on.div_ceil(self.step_pictures);
        RunSeconds {
            head: self.strategy.head_epochs as f64 * epoch(head),
            unfrozen: self.strategy.unfrozen_epochs as f64 * epoch(unfrozen)
                + adapting as f64 * unfrozen.pass,
            test: self.test_passes as f64 * last.pass,
        }
    }

    /// Floating point operations of the run, counted from the network's layout.
    pub fn operations(&self, architecture: &Architecture, classes: usize) -> u64 {
        let batch = self.step_pictures;
        let cut = self.strategy.cut.first_trained_stage();
        let step = |first| architecture.training(batch, classes, first);
        let pass = |first| -> Work {
            let layers = architecture.layers_from(first).chain([architecture.head_layer(classes)]);
            layers.map(|layer| layer.forward(batch)).sum()
        };
        let epoch = |first| {
            self.steps_an_epoch as u64 * step(first).floating_point_operations
                + self.validation_passes as u64 * pass(first).floating_point_operations
        };
        let last = if self.strategy.unfrozen_epochs > 0 { cut } else { STAGES };
        let adapting: Work =
            architecture.layers_from(cut).map(|layer| layer.forward(self.adapted_on)).sum();
        self.strategy.head_epochs as u64 * epoch(STAGES)
            + self.strategy.unfrozen_epochs as u64 * epoch(cut)
            + 2 * adapting.floating_point_operations
            + self.test_passes as u64 * pass(last).floating_point_operations
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Cut;
    use crate::train::NormMode;

    /// 40 training, 17 validation and 3 test pictures.
    fn split() -> Split {
        Split {
            training: (0..40).collect(),
            validation: (40..57).collect(),
            test: (57..60).collect(),
        }
    }

    fn strategy(cut: Cut, head_epochs: usize, unfrozen_epochs: usize) -> Strategy {
        Strategy { head_epochs, unfrozen_epochs, ..Strategy::for_cut(cut) }
    }

    #[test]
    fn batches_that_are_not_full_count_as_whole_ones() {
        let plan = Plan::new(&strategy(Cut::LastBlocks(2), 3, 2), &split());
        assert_eq!((plan.steps_an_epoch, plan.step_pictures), (3, 16));
        assert_eq!((plan.validation_passes, plan.test_passes), (2, 1));
        assert_eq!(plan.steps(), 15);
    }

    #[test]
    fn a_set_smaller_than_a_batch_is_one_step_of_all_its_pictures() {
        let split = Split { training: (0..5).collect(), ..Split::default() };
        let plan = Plan::new(&strategy(Cut::HeadOnly, 2, 0), &split);
        assert_eq!((plan.steps_an_epoch, plan.step_pictures), (1, 5));
        assert_eq!((plan.validation_passes, plan.test_passes), (0, 0));
    }

    #[test]
    fn seconds_are_those_worked_out_by_hand() {
        let (head, unfrozen) = (Cost { step: 0.001, pass: 0.002 }, Cost { step: 0.05, pass: 0.01 });
        let plan = Plan::new(&strategy(Cut::LastBlocks(2), 3, 2), &split());
        let seconds = plan.seconds(head, unfrozen);
        // 3 epochs of 3 steps and 2 passes, 2 epochs of the same, a pass for the test.
        assert!((seconds.head - 3.0 * (0.003 + 0.004)).abs() < 1e-12);
        assert!((seconds.unfrozen - 2.0 * (0.15 + 0.02)).abs() < 1e-12);
        assert!((seconds.test - 0.01).abs() < 1e-12);
        assert!((seconds.total() - 0.371).abs() < 1e-12);
    }

    #[test]
    fn a_head_that_learns_alone_is_tested_by_itself() {
        let plan = Plan::new(&strategy(Cut::HeadOnly, 1, 0), &split());
        let head = Cost { step: 0.001, pass: 0.002 };
        let seconds = plan.seconds(head, Cost { step: 9.0, pass: 9.0 });
        assert_eq!((seconds.unfrozen, seconds.test), (0.0, 0.002));
    }

    #[test]
    fn operations_are_those_of_every_step_and_pass() {
        let network = Architecture::bundled();
        let head = network.head_layer(5).forward(16).floating_point_operations;
        // A step of the head is two passes of it: forward, and the gradient of its weight.
        let plan = Plan::new(&strategy(Cut::HeadOnly, 2, 0), &split());
        assert_eq!(plan.operations(&network, 5), 2 * (3 * 2 * head + 2 * head) + head);
        let all = network.inference(16, 5).floating_point_operations;
        let step = network.training(16, 5, 0).floating_point_operations;
        let plan = Plan::new(&strategy(Cut::Everything, 0, 1), &split());
        assert_eq!(plan.operations(&network, 5), 3 * step + 2 * all + all);
    }

    #[test]
    fn statistics_measured_anew_are_two_passes_behind_the_cut_over_at_most_64_pictures() {
        let network = Architecture::bundled();
        let affine = strategy(Cut::LastBlocks(2), 3, 2);
        let adapt = Strategy { norm: NormMode::Adapt, ..affine.clone() };
        let cost = Cost { step: 0.05, pass: 0.01 };
        let first = Cut::LastBlocks(2).first_trained_stage();
        let multiply_adds: u64 = network.layers_from(first).map(|layer| layer.multiply_adds).sum();
        // Batches of 16: three for 40 pictures, four for 64.
        for (training, pictures, batches) in [(40, 40, 3), (100, 64, 4)] {
            let split = Split { training: (0..training).collect(), ..Split::default() };
            let of = |strategy| Plan::new(strategy, &split);
            let more = of(&adapt).operations(&network, 5) - of(&affine).operations(&network, 5);
            assert_eq!(more, 2 * 2 * pictures * multiply_adds);
            let seconds = |strategy| of(strategy).seconds(cost, cost).unfrozen;
            let more = seconds(&adapt) - seconds(&affine);
            assert!((more - f64::from(2 * batches) * 0.01).abs() < 1e-12, "{more}");
        }
        let head = Strategy { norm: NormMode::Adapt, ..strategy(Cut::HeadOnly, 3, 0) };
        assert_eq!(Plan::new(&head, &split()).adapted_on, 0, "nothing is thawed");
    }
}
