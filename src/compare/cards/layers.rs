//! 3. Layers involved: accuracy as a function of the cut, and what each block learned.

use super::super::card::{Finding, Plot, Series, Shape, Unit, Way};
use super::super::log::StudyLog;
use super::super::trial::TrialRow;
use super::summary::{
    Pairs, accuracy, figure_within, mean, parameters, shared_figure, stage_names,
};
use super::words::{percent, points};
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
    let tried: Vec<Tried> = strategies
        .into_iter()
        .filter_map(|strategy| {
            let rows: Vec<_> = log.trials_of(strategy, None).collect();
            let accuracy = accuracy(rows.iter().map(|(_, row)| *row), seed)?;
            Some(Tried { strategy, rows, accuracy })
        })
        .collect();
    if tried.len() < LEAST_CUTS {
        return Err("The cuts between head only and everything have yet to be tried.".to_owned());
    }
    let pairs = Pairs::of(log)?;
    let best = tried
        .iter()
        .max_by(|a, b| a.accuracy.estimate.total_cmp(&b.accuracy.estimate))
        .ok_or("No cut was tried.")?;
    let head = tried.iter().find(|tried| tried.strategy.cut == Cut::HeadOnly);
    let gained = head.map(|head| best.accuracy.estimate - head.accuracy.estimate);
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
        headline: match gained {
            Some(gained) if best.strategy.cut != Cut::HeadOnly => format!(
                "Best with {}: {} over a new head alone.",
                name(best.strategy.cut),
                points(gained)
            ),
            _ => "No cut does better than a new head alone.".to_owned(),
        },
        paragraph: format!(
            "Each point is the same training with another cut: what lies before it stayed frozen, \
             what lies behind learned. The best one lets {learn} of {all} parameters learn and \
             names {} of the test pictures rightly. The intervals overlap where one cut cannot be \
             told from another.{}",
            percent(best.accuracy.estimate),
            match furthest {
                Some((stage, drift)) if drift > 0.0 => format!(
                    " In your fine-tuning, {} learned most: its weights moved by {}.",
                    names[stage],
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
                unit: Unit::Share,
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

/// A cut in words.
fn name(cut: Cut) -> String {
    match cut {
        Cut::HeadOnly => "head only".to_owned(),
        Cut::LastBlocks(1) => "last block".to_owned(),
        Cut::LastBlocks(blocks) => format!("last {blocks} blocks"),
        Cut::Everything => "everything".to_owned(),
    }
}
