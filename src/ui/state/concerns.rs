//! What is to be said of the pictures, and what one click does about it.

use crate::session::{ClassId, ClassWeights, Concern, IMBALANCE, PictureId, TINY_SIDE};
use crate::ui::text::counted;

use super::{Action, Pictures, Setting};

/// A concern in words, with its pictures and ways out.
#[derive(Clone, PartialEq, Debug)]
pub struct Told {
    /// What it is about.
    pub concern: Concern,
    /// A short heading.
    pub title: String,
    /// What it does to training and scores.
    pub why: String,
    /// The pictures that it is about.
    pub pictures: Vec<PictureId>,
    /// What can be done with one click, in words.
    pub remedies: Vec<(String, Action)>,
}

impl Pictures {
    /// What is to be said, without what the person has seen and let be.
    pub fn told(&self, weights: ClassWeights) -> Vec<Told> {
        self.unsettled(weights).map(|concern| self.tell(concern)).collect()
    }

    /// What the person has not settled or let be.
    pub fn unsettled(&self, weights: ClassWeights) -> impl Iterator<Item = &Concern> {
        let are_weighed = weights == ClassWeights::Balanced;
        self.concerns
            .iter()
            .filter(|concern| !self.let_be.contains(concern))
            .filter(move |concern| !(are_weighed && matches!(concern, Concern::Imbalance { .. })))
    }

    /// Takes in what the engine says.
    pub(super) fn checked(&mut self, concerns: Vec<Concern>) {
        self.let_be.retain(|concern| concerns.contains(concern));
        self.concerns = concerns;
    }

    /// The person knows and leaves it.
    pub(super) fn leave(&mut self, concern: Concern) {
        self.let_be.push(concern);
    }

    fn class_name(&self, id: ClassId) -> String {
        let class = self.classes.iter().find(|class| class.id == id);
        class.map_or_else(|| "a class".to_owned(), |class| format!("“{}”", class.name))
    }

    fn tell(&self, concern: &Concern) -> Told {
        let (title, why, pictures, remedies) = match concern {
            Concern::Copies { class, pictures, are_equal } => {
                let count = counted(pictures.len(), "picture", "pictures");
                let like = if *are_equal { "the same" } else { "nearly the same" };
                let also = if *are_equal { "" } else { ", cropped, scaled or saved again" };
                (
                    format!("{count} in {} are {like}{also}", self.class_name(*class)),
                    "Copies count as one: they are never divided between learning and testing."
                        .to_owned(),
                    pictures.clone(),
                    vec![("Keep the first".to_owned(), removal(pictures.iter().skip(1)))],
                )
            }
            Concern::TwoClasses { pictures } => self.two_classes(pictures),
            Concern::Leaked { pictures } => (
                format!(
                    "{} in the new setting also to learn from",
                    counted(pictures.len(), "picture is", "pictures are")
                ),
                "What was learned by heart says nothing of a new setting.".to_owned(),
                pictures.clone(),
                vec![("Take out of the new setting".to_owned(), removal(pictures.iter()))],
            ),
            Concern::Blank { pictures } => (
                format!("{} of one colour", counted(pictures.len(), "picture is", "pictures are")),
                "There is nothing in them to learn from.".to_owned(),
                pictures.clone(),
                vec![("Remove".to_owned(), removal(pictures.iter()))],
            ),
            Concern::Tiny { pictures } => (
                format!("{} tiny", counted(pictures.len(), "picture is", "pictures are")),
                format!(
                    "Their shorter side has fewer than {TINY_SIDE} pixels, so what the network sees \
                     is a blur."
                ),
                pictures.clone(),
                vec![("Remove".to_owned(), removal(pictures.iter()))],
            ),
            Concern::TooFew { class, found } => (
                format!(
                    "{} has only {}",
                    self.class_name(*class),
                    counted(*found, "picture", "pictures")
                ),
                "Training needs at least four: two to learn from, one to choose by, one to test on."
                    .to_owned(),
                Vec::new(),
                vec![("Remove the class".to_owned(), Action::RemoveClass(*class))],
            ),
            Concern::TooAlike { class, found } => (
                format!(
                    "The pictures of {} are only {}",
                    self.class_name(*class),
                    counted(*found, "separate one", "separate ones")
                ),
                "Copies and bursts count as one, and learning, choosing and testing take one each. \
                 Add pictures that were taken apart."
                    .to_owned(),
                Vec::new(),
                vec![("Remove the class".to_owned(), Action::RemoveClass(*class))],
            ),
            Concern::Imbalance { largest, smallest } => (
                format!(
                    "{} has {} pictures, {} only {}",
                    self.class_name(largest.0),
                    largest.1,
                    self.class_name(smallest.0),
                    smallest.1
                ),
                format!(
                    "A class with more than {IMBALANCE} times the pictures is named too often. \
                     Weights make every class count the same."
                ),
                Vec::new(),
                vec![(
                    "Weigh the classes".to_owned(),
                    Action::Set(Setting::ClassWeights(ClassWeights::Balanced)),
                )],
            ),
        };
        Told { concern: concern.clone(), title, why, pictures, remedies }
    }

    fn two_classes(
        &self,
        pictures: &[(PictureId, ClassId)],
    ) -> (String, String, Vec<PictureId>, Vec<(String, Action)>) {
        let mut classes: Vec<ClassId> = pictures.iter().map(|(_, class)| *class).collect();
        classes.sort_unstable();
        classes.dedup();
        let names: Vec<String> = classes.iter().map(|class| self.class_name(*class)).collect();
        let others = |keep: ClassId| {
            removal(pictures.iter().filter(move |(_, class)| *class != keep).map(|(id, _)| id))
        };
        let keep = classes.iter().zip(&names);
        let mut remedies: Vec<(String, Action)> =
            keep.map(|(&class, name)| (format!("It is {name}"), others(class))).collect();
        remedies.push(("Remove all".to_owned(), removal(pictures.iter().map(|(id, _)| id))));
        (
            format!("The same picture is in {}", names.join(" and ")),
            "At most one of them is right. Until that is settled it is learned from under each, and \
             never tested on."
                .to_owned(),
            pictures.iter().map(|(id, _)| *id).collect(),
            remedies,
        )
    }
}

fn removal<'a>(pictures: impl Iterator<Item = &'a PictureId>) -> Action {
    Action::RemovePictures(pictures.copied().collect())
}
