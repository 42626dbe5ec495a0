//! Layers one behind the other, as one operation.
//!
//! A network has fifty layers with three tensors each that learn, and Burn's graph of gradients takes its
//! time for each node. So all that a batch goes through without anybody looking is one node.

use std::sync::PoisonError;

use burn::backend::tensor::FloatTensor;
use burn::backend::{
    Backend, BackendTensor, Dispatch, DispatchAutodiffContext, DispatchTensor, DispatchTensorKind,
    ExtensionType, backend_extension,
};
use burn::tensor::Tensor;

use super::rounds::{Course, Rounds};
use super::{LayerKernels, LayerTensors, Parameters};
use kernels::{Activation, Kind, Layer};

/// What a layer has to do with the shortcut around some layers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::model) enum Shortcut {
    /// Nothing.
    None,
    /// Its input is what a later layer adds.
    Begins,
    /// What an earlier layer was fed with is added to its output.
    Ends,
}

/// A layer in its place.
#[derive(Clone, Debug)]
pub(super) struct Link<L> {
    pub layer: L,
    /// What comes behind its BatchNorm.
    pub activation: Activation,
    pub shortcut: Shortcut,
}

impl<L> Link<L> {
    pub fn map<M>(self, map: impl FnOnce(L) -> M) -> Link<M> {
        Link { layer: map(self.layer), activation: self.activation, shortcut: self.shortcut }
    }
}

/// Layers one behind the other.
#[derive(Clone)]
pub(crate) struct Chain<B: Backend> {
    pub(super) links: Vec<Link<(Parameters<B>, Layer)>>,
    /// Where the first shortcut that ends has begun before the chain: what it adds.
    pub(super) begun: Option<FloatTensor<B>>,
}

/// Which part of a batch goes through.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// What it shares with the others.
    pub rounds: Rounds,
    /// Whether it is the last, with which the gradients of all come.
    pub is_last: bool,
}

/// A chain on a backend that may or may not keep track of gradients.
#[backend_extension(Cube: cfg(feature = "worker"), Flex, Autodiff)]
pub(crate) trait ChainOperation: Backend {
    /// # Shapes
    /// - input: `[batch, height, width, in]` of the first layer
    /// - result: `[batch, height, width, out]` of the last layer
    fn chain(
        input: FloatTensor<Self>,
        #[extension_type] chain: Chain<Self>,
        part: Part,
    ) -> FloatTensor<Self>;
}

/// On its way forward, with what a shortcut will add.
struct Walk<B: Backend> {
    added: Option<FloatTensor<B>>,
}

impl<B: LayerKernels> Walk<B> {
    fn step(
        &mut self,
        value: FloatTensor<B>,
        ready: &B::Ready,
        shortcut: Shortcut,
    ) -> FloatTensor<B> {
        if shortcut == Shortcut::Begins {
            self.added = Some(value.clone());
        }
        let added = if shortcut == Shortcut::Ends { self.added.take() } else { None };
        B::convolve(value, ready, added)
    }
}

impl<B: LayerKernels> Chain<B> {
    /// What the last layer makes of the input. What no layer needs any more is gone.
    pub(super) fn forward(self, input: FloatTensor<B>) -> FloatTensor<B> {
        let mut walk = Walk::<B> { added: self.begun };
        self.links.into_iter().fold(input, |value, link| {
            let (parameters, layer) = link.layer;
            walk.step(value, &B::ready(parameters, layer), link.shortcut)
        })
    }
}

/// What the way back through a chain needs of the way forward. Tensors are shared, not copied.
#[derive(Clone, Debug)]
pub(super) struct Passed<B: LayerKernels> {
    pub course: Course<B>,
    /// Of every layer.
    inputs: Vec<FloatTensor<B>>,
    /// Of the last layer, where it has to go back through its own ReLU6.
    output: Option<FloatTensor<B>>,
}

/// What a chain's way back finds for what is in front of it.
pub(super) struct Arrived<B: Backend> {
    /// The gradient of the input, where the way back went that far.
    pub input: Option<FloatTensor<B>>,
    /// That of a shortcut that has begun before the chain.
    pub begun: Option<FloatTensor<B>>,
}

impl<B: LayerKernels> Passed<B> {
    /// Goes forward and keeps what the way back needs.
    pub fn forward(
        course: Course<B>,
        begun: Option<FloatTensor<B>>,
        input: FloatTensor<B>,
    ) -> (Self, FloatTensor<B>) {
        let links = &course.links;
        let mut walk = Walk::<B> { added: begun };
        let mut inputs = Vec::with_capacity(links.len());
        let output = links.iter().fold(input, |value, link| {
            inputs.push(value.clone());
            walk.step(value, &link.layer, link.shortcut)
        });
        let is_clamped = |link: &Link<_>| link.activation == Activation::Clamped;
        let kept = links.last().is_some_and(is_clamped).then(|| output.clone());
        (Self { course, inputs, output: kept }, output)
    }

    /// Goes back until the last layer of the course, and further to its input where somebody needs it.
    /// What is to blame on each layer is added to its sums.
    pub fn backward(mut self, mut gradient: FloatTensor<B>) -> Arrived<B> {
        let mut added = None;
        let mut output = self.output;
        let Course { links: all, last, needs_input, sums } = self.course;
        let mut sums = sums.lock().unwrap_or_else(PoisonError::into_inner);
        let links = all.iter().zip(sums.iter_mut()).enumerate().skip(last).rev();
        for (index, (Link { layer, activation, shortcut }, sums)) in links {
            let Some(input) = self.inputs.pop() else { break };
            if let Some(clamped) = output.filter(|_| *activation == Activation::Clamped) {
                gradient = B::gradient_through_clamp(gradient, clamped);
            }
            if *shortcut == Shortcut::Ends {
                added = Some(gradient.clone());
            }
            let before = index.checked_sub(1).map(|before| all[before].activation);
            output = (before == Some(Activation::Clamped)).then(|| input.clone());
            let needs_input = needs_input || index > last;
            let Some(found) = B::add_gradients(gradient, input, layer, needs_input, sums) else {
                return Arrived { input: None, begun: added };
            };
            gradient = match added.take_if(|_| *shortcut == Shortcut::Begins) {
                Some(added) => B::float_add(found, added),
                None => found,
            };
        }
        Arrived { input: Some(gradient), begun: added }
    }
}

/// A chain of layers on any device.
pub(in crate::model) struct Layers {
    chain: Chain<Dispatch>,
    /// The first layer that learns.
    first_learning: Option<usize>,
    /// Whether a shortcut has begun that has not ended.
    is_open: bool,
}

impl Layers {
    /// No layer yet.
    pub fn new() -> Self {
        Self::behind(None)
    }

    /// No layer yet; the first shortcut to end adds `begun`.
    pub fn behind(begun: Option<Tensor<4>>) -> Self {
        let chain = Chain { links: Vec::new(), begun: begun.map(Tensor::into_dispatch) };
        let is_open = chain.begun.is_some();
        Self { chain, first_learning: None, is_open }
    }

    /// Puts a layer behind those that are there.
    pub fn push(&mut self, tensors: LayerTensors, layer: Layer, shortcut: Shortcut) {
        if shortcut == Shortcut::Ends {
            // The kernels of other layers do not look for one.
            assert!(layer.kind == Kind::Pointwise, "a shortcut ends at a 1×1 layer");
            assert!(self.is_open, "a shortcut that ends has begun");
        }
        self.is_open = match shortcut {
            Shortcut::None => self.is_open,
            Shortcut::Begins => true,
            Shortcut::Ends => false,
        };
        if tensors.learn() {
            self.first_learning.get_or_insert(self.chain.links.len());
        }
        let activation = layer.activation;
        self.chain.links.push(Link { layer: (tensors.into(), layer), activation, shortcut });
    }

    /// What they make of the input, which is the input itself where there is no layer.
    ///
    /// # Shapes
    /// - input: `[batch, height, width, in]` of the first layer
    /// - result: `[batch, height, width, out]` of the last layer
    pub fn forward(self, input: Tensor<4>) -> Tensor<4> {
        let part = Part { rounds: Rounds::default(), is_last: true };
        if self.chain.links.is_empty() { input } else { go(input, self.chain, part) }
    }

    /// What they make of a part of a batch. The other parts have gone or go through the same layers.
    /// Shapes as in [`Layers::forward`].
    ///
    /// # Panics
    /// When a shortcut has begun before them, since it would be that of the first part.
    pub fn forward_part(&self, input: Tensor<4>, part: Part) -> Tensor<4> {
        assert!(self.chain.begun.is_none(), "a shortcut begins in every part anew");
        match self.first_learning {
            _ if self.chain.links.is_empty() => input,
            // The course is known, and no gradients are due: one layer stands for all.
            Some(first) if part.rounds.has_begun() && !part.is_last => {
                let links = vec![self.chain.links[first].clone()];
                go(input, Chain { links, begun: None }, part)
            }
            _ => go(input, self.chain.clone(), part),
        }
    }
}

fn go(input: Tensor<4>, chain: Chain<Dispatch>, part: Part) -> Tensor<4> {
    Tensor::from_dispatch(<Dispatch as ChainOperation>::chain(input.into_dispatch(), chain, part))
}

/// The derived one knows no lists.
impl<B: Backend> ExtensionType<B> for Chain<B> {
    type Target = Chain<Dispatch>;

    fn map_to_dispatch<F>(self, map_kind: F, autodiff: DispatchAutodiffContext) -> Self::Target
    where
        F: Fn(BackendTensor<B>) -> DispatchTensorKind,
    {
        let tensor =
            |tensor| DispatchTensor { kind: map_kind(BackendTensor::Float(tensor)), autodiff };
        let own = |(parameters, layer): (Parameters<B>, Layer)| {
            (parameters.map_to_dispatch(&map_kind, autodiff), layer)
        };
        let links = self.links.into_iter().map(|link| link.map(own)).collect();
        Chain { links, begun: self.begun.map(tensor) }
    }

    fn map_from_dispatch<F>(target: Self::Target, unwrap_kind: F) -> Self
    where
        F: Fn(DispatchTensor) -> BackendTensor<B>,
    {
        let own = |(parameters, layer): (Parameters<Dispatch>, Layer)| {
            (Parameters::map_from_dispatch(parameters, &unwrap_kind), layer)
        };
        Self {
            links: target.links.into_iter().map(|link| link.map(own)).collect(),
            begun: target.begun.map(|tensor| unwrap_kind(tensor).float()),
        }
    }

    fn routing_tensor(target: &Self::Target) -> Option<&DispatchTensor> {
        target.links.first().map(|link| &link.layer.0.weight)
    }

    fn routing_float_tensor(target: &Self::Target) -> Option<&DispatchTensor> {
        Self::routing_tensor(target)
    }

    fn autodiff_context(target: &Self::Target) -> DispatchAutodiffContext {
        let links = target.links.iter();
        let own = links.map(|link| Parameters::<B>::autodiff_context(&link.layer.0));
        own.chain(target.begun.iter().map(|tensor| tensor.autodiff))
            .fold(DispatchAutodiffContext::Disabled, DispatchAutodiffContext::merge)
    }
}
