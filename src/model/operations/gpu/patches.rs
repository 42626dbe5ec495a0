//! The gradient of a full 3×3 convolution's input. Nothing in front of the stem learns, so this is
//! there to be right, not to be fast.

use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::Own;
use super::launch::{area_of, empty, workgroups};
use super::spatial::SIDE;
use kernels::{Area, EPSILON, Layer, TAPS};

/// Every number of the input gathers from the outputs that it took part in.
///
/// # Shapes
/// - gradient: `[batch, goal_height, goal_width, out]`
/// - weight: `[out, channels, 3, 3]`
/// - scale, variance: `[out]`
/// - target: `[batch, height, width, channels]`
#[cube(launch_unchecked)]
fn gather_back(
    gradient: &[f32],
    weight: &[f32],
    scale: &[f32],
    variance: &[f32],
    target: &mut [f32],
    numbers: usize,
    goal_height: usize,
    goal_width: usize,
    height: usize,
    width: usize,
    channels: usize,
    out: usize,
    #[comptime] stride: usize,
) {
    if ABSOLUTE_POS >= numbers {
        terminate!();
    }
    let channel = ABSOLUTE_POS % channels;
    let pixel = ABSOLUTE_POS / channels;
    let x = pixel % width;
    let y = pixel / width % height;
    let picture = pixel / width / height;
    let mut sum = 0.0f32;
    #[unroll]
    for tap in 0..TAPS {
        // One more than the row and the pixel that this weight reaches, strides apart.
        let row = y + 2 - comptime!(tap / SIDE) + comptime!(stride - 1);
        let column = x + 2 - comptime!(tap % SIDE) + comptime!(stride - 1);
        let is_there = row.is_multiple_of(stride)
            && column.is_multiple_of(stride)
            && row >= stride
            && column >= stride
            && row / stride <= goal_height
            && column / stride <= goal_width;
        if is_there {
            let from = ((picture * goal_height + row / stride - 1) * goal_width + column / stride
                - 1)
                * out;
            for output in 0..out {
                let factor = scale[output] / f32::sqrt(variance[output] + EPSILON);
                sum += gradient[from + output]
                    * weight[(output * channels + channel) * TAPS + tap]
                    * factor;
            }
        }
    }
    target[ABSOLUTE_POS] = sum;
}

/// The gradient of the input, of shape `area`, in one launch; behind a ReLU6 in front of it.
pub fn input_gradient(gradient: CubeTensor, area: Area, own: Own, layer: Layer) -> CubeTensor {
    let goal = area_of(&gradient);
    let output = empty(&gradient, area.shape());
    let (count, workgroup) = workgroups(&gradient, area.values());
    // Every index is kept below its limit by the kernel.
    unsafe {
        gather_back::launch_unchecked(
            &output.client,
            count,
            workgroup,
            gradient.into_buffer_arg(),
            own.weight.into_buffer_arg(),
            own.scale.into_buffer_arg(),
            own.variance.into_buffer_arg(),
            output.clone().into_buffer_arg(),
            area.values(),
            goal.height,
            goal.width,
            area.height,
            area.width,
            area.channels,
            goal.channels,
            layer.stride,
        );
    }
    output
}
