//! What a comparison came to: a table for people, JSON for programs.

use std::fmt::Write;

use serde::Serialize;

use super::compare::printable;
use crate::session::{ClassSplit, EpochRow, Event, RunPlan, RunResult};

/// Gathers the events of one experiment.
#[derive(Debug, Default)]
pub struct Comparison {
    seed: u64,
    classes: Vec<ClassSplit>,
    runs: Vec<Run>,
    feature_seconds: f64,
}

#[derive(Debug)]
struct Run {
    plan: RunPlan,
    rows: Vec<EpochRow>,
    result: Option<RunResult>,
    failure: Option<String>,
}

/// The JSON of a comparison.
#[derive(Serialize)]
struct Document<'a> {
    seed: u64,
    classes: Vec<&'a str>,
    /// Seconds of the frozen stages, shared by all runs.
    feature_seconds: f64,
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
    best_epoch: usize,
    ending: &'a crate::session::Ending,
    seconds: f64,
    parameters_trained: usize,
    parameters_total: usize,
    epochs: &'a [EpochRow],
}

impl Comparison {
    /// Takes note of an event.
    pub fn hear(&mut self, event: Event) {
        match event {
            Event::ExperimentStarted { seed, classes, runs } => {
                self.seed = seed;
                self.classes = classes;
                let run = |plan| Run { plan, rows: Vec::new(), result: None, failure: None };
                self.runs = runs.into_iter().map(run).collect();
            }
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
        let mut line = |cells: [&str; 6]| {
            let [cut, learned, best, validation, test, seconds] = cells;
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{cut:<8} {learned:>20} {best:>11} {validation:>11} {test:>17} {seconds:>9}"
            );
        };
        line(["cut", "weights that learn", "best epoch", "validation", "test", "seconds"]);
        let mut failures = Vec::new();
        for run in &self.runs {
            let cut = run.plan.strategy.cut.to_string();
            if let Some(failure) = &run.failure {
                line([&cut, "", "", "", "", ""]);
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
                &format!("{:.1}", result.seconds),
            ]);
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
                best_epoch: result.best_epoch,
                ending: &result.ending,
                seconds: result.seconds,
                parameters_trained: run.plan.parameters_trained,
                parameters_total: run.plan.parameters_total,
                epochs: &run.rows,
            })
        });
        let document = Document {
            seed: self.seed,
            classes: self.classes.iter().map(|class| class.name.as_str()).collect(),
            feature_seconds: self.feature_seconds,
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
