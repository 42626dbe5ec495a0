//! The ten differences, a file each: every number comes from the trials in the log.

mod cost;
mod dataset_size;
mod definition;
mod flexibility;
mod generalisation;
mod knowledge_transfer;
mod layers;
mod performance;
mod process;
mod sizes;
mod summary;
mod use_cases;
pub(super) mod words;

#[cfg(test)]
mod tests;

use super::card::{Card, Difference, Finding};
use super::log::StudyLog;

/// One of the ten cards, as far as the log has what it is computed from.
pub fn card(difference: Difference, log: &StudyLog) -> Card {
    Card { difference, finding: finding(difference, log) }
}

/// What one card finds, or what is missing, as a sentence.
fn finding(difference: Difference, log: &StudyLog) -> Result<Finding, String> {
    let mut finding = match difference {
        Difference::Definition => definition::finding(log),
        Difference::DatasetSize => dataset_size::finding(log),
        Difference::Layers => layers::finding(log),
        Difference::Process => process::finding(log),
        Difference::Cost => cost::finding(log),
        Difference::Flexibility => flexibility::finding(log),
        Difference::Performance => performance::finding(log),
        Difference::Generalisation => generalisation::finding(log),
        Difference::UseCases => use_cases::finding(log),
        Difference::KnowledgeTransfer => knowledge_transfer::finding(log),
    }?;
    // Both ways may be one strategy, and a trial may answer two of a card's questions.
    finding.sources.sort_unstable();
    finding.sources.dedup();
    Ok(finding)
}
