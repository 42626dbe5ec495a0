//! What a study tells: its beginning and end, how far it is, its trials, and its cards.

use super::Studying;
use crate::compare::{Difference, Study, StudyLog, Trial, TrialRow, Way, card};
use crate::session::lanes::PROGRESS_INTERVAL;
use crate::session::message::{Event, WayEpoch};
use crate::train::{EpochRow, Plan};

impl Studying {
    pub(super) fn started(&self) -> Event {
        let StudyLog { study: Study { seeds, folds, .. }, planned, .. } = &self.log;
        Event::StudyStarted { trials: planned.len(), seeds: seeds.clone(), folds: *folds }
    }

    pub(super) fn ended(&self) -> Event {
        Event::StudyEnded {
            seconds: self.seconds(),
            trials: self.log.rows.len(),
            is_complete: self.log.is_complete(),
        }
    }

    /// Notes a trial that has ended, and tells the cards that changed by it.
    pub(super) fn note(&mut self, row: TrialRow, events: &mut Vec<Event>) {
        self.log.rows.push(row.clone());
        events.push(Event::TrialEnded(Box::new(row)));
        self.recompute_cards();
    }

    /// Has every card worked out again, one in each slice of work: all at once would hold up a page.
    pub(super) fn recompute_cards(&mut self) {
        for difference in Difference::ALL {
            if !self.due.contains(&difference) {
                self.due.push_back(difference);
            }
        }
    }

    /// Works the next card out that is due, and tells it if it says something else than before.
    /// Returns whether one was due.
    pub(super) fn tell_next_card(&mut self, events: &mut Vec<Event>) -> bool {
        let Some(difference) = self.due.pop_front() else { return false };
        let card = card(difference, &self.log);
        if !self.told.contains(&card) {
            events.push(Event::CardChanged(Box::new(card.clone())));
            self.told.retain(|told| told.difference != difference);
            self.told.push(card);
        }
        true
    }

    /// Notes the epochs of a trial from one on, if it is one of both ways on all pictures.
    pub(super) fn note_epochs(&mut self, trial: &Trial, rows: &[EpochRow]) {
        let study = &self.log.study;
        let strategies = [(Way::Transfer, &study.transfer), (Way::FineTuning, &study.fine_tuning)];
        for (way, strategy) in strategies {
            if trial.pictures_a_class.is_none() && trial.strategy == *strategy {
                let repetition = trial.repetition;
                let epochs = rows.iter().map(|&row| WayEpoch { way, repetition, row });
                self.epochs.extend(epochs);
            }
        }
    }

    /// Says how far it is, now and then: by the operations of its trials, since they differ much.
    pub(super) fn progress(&mut self, events: &mut Vec<Event>) {
        let now = (self.ready.clock)();
        if now - self.last_progress >= PROGRESS_INTERVAL {
            self.last_progress = now;
            self.tell_progress(events);
        }
    }

    /// Says how far it is.
    pub(super) fn tell_progress(&mut self, events: &mut Vec<Event>) {
        let done: f64 = self.log.rows.iter().map(|row| row.result.seconds).sum();
        let work = |trial: &Trial| {
            let plan = Plan::new(&trial.strategy, &self.split);
            plan.operations(&self.log.architecture, self.log.classes.len()) as f64
        };
        let done_work: f64 = self.log.rows.iter().map(|row| work(&row.trial)).sum();
        let left: f64 = self.waiting.iter().map(work).sum::<f64>()
            + self.away.iter().map(|(_, trial)| work(trial)).sum::<f64>()
            + self
                .here
                .iter()
                .map(|here| work(here.trial()) * (1.0 - here.progress()))
                .sum::<f64>();
        let seconds = self.seconds();
        let taken = seconds - self.log.feature_seconds;
        let seconds_left = (done > 0.0).then(|| taken / done_work * left);
        events.push(Event::StudyProgressed {
            done: self.log.rows.len(),
            total: self.log.planned.len(),
            seconds,
            seconds_left,
            epochs: std::mem::take(&mut self.epochs),
        });
    }
}
