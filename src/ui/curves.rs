//! Geometry of the curves: from rows of the run log to points on the page.

use crate::session::{EpochRow, Phase, Score};

/// What a chart shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Measure {
    /// Share named rightly.
    #[default]
    Accuracy,
    /// Mean cross-entropy.
    Loss,
}

/// On which pictures.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum On {
    /// Those it learns from.
    Training,
    /// Those the epoch is chosen on.
    Validation,
}

impl Measure {
    /// The number of a row.
    pub fn of(self, row: &EpochRow, on: On) -> f64 {
        let score: &Score = match on {
            On::Training => &row.training,
            On::Validation => &row.validation,
        };
        match self {
            Self::Accuracy => score.accuracy(),
            Self::Loss => score.loss,
        }
    }
}

/// The plotting area, in pixels, and what its edges mean.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Frame {
    /// Left edge.
    pub left: f64,
    /// Right edge.
    pub right: f64,
    /// Upper edge.
    pub top: f64,
    /// Lower edge.
    pub bottom: f64,
    /// The epoch at the right edge; 0 is at the left.
    pub epochs: usize,
    /// The value at the upper edge; 0 is at the lower.
    pub most: f64,
}

impl Frame {
    /// Where an epoch stands.
    pub fn x(&self, epoch: usize) -> f64 {
        let share = epoch as f64 / self.epochs.max(1) as f64;
        self.left + share * (self.right - self.left)
    }

    /// Where a value stands; what is no number or beyond an edge stands on it.
    pub fn y(&self, value: f64) -> f64 {
        let share = if value.is_finite() { (value / self.most).clamp(0.0, 1.0) } else { 1.0 };
        self.bottom - share * (self.bottom - self.top)
    }

    /// The epoch nearest to a place, at least the first.
    pub fn epoch_at(&self, x: f64) -> usize {
        let share = ((x - self.left) / (self.right - self.left)).clamp(0.0, 1.0);
        ((share * self.epochs as f64).round() as usize).max(1)
    }

    /// The points of a curve, as an SVG `points` attribute.
    pub fn points(&self, rows: &[EpochRow], measure: Measure, on: On) -> String {
        let mut points = String::with_capacity(rows.len() * 12);
        for row in rows {
            if !points.is_empty() {
                points.push(' ');
            }
            points.push_str(&tenths(self.x(row.epoch)));
            points.push(',');
            points.push_str(&tenths(self.y(measure.of(row, on))));
        }
        points
    }
}

/// Coordinates with one digit behind the point.
pub fn tenths(value: f64) -> String {
    let tenths = (value * 10.0).round() as i64;
    let sign = if tenths < 0 { "-" } else { "" };
    format!("{sign}{}.{}", tenths.abs() / 10, tenths.abs() % 10)
}

/// The upper edge of a chart of these values: a round number a little above the largest.
pub fn ceiling(values: impl Iterator<Item = f64>) -> f64 {
    let largest = values.filter(|value| value.is_finite()).fold(0.0, f64::max);
    let steps = [0.1, 0.2, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 8.0, 10.0, 20.0, 50.0];
    steps.into_iter().find(|step| *step >= largest).unwrap_or(100.0)
}

/// A step between ticks so that there are at most six up to `most`.
pub fn epoch_step(most: usize) -> usize {
    [1, 2, 5, 10, 20, 50, 100].into_iter().find(|step| most / step <= 6).unwrap_or(200)
}

/// The last epoch of the head's phase, when another phase followed.
pub fn turn(head_epochs: usize, unfrozen_epochs: usize) -> Option<usize> {
    (head_epochs > 0 && unfrozen_epochs > 0).then_some(head_epochs)
}

/// What learned, in a word.
pub fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Head => "head",
        Phase::Unfrozen => "unfrozen",
    }
}

/// Moves labels apart so that neighbours stand at least `distance` apart, as little as it takes,
/// none below `bottom`. Gives the places in the order of `wanted`.
pub fn spread(wanted: &[f64], distance: f64, bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
    let mut places = wanted.to_vec();
    let mut limit = bottom;
    // From the lowest label up: each stays above the one below it.
    for &index in order.iter().rev() {
        places[index] = places[index].min(limit);
        limit = places[index] - distance;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame =
        Frame { left: 40.0, right: 240.0, top: 10.0, bottom: 110.0, epochs: 20, most: 1.0 };

    fn row(epoch: usize, correct: usize) -> EpochRow {
        let score = Score { correct, count: 10, loss: f64::NAN };
        EpochRow {
            epoch,
            phase: Phase::Head,
            training: score,
            validation: score,
            head_rate: 1e-3,
            seconds: 0.0,
        }
    }

    #[test]
    fn a_curve_runs_from_row_to_point() {
        let rows = [row(1, 0), row(2, 5), row(20, 10)];
        let points = FRAME.points(&rows, Measure::Accuracy, On::Validation);
        assert_eq!(points, "50.0,110.0 60.0,60.0 240.0,10.0");
    }

    #[test]
    fn a_loss_that_is_no_number_stands_on_the_upper_edge() {
        assert_eq!(FRAME.points(&[row(1, 0)], Measure::Loss, On::Training), "50.0,10.0");
    }

    #[test]
    fn a_place_leads_to_its_epoch() {
        for epoch in 1..=20 {
            assert_eq!(FRAME.epoch_at(FRAME.x(epoch)), epoch);
        }
        assert_eq!(FRAME.epoch_at(-5.0), 1);
        assert_eq!(FRAME.epoch_at(999.0), 20);
    }

    #[test]
    fn labels_that_would_touch_move_apart() {
        assert_eq!(spread(&[50.0, 52.0], 16.0, 100.0), [36.0, 52.0]);
        assert_eq!(spread(&[99.0, 20.0], 16.0, 90.0), [90.0, 20.0]);
    }

    #[test]
    fn ceilings_are_round_and_above() {
        assert_eq!(ceiling([0.3, 1.62, f64::INFINITY].into_iter()), 2.0);
        assert_eq!(ceiling(std::iter::empty()), 0.1);
    }
}
