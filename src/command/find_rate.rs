//! Searches a learning rate on a folder of class folders, and prints the losses that speak for it.

use std::fmt::Write;

use serde::Serialize;

use super::compare::{Driver, Output, printable, progress_bar};
use super::{CommandError, FindRateArguments, print};
use crate::session::{Command, Event, FoundRate, Phase, Refusal, Strategy};

/// Rates are tried at twelve to a decade; one in so many of them is printed.
const PRINTED_EVERY: usize = 4;

pub fn run(arguments: &FindRateArguments, strategy: Strategy) -> Result<(), CommandError> {
    // Opened before anything is tried, so that a path that cannot be written costs no time.
    let mut json = Output::create(arguments.json.as_deref())?;
    let mut driver = Driver::begin(arguments.backbone.as_deref())?;
    driver.add_folder(&arguments.folder)?;
    let found = driver.find_rate(&strategy, arguments.seed)?;
    let folder = arguments.folder.display().to_string();
    let search = Search { folder, seed: arguments.seed, strategy, found };
    print(&search.text())?;
    json.as_mut().map_or(Ok(()), |json| json.write(&search.json()))
}

impl Driver {
    fn find_rate(&mut self, strategy: &Strategy, seed: u64) -> Result<FoundRate, CommandError> {
        let bar = progress_bar(0, "trying rates");
        let strategy = strategy.clone();
        self.session.submit(Command::FindRate { strategy, seed });
        let mut answer = None;
        self.work(|event| match event {
            Event::RateRefused(Refusal { reason, remedy }) => {
                Err(CommandError::Refused { reason, remedy })
            }
            Event::RateFound(found) => {
                answer = Some(found);
                Ok(())
            }
            _ => Ok(()),
        })?;
        bar.finish_and_clear();
        answer.ok_or(CommandError::NoAnswer)
    }
}

/// A search that has ended.
#[derive(Debug, Serialize)]
struct Search {
    folder: String,
    seed: u64,
    /// For which the rate was searched; its own rate for that phase means nothing.
    strategy: Strategy,
    found: FoundRate,
}

impl Search {
    /// The sweep for people, three rates a decade and the last, and what is suggested.
    fn text(&self) -> String {
        let (what, option) = match self.found.phase {
            Phase::Head => ("of the head", "--head-rate"),
            Phase::Unfrozen => ("once layers are unfrozen", "--unfrozen-rate"),
        };
        let mut text = format!(
            "{}: {}, learning rate {what}\n{:>9} {:>9}\n",
            printable(&self.folder),
            self.strategy.cut,
            "rate",
            "loss"
        );
        let last = self.found.curve.len().saturating_sub(1);
        for (place, point) in self.found.curve.iter().enumerate() {
            if place % PRINTED_EVERY == 0 || place == last {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{:>9} {:>9.4}", two_digits(point.rate), point.loss);
            }
        }
        let _ = match self.found.suggestion {
            Some(rate) => writeln!(text, "suggested: {option} {}", two_digits(rate)),
            None => writeln!(text, "No rate that was tried let the loss fall."),
        };
        text
    }

    fn json(&self) -> String {
        // Plain numbers and texts always become JSON.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

/// A rate as it is given: it is no more exact than two digits.
fn two_digits(rate: f64) -> String {
    format!("{rate:.1e}")
}
