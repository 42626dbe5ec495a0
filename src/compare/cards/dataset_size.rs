//! Card 2, dataset size: accuracy of both ways on fewer and more pictures a class, and where one
//! overtakes the other.

use super::sizes::{Size, in_words};
use super::summary::{Pairs, WAYS, figure_within, repetitions, scope, too_few};
use super::words::{capital, lead, leader, range};
use crate::compare::attempt::MOST_TIMES_THE_EPOCHS;
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
    let tried: Vec<(Size, Pairs)> =
        tried.into_iter().map(|(asked, pairs)| (Size::of(asked, &pairs), pairs)).collect();
    let series = WAYS.map(|way| {
        let accuracies: Vec<_> = tried.iter().map(|(_, pairs)| pairs.accuracy(way)).collect();
        Series {
            name: way.title().to_owned(),
            way: Some(way),
            values: accuracies.iter().map(|found| found.map(|within| within.estimate)).collect(),
            intervals: accuracies,
        }
    });
    let differences: Vec<_> =
        tried.iter().filter_map(|(size, pairs)| Some((*size, pairs.difference()?))).collect();
    let figures = differences.iter().map(|(size, difference)| {
        let name = format!("Fine-tuning ahead, {}", size.short());
        figure_within(&name, None, *difference, Unit::Points)
    });
    let [(smallest, first), .., (largest, last)] = differences[..] else {
        let pictures = tried.iter().map(|(_, pairs)| pairs.test_pictures());
        return Err(too_few(pictures.min().unwrap_or(0)));
    };
    let sizes: Vec<Size> = differences.iter().map(|(size, _)| *size).collect();
    let uneven = if sizes.iter().any(|size| size.is_uneven()) {
        ", so that what is added last is of the larger classes"
    } else {
        ""
    };
    let times = tried.iter().map(|(_, pairs)| pairs.rows.len());
    Ok(Finding {
        headline: headline(&differences),
        paragraph: format!(
            "Both ways learned from {}, each set part of the next, and were tested on the same \
             pictures; {} is all that the smallest class has to learn from{uneven}. \
             With {}, {} (with 95 % confidence {} {scope}, above \
             zero where fine-tuning is ahead); with {}, {} ({}). Every size was tried with \
             {} at least. A smaller set gets more epochs, at most {MOST_TIMES_THE_EPOCHS} times as many, to come near \
             the steps of the whole one; the best epoch is always chosen on the same validation \
             pictures.",
            in_words(&sizes),
            log.fewest,
            smallest.long(),
            lead(first.estimate),
            range(first),
            largest.long(),
            lead(last.estimate),
            range(last),
            repetitions(log, times.min().unwrap_or(0)),
        ),
        figures: figures.collect(),
        plots: vec![Plot {
            title: "Test accuracy by pictures to learn from".to_owned(),
            axis: "training pictures a class, of all the mean".to_owned(),
            unit: Unit::Share,
            shape: Shape::Lines,
            categories: tried.iter().map(|(size, _)| size.on_axis()).collect(),
            series: series.into(),
        }],
        sources: tried.iter().flat_map(|(_, pairs)| pairs.sources()).collect(),
        ..Finding::default()
    })
}

/// Who is ahead where, and where one overtakes the other; only sizes count at which the two can be
/// told apart.
fn headline(differences: &[(Size, Interval)]) -> String {
    let told: Vec<(Size, f64)> = differences
        .iter()
        .filter(|(_, difference)| difference.excludes_zero())
        .map(|(size, difference)| (*size, difference.estimate))
        .collect();
    let crossing = told.windows(2).rev().find(|pair| pair[0].1 * pair[1].1 < 0.0);
    if let Some([(before, one), (after, other)]) = crossing {
        return format!(
            "The curves cross: {} is ahead with {}, {} with {}.",
            leader(*one),
            before.long(),
            leader(*other),
            after.long()
        );
    }
    let Some(&(largest, ahead)) = told.last() else {
        return "No crossing can be told: at no size tried can the two ways be told apart."
            .to_owned();
    };
    if told.len() == differences.len() {
        return format!(
            "{} is ahead at every size tried, from {} to {}.",
            capital(leader(ahead)),
            told[0].0.long(),
            largest.long()
        );
    }
    let sizes: Vec<Size> = told.iter().map(|(size, _)| *size).collect();
    format!(
        "No crossing can be told: {} is ahead with {}; at the other sizes the two ways cannot be \
         told apart.",
        leader(ahead),
        in_words(&sizes)
    )
}
