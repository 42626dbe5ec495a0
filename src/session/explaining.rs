//! Explains what trained models say: nearest training pictures, and maps of all pictures. Heat maps
//! take no longer than an answer and are made at once.

use std::collections::VecDeque;

use super::inspecting::Inspection;
use super::lanes::TrainedModel;
use super::mapping::{Known, Mapping};
use super::message::{
    Event, ExplainedPicture, Explanation, Grain, NearestPictures, Neighbour, QuestionId, Refusal,
};
use super::patching::Patching;
use crate::data::Picture;
use crate::measure::{grad_cam, nearest, overlay, shares_of_thirds};
use crate::model::{Architecture, ReadError, read};
use crate::train::input_tensor;

/// Training pictures that are shown beside an answer.
const NEAREST: usize = 5;

/// What was asked for and waits until the models have looked at all pictures.
#[derive(Default)]
pub(super) struct Explaining {
    /// The picture that was last asked about.
    pub asked: Option<(QuestionId, Picture)>,
    /// Pictures whose neighbours are wanted.
    pub nearest: VecDeque<(ExplainedPicture, Picture)>,
    /// The map in the making. Another one takes its place.
    pub mapping: Option<Mapping>,
    /// The block whose patches are wanted and not begun with.
    pub block: Option<usize>,
    /// Patches in the making. Others take their place.
    pub patching: Option<Patching>,
    /// What maps are made from, as far as it was worked out.
    pub known: Vec<Known>,
}

impl Explaining {
    /// Whether anything waits.
    pub fn has_work(&self) -> bool {
        let has_patches = self.block.is_some() || self.patching.is_some();
        !self.nearest.is_empty() || self.mapping.is_some() || has_patches
    }

    /// Forgets what was known of an earlier experiment's pictures, and what was asked about it.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}

/// The heat maps of a class by every model, each with its overlay as a PNG file.
///
/// # Errors
/// Why there is none.
pub(super) async fn explain(
    models: &[TrainedModel],
    architecture: &Architecture,
    (explained, picture): (ExplainedPicture, &Picture),
    class: usize,
    grain: Grain,
) -> Result<Vec<Event>, Refusal> {
    let stage = grain.stage(architecture);
    let mut events = Vec::with_capacity(models.len());
    for TrainedModel { run, model, device } in models {
        let input = input_tensor(std::slice::from_ref(picture), device);
        let map = grad_cam(model, input, class, stage).await.map_err(|cause| unread(&cause))?;
        let map = map.ok_or_else(unknown_class)?;
        let pixels = map.at_pixels(picture.side());
        let thirds = shares_of_thirds(&pixels, picture.side());
        let covered = overlay(picture, &pixels).map(|covered| covered.thumbnail_png());
        let explanation = Explanation { picture: explained, run: *run, class, grain, map, thirds };
        let overlay = covered.unwrap_or_default();
        events.push(Event::Explained { explanation: Box::new(explanation), overlay });
    }
    Ok(events)
}

/// The training pictures that each model sees most like a picture, itself left out.
///
/// # Errors
/// When a device does not answer.
pub(super) async fn nearest_pictures(
    models: &[TrainedModel],
    inspection: &Inspection,
    (explained, picture): (ExplainedPicture, &Picture),
) -> Result<Event, Refusal> {
    let is_itself = |index: usize| matches!(explained, ExplainedPicture::Given(id) if inspection.pictures.get(index) == Some(&id));
    let training = || inspection.split.training.iter().copied().filter(|&i| !is_itself(i));
    let mut runs = Vec::with_capacity(inspection.runs.len());
    for inspected in &inspection.runs {
        let Some(trained) = models.iter().find(|trained| trained.run == inspected.run) else {
            continue;
        };
        let input = input_tensor(std::slice::from_ref(picture), &trained.device);
        let (features, _) = trained.model.features_and_logits(input);
        let query = read(features).await.map_err(|cause| unread(&cause))?;
        let rows = (inspected.features.as_slice(), inspection.width);
        let found = nearest(&query, rows, training(), NEAREST).into_iter();
        let neighbour = |(index, distance): (usize, f32)| {
            let picture = *inspection.pictures.get(index)?;
            Some(Neighbour { picture, class: *inspection.labels.get(index)?, distance })
        };
        let neighbours = found.filter_map(neighbour).collect();
        runs.push(NearestPictures { run: inspected.run, neighbours });
    }
    Ok(Event::NearestFound { picture: explained, runs })
}

/// There is nothing that could be explained.
pub(super) fn no_models() -> Refusal {
    Refusal {
        reason: "There is no trained model whose answers could be explained yet.".to_owned(),
        remedy: "Train one first.".to_owned(),
    }
}

/// There is no such block.
pub(super) fn unknown_block(block: usize) -> Refusal {
    Refusal {
        reason: format!("The network has no block {block}."),
        remedy: "Choose one of its blocks.".to_owned(),
    }
}

/// The picture is not there any more.
pub(super) fn picture_gone() -> Refusal {
    Refusal {
        reason: "The picture that was to be explained is not there any more.".to_owned(),
        remedy: "Ask about it again.".to_owned(),
    }
}

fn unknown_class() -> Refusal {
    Refusal {
        reason: "The trained models do not know that class.".to_owned(),
        remedy: "Choose a class that was there when they were trained, or train again.".to_owned(),
    }
}

/// A device did not answer.
pub(super) fn unread(cause: &ReadError) -> Refusal {
    Refusal {
        reason: format!("The explanation was not worked out: {cause}."),
        remedy: "Train again; if it happens again, compute on the CPU.".to_owned(),
    }
}
