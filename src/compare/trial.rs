//! One strategy tried with one seed, and everything that was seen of it: the rows that every card
//! is computed from.

use serde::{Deserialize, Serialize};

use crate::measure::Corruption;
use crate::train::{EpochRow, GradientRow, RunResult, Strategy};

/// How closely the model of a trial is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Depth {
    /// Its answers on the test pictures.
    Scored,
    /// Also its weights, its features, and its answers on changed pictures.
    Examined,
}

/// What is the same for all strategies that are compared once, and another at the next time.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct Repetition {
    /// Governs split, initial head, order, and which pictures a smaller set has.
    pub seed: u64,
    /// Which of the split's folds is the test; 0 where there is but one.
    pub fold: usize,
}

/// A strategy to try.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Trial {
    /// What to train and how.
    pub strategy: Strategy,
    /// With which seed, and tested on which fold.
    pub repetition: Repetition,
    /// Pictures a class to learn from, nested: more of them include fewer. All where none.
    pub pictures_a_class: Option<usize>,
    /// How closely its model is looked at.
    pub depth: Depth,
}

/// A picture of the test, and what was answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TestAnswer {
    /// Which picture, by its place in the whole set.
    pub picture: u32,
    /// Its class.
    pub label: u16,
    /// The class that was answered.
    pub answer: u16,
}

impl TestAnswer {
    /// Whether the answer is right.
    pub fn is_right(&self) -> bool {
        self.label == self.answer
    }
}

/// How many of how many were right, or the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Hits {
    /// Right, or the same.
    pub correct: usize,
    /// Asked.
    pub count: usize,
}

impl Hits {
    /// Their share; 0 where nothing was asked.
    pub fn share(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.correct as f64 / self.count as f64 }
    }

    /// Counts one more.
    pub fn add(&mut self, is_correct: bool) {
        self.correct += usize::from(is_correct);
        self.count += 1;
    }
}

impl std::iter::Sum for Hits {
    fn sum<I: Iterator<Item = Self>>(hits: I) -> Self {
        hits.fold(Self::default(), |all, one| Self {
            correct: all.correct + one.correct,
            count: all.count + one.count,
        })
    }
}

/// Hits on pictures that were changed in one way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CorruptedHits {
    /// The way.
    pub corruption: Corruption,
    /// How much, from 1 on.
    pub severity: usize,
    /// What came of it.
    pub hits: Hits,
}

/// Hits on one picture over all the ways in which it was asked about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PictureHits {
    /// Which picture, by its place in its set.
    pub picture: u32,
    /// What came of it.
    pub hits: Hits,
}

/// How far the weights of a stage went.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct StageChange {
    /// The Euclidean norm of what was added to its parameters.
    pub moved: f64,
    /// The Euclidean norm of the pretrained ones.
    pub before: f64,
}

impl StageChange {
    /// The change as a share of what was there.
    pub fn relative(&self) -> f64 {
        if self.before > 0.0 { self.moved / self.before } else { 0.0 }
    }

    /// Of several stages as one.
    pub fn of_all(stages: &[Self]) -> Self {
        let norm = |part: fn(&Self) -> f64| {
            stages.iter().map(|stage| part(stage).powi(2)).sum::<f64>().sqrt()
        };
        Self { moved: norm(|stage| stage.moved), before: norm(|stage| stage.before) }
    }
}

/// What was seen of a model beyond its answers.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Examination {
    /// By stage, how far its weights went.
    pub changes: Vec<StageChange>,
    /// By stage, how similar its features are to the pretrained ones: linear CKA, 1 where they are
    /// the same; none where there are too few pictures to tell.
    pub similarity: Vec<Option<f64>>,
    /// Answers of the pretrained classifier on this backbone's features that are those which it
    /// gives on the pretrained ones. None without such a classifier.
    pub agreement: Option<Hits>,
    /// On pictures that it learned from.
    pub training: Hits,
    /// On test pictures changed in ways that training never saw.
    pub corrupted: Vec<CorruptedHits>,
    /// The same, picture by picture.
    pub corrupted_pictures: Vec<PictureHits>,
    /// On pictures from another setting, by their places among these.
    pub new_setting: Vec<PictureHits>,
}

/// A trial that has ended.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TrialRow {
    /// What was tried.
    pub trial: Trial,
    /// Pictures that it learned from.
    pub training_pictures: usize,
    /// What it came to.
    pub result: RunResult,
    /// Its epochs.
    pub epochs: Vec<EpochRow>,
    /// Training steps made.
    pub steps: usize,
    /// How long gradients were, of a trial that was examined.
    pub gradients: Vec<GradientRow>,
    /// What its model answered on the test pictures.
    pub answers: Vec<TestAnswer>,
    /// What else was seen of its model, of a trial that was examined.
    pub examination: Option<Examination>,
    /// Floating point operations of its training, counted from the layout.
    pub operations: u64,
    /// Bytes of the parameters, gradients and activations that training holds, counted from the
    /// layout.
    pub memory: u64,
}

impl TrialRow {
    /// Hits on the test pictures.
    pub fn test(&self) -> Hits {
        let mut hits = Hits::default();
        self.answers.iter().for_each(|answer| hits.add(answer.is_right()));
        hits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_stages_change_as_one_vector_does() {
        let stages =
            [StageChange { moved: 3.0, before: 6.0 }, StageChange { moved: 4.0, before: 8.0 }];
        let all = StageChange::of_all(&stages);
        assert_eq!((all.moved, all.before, all.relative()), (5.0, 10.0, 0.5));
        assert_eq!(StageChange::default().relative(), 0.0);
    }
}
