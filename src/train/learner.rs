//! The network as it is trained and as it is asked: what is frozen, what learns, and the head.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::features::Numbers;
use crate::model::{Backbone, Head, NamedTensor, ReadError, Segment, pool};

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
    /// A logit for each class; [`softmax`](super::softmax) makes probabilities of them.
    ///
    /// # Shapes
    /// - input: pictures `[batch, side, side, 3]`
    /// - output: `[batch, classes]`
    pub fn logits(&self, pictures: Tensor<4>) -> Tensor<2> {
        self.features_and_logits(pictures).1
    }

    /// What the head is fed with, and what it makes of that.
    ///
    /// # Shapes
    /// - input: pictures `[batch, side, side, 3]`
    /// - output: `[batch, features]`, `[batch, classes]`
    pub fn features_and_logits(&self, pictures: Tensor<4>) -> (Tensor<2>, Tensor<2>) {
        let features = pool(self.learned.segment.forward(self.frozen.forward(pictures)));
        (features.clone(), self.learned.head.forward(features))
    }

    /// What was learned as plain numbers, with torchvision's names.
    ///
    /// # Errors
    /// When the device does not answer.
    pub async fn numbers(&self) -> Result<Vec<(String, Numbers)>, ReadError> {
        let mut numbers = Vec::new();
        let tensors = self.learned.segment.named_tensors().into_iter();
        for (name, tensor) in tensors.chain(self.learned.head.named_tensors()) {
            let read = match tensor {
                NamedTensor::One(tensor) => Numbers::read(tensor).await?,
                NamedTensor::Two(tensor) => Numbers::read(tensor).await?,
                NamedTensor::Four(tensor) => Numbers::read(tensor).await?,
            };
            numbers.push((name, read));
        }
        Ok(numbers)
    }

    /// The model that has learned these numbers from stage `first` on, and has the rest from `backbone`.
    /// `None` when the numbers do not fit, or lack a head.
    pub fn from_numbers(
        backbone: &Backbone,
        first: usize,
        numbers: Vec<(String, Numbers)>,
        device: &Device,
    ) -> Option<Self> {
        let tensors =
            numbers.into_iter().map(|(name, numbers)| (name, numbers.shape, numbers.values));
        let changed = backbone.with(tensors);
        let (frozen, segment) = changed.on(device).ok()?.cut_at(first);
        let head = changed.pretrained_head(device)?;
        Some(Self { frozen, learned: Learner { segment, head } })
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
