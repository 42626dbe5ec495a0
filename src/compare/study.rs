//! Which trials answer the ten questions, in the order in which cards want them.

use super::trial::{Depth, Repetition, Trial};
use crate::data::{Labelled, Split};
use crate::model::Cut;
use crate::train::Strategy;

/// Cuts of the sweep beside the two lanes' own, as blocks thawed.
const SWEPT_BLOCKS: [usize; 4] = [1, 4, 8, 12];

/// What is compared, and how often.
#[derive(Clone, PartialEq, Debug)]
pub struct Study {
    /// Transfer learning.
    pub transfer: Strategy,
    /// Fine-tuning.
    pub fine_tuning: Strategy,
    /// A paired repetition each, or one a fold.
    pub seeds: Vec<u64>,
    /// Folds of the pictures that take turns as the test, from 1 on.
    pub folds: usize,
}

/// Numbers of training pictures a class to try, below the `most` that every class has: 1, 2, 4, …
pub fn pictures_a_class(most: usize) -> impl Iterator<Item = usize> {
    (0..usize::BITS).map(|power| 1 << power).take_while(move |&pictures| pictures < most)
}

impl Study {
    /// Fine-tuning at other cuts, from few layers to all; the lanes' own cuts are theirs.
    pub fn sweep(&self) -> Vec<Strategy> {
        let cuts = SWEPT_BLOCKS.map(Cut::LastBlocks).into_iter().chain([Cut::Everything]);
        cuts.filter(|&cut| cut != self.fine_tuning.cut)
            .map(|cut| Strategy {
                cut,
                unfrozen_epochs: match self.fine_tuning.unfrozen_epochs {
                    0 => Strategy::for_cut(cut).unfrozen_epochs,
                    epochs => epochs,
                },
                head_epochs: match self.fine_tuning.cut {
                    Cut::HeadOnly => Strategy::for_cut(cut).head_epochs,
                    _ => self.fine_tuning.head_epochs,
                },
                ..self.fine_tuning.clone()
            })
            .collect()
    }

    /// Both lanes.
    fn lanes(&self) -> impl Iterator<Item = &Strategy> {
        let is_same = self.transfer == self.fine_tuning;
        [&self.transfer, &self.fine_tuning].into_iter().take(if is_same { 1 } else { 2 })
    }

    /// The lanes that only few cards ask for: fine-tuning without its head's phase, where it has
    /// one, and learning from nothing.
    pub fn baselines(&self) -> Vec<Strategy> {
        let has_phases = self.fine_tuning.head_epochs > 0 && self.fine_tuning.unfrozen_epochs > 0;
        let at_once = has_phases.then(|| self.fine_tuning.at_once());
        at_once.into_iter().chain([self.fine_tuning.from_scratch()]).collect()
    }

    /// Every strategy that is tried.
    pub fn strategies(&self) -> Vec<Strategy> {
        self.lanes().cloned().chain(self.sweep()).chain(self.baselines()).collect()
    }

    /// Pictures to learn from of the class that has fewest, whichever fold is the test.
    pub fn fewest_training(&self, set: Labelled) -> usize {
        let splits = self
            .repetitions()
            .filter_map(|Repetition { seed, fold }| Split::with_test_fold(set, seed, fold).ok());
        splits.map(|split| split.fewest_training(set)).min().unwrap_or(0)
    }

    /// Whether folds take turns as the test.
    pub fn takes_turns(&self) -> bool {
        self.folds > 1
    }

    /// Every seed with every fold.
    pub fn repetitions(&self) -> impl Iterator<Item = Repetition> {
        let folds = 0..self.folds;
        self.seeds
            .iter()
            .flat_map(move |&seed| folds.clone().map(move |fold| Repetition { seed, fold }))
    }

    /// The trials of one repetition, where every class has `most` pictures to learn from.
    fn trials_of(&self, repetition: Repetition, most: usize) -> [Vec<Trial>; 2] {
        let trial = |strategy: &Strategy, pictures_a_class, depth| Trial {
            strategy: strategy.clone(),
            repetition,
            pictures_a_class,
            depth,
        };
        let lanes = self.lanes().map(|lane| trial(lane, None, Depth::Examined)).collect();
        let sizes = pictures_a_class(most)
            .flat_map(|size| self.lanes().map(move |lane| (lane, size)))
            .map(|(lane, size)| trial(lane, Some(size), Depth::Scored));
        let baselines = self.baselines();
        let baselines = baselines.iter().map(|strategy| {
            let is_pretrained = strategy.start == crate::train::Start::Pretrained;
            trial(strategy, None, if is_pretrained { Depth::Examined } else { Depth::Scored })
        });
        let sweep = self.sweep();
        let sweep = sweep.iter().map(|strategy| trial(strategy, None, Depth::Scored));
        [lanes, sizes.chain(sweep).chain(baselines).collect()]
    }

    /// Every trial, where every class has `most` pictures to learn from. Both lanes of every
    /// repetition come first, since most cards live on them, then the rest, one by one.
    pub fn trials(&self, most: usize) -> Vec<Trial> {
        let (mut first, mut rest) = (Vec::new(), Vec::new());
        for repetition in self.repetitions() {
            let [lanes, others] = self.trials_of(repetition, most);
            first.extend(lanes);
            rest.extend(others);
        }
        first.extend(rest);
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn study(cut: Cut, seeds: &[u64]) -> Study {
        Study {
            transfer: Strategy::for_cut(Cut::HeadOnly),
            fine_tuning: Strategy::for_cut(cut),
            seeds: seeds.to_vec(),
            folds: 1,
        }
    }

    #[test]
    fn sizes_double_up_to_what_is_there() {
        assert_eq!(pictures_a_class(15).collect::<Vec<_>>(), [1, 2, 4, 8]);
        assert_eq!(pictures_a_class(8).collect::<Vec<_>>(), [1, 2, 4]);
        assert_eq!(pictures_a_class(1).count(), 0);
    }

    #[test]
    fn every_strategy_of_a_study_can_be_trained() {
        for position in 0..Cut::POSITIONS {
            for strategy in study(Cut::from_position(position), &[1]).strategies() {
                assert_eq!(strategy.clone().checked(), Ok(strategy));
            }
        }
    }

    #[test]
    fn both_lanes_of_every_seed_come_first_and_no_trial_comes_twice() {
        let study = study(Cut::LastBlocks(4), &[1, 2, 3]);
        let trials = study.trials(15);
        for (place, trial) in trials.iter().enumerate() {
            assert_eq!(trial.depth == Depth::Examined && trial.strategy.head_epochs > 0, place < 6);
            assert!(!trials[..place].contains(trial), "{trial:?}");
        }
        // Two lanes, four sizes of both, four further cuts, two baselines.
        assert_eq!(trials.len(), 3 * (2 + 8 + 4 + 2));
    }

    #[test]
    fn every_fold_of_every_seed_is_a_repetition_of_its_own() {
        let study = Study { folds: 5, ..study(Cut::LastBlocks(4), &[7, 8]) };
        let repetitions: Vec<Repetition> = study.repetitions().collect();
        assert_eq!(repetitions.len(), 10);
        assert_eq!(repetitions[6], Repetition { seed: 8, fold: 1 });
        // Those of one split, five times.
        let single = Study { folds: 1, ..study.clone() };
        assert_eq!(study.trials(15).len(), 5 * single.trials(15).len());
    }

    #[test]
    fn a_sweep_has_at_least_five_cuts_with_those_of_the_lanes() {
        for position in 0..Cut::POSITIONS {
            let cut = Cut::from_position(position);
            let mut cuts: Vec<Cut> = study(cut, &[1]).sweep().iter().map(|s| s.cut).collect();
            cuts.extend([Cut::HeadOnly, cut]);
            cuts.sort_by_key(|cut| cut.position());
            cuts.dedup();
            assert!(cuts.len() >= 5, "{cut}: {cuts:?}");
        }
    }
}
