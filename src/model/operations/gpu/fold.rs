//! BatchNorm on frozen statistics, as the kernels fold it: what a channel is multiplied with, and
//! what is added to it. As `cpu/fold.rs`, for channels side by side.

use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::launch::{area_of, empty, vector_of, workgroups};
use kernels::EPSILON;

/// What each channel is multiplied with.
#[cube]
pub fn factor<N: Size>(scale: Vector<f32, N>, variance: Vector<f32, N>) -> Vector<f32, N> {
    scale / deviation::<N>(variance)
}

/// The standard deviation of each channel.
#[cube]
pub fn deviation<N: Size>(variance: Vector<f32, N>) -> Vector<f32, N> {
    Vector::sqrt(variance + Vector::new(EPSILON))
}

/// ReLU6, where there is one.
#[cube]
pub fn activated<N: Size>(value: Vector<f32, N>, #[comptime] is_clamped: bool) -> Vector<f32, N> {
    if comptime!(is_clamped) { clamp(value, Vector::new(0.0), Vector::new(6.0)) } else { value }
}

/// The gradient before a ReLU6, from the gradient behind it and what came out of it.
#[cube]
pub fn through_clamp<N: Size>(gradient: Vector<f32, N>, clamped: Vector<f32, N>) -> Vector<f32, N> {
    let passes =
        clamped.greater_than(&Vector::new(0.0)).vec_and(clamped.less_than(&Vector::new(6.0)));
    select_many(passes, gradient, Vector::new(0.0))
}

/// # Shapes
/// - all: `[length]`
#[cube(launch_unchecked)]
fn through_clamp_all<N: Size>(
    gradient: &[Vector<f32, N>],
    clamped: &[Vector<f32, N>],
    output: &mut [Vector<f32, N>],
    length: usize,
) {
    if ABSOLUTE_POS >= length {
        terminate!();
    }
    output[ABSOLUTE_POS] = through_clamp::<N>(gradient[ABSOLUTE_POS], clamped[ABSOLUTE_POS]);
}

/// The gradient before a ReLU6 in one launch.
pub fn gradient_through_clamp(gradient: CubeTensor, clamped: CubeTensor) -> CubeTensor {
    let area = area_of(&clamped);
    let output = empty(&clamped, area.shape());
    let vector = vector_of(area.values());
    let length = area.values() / vector;
    let (count, workgroup) = workgroups(&clamped, length);
    // The kernel keeps every index below the length.
    unsafe {
        through_clamp_all::launch_unchecked(
            &output.client,
            count,
            workgroup,
            vector,
            gradient.into_buffer_arg(),
            clamped.into_buffer_arg(),
            output.clone().into_buffer_arg(),
            length,
        );
    }
    output
}
