//! The first part of an experiment: the frozen stages look at every picture, and lanes wait for it.

use super::crew::Assignment;
use super::looking::Looking;
use super::message::{Event, Refusal, RunId};
use crate::data::Split;
use crate::train::Material;

/// The features being computed, and what waits for them.
pub(super) struct Extracting {
    pub looking: Looking,
    pub lanes: Vec<Assignment>,
    pub labels: Vec<usize>,
    pub split: Split,
}

impl Extracting {
    /// Whether all that is left to do is with assistants.
    pub fn is_waiting(&self) -> bool {
        !self.lanes.is_empty() && self.looking.is_waiting()
    }

    /// Lets one lane go, or all. They fail, since they have learned nothing.
    pub fn stop(&mut self, run: Option<RunId>, events: &mut Vec<Event>) {
        self.lanes.retain(|assigned| {
            let candidate = assigned.lane.run;
            let is_meant = run.is_none_or(|run| run == candidate);
            if is_meant {
                events.push(Event::RunFailed { run: candidate, refusal: stopped_too_early() });
            }
            !is_meant
        });
    }

    /// What the lanes train on. `None` before all pictures were looked at.
    pub fn finish(self, classes: usize, seed: u64) -> Option<(Vec<Assignment>, Material)> {
        let Self { looking, lanes, labels, split } = self;
        let features = looking.finish()?;
        Some((lanes, Material { features, labels, classes, split, seed }))
    }
}

fn stopped_too_early() -> Refusal {
    Refusal {
        reason: "This run was stopped before it had learned anything.".to_owned(),
        remedy: "Start it again when you are ready.".to_owned(),
    }
}
