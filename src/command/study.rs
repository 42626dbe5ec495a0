//! The ten differences on the command line: one study, printed and written as JSON.

use std::fmt::Write;

use serde::Serialize;

use super::compare::printable;
use crate::session::{Card, Event, Figure, Finding, Interval, TrialRow, Unit, Way};

/// Gathers the events of a study.
#[derive(Debug, Default, Serialize)]
pub struct Differences {
    /// The seeds, a paired repetition each, or one a fold.
    seeds: Vec<u64>,
    /// Folds of the pictures that take turns as the test; 1 where they need not.
    folds: usize,
    /// Seconds from beginning to end.
    seconds: f64,
    /// The ten cards, in the order of [`Difference::ALL`](crate::session::Difference::ALL).
    cards: Vec<Card>,
    /// The log: every trial, which cards name as their sources by place.
    trials: Vec<TrialRow>,
    /// What broke off.
    failures: Vec<String>,
}

impl Differences {
    /// Takes note of an event.
    pub fn hear(&mut self, event: Event) {
        match event {
            Event::StudyStarted { seeds, folds, .. } => (self.seeds, self.folds) = (seeds, folds),
            Event::TrialEnded(row) => self.trials.push(*row),
            Event::CardChanged(card) => {
                self.cards.retain(|other| other.difference != card.difference);
                self.cards.push(*card);
                self.cards.sort_by_key(|card| card.difference);
            }
            Event::StudyRefused(refusal) => {
                self.failures.push(format!("{} {}", refusal.reason, refusal.remedy));
            }
            Event::StudyEnded { seconds, .. } => self.seconds = seconds,
            _ => {}
        }
    }

    /// Trials that broke off.
    pub fn failures(&self) -> usize {
        self.failures.len()
    }

    /// The cards for people.
    pub fn text(&self) -> String {
        let folds = match self.folds {
            0 | 1 => String::new(),
            folds => format!(", each of {folds} folds as the test once a seed"),
        };
        let mut text = format!(
            "{} seeds{folds}, {} trials, {:.1} s\n",
            self.seeds.len(),
            self.trials.len(),
            self.seconds
        );
        for (place, card) in self.cards.iter().enumerate() {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "\n{:>2}. {}", place + 1, card.difference.title());
            match &card.finding {
                Ok(finding) => lines_of(finding, &mut text),
                Err(missing) => {
                    let _ = writeln!(text, "    {missing}");
                }
            }
        }
        for failure in &self.failures {
            let _ = writeln!(text, "\n{failure}");
        }
        text
    }

    /// The JSON for programs.
    pub fn json(&self) -> String {
        // Plain numbers and texts always become JSON.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

fn lines_of(finding: &Finding, text: &mut String) {
    let _ = writeln!(text, "    {}", printable(&finding.headline));
    for figure in &finding.figures {
        let _ = writeln!(text, "      {}", line_of(figure));
    }
}

/// A figure with what it is about and where it may truly lie.
pub(super) fn line_of(figure: &Figure) -> String {
    let way = match figure.way {
        Some(Way::Transfer) => ", transfer learning",
        Some(Way::FineTuning) => ", fine-tuning",
        None => "",
    };
    let name = format!("{}{way}", printable(&figure.name));
    let within = figure.interval.map_or_else(String::new, |Interval { low, high, .. }| {
        format!(" ({} to {})", number(low, figure.unit), number(high, figure.unit))
    });
    format!("{name:<52} {}{within}", number(figure.value, figure.unit))
}

/// A number with its unit.
fn number(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Share => format!("{:.1} %", value * 100.0),
        // Adding zero makes a zero of minus zero.
        Unit::Points => format!("{:+.1} points", (value * 1000.0).round() / 10.0 + 0.0),
        Unit::Seconds => format!("{value:.2} s"),
        Unit::Operations => format!("{:.2} GFLOP", value / 1e9),
        Unit::Bytes => format!("{:.1} MB", value / 1e6),
        Unit::Count => format!("{value:.0}"),
        Unit::Ratio => format!("{value:.1} times"),
        Unit::Plain => format!("{value:.3}"),
    }
}
