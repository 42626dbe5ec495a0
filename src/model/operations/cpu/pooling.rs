//! The mean over height and width on Burn's CPU backend.

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;

use super::{Numbers, area_of, tensor};
use crate::model::operations::layer::Area;
use crate::model::operations::pooling::{PoolKernels, PoolOperation};

impl PoolOperation for Flex {
    fn pool(activations: FlexTensor) -> FlexTensor {
        Self::pooled(activations)
    }
}

impl PoolKernels for Flex {
    fn pooled(activations: FlexTensor) -> FlexTensor {
        let area = area_of(&activations);
        let activations = Numbers::of(activations);
        let share = share(area);
        let mut means = vec![0.0; area.batch * area.channels];
        let pictures = activations.all().chunks_exact(picture(area));
        for (picture, means) in pictures.zip(means.chunks_exact_mut(area.channels.max(1))) {
            for pixel in picture.chunks_exact(area.channels) {
                means.iter_mut().zip(pixel).for_each(|(mean, value)| *mean += value);
            }
            means.iter_mut().for_each(|mean| *mean *= share);
        }
        tensor(means, [area.batch, area.channels])
    }

    fn pool_gradient(gradient: FlexTensor, area: Area) -> FlexTensor {
        let gradient = Numbers::of(gradient);
        let share = share(area);
        let mut values = vec![0.0; area.values()];
        let rows = gradient.all().chunks_exact(area.channels.max(1));
        for (row, picture) in rows.zip(values.chunks_exact_mut(picture(area))) {
            for pixel in picture.chunks_exact_mut(area.channels) {
                pixel.iter_mut().zip(row).for_each(|(value, row)| *value = row * share);
            }
        }
        tensor(values, area.shape())
    }
}

/// Numbers of a picture, one at least.
fn picture(area: Area) -> usize {
    (area.height * area.row()).max(1)
}

/// What one pixel has of the mean.
fn share(area: Area) -> f32 {
    1.0 / (area.height * area.width) as f32
}
