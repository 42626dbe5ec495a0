//! 1×1 convolutions: matrix products of the activations with the weight, which is read as it lies,
//! `[out, in]`.
//!
//! An invocation adds up one vector of output channels for several pixels. Its neighbours take the
//! next channels of the same pixels: they read the same activations, and write side by side.
//! Nothing goes through workgroup memory, whose barriers cost more where a program pretends to be
//! the card than the reading that they save.

use burn::backend::Cube;
use burn::backend::ops::FloatTensorOps;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::Own;
use super::fold::{activated, factor, through_clamp};
use super::launch::{area_of, empty, vector_of, workgroups};
use kernels::{Activation, Layer};

/// Pixels of an invocation.
const ROWS: usize = 8;
/// Buffers of a layer with a shortcut.
const BUFFERS_WITH_SHORTCUT: u32 = 8;

/// # Shapes
/// - input: `[pixels, in]`, with vectors of `K`
/// - weight: `[out, in]`, with vectors of `K`
/// - scale, shift, mean, variance: `[out]`, with vectors of `N`
/// - shortcut, output: `[pixels, out]`, with vectors of `N`
#[cube(launch_unchecked)]
fn forward<K: Size, N: Size>(
    input: &[Vector<f32, K>],
    weight: &[Vector<f32, K>],
    scale: &[Vector<f32, N>],
    shift: &[Vector<f32, N>],
    mean: &[Vector<f32, N>],
    variance: &[Vector<f32, N>],
    shortcut: ComptimeOption<&[Vector<f32, N>]>,
    output: &mut [Vector<f32, N>],
    pixels: usize,
    depth: usize,
    columns: usize,
    #[comptime] is_clamped: bool,
) {
    let column = ABSOLUTE_POS % columns;
    let first = ABSOLUTE_POS / columns * ROWS;
    if first >= pixels {
        terminate!();
    }
    let lanes = N::value();
    let mut sums = Array::<Vector<f32, N>>::new(ROWS);
    for k in 0..depth {
        let mut weights = Array::<Vector<f32, K>>::new(lanes);
        #[unroll]
        for lane in 0..lanes {
            weights[lane] = weight[(column * lanes + lane) * depth + k];
        }
        // Vectors of each output channel's weights, turned into those of each input channel's.
        let mut turned = Array::<Vector<f32, N>>::new(K::value());
        #[unroll]
        for channel in 0..K::value() {
            let mut outputs = Vector::<f32, N>::empty();
            #[unroll]
            for lane in 0..lanes {
                outputs.insert(lane, weights[lane].extract(channel));
            }
            turned[channel] = outputs;
        }
        #[unroll]
        for row in 0..ROWS {
            let values = input[(first + row).min(pixels - 1) * depth + k];
            #[unroll]
            for channel in 0..K::value() {
                sums[row] += turned[channel] * Vector::new(values.extract(channel));
            }
        }
    }
    let factor = factor::<N>(scale[column], variance[column]);
    let bias = shift[column] - mean[column] * factor;
    #[unroll]
    for row in 0..ROWS {
        if first + row < pixels {
            let at = (first + row) * columns + column;
            let sum = sums[row] * factor + bias;
            #[comptime]
            let sum = match &shortcut {
                ComptimeOption::Some(shortcut) => sum + shortcut[at],
                ComptimeOption::None => sum,
            };
            output[at] = activated::<N>(sum, is_clamped);
        }
    }
}

/// The gradient of the input; before the ReLU6 in front of it, where `clamped` is what came out of
/// that one.
///
/// # Shapes
/// - gradient: `[pixels, out]`, with vectors of `K`
/// - weight: `[out, in]`, with vectors of `N`
/// - scale, variance: `[out]`, with vectors of `K`
/// - clamped, output: `[pixels, in]`, with vectors of `N`
#[cube(launch_unchecked)]
fn backward<K: Size, N: Size>(
    gradient: &[Vector<f32, K>],
    weight: &[Vector<f32, N>],
    scale: &[Vector<f32, K>],
    variance: &[Vector<f32, K>],
    clamped: ComptimeOption<&[Vector<f32, N>]>,
    output: &mut [Vector<f32, N>],
    pixels: usize,
    depth: usize,
    columns: usize,
) {
    let column = ABSOLUTE_POS % columns;
    let first = ABSOLUTE_POS / columns * ROWS;
    if first >= pixels {
        terminate!();
    }
    let lanes = K::value();
    let mut sums = Array::<Vector<f32, N>>::new(ROWS);
    for k in 0..depth {
        let factor = factor::<K>(scale[k], variance[k]);
        let mut weights = Array::<Vector<f32, N>>::new(lanes);
        #[unroll]
        for lane in 0..lanes {
            weights[lane] =
                weight[(k * lanes + lane) * columns + column] * Vector::new(factor.extract(lane));
        }
        #[unroll]
        for row in 0..ROWS {
            let values = gradient[(first + row).min(pixels - 1) * depth + k];
            #[unroll]
            for lane in 0..lanes {
                sums[row] += weights[lane] * Vector::new(values.extract(lane));
            }
        }
    }
    #[unroll]
    for row in 0..ROWS {
        if first + row < pixels {
            let at = (first + row) * columns + column;
            let sum = sums[row];
            #[comptime]
            let sum = match &clamped {
                ComptimeOption::Some(clamped) => through_clamp::<N>(sum, clamped[at]),
                ComptimeOption::None => sum,
            };
            output[at] = sum;
        }
    }
}

/// The layer in one launch, or in three where the shortcut cannot be bound beside the rest.
pub fn convolve(
    input: CubeTensor,
    own: Own,
    shortcut: Option<CubeTensor>,
    layer: Layer,
) -> CubeTensor {
    match shortcut {
        Some(shortcut) if !can_bind(&input, &shortcut) => {
            let linear = Layer { activation: Activation::None, ..layer };
            let sum = Cube::float_add(convolve_bound(input, own, None, linear), shortcut);
            if layer.is_clamped() { Cube::float_clamp(sum, 0.into(), 6.into()) } else { sum }
        }
        shortcut => convolve_bound(input, own, shortcut, layer),
    }
}

/// Whether a card binds as many buffers as a layer with a shortcut has; WebGPU promises one less.
/// Nor may one be bound twice, since each is bound as one that may be written.
fn can_bind(input: &CubeTensor, shortcut: &CubeTensor) -> bool {
    let memory = |tensor: &CubeTensor| tensor.handle.memory.clone().binding().id();
    let is_another = memory(input) != memory(shortcut);
    // The launch's numbers are one more buffer, which the client has already taken off.
    is_another && input.client.properties().hardware.max_bindings >= BUFFERS_WITH_SHORTCUT
}

fn convolve_bound(
    input: CubeTensor,
    own: Own,
    shortcut: Option<CubeTensor>,
    layer: Layer,
) -> CubeTensor {
    let area = area_of(&input);
    let out = own.channels();
    let goal = layer.goal(area, out);
    let output = empty(&input, goal.shape());
    let (inputs, outputs) = (vector_of(area.channels), vector_of(out));
    let columns = out / outputs;
    let (count, workgroup) = workgroups(&input, columns * goal.pixels().div_ceil(ROWS));
    // Every index is kept below its limit by the kernel.
    unsafe {
        forward::launch_unchecked(
            &output.client,
            count,
            workgroup,
            inputs,
            outputs,
            input.into_buffer_arg(),
            own.weight.into_buffer_arg(),
            own.scale.into_buffer_arg(),
            own.shift.into_buffer_arg(),
            own.mean.into_buffer_arg(),
            own.variance.into_buffer_arg(),
            shortcut.map(CubeTensor::into_buffer_arg).into(),
            output.clone().into_buffer_arg(),
            goal.pixels(),
            area.channels / inputs,
            columns,
            layer.is_clamped(),
        );
    }
    output
}

/// The gradient of the input in one launch. `input` is bound only where it came out of a ReLU6.
pub fn input_gradient(
    gradient: CubeTensor,
    input: CubeTensor,
    own: Own,
    layer: Layer,
) -> CubeTensor {
    let area = area_of(&input);
    let out = own.channels();
    let output = empty(&input, area.shape());
    let (inputs, outputs) = (vector_of(out), vector_of(area.channels));
    let columns = area.channels / outputs;
    let (count, workgroup) = workgroups(&input, columns * area.pixels().div_ceil(ROWS));
    let clamped = layer.is_input_clamped.then_some(input);
    // Every index is kept below its limit by the kernel.
    unsafe {
        backward::launch_unchecked(
            &output.client,
            count,
            workgroup,
            inputs,
            outputs,
            gradient.into_buffer_arg(),
            own.weight.into_buffer_arg(),
            own.scale.into_buffer_arg(),
            own.variance.into_buffer_arg(),
            clamped.map(CubeTensor::into_buffer_arg).into(),
            output.clone().into_buffer_arg(),
            area.pixels(),
            out / inputs,
            columns,
        );
    }
    output
}
