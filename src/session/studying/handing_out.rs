//! The trials that assistants try: what they need for them, and the next one.

use super::{Stage, Studying};
use crate::compare::{Laboratory, StudyLog};
use crate::data::Picture;
use crate::model::ReadError;
use crate::session::crew::{Crew, FeatureShapes, Job, Parcel};
use crate::session::looking::pixels;
use crate::session::sharing::MAXIMUM_SENT_BYTES;
use crate::train::MemoryNeeds;

impl Studying {
    /// Keeps every assistant busy with a trial, and gives it what trials share before the first.
    pub(super) async fn hand_out(&mut self, crew: &Crew) {
        let Stage::Trying(laboratory) = &self.stage else { return };
        if self.is_paused || self.cannot_be_sent {
            return;
        }
        for assistant in self.ready.present(crew) {
            let is_busy = self.away.iter().any(|(other, _)| *other == assistant);
            if is_busy || self.waiting.is_empty() {
                continue;
            }
            if !self.equipped.contains(&assistant) {
                let job = match keep(self.number, laboratory, &self.log).await {
                    Ok(Some(job)) => job,
                    Ok(None) => {
                        self.cannot_be_sent = true;
                        return;
                    }
                    // Whoever trains here reads the same features, and says what went wrong.
                    Err(_) => return,
                };
                if crew.send(assistant, job).is_err() {
                    continue;
                }
                self.equipped.push(assistant);
            }
            let Some(trial) = self.waiting.pop_front() else { return };
            let note = Job::Try { study: self.number, trial: trial.clone() };
            match crew.send(assistant, Parcel { note, numbers: Vec::new() }) {
                Ok(()) => self.away.push((assistant, trial)),
                Err(_) => self.waiting.push_front(trial),
            }
        }
    }
}

/// What trials share, for an assistant; nothing where it is too large to be sent.
async fn keep(
    study: u32,
    laboratory: &Laboratory,
    log: &StudyLog,
) -> Result<Option<Parcel<Job>>, ReadError> {
    let strategies = log.study.strategies();
    let needs = MemoryNeeds {
        architecture: &log.architecture,
        classes: log.classes.len(),
        pictures: log.pictures,
    };
    if needs.features(&strategies) > MAXIMUM_SENT_BYTES {
        return Ok(None);
    }
    let stages = strategies.iter().map(|strategy| strategy.cut.first_trained_stage());
    let features = laboratory.supplies.features.numbers(&stages.collect()).await?;
    let (features, numbers) = FeatureShapes::pack(features);
    let (new_pictures, new_labels): (Vec<Picture>, Vec<usize>) =
        laboratory.supplies.new_setting.iter().cloned().unzip();
    let all: Vec<Picture> =
        laboratory.supplies.pictures.iter().cloned().chain(new_pictures).collect();
    let note = Job::Keep {
        study,
        side: all.first().map_or(0, Picture::side),
        pixels: pixels(&all),
        labels: laboratory.supplies.labels.clone(),
        new_labels,
        classes: laboratory.supplies.classes,
        groups: laboratory.supplies.groups.clone(),
        features,
    };
    Ok(Some(Parcel { note, numbers }))
}
