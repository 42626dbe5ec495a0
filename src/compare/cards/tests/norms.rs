//! Where BatchNorm stays frozen, its scales and shifts are no parameters that learn.

use super::*;
use crate::compare::Way;
use crate::train::{NormMode, Start};

/// Behind the cut of the first log lie block 14 with layers of 192, 192 and 56 channels, 15 and 16
/// of 336, 336 and 56, 17 of 336, 336 and 112, and the top of 1280; a scale and a shift each.
const STAY: usize = 2 * ((192 + 192 + 56) + 2 * (336 + 336 + 56) + (336 + 336 + 112) + 1280);
/// What is behind the cut without them, and a head for three classes.
const LEARN: usize = 310_688 + 3_843 - STAY;

/// The first log, trained with frozen norms.
fn frozen() -> StudyLog {
    let mut log = first_log();
    let freeze = |strategy: &mut crate::train::Strategy| {
        if strategy.start == Start::Pretrained {
            strategy.norm = NormMode::Frozen;
        }
    };
    freeze(&mut log.study.transfer);
    freeze(&mut log.study.fine_tuning);
    log.rows.iter_mut().for_each(|row| freeze(&mut row.trial.strategy));
    log
}

fn of_tuned(finding: &Finding, name: &str) -> f64 {
    let is_meant = |figure: &&crate::compare::Figure| {
        figure.name == name && figure.way == Some(Way::FineTuning)
    };
    let figure = finding.figures.iter().find(is_meant);
    figure.unwrap_or_else(|| panic!("{name}: {finding:?}")).value
}

#[test]
fn definition_counts_them_as_reused() {
    let found = found(&frozen(), Difference::Definition);
    assert_eq!(of_tuned(&found, "Parameters that learn"), LEARN as f64);
    let all = 396_128.0 + 3_843.0;
    let reused = (all - LEARN as f64) / all;
    assert!((of_tuned(&found, "Reused as it was") - reused).abs() < 1e-12);
}

#[test]
fn layers_do_not_count_them_behind_the_best_cut() {
    let found = found(&frozen(), Difference::Layers);
    let said = format!("lets {LEARN} of 399971 parameters learn");
    assert!(found.paragraph.contains(&said), "{}", found.paragraph);
}

#[test]
fn process_does_not_count_them_as_updated() {
    let found = found(&frozen(), Difference::Process);
    let updated = of_tuned(&found, "Parameters updated a step, layers thawed");
    assert_eq!(updated, LEARN as f64);
}
