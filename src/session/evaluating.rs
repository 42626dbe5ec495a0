//! Evaluates trained models by what they make of the pictures that they did not learn from.

use super::evaluation::{
    Evaluation, PictureFamiliarity, RunEvaluation, SuspectedLabel, TestedPicture,
};
use super::inspecting::{InspectedRun, Inspection, Strangers};
use super::message::RunId;
use crate::measure::{
    Calibration, ClassFigures, Confusion, Familiarities, KnownFeatures, Missing, NEAREST,
    abstention, balanced_accuracy, calibration, is_none_of_these, label_errors, temperature,
    wilson,
};
use crate::train::{best_classes, softmax};

/// Comparisons of a picture with a training picture that one piece of work makes: some tens of
/// milliseconds in a browser.
const COMPARISONS_AT_ONCE: usize = 20_000;

/// What is kept of an evaluation to answer further questions by.
pub(super) struct Reference {
    /// The run that made the model.
    pub run: RunId,
    /// Where one was fitted.
    temperature: Option<f64>,
    known: KnownFeatures,
    /// Where there were pictures enough for one.
    threshold: Option<f64>,
}

impl Reference {
    /// The probabilities of some logits at the temperature, where there is one.
    pub fn calibrated(&self, logits: &[f32]) -> Option<Vec<f32>> {
        Some(softmax(scaled(logits, self.temperature?), logits.len()))
    }

    /// How familiar a picture with these features is, where a threshold is known.
    pub fn familiarity(&self, features: &[f32]) -> Option<PictureFamiliarity> {
        let threshold = self.threshold?;
        Some(PictureFamiliarity { score: self.known.familiarity(features, NEAREST), threshold })
    }
}

/// An evaluation on its way: one model after the other, a few pictures at a time.
pub(super) struct Evaluating {
    strangers: Strangers,
    evaluation: Evaluation,
    references: Vec<Reference>,
    /// Of the model at work.
    known: Option<KnownFeatures>,
    /// The familiarity of its validation pictures, then its test pictures, then strangers.
    scores: Vec<f64>,
}

impl Evaluating {
    /// Begins to evaluate the models of an inspection.
    pub fn begin(strangers: Strangers) -> Self {
        let evaluation = Evaluation { runs: Vec::new(), unknown: strangers.tasks.clone() };
        let (references, scores) = (Vec::new(), Vec::new());
        Self { strangers, evaluation, references, known: None, scores }
    }

    /// Does the next small piece of work. Returns the evaluation once it is whole.
    pub fn work(&mut self, inspection: &Inspection) -> Option<(Evaluation, Vec<Reference>)> {
        let place = self.evaluation.runs.len();
        let Some(inspected) = inspection.runs.get(place) else {
            let references = std::mem::take(&mut self.references);
            let empty = Evaluation { runs: Vec::new(), unknown: Vec::new() };
            return Some((std::mem::replace(&mut self.evaluation, empty), references));
        };
        let split = &inspection.split;
        let width = inspection.width;
        let known = self
            .known
            .get_or_insert_with(|| KnownFeatures::new(&inspected.features, width, &split.training));
        let own = split.validation.iter().chain(&split.test);
        let own = own.filter_map(|&index| row(&inspected.features, index, width));
        let strange = self.strangers.runs.get(place);
        let strange = strange.into_iter().flat_map(|run| run.features.chunks_exact(width.max(1)));
        let at_once = (COMPARISONS_AT_ONCE / split.training.len().max(1)).max(1);
        let before = self.scores.len();
        let next = own.chain(strange).skip(before).take(at_once);
        self.scores.extend(next.map(|features| known.familiarity(features, NEAREST)));
        if self.scores.len() == before {
            let scores = std::mem::take(&mut self.scores);
            if let Some(known) = self.known.take() {
                let evaluated = evaluate(inspection, inspected, &scores);
                self.references.push(Reference {
                    run: inspected.run,
                    temperature: evaluated.temperature.ok(),
                    known,
                    threshold: evaluated.none_of_these.ok().map(|found| found.threshold),
                });
                self.evaluation.runs.push(evaluated);
            }
        }
        None
    }
}

/// A row of numbers.
fn row(values: &[f32], index: usize, width: usize) -> Option<&[f32]> {
    values.get(index * width..(index + 1) * width)
}

/// Logits at a temperature.
fn scaled(logits: &[f32], temperature: f64) -> Vec<f32> {
    logits.iter().map(|logit| (f64::from(*logit) / temperature) as f32).collect()
}

/// What a model makes of some of the pictures.
struct Asked {
    labels: Vec<usize>,
    /// Shape `[pictures, classes]`.
    logits: Vec<f32>,
}

impl Asked {
    fn of(inspection: &Inspection, run: &InspectedRun, indices: &[usize]) -> Self {
        let classes = inspection.classes.len();
        let rows = indices.iter().filter_map(|&index| row(&run.logits, index, classes));
        let labels = indices.iter().filter_map(|&index| inspection.labels.get(index).copied());
        Self { labels: labels.collect(), logits: rows.flatten().copied().collect() }
    }
}

/// All figures of one model. `scores` are the familiarities of its validation pictures, then of its
/// test pictures, then of strangers.
fn evaluate(inspection: &Inspection, run: &InspectedRun, scores: &[f64]) -> RunEvaluation {
    let Inspection { split, seed, .. } = inspection;
    let classes = inspection.classes.len();
    let validation = Asked::of(inspection, run, &split.validation);
    let test = Asked::of(inspection, run, &split.test);
    let temperature = temperature(&validation.logits, &validation.labels, classes);
    let plain = softmax(test.logits.clone(), classes);
    let softened = softmax(scaled(&test.logits, temperature.unwrap_or(1.0)), classes);
    let answers = best_classes(&plain, classes);
    let pairs = || test.labels.iter().copied().zip(answers.iter().copied());
    let confusion = Confusion::of(classes, pairs());
    let right = pairs().filter(|(label, answer)| label == answer).count();

    let (of_validation, rest) = scores.split_at(split.validation.len().min(scores.len()));
    let (of_test, unknown) = rest.split_at(split.test.len().min(rest.len()));
    let is_right = pairs().map(|(label, answer)| label == answer);
    let none_of_these = abstention(&Familiarities {
        validation: of_validation.to_vec(),
        test: of_test.iter().copied().zip(is_right).collect(),
        unknown: unknown.to_vec(),
    });
    let threshold = none_of_these.ok().map(|found| found.threshold);

    let share = |probabilities: &[f32], place: usize, answer: usize| {
        row(probabilities, place, classes).and_then(|row| row.get(answer)).copied().unwrap_or(0.0)
    };
    let tested: Vec<TestedPicture> = split
        .test
        .iter()
        .zip(pairs())
        .enumerate()
        .filter_map(|(place, (&index, (label, answer)))| {
            let score = of_test.get(place).copied();
            Some(TestedPicture {
                picture: *inspection.pictures.get(index)?,
                label: label as u16,
                answer: answer as u16,
                probability: share(&plain, place, answer),
                calibrated: share(&softened, place, answer),
                is_refused: score.zip(threshold).is_some_and(|(s, t)| is_none_of_these(s, t)),
            })
        })
        .collect();
    let reliability = |of: fn(&TestedPicture) -> f32| {
        let answers: Vec<(f64, bool)> =
            tested.iter().map(|tested| (f64::from(of(tested)), tested.is_right())).collect();
        calibration(&answers, *seed)
    };
    let calibrated: Result<Calibration, Missing> = match temperature {
        Ok(_) => reliability(|tested| tested.calibrated),
        Err(missing) => Err(missing),
    };
    RunEvaluation {
        run: run.run,
        accuracy: wilson(right, tested.len()).ok_or(Missing::NoPictures),
        balanced_accuracy: balanced_accuracy(&confusion),
        classes: (0..classes).map(|class| ClassFigures::of(&confusion, class)).collect(),
        confusion,
        temperature,
        calibration: reliability(|tested| tested.probability),
        calibrated,
        mistakes: surest_mistakes(&tested),
        answers: tested,
        suspects: suspects(inspection, run),
        none_of_these,
    }
}

/// Places of the wrong answers, the surest first.
fn surest_mistakes(tested: &[TestedPicture]) -> Vec<usize> {
    let mut wrong: Vec<usize> = (0..tested.len()).filter(|&i| !tested[i].is_right()).collect();
    wrong.sort_by(|&a, &b| tested[b].probability.total_cmp(&tested[a].probability));
    wrong
}

/// Pictures that the model did not learn from and that probably lie in the wrong class.
fn suspects(inspection: &Inspection, run: &InspectedRun) -> Vec<SuspectedLabel> {
    let Inspection { split, classes, pictures, .. } = inspection;
    let held_out = [&split.validation[..], &split.test].concat();
    let asked = Asked::of(inspection, run, &held_out);
    let probabilities = softmax(asked.logits, classes.len());
    let found = label_errors(&probabilities, &asked.labels, classes.len()).into_iter();
    let suspected = found.filter_map(|suspect| {
        Some(SuspectedLabel {
            picture: *pictures.get(*held_out.get(suspect.row)?)?,
            label: *asked.labels.get(suspect.row)? as u16,
            likely: suspect.likely as u16,
            margin: suspect.margin as f32,
            is_test: suspect.row >= split.validation.len(),
        })
    });
    suspected.collect()
}
