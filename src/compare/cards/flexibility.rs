//! Card 6, flexibility: how far the task is from what the backbone knows, against what fine-tuning
//! gained.

use super::summary::{Pairs, WAYS, figure_within, scope, shared_figure, too_few};
use super::words::{counted, lead, percent, range};
use crate::compare::{Finding, Plot, Series, Shape, StudyLog, Unit};
use crate::measure::Interval;

pub(super) fn finding(log: &StudyLog) -> Result<Finding, String> {
    let scope = scope(log);
    let pairs = Pairs::of(log)?;
    let gained = pairs.difference().ok_or_else(|| too_few(pairs.test_pictures()))?;
    let chance = 1.0 / log.classes.len().max(1) as f64;
    let known = log.distance.known(log.classes.len());
    let mut figures = vec![
        shared_figure("Nearest class mean, accuracy", log.distance.nearest_mean, Unit::Share),
        shared_figure("Of the way from chance to perfect", known, Unit::Share),
    ];
    if let Some(overlap) = log.distance.overlap {
        figures.push(shared_figure("Overlap of the classes", overlap, Unit::Share));
    }
    figures.push(figure_within("Fine-tuning ahead", None, gained, Unit::Points));
    let accuracies = WAYS.map(|way| pairs.accuracy(way));
    let mut plots = vec![levels(chance, log.distance.nearest_mean, accuracies)];
    plots.extend(among_samples(log, known, gained));
    let overlap = match log.distance.overlap {
        Some(overlap) => format!(
            " For {} of the pictures the nearest other one is of another class (Ho and Basu \
             2002, N3).",
            percent(overlap)
        ),
        None => String::new(),
    };
    Ok(Finding {
        headline: format!(
            "What the network knows already gets {} of the pictures right; after training, {}.",
            percent(log.distance.nearest_mean),
            if gained.excludes_zero() {
                lead(gained.estimate)
            } else {
                format!(
                    "whether fine-tuning is ahead cannot be told with {}",
                    counted(pairs.test_pictures(), "test picture", "test pictures")
                )
            }
        ),
        paragraph: format!(
            "Nothing was trained for the first number: a held-out picture is given the class whose \
             mean frozen feature is nearest (Mensink et al. 2013); guessing would get {}. The \
             closer it is to what a trained head reaches, the nearer the task is to what the \
             network knows, and the less there may be to gain by changing it.{overlap} After \
             training, {}; the difference is, with 95 % confidence {scope}, {}, above zero where \
             fine-tuning is ahead.",
            percent(chance),
            lead(gained.estimate),
            range(gained)
        ),
        figures,
        plots,
        sources: pairs.sources(),
        ..Finding::default()
    })
}

/// What guessing, the untrained features, a new head and fine-tuning get right.
fn levels(chance: f64, nearest_mean: f64, accuracies: [Option<Interval>; 2]) -> Plot {
    let [transfer, tuned] = accuracies;
    let estimate = |within: Option<Interval>| within.map(|within| within.estimate);
    let names = ["guessing", "nearest mean", "new head", "fine-tuned"];
    Plot {
        title: "From what the network knows to what was learned".to_owned(),
        axis: "how".to_owned(),
        unit: Unit::Share,
        shape: Shape::Bars,
        categories: names.map(str::to_owned).into(),
        series: vec![Series {
            name: "Accuracy".to_owned(),
            way: None,
            values: vec![Some(chance), Some(nearest_mean), estimate(transfer), estimate(tuned)],
            intervals: vec![None, None, transfer, tuned],
        }],
    }
}

/// This task beside the drawn ones, from what is known best to what is known least: what was known
/// before training, and what fine-tuning gained, which may be less than nothing.
fn among_samples(log: &StudyLog, known: f64, gained: Interval) -> Vec<Plot> {
    if log.samples.is_empty() {
        return Vec::new();
    }
    let mut tasks = vec![("yours".to_owned(), known, gained.estimate, Some(gained))];
    tasks.extend(log.samples.iter().map(|point| {
        let difference = point.fine_tuning - point.transfer;
        (point.task.title().to_lowercase(), point.known, difference, point.gained)
    }));
    tasks.sort_by(|a, b| b.1.total_cmp(&a.1));
    let plot = |name: &str, unit, values, intervals| Plot {
        title: format!("Your task among the drawn ones: {}", name.to_lowercase()),
        axis: "task".to_owned(),
        unit,
        shape: Shape::Bars,
        categories: tasks.iter().map(|(name, ..)| name.clone()).collect(),
        series: vec![Series { name: name.to_owned(), way: None, values, intervals }],
    };
    let known = tasks.iter().map(|task| Some(task.1)).collect();
    let gained = tasks.iter().map(|task| Some(task.2)).collect();
    let intervals = tasks.iter().map(|task| task.3).collect();
    vec![
        plot("Known before training", Unit::Share, known, Vec::new()),
        plot("Gained by fine-tuning, in points", Unit::Points, gained, intervals),
    ]
}
