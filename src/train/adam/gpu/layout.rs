//! Many tensors in one buffer, each at a place where it can be bound by itself.

use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::gather;
use crate::model::launch::{INVOCATIONS, aligned, empty, in_order, part, with_handle};

/// Tensors that are gathered in one launch: with two results and the launch's own numbers, these
/// are the eight buffers that every browser binds.
const TENSORS_AT_ONCE: usize = 5;
/// Numbers of a tensor that an invocation gathers.
const NUMBERS_EACH: usize = 16;
/// Workgroups of a launch that gathers, at most.
const MOST_WORKGROUPS: usize = 64;

/// Where each tensor of a step lies in a buffer for all of them.
pub struct Layout {
    /// Any tensor of the device.
    like: CubeTensor,
    lengths: Vec<usize>,
    /// Where each begins.
    places: Vec<usize>,
    /// Numbers in all, with those between tensors.
    pub length: usize,
    /// Places are multiples of this.
    pub block: usize,
}

impl Layout {
    /// For tensors of these lengths; `None` when there are none.
    pub fn of(tensors: &[CubeTensor]) -> Option<Self> {
        let like = tensors.first()?.clone();
        let block = aligned(&like, 1);
        let lengths: Vec<usize> = tensors.iter().map(|tensor| tensor.meta.num_elements()).collect();
        let mut length = 0;
        let places = lengths
            .iter()
            .map(|tensor| {
                let place = length;
                length += tensor.next_multiple_of(block);
                place
            })
            .collect();
        Some(Self { like, lengths, places, length, block })
    }

    /// Room for so many numbers.
    pub fn empty(&self, length: usize) -> CubeTensor {
        empty(&self.like, [length])
    }

    /// The tensors of a buffer.
    pub fn parts(&self, whole: &CubeTensor) -> Vec<CubeTensor> {
        let each = self.places.iter().zip(&self.lengths);
        each.map(|(&place, &length)| part(whole, place, length)).collect()
    }

    /// A number a tensor, repeated for each of its blocks.
    pub fn spread(&self, numbers: &[f32]) -> CubeTensor {
        let each = self.lengths.iter().zip(numbers);
        let blocks: Vec<f32> = each
            .flat_map(|(length, &number)| std::iter::repeat_n(number, length.div_ceil(self.block)))
            .collect();
        let handle = self.like.client.create_from_slice(f32::as_bytes(&blocks));
        with_handle(&self.like, [blocks.len()], handle)
    }

    /// The buffer that the tensors are parts of, or a new one that they are copied to.
    pub fn joined(&self, tensors: Vec<CubeTensor>) -> CubeTensor {
        match self.whole(&tensors) {
            Some(whole) => whole,
            None => self.gathered(tensors).0,
        }
    }

    /// The buffer that the tensors are parts of, if it is one and laid out like this.
    fn whole(&self, tensors: &[CubeTensor]) -> Option<CubeTensor> {
        let first = tensors.first()?;
        let memory = |tensor: &CubeTensor| tensor.handle.clone().binding().claim_key();
        let (shared, ..) = memory(first);
        let bytes = |numbers: usize| (numbers * first.elem_size()) as u64;
        let mut each = tensors.iter().zip(self.places.iter().zip(&self.lengths));
        let are_parts = first.handle.size() == bytes(self.length)
            && each.all(|(tensor, (&place, &length))| {
                memory(tensor) == (shared, bytes(place), bytes(place + length))
            });
        are_parts.then(|| {
            let mut handle = first.handle.clone();
            (handle.offset_start, handle.offset_end) = (None, None);
            with_handle(first, [self.length], handle)
        })
    }

    /// Copies the tensors to their places, and the sums of the squares of what each invocation
    /// copied.
    pub fn gathered(&self, tensors: Vec<CubeTensor>) -> (CubeTensor, CubeTensor) {
        let goal = self.empty(self.length);
        let sizes: Vec<usize> = self.lengths.chunks(TENSORS_AT_ONCE).map(workgroups).collect();
        let invocations = |workgroups: usize| workgroups * INVOCATIONS as usize;
        let squares = self.empty(invocations(sizes.iter().sum()));
        let mut squares_at = 0;
        let mut tensors = tensors.into_iter().map(in_order);
        let places = self.places.chunks(TENSORS_AT_ONCE);
        let lengths = self.lengths.chunks(TENSORS_AT_ONCE);
        for ((places, lengths), workgroups) in places.zip(lengths).zip(sizes) {
            let group = tensors.by_ref().take(places.len());
            // The kernel keeps every index below its tensor's length, and a place and a length
            // belong together.
            unsafe {
                gather::launch_unchecked(
                    &goal.client,
                    CubeCount::Static(workgroups as u32, 1, 1),
                    CubeDim::new_1d(INVOCATIONS),
                    group.map(CubeTensor::into_buffer_arg).collect(),
                    lengths.iter().copied().collect(),
                    places.iter().copied().collect(),
                    goal.clone().into_buffer_arg(),
                    squares.clone().into_buffer_arg(),
                    squares_at,
                    invocations(workgroups),
                );
            }
            squares_at += invocations(workgroups);
        }
        (goal, squares)
    }
}

/// Workgroups that gather tensors of these lengths.
fn workgroups(lengths: &[usize]) -> usize {
    let longest = lengths.iter().copied().max().unwrap_or_default();
    longest.div_ceil(NUMBERS_EACH * INVOCATIONS as usize).clamp(1, MOST_WORKGROUPS)
}
