//! The layer's place in Burn's graph of gradients.

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;

use super::{LayerKernels, LayerOperation, Parameters, Shortcut};
use kernels::{Activation, Layer};

/// What the backward step needs of the forward one. Tensors are shared, not copied.
#[derive(Clone, Debug)]
struct Remembered<B: LayerKernels> {
    input: FloatTensor<B>,
    parameters: Parameters<B>,
    /// Only where the layer has to go back through its own ReLU6.
    clamped: Option<FloatTensor<B>>,
    layer: Layer,
}

/// Parents: input, weight, scale, shift, and the shortcut if there is one.
#[derive(Debug)]
struct Convolution<const PARENTS: usize>;

impl<B: LayerKernels, const PARENTS: usize> Backward<B, PARENTS> for Convolution<PARENTS> {
    type State = Remembered<B>;

    fn backward(
        self,
        ops: Ops<Self::State, PARENTS>,
        grads: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let Remembered { input, parameters, clamped, layer } = ops.state;
        let mut gradient = grads.consume::<B>(&ops.node);
        if let Some(clamped) = clamped {
            gradient = B::gradient_through_clamp(gradient, clamped);
        }
        let parent = |index: usize| ops.parents.get(index).and_then(Option::as_ref);
        if let Some(shortcut) = parent(4) {
            grads.register::<B>(shortcut.id, gradient.clone());
        }
        // The first layer that learns owes nobody the gradient of its input.
        let needs_input = parent(0).is_some();
        let found = B::gradients(gradient, input, parameters, layer, needs_input);
        let learned = found.parameters;
        for (index, found) in [(1, learned.weight), (2, learned.scale), (3, learned.shift)] {
            if let Some(node) = parent(index) {
                grads.register::<B>(node.id, found);
            }
        }
        if let (Some(node), Some(found)) = (parent(0), found.input) {
            grads.register::<B>(node.id, found);
        }
    }
}

impl<B: LayerKernels, C: CheckpointStrategy> LayerOperation for Autodiff<B, C> {
    fn normalised_convolution(
        input: FloatTensor<Self>,
        parameters: Parameters<Self>,
        shortcut: Shortcut<Self>,
        layer: Layer,
    ) -> FloatTensor<Self> {
        let nodes = [&input, &parameters.weight, &parameters.scale, &parameters.shift]
            .map(|tensor| tensor.node());
        let input = input.into_primitive();
        let parameters = Parameters::<B> {
            weight: parameters.weight.into_primitive(),
            scale: parameters.scale.into_primitive(),
            shift: parameters.shift.into_primitive(),
            mean: parameters.mean.into_primitive(),
            variance: parameters.variance.into_primitive(),
        };
        let forward = |shortcut: Option<FloatTensor<B>>| {
            B::convolve(input.clone(), parameters.clone(), shortcut, layer)
        };
        let remembered = |output: &FloatTensor<B>| Remembered {
            input: input.clone(),
            parameters: parameters.clone(),
            clamped: (layer.activation == Activation::Clamped).then(|| output.clone()),
            layer,
        };
        match shortcut {
            Shortcut::None => match Convolution::<4>.prepare::<C>(nodes).compute_bound().stateful()
            {
                OpsKind::Tracked(prepared) => {
                    let output = forward(None);
                    prepared.finish(remembered(&output), output)
                }
                OpsKind::UnTracked(prepared) => prepared.finish(forward(None)),
            },
            Shortcut::Added(shortcut) => {
                let (shortcut, node) = shortcut.into_parts();
                let [input_node, weight, scale, shift] = nodes;
                let nodes = [input_node, weight, scale, shift, node];
                match Convolution::<5>.prepare::<C>(nodes).compute_bound().stateful() {
                    OpsKind::Tracked(prepared) => {
                        let output = forward(Some(shortcut));
                        prepared.finish(remembered(&output), output)
                    }
                    OpsKind::UnTracked(prepared) => prepared.finish(forward(Some(shortcut))),
                }
            }
        }
    }
}
