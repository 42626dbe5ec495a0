//! The numbers of a strategy that a person sets, whatever the cut and however long it trains.

use super::class_weights::ClassWeights;
use super::strategy::{NormMode, Strategy};
use crate::data::Augmentation;
use crate::model::Cut;

/// What page and command line let people set of every strategy. The defaults are those of
/// [`Strategy::for_cut`], which are the same for every cut.
#[derive(Clone, PartialEq, Debug)]
pub struct Tuning {
    /// [`Strategy::batch`].
    pub batch: usize,
    /// [`Strategy::head_rate`].
    pub head_rate: f64,
    /// [`Strategy::unfrozen_rate`].
    pub unfrozen_rate: f64,
    /// [`Strategy::depth_factor`].
    pub depth_factor: f64,
    /// [`Strategy::weight_decay`].
    pub weight_decay: f64,
    /// [`Strategy::label_smoothing`].
    pub label_smoothing: f64,
    /// [`Strategy::class_weights`].
    pub class_weights: ClassWeights,
    /// [`Strategy::patience`].
    pub patience: Option<usize>,
    /// [`Strategy::norm`].
    pub norm: NormMode,
    /// [`Strategy::views`].
    pub views: usize,
    /// [`Strategy::augmentation`].
    pub augmentation: Augmentation,
}

impl Default for Tuning {
    fn default() -> Self {
        let strategy = Strategy::for_cut(Cut::Everything);
        Self {
            batch: strategy.batch,
            head_rate: strategy.head_rate,
            unfrozen_rate: strategy.unfrozen_rate,
            depth_factor: strategy.depth_factor,
            weight_decay: strategy.weight_decay,
            label_smoothing: strategy.label_smoothing,
            class_weights: strategy.class_weights,
            patience: strategy.patience,
            norm: strategy.norm,
            views: strategy.views,
            augmentation: strategy.augmentation,
        }
    }
}

impl Tuning {
    /// A strategy with these numbers in place of its own.
    pub fn applied(&self, strategy: Strategy) -> Strategy {
        Strategy {
            batch: self.batch,
            head_rate: self.head_rate,
            unfrozen_rate: self.unfrozen_rate,
            depth_factor: self.depth_factor,
            weight_decay: self.weight_decay,
            label_smoothing: self.label_smoothing,
            class_weights: self.class_weights,
            patience: self.patience,
            norm: self.norm,
            views: self.views,
            // Without views there is nothing to augment, so what trains alike is alike.
            augmentation: match self.views {
                0 => strategy.augmentation,
                _ => self.augmentation,
            },
            ..strategy
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_set_leaves_every_strategy_as_it_is() {
        for position in 0..Cut::POSITIONS {
            let strategy = Strategy::for_cut(Cut::from_position(position));
            assert_eq!(Tuning::default().applied(strategy.clone()), strategy);
        }
    }

    #[test]
    fn without_views_augmentation_changes_no_strategy() {
        let augmentation = Augmentation { flip: false, ..Augmentation::default() };
        let strategy = Strategy::for_cut(Cut::HeadOnly);
        let applied =
            |views| Tuning { views, augmentation, ..Tuning::default() }.applied(strategy.clone());
        assert_eq!(applied(0), strategy);
        assert_eq!(applied(2).augmentation, augmentation);
    }
}
