//! A chain's place in Burn's graph of gradients: one node, however many layers it has.

use std::ops::Range;

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, NodeGuard, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;

use super::chain::{Chain, ChainOperation, Part, Passed};
use super::rounds::Course;
use super::{LayerKernels, ParameterGradients, Parameters};
use crate::model::STAGES;

/// Layers of the longest chain: of a whole network, whose stages have three at most.
const LAYERS: usize = 3 * STAGES;
/// Parents of a node in front of those that are the layers' own: the input, and a shortcut that has
/// begun before the chain.
const COMMON: usize = 2;
/// Parents for each layer: weight, scale and shift.
const OWN: usize = 3;
/// Parents of a chain of one layer, which is most often a head's, and of a part of a batch that is not
/// the last.
const SHORT: usize = COMMON + OWN;
/// Parents of any chain.
const LONG: usize = COMMON + OWN * LAYERS;

/// A node has so many parents, as Burn wants their number known when it is compiled. Those that a chain
/// has no use for are tensors that learn nothing.
#[derive(Debug)]
struct ChainNode<const PARENTS: usize>;

/// What a node remembers.
#[derive(Clone, Debug)]
struct Remembered<B: LayerKernels> {
    passed: Passed<B>,
    is_last: bool,
}

impl<B: LayerKernels, const PARENTS: usize> Backward<B, PARENTS> for ChainNode<PARENTS> {
    type State = Remembered<B>;

    fn backward(
        self,
        ops: Ops<Self::State, PARENTS>,
        grads: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let Remembered { passed, is_last } = ops.state;
        let course = passed.course.clone();
        let arrived = passed.backward(grads.consume::<B>(&ops.node));
        let mut register = |parent: usize, found| {
            if let Some(Some(node)) = ops.parents.get(parent) {
                grads.register::<B>(node.id, found);
            }
        };
        for (parent, found) in [arrived.input, arrived.begun].into_iter().enumerate() {
            found.into_iter().for_each(|found| register(parent, found));
        }
        if is_last {
            for (layer, found) in course.found() {
                let ParameterGradients { weight, scale, shift } = found;
                for (tensor, found) in [weight, scale, shift].into_iter().enumerate() {
                    register(COMMON + OWN * layer + tensor, found);
                }
            }
        }
    }
}

impl<B: LayerKernels, C: CheckpointStrategy> ChainOperation for Autodiff<B, C> {
    fn chain(input: FloatTensor<Self>, chain: Chain<Self>, part: Part) -> FloatTensor<Self> {
        let learns = |place: usize| {
            let (own, _) = &chain.links[place].layer;
            [&own.weight, &own.scale, &own.shift].into_iter().any(|tensor| tensor.is_tracked())
        };
        let first = (0..chain.links.len()).find(|&place| learns(place));
        let needs_input =
            input.is_tracked() || chain.begun.as_ref().is_some_and(|begun| begun.is_tracked());
        let goal = (if needs_input { 0 } else { first.unwrap_or(0) }, needs_input);
        // Until the gradients of what learns are due, one layer of it stands for all.
        let own = match first {
            Some(first) if !part.is_last => first..first + 1,
            _ => 0..chain.links.len(),
        };
        if own.len() <= (SHORT - COMMON) / OWN {
            tracked::<B, C, SHORT>(input, chain, part, own, goal)
        } else {
            tracked::<B, C, LONG>(input, chain, part, own, goal)
        }
    }
}

/// As [`ChainOperation::chain`], as a node whose parents are the tensors of the layers with the indices
/// `own`; the way back ends with the layer `last`, or with what lies in front of it.
fn tracked<B: LayerKernels, C: CheckpointStrategy, const PARENTS: usize>(
    input: FloatTensor<Autodiff<B, C>>,
    chain: Chain<Autodiff<B, C>>,
    Part { rounds, is_last }: Part,
    own: Range<usize>,
    (last, needs_input): (usize, bool),
) -> FloatTensor<Autodiff<B, C>> {
    let (input, node) = input.into_parts();
    // What takes the places that stay free.
    let nobody = <FloatTensor<Autodiff<B, C>>>::new(input.clone());
    let mut nodes = vec![node];
    let (begun, node) = chain.begun.map(|tensor| tensor.into_parts()).unzip();
    nodes.push(node.unwrap_or_else(|| nobody.node()));
    for link in &chain.links[own] {
        let (Parameters { weight, scale, shift, .. }, _) = &link.layer;
        nodes.extend([weight.node(), scale.node(), shift.node()]);
    }
    assert!(nodes.len() <= PARENTS, "a chain has no more layers than a network");
    let mut nodes = nodes.into_iter();
    let nodes: [NodeGuard; PARENTS] =
        std::array::from_fn(|_| nodes.next().unwrap_or_else(|| nobody.node()));
    let links = chain.links.into_iter().map(|link| {
        link.map(|(own, layer)| {
            let own = Parameters::<B> {
                weight: own.weight.into_primitive(),
                scale: own.scale.into_primitive(),
                shift: own.shift.into_primitive(),
                mean: own.mean.into_primitive(),
                variance: own.variance.into_primitive(),
            };
            (own, layer)
        })
    });
    match ChainNode::<PARENTS>.prepare::<C>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(prepared) => {
            let ready = |(own, layer)| B::ready(own, layer);
            let course = rounds.course::<B>(|| {
                let links = links.map(|link| link.map(ready)).collect();
                Course::new(links, last, needs_input)
            });
            let (passed, output) = Passed::forward(course, begun, input);
            prepared.finish(Remembered { passed, is_last }, output)
        }
        OpsKind::UnTracked(prepared) => {
            prepared.finish(Chain { links: links.collect(), begun }.forward(input))
        }
    }
}
