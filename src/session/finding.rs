//! Finds a learning rate on the pictures there are, piece by piece.

use std::rc::Rc;

use super::lanes::broken_off;
use super::message::{Event, Strategy};
use super::setup::{Ready, Setup};
use crate::data::{Split, spread};
use crate::train::{Extraction, Material, Plan, RateFinder, TrainError};

/// Most training pictures that a search needs: its steps show no more of them.
const MOST_PICTURES: usize = 512;

/// A search on its way.
pub(super) struct Finding {
    ready: Ready,
    strategy: Strategy,
    /// Of the pictures that are looked at, all of them from the training part.
    labels: Vec<usize>,
    classes: usize,
    seed: u64,
    /// None when a device broke it off.
    stage: Option<Stage>,
}

/// Where a search stands.
enum Stage {
    /// The frozen stages look at pictures.
    Looking(Box<Extraction>),
    /// Steps are made.
    Stepping(Box<RateFinder>),
}

impl Finding {
    /// Begins a search for the first lane of a setup.
    pub fn begin(setup: Setup) -> Option<Self> {
        let classes = setup.classes.len();
        let Setup { lanes, pictures, labels, split, seed, ready, .. } = setup;
        let strategy = lanes.into_iter().next()?.strategy;
        let chosen = spread(&split.training, MOST_PICTURES).into_iter();
        let (pictures, labels) =
            chosen.map(|index| (pictures[index].clone(), labels[index])).unzip();
        let stage = strategy.cut.first_trained_stage();
        let extraction = Extraction::new(ready.segment.clone(), pictures, [stage], &ready.device);
        let stage = Some(Stage::Looking(Box::new(extraction)));
        Some(Self { ready, strategy, labels, classes, seed, stage })
    }

    /// Does the next small piece of work. Returns the answer, once there is one.
    pub async fn work(&mut self) -> Option<Event> {
        match self.go_on().await {
            Ok(answer) => answer,
            Err(error) => Some(Event::RateRefused(broken_off(&error))),
        }
    }

    async fn go_on(&mut self) -> Result<Option<Event>, TrainError> {
        match self.stage.take() {
            None => {}
            Some(Stage::Looking(mut extraction)) => {
                if !extraction.advance().await? {
                    self.stage = Some(Stage::Looking(extraction));
                } else if let Some(features) = extraction.finish() {
                    let training = (0..self.labels.len()).collect();
                    let material = Material {
                        features,
                        labels: std::mem::take(&mut self.labels),
                        classes: self.classes,
                        split: Split { training, ..Split::default() },
                        seed: self.seed,
                    };
                    self.stage = Some(Stage::Stepping(Box::new(self.finder(material))));
                }
            }
            Some(Stage::Stepping(mut finder)) => {
                if let Some(found) = finder.advance().await? {
                    return Ok(Some(Event::RateFound(found)));
                }
                self.stage = Some(Stage::Stepping(finder));
            }
        }
        Ok(None)
    }

    fn finder(&self, material: Material) -> RateFinder {
        let Ready { backbone, segment, device, limits, .. } = &self.ready;
        let batch = Plan::new(&self.strategy, &material.split).step_pictures;
        let first = self.strategy.cut.first_trained_stage();
        let micro_batch = limits.micro_batch(backbone.architecture(), batch, first);
        RateFinder::new(&self.strategy, Rc::new(material), segment, device, micro_batch)
    }
}
