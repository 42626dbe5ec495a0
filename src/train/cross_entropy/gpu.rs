//! The loss on a graphics card: one workgroup takes the pictures in turns, since a batch has few.

use burn::backend::Cube;
use burn::backend::TensorMetadata;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::{CrossEntropyKernels, CrossEntropyOperation, Targets};
use crate::model::launch::{INVOCATIONS, empty, with_handle, workgroups};

/// Invocations of a workgroup, as a length.
const ALL: usize = INVOCATIONS as usize;

/// # Shapes
/// - logits, gradient: `[pictures, classes]`
/// - targets: `[pictures, 2]`, label and weight: labels are few enough to be floats exactly, and
///   one array is one copy
/// - result: `[2]`, loss and hits
#[cube(launch_unchecked)]
fn loss_and_gradient(
    logits: &[f32],
    targets: &[f32],
    gradient: &mut [f32],
    result: &mut [f32],
    pictures: usize,
    classes: usize,
    counted: usize,
    share: f32,
    smoothing: f32,
) {
    let unit = UNIT_POS as usize;
    let mut losses = Shared::<[f32]>::new_slice(ALL);
    let mut hits = Shared::<[f32]>::new_slice(ALL);
    let mut loss = 0.0f32;
    let mut hit = 0.0f32;
    for picture in range_stepped(unit, pictures, ALL) {
        let row = picture * classes;
        let label = row + targets[2 * picture] as usize;
        let share_here = share * targets[2 * picture + 1];
        let mut largest = logits[row];
        for class in 1..classes {
            largest = largest.max(logits[row + class]);
        }
        let at_label = logits[label];
        if picture < counted && at_label >= largest {
            hit += 1.0;
        }
        // Less the largest, so that no exponential is infinite.
        let mut sum = 0.0f32;
        for class in 0..classes {
            let value = f32::exp(logits[row + class] - largest);
            gradient[row + class] = value;
            sum += value;
        }
        loss += f32::ln(sum) - (at_label - largest);
        let scale = share_here / sum;
        let spread = smoothing / classes as f32 * share_here;
        for class in 0..classes {
            gradient[row + class] = gradient[row + class] * scale - spread;
        }
        gradient[label] -= (1.0 - smoothing) * share_here;
    }
    losses[unit] = loss;
    hits[unit] = hit;
    sync_cube();
    if unit == 0 {
        let mut loss = 0.0f32;
        let mut hit = 0.0f32;
        for other in 0..ALL {
            loss += losses[other];
            hit += hits[other];
        }
        result[0] = loss * share;
        result[1] = hit;
    }
}

/// # Shapes
/// - gradient, output: `[length]`
/// - of_result: `[2]`
#[cube(launch_unchecked)]
fn scale(gradient: &[f32], of_result: &[f32], output: &mut [f32], length: usize) {
    if ABSOLUTE_POS >= length {
        terminate!();
    }
    output[ABSOLUTE_POS] = gradient[ABSOLUTE_POS] * of_result[0];
}

impl CrossEntropyOperation for Cube {
    fn cross_entropy(logits: CubeTensor, targets: Targets) -> CubeTensor {
        Self::loss_and_gradient(logits, targets).0
    }
}

impl CrossEntropyKernels for Cube {
    fn loss_and_gradient(logits: CubeTensor, targets: Targets) -> (CubeTensor, CubeTensor) {
        let logits = into_contiguous(logits);
        let [pictures, classes] = logits.shape().dims();
        let wanted = targets.labels.iter().zip(&targets.weights);
        let wanted: Vec<f32> =
            wanted.flat_map(|(&label, &weight)| [label as f32, weight]).collect();
        let wanted = logits.client.create_from_slice(f32::as_bytes(&wanted));
        let wanted = with_handle(&logits, [pictures, 2], wanted);
        let gradient = empty(&logits, [pictures, classes]);
        let result = empty(&logits, [2]);
        // The kernel keeps every index below pictures and classes, and labels are classes.
        unsafe {
            loss_and_gradient::launch_unchecked(
                &result.client,
                CubeCount::new_single(),
                CubeDim::new_1d(INVOCATIONS),
                logits.into_buffer_arg(),
                wanted.into_buffer_arg(),
                gradient.clone().into_buffer_arg(),
                result.clone().into_buffer_arg(),
                pictures,
                classes,
                targets.counted,
                1.0 / targets.whole as f32,
                targets.smoothing,
            );
        }
        (result, gradient)
    }

    fn scaled(gradient: CubeTensor, of_result: CubeTensor) -> CubeTensor {
        let of_result = into_contiguous(of_result);
        let [pictures, classes] = gradient.shape().dims();
        let output = empty(&gradient, [pictures, classes]);
        let length = pictures * classes;
        let (count, workgroup) = workgroups(&output, length);
        // The kernel keeps every index below the length.
        unsafe {
            scale::launch_unchecked(
                &output.client,
                count,
                workgroup,
                gradient.into_buffer_arg(),
                of_result.into_buffer_arg(),
                output.clone().into_buffer_arg(),
                length,
            );
        }
        output
    }
}
