//! The frozen stages look at every picture, here and with assistants.

use std::collections::VecDeque;

use super::crew::{Crew, FeatureShapes, Job, Parcel};
use super::lanes::PROGRESS_INTERVAL;
use crate::data::Picture;
use crate::model::ReadError;
use crate::train::{Extraction, Features};

/// Portions that an assistant has at once: one to look at, and some that wait for it meanwhile, since
/// whoever hands them out looks at one of its own before it hears of those that are done.
pub(super) const PORTIONS_AWAY: usize = 3;

/// How far the looks are.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Looked {
    pub done: usize,
    pub total: usize,
    pub seconds: f64,
}

/// Features being computed.
pub(super) struct Looking {
    extraction: Extraction,
    /// Tells these portions from those of others before.
    pub number: u32,
    clock: fn() -> f64,
    /// When the first look began.
    began: Option<f64>,
    /// When it was last said how far they are.
    told: f64,
    /// The portions that each assistant has.
    away: Vec<VecDeque<usize>>,
}

impl Looking {
    pub fn begin(extraction: Extraction, number: u32, clock: fn() -> f64) -> Self {
        let (began, told, away) = (None, 0.0, Vec::new());
        Self { extraction, number, clock, began, told, away }
    }

    /// Whether all pictures have been looked at.
    pub fn is_done(&self) -> bool {
        self.extraction.is_done()
    }

    /// Whether all that is left to do is with assistants.
    pub fn is_waiting(&self) -> bool {
        !self.extraction.has_waiting() && !self.extraction.is_done()
    }

    /// Looks at a portion, and keeps these assistants busy meanwhile.
    ///
    /// # Errors
    /// When the device does not answer.
    pub async fn advance(&mut self, present: &[usize], crew: &Crew) -> Result<bool, ReadError> {
        self.began.get_or_insert((self.clock)());
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

    /// How far the features are, now and then.
    pub fn progress(&mut self) -> Option<Looked> {
        let (done, total) = (self.extraction.done(), self.extraction.total());
        let now = (self.clock)();
        let seconds = self.seconds();
        // A page that draws its progress takes a core from those who make it.
        let is_due = self.extraction.is_done() || now - self.told >= PROGRESS_INTERVAL;
        is_due.then(|| {
            self.told = now;
            Looked { done, total, seconds }
        })
    }

    /// Seconds since the first look began.
    pub fn seconds(&self) -> f64 {
        self.began.map_or(0.0, |began| (self.clock)() - began)
    }

    /// The features. `None` before all pictures were looked at.
    pub fn finish(self) -> Option<Features> {
        self.extraction.finish()
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
        pixels: pixels(pictures),
        stages,
    };
    Parcel { note, numbers: Vec::new() }
}

/// The pixels of pictures, one behind the other.
pub(super) fn pixels(pictures: &[Picture]) -> Vec<u8> {
    pictures.iter().map(Picture::pixels).collect::<Vec<_>>().concat()
}
