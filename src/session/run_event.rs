//! What an assistant tells of a run. As [`Event`]s these would bring all that a page is told into what
//! one engine reads of another.

use serde::{Deserialize, Serialize};

use super::message::{EpochRow, Event, Phase, Refusal, RunId, RunResult};

/// Something that happened in a run, as the [`Event`] of that name.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are those of the events")]
pub enum RunEvent {
    /// [`Event::RunProgressed`]
    Progressed {
        run: RunId,
        phase: Phase,
        step: usize,
        steps: usize,
        seconds: f64,
        seconds_left: Option<f64>,
    },
    /// [`Event::EpochEnded`]
    EpochEnded { run: RunId, row: EpochRow },
    /// [`Event::RunEnded`]
    Ended { run: RunId, result: RunResult },
    /// [`Event::RunFailed`]
    Failed { run: RunId, refusal: Refusal },
}

impl RunEvent {
    /// The run that it is about.
    pub(super) fn run(&self) -> RunId {
        match self {
            Self::Progressed { run, .. }
            | Self::EpochEnded { run, .. }
            | Self::Ended { run, .. }
            | Self::Failed { run, .. } => *run,
        }
    }

    /// Whether the run is over.
    pub(super) fn is_last(&self) -> bool {
        matches!(self, Self::Ended { .. } | Self::Failed { .. })
    }

    /// `None` for an event that is of no run.
    pub(super) fn of(event: Event) -> Option<Self> {
        Some(match event {
            Event::RunProgressed { run, phase, step, steps, seconds, seconds_left } => {
                Self::Progressed { run, phase, step, steps, seconds, seconds_left }
            }
            Event::EpochEnded { run, row } => Self::EpochEnded { run, row },
            Event::RunEnded { run, result } => Self::Ended { run, result },
            Event::RunFailed { run, refusal } => Self::Failed { run, refusal },
            _ => return None,
        })
    }
}

impl From<RunEvent> for Event {
    fn from(event: RunEvent) -> Self {
        match event {
            RunEvent::Progressed { run, phase, step, steps, seconds, seconds_left } => {
                Self::RunProgressed { run, phase, step, steps, seconds, seconds_left }
            }
            RunEvent::EpochEnded { run, row } => Self::EpochEnded { run, row },
            RunEvent::Ended { run, result } => Self::RunEnded { run, result },
            RunEvent::Failed { run, refusal } => Self::RunFailed { run, refusal },
        }
    }
}
