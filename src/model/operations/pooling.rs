//! The mean over height and width, between the backbone and the head.
//!
//! An own operation, though a tensor has means of its own: reductions of any tensor over any
//! dimension come with far more code than this one needs.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, TensorMetadata, backend_extension};
use burn::tensor::Tensor;

use kernels::Area;

/// The mean on a backend that may or may not keep track of gradients.
#[backend_extension(Cube: cfg(feature = "worker"), Flex, Autodiff)]
pub(crate) trait PoolOperation: Backend {
    /// # Shapes
    /// - activations: `[batch, height, width, channels]`
    /// - result: `[batch, channels]`
    fn pool(activations: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// The mean and its gradient on a backend that computes.
pub(crate) trait PoolKernels: Backend {
    /// As [`PoolOperation::pool`].
    fn pooled(activations: FloatTensor<Self>) -> FloatTensor<Self>;

    /// What each activation, of shape `area`, is to blame for.
    ///
    /// # Shapes
    /// - gradient: `[batch, channels]`
    /// - result: `[batch, height, width, channels]`
    fn pool_gradient(gradient: FloatTensor<Self>, area: Area) -> FloatTensor<Self>;
}

/// Parent: the activations.
#[derive(Debug)]
struct Pool;

impl<B: PoolKernels> Backward<B, 1> for Pool {
    type State = Area;

    fn backward(
        self,
        ops: Ops<Self::State, 1>,
        grads: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let gradient = grads.consume::<B>(&ops.node);
        if let [Some(parent)] = ops.parents {
            grads.register::<B>(parent.id, B::pool_gradient(gradient, ops.state));
        }
    }
}

impl<B: PoolKernels, C: CheckpointStrategy> PoolOperation for Autodiff<B, C> {
    fn pool(activations: FloatTensor<Self>) -> FloatTensor<Self> {
        let node = activations.node();
        let activations = activations.into_primitive();
        let area = Area::of(activations.shape().dims());
        match Pool.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => prepared.finish(area, B::pooled(activations)),
            OpsKind::UnTracked(prepared) => prepared.finish(B::pooled(activations)),
        }
    }
}

/// Mean over height and width.
///
/// # Shapes
/// - input: `[batch, height, width, channels]`
/// - output: `[batch, channels]`
pub fn pool(activations: Tensor<4>) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as PoolOperation>::pool(activations.into_dispatch()))
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn each_channel_has_its_mean_and_shares_its_gradient_out_evenly() {
        let device = Device::flex();
        // One picture of 1 × 2 pixels in three channels, another one.
        let activations = Tensor::<4>::from_floats(
            [[[[1.0, 2.0, 3.0], [5.0, -2.0, 0.0]]], [[[0.5, 0.0, 8.0], [0.5, 4.0, -8.0]]]],
            &device,
        );
        let activations = activations.autodiff().require_grad();
        let pooled = pool(activations.clone());
        let weights = Tensor::<2>::from_floats([[2.0, 4.0, 6.0], [-2.0, 0.0, 1.0]], &device);
        let gradients = (pooled.clone() * weights.autodiff()).sum().backward();
        let numbers = |data: burn::tensor::TensorData| data.try_into_vec_as::<f32>().unwrap();
        assert_eq!(numbers(pooled.inner().into_data()), [3.0, 0.0, 1.5, 0.5, 2.0, 0.0]);
        let found = activations.grad(&gradients).expect("it is in the graph");
        let expected = [1.0, 2.0, 3.0, 1.0, 2.0, 3.0, -1.0, 0.0, 0.5, -1.0, 0.0, 0.5];
        assert_eq!(numbers(found.into_data()), expected);
    }
}
