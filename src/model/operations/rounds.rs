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

/// Where every part goes.
#[derive(Clone, Debug)]
pub(super) struct Course<B: LayerKernels> {
    pub links: Arc<[Link<B::Ready>]>,
    /// The layer that the way back ends with: the first that learns, or the first of all.
    pub last: usize,
    /// Whether somebody in front of it learns.
    pub needs_input: bool,
    /// What is to blame on each layer so far; none where no gradient came by yet.
    pub sums: Arc<Mutex<Vec<Option<B::Sums>>>>,
}

impl<B: LayerKernels> Course<B> {
    /// Before the first part.
    pub fn new(links: Arc<[Link<B::Ready>]>, last: usize, needs_input: bool) -> Self {
        let sums = Arc::new(Mutex::new(links.iter().map(|_| None).collect()));
        Self { links, last, needs_input, sums }
    }

    /// The gradients of every layer that any came by, with its index. Afterwards there are none.
    pub fn found(&self) -> Vec<(usize, ParameterGradients<B>)> {
        let mut sums = self.sums.lock().unwrap_or_else(PoisonError::into_inner);
        let layers = self.links.iter().zip(sums.iter_mut()).enumerate();
        let found = layers
            .filter_map(|(index, (link, sums))| Some((index, B::found(&link.layer, sums.take()?))));
        found.collect()
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
        if let Some(course) = place.as_ref().and_then(|shared| shared.downcast_ref::<Course<B>>()) {
            return course.clone();
        }
        let course = first();
        *place = Some(Box::new(course.clone()));
        course
    }
}
