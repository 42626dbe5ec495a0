//! Classes and their pictures: shown at once, read by the engine later.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::session::{
    ClassId, Command, Concern, FIRST_OWN_ID, MINIMUM_PER_CLASS, PictureId, Refusal, SampleTask,
    Scene,
};

use super::Effect;
use super::history::History;
use super::intake::Archives;

/// Bursts of projects are numbered from here on, the camera's below.
const FIRST_FOREIGN_BURST: u32 = 1 << 31;

/// How a picture looks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Look {
    /// The engine has yet to decode it.
    Reading,
    /// It was decoded.
    Seen {
        /// Address of a small upright picture.
        image: String,
        /// Width of the original, in pixels.
        width: u32,
        /// Height of the original, in pixels.
        height: u32,
    },
}

/// One picture.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Picture {
    /// Its id.
    pub id: PictureId,
    /// The file's name.
    pub name: String,
    /// How it looks.
    pub look: Look,
    /// The burst that it was taken in.
    pub burst: Option<u32>,
    /// Where the engine drew it, if it did.
    pub(super) drawn_in: Option<DrawnIn>,
}

/// The class of a sample that a picture was drawn in. The person may have moved it since.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct DrawnIn {
    pub sample: Drawn,
    /// The name that the class is drawn under.
    pub class: String,
}

/// A sample that was drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Drawn {
    /// Which task.
    pub task: SampleTask,
    /// With which seed.
    pub seed: u64,
    /// Which wish for a sample it answers, so that the same one wanted twice stays two.
    pub(super) wish: u32,
}

/// Where a class came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Origin {
    /// The person made it; its name is the page's until they type one.
    Own { named: bool },
    /// The engine drew it.
    Drawn(DrawnClass),
}

/// What must be known of a drawn class to have it drawn again as the person left it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct DrawnClass {
    /// The sample that it is of.
    pub sample: Drawn,
    /// The name that it is drawn under.
    pub name: String,
    /// Names of drawn pictures that the person removed.
    pub removed: Vec<String>,
    /// Whether a fresh engine has yet to make it. Until then its id is the page's, and the engine
    /// would not know where to put a picture.
    pub awaited: bool,
}

impl DrawnClass {
    /// Where its pictures are drawn.
    pub(super) fn place(&self) -> DrawnIn {
        DrawnIn { sample: self.sample, class: self.name.clone() }
    }
}

/// One class with its pictures.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Class {
    /// Its id.
    pub id: ClassId,
    /// Its name, as typed.
    pub name: String,
    /// Its pictures, in the order they came.
    pub pictures: Vec<Picture>,
    /// The same things in a setting that is never learned from.
    pub new_setting: Vec<Picture>,
    pub(super) origin: Origin,
    /// Drawn pictures that were moved here and are to come back here when a fresh engine has drawn
    /// them, by name.
    pub(super) awaited: Vec<(DrawnIn, String)>,
}

impl Class {
    /// Whether the person gave it its name.
    pub(super) fn is_named(&self) -> bool {
        self.origin != Origin::Own { named: false }
    }

    /// Whether nobody has named it or put a picture in.
    pub fn is_untouched(&self) -> bool {
        let has_none = self.pictures.is_empty() && self.new_setting.is_empty();
        has_none && self.awaited.is_empty() && !self.is_named()
    }

    pub(super) fn every_mut(&mut self) -> impl Iterator<Item = &mut Picture> {
        self.pictures.iter_mut().chain(&mut self.new_setting)
    }

    /// The pictures of a setting.
    pub(super) fn scene_mut(&mut self, scene: Scene) -> &mut Vec<Picture> {
        match scene {
            Scene::Usual => &mut self.pictures,
            Scene::New => &mut self.new_setting,
        }
    }

    pub(super) fn drawn_mut(&mut self) -> Option<&mut DrawnClass> {
        match &mut self.origin {
            Origin::Drawn(drawn) => Some(drawn),
            Origin::Own { .. } => None,
        }
    }

    /// All that it has.
    pub(super) fn every(&self) -> impl Iterator<Item = &Picture> {
        self.pictures.iter().chain(&self.new_setting)
    }

    /// A new class without pictures.
    pub(super) fn new(id: ClassId, name: String, origin: Origin) -> Self {
        Self {
            id,
            name,
            pictures: Vec::new(),
            new_setting: Vec::new(),
            origin,
            awaited: Vec::new(),
        }
    }

    pub(super) fn drawn(&self) -> Option<&DrawnClass> {
        match &self.origin {
            Origin::Drawn(drawn) => Some(drawn),
            Origin::Own { .. } => None,
        }
    }

    /// Whether a fresh engine has yet to make it.
    pub(super) fn is_awaited(&self) -> bool {
        self.drawn().is_some_and(|drawn| drawn.awaited)
    }
}

impl Picture {
    /// Whether the engine drew it, rather than the person gave its file.
    pub(super) fn is_drawn(&self) -> bool {
        self.id.0 >= FIRST_OWN_ID
    }
}

/// A file that the engine refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    /// Its id.
    pub picture: PictureId,
    /// The file's name.
    pub name: String,
    /// Why, and what to do.
    pub refusal: Refusal,
}

/// Classes, their pictures, and what was refused.
#[derive(Clone, PartialEq, Debug)]
pub struct Pictures {
    /// In the order of the page.
    pub classes: Vec<Rc<Class>>,
    /// Refused files, oldest first.
    pub refused: Vec<Refused>,
    /// Samples being drawn, the one at work first.
    pub drawing: Vec<Drawn>,
    next_class: u32,
    next_wish: u32,
    next_burst: u32,
    /// Archives that the person gave, and which pictures are in them.
    pub(super) archives: Archives,
    /// Files that the engine was sent since it had answered about all before.
    pub(super) asked: usize,
    /// Files that the engine was sent and has not answered, in the order of sending.
    pub(super) in_flight: VecDeque<PictureId>,
    /// Drawn classes that the person removed, by sample and drawn name: they are not to come back
    /// when the sample is drawn again.
    pub(super) removed: Vec<(Drawn, String)>,
    /// Those of them that are drawn again all the same, since pictures of theirs were moved elsewhere,
    /// until the sample is drawn.
    pub(super) hidden: Vec<(ClassId, DrawnIn)>,
    pub(super) history: History,
    /// What the engine has found in the pictures.
    pub(super) concerns: Vec<Concern>,
    /// Of these, what the person leaves as it is.
    pub(super) let_be: Vec<Concern>,
}

impl Default for Pictures {
    fn default() -> Self {
        Self {
            classes: Vec::new(),
            refused: Vec::new(),
            drawing: Vec::new(),
            next_class: 1,
            next_wish: 1,
            next_burst: FIRST_FOREIGN_BURST,
            archives: Archives::default(),
            asked: 0,
            in_flight: VecDeque::new(),
            removed: Vec::new(),
            hidden: Vec::new(),
            history: History::default(),
            concerns: Vec::new(),
            let_be: Vec::new(),
        }
    }
}

impl Pictures {
    /// Pictures to learn from that are decoded.
    pub fn seen(&self) -> usize {
        let pictures = self.classes.iter().flat_map(|class| &class.pictures);
        pictures.filter(|picture| picture.look != Look::Reading).count()
    }

    /// Pictures that are not decoded yet.
    pub fn reading(&self) -> usize {
        self.every().filter(|picture| picture.look == Look::Reading).count()
    }

    /// The sample task that is among the classes, the first if there are several.
    pub fn sample(&self) -> Option<SampleTask> {
        self.classes.iter().find_map(|class| class.drawn()).map(|drawn| drawn.sample.task)
    }

    /// Classes that have a picture.
    pub fn filled_classes(&self) -> usize {
        self.classes.iter().filter(|class| !class.pictures.is_empty()).count()
    }

    /// The first class that has pictures, but fewer than training takes.
    pub fn too_small(&self) -> Option<&Class> {
        let is_too_small = |class: &&Class| (1..MINIMUM_PER_CLASS).contains(&class.pictures.len());
        self.classes.iter().map(Rc::as_ref).find(is_too_small)
    }

    /// A picture by its id.
    pub fn find(&self, id: PictureId) -> Option<&Picture> {
        self.every().find(|picture| picture.id == id)
    }

    pub(super) fn every(&self) -> impl Iterator<Item = &Picture> {
        self.classes.iter().flat_map(|class| class.every())
    }

    pub(super) fn class_mut(&mut self, id: ClassId) -> Option<&mut Class> {
        self.classes.iter_mut().find(|class| class.id == id).map(Rc::make_mut)
    }

    /// The first "Class N" that no class is called.
    pub(super) fn free_name(&self) -> String {
        first_free(&mut 1, |name| self.classes.iter().any(|class| class.name == *name))
    }

    pub(super) fn new_class_id(&mut self) -> ClassId {
        let id = ClassId(self.next_class);
        self.next_class += 1;
        id
    }

    pub(super) fn push_class(&mut self, name: String, named: bool) -> (ClassId, Effect) {
        let id = self.new_class_id();
        let command = Command::AddClass { class: id, name: name.clone() };
        let origin = Origin::Own { named };
        self.classes.push(Rc::new(Class::new(id, name, origin)));
        (id, Effect::Send(command))
    }

    pub(super) fn add_class(&mut self) -> Vec<Effect> {
        let name = self.free_name();
        vec![self.push_class(name, false).1]
    }

    /// The page keeps what is typed; the engine hears only names that are some.
    pub(super) fn rename(&mut self, id: ClassId, typed: String) -> Vec<Effect> {
        let Some(class) = self.class_mut(id) else { return Vec::new() };
        let name = typed.trim().to_owned();
        class.name = typed;
        if let Origin::Own { named } = &mut class.origin {
            *named = true;
        }
        if name.is_empty() {
            return Vec::new();
        }
        vec![Effect::Send(Command::RenameClass { class: id, name })]
    }

    /// A class that was left without a name gets one.
    pub(super) fn finish_name(&mut self, id: ClassId) -> Vec<Effect> {
        let free = self.free_name();
        match self.class_mut(id) {
            Some(class) if class.name.trim().is_empty() => {
                let effects = self.rename(id, free);
                if let Some(Class { origin: Origin::Own { named }, .. }) = self.class_mut(id) {
                    *named = false;
                }
                effects
            }
            _ => Vec::new(),
        }
    }

    /// Wants a sample drawn. It takes the place of classes that nobody has touched, and of an
    /// earlier sample that nobody has added to; other classes stay.
    pub(super) fn draw(&mut self, task: SampleTask, seed: u64) -> Vec<Effect> {
        if !self.drawing.is_empty() {
            return Vec::new();
        }
        let mut effects = Vec::new();
        let only_drawn = self.every().all(Picture::is_drawn);
        // One that something may come back to is not untouched.
        let goes = |class: &Class| {
            let is_untouched = class.is_untouched() && !self.history.leads_to(class.id);
            is_untouched || (only_drawn && class.drawn().is_some())
        };
        let gone: Vec<ClassId> =
            self.classes.iter().filter(|class| goes(class)).map(|class| class.id).collect();
        for &class in &gone {
            effects.extend(self.clear_away(class));
        }
        if !gone.is_empty() {
            let command = Command::ForgetRemoved { pictures: Vec::new(), classes: gone };
            effects.push(Effect::Send(command));
        }
        let wish = self.new_wish(task, seed);
        self.drawing.push(wish);
        effects.push(Effect::Send(Command::DrawSample { task, seed }));
        effects
    }

    /// A sample that was not wanted before, even if it is the same.
    pub(super) fn new_wish(&mut self, task: SampleTask, seed: u64) -> Drawn {
        let wish = self.next_wish;
        self.next_wish += 1;
        Drawn { task, seed, wish }
    }

    /// A burst that neither the camera nor an earlier project has numbered so.
    pub(super) fn new_burst(&mut self) -> u32 {
        self.next_burst = self.next_burst.wrapping_add(1).max(FIRST_FOREIGN_BURST);
        self.next_burst
    }

    /// The sample at work is drawn. Classes that were only there for pictures that went elsewhere go.
    pub(super) fn sample_drawn(&mut self) -> Vec<Effect> {
        if !self.drawing.is_empty() {
            self.drawing.remove(0);
        }
        let gone: Vec<ClassId> = self.hidden.drain(..).map(|(class, _)| class).collect();
        if gone.is_empty() {
            return Vec::new();
        }
        let remove = |&class: &ClassId| Effect::Send(Command::RemoveClass { class });
        let mut effects: Vec<Effect> = gone.iter().map(remove).collect();
        let command = Command::ForgetRemoved { pictures: Vec::new(), classes: gone };
        effects.push(Effect::Send(command));
        effects
    }

    /// The engine made a class of the sample at work. One that was there before takes its place
    /// again, with the name and the own pictures that it has.
    pub(super) fn drawn_class(&mut self, id: ClassId, name: String) -> Vec<Effect> {
        let Some(&sample) = self.drawing.first() else { return Vec::new() };
        if self.removed.contains(&(sample, name.clone())) {
            let place = DrawnIn { sample, class: name };
            let is_wanted = |class: &Rc<Class>| class.awaited.iter().any(|(of, _)| *of == place);
            if self.classes.iter().any(is_wanted) {
                self.hidden.push((id, place));
                return Vec::new();
            }
            return vec![Effect::Send(Command::RemoveClass { class: id })];
        }
        let same = |class: &&mut Rc<Class>| {
            class.drawn().is_some_and(|drawn| drawn.sample == sample && drawn.name == name)
        };
        let Some(class) = self.classes.iter_mut().find(same) else {
            let drawn =
                DrawnClass { sample, name: name.clone(), removed: Vec::new(), awaited: false };
            let origin = Origin::Drawn(drawn);
            self.classes.push(Rc::new(Class::new(id, name, origin)));
            return Vec::new();
        };
        let class = Rc::make_mut(class);
        let before = std::mem::replace(&mut class.id, id);
        self.history.class_is_called(before, id);
        if let Origin::Drawn(drawn) = &mut class.origin {
            drawn.awaited = false;
        }
        let (given, own) = (class.name.clone(), class.clone());
        let mut effects = if given == name { Vec::new() } else { self.rename(id, given) };
        effects.extend(self.read_again(&own));
        effects.extend(self.fetch_awaited(id));
        effects
    }

    /// Moves drawn pictures to a class that the engine has just made, if they came before it.
    fn fetch_awaited(&mut self, id: ClassId) -> Vec<Effect> {
        let awaited = self.class_mut(id).map(|class| class.awaited.clone()).unwrap_or_default();
        let mut effects = Vec::new();
        for waits in awaited {
            let is_it = |picture: &&Picture| {
                picture.drawn_in.as_ref() == Some(&waits.0) && picture.name == waits.1
            };
            let Some(picture) = self.every().find(is_it).map(|picture| picture.id) else {
                continue;
            };
            let Some(taken) = self.take(picture) else { continue };
            let Some(class) = self.class_mut(id) else { continue };
            class.awaited.retain(|awaited| *awaited != waits);
            class.pictures.push(taken.picture);
            effects.push(Effect::Send(Command::MovePicture { picture, class: id }));
        }
        effects
    }

    /// A picture was decoded; drawn ones are new here.
    pub(super) fn add_seen(
        &mut self,
        id: PictureId,
        class: ClassId,
        name: String,
        look: Look,
    ) -> Vec<Effect> {
        self.landed(id);
        // Only the class that has it is touched: the page draws a touched class again.
        let holds = |class: &&mut Rc<Class>| class.every().any(|picture| picture.id == id);
        if let Some(holder) = self.classes.iter_mut().find(holds) {
            let known = Rc::make_mut(holder).every_mut().find(|picture| picture.id == id);
            let Some(picture) = known else { return Vec::new() };
            // One that was read twice has an address already.
            let effects = revoke(picture);
            picture.look = look;
            return effects;
        }
        let mut arrived = Picture { id, name, look, burst: None, drawn_in: None };
        if !arrived.is_drawn() {
            // Removed while the engine was reading it.
            return self.history.seen(arrived);
        }
        let holder = self.classes.iter().find(|holder| holder.id == class);
        let drawn = holder.and_then(|holder| holder.drawn());
        let drawn = drawn.map(|drawn| (drawn.removed.contains(&arrived.name), drawn.place()));
        let hidden = || self.hidden.iter().find(|(id, _)| *id == class);
        let drawn = drawn.or_else(|| hidden().map(|(_, place)| (false, place.clone())));
        let Some((was_removed, drawn_in)) = drawn else { return let_go(&arrived) };
        if was_removed {
            let mut effects = vec![Effect::Send(Command::RemovePicture { picture: id })];
            effects.extend(let_go(&arrived));
            return effects;
        }
        arrived.drawn_in = Some(drawn_in.clone());
        let waits = (drawn_in, arrived.name.clone());
        let moved = |class: &&mut Rc<Class>| class.awaited.contains(&waits) && !class.is_awaited();
        let Some(moved) = self.classes.iter_mut().find(moved).map(Rc::make_mut) else {
            // Without a borrow across both searches.
            let Some(home) = self.class_mut(class) else { return let_go(&arrived) };
            home.pictures.push(arrived);
            return Vec::new();
        };
        moved.awaited.retain(|awaited| *awaited != waits);
        moved.pictures.push(arrived);
        vec![Effect::Send(Command::MovePicture { picture: id, class: moved.id })]
    }

    /// Tells of files that never reached the engine.
    pub(super) fn unreadable(&mut self, files: Vec<(PictureId, String)>) {
        self.refused.extend(files.into_iter().map(|(picture, name)| {
            Refused {
                picture,
                name,
                refusal: Refusal {
                    reason: "The browser could not read it; it may have been moved, or may not be \
                         readable to you."
                        .to_owned(),
                    remedy: "Look where it is now, then add it again.".to_owned(),
                },
            }
        }));
    }

    pub(super) fn refuse(&mut self, id: PictureId, name: String, refusal: Refusal) -> Vec<Effect> {
        self.landed(id);
        let taken = self.take(id).map(|taken| taken.picture).or_else(|| self.history.drop_out(id));
        let effects = taken.iter().flat_map(let_go).collect();
        self.refused.push(Refused { picture: id, name, refusal });
        effects
    }

    /// The command that decodes a file. Its bytes travel beside it, so that the page never holds
    /// them.
    pub(super) fn read(
        &mut self,
        picture: PictureId,
        class: ClassId,
        name: String,
        scene: Scene,
        burst: Option<u32>,
    ) -> Effect {
        if self.in_flight.is_empty() {
            self.asked = 0;
        }
        self.asked += 1;
        self.in_flight.push_back(picture);
        if let Some(entry) = self.archives.entry_of(picture) {
            return Effect::Send(Command::AddEntry { picture, class, name, scene, burst, entry });
        }
        let bytes = Vec::new();
        Effect::Send(Command::AddPicture { picture, class, name, scene, burst, bytes })
    }

    /// The engine has answered about a picture.
    fn landed(&mut self, id: PictureId) {
        if self.in_flight.front() == Some(&id) {
            self.in_flight.pop_front();
        } else {
            self.in_flight.retain(|sent| *sent != id);
        }
    }

    /// The engine broke off. The file that it was at is refused, so that it does not break the next
    /// engine too: the one that it named, else the one that came next, unless the engine had not
    /// begun to read at all.
    pub(super) fn broke_off(&mut self, had_begun: bool, named: Option<PictureId>) -> Vec<Effect> {
        let next = self.in_flight.pop_front().filter(|_| had_begun);
        let next = named.or(next);
        self.in_flight.clear();
        let picture = next.and_then(|id| self.find(id)).cloned();
        let Some(picture) = picture else { return Vec::new() };
        let refusal = Refusal {
            reason: "The engine broke off before it had read this file.".to_owned(),
            remedy: "Add it again; if the engine stops again, save it as JPEG or PNG first."
                .to_owned(),
        };
        self.refuse(picture.id, picture.name, refusal)
    }
}

pub(super) fn revoke(picture: &Picture) -> Vec<Effect> {
    match &picture.look {
        Look::Seen { image, .. } => vec![Effect::Revoke(image.clone())],
        Look::Reading => Vec::new(),
    }
}

/// What a picture leaves behind when it goes.
pub(super) fn let_go(picture: &Picture) -> Vec<Effect> {
    let mut effects = revoke(picture);
    if !picture.is_drawn() {
        effects.push(Effect::Forget(picture.id));
    }
    effects
}

/// The first "Class N" from a number on that is not taken; the number is then the next to try.
pub(super) fn first_free(number: &mut usize, is_taken: impl Fn(&str) -> bool) -> String {
    loop {
        let name = format!("Class {number}");
        *number += 1;
        if !is_taken(&name) {
            return name;
        }
    }
}
