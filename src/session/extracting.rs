//! The first part of an experiment: the frozen stages look at every picture, here and with
//! assistants.

use std::collections::VecDeque;

use super::crew::{Assignment, Crew, FeatureShapes, Job, Parcel};
use super::lanes::PROGRESS_INTERVAL;
use super::message::{Event, Refusal, RunId};
use crate::data::{Picture, Split};
use crate::model::ReadError;
use crate::train::{Extraction, Material};

/// Portions that an assistant has at once: one to look at, and some that wait for it meanwhile, since
/// whoever hands them out looks at one of its own before it hears of those that are done.
const PORTIONS_AWAY: usize = 3;

/// The features being computed, and what waits for them.
pub(super) struct Extracting {
    pub extraction: Extraction,
    /// Tells this experiment's portions from those of the ones before.
    pub number: u32,
    pub lanes: Vec<Assignment>,
    pub labels: Vec<usize>,
    pub split: Split,
    clock: fn() -> f64,
    began: f64,
    /// When it was last said how far they are.
    told: f64,
    /// The portions that each assistant has.
    away: Vec<VecDeque<usize>>,
}

impl Extracting {
    pub fn begin(
        extraction: Extraction,
        number: u32,
        lanes: Vec<Assignment>,
        (labels, split): (Vec<usize>, Split),
        clock: fn() -> f64,
    ) -> Self {
        let (began, told, away) = (clock(), 0.0, Vec::new());
        Self { extraction, number, lanes, labels, split, clock, began, told, away }
    }

    /// Whether all that is left to do is with assistants.
    pub fn is_waiting(&self) -> bool {
        !self.lanes.is_empty() && !self.extraction.has_waiting() && !self.extraction.is_done()
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

    /// Looks at a portion, and keeps these assistants busy meanwhile.
    ///
    /// # Errors
    /// When the device does not answer.
    pub async fn advance(&mut self, present: &[usize], crew: &Crew) -> Result<bool, ReadError> {
        self.hand_out(present, crew);
        self.extraction.advance().await
    }

    /// Takes in what an assistant saw. Returns whether it fits.
    pub fn take_in(
        &mut self,
        assistant: usize,
        portion: usize,
        (features, numbers): (FeatureShapes, Vec<Vec<f32>>),
    ) -> bool {
        if let Some(away) = self.away.get_mut(assistant) {
            away.retain(|&other| other != portion);
        }
        self.extraction.take_in(portion, features.unpack(numbers))
    }

    /// Goes on without an assistant: its portions are looked at here.
    pub fn lose(&mut self, assistant: usize) {
        let away = self.away.get_mut(assistant).map(std::mem::take);
        for portion in away.unwrap_or_default() {
            self.extraction.take_back(portion);
        }
    }

    /// Keeps these assistants busy as long as pictures wait.
    pub fn hand_out(&mut self, present: &[usize], crew: &Crew) {
        let stages: Vec<usize> = self.extraction.wanted().iter().copied().collect();
        for &assistant in present {
            if self.away.len() <= assistant {
                self.away.resize(assistant + 1, VecDeque::new());
            }
            while self.away[assistant].len() < PORTIONS_AWAY {
                let Some((portion, pictures)) = self.extraction.hand_out() else { return };
                let job = look(self.number, portion, pictures, stages.clone());
                if crew.send(assistant, job).is_err() {
                    self.extraction.take_back(portion);
                    break;
                }
                self.away[assistant].push_back(portion);
            }
        }
    }

    /// Says how far the features are, now and then.
    pub fn progress(&mut self) -> Option<Event> {
        let (done, total) = (self.extraction.done(), self.extraction.total());
        let now = (self.clock)();
        let seconds = now - self.began;
        // A page that draws its progress takes a core from those who make it.
        let is_due = self.extraction.is_done() || now - self.told >= PROGRESS_INTERVAL;
        is_due.then(|| {
            self.told = now;
            Event::FeaturesProgressed { done, total, seconds }
        })
    }

    /// What the lanes train on. `None` before all pictures were looked at.
    pub fn finish(self, classes: usize, seed: u64) -> Option<(Vec<Assignment>, Material)> {
        let Self { extraction, lanes, labels, split, .. } = self;
        let features = extraction.finish()?;
        Some((lanes, Material { features, labels, classes, split, seed }))
    }
}

/// Asks an assistant to look at pictures.
pub(super) fn look(
    experiment: u32,
    portion: usize,
    pictures: &[Picture],
    stages: Vec<usize>,
) -> Parcel<Job> {
    let note = Job::Look {
        experiment,
        portion,
        side: pictures.first().map_or(0, Picture::side),
        pixels: pictures.iter().map(Picture::pixels).collect::<Vec<_>>().concat(),
        stages,
    };
    Parcel { note, numbers: Vec::new() }
}

fn stopped_too_early() -> Refusal {
    Refusal {
        reason: "This run was stopped before it had learned anything.".to_owned(),
        remedy: "Start it again when you are ready.".to_owned(),
    }
}
