//! Kernels that do nothing but move, or nothing but multiply and add: what a card gives at most.

use burn::backend::Cube;
use burn::tensor::Tensor;
use burn_cubecl::tensor::CubeTensor;
use cubecl::calculate_cube_count_elemwise;
use cubecl::prelude::*;

use crate::error::BenchError;

/// Numbers that a card reads and writes at once.
pub const VECTOR: usize = 4;
/// Invocations of a workgroup.
const INVOCATIONS: u32 = 256;
/// The same as a length.
const ALL: usize = INVOCATIONS as usize;
/// Multiply-adds of a chain between two looks at the loop's end.
const IN_A_ROUND: usize = 8;

/// Each invocation moves some vectors, all of which are read before the first one is written.
///
/// # Shapes
/// - source, target: `[length]`, a multiple of what a workgroup moves
#[cube(launch_unchecked)]
fn move_all<N: Size>(
    source: &[Vector<f32, N>],
    target: &mut [Vector<f32, N>],
    length: usize,
    #[comptime] each: usize,
) {
    let first = CUBE_POS * comptime!(each * ALL) + UNIT_POS as usize;
    if first >= length {
        terminate!();
    }
    let mut values = Array::<Vector<f32, N>>::new(each);
    #[unroll]
    for number in 0..each {
        values[number] = source[first + comptime!(number * ALL)];
    }
    #[unroll]
    for number in 0..each {
        target[first + comptime!(number * ALL)] = values[number];
    }
}

/// Each invocation has some vectors in registers, and multiplies and adds to each of them in turn.
///
/// # Shapes
/// - seeds: `[2 + chains]` or more: a factor, a summand, and what the chains begin with
/// - sums: `[invocations]`
#[cube(launch_unchecked)]
fn multiply_and_add<N: Size>(
    seeds: &[Vector<f32, N>],
    sums: &mut [Vector<f32, N>],
    invocations: usize,
    rounds: usize,
    #[comptime] chains: usize,
) {
    if ABSOLUTE_POS >= invocations {
        terminate!();
    }
    let factor = seeds[0];
    let summand = seeds[1];
    let mut values = Array::<Vector<f32, N>>::new(chains);
    #[unroll]
    for chain in 0..chains {
        values[chain] = seeds[comptime!(2 + chain)];
    }
    for _ in 0..rounds {
        #[unroll]
        for _ in 0..IN_A_ROUND {
            #[unroll]
            for chain in 0..chains {
                values[chain] = fma(values[chain], factor, summand);
            }
        }
    }
    let mut sum = Vector::<f32, N>::new(0.0);
    #[unroll]
    for chain in 0..chains {
        sum += values[chain];
    }
    sums[ABSOLUTE_POS] = sum;
}

/// One workgroup that writes one number: as good as nothing.
#[cube(launch_unchecked)]
fn touch(number: &mut [f32]) {
    if ABSOLUTE_POS == 0 {
        number[0] = 1.0;
    }
}

/// Numbers that a tensor to be moved must be a multiple of, when invocations move so many vectors.
pub fn moved_at_once(each: usize) -> usize {
    ALL * each * VECTOR
}

/// Copies all numbers of a tensor to another one, `each` vectors an invocation.
pub fn copy(source: &CubeTensor, target: &CubeTensor, each: usize) {
    let length = source.meta.num_elements() / VECTOR;
    let (count, workgroup) = workgroups(source, length.div_ceil(each));
    // Every index is below the length, which is a multiple of what a workgroup moves.
    unsafe {
        move_all::launch_unchecked(
            &target.client,
            count,
            workgroup,
            VECTOR,
            source.clone().into_buffer_arg(),
            target.clone().into_buffer_arg(),
            length,
            each,
        );
    }
}

/// Multiplies and adds in so many chains of vectors an invocation, each for so many rounds.
pub fn multiply_add(seeds: &CubeTensor, sums: &CubeTensor, chains: usize, rounds: usize) {
    let invocations = sums.meta.num_elements() / VECTOR;
    let (count, workgroup) = workgroups(sums, invocations);
    // There are as many seeds as chains and two more, and sums as invocations.
    unsafe {
        multiply_and_add::launch_unchecked(
            &sums.client,
            count,
            workgroup,
            VECTOR,
            seeds.clone().into_buffer_arg(),
            sums.clone().into_buffer_arg(),
            invocations,
            rounds,
            chains,
        );
    }
}

/// What [`multiply_add`] does, in floating point operations.
pub fn operations(invocations: usize, chains: usize, rounds: usize) -> f64 {
    2.0 * (invocations * VECTOR * chains * rounds * IN_A_ROUND) as f64
}

/// A launch with as good as nothing to do.
pub fn launch_nothing(number: &CubeTensor) {
    // The tensor has a number.
    unsafe {
        touch::launch_unchecked(
            &number.client,
            CubeCount::new_single(),
            CubeDim::new_1d(INVOCATIONS),
            number.clone().into_buffer_arg(),
        );
    }
}

fn workgroups(like: &CubeTensor, invocations: usize) -> (CubeCount, CubeDim) {
    let workgroup = CubeDim::new_1d(INVOCATIONS);
    (calculate_cube_count_elemwise(&like.client, invocations, workgroup), workgroup)
}

/// A tensor as kernels take it.
///
/// # Errors
/// When it is not on a card.
pub fn on_card(tensor: &Tensor<1>) -> Result<CubeTensor, BenchError> {
    let primitive = tensor.clone().try_into_primitive::<Cube>();
    primitive.map_err(|error| BenchError::Device(format!("{error:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_multiply_add_is_two_operations() {
        // Two invocations of three chains of four numbers, five rounds of eight.
        assert_eq!(operations(2, 3, 5), (2 * 2 * 3 * 4 * 5 * 8) as f64);
    }
}
