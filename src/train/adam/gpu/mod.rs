//! The step on a graphics card, in kernels of our own.
//!
//! A launch binds few buffers, and a network has a hundred and more tensors. So the gradients are
//! gathered into one buffer first, several tensors a launch, and squared on the way; then a step is
//! two launches: one for the norm, one for all parameters. Parameters and means stay in one buffer
//! each from the first step on, of which their tensors are parts.

mod layout;

use burn::backend::Cube;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use self::layout::Layout;
use super::{AdamKernels, Step, StepTensors, Stepped};
use crate::model::launch::{INVOCATIONS, VECTOR, workgroups};

/// Invocations of a workgroup, as a length.
const ALL: usize = INVOCATIONS as usize;

/// Copies tensors to their places in one buffer. Each invocation leaves the sum of the squares of
/// what it copied.
///
/// # Shapes
/// - tensors: of any lengths, flat
/// - goal: as long as the last place and its tensor need
/// - squares: from `squares_at` on, a number an invocation
#[cube(launch_unchecked)]
fn gather(
    tensors: Sequence<&[f32]>,
    lengths: Sequence<usize>,
    places: Sequence<usize>,
    goal: &mut [f32],
    squares: &mut [f32],
    squares_at: usize,
    invocations: usize,
) {
    let mut sum = 0.0f32;
    #[unroll]
    for tensor in 0..tensors.len() {
        for number in range_stepped(ABSOLUTE_POS, lengths[tensor], invocations) {
            let value = tensors[tensor][number];
            goal[places[tensor] + number] = value;
            sum += value * value;
        }
    }
    squares[squares_at + ABSOLUTE_POS] = sum;
}

/// What gradients are scaled with, from the sums of squares. Where the norm is no number, neither
/// are the gradients that made it so, and the parameters that they move.
///
/// # Shapes
/// - squares: `[count]`
/// - factor: `[1]`
#[cube(launch_unchecked)]
fn clip(squares: &[f32], factor: &mut [f32], count: usize, clip_norm: f32) {
    let unit = UNIT_POS as usize;
    let mut sums = Shared::<[f32]>::new_slice(ALL);
    let mut sum = 0.0f32;
    for number in range_stepped(unit, count, ALL) {
        sum += squares[number];
    }
    sums[unit] = sum;
    sync_cube();
    if unit == 0 {
        let mut all = 0.0f32;
        for other in 0..ALL {
            all += sums[other];
        }
        factor[0] = (clip_norm / (f32::sqrt(all) + 1e-6)).min(1.0);
    }
}

/// A step's numbers that are the same for all parameters.
#[derive(CubeType, CubeLaunch, Clone, Copy)]
struct Constants {
    first_decay: f32,
    second_decay: f32,
    epsilon: f32,
    weight_decay: f32,
    first_correction: f32,
    root_correction: f32,
}

/// # Shapes
/// - parameters, gradients, first, second, stepped: `[length]`
/// - factor: `[1]`
/// - rates: one for each `block` vectors
#[cube(launch_unchecked)]
fn update<N: Size>(
    parameters: &[Vector<f32, N>],
    gradients: &[Vector<f32, N>],
    first: &mut [Vector<f32, N>],
    second: &mut [Vector<f32, N>],
    stepped: &mut [Vector<f32, N>],
    factor: &[f32],
    rates: &[f32],
    length: usize,
    block: usize,
    constants: Constants,
) {
    if ABSOLUTE_POS >= length {
        terminate!();
    }
    let rate = rates[ABSOLUTE_POS / block];
    let gradient = gradients[ABSOLUTE_POS] * Vector::new(factor[0]);
    let first_mean = first[ABSOLUTE_POS] * Vector::new(constants.first_decay)
        + gradient * Vector::new(1.0 - constants.first_decay);
    let second_mean = second[ABSOLUTE_POS] * Vector::new(constants.second_decay)
        + gradient * gradient * Vector::new(1.0 - constants.second_decay);
    let root = Vector::sqrt(second_mean) * Vector::new(constants.root_correction)
        + Vector::new(constants.epsilon);
    let kept = parameters[ABSOLUTE_POS] * Vector::new(1.0 - rate * constants.weight_decay);
    first[ABSOLUTE_POS] = first_mean;
    second[ABSOLUTE_POS] = second_mean;
    stepped[ABSOLUTE_POS] =
        kept - first_mean * Vector::new(rate / constants.first_correction) / root;
}

impl AdamKernels for Cube {
    fn adam_step(tensors: StepTensors<CubeTensor>, step: Step) -> Stepped<CubeTensor> {
        let Some(layout) = Layout::of(&tensors.gradients) else {
            return Stepped { parameters: vec![], first_means: vec![], second_means: vec![] };
        };
        let (gradients, squares) = layout.gathered(tensors.gradients);
        let [parameters, first, second] =
            [tensors.parameters, tensors.first_means, tensors.second_means]
                .map(|list| layout.joined(list));
        // Nobody but the optimizer should have the means. If somebody does, they keep theirs.
        let [first, second] =
            [first, second].map(|means| if means.can_mut() { means } else { means.copy() });
        let stepped = layout.empty(layout.length);
        let factor = layout.empty(1);
        let rates = layout.spread(&tensors.rates);
        let settings = step.settings;
        let client = stepped.client.clone();
        let count = squares.meta.num_elements();
        let length = layout.length / VECTOR;
        let (many, workgroup) = workgroups(&stepped, length);
        // Every index is kept below its limit by the kernels.
        unsafe {
            clip::launch_unchecked(
                &client,
                CubeCount::new_single(),
                CubeDim::new_1d(INVOCATIONS),
                squares.into_buffer_arg(),
                factor.clone().into_buffer_arg(),
                count,
                settings.clip_norm,
            );
            update::launch_unchecked(
                &client,
                many,
                workgroup,
                VECTOR,
                parameters.into_buffer_arg(),
                gradients.into_buffer_arg(),
                first.clone().into_buffer_arg(),
                second.clone().into_buffer_arg(),
                stepped.clone().into_buffer_arg(),
                factor.into_buffer_arg(),
                rates.into_buffer_arg(),
                length,
                layout.block / VECTOR,
                ConstantsLaunch::new(
                    settings.first_decay,
                    settings.second_decay,
                    settings.epsilon,
                    settings.weight_decay,
                    step.first_correction,
                    step.second_correction.sqrt().recip(),
                ),
            );
        }
        Stepped {
            parameters: layout.parts(&stepped),
            first_means: layout.parts(&first),
            second_means: layout.parts(&second),
        }
    }
}
