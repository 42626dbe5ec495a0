//! Card 1, definition and purpose: how much of the network each way reuses as it was, and how much
//! it changes.

use super::summary::{Pairs, WAYS, figure, mean, parameters, repetitions, stage_names, strategy};
use super::words::percent;
use crate::compare::{Finding, Plot, Series, Shape, StageChange, StudyLog, Unit};

/// A change has no upper bound, so it is no share.
const MOVED: &str = "Change of the backbone, as a part of its length";

pub(super) fn finding(log: &StudyLog) -> Result<Finding, String> {
    let pairs = Pairs::of(log)?.examined();
    let missing = || "The weights of both models have yet to be compared.".to_owned();
    let mut figures = Vec::new();
    let mut series = Vec::new();
    let mut reused = [0.0; 2];
    let mut moved = [0.0; 2];
    for way in WAYS {
        let (learn, all) = parameters(log, strategy(log, way));
        reused[way as usize] = (all - learn) as f64 / all as f64;
        let examinations = pairs.examinations(way);
        moved[way as usize] =
            mean(examinations.iter().map(|seen| StageChange::of_all(&seen.changes).relative()))
                .ok_or_else(missing)?;
        figures.push(figure("Reused as it was", way, reused[way as usize], Unit::Share));
        figures.push(figure("Parameters that learn", way, learn as f64, Unit::Count));
        figures.push(figure(MOVED, way, moved[way as usize], Unit::Plain));
        let stage = |stage: usize| {
            mean(examinations.iter().filter_map(|seen| Some(seen.changes.get(stage)?.relative())))
        };
        series.push(Series {
            name: way.title().to_owned(),
            way: Some(way),
            values: (0..log.architecture.stages.len()).map(stage).collect(),
            intervals: Vec::new(),
        });
    }
    let [kept, kept_tuned] = reused;
    Ok(Finding {
        headline: format!(
            "Transfer learning reuses {} of the network as it was, fine-tuning {}.",
            percent(kept),
            percent(kept_tuned)
        ),
        paragraph: format!(
            "Transfer learning puts a new head on features that are there; its purpose is to use \
             what the network knows. Fine-tuning starts from the same weights and moves those \
             behind the cut towards your pictures. Over the whole backbone, transfer learning \
             moved the weights by {} of their length, fine-tuning by {} (mean over {}). Each bar \
             is the length of what was added to a block’s weights, as a part of the length of the \
             pretrained ones.",
            percent(moved[0]),
            percent(moved[1]),
            repetitions(log, pairs.rows.len())
        ),
        figures,
        plots: vec![Plot {
            title: "How far the weights of each block moved".to_owned(),
            axis: "block".to_owned(),
            unit: Unit::Plain,
            shape: Shape::Bars,
            categories: stage_names(log),
            series,
        }],
        sources: pairs.sources(),
        ..Finding::default()
    })
}
