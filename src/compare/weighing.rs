//! How an advice follows from what was measured: a pure rule, held by tests on hand-made numbers.
//!
//! Two strategies are tried on held-out pictures: the head alone, and a short fine-tuning of the last
//! eight blocks. What is asked of each is the probability that it gives to the right class: at these
//! numbers of pictures it wavers half as much as the share of right answers does, since an answer is
//! right or wrong and a probability tells how nearly. Of fine-tuning's lead in that probability follows
//! what each candidate's lead in accuracy is expected to be, by a straight line a candidate. The
//! candidate that is expected to be furthest ahead is advised if that is more than a point, else the
//! head alone, which costs least. As the lines lie, that is to thaw everything or nothing: the others
//! only count in how likely it is that the advised one is best.
//!
//! The lines were fitted to ten tasks, four photographed and six drawn, with 36 to 240 pictures that
//! are no test pictures and two to six seeds each; their numbers are rounded. That they begin below
//! nothing has a reason: fine-tuning also becomes surer of what both name rightly.

use rand::Rng;

use super::advice::{A_POINT, Advice, Candidate};
use super::card::{Figure, Unit, Way};
use super::cards::words::{counted, lead, percent, range};
use crate::data::{Purpose, seeded};
use crate::measure::{Interval, mean_difference, mean_share};
use crate::model::Cut;
use crate::train::Strategy;

/// The thawed blocks of the fine-tuning that is tried.
const TRIED_BLOCKS: usize = 8;
/// Epochs for which it is tried: half of a run's, with the whole schedule.
const TRIED_EPOCHS: usize = 6;

/// A candidate's lead in accuracy over the head alone, in units of one, expected of the lead in
/// probability of the fine-tuning that is tried.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Line {
    cut: Cut,
    /// At a lead in probability of nothing.
    begin: f64,
    /// More of it for each more of that.
    slope: f64,
}

impl Line {
    fn at(self, lead: f64) -> f64 {
        self.begin + self.slope * lead
    }
}

const LINES: [Line; 4] = [
    Line { cut: Cut::LastBlocks(1), begin: -0.034, slope: 0.62 },
    Line { cut: Cut::LastBlocks(4), begin: -0.034, slope: 0.67 },
    Line { cut: Cut::LastBlocks(TRIED_BLOCKS), begin: -0.032, slope: 0.63 },
    Line { cut: Cut::Everything, begin: -0.025, slope: 0.68 },
];
/// How far leads in accuracy were off these lines, as a standard deviation: for all candidates of a
/// task alike, and for each by itself.
const OFF_TOGETHER: f64 = 0.025;
const OFF_ALONE: f64 = 0.015;
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

/// What one of those that are tried said of a held-out picture.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct HeldOut {
    /// Whether it named the picture rightly.
    pub is_right: bool,
    /// The probability that it gave to the right class.
    pub probability: f64,
}

/// What an advice is weighed from.
#[derive(Clone, PartialEq, Debug)]
pub struct Evidence {
    /// For each held-out picture what the head alone said of it, and what fine-tuning did.
    pub held_out: Vec<[HeldOut; 2]>,
    /// Governs the draws.
    pub seed: u64,
}

impl Evidence {
    /// How much more probability fine-tuning gave to the right class, with its interval. `None` for
    /// fewer than two pictures.
    fn lead(&self) -> Option<Interval> {
        mean_difference(self.differences().enumerate(), self.seed)
    }

    /// By picture, how much more probability fine-tuning gave to the right class; nothing where that
    /// is no number.
    fn differences(&self) -> impl Iterator<Item = f64> {
        self.held_out.iter().map(|[head, tuned]| number(tuned.probability - head.probability))
    }

    /// How far the lead may be off for the pictures that it was measured on, as a standard deviation.
    /// As if one more picture had spoken for either with all its weight: few that agree prove little.
    fn standard_error(&self) -> f64 {
        let count = self.held_out.len() as f64 + 2.0;
        let (sum, squares) = self
            .differences()
            .fold((0.0, 2.0), |(sum, squares), value| (sum + value, squares + value.powi(2)));
        ((squares / count - (sum / count).powi(2)) / count).sqrt()
    }

    /// Share of the held-out pictures that one of the two named rightly.
    fn share(&self, place: usize) -> Option<f64> {
        let right = self.held_out.iter().filter(|said| said[place].is_right).count();
        (!self.held_out.is_empty()).then(|| right as f64 / self.held_out.len() as f64)
    }
}

/// Weighs what was measured.
pub fn weigh(evidence: &Evidence) -> Advice {
    // Nothing measured is no lead.
    let measured = evidence.lead().map_or(0.0, |measured| measured.estimate);
    let leads = expected_leads(measured);
    let chances = chances(leads, evidence);
    let held_out = |cut| match cut {
        Cut::HeadOnly => evidence.share(0),
        Cut::LastBlocks(TRIED_BLOCKS) => evidence.share(1),
        _ => None,
    };
    let candidates: Vec<Candidate> = candidates()
        .into_iter()
        .zip(leads.into_iter().zip(chances))
        .map(|(strategy, (lead, chance))| Candidate {
            held_out: held_out(strategy.cut),
            lead,
            chance,
            strategy,
        })
        .collect();
    // Of equals the last one wins a maximum, so the cheapest comes last.
    let furthest = candidates.iter().rev().max_by(|a, b| a.lead.total_cmp(&b.lead));
    let (strategy, confidence) = match furthest.filter(|furthest| furthest.lead > A_POINT) {
        Some(advised) => (advised.strategy.clone(), advised.chance),
        None => (Strategy::for_cut(Cut::HeadOnly), chances[0]),
    };
    let reasons = reasons(evidence);
    let words = words(evidence, &strategy, &candidates);
    Advice { strategy, confidence, reasons, words, candidates, seconds: 0.0 }
}

/// A number, or nothing in place of what is none.
fn number(value: f64) -> f64 {
    if value.is_finite() { value } else { 0.0 }
}

/// By candidate, its line; none for the head alone, which leads are held against.
fn lines() -> [Option<Line>; 5] {
    candidates().map(|strategy| LINES.into_iter().find(|line| line.cut == strategy.cut))
}

/// By candidate, over the head alone.
fn expected_leads(measured: f64) -> [f64; 5] {
    lines().map(|line| line.map_or(0.0, |line| line.at(measured)))
}

/// For each candidate the share of draws in which it is the best, or less than a point behind. A lead
/// wavers with the pictures that it was measured on, and what it comes to with the task.
fn chances(leads: [f64; 5], evidence: &Evidence) -> [f64; 5] {
    let mut generator = seeded(evidence.seed, Purpose::Advice);
    let (wavers, lines) = (evidence.standard_error(), lines());
    let mut good = [0usize; 5];
    for _ in 0..DRAWS {
        let together = OFF_TOGETHER * normal(&mut generator);
        let measured = wavers * normal(&mut generator);
        let mut drawn = leads;
        for (lead, line) in drawn.iter_mut().zip(lines) {
            if let Some(Line { slope, .. }) = line {
                *lead += slope * measured + together + OFF_ALONE * normal(&mut generator);
            }
        }
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
        let said = evidence.held_out.iter().map(|said| said[way as usize].probability);
        let within = mean_share(said.map(number).enumerate(), evidence.seed);
        Figure {
            name: "Probability of the right class, held-out pictures".to_owned(),
            way: Some(way),
            value: within.map_or(0.0, |within| within.estimate),
            unit: Unit::Share,
            interval: within,
        }
    })
}

fn words(evidence: &Evidence, strategy: &Strategy, candidates: &[Candidate]) -> String {
    let advised = match strategy.cut {
        Cut::HeadOnly => "Train the head alone".to_owned(),
        Cut::LastBlocks(blocks) => format!("Fine-tune the last {blocks} blocks"),
        Cut::Everything => "Fine-tune everything".to_owned(),
    };
    let share = |place| percent(evidence.share(place).unwrap_or_default());
    let surer = evidence.lead().map_or_else(String::new, |measured| {
        format!(
            " In the probability of the right class, {} ({}).",
            lead(measured.estimate),
            range(measured)
        )
    });
    let furthest = candidates.iter().skip(1).map(|candidate| candidate.lead);
    let furthest = furthest.fold(f64::NEG_INFINITY, f64::max);
    let cheaper = match strategy.cut {
        Cut::HeadOnly if furthest > 0.0 => ", too little for what it costs",
        _ => "",
    };
    format!(
        "{advised}. Of {}, none of them in the test that this is held against, the head alone named \
         {} rightly, a short fine-tuning of the last {TRIED_BLOCKS} blocks {}.{surer} By what such numbers came to on \
         other tasks, the expectation for new pictures is that {}{cheaper}.",
        counted(evidence.held_out.len(), "held-out picture", "held-out pictures"),
        share(0),
        share(1),
        lead(furthest),
    )
}

#[cfg(test)]
mod tests;
