//! Card 5, speed and computational cost: seconds, operations, memory, and the time to most of
//! the final accuracy.

use super::summary::{Pairs, WAYS, figure, mean, repetitions, shared_figure};
use super::words::{listed, times, whole_percent};
use crate::compare::{Finding, Plot, Series, Shape, StudyLog, TrialRow, Unit, Way};
use crate::model::Work;
use crate::train::most_views;

/// Share of the final accuracy to which the time is told.
const NEARLY: f64 = 0.9;

pub(super) fn finding(log: &StudyLog) -> Result<Finding, String> {
    let pairs = Pairs::of(log)?;
    let looking = operations_of_looking(log) as f64;
    let mut figures = vec![
        shared_figure("Looking at every picture once, shared", log.feature_seconds, Unit::Seconds),
        shared_figure("Operations of looking, shared", looking, Unit::Operations),
    ];
    let (mut seconds, mut operations) = ([0.0; 2], [0.0; 2]);
    let mut untimed = Vec::new();
    for way in WAYS {
        seconds[way as usize] = pairs.mean(way, |row| row.result.seconds);
        figures.push(figure("Training", way, seconds[way as usize], Unit::Seconds));
        operations[way as usize] = pairs.mean(way, |row| row.operations as f64);
        figures.push(figure("Operations", way, operations[way as usize], Unit::Operations));
        let memory = pairs.mean(way, |row| row.memory as f64);
        figures.push(figure("Memory, counted", way, memory, Unit::Bytes));
        if let Some(reached) = mean(pairs.of_way(way).filter_map(nearly_there)) {
            let name = format!("To {} of the final accuracy", whole_percent(NEARLY));
            figures.push(figure(&name, way, reached, Unit::Seconds));
        }
        let without = pairs.of_way(way).filter(|row| row.result.validation.correct == 0).count();
        if without > 0 {
            untimed.push(format!(
                " With {}, {} named no validation picture rightly, so there is no time to {} of \
                 its final accuracy.",
                repetitions(log, without),
                way.title().to_lowercase(),
                whole_percent(NEARLY)
            ));
        }
    }
    // A clock may be too coarse to see anything.
    let ratio = |[first, second]: [f64; 2]| (first > 0.0).then(|| second / first);
    let of_operations = ratio(operations);
    let with_looking = ratio(operations.map(|operations| operations + looking));
    let of_seconds = ratio(seconds);
    for (name, ratio) in [
        ("Seconds", of_seconds),
        ("Operations", of_operations),
        ("Operations with looking", with_looking),
    ] {
        let name = format!("{name}, fine-tuning over transfer");
        figures.extend(ratio.map(|ratio| shared_figure(&name, ratio, Unit::Ratio)));
    }
    let parts = [
        of_seconds.map(|ratio| format!("{} as long", times(ratio))),
        of_operations.map(|ratio| format!("{} as many operations", times(ratio))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let overhead = match (of_seconds, of_operations) {
        (Some(seconds), Some(operations)) if seconds < operations => {
            " Seconds grow less than operations, since a step takes time that is no arithmetic."
        }
        _ => "",
    };
    Ok(Finding {
        headline: if parts.is_empty() {
            "Transfer learning took no time that could be measured.".to_owned()
        } else {
            format!(
                "Beyond looking at every picture once, which both ways share, fine-tuning takes {} \
                 as transfer learning.",
                listed(&parts)
            )
        },
        paragraph: format!(
            "Seconds are those of computing, of one engine, mean over {}; validation and test are \
             in them, looking at every picture once is not, since both ways share it{}. Operations \
             are counted from the layout of the network, memory too: parameters, gradients and \
             activations, and the features that are kept.{overhead}{}",
            repetitions(log, pairs.rows.len()),
            with_looking.map_or_else(String::new, |ratio| format!(
                "; with it, fine-tuning takes {} as many operations",
                times(ratio)
            )),
            untimed.concat()
        ),
        figures,
        plots: vec![learning_over_time(&pairs)],
        sources: pairs.sources(),
        ..Finding::default()
    })
}

/// Floating point operations of the pass of every picture, and of every view of one, through the
/// pretrained network, counted from its layout.
fn operations_of_looking(log: &StudyLog) -> u64 {
    let looked_at = log.pictures.saturating_mul(1 + most_views(&log.study.strategies()));
    let layers = log.architecture.layers_from(0).map(|layer| layer.forward(looked_at));
    layers.sum::<Work>().floating_point_operations
}

/// Seconds until the validation accuracy was first at this share of that of the kept epoch. None
/// where nothing was named rightly, which every epoch reaches.
fn nearly_there(row: &TrialRow) -> Option<f64> {
    let goal = NEARLY * row.result.validation.accuracy();
    if row.result.validation.correct == 0 {
        return None;
    }
    row.epochs.iter().find(|epoch| epoch.validation.accuracy() >= goal).map(|epoch| epoch.seconds)
}

/// Validation accuracy of the first seed after tenths of the longer one's seconds.
fn learning_over_time(pairs: &Pairs) -> Plot {
    const MARKS: usize = 10;
    let rows = pairs.rows[0].map(|(_, row)| row);
    let longest = rows.iter().map(|row| row.result.seconds).fold(0.0, f64::max);
    let marks: Vec<f64> = (1..=MARKS).map(|mark| longest * mark as f64 / MARKS as f64).collect();
    let series = |way: Way| Series {
        name: way.title().to_owned(),
        way: Some(way),
        values: marks
            .iter()
            .map(|&mark| {
                let so_far = rows[way as usize].epochs.iter().filter(|row| row.seconds <= mark);
                so_far.map(|row| row.validation.accuracy()).reduce(f64::max)
            })
            .collect(),
        intervals: Vec::new(),
    };
    Plot {
        title: "Best validation accuracy so far".to_owned(),
        axis: "seconds of computing".to_owned(),
        unit: Unit::Share,
        shape: Shape::Lines,
        categories: marks.iter().map(|seconds| format!("{seconds:.2}")).collect(),
        series: WAYS.map(series).into(),
    }
}
