//! What explanations are made of: plain data.

use serde::{Deserialize, Serialize};

use super::message::{Grain, HeatMap, PictureId, QuestionId, RunId};

/// A picture that is explained.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum ExplainedPicture {
    /// The one that was last asked about.
    Asked(QuestionId),
    /// One of those in the classes.
    Given(PictureId),
}

/// Where one model finds in a picture what speaks for a class.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Explanation {
    /// Of which picture.
    pub picture: ExplainedPicture,
    /// The run that made the model.
    pub run: RunId,
    /// Of which class: a place in [`Event::ExperimentStarted`](super::Event::ExperimentStarted)'s
    /// classes.
    pub class: usize,
    /// How finely.
    pub grain: Grain,
    /// The map, cell by cell.
    pub map: HeatMap,
    /// The shares of nine thirds by thirds of the picture, row by row, together 1. `None` where
    /// nothing speaks for the class.
    pub thirds: Option<[f32; 9]>,
}

/// A training picture that a model sees much like another picture.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Neighbour {
    /// Which.
    pub picture: PictureId,
    /// Its class, a place in the experiment's classes.
    pub class: usize,
    /// Cosine distance of pooled features, 0 for the same to 2.
    pub distance: f32,
}

/// The training pictures that one model sees most like a picture, the nearest first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct NearestPictures {
    /// The run that made the model.
    pub run: RunId,
    /// The pictures.
    pub neighbours: Vec<Neighbour>,
}

/// Whose features a map is of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum MappedFeatures {
    /// Those of the pretrained backbone, before anything thawed.
    Pretrained,
    /// Those of a trained model.
    Run(RunId),
}

/// How pictures are laid out on a map.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub enum MapMethod {
    /// By the first two principal components: distances are true, as far as a plane can show them.
    #[default]
    Principal,
    /// By t-SNE: neighbours stay together; distances between groups mean little.
    Neighbours,
}

/// What a picture is for in an experiment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Part {
    /// To learn from.
    Training,
    /// To choose the best epoch by.
    Validation,
    /// For the final score.
    Test,
}

/// A picture on a map.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct MappedPicture {
    /// Which.
    pub picture: PictureId,
    /// Its class, a place in the experiment's classes.
    pub class: usize,
    /// What it was for.
    pub part: Part,
    /// The class that each model names, in the order of [`PictureMap::runs`].
    pub answers: Vec<usize>,
    /// Where it lies, around the middle of all.
    pub place: [f32; 2],
}

/// How true a map is.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub enum MapQuality {
    /// The shares of all spread that lie along both axes, 0 to 1.
    Shares([f32; 2]),
    /// The Kullback-Leibler divergence of the map's pairs from those of the features, in nats.
    Divergence(f64),
}

/// Pictures on a plane.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PictureMap {
    /// Whose features.
    pub features: MappedFeatures,
    /// How they are laid out.
    pub method: MapMethod,
    /// The trained models whose answers each picture has.
    pub runs: Vec<RunId>,
    /// The pictures, class by class.
    pub pictures: Vec<MappedPicture>,
    /// Pictures that took part; more than are on the map where they are too many.
    pub total: usize,
    /// How true it is so far.
    pub quality: MapQuality,
    /// The share of the work that is done, 0 to 1. Maps come a few times before they are done.
    pub progress: f64,
}

/// A part of a picture that a channel answers strongly to.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Patch {
    /// Of which picture.
    pub picture: PictureId,
    /// Pixels to its left, in the picture as the network sees it.
    pub left: usize,
    /// Pixels above it.
    pub top: usize,
    /// Its width and height, in pixels.
    pub side: usize,
    /// The activation in its middle.
    pub value: f32,
}

/// What the channels of a block look for in one network.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct BlockPatches {
    /// Which block, counted from 1.
    pub block: usize,
    /// In which network: the pretrained one or a trained model.
    pub features: MappedFeatures,
    /// The strongest patches of each channel, at most one a picture, the strongest first.
    pub channels: Vec<Vec<Patch>>,
}
