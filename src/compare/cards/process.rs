//! Card 4, training process: phases, learning rates, parameters a step, and how long gradients are.

use super::summary::{Pairs, WAYS, figure, parameters, stage_names, strategy};
use super::words::counted;
use crate::compare::{Finding, Plot, Repetition, Series, Shape, StudyLog, TrialRow, Unit, Way};
use crate::model::STAGES;
use crate::train::{Phase, Strategy};

pub(super) fn finding(log: &StudyLog) -> Result<Finding, String> {
    let pairs = Pairs::of(log)?;
    let [(_, transfer), (_, tuned)] = pairs.rows[0];
    let mut figures = Vec::new();
    for (way, row) in WAYS.into_iter().zip([transfer, tuned]) {
        figures.push(figure("Epochs", way, row.epochs.len() as f64, Unit::Count));
        figures.push(figure("Steps", way, row.steps as f64, Unit::Count));
        let head = log.architecture.head_parameters(log.classes.len());
        let (thawed, _) = parameters(log, strategy(log, way));
        let phases = phases(row);
        for (epochs, what, learn) in
            [(phases.0, "head alone", head), (phases.1, "layers thawed", thawed)]
        {
            if epochs > 0 {
                let name = format!("Parameters updated a step, {what}");
                figures.push(figure(&name, way, learn as f64, Unit::Count));
            }
        }
    }
    let epochs = transfer.epochs.len().max(tuned.epochs.len());
    if epochs == 0 {
        return Err("No epoch of the first seed has ended.".to_owned());
    }
    let gradients = gradients(log, [transfer, tuned]);
    let (head, unfrozen) = phases(tuned);
    let mut sentences = Vec::new();
    if head > 0 && unfrozen > 0 {
        sentences.push(
            "The head goes first so that its random weights do not pull the pretrained ones about."
                .to_owned(),
        );
    }
    if unfrozen > 0 {
        sentences.push(thawed_rates(strategy(log, Way::FineTuning)));
    }
    if gradients.is_some() {
        sentences.push(
            "A gradient’s length says how hard a block is pulled; it is noted at the last step of \
             an epoch, before clipping."
                .to_owned(),
        );
    }
    let Repetition { seed, fold } = tuned.trial.repetition;
    sentences.push(if log.study.takes_turns() {
        format!("Shown is seed {seed}, fold {}.", fold + 1)
    } else {
        format!("Shown is seed {seed}.")
    });
    Ok(Finding {
        headline: if unfrozen == 0 && phases(transfer).1 == 0 {
            "Both ways train a new head and nothing else.".to_owned()
        } else {
            format!(
                "Transfer learning trains {}; fine-tuning trains {}.",
                phases_in_words(transfer),
                phases_in_words(tuned)
            )
        },
        paragraph: sentences.join(" "),
        figures,
        plots: [Some(rates(log, [transfer, tuned], epochs)), shares_of_rate(log), gradients]
            .into_iter()
            .flatten()
            .collect(),
        sources: vec![pairs.rows[0][0].0, pairs.rows[0][1].0],
        ..Finding::default()
    })
}

/// Epochs of the head alone, and of everything behind the cut.
fn phases(row: &TrialRow) -> (usize, usize) {
    let unfrozen = row.epochs.iter().filter(|row| row.phase == Phase::Unfrozen).count();
    (row.epochs.len() - unfrozen, unfrozen)
}

fn phases_in_words(row: &TrialRow) -> String {
    let epochs = |count| counted(count, "epoch", "epochs");
    match phases(row) {
        (0, 0) => "for less than an epoch".to_owned(),
        (head, 0) => format!("the head for {}", epochs(head)),
        (0, unfrozen) => format!("everything behind the cut at once for {}", epochs(unfrozen)),
        (head, unfrozen) => format!(
            "the head for {}, then everything behind the cut for {}",
            epochs(head),
            epochs(unfrozen)
        ),
    }
}

/// The rates once layers have thawed, as they were set.
fn thawed_rates(strategy: &Strategy) -> String {
    let Strategy { head_rate, unfrozen_rate, depth_factor, head_epochs, .. } = strategy;
    let alone = match head_epochs {
        0 => String::new(),
        _ => format!("The head alone learns at a rate of up to {head_rate}. "),
    };
    let depth = if *depth_factor < 1.0 {
        format!("{depth_factor} times as high for each block further from the head")
    } else {
        "the same for every block".to_owned()
    };
    format!("{alone}Once layers have thawed, the rate goes up to {unfrozen_rate}, {depth}.")
}

/// A line over the epochs for the head of each way, and one for every stage that thaws in it.
fn by_epoch(
    log: &StudyLog,
    rows: [&TrialRow; 2],
    epochs: usize,
    value: impl Fn(&TrialRow, &Strategy, usize, Option<usize>) -> Option<f64>,
) -> Vec<Series> {
    let names = stage_names(log);
    let mut all = Vec::new();
    for (way, row) in WAYS.into_iter().zip(rows) {
        let strategy = strategy(log, way);
        let stages = strategy.cut.first_trained_stage()..names.len();
        for stage in [None].into_iter().chain(stages.map(Some)) {
            let part = stage.map_or("head", |stage| &names[stage]);
            all.push(Series {
                name: format!("{}, {part}", way.title()),
                way: Some(way),
                values: (1..=epochs).map(|epoch| value(row, strategy, epoch, stage)).collect(),
                intervals: Vec::new(),
            });
        }
    }
    all
}

/// Learning rates over the epochs, of the head and of every stage that thaws.
fn rates(log: &StudyLog, rows: [&TrialRow; 2], epochs: usize) -> Plot {
    let rate = |row: &TrialRow, strategy: &Strategy, epoch: usize, stage: Option<usize>| {
        let row = row.epochs.get(epoch - 1)?;
        Some(match (stage, row.phase) {
            (None, _) => row.head_rate,
            (Some(_), Phase::Head) => 0.0,
            (Some(stage), Phase::Unfrozen) => row.head_rate * strategy.rate_factor(stage),
        })
    };
    Plot {
        title: "Learning rates".to_owned(),
        axis: "epoch".to_owned(),
        unit: Unit::Plain,
        shape: Shape::Lines,
        categories: (1..=epochs).map(|epoch| epoch.to_string()).collect(),
        series: by_epoch(log, rows, epochs, rate),
    }
}

/// Each block's rate once layers have thawed, as a share of the head's at the same time.
fn shares_of_rate(log: &StudyLog) -> Option<Plot> {
    let tuned = &log.study.fine_tuning;
    let first = tuned.cut.first_trained_stage();
    if first >= STAGES {
        return None;
    }
    let mut categories = stage_names(log).split_off(first);
    categories.push("head".to_owned());
    let blocks = (first..STAGES).map(|stage| Some(tuned.rate_factor(stage)));
    Some(Plot {
        title: "Each block’s learning rate as a share of the head’s, at any time".to_owned(),
        axis: "block".to_owned(),
        unit: Unit::Share,
        shape: Shape::Bars,
        categories,
        series: vec![Series {
            name: Way::FineTuning.title().to_owned(),
            way: Some(Way::FineTuning),
            values: blocks.chain([Some(1.0)]).collect(),
            intervals: Vec::new(),
        }],
    })
}

/// How long the gradients of the head and of every stage that thaws were, at every epoch in which
/// they learned and were looked at.
fn gradients(log: &StudyLog, rows: [&TrialRow; 2]) -> Option<Plot> {
    let all = rows.iter().flat_map(|row| &row.gradients);
    let epochs = all.map(|row| row.epoch).max()?;
    let norm = |row: &TrialRow, _: &Strategy, epoch: usize, stage: Option<usize>| {
        let row = row.gradients.iter().find(|row| row.epoch == epoch)?;
        // The head stands behind the last stage.
        let place = stage.unwrap_or(STAGES).checked_sub(row.first_stage)?;
        // Of training that went astray they may be no numbers.
        row.norms.get(place).copied().filter(|norm| norm.is_finite())
    };
    Some(Plot {
        title: "Length of each block’s gradient".to_owned(),
        axis: "epoch".to_owned(),
        unit: Unit::Plain,
        shape: Shape::Lines,
        categories: (1..=epochs).map(|epoch| epoch.to_string()).collect(),
        series: by_epoch(log, rows, epochs, norm),
    })
}
