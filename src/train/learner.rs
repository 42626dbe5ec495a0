//! The network as it is trained and as it is asked: what is frozen, what learns, and the head.

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::activation::log_softmax;

use crate::model::{Head, Segment, pool};

/// The part of the network that learns.
#[derive(Module, Debug)]
pub(super) struct Learner {
    /// Stages behind the cut; empty for head only.
    pub segment: Segment,
    pub head: Head,
}

/// A backbone with a head, ready to name pictures.
#[derive(Clone, Debug)]
pub struct Model {
    pub(super) frozen: Segment,
    pub(super) learned: Learner,
}

impl Model {
    /// Probabilities of each class.
    ///
    /// # Shapes
    /// - input: pictures `[batch, side, side, 3]`
    /// - output: `[batch, classes]`
    pub fn probabilities(&self, pictures: Tensor<4>) -> Tensor<2> {
        let features = pool(self.learned.segment.forward(self.frozen.forward(pictures)));
        log_softmax(self.learned.head.forward(features), 1).exp()
    }

    /// The stages before the cut.
    pub fn frozen(&self) -> &Segment {
        &self.frozen
    }

    /// The stages behind the cut.
    pub fn learned(&self) -> &Segment {
        &self.learned.segment
    }

    /// The classifier.
    pub fn head(&self) -> &Head {
        &self.learned.head
    }
}
