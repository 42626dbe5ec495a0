//! What every launch needs: tensors in order, room for results, and how many invocations.

use burn::backend::TensorMetadata;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;
use cubecl::server::Handle;
use cubecl::{calculate_cube_count_elemwise, zspace::Shape};

use kernels::Area;

/// Invocations of a workgroup. All kernels are one-dimensional: neighbours differ in the channel
/// first, so that they read and write neighbouring numbers.
pub const INVOCATIONS: u32 = 64;

/// Numbers that a graphics card reads and writes at once.
pub const VECTOR: usize = 4;

/// Workgroups for so many invocations, spread over the dimensions of the grid where one dimension
/// does not hold them.
pub fn workgroups(like: &CubeTensor, invocations: usize) -> (CubeCount, CubeDim) {
    let workgroup = CubeDim::new_1d(INVOCATIONS);
    (calculate_cube_count_elemwise(&like.client, invocations, workgroup), workgroup)
}

/// Channels that are read and written at once: four, unless rows would begin within a vector.
pub fn vector_of(channels: usize) -> usize {
    if channels.is_multiple_of(VECTOR) { VECTOR } else { 1 }
}

/// Room for a result on the device of `like`. Whatever was there before is still in it.
pub fn empty<const D: usize>(like: &CubeTensor, shape: [usize; D]) -> CubeTensor {
    #[cfg(feature = "bench")]
    if poison::is_on() {
        return poison::full(like, shape);
    }
    let bytes = shape.iter().product::<usize>() * like.elem_size();
    with_handle(like, shape, like.client.empty(bytes))
}

/// The numbers of a buffer on the device of `like`.
pub fn with_handle<const D: usize>(
    like: &CubeTensor,
    shape: [usize; D],
    handle: Handle,
) -> CubeTensor {
    let (client, device) = (like.client.clone(), like.device.clone());
    CubeTensor::new_contiguous(client, device, Shape::from(shape), handle, like.dtype)
}

/// So many numbers of a tensor in order, from `at` on. `at` is one of [`aligned`]'s.
pub fn part(whole: &CubeTensor, at: usize, count: usize) -> CubeTensor {
    let bytes = |numbers: usize| (numbers * whole.elem_size()) as u64;
    let behind = whole.meta.num_elements() - at - count;
    let handle = whole.handle.clone().offset_start(bytes(at)).offset_end(bytes(behind));
    with_handle(whole, [count], handle)
}

/// The next place in a buffer, counted in numbers, that can be bound by itself.
pub fn aligned(like: &CubeTensor, numbers: usize) -> usize {
    let alignment = like.client.properties().memory.alignment as usize;
    numbers.next_multiple_of(alignment.div_ceil(like.elem_size()).max(VECTOR))
}

/// A tensor whose numbers lie in order.
pub fn in_order(tensor: CubeTensor) -> CubeTensor {
    into_contiguous(tensor)
}

/// The shape of activations.
pub fn area_of(tensor: &CubeTensor) -> Area {
    Area::of(tensor.shape().dims())
}

/// Lets every result begin full of a large number, so that what a kernel does not write is noticed.
#[cfg(feature = "bench")]
pub mod poison {
    use std::sync::atomic::{AtomicBool, Ordering};

    use burn::backend::Cube;
    use burn::backend::ops::FloatTensorOps;
    use burn_cubecl::tensor::CubeTensor;
    use cubecl::zspace::Shape;

    /// Makes every relative difference large, and is a number that every device keeps.
    const POISON: f32 = 1e30;

    static IS_ON: AtomicBool = AtomicBool::new(false);

    /// From now on, or no more.
    pub fn set(is_on: bool) {
        IS_ON.store(is_on, Ordering::Relaxed);
    }

    pub(super) fn is_on() -> bool {
        IS_ON.load(Ordering::Relaxed)
    }

    pub(super) fn full<const D: usize>(like: &CubeTensor, shape: [usize; D]) -> CubeTensor {
        Cube::float_full(Shape::from(shape), POISON.into(), &like.device, like.dtype.into())
    }
}
