//! The rows of a run: every number that a person sees comes from one of them.

use serde::{Deserialize, Serialize};

/// What is learning at the moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Phase {
    /// The head alone, on stored features.
    Head,
    /// Everything behind the cut, with the head.
    Unfrozen,
}

/// How many of how many were right, and how surely.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Score {
    /// Pictures named rightly.
    pub correct: usize,
    /// Pictures asked.
    pub count: usize,
    /// Mean cross-entropy, in nats.
    pub loss: f64,
}

impl Score {
    /// Counts hits and averages the loss over rows of log probabilities, `classes` a row, one
    /// label each. Rows beyond the labels are not counted.
    pub fn of(rows: &[f32], classes: usize, labels: impl ExactSizeIterator<Item = usize>) -> Self {
        let mut score = Self { correct: 0, count: labels.len(), loss: 0.0 };
        let best = best_classes(rows, classes);
        for ((row, best), label) in rows.chunks_exact(classes).zip(best).zip(labels) {
            score.correct += usize::from(best == label);
            score.loss -= f64::from(row[label]) / score.count as f64;
        }
        score
    }

    /// More right, or as many and more surely.
    pub fn is_better_than(&self, other: &Self) -> bool {
        (self.correct, -self.loss) > (other.correct, -other.loss)
    }

    /// Share of pictures named rightly, 0 to 1; 0 for no pictures.
    pub fn accuracy(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.correct as f64 / self.count as f64 }
    }
}

/// The class that each row, `classes` numbers long, has the largest number for; the last one of
/// several.
pub fn best_classes(rows: &[f32], classes: usize) -> Vec<usize> {
    let best = |row: &[f32]| (0..classes).max_by(|&a, &b| row[a].total_cmp(&row[b]));
    rows.chunks_exact(classes).map(|row| best(row).unwrap_or_default()).collect()
}

/// One epoch of one run.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct EpochRow {
    /// Counted from 1 over all phases.
    pub epoch: usize,
    /// What was learning.
    pub phase: Phase,
    /// On the training pictures, as they were shown during the epoch. Its loss is the plain
    /// cross-entropy, also where labels are smoothed or classes weighted.
    pub training: Score,
    /// On all validation pictures, after the epoch.
    pub validation: Score,
    /// Peak rate in force at the epoch's last step, of the head.
    pub head_rate: f64,
    /// Seconds of computing of this run up to here, evaluation included, other lanes excluded.
    pub seconds: f64,
}

/// How long the gradient of each part of the network was at the last step of an epoch, before
/// clipping.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct GradientRow {
    /// Counted from 1 over all phases.
    pub epoch: usize,
    /// The first stage that learned; the number of stages where only the head did.
    pub first_stage: usize,
    /// The Euclidean norm of each stage's gradient from there on, the head's last.
    pub norms: Vec<f64>,
}

/// Why a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Ending {
    /// All epochs were trained.
    Completed,
    /// The person stopped it; the best epoch so far is kept.
    Stopped,
    /// No better validation score came for as many epochs as the strategy's patience.
    Converged,
    /// The loss stopped being a number; the best epoch before that is kept.
    NotFinite,
}

/// What a run came to. The kept model is that of the epoch that was best on validation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RunResult {
    /// Why it ended.
    pub ending: Ending,
    /// The epoch whose model was kept, counted from 1; 0 when it ended before the first epoch did.
    pub best_epoch: usize,
    /// Of the kept model on the validation pictures.
    pub validation: Score,
    /// Of the kept model on the test pictures, which no choice was made on.
    pub test: Score,
    /// Seconds of computing of this run, without the features that lanes share.
    pub seconds: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_counts_hits_and_averages_the_loss_over_its_labels_only() {
        let rows = [0.25f32.ln(), 0.75f32.ln(), 0.5f32.ln(), 0.5f32.ln(), 0.0, f32::NEG_INFINITY];
        let score = Score::of(&rows, 2, [1, 0].into_iter());
        // The second row is a tie, which the last class wins.
        assert_eq!((score.correct, score.count), (1, 2));
        let expected = -(0.75f64.ln() + 0.5f64.ln()) / 2.0;
        assert!((score.loss - expected).abs() < 1e-7);
    }

    #[test]
    fn more_hits_are_better_and_among_equals_the_smaller_loss() {
        let score = |correct, loss| Score { correct, count: 10, loss };
        assert!(score(6, 2.0).is_better_than(&score(5, 0.1)));
        assert!(score(5, 0.1).is_better_than(&score(5, 0.2)));
        assert!(!score(5, 0.1).is_better_than(&score(5, 0.1)));
        assert!(!score(5, f64::NAN).is_better_than(&score(5, 0.1)));
    }
}
