//! The trials of a study that have ended: what every card is computed from.

use super::study::Study;
use super::trial::{Trial, TrialRow};
use crate::data::SampleTask;
use crate::measure::{Interval, paired_difference};
use crate::model::Architecture;
use crate::train::Strategy;

/// What a study knows so far.
#[derive(Clone, Debug)]
pub struct StudyLog {
    /// What is compared.
    pub study: Study,
    /// The names of the classes.
    pub classes: Vec<String>,
    /// The layout of the network.
    pub architecture: Architecture,
    /// Pictures in all.
    pub pictures: usize,
    /// Training pictures of the class that has fewest.
    pub fewest: usize,
    /// Whether some class has more pictures than another.
    pub is_uneven: bool,
    /// Seconds in which the frozen network looked at every picture, which all trials share.
    pub feature_seconds: f64,
    /// How far apart the classes lie in the frozen features.
    pub distance: TaskDistance,
    /// The drawn tasks that both ways were tried on, as points of comparison.
    pub samples: Vec<SamplePoint>,
    /// The trials that have ended, in the order in which they did.
    pub rows: Vec<TrialRow>,
    /// The trials that there will be.
    pub planned: Vec<Trial>,
}

/// How far a task is from what the backbone knows: what its frozen features make of it, before
/// anything is trained.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct TaskDistance {
    /// Share of held-out pictures whose nearest class mean is that of their own class.
    pub nearest_mean: f64,
    /// Share of pictures whose nearest other picture is of another class.
    pub overlap: Option<f64>,
}

/// A drawn task as a point of comparison.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SamplePoint {
    /// Which.
    pub task: SampleTask,
    /// How much of the way from guessing to perfect its untrained features go, from 0 to 1.
    pub known: f64,
    /// Test accuracy of transfer learning.
    pub transfer: f64,
    /// Test accuracy of fine-tuning.
    pub fine_tuning: f64,
    /// How far fine-tuning is ahead, with its interval.
    pub gained: Option<Interval>,
}

impl SamplePoint {
    /// What both ways came to on a drawn task of which so much was known.
    pub fn of(task: SampleTask, known: f64, rows: [&TrialRow; 2], seed: u64) -> Self {
        let [transfer, fine_tuning] = rows.map(|row| row.test().share());
        Self { task, known, transfer, fine_tuning, gained: ahead([rows].into_iter(), seed) }
    }
}

impl TaskDistance {
    /// How much of the way from guessing to perfect the nearest class mean goes, from 0 to 1.
    pub fn known(&self, classes: usize) -> f64 {
        let chance = 1.0 / classes.max(1) as f64;
        ((self.nearest_mean - chance) / (1.0 - chance).max(f64::EPSILON)).clamp(0.0, 1.0)
    }
}

impl StudyLog {
    /// The trials of a strategy on so many pictures a class, with their places in the log, in
    /// the order of repetitions.
    pub fn trials_of<'a>(
        &'a self,
        strategy: &'a Strategy,
        pictures_a_class: Option<usize>,
    ) -> impl Iterator<Item = (usize, &'a TrialRow)> {
        let mut rows: Vec<(usize, &TrialRow)> = self
            .rows
            .iter()
            .enumerate()
            .filter(move |(_, row)| {
                row.trial.strategy == *strategy && row.trial.pictures_a_class == pictures_a_class
            })
            .collect();
        rows.sort_by_key(|(_, row)| row.trial.repetition);
        rows.into_iter()
    }

    /// Transfer learning and fine-tuning of every repetition that both have ended, with their places
    /// in the log.
    pub fn pairs(&self, pictures_a_class: Option<usize>) -> Vec<[(usize, &TrialRow); 2]> {
        let second: Vec<_> = self.trials_of(&self.study.fine_tuning, pictures_a_class).collect();
        self.trials_of(&self.study.transfer, pictures_a_class)
            .filter_map(|first| {
                let repetition = first.1.trial.repetition;
                let second = second.iter().find(|(_, row)| row.trial.repetition == repetition)?;
                Some([first, *second])
            })
            .collect()
    }

    /// Whether nothing more will come.
    pub fn is_complete(&self) -> bool {
        self.planned.iter().all(|trial| self.rows.iter().any(|row| row.trial == *trial))
    }
}

/// How far the second row of each pair is ahead in accuracy, picture by picture.
pub(super) fn ahead<'a>(
    pairs: impl Iterator<Item = [&'a TrialRow; 2]>,
    seed: u64,
) -> Option<Interval> {
    let answers = pairs.flat_map(|[first, second]| first.answers.iter().zip(&second.answers));
    let answers = answers.map(|(a, b)| (a.picture as usize, a.is_right(), b.is_right()));
    paired_difference(answers, seed)
}
