//! Studies and advices: begun in place of those before, and ended.

use super::Session;
use crate::compare::{Study, tried};
use crate::data::{Picture, SampleTask, Scene, Split, draw};
use crate::session::advising::Advising;
use crate::session::arrivals::SIDE;
use crate::session::message::{ClassSplit, Event, Lane, MOST_SEEDS, Refusal, RunId};
use crate::session::studying::Studying;

/// Pictures of a drawn task in a new setting that the models of a study are asked about.
const NEW_PICTURES_A_CLASS: usize = 12;

impl Session {
    /// Ends a study with what it has found, so that its assistants are free for something else.
    pub(super) fn end_study(&mut self) {
        if let Some(mut study) = self.study.take() {
            study.stop(&self.crew, &mut self.events);
        }
    }

    /// Begins a study, in place of the one before.
    pub(super) fn begin_study(&mut self, mut study: Study, sample: Option<(SampleTask, u64)>) {
        // The same seed twice would be the same trial twice.
        study.seeds.sort_unstable();
        study.seeds.dedup();
        self.end_study();
        let lanes = study.strategies().into_iter();
        let lanes = lanes.map(|strategy| Lane { run: RunId(0), strategy }).collect();
        let setup = match study.seeds.first() {
            Some(&seed) if study.seeds.len() <= MOST_SEEDS => self.setup(lanes, seed),
            _ => Err(Refusal {
                reason: format!(
                    "A study needs from 1 to {MOST_SEEDS} different seeds, not {}.",
                    study.seeds.len()
                ),
                remedy: "Choose another number of seeds.".to_owned(),
            }),
        };
        match setup {
            Ok(setup) => {
                self.experiments_begun += 1;
                study.folds = Split::test_folds(setup.labelled());
                let new_setting = self.new_setting(sample, &setup.classes);
                let (study, started) =
                    Studying::begin(setup, study, new_setting, self.experiments_begun);
                self.study = Some(study);
                self.events.push(started);
            }
            Err(refusal) => self.events.push(Event::StudyRefused(refusal)),
        }
    }

    /// Begins an advice, in place of one in progress.
    pub(super) fn begin_advice(&mut self, seed: u64) {
        let lanes = tried().map(|strategy| Lane { run: RunId(0), strategy });
        match self.setup(lanes.into(), seed) {
            Ok(setup) => self.advising = Some(Advising::begin(setup)),
            Err(refusal) => {
                self.advising = None;
                self.events.push(Event::AdviceRefused(refusal));
            }
        }
    }

    /// Pictures in a new setting, each with the place of its class: those that the person gave, or
    /// else those of a drawn task.
    fn new_setting(
        &self,
        sample: Option<(SampleTask, u64)>,
        classes: &[ClassSplit],
    ) -> Vec<(Picture, usize)> {
        let given: Vec<(Picture, usize)> = classes
            .iter()
            .enumerate()
            .flat_map(|(place, class)| {
                self.gallery.new_setting(class.class).map(move |picture| (picture.clone(), place))
            })
            .collect();
        match sample {
            Some((task, seed)) if given.is_empty() => drawn_in_a_new_setting(task, seed, classes),
            _ => given,
        }
    }
}

/// Pictures of a drawn task's classes in a new setting, each with the place of its class. A class
/// that bears no name of the task any more has none.
fn drawn_in_a_new_setting(
    task: SampleTask,
    seed: u64,
    classes: &[ClassSplit],
) -> Vec<(Picture, usize)> {
    let drawn = draw(task, Scene::New, seed);
    let mut pictures = Vec::new();
    for (class_index, name) in drawn.classes().iter().enumerate() {
        let Some(place) = classes.iter().position(|class| class.name == *name) else { continue };
        let those = (0..NEW_PICTURES_A_CLASS)
            .filter_map(|number| drawn.picture(class_index, number).into_picture(SIDE).ok());
        pictures.extend(those.map(|picture| (picture, place)));
    }
    pictures
}
