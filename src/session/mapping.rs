//! A map of all pictures, worked out piece by piece.

use super::inspecting::Inspection;
use super::message::{MapMethod, MapQuality, MappedFeatures, MappedPicture, Part, PictureMap};
use crate::data::spread;
use crate::measure::{Gathering, NeighbourMap, Principal, PrincipalSearch, Products, turned_onto};
use crate::train::best_classes;

/// Most pictures of a map: t-SNE looks at every pair of them hundreds of times.
const MOST: usize = 1_000;

/// How much of a map's work is done between two looks at it.
const SHOWN_EVERY: f64 = 0.1;

/// What maps of some features are made from.
pub(super) struct Known {
    features: MappedFeatures,
    products: Products,
    principal: Principal,
}

/// A map in the making.
pub(super) struct Mapping {
    features: MappedFeatures,
    method: MapMethod,
    stage: Stage,
    /// The progress that was last shown.
    shown: f64,
}

enum Stage {
    /// The next thing to do is to be found out.
    Between,
    /// Of these features the products are worked out.
    Gathering(MappedFeatures, Gathering),
    /// And then the principal components.
    Searching(MappedFeatures, Products, PrincipalSearch),
    /// Neighbours are brought together.
    Moving(Box<NeighbourMap>),
}

impl Mapping {
    pub fn begin(features: MappedFeatures, method: MapMethod) -> Self {
        Self { features, method, stage: Stage::Between, shown: 0.0 }
    }

    /// Does the next small piece. Gives a map where there is one to show; it is done when its progress
    /// is whole. An inspection without these features gives an empty one.
    pub fn work(&mut self, inspection: &Inspection, known: &mut Vec<Known>) -> Option<PictureMap> {
        match std::mem::replace(&mut self.stage, Stage::Between) {
            Stage::Between => return self.go_on(inspection, known),
            Stage::Gathering(features, mut gathering) => {
                self.stage = if gathering.advance() {
                    let products = gathering.finish();
                    let search = PrincipalSearch::begin(products.count());
                    Stage::Searching(features, products, search)
                } else {
                    Stage::Gathering(features, gathering)
                };
            }
            Stage::Searching(features, products, mut search) => match search.advance(&products) {
                Some(principal) => {
                    known.push(Known { features, principal: turned(principal, known), products })
                }
                None => self.stage = Stage::Searching(features, products, search),
            },
            Stage::Moving(mut moving) => {
                let own = known.iter().find(|known| known.features == self.features)?;
                let is_done = moving.advance(&own.products);
                let progress = if is_done { 1.0 } else { moving.progress().min(0.999) };
                let is_shown = is_done || progress - self.shown >= SHOWN_EVERY;
                let map = is_shown.then(|| {
                    self.shown = progress;
                    let quality = MapQuality::Divergence(moving.divergence());
                    self.map(inspection, &moving.points(), quality, progress)
                });
                self.stage = Stage::Moving(moving);
                return map;
            }
        }
        None
    }

    /// Begins with what is missing, or shows what is there. The pretrained features come first, since
    /// the maps of all others are turned onto theirs.
    fn go_on(&mut self, inspection: &Inspection, known: &[Known]) -> Option<PictureMap> {
        let is_missing =
            |features: &MappedFeatures| known.iter().all(|known| known.features != *features);
        let wanted = [MappedFeatures::Pretrained, self.features];
        if let Some(features) = wanted.into_iter().find(is_missing) {
            let rows = rows_of(inspection, features);
            self.stage = Stage::Gathering(features, Gathering::begin(&rows, inspection.width));
            return None;
        }
        let own = known.iter().find(|known| known.features == self.features)?;
        let Principal { points, shares } = &own.principal;
        let quality = MapQuality::Shares(shares.map(|share| share as f32));
        match self.method {
            MapMethod::Principal => Some(self.map(inspection, points, quality, 1.0)),
            MapMethod::Neighbours => {
                self.stage = Stage::Moving(Box::new(NeighbourMap::begin(points)));
                None
            }
        }
    }

    fn map(
        &self,
        inspection: &Inspection,
        points: &[[f64; 2]],
        quality: MapQuality,
        progress: f64,
    ) -> PictureMap {
        let classes = inspection.classes.len();
        let answers: Vec<Vec<usize>> =
            inspection.runs.iter().map(|run| best_classes(&run.logits, classes)).collect();
        let placed = shown(inspection).into_iter().zip(points);
        let picture = |(index, point): (usize, &[f64; 2])| {
            Some(MappedPicture {
                picture: *inspection.pictures.get(index)?,
                class: *inspection.labels.get(index)?,
                part: part_of(inspection, index),
                answers: answers.iter().filter_map(|run| run.get(index).copied()).collect(),
                place: point.map(|at| at as f32),
            })
        };
        PictureMap {
            features: self.features,
            method: self.method,
            runs: inspection.runs.iter().map(|run| run.run).collect(),
            pictures: placed.filter_map(picture).collect(),
            total: inspection.pictures.len(),
            quality,
            progress,
        }
    }
}

/// The components turned so that they can be compared with those of the pretrained features.
fn turned(principal: Principal, known: &[Known]) -> Principal {
    match known.iter().find(|known| known.features == MappedFeatures::Pretrained) {
        Some(onto) => Principal {
            points: turned_onto(&principal.points, &onto.principal.points),
            ..principal
        },
        None => principal,
    }
}

/// The pictures that are on a map.
fn shown(inspection: &Inspection) -> Vec<usize> {
    spread(&(0..inspection.pictures.len()).collect::<Vec<_>>(), MOST)
}

/// The features of those pictures, one row behind the other.
fn rows_of(inspection: &Inspection, features: MappedFeatures) -> Vec<f32> {
    let rows = match features {
        MappedFeatures::Pretrained => Some(&inspection.pretrained),
        MappedFeatures::Run(run) => {
            let inspected = inspection.runs.iter().find(|inspected| inspected.run == run);
            inspected.map(|inspected| &inspected.features)
        }
    };
    let width = inspection.width;
    let row = |index: usize| rows.and_then(|rows| rows.get(index * width..(index + 1) * width));
    shown(inspection).into_iter().filter_map(row).flatten().copied().collect()
}

fn part_of(inspection: &Inspection, index: usize) -> Part {
    if inspection.split.test.contains(&index) {
        Part::Test
    } else if inspection.split.validation.contains(&index) {
        Part::Validation
    } else {
        Part::Training
    }
}
