//! How much memory training takes on an engine, counted before it runs.
//!
//! Counted is what comes on top of what the engine holds already: the program, the backbone and
//! the pictures' own pixels, which every part shares. What an engine adds for its own convenience,
//! such as a kernel's working space, is not counted.

use std::collections::BTreeSet;

use super::adapting::MOST_ADAPTED_ON;
use super::features::PORTION;
use super::strategy::Strategy;
use crate::model::{Architecture, STAGES};

/// Bytes of a number in single precision.
const NUMBER: u64 = 4;

/// Copies of what learns that stay from step to step: the present parameters, those of the best
/// epoch, and AdamW's two means.
const COPIES_KEPT: u64 = 4;

/// Bytes of each use.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Memory {
    /// The features that stay while it trains: for each picture and each view of it, what the stage at every cut is fed
    /// with, and the pooled features.
    pub features: u64,
    /// What looking at the pictures needs beside them: the pixels of views, and the activations of a
    /// portion, or as much again as the largest of the features, while its portions become one array.
    pub looking: u64,
    /// Four copies of what learns in every run: as it is, as it was best, and AdamW's two means.
    pub parameters: u64,
    /// What the costliest step needs beside those: the gradients of all that learns, on the CPU the
    /// weights of both ways with BatchNorm folded in, and the activations of a part of the batch with their gradients
    /// or, once those are gone, the new parameters. Or what measuring statistics anew needs, where that
    /// is more: what a layer is fed with or gives for all pictures that it is measured on.
    pub step: u64,
}

impl Memory {
    /// The most that is needed at once. Looking is over before training begins.
    pub fn most(&self) -> u64 {
        self.features + self.looking.max(self.parameters + self.step)
    }
}

/// What an engine's memory follows from.
#[derive(Clone, Copy, Debug)]
pub struct MemoryNeeds<'a> {
    /// The network.
    pub architecture: &'a Architecture,
    /// Classes that the head tells apart.
    pub classes: usize,
    /// Pictures in all.
    pub pictures: usize,
}

impl MemoryNeeds<'_> {
    /// Bytes of the features for runs with these strategies.
    pub fn features<'s>(&self, strategies: impl IntoIterator<Item = &'s Strategy>) -> u64 {
        let strategies: Vec<&Strategy> = strategies.into_iter().collect();
        let looked_at = self.looked_at(strategies.iter().copied());
        let pooled = self.architecture.features();
        let at_stages: usize =
            stages(strategies).iter().map(|&stage| self.architecture.values_into(stage)).sum();
        looked_at.saturating_mul(NUMBER * (pooled + at_stages) as u64)
    }

    /// Of looking at the pictures for these strategies: the features that are kept, the largest of
    /// them once more while they are put together, and the pixels of views.
    pub fn looks<'s>(&self, strategies: impl IntoIterator<Item = &'s Strategy>) -> u64 {
        let strategies: Vec<&Strategy> = strategies.into_iter().collect();
        let strategies = || strategies.iter().copied();
        let gathering = self.largest_features(strategies());
        let kept = self.features(strategies()).saturating_add(gathering);
        kept.saturating_add(self.view_pixels(strategies()))
    }

    /// Of the pixels of views, a byte a colour.
    fn view_pixels<'s>(&self, strategies: impl IntoIterator<Item = &'s Strategy>) -> u64 {
        let views = (self.pictures as u64).saturating_mul(most_views(strategies) as u64);
        views.saturating_mul(self.architecture.values_into(0) as u64)
    }

    /// Pictures and views of them. A browser's addresses have 32 bits, which what is to be refused
    /// may exceed.
    fn looked_at<'s>(&self, strategies: impl IntoIterator<Item = &'s Strategy>) -> u64 {
        (self.pictures as u64).saturating_mul(1 + most_views(strategies) as u64)
    }

    /// Of the largest array of features that is kept for these strategies.
    pub fn largest_features<'s>(&self, strategies: impl IntoIterator<Item = &'s Strategy>) -> u64 {
        let strategies: Vec<&Strategy> = strategies.into_iter().collect();
        let looked_at = self.looked_at(strategies.iter().copied());
        let at_stages = stages(strategies).into_iter().map(|at| self.architecture.values_into(at));
        let largest = at_stages.chain([self.architecture.features()]).max();
        looked_at.saturating_mul(NUMBER * largest.unwrap_or(0) as u64)
    }

    /// Of an engine that trains runs in turns, each strategy with the pictures that a step of it
    /// takes at once, and has looked at the pictures before.
    pub fn of(&self, runs: &[(&Strategy, usize)]) -> Memory {
        let network = self.architecture;
        let strategies = || runs.iter().map(|(strategy, _)| *strategy);
        let gathering = self.largest_features(strategies());
        let portion = PORTION.min(self.pictures * (1 + most_views(strategies())));
        let view_pixels = self.view_pixels(strategies());
        let learning = |strategy: &Strategy| {
            let first = strategy.cut.first_trained_stage();
            let parameters = network.parameters_from(first) + network.head_parameters(self.classes);
            NUMBER * parameters as u64
        };
        let step = |&(strategy, pictures): &(&Strategy, usize)| {
            let first = strategy.cut.first_trained_stage();
            let learns = learning(strategy);
            // The head reads as much as a picture's pooled features, whatever else learns.
            let pooled = NUMBER * (pictures * network.features()) as u64;
            let folded = 2 * NUMBER * network.parameters_from(first) as u64;
            let activations = network.step_bytes(pictures, first) + pooled;
            let step = learns + (folded + activations).max(learns);
            let adapted_on = MOST_ADAPTED_ON.min(self.pictures);
            let adapting = network.layer_by_layer_bytes(adapted_on, pictures, first);
            if strategy.adapts() { step.max(adapting) } else { step }
        };
        Memory {
            features: self.features(strategies()),
            looking: view_pixels + gathering.max(network.pass_bytes(portion, 0)),
            parameters: COPIES_KEPT * strategies().map(learning).sum::<u64>(),
            step: runs.iter().map(step).max().unwrap_or(0),
        }
    }
}

/// Views of each picture that are looked at for these strategies.
pub fn most_views<'s>(strategies: impl IntoIterator<Item = &'s Strategy>) -> usize {
    strategies.into_iter().map(|strategy| strategy.views).max().unwrap_or(0)
}

/// The stages whose features are kept for these strategies.
fn stages<'s>(strategies: impl IntoIterator<Item = &'s Strategy>) -> BTreeSet<usize> {
    let cuts = strategies.into_iter().map(|strategy| strategy.cut.first_trained_stage());
    cuts.filter(|&stage| stage < STAGES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Cut;
    use crate::train::NormMode;

    fn needs(architecture: &Architecture) -> MemoryNeeds<'_> {
        MemoryNeeds { architecture, classes: 5, pictures: 100 }
    }

    /// Weights and biases of a head for five classes.
    const HEAD: u64 = 5 * 1280 + 5;

    #[test]
    fn looking_for_a_new_head_takes_pooled_features_twice_and_the_pixels_of_views() {
        let network = Architecture::bundled();
        let with_views = |views| Strategy { views, ..Strategy::for_cut(Cut::HeadOnly) };
        let looks = |views| needs(&network).looks(&[with_views(views)]);
        assert_eq!(looks(0), 2 * 4 * 100 * 1280);
        let many = MemoryNeeds { pictures: 116_500, ..needs(&network) };
        let wide = Strategy::for_cut(Cut::LastBlocks(17));
        assert!(many.looks([&wide]) > 1 << 32, "more than addresses of 32 bits tell");
        assert_eq!(looks(16), 2 * 4 * 1700 * 1280 + 1600 * 96 * 96 * 3);
        // 48 × 48 numbers in 16 channels go into the second stage.
        let early = Strategy::for_cut(Cut::LastBlocks(17));
        let at_cut = network.values_into(early.cut.first_trained_stage()) as u64;
        assert_eq!(needs(&network).largest_features([&early]), 4 * 100 * at_cut.max(1280));
    }

    #[test]
    fn a_new_head_needs_what_was_worked_out_by_hand() {
        let network = Architecture::bundled();
        let memory = needs(&network).of(&[(&Strategy::for_cut(Cut::HeadOnly), 16)]);
        assert_eq!(memory.features, 4 * 100 * 1280);
        // Sixteen pictures through the widest layer, 48 channels from 48 × 48 to 24 × 24.
        assert_eq!(memory.looking, 4 * 16 * 48 * (48 * 48 + 24 * 24));
        assert_eq!(memory.parameters, 4 * 4 * HEAD);
        assert_eq!(memory.step, 4 * (HEAD + 16 * 1280));
        assert_eq!(memory.most(), memory.features + memory.looking);
    }

    #[test]
    fn two_lanes_share_features_but_not_parameters() {
        let network = Architecture::bundled();
        let (head, last) =
            (Strategy::for_cut(Cut::HeadOnly), Strategy::for_cut(Cut::LastBlocks(1)));
        let alone = needs(&network).of(&[(&last, 16)]);
        let both = needs(&network).of(&[(&head, 16), (&last, 16)]);
        // 56 channels at 3 × 3 are what the last block is fed with.
        assert_eq!(both.features, 4 * 100 * (1280 + 56 * 9));
        assert_eq!(both.features, alone.features);
        assert_eq!(both.parameters, alone.parameters + 4 * 4 * HEAD);
        assert_eq!(both.step, alone.step);
    }

    #[test]
    fn measuring_the_statistics_of_the_last_block_anew_holds_what_was_worked_out_by_hand() {
        let network = Architecture::bundled();
        let affine = Strategy::for_cut(Cut::LastBlocks(1));
        let adapt = Strategy { norm: NormMode::Adapt, ..affine.clone() };
        // The top reads 112 channels at 3 × 3 and gives 1280, of 64 pictures, four at a time.
        let adapting = 4 * 9 * (64 * 1280 + 4 * 112);
        let step = |strategy: &Strategy| needs(&network).of(&[(strategy, 4)]).step;
        assert!(step(&affine) < adapting, "the test says nothing");
        assert_eq!(step(&adapt), adapting);
        // Of everything it is the widest layer, 48 channels from 48 × 48 to 24 × 24.
        let all = Strategy { norm: NormMode::Adapt, ..Strategy::for_cut(Cut::Everything) };
        let widest = 4 * (64 * 48 * 48 * 48 + 2 * 4 * 48 * 24 * 24);
        assert_eq!(needs(&network).of(&[(&all, 4)]).step, widest);
    }

    #[test]
    fn views_multiply_the_features_of_all_lanes_and_add_their_pixels() {
        let network = Architecture::bundled();
        let head = Strategy::for_cut(Cut::HeadOnly);
        let last = Strategy { views: 3, ..Strategy::for_cut(Cut::LastBlocks(1)) };
        let memory = needs(&network).of(&[(&head, 16), (&last, 16)]);
        assert_eq!(memory.features, 4 * 4 * 100 * (1280 + 56 * 9));
        let portion = 4 * 16 * 48 * (48 * 48 + 24 * 24);
        assert_eq!(memory.looking, 300 * 96 * 96 * 3 + portion);
    }

    #[test]
    fn gathering_the_pictures_themselves_takes_their_numbers_once_more() {
        let network = Architecture::bundled();
        let memory = needs(&network).of(&[(&Strategy::for_cut(Cut::Everything), 16)]);
        assert_eq!(memory.looking, 4 * 100 * 96 * 96 * 3);
        assert_eq!(memory.features, 4 * 100 * (96 * 96 * 3 + 1280));
    }
}
