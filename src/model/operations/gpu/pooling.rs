//! The mean over height and width on a graphics card: one invocation a vector of channels.

use burn::backend::Cube;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::launch::{area_of, empty, in_order, vector_of, workgroups};
use crate::model::operations::pooling::{PoolKernels, PoolOperation};
use kernels::Area;

/// # Shapes
/// - activations: `[pictures, pixels, columns]`, in vectors
/// - means: `[pictures, columns]`, in vectors
#[cube(launch_unchecked)]
fn mean<N: Size>(
    activations: &[Vector<f32, N>],
    means: &mut [Vector<f32, N>],
    length: usize,
    pixels: usize,
    columns: usize,
    share: f32,
) {
    if ABSOLUTE_POS >= length {
        terminate!();
    }
    let first = ABSOLUTE_POS / columns * pixels * columns + ABSOLUTE_POS % columns;
    let mut sum = Vector::<f32, N>::new(0.0);
    for pixel in 0..pixels {
        sum += activations[first + pixel * columns];
    }
    means[ABSOLUTE_POS] = sum * Vector::new(share);
}

/// # Shapes
/// - gradient: `[pictures, columns]`, in vectors
/// - output: `[pictures, pixels, columns]`, in vectors
#[cube(launch_unchecked)]
fn spread<N: Size>(
    gradient: &[Vector<f32, N>],
    output: &mut [Vector<f32, N>],
    length: usize,
    pixels: usize,
    columns: usize,
    share: f32,
) {
    if ABSOLUTE_POS >= length {
        terminate!();
    }
    let picture = ABSOLUTE_POS / (columns * pixels);
    output[ABSOLUTE_POS] =
        gradient[picture * columns + ABSOLUTE_POS % columns] * Vector::new(share);
}

impl PoolOperation for Cube {
    fn pool(activations: CubeTensor) -> CubeTensor {
        Self::pooled(activations)
    }
}

impl PoolKernels for Cube {
    fn pooled(activations: CubeTensor) -> CubeTensor {
        let activations = in_order(activations);
        let area = area_of(&activations);
        let means = empty(&activations, [area.batch, area.channels]);
        let vector = vector_of(area.channels);
        let columns = area.channels / vector;
        let length = area.batch * columns;
        let pixels = area.height * area.width;
        let (count, workgroup) = workgroups(&means, length);
        // The kernel keeps every index below the length.
        unsafe {
            mean::launch_unchecked(
                &means.client,
                count,
                workgroup,
                vector,
                activations.into_buffer_arg(),
                means.clone().into_buffer_arg(),
                length,
                pixels,
                columns,
                1.0 / pixels as f32,
            );
        }
        means
    }

    fn pool_gradient(gradient: CubeTensor, area: Area) -> CubeTensor {
        let gradient = in_order(gradient);
        let output = empty(&gradient, area.shape());
        let vector = vector_of(area.channels);
        let length = area.values() / vector;
        let pixels = area.height * area.width;
        let (count, workgroup) = workgroups(&output, length);
        // The kernel keeps every index below the length.
        unsafe {
            spread::launch_unchecked(
                &output.client,
                count,
                workgroup,
                vector,
                gradient.into_buffer_arg(),
                output.clone().into_buffer_arg(),
                length,
                pixels,
                area.channels / vector,
                1.0 / pixels as f32,
            );
        }
        output
    }
}
