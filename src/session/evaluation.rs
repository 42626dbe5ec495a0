//! What the models of an experiment make of the pictures that they did not learn from.

use serde::{Deserialize, Serialize};

use super::message::{PictureId, RunId, SampleTask};
use crate::measure::{Abstention, Calibration, ClassFigures, Confusion, Measured, Missing};

/// What an experiment's models make of the pictures that they did not learn from. Every number is of
/// the labels that were in force when training began.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Evaluation {
    /// One a trained model, in the order of the lanes.
    pub runs: Vec<RunEvaluation>,
    /// The drawn tasks whose pictures were asked about as unknown ones.
    pub unknown: Vec<SampleTask>,
}

/// What one model makes of the pictures that it did not learn from. Classes are places in
/// [`Event::ExperimentStarted`](super::Event::ExperimentStarted)'s list.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RunEvaluation {
    /// The run that made the model.
    pub run: RunId,
    /// Its answers about the test pictures. Nothing was chosen on them, so all scores are of them.
    pub answers: Vec<TestedPicture>,
    /// The answers, counted.
    pub confusion: Confusion,
    /// Share of test pictures that were named rightly.
    pub accuracy: Measured,
    /// The mean recall of the classes.
    pub balanced_accuracy: Measured,
    /// One a class.
    pub classes: Vec<ClassFigures>,
    /// The temperature that was fitted on the validation pictures; above 1 it takes sureness away.
    pub temperature: Result<f64, Missing>,
    /// How well the model's own probabilities agree with the share of right answers.
    pub calibration: Result<Calibration, Missing>,
    /// The same for the probabilities at the temperature, where there is one.
    pub calibrated: Result<Calibration, Missing>,
    /// Places of the wrong answers in `answers`, the surest first.
    pub mistakes: Vec<usize>,
    /// Validation and test pictures that probably lie in the wrong class, the surest first.
    pub suspects: Vec<SuspectedLabel>,
    /// From when on the answer is "none of these", and what that costs.
    pub none_of_these: Result<Abstention, Missing>,
}

/// A model's answer about a test picture.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct TestedPicture {
    /// Which picture.
    pub picture: PictureId,
    /// The class that it lies in.
    pub label: u16,
    /// The class that it is taken for.
    pub answer: u16,
    /// The probability of that, as the model gives it.
    pub probability: f32,
    /// The same at the temperature, or as it is where there is none.
    pub calibrated: f32,
    /// Whether it would be refused as none of the classes.
    pub is_refused: bool,
}

impl TestedPicture {
    /// Whether the answer is the class that the picture lies in.
    pub fn is_right(&self) -> bool {
        self.label == self.answer
    }
}

/// A picture that probably lies in the wrong class.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct SuspectedLabel {
    /// Which picture.
    pub picture: PictureId,
    /// The class that it lies in.
    pub label: u16,
    /// The class that it probably is of.
    pub likely: u16,
    /// By how much that class is the likelier one, −1 to 1.
    pub margin: f32,
    /// Whether it is a test picture; else it is one of validation.
    pub is_test: bool,
}

/// How familiar a picture is that a model was asked about.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct PictureFamiliarity {
    /// The score; larger is more familiar.
    pub score: f64,
    /// From which score on a picture is one of the classes.
    pub threshold: f64,
}

impl PictureFamiliarity {
    /// Whether the picture is probably none of the classes.
    pub fn is_none_of_these(&self) -> bool {
        crate::measure::is_none_of_these(self.score, self.threshold)
    }
}
