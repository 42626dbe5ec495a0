//! How an advice follows from what was measured: a pure rule, held by tests on hand-made numbers.
//!
//! Two strategies are tried on held-out pictures: the head alone, and fine-tuning of the last eight
//! blocks, a shorter one. How far fine-tuning is ahead there is weighed with what was seen on other
//! tasks, each by how sure it is (the mean of two normal distributions' product). The candidate that
//! is then expected to name most pictures rightly is advised, of equals the cheapest.
//!
//! What was seen on other tasks are the constants below: means and spreads over 30 sets of 4 to 36
//! training pictures a class with one to five seeds each, less what the seeds waver, rounded. The
//! sets are six tasks, drawn and photographed, and parts of them. Neither the number of pictures nor
//! the nearest class mean went along with fine-tuning's lead (correlations of 0.04 and 0.00), so
//! neither is asked. The lead's mean is 1.5 points give or take 0.9. Of the untried candidates, a mean
//! that could not be told from none counts as none: taken at its word, that of thawing everything (one point ahead over the first 25 sets) held on none of the five after.

use rand::Rng;

use super::advice::{A_POINT, Advice, Candidate};
use super::card::{Figure, Unit, Way};
use super::cards::words::{counted, lead, percent, range};
use crate::data::{Purpose, seeded};
use crate::measure::{paired_difference, share};
use crate::model::Cut;
use crate::train::Strategy;

/// The thawed blocks of the fine-tuning that is tried.
const TRIED_BLOCKS: usize = 8;
/// Epochs for which it is tried: two thirds of a run's, with the whole schedule.
const TRIED_EPOCHS: usize = 8;

/// What is known of a difference in accuracy before anything is measured, in units of one.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Expected {
    mean: f64,
    deviation: f64,
}

/// By how much fine-tuning of the last blocks was ahead of the head alone.
const LEAD: Expected = Expected { mean: 0.015, deviation: 0.05 };
/// How much less of that a short trial on fewer pictures shows.
const SHORTFALL: f64 = 0.015;
/// By how much candidates that are not tried were ahead of the last blocks. Thawing everything, which
/// takes three times as long, was ahead by 0.6 points, give or take 0.8.
const UNTRIED: [(Cut, Expected); 3] = [
    (Cut::LastBlocks(1), Expected { mean: -0.02, deviation: 0.05 }),
    (Cut::LastBlocks(4), Expected { mean: -0.02, deviation: 0.03 }),
    (Cut::Everything, Expected { mean: 0.0, deviation: 0.03 }),
];
/// Draws of what candidates may come to. Their shares waver by a point.
const DRAWS: usize = 2_000;

/// The strategies that are chosen from, in the order of what they cost.
pub fn candidates() -> [Strategy; 5] {
    let cuts = [
        Cut::HeadOnly,
        Cut::LastBlocks(1),
        Cut::LastBlocks(4),
        Cut::LastBlocks(TRIED_BLOCKS),
        Cut::Everything,
    ];
    cuts.map(Strategy::for_cut)
}

/// The strategies that are tried on held-out pictures: the head alone, and one fine-tuning.
pub fn tried() -> [Strategy; 2] {
    [
        Strategy::for_cut(Cut::HeadOnly),
        Strategy::for_cut(Cut::LastBlocks(TRIED_BLOCKS)).with_epochs(TRIED_EPOCHS),
    ]
}

/// What an advice is weighed from.
#[derive(Clone, PartialEq, Debug)]
pub struct Evidence {
    /// For each held-out picture whether the head alone named it rightly, and whether fine-tuning
    /// did.
    pub held_out: Vec<[bool; 2]>,
    /// Governs the draws.
    pub seed: u64,
}

impl Evidence {
    /// How far fine-tuning is expected to be ahead of the head alone.
    fn lead(&self) -> Expected {
        let before = LEAD;
        let pictures = self.held_out.len() as f64;
        let differences =
            || self.held_out.iter().map(|&[a, b]| f64::from(i8::from(b) - i8::from(a)));
        let measured = differences().sum::<f64>() / pictures;
        // As if one more picture spoke for either: no difference among few pictures proves none.
        let squares = differences().map(|difference| difference.powi(2)).sum::<f64>() + 2.0;
        let spread = squares / (pictures + 2.0) - measured.powi(2) * pictures / (pictures + 2.0);
        let error = (spread / pictures).sqrt();
        if !error.is_finite() {
            return before;
        }
        let (weight, own) = (before.deviation.powi(-2), error.powi(-2));
        Expected {
            mean: (before.mean * weight + (measured + SHORTFALL) * own) / (weight + own),
            deviation: (weight + own).powf(-0.5),
        }
    }

    /// Share of the held-out pictures that one of the two named rightly.
    fn share(&self, place: usize) -> Option<f64> {
        let right = self.held_out.iter().filter(|right| right[place]).count();
        (!self.held_out.is_empty()).then(|| right as f64 / self.held_out.len() as f64)
    }
}

/// Weighs what was measured.
pub fn weigh(evidence: &Evidence) -> Advice {
    let lead = evidence.lead();
    // Over the head alone, by candidate.
    let mean_lead = |cut: Cut| match untried(cut) {
        _ if cut == Cut::HeadOnly => 0.0,
        Some(untried) => lead.mean + untried.mean,
        None => lead.mean,
    };
    let chances = chances(lead, evidence.seed);
    let held_out = |cut| match cut {
        Cut::HeadOnly => evidence.share(0),
        Cut::LastBlocks(TRIED_BLOCKS) => evidence.share(1),
        _ => None,
    };
    let candidates: Vec<Candidate> = candidates()
        .into_iter()
        .zip(chances)
        .map(|(strategy, chance)| Candidate {
            held_out: held_out(strategy.cut),
            lead: mean_lead(strategy.cut),
            chance,
            strategy,
        })
        .collect();
    // Of equals the last one wins a maximum, so the cheapest comes last.
    let advised = candidates.iter().rev().max_by(|a, b| a.lead.total_cmp(&b.lead));
    let (strategy, confidence) = match advised {
        Some(advised) => (advised.strategy.clone(), advised.chance),
        None => (Strategy::for_cut(Cut::HeadOnly), 0.0),
    };
    let reasons = reasons(evidence);
    let words = words(evidence, &strategy, lead);
    Advice { strategy, confidence, reasons, words, candidates, seconds: 0.0 }
}

fn untried(cut: Cut) -> Option<Expected> {
    UNTRIED.iter().find(|(other, _)| *other == cut).map(|(_, expected)| *expected)
}

/// For each candidate the share of draws in which it is the best, or less than a point behind.
fn chances(lead: Expected, seed: u64) -> [f64; 5] {
    let mut generator = seeded(seed, Purpose::Advice);
    let cuts = candidates().map(|strategy| strategy.cut);
    let mut good = [0usize; 5];
    for _ in 0..DRAWS {
        let fine_tuning = lead.mean + lead.deviation * normal(&mut generator);
        let drawn = cuts.map(|cut| match untried(cut) {
            _ if cut == Cut::HeadOnly => 0.0,
            Some(of) => fine_tuning + of.mean + of.deviation * normal(&mut generator),
            None => fine_tuning,
        });
        let best = drawn.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for (good, drawn) in good.iter_mut().zip(drawn) {
            *good += usize::from(drawn > best - A_POINT);
        }
    }
    good.map(|good| good as f64 / DRAWS as f64)
}

/// A standard normal number (Box and Muller 1958).
fn normal(generator: &mut impl Rng) -> f64 {
    // Above 0 and at most 1, so that its logarithm is finite.
    let mut uniform = || (f64::from(generator.next_u32()) + 1.0) / 2f64.powi(32);
    let (radius, angle) = ((-2.0 * uniform().ln()).sqrt(), std::f64::consts::TAU * uniform());
    radius * angle.cos()
}

/// The two measurements that decide.
fn reasons(evidence: &Evidence) -> [Figure; 2] {
    [Way::Transfer, Way::FineTuning].map(|way| {
        let answers = evidence.held_out.iter().enumerate();
        Figure {
            name: "Right on held-out pictures".to_owned(),
            way: Some(way),
            value: evidence.share(way as usize).unwrap_or_default(),
            unit: Unit::Share,
            interval: share(answers.map(|(i, right)| (i, right[way as usize])), evidence.seed),
        }
    })
}

fn words(evidence: &Evidence, strategy: &Strategy, expected: Expected) -> String {
    let advised = match strategy.cut {
        Cut::HeadOnly => "Train the head alone".to_owned(),
        Cut::LastBlocks(blocks) => format!("Fine-tune the last {blocks} blocks"),
        Cut::Everything => "Fine-tune everything".to_owned(),
    };
    let share = |place| percent(evidence.share(place).unwrap_or_default());
    let answers = evidence.held_out.iter().enumerate();
    let measured = paired_difference(answers.map(|(i, &[a, b])| (i, a, b)), evidence.seed);
    let within = measured.map_or_else(String::new, |measured| {
        format!("; {} ({})", lead(measured.estimate), range(measured))
    });
    format!(
        "{advised}. Of {}, none of them test pictures, the head alone named {} rightly, a short \
         fine-tuning of the last {TRIED_BLOCKS} blocks {}{within}. With what was seen on other \
         tasks, the expectation for new pictures is that {}.",
        counted(evidence.held_out.len(), "held-out picture", "held-out pictures"),
        share(0),
        share(1),
        lead(expected.mean),
    )
}

#[cfg(test)]
mod tests;
