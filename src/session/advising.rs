//! An advice in the making: the frozen stages look at every picture, then candidates are tried on
//! folds of the pictures that are no test pictures.

use super::lanes::broken_off;
use super::message::{Advice, Event};
use super::setup::{Ready, Setup};
use crate::compare::{Adviser, Laboratory, Supplies};
use crate::train::{Extraction, TrainError};

/// Where an advice stands.
enum Stage {
    /// The frozen stages look at every picture.
    Looking(Box<Extraction>),
    /// Candidates are tried.
    Trying { laboratory: Box<Laboratory>, adviser: Box<Adviser> },
}

/// An advice in the making. Assistants take no part: a page starts it before its runs, which they
/// are for.
pub(super) struct Advising {
    /// None once it has been given.
    stage: Option<Stage>,
    setup: Setup,
    /// That it has computed, the looks included.
    seconds: f64,
}

impl Advising {
    /// Prepares an advice that tries the strategies of these lanes.
    pub fn begin(mut setup: Setup) -> Self {
        let strategies = setup.strategies().into_iter();
        let stages: Vec<usize> =
            strategies.map(|strategy| strategy.cut.first_trained_stage()).collect();
        let pictures = std::mem::take(&mut setup.pictures);
        let Ready { segment, device, .. } = &setup.ready;
        let extraction = Extraction::new(segment.clone(), pictures, stages, device);
        Self { stage: Some(Stage::Looking(Box::new(extraction))), setup, seconds: 0.0 }
    }

    /// Does the next small piece of work. Returns the answer once there is one.
    pub async fn work(&mut self) -> Option<Event> {
        let clock = self.setup.ready.clock;
        let begin = clock();
        let gone_on = self.go_on().await;
        self.seconds += clock() - begin;
        match gone_on {
            Ok(advice) => advice.map(|advice| {
                // With the looks, which whoever asks for an advice waits for too.
                Event::Advised(Box::new(Advice { seconds: self.seconds, ..advice }))
            }),
            Err(error) => Some(Event::AdviceRefused(broken_off(&error))),
        }
    }

    async fn go_on(&mut self) -> Result<Option<Advice>, TrainError> {
        match self.stage.take() {
            None => {}
            Some(Stage::Looking(mut extraction)) => {
                self.stage = if extraction.advance().await? {
                    self.equipped(*extraction)
                } else {
                    Some(Stage::Looking(extraction))
                };
            }
            Some(Stage::Trying { laboratory, mut adviser }) => {
                if let Some(advice) = adviser.advance(&laboratory).await? {
                    return Ok(Some(advice));
                }
                self.stage = Some(Stage::Trying { laboratory, adviser });
            }
        }
        Ok(None)
    }

    /// What candidates are tried with, when all pictures have been looked at.
    fn equipped(&self, extraction: Extraction) -> Option<Stage> {
        let Setup { labels, groups, classes, split, seed, ready, .. } = &self.setup;
        let supplies = Supplies {
            // Trials that end at the features of a cut never ask for a picture again.
            pictures: Vec::new(),
            labels: labels.clone(),
            classes: classes.len(),
            groups: groups.clone(),
            features: extraction.finish()?,
            new_setting: Vec::new(),
        };
        let laboratory = Box::new(Laboratory::new(ready.engine(), supplies));
        let adviser = Box::new(Adviser::begin(split, *seed, &laboratory));
        Some(Stage::Trying { laboratory, adviser })
    }
}
