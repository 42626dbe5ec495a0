//! Card 2, dataset size: accuracy of both ways on fewer and more pictures a class, and where one
//! overtakes the other.

use super::summary::{Pairs, WAYS, figure_within, repetitions, scope};
use super::words::{a_class, capital, lead, leader, listed, range};
use crate::compare::{Finding, Plot, Series, Shape, StudyLog, Unit, pictures_a_class};
use crate::measure::Interval;

pub(super) fn finding(log: &StudyLog) -> Result<Finding, String> {
    let scope = scope(log);
    let sizes: Vec<Option<usize>> = pictures_a_class(log.fewest).map(Some).chain([None]).collect();
    let tried: Vec<(Option<usize>, Pairs)> =
        sizes.into_iter().filter_map(|size| Some((size, Pairs::with(log, size).ok()?))).collect();
    // What is compared has the same repetitions, while others are still on their way.
    let mut shared = tried.first().map_or_else(Vec::new, |(_, pairs)| pairs.repetitions());
    for (_, pairs) in &tried {
        let of_these = pairs.repetitions();
        shared.retain(|repetition| of_these.contains(repetition));
    }
    let tried: Vec<_> = tried.iter().map(|(size, pairs)| (*size, pairs.only(&shared))).collect();
    if tried.len() < 2 || shared.is_empty() {
        return Err(if log.fewest < 2 {
            "There are too few pictures a class to leave some out.".to_owned()
        } else {
            "Runs on fewer pictures have yet to end.".to_owned()
        });
    }
    let pictures = |size: Option<usize>| size.unwrap_or(log.fewest);
    let series = WAYS.map(|way| {
        let accuracies: Vec<_> = tried.iter().map(|(_, pairs)| pairs.accuracy(way)).collect();
        Series {
            name: way.title().to_owned(),
            way: Some(way),
            values: accuracies.iter().map(|found| found.map(|within| within.estimate)).collect(),
            intervals: accuracies,
        }
    });
    let differences: Vec<_> = tried
        .iter()
        .filter_map(|(size, pairs)| Some((pictures(*size), pairs.difference()?)))
        .collect();
    let figures = differences.iter().map(|(size, difference)| {
        let name = format!("Fine-tuning ahead, {size} a class");
        figure_within(&name, None, *difference, Unit::Points)
    });
    let [(smallest, first), .., (largest, last)] = differences[..] else {
        return Err("There are too few test pictures.".to_owned());
    };
    let sizes: Vec<String> = differences.iter().map(|(size, _)| size.to_string()).collect();
    let times = tried.iter().map(|(_, pairs)| pairs.rows.len());
    Ok(Finding {
        headline: headline(&differences),
        paragraph: format!(
            "Both ways learned from {} pictures a class, each set part of the next, and were \
             tested on the same pictures; {} is all that the smallest class has to learn from. \
             With {smallest} a class, {} (with 95 % confidence {} {scope}, above \
             zero where fine-tuning is ahead); with {largest}, {} ({}). Every size was tried with \
             {} at least. A smaller set gets more epochs, at most four times as many, to come near \
             the steps of the whole one; the best epoch is always chosen on the same validation \
             pictures.",
            listed(&sizes),
            log.fewest,
            lead(first.estimate),
            range(first),
            lead(last.estimate),
            range(last),
            repetitions(log, times.min().unwrap_or(0)),
        ),
        figures: figures.collect(),
        plots: vec![Plot {
            title: "Test accuracy by pictures to learn from".to_owned(),
            axis: "training pictures a class".to_owned(),
            unit: Unit::Share,
            shape: Shape::Lines,
            categories: tried.iter().map(|(size, _)| pictures(*size).to_string()).collect(),
            series: series.into(),
        }],
        sources: tried.iter().flat_map(|(_, pairs)| pairs.sources()).collect(),
        ..Finding::default()
    })
}

/// Who is ahead where, and where one overtakes the other; only sizes count at which the two can be
/// told apart.
fn headline(differences: &[(usize, Interval)]) -> String {
    let told: Vec<(usize, f64)> = differences
        .iter()
        .filter(|(_, difference)| difference.excludes_zero())
        .map(|(size, difference)| (*size, difference.estimate))
        .collect();
    let crossing = told.windows(2).rev().find(|pair| pair[0].1 * pair[1].1 < 0.0);
    if let Some([(before, one), (after, other)]) = crossing {
        return format!(
            "The curves cross: {} is ahead with {}, {} with {after}.",
            leader(*one),
            a_class(*before),
            leader(*other)
        );
    }
    let Some(&(largest, ahead)) = told.last() else {
        return "No crossing can be told: at no size tried can the two ways be told apart."
            .to_owned();
    };
    if told.len() == differences.len() {
        return format!(
            "{} is ahead at every size tried, from {} to {largest}.",
            capital(leader(ahead)),
            a_class(told[0].0)
        );
    }
    let sizes: Vec<String> = told.iter().map(|(size, _)| size.to_string()).collect();
    let noun = if sizes == ["1"] { "picture" } else { "pictures" };
    format!(
        "No crossing can be told: {} is ahead with {} {noun} a class; at the other sizes the two \
         ways cannot be told apart.",
        leader(ahead),
        listed(&sizes)
    )
}
