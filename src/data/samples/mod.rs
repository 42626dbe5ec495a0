//! Tasks for a visitor without pictures, drawn by code: no download, and the same seed draws the
//! same pictures on every platform, to the bit.
//!
//! | file | what lives there |
//! |---|---|
//! | `arithmetic`, `dice`, `noise` | numbers that are the same everywhere, by chance and smooth |
//! | `film` | light to 8 bits: blur, grain, tone |
//! | `fruit`, `body`, `fruit_form`, `fruit_skin`, `table`, `camera` | objects on a table: near to photographs |
//! | `fabric`, `weave` | textures: far from photographs of objects |
//! | `glyphs`, `glyph_form`, `hand`, `sheet` | handwriting: far from any photograph |
//!
//! A task is one function from class, scene and dice to a [`film::Film`]; another task is another
//! arm in [`DrawnTask::picture`] and [`class_names`].

mod arithmetic;
mod body;
mod camera;
mod dice;
mod fabric;
mod film;
mod fruit;
mod fruit_form;
mod fruit_skin;
mod glyph_form;
mod glyphs;
mod hand;
mod noise;
mod sheet;
mod table;
mod weave;

use super::{Picture, PictureError, SampleTask, Scene};
use dice::Dice;

/// Width and height of a drawn picture, in pixels.
pub const DRAWN_SIDE: usize = film::SIDE;

/// Pictures drawn for each class.
pub const DRAWN_A_CLASS: usize = 24;

/// The names of a task's classes, in their order.
pub fn class_names(task: SampleTask) -> &'static [&'static str] {
    match task {
        SampleTask::Fruit => &fruit::CLASSES,
        SampleTask::Fabric => &fabric::CLASSES,
        SampleTask::Glyphs => &glyph_form::CLASSES,
    }
}

/// Draws a task in a scene. Nothing is drawn before [`DrawnTask::pictures`] is asked for it.
pub fn draw(task: SampleTask, scene: Scene, seed: u64) -> DrawnTask {
    DrawnTask { task, scene, seed }
}

/// A sample task with its scene and seed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DrawnTask {
    task: SampleTask,
    scene: Scene,
    seed: u64,
}

impl DrawnTask {
    /// The names of the classes; a picture's `class_index` points here.
    pub fn classes(&self) -> &'static [&'static str] {
        class_names(self.task)
    }

    /// The pictures, class by class, each drawn when it is asked for, so that whoever takes them
    /// may rest in between. None depends on another.
    pub fn pictures(&self) -> impl ExactSizeIterator<Item = DrawnPicture> + use<> {
        let task = *self;
        (0..task.classes().len() * DRAWN_A_CLASS)
            .map(move |index| task.picture(index / DRAWN_A_CLASS, index % DRAWN_A_CLASS))
    }

    /// The name of a picture, without drawing it.
    pub fn picture_name(&self, class_index: usize, number: usize) -> String {
        let scene = match self.scene {
            Scene::Usual => "",
            Scene::New => "new scene, ",
        };
        format!("{} {:02}, {scene}drawn", self.classes()[class_index], number + 1)
    }

    /// One picture of a class, `number` counted from 0; the same ones as in
    /// [`DrawnTask::pictures`] below [`DRAWN_A_CLASS`].
    pub fn picture(&self, class_index: usize, number: usize) -> DrawnPicture {
        let mut dice = self.dice(class_index, number);
        let film = match self.task {
            SampleTask::Fruit => fruit::draw(class_index, self.scene, &mut dice),
            SampleTask::Fabric => fabric::draw(class_index, self.scene, &mut dice),
            SampleTask::Glyphs => glyphs::draw(class_index, self.scene, &mut dice),
        };
        let name = self.picture_name(class_index, number);
        DrawnPicture { class_index, name, pixels: film.develop(&mut dice) }
    }

    /// Which pixels of [`DrawnTask::picture`] show the object that the class is named for,
    /// `[DRAWN_SIDE, DRAWN_SIDE]`, row by row: what an explanation of an answer can be held against.
    /// `None` for tasks whose pictures show nothing else.
    pub fn object(&self, class_index: usize, number: usize) -> Option<Vec<bool>> {
        let mut dice = self.dice(class_index, number);
        match self.task {
            SampleTask::Fruit => Some(fruit::shown(class_index, self.scene, &mut dice)),
            SampleTask::Fabric | SampleTask::Glyphs => None,
        }
    }

    /// One stream a picture: a change to one never moves the others.
    fn dice(&self, class_index: usize, number: usize) -> Dice {
        let stream = (self.scene as u64) << 48
            | (self.task as u64) << 32
            | (class_index as u64) << 16
            | number as u64;
        Dice::new(self.seed, stream)
    }
}

/// One drawn picture.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DrawnPicture {
    /// Which of [`DrawnTask::classes`].
    pub class_index: usize,
    /// A name for people; says that it is drawn.
    pub name: String,
    /// RGB, `[DRAWN_SIDE, DRAWN_SIDE, 3]`, row by row.
    pub pixels: Vec<u8>,
}

impl DrawnPicture {
    /// The picture as the network sees it, brought to size like any other.
    ///
    /// # Errors
    /// [`PictureError::NoPixels`] if `side` is zero.
    pub fn into_picture(self, side: usize) -> Result<Picture, PictureError> {
        Picture::from_rgb(DRAWN_SIDE as u32, DRAWN_SIDE as u32, self.pixels, side)
    }
}
