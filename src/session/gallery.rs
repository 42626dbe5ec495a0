//! The classes and their pictures. How pictures get here is told in `arrivals`.

use std::collections::{BTreeMap, HashMap};

use super::message::{ClassId, FIRST_OWN_ID, PictureId};
use super::relations::Relations;
use crate::data::{Likeness, Picture, Scene, grouped};

/// A picture with what is known of where it came from.
#[derive(Clone, Debug)]
pub(super) struct Specimen {
    pub picture: Picture,
    /// The burst that it was taken in.
    pub burst: Option<u32>,
    /// Width of the upright original, in pixels.
    pub width: u32,
    /// Height of the upright original, in pixels.
    pub height: u32,
}

/// A class and its pictures.
#[derive(Debug)]
pub(super) struct Class {
    pub id: ClassId,
    pub name: String,
    pub pictures: BTreeMap<PictureId, Specimen>,
    /// The same things in a setting that is never learned from.
    new_setting: BTreeMap<PictureId, Specimen>,
}

impl Class {
    fn new(id: ClassId, name: String) -> Self {
        Self { id, name, pictures: BTreeMap::new(), new_setting: BTreeMap::new() }
    }

    fn scene(&mut self, scene: Scene) -> &mut BTreeMap<PictureId, Specimen> {
        match scene {
            Scene::Usual => &mut self.pictures,
            Scene::New => &mut self.new_setting,
        }
    }

    fn take(&mut self, picture: PictureId) -> Option<(Scene, Specimen)> {
        [Scene::Usual, Scene::New]
            .into_iter()
            .find_map(|scene| Some((scene, self.scene(scene).remove(&picture)?)))
    }
}

/// A picture that was taken out, with where it was.
struct Removed {
    class: ClassId,
    scene: Scene,
    specimen: Specimen,
}

/// Holds classes in the order in which they came, and aside what was taken out and may be put back.
pub(super) struct Gallery {
    classes: Vec<Class>,
    removed: BTreeMap<PictureId, Removed>,
    /// Each with the place that it had.
    removed_classes: Vec<(usize, Class)>,
    relations: Relations,
    /// Whether anything is otherwise than when it was last asked.
    has_changed: bool,
    next_own_id: u32,
}

impl Default for Gallery {
    fn default() -> Self {
        Self {
            classes: Vec::new(),
            removed: BTreeMap::new(),
            removed_classes: Vec::new(),
            relations: Relations::default(),
            has_changed: false,
            next_own_id: FIRST_OWN_ID,
        }
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
        let class = Class::new(id, name);
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

    /// Takes a class out and keeps it aside.
    pub fn remove_class(&mut self, id: ClassId) {
        self.has_changed = true;
        if let Some(place) = self.classes.iter().position(|class| class.id == id) {
            self.removed_classes.push((place, self.classes.remove(place)));
        }
    }

    /// Puts a class back that was taken out.
    pub fn restore_class(&mut self, id: ClassId) {
        self.has_changed = true;
        if let Some(index) = self.removed_classes.iter().position(|(_, class)| class.id == id) {
            let (place, class) = self.removed_classes.remove(index);
            self.classes.insert(place.min(self.classes.len()), class);
        }
    }

    /// Takes a picture out and keeps it aside.
    pub fn remove_picture(&mut self, picture: PictureId) {
        self.has_changed = true;
        for class in &mut self.classes {
            if let Some((scene, specimen)) = class.take(picture) {
                self.removed.insert(picture, Removed { class: class.id, scene, specimen });
                return;
            }
        }
    }

    /// Puts a picture back that was taken out, if its class is there.
    pub fn restore_picture(&mut self, picture: PictureId) {
        let Some(Removed { class, scene, specimen }) = self.removed.remove(&picture) else {
            return;
        };
        self.add(picture, class, scene, specimen);
    }

    /// Forgets what was taken out.
    pub fn forget(&mut self, pictures: &[PictureId], classes: &[ClassId]) {
        for picture in pictures {
            if self.removed.remove(picture).is_some() {
                self.relations.forget(*picture);
            }
        }
        let (gone, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut self.removed_classes)
            .into_iter()
            .partition(|(_, class)| classes.contains(&class.id));
        self.removed_classes = kept;
        for (_, class) in gone {
            for picture in class.pictures.keys().chain(class.new_setting.keys()) {
                self.relations.forget(*picture);
            }
        }
    }

    /// Moves a picture into another class, in the setting that it was in.
    pub fn move_picture(&mut self, picture: PictureId, class: ClassId) {
        self.has_changed = true;
        if !self.has_class(class) {
            return;
        }
        if let Some((scene, specimen)) =
            self.classes.iter_mut().find_map(|holder| holder.take(picture))
        {
            self.add(picture, class, scene, specimen);
        }
    }

    /// A picture by its id, in whichever class and setting it is.
    pub fn picture(&self, id: PictureId) -> Option<&Picture> {
        let mut classes = self.classes.iter();
        let found = classes
            .find_map(|class| class.pictures.get(&id).or_else(|| class.new_setting.get(&id)));
        found.map(|specimen| &specimen.picture)
    }

    /// Whether this class is there.
    pub fn has_class(&self, id: ClassId) -> bool {
        self.classes.iter().any(|class| class.id == id)
    }

    /// Puts a new picture into a class. Returns whether the class is there.
    pub fn welcome(
        &mut self,
        id: PictureId,
        class: ClassId,
        scene: Scene,
        (specimen, likeness): (Specimen, Likeness),
    ) -> bool {
        if !self.has_class(class) {
            return false;
        }
        self.relations.add(id, &specimen.picture, likeness);
        self.add(id, class, scene, specimen)
    }

    fn add(&mut self, id: PictureId, class: ClassId, scene: Scene, specimen: Specimen) -> bool {
        let Some(holder) = self.class_mut(class) else { return false };
        holder.scene(scene).insert(id, specimen);
        self.has_changed = true;
        true
    }

    /// A class's pictures in a new setting.
    pub fn new_setting(&self, id: ClassId) -> impl Iterator<Item = &Picture> {
        let class = self.classes.iter().find(|class| class.id == id);
        class.into_iter().flat_map(|class| class.new_setting.values()).map(|held| &held.picture)
    }

    /// Every picture with its class and setting.
    pub fn all(&self) -> impl Iterator<Item = (&Class, Scene, PictureId, &Specimen)> {
        self.classes.iter().flat_map(|class| {
            let scenes = [(Scene::Usual, &class.pictures), (Scene::New, &class.new_setting)];
            scenes.into_iter().flat_map(move |(scene, pictures)| {
                pictures.iter().map(move |(id, held)| (class, scene, *id, held))
            })
        })
    }

    /// Which pictures are the same one.
    pub fn relations(&self) -> &Relations {
        &self.relations
    }

    /// One group for each of these pictures, by place: copies and bursts belong together. Many copies are
    /// not all linked to one another, so links lead through pictures that are put aside, too.
    pub fn groups(&self, pictures: &[PictureId]) -> Vec<usize> {
        let places: HashMap<PictureId, usize> =
            pictures.iter().enumerate().map(|(place, id)| (*id, place)).collect();
        let mut nodes = places.clone();
        let mut node = |id: PictureId| {
            let next = nodes.len();
            *nodes.entry(id).or_insert(next)
        };
        let copies: Vec<(usize, usize)> =
            self.relations.pairs().map(|(one, other, _)| (node(one), node(other))).collect();
        let count = nodes.len();
        let mut first_of_burst = HashMap::new();
        let bursts = self.all().filter_map(|(_, _, id, held)| {
            let place = *places.get(&id)?;
            let first = *first_of_burst.entry(held.burst?).or_insert(place);
            Some((first, place))
        });
        let links: Vec<(usize, usize)> = copies.into_iter().chain(bursts).collect();
        // Those that were asked for come first, so each group is named by one of them.
        let mut groups = grouped(count, links);
        groups.truncate(pictures.len());
        groups
    }

    /// Whether anything has changed since this was last asked.
    pub fn take_change(&mut self) -> bool {
        std::mem::take(&mut self.has_changed)
    }

    /// An id that the page does not give.
    pub fn own_id(&mut self) -> u32 {
        let id = self.next_own_id;
        self.next_own_id += 1;
        id
    }
}
