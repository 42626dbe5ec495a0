//! The classes and their pictures, as they come in: from files, or drawn by code.

use std::collections::BTreeMap;

use super::message::{ClassId, Event, FIRST_OWN_ID, PictureId, Refusal};
use crate::data::{DRAWN_SIDE, DrawnPicture, Picture, PictureError, SampleTask, decode, draw};

/// Height and width of the pictures that the network sees, in pixels.
pub(super) const SIDE: usize = 96;

/// A class and its pictures.
#[derive(Debug)]
pub(super) struct Class {
    pub id: ClassId,
    pub name: String,
    pub pictures: BTreeMap<PictureId, Picture>,
}

/// Drawn pictures on their way into the gallery.
struct Drawing {
    task: SampleTask,
    pictures: Box<dyn Iterator<Item = DrawnPicture>>,
    classes: Vec<ClassId>,
    drawn: usize,
}

/// Holds classes in the order in which they came.
pub(super) struct Gallery {
    classes: Vec<Class>,
    next_own_id: u32,
    drawing: Option<Drawing>,
}

impl Default for Gallery {
    fn default() -> Self {
        Self { classes: Vec::new(), next_own_id: FIRST_OWN_ID, drawing: None }
    }
}

impl Gallery {
    /// The classes that have pictures.
    pub fn filled(&self) -> impl Iterator<Item = &Class> {
        self.classes.iter().filter(|class| !class.pictures.is_empty())
    }

    /// Whether a sample task is being drawn.
    pub fn is_drawing(&self) -> bool {
        self.drawing.is_some()
    }

    fn class_mut(&mut self, id: ClassId) -> Option<&mut Class> {
        self.classes.iter_mut().find(|class| class.id == id)
    }

    /// Adds an empty class. One with the same id is emptied and keeps its place.
    pub fn add_class(&mut self, id: ClassId, name: String) {
        let class = Class { id, name, pictures: BTreeMap::new() };
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
        }
    }

    /// Decodes a file into a class. Nothing happens when the class is gone.
    pub fn add_file(
        &mut self,
        picture: PictureId,
        class: ClassId,
        name: String,
        bytes: &[u8],
        events: &mut Vec<Event>,
    ) {
        if self.class_mut(class).is_none() {
            return;
        }
        let decoded =
            decode(bytes, SIDE).map(|decoded| (decoded.picture, decoded.width, decoded.height));
        events.extend(self.add(picture, class, name, decoded));
    }

    /// Makes a sample task's classes; [`Gallery::draw_next`] draws the pictures.
    pub fn begin_drawing(&mut self, task: SampleTask, seed: u64, events: &mut Vec<Event>) {
        let drawn = draw(task, seed);
        let mut classes = Vec::new();
        for &name in drawn.classes() {
            let class = ClassId(self.own_id());
            self.add_class(class, name.to_owned());
            events.push(Event::ClassAdded { class, name: name.to_owned() });
            classes.push(class);
        }
        let pictures = Box::new(drawn.pictures());
        self.drawing = Some(Drawing { task, pictures, classes, drawn: 0 });
    }

    /// Draws the next picture of the task, or says that all are there.
    pub fn draw_next(&mut self, events: &mut Vec<Event>) {
        let Some(mut drawing) = self.drawing.take() else { return };
        let Some(drawn) = drawing.pictures.next() else {
            let (task, pictures) = (drawing.task, drawing.drawn);
            events.push(Event::SampleDrawn { task, pictures });
            return;
        };
        let class = drawing.classes[drawn.class_index];
        let id = PictureId(self.own_id());
        let name = drawn.name.clone();
        let side = DRAWN_SIDE as u32;
        let picture = drawn.into_picture(SIDE).map(|picture| (picture, side, side));
        events.extend(self.add(id, class, name, picture));
        drawing.drawn += 1;
        self.drawing = Some(drawing);
    }

    /// Puts a picture, with the size of its original, into a class, or refuses it. Nothing is
    /// said when the class is gone.
    fn add(
        &mut self,
        picture: PictureId,
        class: ClassId,
        name: String,
        arrived: Result<(Picture, u32, u32), PictureError>,
    ) -> Option<Event> {
        let holder = self.class_mut(class)?;
        Some(match arrived {
            Ok((pixels, width, height)) => {
                let thumbnail = pixels.thumbnail_png();
                holder.pictures.insert(picture, pixels);
                Event::PictureAdded { picture, class, name, thumbnail, width, height }
            }
            Err(error) => {
                let refusal = refusal_of(&error);
                Event::PictureRefused { picture, class, name, refusal }
            }
        })
    }

    fn own_id(&mut self) -> u32 {
        let id = self.next_own_id;
        self.next_own_id += 1;
        id
    }
}

/// A refused file in words.
pub(super) fn refusal_of(error: &PictureError) -> Refusal {
    Refusal { reason: error.to_string(), remedy: error.remedy() }
}
