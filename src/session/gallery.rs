//! The classes and their pictures. How pictures get here is told in `arrivals`.

use std::collections::BTreeMap;

use super::message::{ClassId, FIRST_OWN_ID, PictureId};
use crate::data::{Picture, Scene};

/// A class and its pictures.
#[derive(Debug)]
pub(super) struct Class {
    pub id: ClassId,
    pub name: String,
    pub pictures: BTreeMap<PictureId, Picture>,
    /// The same things in a setting that is never learned from.
    new_setting: BTreeMap<PictureId, Picture>,
}

/// Holds classes in the order in which they came.
pub(super) struct Gallery {
    classes: Vec<Class>,
    next_own_id: u32,
}

impl Default for Gallery {
    fn default() -> Self {
        Self { classes: Vec::new(), next_own_id: FIRST_OWN_ID }
    }
}

impl Gallery {
    /// The classes that have pictures.
    pub fn filled(&self) -> impl Iterator<Item = &Class> {
        self.classes.iter().filter(|class| !class.pictures.is_empty())
    }

    fn class_mut(&mut self, id: ClassId) -> Option<&mut Class> {
        self.classes.iter_mut().find(|class| class.id == id)
    }

    /// Adds an empty class. One with the same id is emptied and keeps its place.
    pub fn add_class(&mut self, id: ClassId, name: String) {
        let class = Class { id, name, pictures: BTreeMap::new(), new_setting: BTreeMap::new() };
        match self.class_mut(id) {
            Some(present) => *present = class,
            None => self.classes.push(class),
        }
    }

    pub fn rename_class(&mut self, id: ClassId, name: String) {
        if let Some(class) = self.class_mut(id) {
            class.name = name;
        }
    }

    pub fn remove_class(&mut self, id: ClassId) {
        self.classes.retain(|class| class.id != id);
    }

    pub fn remove_picture(&mut self, picture: PictureId) {
        for class in &mut self.classes {
            class.pictures.remove(&picture);
            class.new_setting.remove(&picture);
        }
    }

    /// A picture by its id, in whichever class and setting it is.
    pub fn picture(&self, id: PictureId) -> Option<&Picture> {
        let mut classes = self.classes.iter();
        classes.find_map(|class| class.pictures.get(&id).or_else(|| class.new_setting.get(&id)))
    }

    /// Whether this class is there.
    pub fn has_class(&self, id: ClassId) -> bool {
        self.classes.iter().any(|class| class.id == id)
    }

    /// Puts a picture into a class. Returns whether the class is there.
    pub fn add(&mut self, id: PictureId, class: ClassId, scene: Scene, picture: Picture) -> bool {
        let Some(holder) = self.class_mut(class) else { return false };
        let pictures = match scene {
            Scene::Usual => &mut holder.pictures,
            Scene::New => &mut holder.new_setting,
        };
        pictures.insert(id, picture);
        true
    }

    /// A class's pictures in a new setting.
    pub fn new_setting(&self, id: ClassId) -> impl Iterator<Item = &Picture> {
        let class = self.classes.iter().find(|class| class.id == id);
        class.into_iter().flat_map(|class| class.new_setting.values())
    }

    /// An id that the page does not give.
    pub fn own_id(&mut self) -> u32 {
        let id = self.next_own_id;
        self.next_own_id += 1;
        id
    }
}
