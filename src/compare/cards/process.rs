//! Card 4, training process: phases, learning rates, parameters a step, and how long gradients are.

use super::summary::{Pairs, WAYS, figure, parameters, stage_names, strategy};
use super::words::counted;
use crate::compare::{Finding, Plot, Repetition, Series, Shape, StudyLog, TrialRow, Unit, Way};
use crate::model::STAGES;
use crate::train::{GradientRow, Phase, Strategy};

pub(super) fn finding(log: &StudyLog) -> Result<Finding, String> {
    let pairs = Pairs::of(log)?;
    let [(_, transfer), (_, tuned)] = pairs.rows[0];
    let mut figures = Vec::new();
    for (way, row) in WAYS.into_iter().zip([transfer, tuned]) {
        let (learn, _) = parameters(log, strategy(log, way));
        figures.push(figure("Epochs", way, row.epochs.len() as f64, Unit::Count));
        figures.push(figure("Steps", way, row.steps as f64, Unit::Count));
        figures.push(figure(
            "Parameters updated a step, last phase",
            way,
            learn as f64,
            Unit::Count,
        ));
    }
    let epochs = transfer.epochs.len().max(tuned.epochs.len());
    if epochs == 0 {
        return Err("No epoch of the first seed has ended.".to_owned());
    }
    let gradients = gradients(log, tuned);
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
        plots: [Some(rates(log, transfer, tuned, epochs)), shares_of_rate(log), gradients]
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

/// Learning rates over the epochs: of the head in both ways, and of the first stage that thaws.
fn rates(log: &StudyLog, transfer: &TrialRow, tuned: &TrialRow, epochs: usize) -> Plot {
    let head = |row: &TrialRow| {
        let rate = |epoch: usize| row.epochs.get(epoch).map(|row| row.head_rate);
        (0..epochs).map(rate).collect()
    };
    let of_stage = |stage: usize| {
        let rate = |epoch: usize| {
            let row = tuned.epochs.get(epoch)?;
            Some(match row.phase {
                Phase::Head => 0.0,
                Phase::Unfrozen => row.head_rate * log.study.fine_tuning.rate_factor(stage),
            })
        };
        (0..epochs).map(rate).collect()
    };
    let series =
        |name: String, way, values| Series { name, way: Some(way), values, intervals: Vec::new() };
    let mut all = vec![
        series("Transfer learning, head".to_owned(), Way::Transfer, head(transfer)),
        series("Fine-tuning, head".to_owned(), Way::FineTuning, head(tuned)),
    ];
    let first = log.study.fine_tuning.cut.first_trained_stage();
    if first < STAGES {
        let name = format!("Fine-tuning, {}", stage_names(log)[first]);
        all.push(series(name, Way::FineTuning, of_stage(first)));
    }
    Plot {
        title: "Learning rates".to_owned(),
        axis: "epoch".to_owned(),
        unit: Unit::Plain,
        shape: Shape::Lines,
        categories: (1..=epochs).map(|epoch| epoch.to_string()).collect(),
        series: all,
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

/// How long each block's gradient was when layers had just thawed, and at the end.
fn gradients(log: &StudyLog, tuned: &TrialRow) -> Option<Plot> {
    let thawed: Vec<&GradientRow> =
        tuned.gradients.iter().filter(|row| row.first_stage < STAGES).collect();
    let (first, last) = (*thawed.first()?, *thawed.last()?);
    let mut categories = stage_names(log).split_off(first.first_stage);
    categories.push("head".to_owned());
    let series = |row: &GradientRow| Series {
        name: format!("Epoch {}", row.epoch),
        way: Some(Way::FineTuning),
        // Of training that went astray they may be no numbers.
        values: row.norms.iter().map(|&norm| Some(norm).filter(|norm| norm.is_finite())).collect(),
        intervals: Vec::new(),
    };
    Some(Plot {
        title: "Length of each block’s gradient, first and last epoch thawed".to_owned(),
        axis: "block".to_owned(),
        unit: Unit::Plain,
        shape: Shape::Bars,
        categories,
        series: if first == last { vec![series(first)] } else { vec![series(first), series(last)] },
    })
}
