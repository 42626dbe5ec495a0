//! 4. Training process: phases, learning rates, parameters a step, and how long gradients are.

use super::super::card::{Finding, Plot, Series, Shape, Unit, Way};
use super::super::log::StudyLog;
use super::super::trial::TrialRow;
use super::summary::{Pairs, WAYS, figure, parameters, stage_names, strategy};
use super::words::counted;
use crate::model::STAGES;
use crate::train::{GradientRow, Phase};

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
    let unfrozen = tuned.epochs.iter().filter(|row| row.phase == Phase::Unfrozen).count();
    let first_of_head = tuned.epochs.len() - unfrozen;
    let epochs = transfer.epochs.len().max(tuned.epochs.len());
    let plots = [Some(rates(log, transfer, tuned, epochs)), gradients(log, tuned)];
    Ok(Finding {
        headline: if unfrozen == 0 {
            "Both ways train a new head and nothing else.".to_owned()
        } else {
            format!(
                "Transfer learning is one phase of {}; fine-tuning has {} of the head alone, then \
                 {} of everything behind the cut.",
                counted(transfer.epochs.len(), "epoch", "epochs"),
                first_of_head,
                counted(unfrozen, "epoch", "epochs")
            )
        },
        paragraph: format!(
            "The head goes first so that its random weights do not pull the pretrained ones about; \
             then layers thaw at a gentler rate, {} times as high for each block further from the \
             head. A gradient’s length says how hard a block is pulled; it is noted at the last \
             step of an epoch, before clipping. Shown is seed {}.",
            log.study.fine_tuning.depth_factor, tuned.trial.seed
        ),
        figures,
        plots: plots.into_iter().flatten().collect(),
        sources: vec![pairs.rows[0][0].0, pairs.rows[0][1].0],
        ..Finding::default()
    })
}

/// Learning rates over the epochs: of the head in both ways, and of the first and the last stage
/// that thaw.
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
        values: row.norms.iter().copied().map(Some).collect(),
        intervals: Vec::new(),
    };
    Some(Plot {
        title: "Length of each block’s gradient, first and last epoch thawed".to_owned(),
        axis: "block".to_owned(),
        unit: Unit::Plain,
        shape: Shape::Bars,
        categories,
        series: vec![series(first), series(last)],
    })
}
