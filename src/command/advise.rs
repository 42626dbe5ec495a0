//! Advises which strategy to train on a folder, and checks the advice against what training every
//! candidate comes to.

use std::fmt::Write;
use std::path::Path;

use serde::Serialize;

use super::compare::{Driver, Output, printable, progress_bar};
use super::study::line_of;
use super::{AdviseArguments, CommandError, print};
use crate::session::{Advice, Command, Cut, Event, Lane, Outcome, Refusal, RunId, RunResult};

pub fn run(arguments: &AdviseArguments) -> Result<(), CommandError> {
    // Opened before anything is trained, so that a path that cannot be written costs no training.
    let mut json = Output::create(arguments.json.as_deref())?;
    let mut report = Report::default();
    let mut failed = None;
    for folder in &arguments.folders {
        match advised(folder, arguments) {
            Ok(row) => report.folders.push(row),
            // One folder that cannot be used must not lose what the others came to.
            Err(error) if arguments.folders.len() > 1 => {
                print(&format!("{}: {error}\n", printable(&folder.display().to_string())))?;
                failed = Some(error);
            }
            Err(error) => return Err(error),
        }
    }
    print(&report.summary())?;
    json.as_mut().map_or(Ok(()), |json| json.write(&report.json()))?;
    failed.map_or(Ok(()), Err)
}

/// The advice for one folder, and its check where that is wanted.
fn advised(folder: &Path, arguments: &AdviseArguments) -> Result<Row, CommandError> {
    let mut driver = Driver::begin(arguments.backbone.as_deref())?;
    driver.add_folder(folder)?;
    let advice = driver.advise(arguments.seed)?;
    print(&text_of(folder, &advice))?;
    let check = match arguments.check {
        true => Some(check(&mut driver, &advice, arguments)?),
        false => None,
    };
    if let Some(check) = &check {
        print(&check.text())?;
    }
    Ok(Row { folder: folder.display().to_string(), advice, check })
}

impl Driver {
    fn advise(&mut self, seed: u64) -> Result<Advice, CommandError> {
        let bar = progress_bar(0, "trying out");
        self.session.submit(Command::Advise { seed });
        let mut advised = None;
        self.work(|event| match event {
            Event::AdviceRefused(Refusal { reason, remedy }) => {
                Err(CommandError::Refused { reason, remedy })
            }
            Event::Advised(advice) => {
                advised = Some(*advice);
                Ok(())
            }
            _ => Ok(()),
        })?;
        bar.finish_and_clear();
        advised.ok_or(CommandError::NoAnswer)
    }

    /// Trains all candidates with one seed. Returns what each came to, in their order.
    fn results(&mut self, lanes: &[Lane], seed: u64) -> Result<Vec<RunResult>, CommandError> {
        let mut results = vec![None; lanes.len()];
        let bar = progress_bar(lanes.len() as u64, "checking");
        self.session.submit(Command::Train { lanes: lanes.to_vec(), seed });
        self.work(|event| match event {
            Event::ExperimentRefused(Refusal { reason, remedy })
            | Event::RunFailed { refusal: Refusal { reason, remedy }, .. } => {
                Err(CommandError::Refused { reason, remedy })
            }
            Event::RunEnded { run, result } => {
                bar.inc(1);
                if let Some(place) = results.get_mut(run.0 as usize) {
                    *place = Some(result);
                }
                Ok(())
            }
            _ => Ok(()),
        })?;
        bar.finish_and_clear();
        results.into_iter().collect::<Option<_>>().ok_or(CommandError::NoAnswer)
    }
}

/// Trains all candidates with several seeds, and holds the advice against what came of it. Each seed
/// has an advice of its own: one that was given for another seed has learned from pictures that this
/// one tests on.
fn check(
    driver: &mut Driver,
    advice: &Advice,
    arguments: &AdviseArguments,
) -> Result<Check, CommandError> {
    let lanes: Vec<Lane> = advice
        .candidates
        .iter()
        .enumerate()
        .map(|(place, candidate)| Lane {
            run: RunId(place as u32),
            strategy: candidate.strategy.clone(),
        })
        .collect();
    let mut measured: Vec<Measured> = lanes
        .iter()
        .map(|lane| Measured { cut: lane.strategy.cut.to_string(), ..Measured::default() })
        .collect();
    let seeds = (0..u64::from(arguments.seeds)).map(|step| arguments.seed.wrapping_add(step));
    let mut advised = Measured::default();
    let mut by_seed = Vec::new();
    for seed in seeds {
        let own = match seed == arguments.seed {
            true => advice.clone(),
            false => driver.advise(seed)?,
        };
        let (cut, confidence) = (own.strategy.cut, own.confidence);
        let results = driver.results(&lanes, seed)?;
        for (measured, result) in measured.iter_mut().zip(&results) {
            if measured.cut == cut.to_string() {
                advised.correct += result.test.correct;
                advised.count += result.test.count;
            }
            measured.correct += result.test.correct;
            measured.count += result.test.count;
            measured.seconds += result.seconds;
        }
        let accuracies = results.iter().map(|result| result.test.accuracy()).collect();
        by_seed.push(Seed { seed, advised: cut, confidence, accuracies });
    }
    let accuracies: Vec<_> = lanes
        .iter()
        .zip(&measured)
        .map(|(lane, measured)| (lane.strategy.cut, measured.accuracy()))
        .collect();
    let outcome = advice.outcome(&accuracies).ok_or(CommandError::NoAnswer)?;
    let advised_accuracy = advised.accuracy();
    let regret = (outcome.best_accuracy - advised_accuracy).max(0.0);
    let outcome = Outcome { advised_accuracy, regret, ..outcome };
    let cuts: Vec<Cut> = lanes.iter().map(|lane| lane.strategy.cut).collect();
    let by_other_seeds = regret_by_other_seeds(&cuts, &by_seed);
    Ok(Check { measured, by_seed, outcome, by_other_seeds })
}

/// One seed of a check.
#[derive(Debug, Serialize)]
struct Seed {
    seed: u64,
    /// What was advised for it.
    advised: Cut,
    /// How likely the advice was said to be within a point of the best.
    confidence: f64,
    /// Of every candidate, 0 to 1.
    accuracies: Vec<f64>,
}

/// How far the advised cuts are behind the one that the other seeds would choose, the mean over all
/// seeds, in units of one. Which of several equal cuts is best with the very seeds that it is measured
/// with is luck, and a regret against it is too large by that luck. This one is too small, since what
/// other seeds choose need not be the best, and may be below 0: the truth lies between. `None` with
/// fewer than two seeds.
fn regret_by_other_seeds(cuts: &[Cut], seeds: &[Seed]) -> Option<f64> {
    if seeds.len() < 2 {
        return None;
    }
    let regret = |place: usize| {
        let of_others = |cut: usize| {
            let others = seeds.iter().enumerate().filter(|(other, _)| *other != place);
            others.map(|(_, seed)| seed.accuracies[cut]).sum::<f64>()
        };
        // Of equals the last one wins a maximum, so the cheapest comes last.
        let best = (0..cuts.len()).rev().max_by(|&a, &b| of_others(a).total_cmp(&of_others(b)))?;
        let Seed { advised, accuracies, .. } = &seeds[place];
        let advised = cuts.iter().position(|cut| cut == advised)?;
        Some(accuracies[best] - accuracies[advised])
    };
    let sum: Option<f64> = (0..seeds.len()).map(regret).sum();
    Some(sum? / seeds.len() as f64)
}

/// What one candidate came to over all seeds.
#[derive(Debug, Default, Serialize)]
struct Measured {
    cut: String,
    /// Test pictures named rightly, and asked about.
    correct: usize,
    count: usize,
    seconds: f64,
}

impl Measured {
    fn accuracy(&self) -> f64 {
        self.correct as f64 / self.count.max(1) as f64
    }
}

/// What the candidates came to, and the advice beside it.
#[derive(Debug, Serialize)]
struct Check {
    measured: Vec<Measured>,
    by_seed: Vec<Seed>,
    outcome: Outcome,
    /// See [`regret_by_other_seeds`].
    by_other_seeds: Option<f64>,
}

impl Check {
    /// The mean over the advices of all seeds.
    fn confidence(&self) -> f64 {
        let sum: f64 = self.by_seed.iter().map(|seed| seed.confidence).sum();
        sum / self.by_seed.len().max(1) as f64
    }

    fn text(&self) -> String {
        let mut text = format!("  measured over {} seeds:\n", self.by_seed.len());
        for Measured { cut, correct, count, seconds } in &self.measured {
            let share = 100.0 * *correct as f64 / (*count).max(1) as f64;
            // Writing to a string cannot fail.
            let _ =
                writeln!(text, "    {cut:<8} {share:5.1} % ({correct} of {count}), {seconds:.1} s");
        }
        let Outcome { best, regret, .. } = self.outcome;
        let said = if self.outcome.has_held() { "it held" } else { "it did not hold" };
        let _ = writeln!(text, "  best: {best}; regret {:.1} points: {said}", regret * 100.0);
        if let Some(by_other_seeds) = self.by_other_seeds {
            let _ = writeln!(
                text,
                "  against the cut that the other seeds would choose: {:+.1} points",
                by_other_seeds * 100.0 + 0.0
            );
        }
        text.push('\n');
        text
    }
}

/// One folder.
#[derive(Debug, Serialize)]
struct Row {
    folder: String,
    advice: Advice,
    check: Option<Check>,
}

/// All folders.
#[derive(Debug, Default, Serialize)]
struct Report {
    folders: Vec<Row>,
}

impl Report {
    /// A row a folder, and how good the advice is on the whole. Nothing where nothing was checked.
    fn summary(&self) -> String {
        let checked: Vec<(&Row, &Check)> =
            self.folders.iter().filter_map(|row| Some((row, row.check.as_ref()?))).collect();
        if checked.is_empty() {
            return String::new();
        }
        let mut text = format!(
            "{:<28} {:>8} {:>10} {:>8} {:>9} {:>9} {:>7} {:>6}\n",
            "folder", "advised", "confidence", "best", "accuracy", "of best", "regret", "tests"
        );
        for (row, check) in &checked {
            let Outcome { best, advised_accuracy, best_accuracy, regret } = check.outcome;
            let _ = writeln!(
                text,
                "{:<28} {:>8} {:>8.0} % {:>8} {:>7.1} % {:>7.1} % {:>7.1} {:>6}",
                printable(&row.folder),
                row.advice.strategy.cut.to_string(),
                check.confidence() * 100.0,
                best.to_string(),
                advised_accuracy * 100.0,
                best_accuracy * 100.0,
                regret * 100.0,
                check.measured.first().map_or(0, |measured| measured.count),
            );
        }
        let count = checked.len() as f64;
        let mean = checked.iter().map(|(_, check)| check.outcome.regret).sum::<f64>() / count;
        let held = checked.iter().filter(|(_, check)| check.outcome.has_held()).count();
        let sure = checked.iter().map(|(_, check)| check.confidence()).sum::<f64>() / count;
        let _ = writeln!(
            text,
            "\nmean regret {:.2} points; within 1 point of the best on {held} of {} ({:.0} %); \
             mean confidence {:.0} %",
            mean * 100.0,
            checked.len(),
            100.0 * held as f64 / count,
            sure * 100.0,
        );
        let without: Option<f64> = checked.iter().map(|(_, check)| check.by_other_seeds).sum();
        if let Some(without) = without {
            let _ = writeln!(
                text,
                "against the cuts that the other seeds would choose: {:+.2} points; the truth lies between",
                without / count * 100.0 + 0.0
            );
        }
        text
    }

    fn json(&self) -> String {
        // Plain numbers and texts always become JSON.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

/// An advice for people.
fn text_of(folder: &Path, advice: &Advice) -> String {
    let mut text = format!(
        "{}: {}\n  confidence {:.0} %; it took {:.1} s\n",
        printable(&folder.display().to_string()),
        advice.strategy.cut,
        advice.confidence * 100.0,
        advice.seconds,
    );
    for reason in &advice.reasons {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "    {}", line_of(reason));
    }
    let _ = writeln!(text, "  {}", advice.words);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUTS: [Cut; 2] = [Cut::HeadOnly, Cut::Everything];

    fn seeds(rows: &[(Cut, [f64; 2])]) -> Vec<Seed> {
        let rows = rows.iter().zip(1..);
        rows.map(|(&(advised, accuracies), seed)| Seed {
            seed,
            advised,
            confidence: 0.5,
            accuracies: accuracies.into(),
        })
        .collect()
    }

    #[test]
    fn what_is_best_by_chance_alone_is_no_regret() {
        // Each is ahead once. The second seed calls everything best, which is 0.2 behind with the first.
        let rows = [(Cut::HeadOnly, [0.8, 0.6]), (Cut::HeadOnly, [0.5, 0.7])];
        let regret = regret_by_other_seeds(&CUTS, &seeds(&rows)).expect("two seeds");
        assert!((regret + 0.1).abs() < 1e-12, "{regret}");
    }

    #[test]
    fn what_every_seed_calls_best_is_a_regret() {
        let rows = [(Cut::HeadOnly, [0.5, 0.8]), (Cut::Everything, [0.6, 0.7])];
        let regret = regret_by_other_seeds(&CUTS, &seeds(&rows)).expect("two seeds");
        assert!((regret - 0.15).abs() < 1e-12, "{regret}");
        assert_eq!(regret_by_other_seeds(&CUTS, &seeds(&rows[..1])), None);
    }
}
