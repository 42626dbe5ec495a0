//! Looks through the pictures for what a person should know before anything is learned.

use std::collections::{BTreeMap, BTreeSet};

use super::concern::{Concern, IMBALANCE, TINY_SIDE};
use super::gallery::{Class, Gallery, Specimen};
use super::message::{ClassId, MINIMUM_PER_CLASS, PictureId};
use super::relations::Relation;
use crate::data::{MINIMUM_GROUPS, Scene, grouped};

/// A picture's place.
#[derive(Clone, Copy)]
struct Seat {
    class: ClassId,
    scene: Scene,
}

/// Everything that is worth a look, most harmful first.
pub(super) fn concerns(gallery: &Gallery) -> Vec<Concern> {
    let seats: BTreeMap<PictureId, Seat> = gallery
        .all()
        .map(|(class, scene, picture, _)| (picture, Seat { class: class.id, scene }))
        .collect();
    let mut found = copies(gallery, &seats);
    let those = |wanted: &dyn Fn(PictureId, &Specimen) -> bool| -> Vec<PictureId> {
        gallery.all().filter(|(_, _, id, held)| wanted(*id, held)).map(|(_, _, id, _)| id).collect()
    };
    let blank = those(&|id, _| gallery.relations().is_blank(id));
    if !blank.is_empty() {
        found.push(Concern::Blank { pictures: blank });
    }
    let tiny = those(&|_, held| held.width.min(held.height) < TINY_SIDE);
    if !tiny.is_empty() {
        found.push(Concern::Tiny { pictures: tiny });
    }
    let separate = separate(gallery);
    found.extend(gallery.filled().filter_map(|class| too_small(&separate, class)));
    found.extend(imbalance(gallery));
    found.sort_by_key(rank);
    found
}

fn rank(concern: &Concern) -> u8 {
    match concern {
        Concern::TwoClasses { .. } => 0,
        Concern::Leaked { .. } => 1,
        Concern::TooFew { .. } | Concern::TooAlike { .. } => 2,
        Concern::Copies { are_equal: true, .. } => 3,
        Concern::Blank { .. } => 4,
        Concern::Tiny { .. } => 5,
        Concern::Imbalance { .. } => 6,
        Concern::Copies { are_equal: false, .. } => 7,
    }
}

/// Pictures that are the same one: in a class, in several, and on both sides of a new setting.
fn copies(gallery: &Gallery, seats: &BTreeMap<PictureId, Seat>) -> Vec<Concern> {
    let ids: Vec<PictureId> = seats.keys().copied().collect();
    let place = |id: &PictureId| ids.binary_search(id).ok();
    let pairs = || {
        gallery
            .relations()
            .pairs()
            .filter_map(|(one, other, relation)| Some((place(&one)?, place(&other)?, relation)))
    };
    let groups = grouped(ids.len(), pairs().map(|(one, other, _)| (one, other)));
    let mut members: BTreeMap<usize, Vec<PictureId>> = BTreeMap::new();
    for (&group, &id) in groups.iter().zip(&ids) {
        members.entry(group).or_default().push(id);
    }
    let near: BTreeSet<usize> = pairs()
        .filter(|(.., relation)| *relation == Relation::Near)
        .filter_map(|(one, ..)| groups.get(one).copied())
        .collect();
    let mut found = Vec::new();
    for (group, members) in members.into_iter().filter(|(_, members)| members.len() > 1) {
        let seated: Vec<(PictureId, Seat)> =
            members.iter().filter_map(|id| Some((*id, *seats.get(id)?))).collect();
        let in_scene = |scene: Scene| -> Vec<(PictureId, ClassId)> {
            let those = seated.iter().filter(|(_, seat)| seat.scene == scene);
            those.map(|(id, seat)| (*id, seat.class)).collect()
        };
        let (usual, new) = (in_scene(Scene::Usual), in_scene(Scene::New));
        if !new.is_empty() && !usual.is_empty() {
            let pictures = new.iter().map(|(id, _)| *id).collect();
            found.push(Concern::Leaked { pictures });
        }
        let Some(&(_, class)) = usual.first() else { continue };
        if usual.iter().any(|(_, other)| *other != class) {
            found.push(Concern::TwoClasses { pictures: usual });
        } else if usual.len() > 1 {
            let pictures = usual.into_iter().map(|(id, _)| id).collect();
            found.push(Concern::Copies { class, pictures, are_equal: !near.contains(&group) });
        }
    }
    found
}

/// How many groups each class has of its own, as a split counts them: one that is of several classes is
/// only learned from.
fn separate(gallery: &Gallery) -> BTreeMap<ClassId, usize> {
    let (ids, classes): (Vec<PictureId>, Vec<ClassId>) = gallery
        .filled()
        .flat_map(|class| class.pictures.keys().map(move |id| (*id, class.id)))
        .unzip();
    let mut owners: BTreeMap<usize, Option<ClassId>> = BTreeMap::new();
    for (group, class) in gallery.groups(&ids).into_iter().zip(classes) {
        let owner = owners.entry(group).or_insert(Some(class));
        *owner = owner.filter(|owner| *owner == class);
    }
    let mut separate = BTreeMap::new();
    for class in owners.into_values().flatten() {
        *separate.entry(class).or_insert(0) += 1;
    }
    separate
}

fn too_small(separate: &BTreeMap<ClassId, usize>, class: &Class) -> Option<Concern> {
    let found = class.pictures.len();
    if found < MINIMUM_PER_CLASS {
        return Some(Concern::TooFew { class: class.id, found });
    }
    let found = separate.get(&class.id).copied().unwrap_or(0);
    (found < MINIMUM_GROUPS).then_some(Concern::TooAlike { class: class.id, found })
}

fn imbalance(gallery: &Gallery) -> Option<Concern> {
    let sizes = || gallery.filled().map(|class| (class.id, class.pictures.len()));
    let largest = sizes().max_by_key(|(_, size)| *size)?;
    let smallest = sizes().min_by_key(|(_, size)| *size)?;
    // One that is too small to take part is told as such.
    let is_told = smallest.1 >= MINIMUM_PER_CLASS && largest.1 > IMBALANCE * smallest.1;
    is_told.then_some(Concern::Imbalance { largest, smallest })
}
