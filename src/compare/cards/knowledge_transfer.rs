//! 10. Scope of knowledge transfer: how similar each block's features stayed to the pretrained
//! ones, and how much of the old ability is left.

use super::super::card::{Finding, Plot, Series, Shape, Unit, Way};
use super::super::log::StudyLog;
use super::super::trial::{Examination, Hits};
use super::summary::{Pairs, WAYS, figure, mean, shared_figure, stage_names};
use super::words::percent;

pub(super) fn finding(log: &StudyLog) -> Result<Finding, String> {
    let pairs = Pairs::of(log)?;
    let stages = log.architecture.stages.len();
    let tuned = pairs.examinations(Way::FineTuning);
    let last = at(&tuned, stages - 1).ok_or(
        "How similar features stayed shows once both models were examined on at least four \
         pictures.",
    )?;
    let mut figures = Vec::new();
    let mut left = [None; 2];
    for way in WAYS {
        let seen = pairs.examinations(way);
        if let Some(similar) = at(&seen, stages - 1) {
            figures.push(figure("Last features, similarity", way, similar, Unit::Plain));
        }
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
    let at_once = log.study.fine_tuning.at_once();
    let rows: Vec<_> = log.trials_of(&at_once, None).collect();
    let seen: Vec<&Examination> =
        rows.iter().filter_map(|(_, row)| row.examination.as_ref()).collect();
    let mut compared = String::new();
    if let Some(distorted) = at(&seen, stages - 1).filter(|_| at_once != log.study.fine_tuning) {
        figures.push(shared_figure("Last features, thawed at once", distorted, Unit::Plain));
        all.push(series("Fine-tuning at once", None, &seen));
        sources.extend(rows.iter().map(|(place, _)| *place));
        compared = format!(
            " Thawing everything at once, without training the head first, leaves the last \
             features at {distorted:.2} (Kumar et al., arXiv 2202.10054, expect them to be \
             distorted more)."
        );
    }
    let kept = left[Way::FineTuning as usize].map_or_else(String::new, |left| {
        format!(", and keeps {} of the old answers", percent(left))
    });
    Ok(Finding {
        headline: format!(
            "Transfer learning keeps every feature; fine-tuning leaves the last ones {last:.2} \
             similar{kept}.",
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
