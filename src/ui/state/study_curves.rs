//! How both ways of a study learn, over all repetitions, while they do.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::session::{EpochRow, Plot, Repetition, Series, Shape, Unit, Way, WayEpoch};

/// The epochs of both ways, by repetition. Cheap to clone.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct StudyCurves {
    of_ways: [Rc<BTreeMap<Repetition, Vec<EpochRow>>>; 2],
}

impl StudyCurves {
    /// Takes epochs in, in the order in which they ended.
    pub(super) fn take_in(&mut self, epochs: Vec<WayEpoch>) {
        for WayEpoch { way, repetition, row } in epochs {
            let of_way = Rc::make_mut(&mut self.of_ways[way as usize]);
            let rows = of_way.entry(repetition).or_default();
            // What is tried again begins again.
            rows.retain(|known| known.epoch < row.epoch);
            rows.push(row);
        }
    }

    /// Seconds that a way has computed for, over all repetitions.
    pub fn seconds(&self, way: Way) -> f64 {
        let of_way = self.of_ways[way as usize].values();
        of_way.filter_map(|rows| rows.last()).map(|row| row.seconds).sum()
    }

    /// Accuracy on validation pictures by epoch, the mean over the repetitions that have got so far.
    /// `None` before an epoch has ended.
    pub fn plot(&self) -> Option<Plot> {
        let epochs = self.of_ways.iter().flat_map(|of_way| of_way.values()).map(Vec::len).max()?;
        let series = [Way::Transfer, Way::FineTuning].map(|way| Series {
            name: way.title().to_owned(),
            way: Some(way),
            values: (0..epochs).map(|epoch| self.mean(way, epoch)).collect(),
            intervals: Vec::new(),
        });
        Some(Plot {
            title: "Accuracy on validation pictures, mean of the repetitions that have got so far"
                .to_owned(),
            axis: "epoch".to_owned(),
            unit: Unit::Share,
            shape: Shape::Lines,
            categories: (1..=epochs).map(|epoch| epoch.to_string()).collect(),
            series: series.into(),
        })
    }

    fn mean(&self, way: Way, epoch: usize) -> Option<f64> {
        let rows = self.of_ways[way as usize].values().filter_map(|rows| rows.get(epoch));
        let (sum, count) =
            rows.fold((0.0, 0), |(sum, count), row| (sum + row.validation.accuracy(), count + 1));
        (count > 0).then(|| sum / f64::from(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Phase, Score};

    fn epoch(way: Way, seed: u64, epoch: usize, correct: usize) -> WayEpoch {
        let validation = Score { correct, count: 10, loss: 1.0 };
        let row = EpochRow {
            epoch,
            phase: Phase::Head,
            training: validation,
            validation,
            head_rate: 0.1,
            seconds: epoch as f64 * 0.5,
        };
        WayEpoch { way, repetition: Repetition { seed, fold: 0 }, row }
    }

    #[test]
    fn curves_are_means_over_what_has_got_so_far() {
        let mut curves = StudyCurves::default();
        assert_eq!(curves.plot(), None);
        curves.take_in(vec![
            epoch(Way::Transfer, 1, 1, 4),
            epoch(Way::Transfer, 2, 1, 8),
            epoch(Way::Transfer, 1, 2, 9),
            epoch(Way::FineTuning, 1, 1, 5),
        ]);
        let plot = curves.plot().expect("epochs have ended");
        let [transfer, tuned] = &plot.series[..] else { panic!("{plot:?}") };
        let close = |found: Option<f64>, expected: f64| {
            assert!(found.is_some_and(|found| (found - expected).abs() < 1e-9), "{found:?}");
        };
        close(transfer.values[0], 0.6);
        close(transfer.values[1], 0.9);
        assert_eq!(tuned.values, [Some(0.5), None]);
        assert_eq!(plot.categories, ["1", "2"]);
        assert_eq!((curves.seconds(Way::Transfer), curves.seconds(Way::FineTuning)), (1.5, 0.5));
    }

    #[test]
    fn a_trial_that_is_tried_again_begins_again() {
        let mut curves = StudyCurves::default();
        let epochs = [(1, 4), (2, 5), (3, 6), (1, 7)];
        let epochs = epochs.map(|(number, correct)| epoch(Way::Transfer, 1, number, correct));
        curves.take_in(epochs.into());
        let plot = curves.plot().expect("epochs have ended");
        assert_eq!(plot.series[0].values, [Some(0.7)]);
    }
}
