//! Opening a project: its classes and pictures join those of the page, its samples are drawn again, and
//! what was set is taken over by a page that is still empty.

use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

use crate::session::{
    ClassId, Command, Cut, PictureId, Project, ProjectClass, ProjectDrawn, ProjectSample,
    ProjectSettings, Scene,
};

use super::again::want;
use super::pictures::{DrawnClass, DrawnIn, Origin, first_free};
use super::{Class, Contents, Dial, Drawn, Effect, Look, Picture, Pictures, Place};
use super::{Setting, Side, State};

/// The classes of the page that those of a project may join, and the names that are taken. Each is
/// joined once at most, so two of a project never become one.
struct Joining {
    /// Places of those that the person named, by name, the first of the page first.
    named: HashMap<String, VecDeque<usize>>,
    /// Places and ids of those that nobody has touched.
    untouched: VecDeque<(usize, ClassId)>,
    taken: HashSet<String>,
    /// The number of the next "Class N" to try.
    next_number: usize,
}

impl Joining {
    fn new(classes: &[Rc<Class>]) -> Self {
        let mut named: HashMap<String, VecDeque<usize>> = HashMap::new();
        let mut untouched = VecDeque::new();
        let mut taken = HashSet::new();
        for (place, class) in classes.iter().enumerate() {
            let name = class.name.trim().to_owned();
            taken.insert(name.clone());
            if class.is_untouched() {
                untouched.push_back((place, class.id));
            } else if class.is_named() {
                named.entry(name).or_default().push_back(place);
            }
        }
        Self { named, untouched, taken, next_number: 1 }
    }

    /// The place of a class that the person named so.
    fn take_named(&mut self, name: &str) -> Option<usize> {
        self.named.get_mut(name)?.pop_front()
    }

    /// How a new class is called: as it was, unless it has no name, or one that nobody gave and that
    /// is taken.
    fn name(&mut self, before: &str, is_named: bool) -> String {
        let is_kept = !before.is_empty() && (is_named || !self.taken.contains(before));
        let name = if is_kept { before.to_owned() } else { self.free_name() };
        self.taken.insert(name.clone());
        name
    }

    /// The first "Class N" that no class is called. Numbers that were passed over are not tried again.
    fn free_name(&mut self) -> String {
        first_free(&mut self.next_number, |name| self.taken.contains(name))
    }
}

impl Pictures {
    /// Whether the page is as it was when it opened.
    fn is_pristine(&self) -> bool {
        let untouched = |class: &Rc<Class>| class.is_untouched();
        self.classes.iter().all(untouched) && self.history.last().is_none() && !self.has_any()
    }

    /// Whether there are pictures, or soon will be.
    fn has_any(&self) -> bool {
        self.every().next().is_some() || !self.drawing.is_empty()
    }

    /// Takes a project in. What the person named alike joins; drawn classes stay apart, as those of any
    /// sample that is wanted twice.
    fn load(&mut self, contents: Contents, project: &Project) -> Vec<Effect> {
        let mut effects = self.make_room();
        let classes = self.load_classes(project, &mut effects);
        effects.extend(self.take_entries(contents, &classes, Place::Page));
        effects
    }

    /// Clears away the classes of a page that is as it was when it opened.
    fn make_room(&mut self) -> Vec<Effect> {
        if !self.is_pristine() {
            return Vec::new();
        }
        let gone: Vec<ClassId> = self.classes.iter().map(|class| class.id).collect();
        let mut effects: Vec<Effect> =
            gone.iter().flat_map(|&class| self.clear_away(class)).collect();
        let command = Command::ForgetRemoved { pictures: Vec::new(), classes: gone };
        effects.push(Effect::Send(command));
        effects
    }

    /// Takes the classes and samples of a project in. Returns the place on the page of each class.
    fn load_classes(&mut self, project: &Project, effects: &mut Vec<Effect>) -> Vec<usize> {
        let samples: Vec<Drawn> = project.samples.iter().map(|s| self.sample_of(s)).collect();
        let mut drawing = std::mem::take(&mut self.drawing);
        let mut joining = Joining::new(&self.classes);
        let mut places = Vec::new();
        for class in &project.classes {
            let drawn = class.drawn.as_ref();
            let drawn = drawn.and_then(|drawn| Some((drawn, *samples.get(drawn.sample)?)));
            let place = match drawn {
                Some((drawn, sample)) => {
                    want(sample, &mut drawing, effects);
                    self.push_drawn(&class.name, drawn, sample, &mut joining)
                }
                None => self.class_for(class, &mut joining, effects),
            };
            self.await_moved(class, place, &samples);
            places.push(place);
        }
        // Those of which only moved pictures are left.
        samples.into_iter().for_each(|sample| want(sample, &mut drawing, effects));
        self.drawing = drawing;
        places
    }

    /// A sample of a project, as one that the person has just wanted.
    fn sample_of(&mut self, sample: &ProjectSample) -> Drawn {
        let drawn = self.new_wish(sample.task, sample.seed);
        self.removed.extend(sample.removed.iter().map(|class| (drawn, class.clone())));
        drawn
    }

    /// Makes a drawn class, which the engine has yet to make. Returns its place.
    fn push_drawn(
        &mut self,
        name: &str,
        drawn: &ProjectDrawn,
        sample: Drawn,
        joining: &mut Joining,
    ) -> usize {
        let id = self.new_class_id();
        let (own, removed) = (drawn.class.clone(), drawn.removed.clone());
        let origin = Origin::Drawn(DrawnClass { sample, name: own, removed, awaited: true });
        let name = joining.name(name.trim(), true);
        self.classes.push(Rc::new(Class::new(id, name, origin)));
        self.classes.len() - 1
    }

    /// The place of the class that a project's class is, made where there is none.
    fn class_for(
        &mut self,
        class: &ProjectClass,
        joining: &mut Joining,
        effects: &mut Vec<Effect>,
    ) -> usize {
        let name = class.name.trim();
        let is_named = class.is_named && !name.is_empty();
        if is_named && let Some(place) = joining.take_named(name) {
            return place;
        }
        if let Some((place, id)) = joining.untouched.pop_front() {
            if is_named {
                effects.extend(self.rename(id, joining.name(name, true)));
            }
            return place;
        }
        let (_, made) = self.push_class(joining.name(name, is_named), is_named);
        effects.push(made);
        self.classes.len() - 1
    }

    /// Notes the drawn pictures that are to come into a class once they are drawn.
    fn await_moved(&mut self, class: &ProjectClass, place: usize, samples: &[Drawn]) {
        let awaited = class.moved.iter().filter_map(|moved| {
            let sample = *samples.get(moved.sample)?;
            Some((DrawnIn { sample, class: moved.class.clone() }, moved.picture.clone()))
        });
        // Only a class that something comes to is touched.
        if !class.moved.is_empty()
            && let Some(into) = self.classes.get_mut(place)
        {
            Rc::make_mut(into).awaited.extend(awaited);
        }
    }

    /// Puts a picture that is to be read into the class at a place.
    pub(super) fn put(
        &mut self,
        id: PictureId,
        place: usize,
        name: String,
        scene: Scene,
        burst: Option<u32>,
    ) -> Option<Effect> {
        let into = Rc::make_mut(self.classes.get_mut(place)?);
        let class = into.id;
        let (look, drawn_in) = (Look::Reading, None);
        let picture = Picture { id, name: name.clone(), look, burst, drawn_in };
        into.scene_mut(scene).push(picture);
        // An engine that has yet to make the class is told when it has.
        (!into.is_awaited()).then(|| self.read(id, class, name, scene, burst))
    }
}

impl State {
    /// Takes a project in, and what was set where there is nothing yet that other settings are for.
    pub(super) fn load_project(&mut self, contents: Contents, project: &Project) -> Vec<Effect> {
        let takes_settings = !self.pictures.has_any();
        let mut effects = self.pictures.load(contents, project);
        if takes_settings {
            effects.extend(self.take_settings(&project.settings));
        }
        let said = if takes_settings {
            " What was set is taken over."
        } else {
            " Your settings stay as they are."
        };
        self.news.push_str(said);
        effects
    }

    /// Takes settings over, each as if it was set by hand: what is out of range changes nothing.
    fn take_settings(&mut self, settings: &ProjectSettings) -> Vec<Effect> {
        let ProjectSettings { cut, seed, seeds, cold_epochs, warm_epochs, numbers, .. } = settings;
        let mut set = vec![
            Setting::DefaultTuning,
            Setting::Seed(*seed),
            Setting::Seeds(*seeds),
            Setting::Epochs(Side::Cold, *cold_epochs),
            Setting::Epochs(Side::Warm, *warm_epochs),
            Setting::ClassWeights(settings.class_weights),
            Setting::Norm(settings.norm),
            Setting::Augmentation(settings.augmentation),
        ];
        set.extend(cut.parse().map(|cut: Cut| Setting::CutPosition(cut.position())));
        set.extend(Dial::ALL.into_iter().filter_map(|dial| {
            let typed = numbers.get(dial.word())?;
            Some(Setting::Dial(dial, dial.read(typed).ok()?))
        }));
        set.into_iter().flat_map(|setting| self.set(setting)).collect()
    }
}
