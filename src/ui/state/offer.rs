//! Where files go that the person gives: onto a class, beside it as another setting, into the class of
//! their folder, or into the first that is empty.

use std::rc::Rc;

use crate::session::{ClassId, PictureId, Scene};

use super::{Class, Effect, Look, Picture, Pictures};

/// A file that the person gave.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offered {
    /// The id under which its file is kept.
    pub picture: PictureId,
    /// The file's name.
    pub name: String,
    /// The folder that it lay in, if it came with one.
    pub folder: Option<String>,
    /// The burst that it was taken in.
    pub burst: Option<u32>,
}

/// Where files were given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// On a class.
    Class(ClassId),
    /// Where a class has its pictures in a new setting.
    NewSetting(ClassId),
    /// Where classes are added.
    NewClass,
    /// Anywhere else on the page.
    Page,
}

impl Pictures {
    /// Sorts files into classes. Files on a class go into it, unless they come from several
    /// folders; elsewhere a folder goes into the class of its name, and loose files into the
    /// first empty class. Classes are made where none fits.
    pub(super) fn offer(&mut self, place: Place, files: Vec<Offered>) -> Vec<Effect> {
        let mut folders: Vec<&String> = files.iter().filter_map(|f| f.folder.as_ref()).collect();
        folders.dedup();
        let several = folders.iter().any(|folder| *folder != folders[0]);
        // What is meant never to be learned from stays where it was put.
        let is_kept_apart = matches!(place, Place::NewSetting(_));
        let place = if several && !is_kept_apart { Place::Page } else { place };
        let mut effects = Vec::new();
        let mut loose = None;
        for file in files {
            let class = match (place, &file.folder) {
                (Place::NewSetting(class), _) => class,
                (Place::Class(class), folder) => {
                    effects.extend(self.name_after(class, folder.as_deref()));
                    class
                }
                (Place::Page | Place::NewClass, Some(folder)) => {
                    let (class, made) = self.class_of_folder(folder);
                    effects.extend(made);
                    class
                }
                (Place::Page | Place::NewClass, None) => match loose {
                    Some(class) => class,
                    None => {
                        let (class, made) = self.class_for_loose(place);
                        effects.extend(made);
                        loose = Some(class);
                        class
                    }
                },
            };
            let Some(into) = self.class_mut(class) else {
                effects.push(Effect::Forget(file.picture));
                continue;
            };
            let name = file.name.clone();
            let picture = Picture {
                id: file.picture,
                name: file.name,
                look: Look::Reading,
                burst: file.burst,
                drawn_in: None,
            };
            let scene = if is_kept_apart { Scene::New } else { Scene::Usual };
            into.scene_mut(scene).push(picture);
            if !into.is_awaited() {
                effects.push(self.read(file.picture, class, name, scene, file.burst));
            }
        }
        effects
    }

    /// An untouched class takes the name of the folder that is put on it.
    fn name_after(&mut self, class: ClassId, folder: Option<&str>) -> Vec<Effect> {
        let untouched = self.classes.iter().any(|known| known.id == class && known.is_untouched());
        match folder {
            Some(folder) if untouched => self.rename(class, folder.to_owned()),
            _ => Vec::new(),
        }
    }

    fn class_of_folder(&mut self, folder: &str) -> (ClassId, Vec<Effect>) {
        let called = self.classes.iter().find(|class| class.name.trim() == folder);
        if let Some(class) = called {
            return (class.id, Vec::new());
        }
        let untouched = self.classes.iter().find(|class| class.is_untouched());
        if let Some(id) = untouched.map(|class| class.id) {
            return (id, self.rename(id, folder.to_owned()));
        }
        let (id, effect) = self.push_class(folder.to_owned(), true);
        (id, vec![effect])
    }

    fn class_for_loose(&mut self, place: Place) -> (ClassId, Vec<Effect>) {
        let is_free = |class: &&Rc<Class>| class.pictures.is_empty() && !class.is_awaited();
        let empty = self.classes.iter().find(is_free);
        match empty.filter(|_| place != Place::NewClass) {
            Some(class) => (class.id, Vec::new()),
            None => {
                let name = self.free_name();
                let (id, effect) = self.push_class(name, false);
                (id, vec![effect])
            }
        }
    }
}
