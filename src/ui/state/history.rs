//! What the person has removed or moved, last thing last, so that it can be taken back.

use std::rc::Rc;

use crate::session::{ClassId, Command, PictureId, Scene};
use crate::ui::text::counted;

use super::pictures::{Picture, let_go};
use super::{Class, Effect, Look, Pictures, State};

/// Steps that can be taken back. What was removed before them is forgotten, so that a person who
/// throws much away has the memory for something else.
const MOST_STEPS: usize = 50;

/// A picture outside of its class, with where it was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Taken {
    pub class: ClassId,
    pub scene: Scene,
    pub index: usize,
    pub picture: Picture,
}

/// Something that can be taken back.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Deed {
    Removed(Taken),
    RemovedClass {
        index: usize,
        class: Rc<Class>,
    },
    /// From where it was.
    Moved(Taken),
}

impl Deed {
    fn removed(&self) -> impl Iterator<Item = &Picture> {
        let (one, class) = match self {
            Self::Removed(taken) => (Some(&taken.picture), None),
            Self::RemovedClass { class, .. } => (None, Some(class)),
            Self::Moved(_) => (None, None),
        };
        one.into_iter().chain(class.into_iter().flat_map(|class| class.every()))
    }

    fn removed_mut(&mut self) -> impl Iterator<Item = &mut Picture> {
        let (one, class) = match self {
            Self::Removed(taken) => (Some(&mut taken.picture), None),
            Self::RemovedClass { class, .. } => (None, Some(Rc::make_mut(class))),
            Self::Moved(_) => (None, None),
        };
        one.into_iter().chain(class.into_iter().flat_map(Class::every_mut))
    }
}

/// One step of the person: everything that a single click did.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Step {
    /// What taking it back would undo, in words.
    words: String,
    deeds: Vec<Deed>,
    /// Whether the engine is gone that kept what was removed: it has to be read again.
    is_stale: bool,
}

/// What can be taken back.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct History {
    steps: Vec<Step>,
}

impl History {
    /// What would be taken back next, in words: "removing 3 pictures".
    pub fn last(&self) -> Option<&str> {
        self.steps.last().map(|step| step.words.as_str())
    }

    fn push(&mut self, words: String, deeds: Vec<Deed>) -> Vec<Effect> {
        if deeds.is_empty() {
            return Vec::new();
        }
        self.steps.push(Step { words, deeds, is_stale: false });
        let gone = self.steps.len().saturating_sub(MOST_STEPS);
        forget(self.steps.drain(..gone).collect())
    }

    /// A picture was decoded that stands in no class: if it was removed meanwhile, it may come back.
    pub(super) fn seen(&mut self, arrived: Picture) -> Vec<Effect> {
        let mut removed =
            self.steps.iter_mut().flat_map(|step| &mut step.deeds).flat_map(Deed::removed_mut);
        match removed.find(|picture| picture.id == arrived.id) {
            Some(picture) => {
                picture.look = arrived.look;
                Vec::new()
            }
            None => let_go(&arrived),
        }
    }

    /// Takes a picture out for good, whose file turned out to be none.
    pub(super) fn drop_out(&mut self, id: PictureId) -> Option<Picture> {
        for step in &mut self.steps {
            for (index, deed) in step.deeds.iter_mut().enumerate() {
                match deed {
                    Deed::Removed(taken) if taken.picture.id == id => {
                        let picture = taken.picture.clone();
                        step.deeds.remove(index);
                        return Some(picture);
                    }
                    Deed::RemovedClass { class, .. } if class.every().any(|p| p.id == id) => {
                        return Rc::make_mut(class).take(id).map(|(_, _, picture)| picture);
                    }
                    _ => {}
                }
            }
        }
        None
    }

    /// A class goes by another id from now on: what is taken back must find it.
    pub(super) fn class_is_called(&mut self, before: ClassId, now: ClassId) {
        for deed in self.steps.iter_mut().flat_map(|step| &mut step.deeds) {
            if let Deed::Removed(taken) | Deed::Moved(taken) = deed
                && taken.class == before
            {
                taken.class = now;
            }
        }
    }

    /// Whether something of this class may come back to it.
    pub(super) fn leads_to(&self, class: ClassId) -> bool {
        let mut deeds = self.steps.iter().flat_map(|step| &step.deeds);
        deeds.any(|deed| match deed {
            Deed::Removed(taken) | Deed::Moved(taken) => taken.class == class,
            Deed::RemovedClass { .. } => false,
        })
    }

    /// The engine that kept what was removed is gone. What it had drawn cannot come back; files can be
    /// read again.
    pub(super) fn engine_is_new(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        let is_drawn = |deed: &Deed| match deed {
            Deed::Removed(taken) | Deed::Moved(taken) => taken.picture.is_drawn(),
            Deed::RemovedClass { class, .. } => class.drawn().is_some(),
        };
        for step in &mut self.steps {
            // The person's own class comes back without what was drawn.
            for deed in &mut step.deeds {
                if let Deed::RemovedClass { class, .. } = deed
                    && class.drawn().is_none()
                    && class.every().any(Picture::is_drawn)
                {
                    let class = Rc::make_mut(class);
                    let gone = class.every().filter(|picture| picture.is_drawn());
                    effects.extend(gone.flat_map(let_go));
                    class.pictures.retain(|picture| !picture.is_drawn());
                }
            }
            let (gone, kept): (Vec<_>, Vec<_>) =
                std::mem::take(&mut step.deeds).into_iter().partition(is_drawn);
            effects.extend(gone.iter().flat_map(Deed::removed).flat_map(let_go));
            step.deeds = kept;
            step.is_stale = true;
        }
        self.steps.retain(|step| !step.deeds.is_empty());
        effects
    }
}

/// Lets go of what can never be taken back any more.
fn forget(steps: Vec<Step>) -> Vec<Effect> {
    let deeds = || steps.iter().flat_map(|step| &step.deeds);
    let mut effects: Vec<Effect> = deeds().flat_map(Deed::removed).flat_map(let_go).collect();
    let (mut pictures, mut classes) = (Vec::new(), Vec::new());
    for deed in deeds() {
        match deed {
            Deed::Removed(taken) => pictures.push(taken.picture.id),
            Deed::RemovedClass { class, .. } => classes.push(class.id),
            Deed::Moved(_) => {}
        }
    }
    if !pictures.is_empty() || !classes.is_empty() {
        effects.push(Effect::Send(Command::ForgetRemoved { pictures, classes }));
    }
    effects
}

impl Class {
    /// Takes a picture out, with where it was.
    fn take(&mut self, id: PictureId) -> Option<(Scene, usize, Picture)> {
        [Scene::Usual, Scene::New].into_iter().find_map(|scene| {
            let pictures = self.scene_mut(scene);
            let index = pictures.iter().position(|picture| picture.id == id)?;
            Some((scene, index, pictures.remove(index)))
        })
    }
}

impl Pictures {
    /// What would be taken back next, in words.
    pub fn last_deed(&self) -> Option<&str> {
        self.history.last().filter(|_| !self.awaits_classes())
    }

    /// Whether a fresh engine has yet to make classes again. Until then it does not know them, nor the
    /// person's pictures in them, so nothing can be put there or fetched from there.
    fn awaits_classes(&self) -> bool {
        self.classes.iter().any(|class| class.is_awaited())
    }

    /// A class, if a fresh engine has yet to make it.
    fn awaited_class(&self, id: ClassId) -> Option<&Class> {
        self.classes.iter().map(Rc::as_ref).find(|class| class.id == id && class.is_awaited())
    }

    /// Takes a picture out of its class.
    pub(super) fn take(&mut self, id: PictureId) -> Option<Taken> {
        let holds = |class: &&mut Rc<Class>| class.every().any(|picture| picture.id == id);
        let class = Rc::make_mut(self.classes.iter_mut().find(holds)?);
        let (scene, index, picture) = class.take(id)?;
        Some(Taken { class: class.id, scene, index, picture })
    }

    /// Whether a drawn picture is to stay away when its sample is drawn again.
    fn keep_away(&mut self, picture: &Picture, is_away: bool) {
        let Some(place) = &picture.drawn_in else { return };
        let classes = self.classes.iter_mut().map(Rc::make_mut).filter_map(Class::drawn_mut);
        for drawn in classes.filter(|drawn| drawn.place() == *place) {
            drawn.removed.retain(|name| *name != picture.name);
            if is_away {
                drawn.removed.push(picture.name.clone());
            }
        }
    }

    fn remove_one(&mut self, id: PictureId) -> Option<Taken> {
        let taken = self.take(id)?;
        self.keep_away(&taken.picture, true);
        Some(taken)
    }

    /// Removes pictures in one step.
    pub(super) fn remove_all(&mut self, ids: &[PictureId]) -> Vec<Effect> {
        let taken: Vec<Taken> = ids.iter().filter_map(|&id| self.remove_one(id)).collect();
        let gone = taken.iter().map(|taken| taken.picture.id);
        let mut effects: Vec<Effect> =
            gone.map(|picture| Effect::Send(Command::RemovePicture { picture })).collect();
        let words = match &taken[..] {
            [one] => format!("removing {}", one.picture.name),
            several => format!("removing {}", counted(several.len(), "picture", "pictures")),
        };
        effects.extend(self.history.push(words, taken.into_iter().map(Deed::Removed).collect()));
        effects
    }

    /// Removes a class, but none that a fresh engine has yet to make: the engine would draw past it, and
    /// could not put it back.
    pub(super) fn remove_class(&mut self, id: ClassId) -> Vec<Effect> {
        if self.awaited_class(id).is_some() {
            return Vec::new();
        }
        let Some((index, class)) = self.take_class(id) else { return Vec::new() };
        for picture in class.every() {
            self.keep_away(picture, true);
        }
        let words = format!("removing the class {}", class.name);
        let mut effects = vec![Effect::Send(Command::RemoveClass { class: id })];
        effects.extend(self.history.push(words, vec![Deed::RemovedClass { index, class }]));
        effects
    }

    /// Removes a class for good that the person does not miss; the engine is yet to forget it.
    pub(super) fn clear_away(&mut self, id: ClassId) -> Vec<Effect> {
        let Some((_, class)) = self.take_class(id) else { return Vec::new() };
        let mut effects = vec![Effect::Send(Command::RemoveClass { class: id })];
        effects.extend(class.every().flat_map(let_go));
        effects
    }

    fn take_class(&mut self, id: ClassId) -> Option<(usize, Rc<Class>)> {
        let index = self.classes.iter().position(|class| class.id == id)?;
        let class = self.classes.remove(index);
        // The engine says nothing about files whose class is gone.
        self.in_flight.retain(|sent| class.every().all(|picture| picture.id != *sent));
        if let Some(drawn) = class.drawn() {
            self.removed.push((drawn.sample, drawn.name.clone()));
        }
        Some((index, class))
    }

    /// Moves pictures to the end of another class, in one step.
    pub(super) fn move_all(&mut self, ids: &[PictureId], to: ClassId) -> Vec<Effect> {
        let Some(name) = self.class_mut(to).map(|class| class.name.clone()) else {
            return Vec::new();
        };
        if self.awaits_classes() {
            return Vec::new();
        }
        let mut deeds = Vec::new();
        for &id in ids {
            let is_there = |class: &Rc<Class>| class.id == to && class.every().any(|p| p.id == id);
            if self.classes.iter().any(is_there) {
                continue;
            }
            let Some(from) = self.take(id) else { continue };
            if let Some(class) = self.class_mut(to) {
                class.scene_mut(from.scene).push(from.picture.clone());
            }
            deeds.push(Deed::Moved(from));
        }
        let moved = deeds.iter().filter_map(|deed| match deed {
            Deed::Moved(from) => Some(from.picture.id),
            _ => None,
        });
        let send = |picture| Effect::Send(Command::MovePicture { picture, class: to });
        let mut effects: Vec<Effect> = moved.map(send).collect();
        let words = match &deeds[..] {
            [Deed::Moved(from)] => format!("moving {} to {name}", from.picture.name),
            several => {
                format!("moving {} to {name}", counted(several.len(), "picture", "pictures"))
            }
        };
        effects.extend(self.history.push(words, deeds));
        effects
    }

    /// Takes the last step back. Returns what it was, in words.
    pub(super) fn undo(&mut self) -> Option<(String, Vec<Effect>)> {
        if self.awaits_classes() {
            return None;
        }
        let Step { words, deeds, is_stale } = self.history.steps.pop()?;
        let deeds = deeds.into_iter().rev();
        let effects = deeds.flat_map(|deed| self.take_back(deed, is_stale)).collect();
        Some((words, effects))
    }

    fn take_back(&mut self, deed: Deed, is_stale: bool) -> Vec<Effect> {
        match deed {
            Deed::Removed(taken) => {
                self.keep_away(&taken.picture, false);
                let id = taken.picture.id;
                let is_read = taken.picture.look != Look::Reading;
                if is_read && !is_stale {
                    return match self.put_back(taken) {
                        Some(_) => vec![Effect::Send(Command::RestorePicture { picture: id })],
                        None => Vec::new(),
                    };
                }
                self.put_back_unread(taken)
            }
            Deed::RemovedClass { index, class } => self.put_class_back(index, class, is_stale),
            Deed::Moved(from) => {
                // A picture whose earlier class is gone stays where it is.
                if self.classes.iter().all(|class| class.id != from.class) {
                    return Vec::new();
                }
                // It may look otherwise by now, or its file turned out to be none.
                let Some(now) = self.take(from.picture.id) else { return Vec::new() };
                let class = from.class;
                let back = self.put_back(Taken { picture: now.picture, ..from });
                let command = |picture| Effect::Send(Command::MovePicture { picture, class });
                back.map(command).into_iter().collect()
            }
        }
    }

    /// Puts a picture back to its place; `None` if its class is not there.
    fn put_back(&mut self, taken: Taken) -> Option<PictureId> {
        let Taken { class, scene, index, picture } = taken;
        let pictures = self.class_mut(class)?.scene_mut(scene);
        let id = picture.id;
        pictures.insert(index.min(pictures.len()), picture);
        Some(id)
    }

    /// Puts a picture back that no engine has: its file is read again.
    fn put_back_unread(&mut self, mut taken: Taken) -> Vec<Effect> {
        let mut effects = super::pictures::revoke(&taken.picture);
        taken.picture.look = Look::Reading;
        let Picture { id, name, burst, .. } = taken.picture.clone();
        let (class, scene) = (taken.class, taken.scene);
        if self.put_back(taken).is_some() {
            // The engine may have it still, taken out while it was on its way.
            let forget = Command::ForgetRemoved { pictures: vec![id], classes: Vec::new() };
            effects.push(Effect::Send(forget));
            effects.push(self.read(id, class, name, scene, burst));
        }
        effects
    }

    fn put_class_back(
        &mut self,
        index: usize,
        mut class: Rc<Class>,
        is_stale: bool,
    ) -> Vec<Effect> {
        if let Some(drawn) = class.drawn() {
            let key = (drawn.sample, drawn.name.clone());
            self.removed.retain(|removed| *removed != key);
        }
        for picture in class.every() {
            self.keep_away(picture, false);
        }
        let mut effects = Vec::new();
        let id = class.id;
        if is_stale {
            let name = class.name.clone();
            effects.push(Effect::Send(Command::AddClass { class: id, name }));
            let class = Rc::make_mut(&mut class);
            for picture in class.every_mut() {
                effects.extend(super::pictures::revoke(picture));
                picture.look = Look::Reading;
            }
        } else {
            effects.push(Effect::Send(Command::RestoreClass { class: id }));
        }
        effects.extend(self.read_unread(&class));
        self.classes.insert(index.min(self.classes.len()), class);
        effects
    }
}

impl State {
    /// Removes a class, or tells why not yet.
    pub(super) fn remove_class(&mut self, id: ClassId) -> Vec<Effect> {
        if let Some(class) = self.pictures.awaited_class(id) {
            let name = class.name.trim();
            self.news = format!("“{name}” has yet to be drawn again. Remove it after that.");
        }
        self.pictures.remove_class(id)
    }

    pub(super) fn undo(&mut self) -> Vec<Effect> {
        match self.pictures.undo() {
            Some((words, effects)) => {
                self.news = format!("Taken back: {words}.");
                effects
            }
            None => Vec::new(),
        }
    }
}
