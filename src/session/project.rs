//! What a project file says of its pictures: the classes, how the pictures belong together, what was
//! drawn, and what the person has set.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::data::{Augmentation, SampleTask, Scene};
use crate::train::{ClassWeights, NormMode};

/// The format that is written. A file of a later one is not read.
pub const PROJECT_FORMAT: u32 = 1;

/// Everything that a page shows, but the bytes of its pictures.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Project {
    /// Its format, [`PROJECT_FORMAT`] in a new one.
    pub format: u32,
    /// The classes, in the order of the page.
    pub classes: Vec<ProjectClass>,
    /// The pictures that are in the file, class by class in the order of the page.
    pub pictures: Vec<ProjectPicture>,
    /// Samples whose pictures are drawn again.
    pub samples: Vec<ProjectSample>,
    /// What the person has set.
    pub settings: ProjectSettings,
}

/// A class of a project.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ProjectClass {
    /// Its name.
    pub name: String,
    /// Whether the person gave the name, rather than the page.
    pub is_named: bool,
    /// The folder of the archive that its pictures lie in. Whoever packs gives it.
    pub folder: String,
    /// The class of a sample that it is, if it was drawn.
    pub drawn: Option<ProjectDrawn>,
    /// Drawn pictures that were moved here.
    pub moved: Vec<ProjectMoved>,
}

/// A class that was drawn.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ProjectDrawn {
    /// The place of its sample in [`Project::samples`].
    pub sample: usize,
    /// The name that it is drawn under.
    pub class: String,
    /// Names of the drawn pictures that the person has removed.
    pub removed: Vec<String>,
}

/// A drawn picture that is in another class than it was drawn in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ProjectMoved {
    /// The place of its sample in [`Project::samples`].
    pub sample: usize,
    /// The name of the class that it is drawn in.
    pub class: String,
    /// Its own name.
    pub picture: String,
}

/// A picture that is in the file.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ProjectPicture {
    /// What it was called.
    pub name: String,
    /// Where it is in the archive. Whoever packs gives it.
    pub path: String,
    /// The place of its class in [`Project::classes`].
    pub class: usize,
    /// In which setting it shows the class.
    #[serde(default)]
    pub scene: Scene,
    /// The burst that it was taken in; the number means nothing in another project.
    #[serde(default)]
    pub burst: Option<u32>,
}

/// A sample that is drawn again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ProjectSample {
    /// Which task.
    pub task: SampleTask,
    /// With which seed.
    pub seed: u64,
    /// Names of the drawn classes that the person has removed.
    pub removed: Vec<String>,
}

/// What the person has set, but the device, which another machine may not have.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ProjectSettings {
    /// Where frozen ends and trained begins, as it is written: `last-4`.
    pub cut: String,
    /// The seed.
    pub seed: u64,
    /// Repetitions of a study.
    pub seeds: usize,
    /// Epochs of the new head.
    pub cold_epochs: usize,
    /// Epochs after thawing.
    pub warm_epochs: usize,
    /// Further numbers by their names, as they would be typed: so none is rounded, and one that
    /// another version does not know is passed over.
    pub numbers: BTreeMap<String, String>,
    /// How much a training picture counts.
    pub class_weights: ClassWeights,
    /// What BatchNorm does behind the cut.
    pub norm: NormMode,
    /// How views are changed.
    pub augmentation: Augmentation,
}
