//! The mean over height and width on Burn's CPU backend.

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;

use super::{Numbers, area_of, tensor};
use crate::model::operations::pooling::{PoolKernels, PoolOperation};
use kernels::Area;

impl PoolOperation for Flex {
    fn pool(activations: FlexTensor) -> FlexTensor {
        Self::pooled(activations)
    }
}

impl PoolKernels for Flex {
    fn pooled(activations: FlexTensor) -> FlexTensor {
        let area = area_of(&activations);
        let means = kernels::pool(Numbers::of(activations).all(), area);
        tensor(means, [area.batch, area.channels])
    }

    fn pool_gradient(gradient: FlexTensor, area: Area) -> FlexTensor {
        tensor(kernels::pool_gradient(Numbers::of(gradient).all(), area), area.shape())
    }
}
