//! What a comparison came to: a table for people, JSON for programs.

use std::fmt::Write;

use serde::Serialize;

use super::compare::printable;
use crate::session::{
    ClassSplit, EpochRow, Estimate, Event, LaneEstimate, RunEvaluation, RunPlan, RunResult,
};

/// Gathers the events of one experiment.
#[derive(Debug, Default)]
pub struct Comparison {
    seed: u64,
    classes: Vec<ClassSplit>,
    runs: Vec<Run>,
    feature_seconds: f64,
    estimate: Option<Estimate>,
    /// Seconds and, where they were counted, bytes of the whole experiment.
    taken: Option<(f64, Option<u64>)>,
}

#[derive(Debug)]
struct Run {
    plan: RunPlan,
    estimate: Option<LaneEstimate>,
    rows: Vec<EpochRow>,
    result: Option<RunResult>,
    evaluation: Option<RunEvaluation>,
    failure: Option<String>,
}

/// The JSON of a comparison.
#[derive(Serialize)]
struct Document<'a> {
    seed: u64,
    classes: Vec<&'a str>,
    /// Seconds of the frozen stages, shared by all runs.
    feature_seconds: f64,
    /// What was predicted of that.
    predicted_feature_seconds: Option<f64>,
    /// Seconds from beginning to end, and what was predicted of it.
    seconds: Option<f64>,
    predicted_seconds: Option<f64>,
    /// The most bytes that it took on top of what was held before, and what was predicted of it.
    memory_bytes: Option<u64>,
    predicted_memory_bytes: Option<u64>,
    runs: Vec<RunDocument<'a>>,
    /// Runs that broke off, with the reason.
    failures: Vec<(String, &'a str)>,
}

/// The JSON of one run.
#[derive(Serialize)]
struct RunDocument<'a> {
    cut: String,
    strategy: &'a crate::session::Strategy,
    seed: u64,
    training_pictures: usize,
    validation_pictures: usize,
    test_pictures: usize,
    test_accuracy: f64,
    validation_accuracy: f64,
    /// The mean recall of the classes.
    balanced_accuracy: Option<f64>,
    /// By how much the probabilities are off on average, before and at the temperature.
    calibration_error: Option<f64>,
    calibrated_error: Option<f64>,
    temperature: Option<f64>,
    /// How often a test picture is more familiar than one of another task.
    unknown_area: Option<f64>,
    best_epoch: usize,
    ending: &'a crate::session::Ending,
    seconds: f64,
    /// What was predicted of the seconds.
    predicted_seconds: Option<f64>,
    /// Bytes that were predicted of this run, were it alone.
    predicted_memory_bytes: Option<u64>,
    parameters_trained: usize,
    parameters_total: usize,
    epochs: &'a [EpochRow],
}

impl Comparison {
    /// Takes note of an event.
    pub fn hear(&mut self, event: Event) {
        match event {
            Event::ExperimentStarted { seed, classes, runs, estimate } => {
                self.seed = seed;
                self.classes = classes;
                let lane = |place| estimate.as_ref()?.lanes.get(place).copied();
                let run = |(place, plan)| {
                    let estimate = lane(place);
                    Run {
                        plan,
                        estimate,
                        rows: Vec::new(),
                        result: None,
                        evaluation: None,
                        failure: None,
                    }
                };
                self.runs = runs.into_iter().enumerate().map(run).collect();
                self.estimate = estimate;
            }
            Event::ExperimentEnded { seconds, memory } => self.taken = Some((seconds, memory)),
            Event::FeaturesProgressed { seconds, .. } => self.feature_seconds = seconds,
            Event::EpochEnded { run, row } => {
                if let Some(run) = self.runs.iter_mut().find(|other| other.plan.run == run) {
                    run.rows.push(row);
                }
            }
            Event::RunEnded { run, result } => {
                if let Some(run) = self.runs.iter_mut().find(|other| other.plan.run == run) {
                    run.result = Some(result);
                }
            }
            Event::Evaluated(evaluation) => {
                for evaluated in evaluation.runs {
                    let is_meant = |run: &&mut Run| run.plan.run == evaluated.run;
                    if let Some(run) = self.runs.iter_mut().find(is_meant) {
                        run.evaluation = Some(evaluated);
                    }
                }
            }
            Event::RunFailed { run, refusal } => {
                if let Some(run) = self.runs.iter_mut().find(|other| other.plan.run == run) {
                    run.failure = Some(format!("{} {}", refusal.reason, refusal.remedy));
                }
            }
            _ => {}
        }
    }

    /// Runs that broke off without a model.
    pub fn failed(&self) -> usize {
        self.runs.iter().filter(|run| run.failure.is_some()).count()
    }

    /// The table for people.
    pub fn table(&self) -> String {
        let sum = |count: fn(&ClassSplit) -> usize| self.classes.iter().map(count).sum::<usize>();
        let (training, validation, test) =
            (sum(|class| class.training), sum(|class| class.validation), sum(|class| class.test));
        let names: Vec<String> = self.classes.iter().map(|class| printable(&class.name)).collect();
        let mut text = format!(
            "{} classes: {}\n{training} training, {validation} validation, {test} test pictures, \
             seed {}; features took {:.1} s\n\n",
            names.len(),
            names.join(", "),
            self.seed,
            self.feature_seconds,
        );
        let mut line = |cells: [&str; 7]| {
            let [cut, learned, best, validation, test, predicted, seconds] = cells;
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{cut:<8} {learned:>20} {best:>11} {validation:>11} {test:>17} {predicted:>10} \
                 {seconds:>9}"
            );
        };
        line([
            "cut",
            "weights that learn",
            "best epoch",
            "validation",
            "test",
            "predicted",
            "seconds",
        ]);
        let mut failures = Vec::new();
        for run in &self.runs {
            let cut = run.plan.strategy.cut.to_string();
            if let Some(failure) = &run.failure {
                line([&cut, "", "", "", "", "", ""]);
                failures.push(format!("{cut}: {failure}"));
            }
            let Some(result) = &run.result else { continue };
            let percent = |share: f64| format!("{:.1} %", share * 100.0);
            line([
                &cut,
                &format!("{} of {}", run.plan.parameters_trained, run.plan.parameters_total),
                &format!("{} of {}", result.best_epoch, run.plan.strategy.epochs()),
                &percent(result.validation.accuracy()),
                &format!(
                    "{} ({} of {})",
                    percent(result.test.accuracy()),
                    result.test.correct,
                    result.test.count
                ),
                &tenths(run.estimate.map(|lane| lane.seconds())),
                &tenths(Some(result.seconds)),
            ]);
        }
        if let (Some(estimate), Some((seconds, memory))) = (&self.estimate, self.taken) {
            let megabytes = |bytes: u64| format!("{:.0} MB", bytes as f64 / 1e6);
            let _ = writeln!(
                text,
                "\nin all: predicted {:.1} s and {}, took {seconds:.1} s{}",
                estimate.seconds,
                megabytes(estimate.memory),
                memory.map_or_else(String::new, |bytes| format!(" and {}", megabytes(bytes))),
            );
        }
        let mut evaluated =
            self.runs.iter().filter_map(|run| Some((run, run.evaluation.as_ref()?))).peekable();
        if evaluated.peek().is_some() {
            text.push('\n');
        }
        for (run, evaluation) in evaluated {
            let _ = writeln!(text, "{}: {}", run.plan.strategy.cut, trust(evaluation));
        }
        for failure in failures {
            let _ = writeln!(text, "\n{failure}");
        }
        text
    }

    /// The JSON for programs.
    pub fn json(&self) -> String {
        let runs = self.runs.iter().filter_map(|run| {
            let result = run.result.as_ref()?;
            let evaluated = |number: fn(&RunEvaluation) -> Option<f64>| {
                run.evaluation.as_ref().and_then(number)
            };
            let count = |part: fn(&ClassSplit) -> usize| self.classes.iter().map(part).sum();
            Some(RunDocument {
                cut: run.plan.strategy.cut.to_string(),
                strategy: &run.plan.strategy,
                seed: self.seed,
                training_pictures: count(|class| class.training),
                validation_pictures: count(|class| class.validation),
                test_pictures: count(|class| class.test),
                test_accuracy: result.test.accuracy(),
                validation_accuracy: result.validation.accuracy(),
                balanced_accuracy: evaluated(|run| Some(run.balanced_accuracy.ok()?.estimate)),
                calibration_error: evaluated(|run| Some(run.calibration.as_ref().ok()?.error)),
                calibrated_error: evaluated(|run| Some(run.calibrated.as_ref().ok()?.error)),
                temperature: evaluated(|run| run.temperature.ok()),
                unknown_area: evaluated(|run| Some(run.none_of_these.ok()?.unknown?.area.estimate)),
                best_epoch: result.best_epoch,
                ending: &result.ending,
                seconds: result.seconds,
                predicted_seconds: run.estimate.map(|lane| lane.seconds()),
                predicted_memory_bytes: run.estimate.map(|lane| lane.memory),
                parameters_trained: run.plan.parameters_trained,
                parameters_total: run.plan.parameters_total,
                epochs: &run.rows,
            })
        });
        let estimate = self.estimate.as_ref();
        let document = Document {
            seed: self.seed,
            classes: self.classes.iter().map(|class| class.name.as_str()).collect(),
            feature_seconds: self.feature_seconds,
            predicted_feature_seconds: estimate.map(|estimate| estimate.feature_seconds),
            seconds: self.taken.map(|(seconds, _)| seconds),
            predicted_seconds: estimate.map(|estimate| estimate.seconds),
            memory_bytes: self.taken.and_then(|(_, memory)| memory),
            predicted_memory_bytes: estimate.map(|estimate| estimate.memory),
            runs: runs.collect(),
            failures: self
                .runs
                .iter()
                .filter_map(|run| {
                    Some((run.plan.strategy.cut.to_string(), run.failure.as_deref()?))
                })
                .collect(),
        };
        // Plain numbers and texts always become JSON.
        serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
    }
}

/// How far a model's answers can be trusted, in one line.
fn trust(evaluation: &RunEvaluation) -> String {
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let sureness = match (&evaluation.calibration, &evaluation.calibrated, evaluation.temperature) {
        (Ok(before), Ok(after), Ok(temperature)) => format!(
            "calibration error {}, {} at temperature {temperature:.2} ({} by chance)",
            percent(before.error),
            percent(after.error),
            percent(after.by_chance)
        ),
        (Ok(before), ..) => format!(
            "calibration error {} ({} by chance)",
            percent(before.error),
            percent(before.by_chance)
        ),
        (Err(missing), ..) => format!("no calibration error: {}", missing.in_words()),
    };
    match evaluation.none_of_these.map(|found| found.unknown) {
        Ok(Some(unknown)) => format!(
            "{sureness}; AUROC {:.3} ({:.3} to {:.3}) of {} known against {} unknown pictures",
            unknown.area.estimate,
            unknown.area.low,
            unknown.area.high,
            unknown.known,
            unknown.unknown
        ),
        _ => sureness,
    }
}

/// Seconds with a digit behind the point; a dash where they are not known.
fn tenths(seconds: Option<f64>) -> String {
    seconds.map_or_else(|| "-".to_owned(), |seconds| format!("{seconds:.1}"))
}
