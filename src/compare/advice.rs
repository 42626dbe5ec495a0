//! What is advised before fine-tuning has ended, and whether it held afterwards, as plain data that
//! page and command line render alike.

use serde::{Deserialize, Serialize};

use super::card::Figure;
use crate::model::Cut;
use crate::train::Strategy;

/// A strategy is as good as the best one where it is so little behind, in units of one.
pub const A_POINT: f64 = 0.01;

/// Which strategy to train, and why.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Advice {
    /// The advised strategy.
    pub strategy: Strategy,
    /// How likely it is, 0 to 1, that it turns out to be the best of the candidates, or less than a
    /// point behind the best.
    pub confidence: f64,
    /// The two measurements that decided.
    pub reasons: [Figure; 2],
    /// The same in a sentence or two.
    pub words: String,
    /// What it was chosen from, in the order of what they cost.
    pub candidates: Vec<Candidate>,
    /// Seconds that the advice took.
    pub seconds: f64,
}

/// A strategy that could have been advised.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Candidate {
    /// What would be trained.
    pub strategy: Strategy,
    /// Share of the held-out pictures that it named rightly, where it was tried.
    pub held_out: Option<f64>,
    /// How far it is expected to be ahead of the head alone, in units of one: 0.05 is five points.
    pub lead: f64,
    /// How likely it is the best of the candidates, or less than a point behind.
    pub chance: f64,
}

/// What an advice came to, once the strategies were trained.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// The cut of the strategy that was best; of equals the one with fewest thawed layers.
    pub best: Cut,
    /// Its share of right answers.
    pub best_accuracy: f64,
    /// The advised strategy's share of right answers.
    pub advised_accuracy: f64,
    /// How far the advised one is behind the best, in units of one, never below 0: 0.05 is five
    /// points.
    pub regret: f64,
}

impl Outcome {
    /// Whether the advice held: what it is sure of is to be the best, or within a point of it.
    pub fn has_held(&self) -> bool {
        // One picture of a hundred is a point, whatever the quotient is rounded to.
        self.regret <= A_POINT + 1e-9
    }
}

/// The least likelihood at which a lead is put down to chance.
const BY_CHANCE: f64 = 0.05;

impl Advice {
    /// Whether so large a lead may well come by chance: the second was right on `won` pictures that
    /// the first named wrongly, and wrong on `lost` that the first named rightly. The sign test
    /// (Dixon and Mood 1946, "The Statistical Sign Test"), two-sided; the second is the best of
    /// `others`, so that chance had as many turns (Bonferroni).
    pub fn may_be_chance(won: u64, lost: u64, others: usize) -> bool {
        // The share of all ways to fall in which as few or fewer fall on the rarer side. Of very
        // many pictures the ways are beyond all numbers, so only their proportions count.
        let (pictures, rarer) = ((won + lost) as f64, won.min(lost));
        let (mut ways, mut tail) = (1.0, 1.0);
        for fewer in (1..=rarer).rev() {
            ways *= fewer as f64 / (pictures - fewer as f64 + 1.0);
            tail += ways;
        }
        let (mut ways, mut all) = (1.0, tail);
        for more in rarer + 1..=won + lost {
            ways *= (pictures - more as f64 + 1.0) / more as f64;
            all += ways;
        }
        let likelihood: f64 = 2.0 * tail / all * others as f64;
        likelihood > BY_CHANCE
    }

    /// Holds the advice against the accuracies, 0 to 1, that strategies have come to. `None` as
    /// long as the advised cut is not among them.
    pub fn outcome(&self, measured: &[(Cut, f64)]) -> Option<Outcome> {
        let cut = self.strategy.cut;
        let &(_, advised_accuracy) = measured.iter().find(|(other, _)| *other == cut)?;
        // Of several that are equally good the last one wins a maximum, so the cheapest comes last.
        let mut known: Vec<(Cut, f64)> =
            measured.iter().copied().filter(|(_, accuracy)| !accuracy.is_nan()).collect();
        known.sort_by_key(|(cut, _)| std::cmp::Reverse(cut.position()));
        let (best, best_accuracy) = known.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
        let regret = best_accuracy - advised_accuracy;
        (!regret.is_nan()).then_some(Outcome { best, best_accuracy, advised_accuracy, regret })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::{Figure, Unit};

    fn advice(cut: Cut) -> Advice {
        let figure = Figure {
            name: "Held out".to_owned(),
            way: None,
            value: 0.5,
            unit: Unit::Share,
            interval: None,
        };
        Advice {
            strategy: Strategy::for_cut(cut),
            confidence: 0.5,
            reasons: [figure.clone(), figure],
            words: String::new(),
            candidates: Vec::new(),
            seconds: 0.0,
        }
    }

    #[test]
    fn regret_is_how_far_the_advised_cut_is_behind_the_best() {
        let measured = [(Cut::HeadOnly, 0.75), (Cut::LastBlocks(8), 0.875)];
        let outcome = |cut| advice(cut).outcome(&measured).expect("measured");
        let late = outcome(Cut::HeadOnly);
        assert_eq!((late.best, late.regret), (Cut::LastBlocks(8), 0.125));
        let right = outcome(Cut::LastBlocks(8));
        assert_eq!((right.advised_accuracy, right.regret), (0.875, 0.0));
    }

    #[test]
    fn a_lead_is_chance_as_far_as_coins_would_give_it() {
        // Six coins that all fall alike: 2 in 64, which is 3.1 %; five: 6.3 %.
        assert!(!Advice::may_be_chance(6, 0, 1));
        assert!(Advice::may_be_chance(5, 0, 1));
        // The best of four others: 4 · 2 / 2⁸ is 3.1 %, 4 · 2 / 2⁷ is 6.3 %.
        assert!(!Advice::may_be_chance(8, 0, 4));
        assert!(Advice::may_be_chance(7, 0, 4));
        // One against nine: 2 · (1 + 10) / 2¹⁰ is 2.1 %.
        assert!(!Advice::may_be_chance(9, 1, 1));
        assert!(Advice::may_be_chance(0, 0, 1));
        assert!(Advice::may_be_chance(3_000, 2_990, 1));
        assert!(!Advice::may_be_chance(700, 400, 1) && !Advice::may_be_chance(4_000, 1_000, 1));
    }

    #[test]
    fn of_equals_the_cheapest_is_best_whatever_the_order() {
        let measured = [(Cut::Everything, 0.5), (Cut::HeadOnly, 0.5), (Cut::LastBlocks(4), 0.5)];
        let outcome = advice(Cut::Everything).outcome(&measured).expect("measured");
        assert_eq!((outcome.best, outcome.regret), (Cut::HeadOnly, 0.0));
    }

    #[test]
    fn nothing_is_said_before_the_advised_cut_was_measured() {
        let advice = advice(Cut::LastBlocks(8));
        assert_eq!(advice.outcome(&[(Cut::HeadOnly, 0.5)]), None);
        assert_eq!(advice.outcome(&[(Cut::LastBlocks(8), f64::NAN)]), None);
        let with_another = [(Cut::HeadOnly, f64::NAN), (Cut::LastBlocks(8), 0.5)];
        assert_eq!(advice.outcome(&with_another).map(|outcome| outcome.regret), Some(0.0));
    }
}
