//! 2. Dataset size: accuracy of both ways on fewer and more pictures a class, and where one
//! overtakes the other.

use super::super::card::{Finding, Plot, Series, Shape, Unit};
use super::super::log::StudyLog;
use super::super::study::pictures_a_class;
use super::summary::{Pairs, WAYS, figure_within};
use super::words::{between, points};

pub(super) fn finding(log: &StudyLog) -> Result<Finding, String> {
    let sizes: Vec<Option<usize>> = pictures_a_class(log.fewest).map(Some).chain([None]).collect();
    let tried: Vec<(Option<usize>, Pairs)> =
        sizes.into_iter().filter_map(|size| Some((size, Pairs::with(log, size).ok()?))).collect();
    if tried.len() < 2 {
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
    let mut figures = Vec::new();
    for (size, difference) in &differences {
        let name = format!("Fine-tuning ahead, {size} a class");
        figures.push(figure_within(&name, None, *difference, Unit::Points));
    }
    let (_, last) = *differences.last().ok_or("There are too few test pictures.")?;
    // From where on fine-tuning is never behind.
    let overtakes = differences
        .iter()
        .rposition(|(_, difference)| difference.estimate <= 0.0)
        .map_or(Some(0), |place| (place + 1 < differences.len()).then_some(place + 1));
    let headline = match overtakes {
        Some(0) => format!(
            "Fine-tuning is ahead at every size tried, by {} with all pictures.",
            points(last.estimate).trim_start_matches('+')
        ),
        Some(place) => format!(
            "The curves cross: from {} pictures a class on, fine-tuning is ahead.",
            differences[place].0
        ),
        None => "Fine-tuning does not overtake transfer learning with the pictures there \
                 are."
            .to_owned(),
    };
    let (smallest, first) = differences[0];
    Ok(Finding {
        headline,
        paragraph: format!(
            "Both ways learned from 1, 2, 4, … pictures a class, each set part of the next, up to \
             all {} of the smallest class, and were tested on the same pictures. With {smallest} a \
             class fine-tuning is ahead by {} ({}), with all by {} ({}). A set with few pictures \
             makes as many steps as a large one, up to four times the epochs; the best epoch is \
             always chosen on the same validation pictures.",
            log.fewest,
            points(first.estimate),
            between(first),
            points(last.estimate),
            between(last),
        ),
        figures,
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
