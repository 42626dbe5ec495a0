//! Opening a project: its classes and pictures join those of the page, its samples are drawn again, and
//! what was set is taken over by a page that is still empty.

use std::collections::HashMap;
use std::rc::Rc;

use crate::session::{
    ArchiveEntry, ClassId, Command, Cut, EntryId, PictureId, Project, ProjectClass, ProjectSample,
    ProjectSettings, Scene,
};

use super::again::want;
use super::pictures::{DrawnClass, DrawnIn, Origin};
use super::{Class, Contents, Dial, Drawn, Effect, Look, Offered, Picture, Pictures, Place};
use super::{Setting, Side, State};

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

    /// Takes a project in. Classes join those of the same name, as folders do; drawn ones stay apart, as
    /// those of any sample that is wanted twice.
    fn load(&mut self, contents: Contents, project: &Project) -> Vec<Effect> {
        let Contents { archive, first, entries, .. } = contents;
        let mut effects = Vec::new();
        if self.is_pristine() {
            let gone: Vec<ClassId> = self.classes.iter().map(|class| class.id).collect();
            effects.extend(gone.iter().flat_map(|&class| self.clear_away(class)));
            let command = Command::ForgetRemoved { pictures: Vec::new(), classes: gone };
            effects.push(Effect::Send(command));
        }
        let samples: Vec<Drawn> = project.samples.iter().map(|s| self.sample_of(s)).collect();
        let mut drawing = std::mem::take(&mut self.drawing);
        let mut classes = Vec::new();
        for class in &project.classes {
            let (id, made) = self.class_for(class, &samples, &classes, &mut drawing);
            effects.extend(made);
            let awaited = class.moved.iter().filter_map(|moved| {
                let place =
                    DrawnIn { sample: *samples.get(moved.sample)?, class: moved.class.clone() };
                Some((place, moved.picture.clone()))
            });
            let awaited: Vec<_> = awaited.collect();
            self.class_mut(id).into_iter().for_each(|class| class.awaited.extend(awaited.clone()));
            classes.push(id);
        }
        // Those of which only moved pictures are left.
        samples.into_iter().for_each(|sample| want(sample, &mut drawing, &mut effects));
        self.drawing = drawing;

        let mut bursts = HashMap::new();
        let mut others = Vec::new();
        for ((index, entry), id) in (0..).zip(entries).zip(first.0..) {
            let picture = PictureId(id);
            self.archives.put(picture, EntryId { archive, index });
            let ArchiveEntry { name, folder, class, scene, burst } = entry;
            let burst = burst.map(|burst| *bursts.entry(burst).or_insert_with(|| self.new_burst()));
            match class.and_then(|place| classes.get(place)) {
                Some(&class) => effects.extend(self.put(picture, class, name, scene, burst)),
                None => others.push(Offered { picture, name, folder: Some(folder), burst }),
            }
        }
        effects.extend(self.offer(Place::Page, others));
        effects
    }

    /// A sample of a project, as one that the person has just wanted.
    fn sample_of(&mut self, sample: &ProjectSample) -> Drawn {
        let drawn = self.new_wish(sample.task, sample.seed);
        self.removed.extend(sample.removed.iter().map(|class| (drawn, class.clone())));
        drawn
    }

    /// The class of the page that a project's class is, made where there is none. Two of a project
    /// never become one.
    fn class_for(
        &mut self,
        class: &ProjectClass,
        samples: &[Drawn],
        others: &[ClassId],
        drawing: &mut Vec<Drawn>,
    ) -> (ClassId, Vec<Effect>) {
        let name = if class.name.is_empty() { self.free_name() } else { class.name.clone() };
        let sample =
            class.drawn.as_ref().and_then(|drawn| Some((drawn, *samples.get(drawn.sample)?)));
        if let Some((drawn, sample)) = sample {
            let id = self.new_class_id();
            let (own, removed) = (drawn.class.clone(), drawn.removed.clone());
            let origin = DrawnClass { sample, name: own, removed, awaited: true };
            self.classes.push(Rc::new(Class::new(id, name, Origin::Drawn(origin))));
            let mut effects = Vec::new();
            want(sample, drawing, &mut effects);
            return (id, effects);
        }
        let is_free = |known: &&Rc<Class>| !others.contains(&known.id);
        let mut known = self.classes.iter().filter(is_free);
        if let Some(same) = known.find(|known| known.name.trim() == name) {
            return (same.id, Vec::new());
        }
        let mut known = self.classes.iter().filter(is_free);
        if let Some(id) = known.find(|known| known.is_untouched()).map(|known| known.id) {
            return (id, self.rename(id, name));
        }
        let (id, effect) = self.push_class(name, class.is_named);
        (id, vec![effect])
    }

    /// Puts a picture that is to be read into a class.
    fn put(
        &mut self,
        id: PictureId,
        class: ClassId,
        name: String,
        scene: Scene,
        burst: Option<u32>,
    ) -> Option<Effect> {
        let into = self.class_mut(class)?;
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
