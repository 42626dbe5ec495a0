//! Saving: everything that the page shows, into one file that any page opens again.

use std::collections::{BTreeSet, HashMap};

use crate::session::{
    Command, PROJECT_FORMAT, PictureId, Project, ProjectClass, ProjectDrawn, ProjectMoved,
    ProjectPicture, ProjectSample, ProjectSettings, Refusal, RefusedEntry, Scene,
};
use crate::ui::text::counted;

use super::pictures::DrawnClass;
use super::{Class, Dial, Drawn, Effect, Engine, Pictures, Settings, State};

/// How far saving is, or what came of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Saving {
    /// The engine packs.
    Packing {
        /// What answers about it are known by.
        number: u32,
        /// Pictures that are packed.
        done: usize,
        /// Pictures in all.
        total: usize,
    },
    /// The file was handed to the browser.
    Saved {
        /// Pictures that are in it.
        pictures: usize,
        /// Pictures that are not.
        missing: Vec<RefusedEntry>,
        /// Whether there are drawn pictures, which are drawn again.
        has_drawn: bool,
    },
    /// There is no file.
    Refused(Refusal),
}

/// Pictures to pack, by their places in the project.
type Packed = Vec<PictureId>;

impl Pictures {
    /// The classes and pictures as a project, and the pictures that are to be packed.
    fn project(&self, settings: ProjectSettings) -> (Project, Packed) {
        let samples = self.samples();
        let place = |sample: Drawn| samples.iter().position(|known| *known == sample).unwrap_or(0);
        let mut bursts = HashMap::new();
        let mut project = Project { format: PROJECT_FORMAT, settings, ..Project::default() };
        let mut packed = Vec::new();
        for (number, class) in self.classes.iter().enumerate() {
            project.classes.push(class_of(class, place));
            let scenes = [(Scene::Usual, &class.pictures), (Scene::New, &class.new_setting)];
            for (scene, pictures) in scenes {
                for picture in pictures.iter().filter(|picture| !picture.is_drawn()) {
                    let next = bursts.len() as u32 + 1;
                    packed.push(picture.id);
                    project.pictures.push(ProjectPicture {
                        name: picture.name.clone(),
                        path: String::new(),
                        class: number,
                        scene,
                        burst: picture.burst.map(|burst| *bursts.entry(burst).or_insert(next)),
                    });
                }
            }
        }
        let removed = |sample: &Drawn| {
            let gone = self.removed.iter().filter(|(of, _)| of == sample);
            let gone: BTreeSet<String> = gone.map(|(_, class)| class.clone()).collect();
            gone.into_iter().collect()
        };
        let samples = samples.iter().map(|sample| ProjectSample {
            task: sample.task,
            seed: sample.seed,
            removed: removed(sample),
        });
        project.samples = samples.collect();
        (project, packed)
    }

    /// Samples of which something is still there.
    fn samples(&self) -> Vec<Drawn> {
        let classes = self.classes.iter().filter_map(|class| class.drawn());
        let classes = classes.map(|drawn| drawn.sample);
        let pictures = self.every().filter_map(|picture| picture.drawn_in.as_ref());
        let mut samples: Vec<Drawn> = Vec::new();
        for sample in classes.chain(pictures.map(|place| place.sample)) {
            if !samples.contains(&sample) {
                samples.push(sample);
            }
        }
        samples
    }
}

/// A class without its own pictures.
fn class_of(class: &Class, place: impl Fn(Drawn) -> usize) -> ProjectClass {
    let own = class.drawn().map(DrawnClass::place);
    let moved = class.pictures.iter().filter_map(|picture| {
        let drawn_in = picture.drawn_in.as_ref().filter(|place| own.as_ref() != Some(*place))?;
        Some(ProjectMoved {
            sample: place(drawn_in.sample),
            class: drawn_in.class.clone(),
            picture: picture.name.clone(),
        })
    });
    ProjectClass {
        name: class.name.trim().to_owned(),
        is_named: class.is_named(),
        folder: String::new(),
        drawn: class.drawn().map(|drawn| ProjectDrawn {
            sample: place(drawn.sample),
            class: drawn.name.clone(),
            removed: drawn.removed.clone(),
        }),
        moved: moved.collect(),
    }
}

impl Settings {
    /// What is kept of them.
    fn kept(&self) -> ProjectSettings {
        let numbers = Dial::ALL.map(|dial| (dial.word().to_owned(), dial.text(&self.tuning)));
        ProjectSettings {
            cut: self.cut.to_string(),
            seed: self.seed,
            seeds: self.seeds,
            cold_epochs: self.cold_epochs,
            warm_epochs: self.warm_epochs,
            numbers: numbers.into_iter().collect(),
            class_weights: self.tuning.class_weights,
            norm: self.tuning.norm,
            augmentation: self.tuning.augmentation,
        }
    }
}

impl State {
    /// Why nothing can be saved now, as a sentence for the person; `None` if something can.
    pub fn why_not_save(&self) -> Option<String> {
        let Pictures { classes, drawing, .. } = &self.pictures;
        let engine = match self.engine {
            Engine::Loading => "The engine, which packs the file, is still on its way.",
            Engine::Lost(_) => {
                "The engine, which packs the file, has stopped. Start it again above."
            }
            Engine::Ready => "",
        };
        if !engine.is_empty() {
            return Some(engine.to_owned());
        }
        let is_busy = !drawing.is_empty()
            || self.pictures.reading() > 0
            || self.pictures.opening().next().is_some();
        if is_busy {
            return Some("Pictures are still on their way.".to_owned());
        }
        if classes.iter().all(|class| class.is_untouched()) {
            return Some("There is nothing to save yet.".to_owned());
        }
        None
    }

    /// Whether a file is being packed.
    pub fn is_saving(&self) -> bool {
        matches!(self.saving, Some(Saving::Packing { .. }))
    }

    /// Whether an answer is about the file that is being packed: one that was given up may have been on
    /// its way here.
    pub fn saves(&self, about: u32) -> bool {
        matches!(self.saving, Some(Saving::Packing { number, .. }) if number == about)
    }

    pub(super) fn save_project(&mut self) -> Vec<Effect> {
        if self.is_saving() {
            return Vec::new();
        }
        if let Some(why_not) = self.why_not_save() {
            self.news = why_not;
            return Vec::new();
        }
        let (project, packed) = self.pictures.project(self.settings.kept());
        let total = packed.len();
        self.saved += 1;
        let number = self.saved;
        self.saving = Some(Saving::Packing { number, done: 0, total });
        self.news = format!("Packing {}.", counted(total, "picture file", "picture files"));
        let project = Box::new(project);
        let mut effects = vec![Effect::Send(Command::PackProject { number, project })];
        effects.extend((0..).zip(packed).map(|(place, picture)| {
            Effect::Send(match self.pictures.archives.entry_of(picture) {
                Some(entry) => Command::PackEntry { place, entry },
                None => Command::PackPicture { place, picture, bytes: None },
            })
        }));
        effects.push(Effect::Send(Command::FinishProject));
        effects
    }

    /// A part of the file has come; whoever holds the state keeps its bytes.
    pub(super) fn project_progressed(&mut self, about: u32, packed: usize) {
        if let Some(Saving::Packing { number, done, .. }) = &mut self.saving
            && *number == about
        {
            *done = packed;
        }
    }

    pub(super) fn project_packed(
        &mut self,
        about: u32,
        pictures: usize,
        missing: Vec<RefusedEntry>,
    ) -> Vec<Effect> {
        if !self.saves(about) {
            return Vec::new();
        }
        let lost = match missing.len() {
            0 => String::new(),
            lost => format!(" {} missing.", counted(lost, "picture is", "pictures are")),
        };
        self.news = format!("The project is saved.{lost}");
        let has_drawn = !self.pictures.samples().is_empty();
        self.saving = Some(Saving::Saved { pictures, missing, has_drawn });
        vec![Effect::Download]
    }

    pub(super) fn project_refused(&mut self, about: u32, refusal: Refusal) {
        if self.saves(about) {
            self.not_saved(refusal);
        }
    }

    fn not_saved(&mut self, refusal: Refusal) {
        self.news = format!("The project was not saved: {}", refusal.reason);
        self.saving = Some(Saving::Refused(refusal));
    }

    /// The browser did not take the file, or a part of it.
    pub(super) fn saving_failed(&mut self) -> Vec<Effect> {
        let given_up = self.give_saving_up();
        self.not_saved(Refusal {
            reason: "The browser could not keep the file.".to_owned(),
            remedy: "Look whether there is room on the disk, then save again.".to_owned(),
        });
        given_up
    }

    pub(super) fn cancel_saving(&mut self) -> Vec<Effect> {
        let given_up = self.give_saving_up();
        if !given_up.is_empty() {
            self.news = "Saving was cancelled; there is no file.".to_owned();
        }
        given_up
    }

    /// Has the engine give up what it packs, if it does.
    fn give_saving_up(&mut self) -> Vec<Effect> {
        if !self.is_saving() {
            return Vec::new();
        }
        self.saving = None;
        vec![Effect::Send(Command::CancelPacking)]
    }

    /// The engine is gone, and with it what it had packed.
    pub(super) fn saving_lost(&mut self) {
        if self.is_saving() {
            self.not_saved(Refusal {
                reason: "The engine broke off while it packed the project.".to_owned(),
                remedy: "Start it again, wait until it has read the pictures, and save again."
                    .to_owned(),
            });
        }
    }
}
