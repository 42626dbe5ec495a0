//! What the parts of a batch share that goes through the same layers part by part.
//!
//! Few pictures at a time need little memory, most of which is still in a near cache on the way back.
//! What each part would do again is done once: BatchNorm is folded into the weights before the first
//! part, and the gradients of what learns are added up where they lie, and are known after the last.

use std::any::Any;
use std::sync::{Arc, Mutex, PoisonError};

use super::chain::Link;
use super::{LayerKernels, ParameterGradients};

/// What the parts of one batch share, on whichever backend they are. Only that one knows of what type it
/// is.
#[derive(Clone, Debug, Default)]
pub(in crate::model) struct Rounds(Arc<Mutex<Option<Box<dyn Any + Send>>>>);

/// Where every part goes, and what is to blame on the layers so far.
pub(super) struct Shared<B: LayerKernels> {
    course: Course<B>,
    /// A layer each; none where no gradient came by yet.
    pub sums: Vec<Option<B::Sums>>,
}

/// Where every part goes.
#[derive(Clone, Debug)]
pub(super) struct Course<B: LayerKernels> {
    pub links: Arc<[Link<B::Ready>]>,
    /// The layer that the way back ends with: the first that learns, or the first of all.
    pub last: usize,
    /// Whether somebody in front of it learns.
    pub needs_input: bool,
}

impl<B: LayerKernels> Shared<B> {
    /// The gradients of every layer that any came by, with its index.
    pub fn found(&mut self) -> impl Iterator<Item = (usize, ParameterGradients<B>)> {
        let layers = self.course.links.iter().zip(&mut self.sums).enumerate();
        layers
            .filter_map(|(index, (link, sums))| Some((index, B::found(&link.layer, sums.take()?))))
    }
}

impl Rounds {
    /// Whether a part was there before.
    pub(super) fn has_begun(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// The course, which `first` gives to the first part.
    pub(super) fn course<B: LayerKernels>(&self, first: impl FnOnce() -> Course<B>) -> Course<B> {
        let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = place.as_mut().and_then(|shared| shared.downcast_mut::<Shared<B>>()) {
            return shared.course.clone();
        }
        let course = first();
        let sums = course.links.iter().map(|_| None).collect();
        *place = Some(Box::new(Shared::<B> { course: course.clone(), sums }));
        course
    }

    /// Does something with what is shared; nothing before the layers are there.
    pub(super) fn with<B: LayerKernels>(&self, act: impl FnOnce(&mut Shared<B>)) {
        let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = place.as_mut().and_then(|shared| shared.downcast_mut::<Shared<B>>()) {
            act(shared);
        }
    }
}
