//! Which pictures are the same one, found as they come.

use std::collections::BTreeMap;

use super::message::PictureId;
use crate::data::{Likeness, Picture};

/// Most pictures that a new one is laid over, and that it is linked to: of a hundred copies forty are
/// enough to find all hundred, and a thousand copies are not half a million pairs.
const MOST_COMPARED: usize = 40;

/// Pictures that a new one is found to be near to, after which no more are looked for: each takes some
/// milliseconds, and what is near to those is linked through them.
const MOST_NEAR: usize = 8;

/// How two pictures are related.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Relation {
    /// The network sees the same pixels.
    Equal,
    /// One is the other, cropped, scaled or saved again.
    Near,
}

/// What all pictures are known by, and which are the same one. Pictures that were taken out stay until
/// they are forgotten.
#[derive(Default)]
pub(super) struct Relations {
    known: BTreeMap<PictureId, (Picture, Likeness)>,
    /// Each with the smaller id first.
    pairs: BTreeMap<(PictureId, PictureId), Relation>,
}

impl Relations {
    /// Takes in a picture and finds the others that it is the same as.
    pub fn add(&mut self, id: PictureId, picture: &Picture, likeness: Likeness) {
        self.forget(id);
        let mut close: Vec<(u32, PictureId)> = Vec::new();
        let mut found = Vec::new();
        for (&other, (other_picture, other_likeness)) in &self.known {
            if picture == other_picture {
                if found.len() < MOST_COMPARED {
                    found.push((other, Relation::Equal));
                }
                continue;
            }
            let distance = likeness.distance(other_likeness);
            if Likeness::is_close(distance) {
                close.push((distance, other));
            }
        }
        close.sort_unstable();
        let mut near = 0;
        for (_, other) in close.into_iter().take(MOST_COMPARED - found.len()) {
            if near == MOST_NEAR {
                break;
            }
            if self.known.get(&other).is_some_and(|(_, known)| likeness.is_same(known)) {
                found.push((other, Relation::Near));
                near += 1;
            }
        }
        for (other, relation) in found {
            self.pairs.insert((id.min(other), id.max(other)), relation);
        }
        self.known.insert(id, (picture.clone(), likeness));
    }

    /// Forgets a picture.
    pub fn forget(&mut self, id: PictureId) {
        if self.known.remove(&id).is_some() {
            self.pairs.retain(|&(one, other), _| one != id && other != id);
        }
    }

    /// Whether a picture is of one colour.
    pub fn is_blank(&self, id: PictureId) -> bool {
        self.known.get(&id).is_some_and(|(_, likeness)| likeness.is_faint())
    }

    /// Pairs of pictures that are the same one.
    pub fn pairs(&self) -> impl Iterator<Item = (PictureId, PictureId, Relation)> {
        self.pairs.iter().map(|(&(one, other), &relation)| (one, other, relation))
    }
}
