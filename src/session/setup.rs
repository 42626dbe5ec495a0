//! What an experiment would be, checked and laid out: a snapshot of the pictures, their split, the
//! lanes, and the engine that they are for.

use burn::tensor::Device;

use super::crew::Crew;
use super::gallery::{Class, Gallery};
use super::measured::Question;
use super::message::{ClassSplit, Lane, MINIMUM_PER_CLASS, PictureId, Refusal, Strategy};
use super::sharing::Load;
use crate::compare::Engine;
use crate::data::{Augmentation, Labelled, Picture, Split, SplitError, with_views};
use crate::model::{Architecture, Backbone, Cut, Segment};
use crate::train::{Limits, MemoryNeeds, most_views, shared_augmentation};

/// Most memory that looking at pictures may take: half of the four gibibytes that a browser gives a
/// page at most.
const MAXIMUM_LOOK_BYTES: u64 = 1 << 31;

/// The engine that experiments are for.
#[derive(Clone)]
pub(super) struct Ready {
    pub backbone: Backbone,
    /// All of the backbone's stages on the device.
    pub segment: Segment,
    pub device: Device,
    /// What the device holds.
    pub limits: Limits,
    pub clock: fn() -> f64,
    /// Whether assistants may take a part: they compute on the CPU, and a run must not change
    /// devices on the way.
    pub is_shared: bool,
}

impl Ready {
    /// The assistants that may take a part.
    pub fn present(&self, crew: &Crew) -> Vec<usize> {
        if self.is_shared { crew.present() } else { Vec::new() }
    }

    /// What computes the trials of a study or an advice.
    pub fn engine(&self) -> Engine {
        let Self { backbone, segment, device, limits, clock, .. } = self.clone();
        Engine { backbone, segment, device, limits, clock }
    }
}

/// What an experiment needs to begin.
pub(super) struct Setup {
    pub lanes: Vec<Lane>,
    pub classes: Vec<ClassSplit>,
    /// The ids of the pictures, in their order.
    pub ids: Vec<PictureId>,
    pub pictures: Vec<Picture>,
    pub labels: Vec<usize>,
    /// One group a picture: copies and bursts belong together.
    pub groups: Vec<usize>,
    pub split: Split,
    pub seed: u64,
    /// How the views that the lanes learn from are changed.
    augmentation: Augmentation,
    pub ready: Ready,
}

impl Setup {
    /// Snapshots the pictures in the order of classes and ids, so that the order in which files
    /// happened to be decoded changes nothing. Classes without pictures do not take part.
    ///
    /// # Errors
    /// Why these lanes cannot be trained on these pictures.
    pub fn of(
        gallery: &Gallery,
        lanes: Vec<Lane>,
        seed: u64,
        ready: Ready,
    ) -> Result<Self, Refusal> {
        let lanes = lanes.into_iter().map(checked_lane).collect::<Result<Vec<_>, _>>()?;
        if lanes.is_empty() {
            return Err(Refusal {
                reason: "There is no strategy to train.".to_owned(),
                remedy: "Choose at least one.".to_owned(),
            });
        }
        let augmentation = shared_augmentation(lanes.iter().map(|lane| &lane.strategy));
        let augmentation = augmentation.ok_or_else(views_refusal)?;
        let taking_part: Vec<&Class> = gallery.filled().collect();
        let mut ids = Vec::new();
        let mut pictures = Vec::new();
        let mut labels = Vec::new();
        for (label, class) in taking_part.iter().enumerate() {
            ids.extend(class.pictures.keys().copied());
            pictures.extend(class.pictures.values().map(|held| held.picture.clone()));
            labels.extend(std::iter::repeat_n(label, class.pictures.len()));
        }
        check_memory(&lanes, pictures.len(), taking_part.len(), &ready)?;
        let names: Vec<&str> = taking_part.iter().map(|class| class.name.as_str()).collect();
        let groups = gallery.groups(&ids);
        let set = Labelled { labels: &labels, classes: taking_part.len(), groups: &groups };
        let split =
            Split::with_test_fold(set, seed, 0).map_err(|error| split_refusal(&error, &names))?;
        let count = |part: &[usize], label| part.iter().filter(|&&i| labels[i] == label).count();
        let classes = taking_part
            .iter()
            .enumerate()
            .map(|(label, class)| ClassSplit {
                class: class.id,
                name: class.name.clone(),
                training: count(&split.training, label),
                validation: count(&split.validation, label),
                test: count(&split.test, label),
            })
            .collect();
        Ok(Self { lanes, classes, ids, pictures, labels, groups, split, seed, augmentation, ready })
    }

    /// Classes and groups of the pictures.
    pub fn labelled(&self) -> Labelled<'_> {
        Labelled { labels: &self.labels, classes: self.classes.len(), groups: &self.groups }
    }

    /// What the frozen stages look at: the pictures, and the views that the lanes learn from.
    pub fn looked_at(&self) -> Vec<Picture> {
        let views = most_views(self.lanes.iter().map(|lane| &lane.strategy));
        with_views(self.pictures.clone(), views, self.augmentation, self.seed)
    }

    /// The layout of the network.
    pub fn architecture(&self) -> &Architecture {
        self.ready.backbone.architecture()
    }

    /// How each lane trains, in their order.
    pub fn strategies(&self) -> Vec<&Strategy> {
        self.lanes.iter().map(|lane| &lane.strategy).collect()
    }

    /// What the lanes cost.
    pub fn load(&self) -> Load<'_> {
        Load {
            architecture: self.architecture(),
            split: &self.split,
            classes: self.classes.len(),
            pictures: self.pictures.len(),
        }
    }

    /// What is to be estimated, when so many engines take a part.
    pub fn question<'a>(&'a self, strategies: &'a [&'a Strategy], engines: usize) -> Question<'a> {
        Question { strategies, load: self.load(), limits: self.ready.limits, engines }
    }
}

/// Refuses lanes whose pictures and features would not fit, before anything is computed.
fn check_memory(
    lanes: &[Lane],
    pictures: usize,
    classes: usize,
    ready: &Ready,
) -> Result<(), Refusal> {
    let architecture = ready.backbone.architecture();
    let strategies = || lanes.iter().map(|lane| &lane.strategy);
    let needs = MemoryNeeds { architecture, classes, pictures };
    let (all, largest) = (needs.looks(strategies()), needs.largest_features(strategies()));
    let (needed, kept) = if all > MAXIMUM_LOOK_BYTES {
        (all, MAXIMUM_LOOK_BYTES)
    } else if largest > ready.limits.largest_buffer {
        (largest, ready.limits.largest_buffer)
    } else {
        return Ok(());
    };
    let views = most_views(strategies());
    let what = match views {
        0 => format!("{pictures} pictures"),
        _ => format!("{pictures} pictures and {views} views of each"),
    };
    // A study tries every cut whatever is chosen, and a new head thaws nothing.
    let can_thaw_fewer =
        lanes.len() <= 2 && strategies().any(|strategy| strategy.cut != Cut::HeadOnly);
    let remedies = [
        Some("fewer pictures"),
        (views > 0).then_some("fewer views"),
        can_thaw_fewer.then_some("a cut nearer the head"),
    ];
    Err(Refusal {
        reason: format!(
            "To look at {what}, {} MB would be needed at once; {} MB may be used.",
            needed >> 20,
            kept >> 20
        ),
        remedy: format!("Use {}.", remedies.into_iter().flatten().collect::<Vec<_>>().join(" or ")),
    })
}

fn checked_lane(lane: Lane) -> Result<Lane, Refusal> {
    let strategy = lane.strategy.checked().map_err(|error| Refusal {
        reason: format!("The settings cannot be trained with: {error}."),
        remedy: "Change that number and start again.".to_owned(),
    })?;
    Ok(Lane { run: lane.run, strategy })
}

fn views_refusal() -> Refusal {
    Refusal {
        reason: "The strategies want views that are changed in different ways, but all of them \
                 learn from the same ones."
            .to_owned(),
        remedy: "Choose the same changes for all of them, or train them one after the other."
            .to_owned(),
    }
}

fn split_refusal(error: &SplitError, names: &[&str]) -> Refusal {
    match error {
        SplitError::TooFewClasses { found: 0 } => Refusal {
            reason: "There are no pictures yet.".to_owned(),
            remedy: format!("Put at least {MINIMUM_PER_CLASS} pictures into each of two classes."),
        },
        SplitError::TooFewClasses { .. } => Refusal {
            reason: format!("Only “{}” has pictures; telling apart takes two classes.", names[0]),
            remedy: format!("Put at least {MINIMUM_PER_CLASS} pictures into a second class."),
        },
        SplitError::TooFewPictures { class, found } => Refusal {
            reason: format!(
                "“{}” has {found} of the {MINIMUM_PER_CLASS} pictures that a class needs: two to \
                 learn from, one to choose the best epoch by, one to test on.",
                names[*class]
            ),
            remedy: format!("Add {} more, or delete the class.", MINIMUM_PER_CLASS - found),
        },
        SplitError::TooFewGroups { class, found } => Refusal {
            reason: format!(
                "The pictures of “{}” are only {found} separate ones: copies of a picture, bursts \
                 and pictures that are in two classes are never divided, and learning, choosing and \
                 testing take one each.",
                names[*class]
            ),
            remedy: "Add pictures that were taken apart from those, or look at what was found in \
                     your pictures."
                .to_owned(),
        },
    }
}
