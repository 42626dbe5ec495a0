//! What the models of the last experiment answered about pictures that they did not learn from, and
//! how often a test score was looked at.

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use crate::session::{ClassId, Evaluation, PictureId, Refusal, SampleTask};

use super::{Experiment, Picture, Pictures, Sides, State};

/// The answers of the last experiment's models.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Answers {
    /// What was found, or why nothing was, once either is known.
    pub found: Option<Result<Rc<Evaluation>, Refusal>>,
    /// Whether the person has opened what is known of the test pictures.
    pub is_open: bool,
    /// Experiments on this data set whose test score was shown.
    pub looks: usize,
    /// Whether this experiment is one of them.
    has_looked: bool,
    /// Where each picture lay when training began.
    began: BTreeMap<PictureId, ClassId>,
    /// Which pictures these were.
    seen: HashSet<Seen>,
}

/// A picture, whatever id it has now: a sample that is drawn again gets new ones.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Seen {
    File(PictureId),
    Drawn { task: SampleTask, seed: u64, name: String },
}

impl Seen {
    fn of(picture: &Picture) -> Self {
        match &picture.drawn_in {
            None => Self::File(picture.id),
            Some(place) => Self::Drawn {
                task: place.sample.task,
                seed: place.sample.seed,
                name: picture.name.clone(),
            },
        }
    }
}

impl Answers {
    /// An experiment begins. As long as one picture is left of the data set before, it is the same
    /// one: its test pictures have been looked at, whatever came or went.
    pub(super) fn begin(&mut self, pictures: &Pictures) {
        let began: BTreeMap<PictureId, ClassId> = everywhere(pictures).collect();
        let classes = pictures.classes.iter();
        let seen: HashSet<Seen> =
            classes.flat_map(|class| class.pictures.iter().map(Seen::of)).collect();
        let is_same = !seen.is_disjoint(&self.seen);
        let looks = if is_same { self.looks } else { 0 };
        *self = Self { looks, began, seen, ..Self::default() };
    }

    /// A run has ended and its test score is on the page.
    pub(super) fn looked(&mut self) {
        if !self.has_looked {
            self.has_looked = true;
            self.looks += 1;
        }
    }

    /// A study has begun, or goes on with another seed: its cards tell scores of the same test
    /// pictures.
    pub(super) fn studied(&mut self) {
        self.looks += 1;
    }

    /// Pictures that lie elsewhere than when training began, came since, or are gone.
    pub fn changed(&self, pictures: &Pictures) -> usize {
        let now: BTreeMap<PictureId, ClassId> = everywhere(pictures).collect();
        let moved = now.iter().filter(|(picture, class)| self.began.get(picture) != Some(class));
        let gone = self.began.keys().filter(|picture| !now.contains_key(picture));
        moved.count() + gone.count()
    }
}

/// Every picture to learn from, with its class.
fn everywhere(pictures: &Pictures) -> impl Iterator<Item = (PictureId, ClassId)> {
    let classes = pictures.classes.iter();
    classes.flat_map(|class| class.pictures.iter().map(|picture| (picture.id, class.id)))
}

impl Pictures {
    /// A picture to learn from, and the class that it lies in now.
    pub fn whereabouts(&self, id: PictureId) -> Option<(ClassId, &Picture)> {
        self.classes.iter().find_map(|class| {
            let picture = class.pictures.iter().find(|picture| picture.id == id)?;
            Some((class.id, picture))
        })
    }
}

impl Experiment {
    /// The lanes that would train again.
    pub fn sides(&self) -> Option<Sides> {
        match &self.lanes[..] {
            [] => None,
            [only] => Some(Sides::Only(only.side)),
            _ => Some(Sides::Both),
        }
    }
}

impl State {
    pub(super) fn evaluated(&mut self, found: Result<Evaluation, Refusal>) {
        // What belongs to an experiment that the engine does not have any more is late.
        if self.experiment.as_ref().is_some_and(|experiment| experiment.alive) {
            self.answers.found = Some(found.map(Rc::new));
        }
    }
}
