//! The drawn tasks as points of comparison: both ways are tried on each of them, so that a visitor
//! sees where their own task lies among tasks that are known.

use std::collections::{BTreeSet, VecDeque};
use std::ops::ControlFlow::{self, Break, Continue};

use super::arrivals::SIDE;
use super::setup::Ready;
use crate::compare::{
    Attempt, Depth, Laboratory, Repetition, SamplePoint, Study, Supplies, Trial, TrialRow,
};
use crate::data::{
    Augmentation, DRAWN_A_CLASS, DrawnTask, Labelled, Picture, SampleTask, Scene, Split, draw,
    with_views,
};
use crate::train::{Extraction, TrainError, most_views, shared_augmentation};

/// A drawn task, on which both ways are tried piece by piece.
pub(super) struct Sampling {
    task: SampleTask,
    seed: u64,
    drawn: DrawnTask,
    pictures: Vec<Picture>,
    labels: Vec<usize>,
    waiting: VecDeque<Trial>,
    stages: BTreeSet<usize>,
    /// Views of each picture that are learned from.
    views: usize,
    augmentation: Augmentation,
    extraction: Option<Extraction>,
    laboratory: Option<Box<Laboratory>>,
    attempt: Option<Attempt>,
    rows: Vec<TrialRow>,
}

impl Sampling {
    /// Prepares to try both ways of a study on a drawn task, with one seed.
    pub fn new(task: SampleTask, study: &Study, seed: u64) -> Self {
        let trial = |strategy: &crate::train::Strategy| Trial {
            strategy: strategy.clone(),
            repetition: Repetition { seed, fold: 0 },
            pictures_a_class: None,
            depth: Depth::Scored,
        };
        let ways = [&study.transfer, &study.fine_tuning];
        Self {
            task,
            seed,
            drawn: draw(task, Scene::Usual, seed),
            pictures: Vec::new(),
            labels: Vec::new(),
            waiting: ways.into_iter().map(trial).collect(),
            stages: ways.iter().map(|way| way.cut.first_trained_stage()).collect(),
            views: most_views(ways),
            // Ways that differ in it are no study.
            augmentation: shared_augmentation(ways).unwrap_or_default(),
            extraction: None,
            laboratory: None,
            attempt: None,
            rows: Vec::new(),
        }
    }

    /// Does the next small piece. Breaks off with what came of the task once both ways were tried,
    /// or with nothing where they could not be.
    ///
    /// # Errors
    /// When the device does not answer.
    pub async fn advance(
        &mut self,
        ready: &Ready,
    ) -> Result<ControlFlow<Option<SamplePoint>>, TrainError> {
        if let Some(laboratory) = &mut self.laboratory {
            if self.attempt.is_none()
                && let Some(trial) = self.waiting.pop_front()
            {
                self.attempt = Attempt::begin(trial, laboratory).ok();
            }
            let Some(attempt) = &mut self.attempt else { return self.point().await.map(Break) };
            if let Some(row) = attempt.advance(laboratory).await? {
                self.attempt = None;
                self.rows.push(row);
            }
            return Ok(Continue(()));
        }
        if let Some(extraction) = &mut self.extraction {
            if extraction.advance().await? {
                self.equip(ready);
            }
            return Ok(Continue(()));
        }
        self.draw_next(ready);
        Ok(Continue(()))
    }

    fn draw_next(&mut self, ready: &Ready) {
        let place = self.labels.len();
        let classes = self.drawn.classes().len();
        if place == classes * DRAWN_A_CLASS {
            let segment = ready.segment.clone();
            let pictures =
                with_views(self.pictures.clone(), self.views, self.augmentation, self.seed);
            let stages = self.stages.iter().copied();
            self.extraction = Some(Extraction::new(segment, pictures, stages, &ready.device));
            return;
        }
        let class_index = place / DRAWN_A_CLASS;
        let picture = self.drawn.picture(class_index, place % DRAWN_A_CLASS);
        // Only a side of nothing is refused.
        if let Ok(picture) = picture.into_picture(SIDE) {
            self.pictures.push(picture);
        }
        self.labels.push(class_index);
    }

    fn equip(&mut self, ready: &Ready) {
        let features = self.extraction.take().and_then(Extraction::finish);
        let Some(features) = features else { return };
        let supplies = Supplies {
            pictures: std::mem::take(&mut self.pictures),
            labels: self.labels.clone(),
            classes: self.drawn.classes().len(),
            groups: Vec::new(),
            features,
            new_setting: Vec::new(),
        };
        self.laboratory = Some(Box::new(Laboratory::new(ready.engine(), supplies)));
    }

    async fn point(&self) -> Result<Option<SamplePoint>, TrainError> {
        let classes = self.drawn.classes().len();
        let split = Split::stratified(Labelled::singly(&self.labels, classes), self.seed)
            .unwrap_or_default();
        let known = match &self.laboratory {
            Some(laboratory) => laboratory.distance(&split).await?.known(classes),
            None => 0.0,
        };
        match &self.rows[..] {
            [first, second] => {
                Ok(Some(SamplePoint::of(self.task, known, [first, second], self.seed)))
            }
            _ => Ok(None),
        }
    }
}
