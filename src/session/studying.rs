//! A study in progress: the frozen stages look at every picture, then trials are tried, here and
//! with assistants, and every card is told as soon as it changes.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use super::crew::{Crew, Job, Parcel, Report};
use super::lanes::broken_off;
use super::looking::Looking;
use super::message::{Card, Event, MOST_SEEDS, Refusal, WayEpoch};
use super::sampling::Sampling;
use super::setup::{Ready, Setup};
use crate::compare::{
    Attempt, Difference, Laboratory, Study, StudyLog, Supplies, TaskDistance, Trial, TrialRow,
};
use crate::data::{Picture, SampleTask, Split, SplitError};
use crate::train::{Extraction, TrainError};

mod handing_out;
mod telling;

/// Where a study stands.
enum Stage {
    /// The frozen stages look at every picture.
    Looking(Box<Looking>),
    /// Trials are tried.
    Trying(Box<Laboratory>),
    /// A device broke it off, or nothing is left of it.
    Over,
}

/// A study in progress, or one that waits for another seed.
pub(super) struct Studying {
    number: u32,
    ready: Ready,
    stage: Stage,
    /// What the laboratory is made from, until it is.
    pictures: Vec<Picture>,
    labels: Vec<usize>,
    groups: Vec<usize>,
    new_setting: Vec<(Picture, usize)>,
    split: Split,
    waiting: VecDeque<Trial>,
    /// One, or both ways of a repetition that take turns.
    here: Vec<Attempt>,
    /// The drawn tasks that are still to be compared with, and the one at hand.
    samples: VecDeque<SampleTask>,
    sampling: Option<Box<Sampling>>,
    away: Vec<(usize, Trial)>,
    /// The assistants that have what trials share.
    equipped: Vec<usize>,
    /// Whether what trials share turned out to be too large for an assistant.
    cannot_be_sent: bool,
    log: StudyLog,
    told: Vec<Card>,
    /// Cards to work out again.
    due: VecDeque<Difference>,
    /// Epochs of both ways that were not told yet.
    epochs: Vec<WayEpoch>,
    /// Trials during which an assistant was lost.
    dropped: Vec<Trial>,
    is_paused: bool,
    has_ended: bool,
    /// When the first piece of work began.
    began: Option<f64>,
    /// Since when it rests, and how long it had rested before that.
    resting_since: Option<f64>,
    rested: f64,
    last_progress: f64,
}

impl Studying {
    /// Lays a study out. The first event says how much it will be.
    pub fn begin(
        setup: Setup,
        study: Study,
        new_setting: Vec<(Picture, usize)>,
        number: u32,
    ) -> (Self, Event) {
        let architecture = setup.architecture().clone();
        let stages: Vec<usize> = study
            .strategies()
            .iter()
            .filter(|strategy| strategy.start == crate::train::Start::Pretrained)
            .map(|strategy| strategy.cut.first_trained_stage())
            .chain([0])
            .collect();
        let looked_at = setup.looked_at();
        let fewest = study.fewest_training(setup.labelled());
        let Setup { classes, pictures, labels, groups, split, ready, .. } = setup;
        let is_uneven = is_uneven(classes.len(), &labels);
        let planned = study.trials(fewest);
        let extraction = Extraction::new(ready.segment.clone(), looked_at, stages, &ready.device);
        let looking = Looking::begin(extraction, number, ready.clock);
        let log = StudyLog {
            study,
            classes: classes.into_iter().map(|class| class.name).collect(),
            architecture,
            pictures: pictures.len(),
            fewest,
            is_uneven,
            feature_seconds: 0.0,
            distance: TaskDistance::default(),
            samples: Vec::new(),
            rows: Vec::new(),
            planned: planned.clone(),
        };
        let studying = Self {
            number,
            ready,
            stage: Stage::Looking(Box::new(looking)),
            pictures,
            labels,
            groups,
            new_setting,
            split,
            waiting: planned.into(),
            here: Vec::new(),
            samples: SampleTask::ALL.into(),
            sampling: None,
            away: Vec::new(),
            equipped: Vec::new(),
            cannot_be_sent: false,
            log,
            told: Vec::new(),
            due: VecDeque::new(),
            epochs: Vec::new(),
            dropped: Vec::new(),
            is_paused: false,
            has_ended: false,
            began: None,
            resting_since: None,
            rested: 0.0,
            last_progress: 0.0,
        };
        let started = studying.started();
        (studying, started)
    }

    /// Whether there is something to do or to wait for.
    pub fn is_going(&self) -> bool {
        let has_to_tell = !self.away.is_empty() || !self.due.is_empty();
        !self.has_ended && (!self.is_paused || has_to_tell)
    }

    /// Whether all that is left to do is with assistants.
    pub fn is_waiting(&self) -> bool {
        match &self.stage {
            Stage::Looking(looking) => looking.is_waiting(),
            Stage::Trying(_) => {
                let has_own =
                    !self.here.is_empty() || !self.waiting.is_empty() || self.has_samples();
                !self.away.is_empty() && self.due.is_empty() && (self.is_paused || !has_own)
            }
            Stage::Over => false,
        }
    }

    /// Whether drawn tasks are still to be compared with.
    fn has_samples(&self) -> bool {
        self.sampling.is_some() || !self.samples.is_empty()
    }

    /// Whether nothing is left to do.
    fn is_done(&self) -> bool {
        let has_trials = !self.here.is_empty() || !self.waiting.is_empty() || !self.away.is_empty();
        !has_trials && !self.has_samples() && self.due.is_empty()
    }

    /// Whether it rests because the person said so.
    pub fn is_paused(&self) -> bool {
        self.is_paused && !self.has_ended
    }

    /// Rests, or goes on. Trials that assistants have begun are brought to their end.
    pub fn pause(&mut self, is_paused: bool) {
        self.is_paused = is_paused;
        self.rest(is_paused);
    }

    /// Stops the study's clock, or lets it go on.
    fn rest(&mut self, is_resting: bool) {
        let now = (self.ready.clock)();
        if let Some(since) = self.resting_since.take() {
            self.rested += now - since;
        }
        self.resting_since = is_resting.then_some(now);
    }

    /// Seconds since the first piece of work, without those in which the study rested.
    fn seconds(&self) -> f64 {
        let now = (self.ready.clock)();
        let resting = self.resting_since.map_or(0.0, |since| now - since);
        self.began.map_or(0.0, |began| now - began - self.rested - resting)
    }

    /// Adds one more repetition. Says how many trials there are now, or that the study stays over.
    pub fn add_seed(&mut self) -> Event {
        let seeds = &mut self.log.study.seeds;
        let next = seeds.iter().max().map_or(0, |largest| largest.wrapping_add(1));
        if seeds.len() >= MOST_SEEDS || matches!(self.stage, Stage::Over) {
            return self.ended();
        }
        seeds.push(next);
        let added = Study { seeds: vec![next], ..self.log.study.clone() }.trials(self.log.fewest);
        self.log.planned.extend(added.iter().cloned());
        self.waiting.extend(added);
        self.has_ended = false;
        self.pause(false);
        self.started()
    }

    /// Ends with what there is.
    pub fn stop(&mut self, crew: &Crew, events: &mut Vec<Event>) {
        for &assistant in &self.equipped {
            // One that does not hear is lost, which it will be told of when it is next needed.
            let _ = crew.send(assistant, Parcel { note: Job::Forget, numbers: Vec::new() });
        }
        self.waiting.clear();
        self.here.clear();
        self.samples.clear();
        self.sampling = None;
        self.away.clear();
        self.stage = Stage::Over;
        while self.tell_next_card(events) {}
        self.end(events);
    }

    fn end(&mut self, events: &mut Vec<Event>) {
        if !self.has_ended {
            self.has_ended = true;
            if !self.epochs.is_empty() {
                self.tell_progress(events);
            }
            events.push(self.ended());
            self.rest(true);
        }
    }

    /// Does the next small piece of work.
    pub async fn work(&mut self, crew: &Crew, events: &mut Vec<Event>) {
        if let Err(error) = self.go_on(crew, events).await {
            events.push(Event::StudyRefused(broken_off(&error)));
            self.stop(crew, events);
        }
    }

    async fn go_on(&mut self, crew: &Crew, events: &mut Vec<Event>) -> Result<(), TrainError> {
        if self.began.is_none() {
            // What it rested before, it did not rest from anything.
            (self.began, self.rested) = (Some((self.ready.clock)()), 0.0);
        }
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Over => {}
            Stage::Looking(mut looking) => {
                looking.advance(&self.ready.present(crew), crew).await?;
                self.stage = Stage::Looking(looking);
                self.looked(crew).await?;
            }
            Stage::Trying(laboratory) if self.tell_next_card(events) => {
                self.stage = Stage::Trying(laboratory);
                if self.is_done() {
                    self.end(events);
                }
            }
            Stage::Trying(mut laboratory) => {
                let row = if self.here.is_empty() && self.waiting.is_empty() {
                    self.sample().await.map(|()| None)
                } else {
                    self.try_here(&mut laboratory, crew, events).await
                };
                self.stage = Stage::Trying(laboratory);
                if let Some(row) = row? {
                    self.note(row, events);
                }
                self.hand_out(crew).await;
                self.progress(events);
                if self.is_done() {
                    self.end(events);
                }
            }
        }
        Ok(())
    }

    /// Takes up the next trial. Where nobody else computes, both ways of a repetition are taken up
    /// together, so that both curves grow.
    fn take_up(&mut self, laboratory: &Laboratory, crew: &Crew, events: &mut Vec<Event>) {
        let Some(first) = self.waiting.pop_front() else { return };
        let Study { transfer, fine_tuning, .. } = &self.log.study;
        let is_alone = self.cannot_be_sent || self.ready.present(crew).is_empty();
        let second = self.waiting.pop_front_if(|next| {
            let of_both = first.strategy == *transfer && next.strategy == *fine_tuning;
            let on_the_same = first.repetition == next.repetition
                && first.pictures_a_class == next.pictures_a_class;
            is_alone && of_both && on_the_same
        });
        for trial in [first].into_iter().chain(second) {
            match Attempt::begin(trial, laboratory) {
                Ok(attempt) => self.here.push(attempt),
                Err(error) => events.push(Event::StudyRefused(cannot_split(&error))),
            }
        }
    }

    /// Does a piece of the trial at hand that has computed least, or takes up the next one.
    async fn try_here(
        &mut self,
        laboratory: &mut Laboratory,
        crew: &Crew,
        events: &mut Vec<Event>,
    ) -> Result<Option<TrialRow>, TrainError> {
        if self.here.is_empty() {
            self.take_up(laboratory, crew, events);
        }
        let seconds = |&place: &usize| self.here[place].seconds();
        let least = (0..self.here.len()).min_by(|a, b| seconds(a).total_cmp(&seconds(b)));
        let Some(place) = least else { return Ok(None) };
        let mut attempt = self.here.remove(place);
        let known = attempt.epochs().len();
        let row = attempt.advance(laboratory).await?;
        if row.is_none() {
            self.note_epochs(attempt.trial(), attempt.epochs().get(known..).unwrap_or_default());
            self.here.insert(place, attempt);
        }
        Ok(row)
    }

    /// Does a piece of the comparison with drawn tasks.
    async fn sample(&mut self) -> Result<(), TrainError> {
        let (study, seed) =
            (&self.log.study, self.log.study.seeds.first().copied().unwrap_or_default());
        if self.sampling.is_none() {
            let next = self.samples.pop_front();
            self.sampling = next.map(|task| Box::new(Sampling::new(task, study, seed)));
        }
        let Some(sampling) = &mut self.sampling else { return Ok(()) };
        if let ControlFlow::Break(point) = sampling.advance(&self.ready).await? {
            self.sampling = None;
            self.log.samples.extend(point);
            self.recompute_cards();
        }
        Ok(())
    }

    /// Takes in what an assistant says.
    ///
    /// # Errors
    /// When what it says does not fit, so that the assistant is better given up.
    pub async fn hear(
        &mut self,
        assistant: usize,
        report: Parcel<Report>,
        crew: &Crew,
        events: &mut Vec<Event>,
    ) -> Result<(), &'static str> {
        match (report.note, &mut self.stage) {
            (Report::Looked { experiment, portion, features }, Stage::Looking(looking))
                if experiment == looking.number =>
            {
                let seen = (features, report.numbers);
                let fits = looking.take_in(assistant, portion, seen);
                if fits && !self.is_paused {
                    looking.hand_out(&self.ready.present(crew), crew);
                }
                if let Err(error) = self.looked(crew).await {
                    events.push(Event::StudyRefused(broken_off(&error)));
                    self.stop(crew, events);
                }
                if fits { Ok(()) } else { Err("its features did not fit") }
            }
            (Report::TriedEpoch { study, row }, Stage::Trying(_)) if study == self.number => {
                let trial = self.away.iter().find(|(other, _)| *other == assistant);
                if let Some((_, trial)) = trial.cloned() {
                    self.note_epochs(&trial, &[row]);
                    self.progress(events);
                }
                Ok(())
            }
            (Report::Tried { study, row }, Stage::Trying(_)) if study == self.number => {
                self.away.retain(|(other, _)| *other != assistant);
                match row {
                    Ok(row) => self.note(*row, events),
                    Err(refusal) => events.push(Event::StudyRefused(refusal)),
                }
                self.hand_out(crew).await;
                self.progress(events);
                if self.is_done() {
                    self.end(events);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Goes on without an assistant: what it had to do waits again, unless that was lost with
    /// another one already and so may be what they broke off at.
    pub fn lose(&mut self, assistant: usize, events: &mut Vec<Event>) {
        if let Stage::Looking(looking) = &mut self.stage {
            looking.lose(assistant);
        }
        self.equipped.retain(|other| *other != assistant);
        let lost = self.away.extract_if(.., |(other, _)| *other == assistant);
        for (_, trial) in lost.collect::<Vec<_>>() {
            if self.dropped.contains(&trial) {
                events.push(Event::StudyRefused(broke_off_again()));
                continue;
            }
            self.dropped.push(trial.clone());
            self.waiting.push_front(trial);
        }
    }

    /// Goes on to trials when all pictures have been looked at.
    async fn looked(&mut self, crew: &Crew) -> Result<(), TrainError> {
        if !matches!(&self.stage, Stage::Looking(looking) if looking.is_done()) {
            return Ok(());
        }
        // The study's own clock, which does not count its rests.
        self.log.feature_seconds = self.seconds();
        let Stage::Looking(looking) = std::mem::replace(&mut self.stage, Stage::Over) else {
            return Ok(());
        };
        let Some(features) = looking.finish() else { return Ok(()) };
        let supplies = Supplies {
            pictures: std::mem::take(&mut self.pictures),
            labels: std::mem::take(&mut self.labels),
            classes: self.log.classes.len(),
            groups: std::mem::take(&mut self.groups),
            features,
            new_setting: std::mem::take(&mut self.new_setting),
        };
        let laboratory = Laboratory::new(self.ready.engine(), supplies);
        self.log.distance = laboratory.distance(&self.split).await?;
        self.stage = Stage::Trying(Box::new(laboratory));
        self.recompute_cards();
        self.hand_out(crew).await;
        Ok(())
    }
}

/// Whether some class has more pictures than another.
fn is_uneven(classes: usize, labels: &[usize]) -> bool {
    let count = |class| labels.iter().filter(|&&label| label == class).count();
    (1..classes).any(|class| count(class) != count(0))
}

fn broke_off_again() -> Refusal {
    Refusal {
        reason: "A second worker broke off in the same trial, so it is left out.".to_owned(),
        remedy: "Close other tabs to free memory, and measure again.".to_owned(),
    }
}

/// Why a trial cannot begin, in words.
pub(super) fn cannot_split(error: &SplitError) -> Refusal {
    Refusal {
        reason: format!("The pictures cannot be divided for a trial: {error}."),
        remedy: "Add pictures to the small classes and start again.".to_owned(),
    }
}
