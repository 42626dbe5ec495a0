//! Cards from logs that are written here row by row: here is what their tests share.

mod dependence;
mod folds;
mod gaps;
mod log;
mod norms;
mod random;
mod sentences;
mod unequal;
mod values;

use super::*;
use log::{first_log, second_log};

/// All ten cards.
fn cards(log: &StudyLog) -> Vec<Card> {
    Difference::ALL.map(|difference| card(difference, log)).into()
}

/// What a card finds; fails where it says that something is missing.
fn found(log: &StudyLog, difference: Difference) -> Finding {
    finding(difference, log).unwrap_or_else(|missing| panic!("{difference:?}: {missing}"))
}

/// What a card says to be missing; fails where it finds something.
fn missing(log: &StudyLog, difference: Difference) -> String {
    match finding(difference, log) {
        Ok(found) => panic!("{difference:?}: {}", found.headline),
        Err(missing) => missing,
    }
}
