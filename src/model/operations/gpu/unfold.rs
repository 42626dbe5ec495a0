//! The second phase of the gradients of a layer's own tensors: the shares of the first are added
//! up, and the gradients of the folded weights become those of weight, scale and shift. As
//! `cpu/fold.rs`.

use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::Own;
use super::launch::{INVOCATIONS, aligned, empty, part, workgroups};
use super::weights::Partial;
use kernels::EPSILON;

/// Invocations of a workgroup, as a length.
const ALL: usize = INVOCATIONS as usize;

/// Some invocations side by side share a channel's weights, and add up what they found in order.
///
/// # Shapes
/// - partial: `[shares, channels, each]`, and from `shifts_at` on `[shares, channels]`
/// - weight, weight_gradient: `[channels, each]`
/// - scale, mean, variance: `[channels]`
/// - norm_gradient: `[channels]` for the scale, and from `shift_at` on `[channels]` for the shift
#[cube(launch_unchecked)]
fn unfold(
    partial: &[f32],
    weight: &[f32],
    scale: &[f32],
    mean: &[f32],
    variance: &[f32],
    weight_gradient: &mut [f32],
    norm_gradient: &mut [f32],
    shares: usize,
    channels: usize,
    each: usize,
    shifts_at: usize,
    shift_at: usize,
    #[comptime] lanes: usize,
) {
    let lane = UNIT_POS as usize % lanes;
    let channel = CUBE_POS * comptime!(ALL / lanes) + UNIT_POS as usize / lanes;
    let mut along = Shared::<[f32]>::new_slice(ALL);
    let mut shift = Shared::<[f32]>::new_slice(ALL);
    let mut along_here = 0.0f32;
    let mut shift_here = 0.0f32;
    if channel < channels {
        let factor = scale[channel] / f32::sqrt(variance[channel] + EPSILON);
        for share in range_stepped(lane, shares, lanes) {
            shift_here += partial[shifts_at + share * channels + channel];
        }
        for number in range_stepped(lane, each, lanes) {
            let at = channel * each + number;
            let mut sum = 0.0f32;
            for share in 0..shares {
                sum += partial[share * channels * each + at];
            }
            along_here += sum * weight[at];
            weight_gradient[at] = sum * factor;
        }
    }
    along[UNIT_POS as usize] = along_here;
    shift[UNIT_POS as usize] = shift_here;
    sync_cube();
    if channel < channels && lane == 0 {
        let mut along_all = 0.0f32;
        let mut shift_all = 0.0f32;
        for other in 0..lanes {
            along_all += along[UNIT_POS as usize + other];
            shift_all += shift[UNIT_POS as usize + other];
        }
        let deviation = f32::sqrt(variance[channel] + EPSILON);
        norm_gradient[channel] = (along_all - mean[channel] * shift_all) / deviation;
        norm_gradient[shift_at + channel] = shift_all;
    }
}

/// The gradients of weight, scale and shift in one launch.
pub fn gradients(partial: Partial, own: Own) -> [CubeTensor; 3] {
    let channels = own.channels();
    let each = own.weight.meta.num_elements() / channels.max(1);
    let like = &partial.buffer;
    let shift_at = aligned(like, channels);
    let weight_gradient = empty(like, own.weight.meta.shape().dims::<4>());
    let norm_gradient = empty(like, [shift_at + channels]);
    let lanes = each.next_power_of_two().clamp(8, ALL);
    let (count, workgroup) = workgroups(like, channels * lanes);
    // Every index is kept below its limit by the kernel.
    unsafe {
        unfold::launch_unchecked(
            &weight_gradient.client,
            count,
            workgroup,
            partial.buffer.clone().into_buffer_arg(),
            own.weight.into_buffer_arg(),
            own.scale.into_buffer_arg(),
            own.mean.into_buffer_arg(),
            own.variance.into_buffer_arg(),
            weight_gradient.clone().into_buffer_arg(),
            norm_gradient.clone().into_buffer_arg(),
            partial.shares,
            channels,
            each,
            partial.shifts_at,
            shift_at,
            lanes,
        );
    }
    let [scale, shift] = [0, shift_at].map(|at| part(&norm_gradient, at, channels));
    [weight_gradient, scale, shift]
}
