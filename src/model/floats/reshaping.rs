//! The same numbers in another shape, forward and back.
//!
//! Burn's own way back also sums over dimensions of one, which never happens here, and so brings along
//! reductions with all their kernels.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::ops::FloatTensorOps;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Flex, TensorMetadata, backend_extension};
use burn::tensor::Shape;

/// A change of shape on a backend that may or may not keep track of gradients.
#[backend_extension(Cube: cfg(feature = "worker"), Flex, Autodiff)]
pub(crate) trait ReshapeOperation: Backend {
    /// # Shapes
    /// - tensor: any; result: `shape`, of as many numbers
    fn reshaped(tensor: FloatTensor<Self>, shape: Shape) -> FloatTensor<Self>;
}

impl ReshapeOperation for Flex {
    fn reshaped(tensor: FloatTensor<Self>, shape: Shape) -> FloatTensor<Self> {
        Self::float_reshape(tensor, shape)
    }
}

#[cfg(feature = "worker")]
impl ReshapeOperation for burn::backend::Cube {
    fn reshaped(tensor: FloatTensor<Self>, shape: Shape) -> FloatTensor<Self> {
        Self::float_reshape(tensor, shape)
    }
}

/// Parent: the tensor.
#[derive(Debug)]
struct Reshape;

impl<B: ReshapeOperation> Backward<B, 1> for Reshape {
    /// The tensor's own shape.
    type State = Shape;

    fn backward(
        self,
        ops: Ops<Self::State, 1>,
        grads: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let gradient = grads.consume::<B>(&ops.node);
        if let [Some(tensor)] = ops.parents {
            grads.register::<B>(tensor.id, B::reshaped(gradient, ops.state));
        }
    }
}

impl<B: ReshapeOperation, C: CheckpointStrategy> ReshapeOperation for Autodiff<B, C> {
    fn reshaped(tensor: FloatTensor<Self>, shape: Shape) -> FloatTensor<Self> {
        let (node, before) = (tensor.node(), tensor.shape());
        let result = B::reshaped(tensor.into_primitive(), shape);
        match Reshape.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => prepared.finish(before, result),
            OpsKind::UnTracked(prepared) => prepared.finish(result),
        }
    }
}
