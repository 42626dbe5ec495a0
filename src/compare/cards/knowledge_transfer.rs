//! Card 10, scope of knowledge transfer: how similar each block's features stayed to the pretrained
//! ones, and how much of the old ability is left.

use super::summary::{Pairs, WAYS, figure, mean, repetitions, shared_figure, stage_names};
use super::words::{percent, plain};
use crate::compare::{Examination, Finding, Hits, Plot, Series, Shape, StudyLog, Unit, Way};
use crate::measure::LEAST_COMPARED;
use crate::model::Cut;

pub(super) fn finding(log: &StudyLog) -> Result<Finding, String> {
    let pairs = Pairs::of(log)?.examined();
    let stages = log.architecture.stages.len();
    let missing = || {
        format!(
            "How similar features stayed shows once both models were examined on at least \
             {LEAST_COMPARED} pictures."
        )
    };
    let last = |seen: &[&Examination]| at(seen, stages.saturating_sub(1));
    let mut similar = [0.0; 2];
    let mut figures = Vec::new();
    let mut left = [None; 2];
    for way in WAYS {
        let seen = pairs.examinations(way);
        similar[way as usize] = last(&seen).ok_or_else(missing)?;
        let value = similar[way as usize];
        figures.push(figure("Last features, similarity", way, value, Unit::Plain));
        let agreed: Hits = seen.iter().filter_map(|seen| seen.agreement).sum();
        if agreed.count > 0 {
            left[way as usize] = Some(agreed.share());
            figures.push(figure("Old answers kept", way, agreed.share(), Unit::Share));
        }
    }
    let series = |name: &str, way, seen: &[&Examination]| Series {
        name: name.to_owned(),
        way,
        values: (0..stages).map(|stage| at(seen, stage)).collect(),
        intervals: Vec::new(),
    };
    let mut all: Vec<Series> =
        WAYS.map(|way| series(way.title(), Some(way), &pairs.examinations(way))).into();
    let mut sources = pairs.sources();
    let mut compared = String::new();
    let mut thawed = pairs.head_first_and_at_once();
    thawed.retain(|both| both[1].1.examination.is_some());
    let seen_of = |place: usize| -> Vec<&Examination> {
        thawed.iter().filter_map(|both| both[place].1.examination.as_ref()).collect()
    };
    let (at_once, head_first) = (seen_of(1), seen_of(0));
    if let (Some(distorted), Some(kept)) = (last(&at_once), last(&head_first)) {
        figures.push(shared_figure("Last features, thawed at once", distorted, Unit::Plain));
        all.push(series("Fine-tuning at once", None, &at_once));
        sources.extend(thawed.iter().map(|both| both[1].0));
        compared = format!(
            " Over the {} with which both were tried, thawing at once leaves the last features at \
             {}, training the head first at {}; Kumar et al. (arXiv 2202.10054) expect thawing at \
             once to distort them more.",
            repetitions(log, thawed.len()),
            plain(distorted),
            plain(kept)
        );
    }
    let kept = |way: Way| {
        left[way as usize]
            .map_or_else(String::new, |left| format!(" and {} of the old answers", percent(left)))
    };
    let transfer = if log.study.transfer.cut == Cut::HeadOnly {
        "Transfer learning keeps every feature".to_owned()
    } else {
        format!(
            "Transfer learning keeps a similarity of {} in the last features{}",
            plain(similar[0]),
            kept(Way::Transfer)
        )
    };
    Ok(Finding {
        headline: format!(
            "{transfer}; fine-tuning keeps a similarity of {} in the last ones{}.",
            plain(similar[1]),
            kept(Way::FineTuning)
        ),
        paragraph: format!(
            "Similarity is linear CKA between the features of your pictures before and after \
             (Kornblith et al., arXiv 1905.00414, unbiased): 1 is the same up to rotation and \
             scale, 0 unrelated. What is frozen stays at 1 by construction. The old ability is \
             how often the classifier that the network was pretrained with still gives the answer \
             to your pictures that it gave before.{compared}"
        ),
        figures,
        plots: vec![Plot {
            title: "Similarity to the pretrained features, block by block".to_owned(),
            axis: "block".to_owned(),
            unit: Unit::Plain,
            shape: Shape::Lines,
            categories: stage_names(log),
            series: all,
        }],
        sources,
        ..Finding::default()
    })
}

/// The mean similarity of a stage.
fn at(seen: &[&Examination], stage: usize) -> Option<f64> {
    mean(seen.iter().filter_map(|seen| *seen.similarity.get(stage)?))
}
