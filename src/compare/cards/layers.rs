//! Card 3, layers involved: accuracy as a function of the cut, and what each block learned.

use super::summary::{
    Pairs, accuracy, figure_within, mean, parameters, repetitions, shared_figure, stage_names,
};
use super::words::{percent, points};
use crate::compare::log::ahead;
use crate::compare::{Finding, Plot, Repetition, Series, Shape, StudyLog, TrialRow, Unit, Way};
use crate::measure::Interval;
use crate::model::Cut;
use crate::train::Strategy;

/// Cuts that must have been tried.
const LEAST_CUTS: usize = 3;

/// A cut that was tried.
struct Tried<'a> {
    strategy: &'a Strategy,
    rows: Vec<(usize, &'a TrialRow)>,
    accuracy: Interval,
}

pub(super) fn finding(log: &StudyLog) -> Result<Finding, String> {
    let sweep = log.study.sweep();
    let mut strategies: Vec<&Strategy> =
        [&log.study.transfer, &log.study.fine_tuning].into_iter().chain(&sweep).collect();
    strategies.sort_by_key(|strategy| strategy.cut.position());
    strategies.dedup();
    let seed = log.study.seeds.first().copied().unwrap_or_default();
    let pairs = Pairs::of(log)?;
    let tried = tried(log, strategies, seed);
    if tried.len() < LEAST_CUTS {
        return Err(
            "The cuts between head only and everything have yet to be tried with the same \
                    seed."
                .to_owned(),
        );
    }
    // Among equals, the one that changes least.
    let is_better = |a: &Tried, b: &Tried| b.accuracy.estimate > a.accuracy.estimate;
    let best = tried.iter().reduce(|a, b| if is_better(a, b) { b } else { a });
    let best = best.ok_or("No cut was tried.")?;
    let gained = tried
        .iter()
        .find(|tried| *tried.strategy == log.study.transfer)
        .and_then(|transfer| best.ahead_of(transfer, seed));
    let drift = |stage: usize| {
        let seen = pairs.examinations(Way::FineTuning);
        mean(seen.iter().filter_map(|seen| Some(seen.changes.get(stage)?.relative())))
    };
    let drifts: Vec<Option<f64>> = (0..log.architecture.stages.len()).map(drift).collect();
    let names = stage_names(log);
    let furthest = drifts
        .iter()
        .enumerate()
        .filter_map(|(stage, drift)| Some((stage, (*drift)?)))
        .max_by(|a, b| a.1.total_cmp(&b.1));
    let mut figures: Vec<_> = tried
        .iter()
        .map(|tried| {
            let name = format!("Test accuracy, {}", name(tried.strategy.cut));
            figure_within(&name, None, tried.accuracy, Unit::Share)
        })
        .collect();
    figures.push(shared_figure("Cuts tried", tried.len() as f64, Unit::Count));
    let (learn, all) = parameters(log, best.strategy);
    Ok(Finding {
        headline: headline(best, gained, log.study.transfer.cut),
        paragraph: format!(
            "Each point is training with another cut: what lies before it stayed frozen, what lies \
             behind learned. The highest one lets {learn} of {all} parameters learn and names {} \
             of the test pictures rightly, over {}. Where intervals overlap widely, one cut can \
             hardly be told from the other, and the highest of several is a little too high by \
             being chosen.{}",
            percent(best.accuracy.estimate),
            repetitions(log, best.rows.len()),
            match furthest {
                Some((stage, drift)) if drift > 0.0 => format!(
                    " In your fine-tuning, the weights of {} moved furthest, by {} of their \
                     length.",
                    with_article(&names[stage]),
                    percent(drift)
                ),
                _ => String::new(),
            }
        ),
        figures,
        plots: vec![
            Plot {
                title: "Test accuracy by the cut".to_owned(),
                axis: "what learns".to_owned(),
                unit: Unit::Share,
                shape: Shape::Lines,
                categories: tried.iter().map(|tried| name(tried.strategy.cut)).collect(),
                series: vec![Series {
                    name: "Test accuracy".to_owned(),
                    way: None,
                    values: tried.iter().map(|tried| Some(tried.accuracy.estimate)).collect(),
                    intervals: tried.iter().map(|tried| Some(tried.accuracy)).collect(),
                }],
            },
            Plot {
                title: "What each block learned: how far its weights moved".to_owned(),
                axis: "block".to_owned(),
                unit: Unit::Plain,
                shape: Shape::Bars,
                categories: names,
                series: vec![Series {
                    name: Way::FineTuning.title().to_owned(),
                    way: Some(Way::FineTuning),
                    values: drifts,
                    intervals: Vec::new(),
                }],
            },
        ],
        sources: tried
            .iter()
            .flat_map(|tried| tried.rows.iter().map(|(place, _)| *place))
            .collect(),
        ..Finding::default()
    })
}

/// The cuts that have ended, each with the repetitions that all of them have, so that
/// they compare.
fn tried<'a>(log: &'a StudyLog, strategies: Vec<&'a Strategy>, seed: u64) -> Vec<Tried<'a>> {
    let rows = strategies.into_iter().map(|strategy| {
        let rows: Vec<_> = log.trials_of(strategy, None).collect();
        (strategy, rows)
    });
    let ended: Vec<_> = rows.filter(|(_, rows)| !rows.is_empty()).collect();
    let have_all = |repetition: Repetition| {
        ended.iter().all(|(_, rows)| rows.iter().any(|(_, row)| row.trial.repetition == repetition))
    };
    let tried = ended.iter().filter_map(|(strategy, rows)| {
        let rows: Vec<_> =
            rows.iter().copied().filter(|(_, row)| have_all(row.trial.repetition)).collect();
        let accuracy = accuracy(rows.iter().map(|(_, row)| *row), seed)?;
        Some(Tried { strategy, rows, accuracy })
    });
    tried.collect()
}

impl Tried<'_> {
    /// How far it is ahead of another cut, with the same seeds and pictures.
    fn ahead_of(&self, other: &Self, seed: u64) -> Option<Interval> {
        let pairs =
            other.rows.iter().zip(&self.rows).map(|((_, first), (_, second))| [*first, *second]);
        ahead(pairs, seed)
    }
}

fn headline(best: &Tried, gained: Option<Interval>, transfer: Cut) -> String {
    let best = name(best.strategy.cut);
    let than = match transfer {
        Cut::HeadOnly => "a new head alone".to_owned(),
        cut => name(cut),
    };
    match gained {
        Some(gained) if gained.excludes_zero() => {
            format!("Best with {best}: {} over {than}.", points(gained.estimate))
        }
        Some(gained) if gained.estimate > 0.0 => format!(
            "No cut can be told from {than}; the highest, {best}, is {} above it.",
            points(gained.estimate)
        ),
        _ => format!("No cut does better than {than}."),
    }
}

/// A stage's name in a sentence: `block 3`, but `the stem`.
fn with_article(name: &str) -> String {
    if name.starts_with("block") { name.to_owned() } else { format!("the {name}") }
}

/// A cut in words.
fn name(cut: Cut) -> String {
    match cut {
        Cut::HeadOnly => "head only".to_owned(),
        Cut::LastBlocks(1) => "last block".to_owned(),
        Cut::LastBlocks(blocks) => format!("last {blocks} blocks"),
        Cut::Everything => "everything".to_owned(),
    }
}
