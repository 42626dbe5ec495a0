//! Four numbers at once: what both wasm SIMD and SSE2 have.

use std::mem::MaybeUninit;

pub use wide::f32x4 as Vector;

/// Numbers in a [`Vector`].
pub const LANES: usize = 4;

/// The first four numbers of `values`.
#[inline(always)]
pub fn load(values: &[f32]) -> Vector {
    match values.first_chunk::<LANES>() {
        Some(values) => Vector::new(*values),
        None => panic!("a vector was read past the end of its row"),
    }
}

/// Writes four numbers to the beginning of `place`.
#[inline(always)]
pub fn store(vector: Vector, place: &mut [f32]) {
    match place.first_chunk_mut::<LANES>() {
        Some(place) => *place = vector.to_array(),
        None => panic!("a vector was written past the end of its row"),
    }
}

/// min(max(x, 0), 6): ReLU6, the activation of the MobileNetV2 paper's section 4. What is no number
/// stays none, so that a run that has lost its way is noticed; which operand survives beside it
/// depends on the processor's instruction.
#[inline(always)]
pub fn clamp(vector: Vector) -> Vector {
    let six = Vector::splat(6.0);
    if cfg!(target_arch = "wasm32") {
        vector.fast_max(Vector::ZERO).fast_min(six)
    } else {
        six.fast_min(Vector::ZERO.fast_max(vector))
    }
}

/// Takes gradients back through a ReLU6, where they are.
pub fn through_clamp_all(gradients: &mut [f32], clamped: &[f32]) {
    let (mut whole, mut parts) = (gradients.chunks_exact_mut(LANES), clamped.chunks_exact(LANES));
    for (gradient, clamped) in (&mut whole).zip(&mut parts) {
        store(load(gradient).through_clamp(load(clamped)), gradient);
    }
    for (gradient, &clamped) in whole.into_remainder().iter_mut().zip(parts.remainder()) {
        *gradient = gradient.through_clamp(clamped);
    }
}

/// Memory whose every number will be written before it is read.
pub type Unwritten = [MaybeUninit<f32>];

/// Writes four numbers to the beginning of `place`.
#[inline(always)]
pub fn initialise(vector: Vector, place: &mut Unwritten) {
    match place.first_chunk_mut::<LANES>() {
        Some(place) => *place = vector.to_array().map(MaybeUninit::new),
        None => panic!("a vector was written past the end of its row"),
    }
}

/// A vector of `length` numbers. Filling it with zeros first would cost a pass over memory, a fifth
/// of a layer's time where channels are few.
///
/// # Safety
/// `write` writes every number of what it is given.
pub unsafe fn written(length: usize, write: impl FnOnce(&mut Unwritten)) -> Vec<f32> {
    let mut values = Vec::with_capacity(length);
    write(&mut values.spare_capacity_mut()[..length]);
    // SAFETY: the capacity is at least `length`, and the caller vouches for the numbers.
    unsafe { values.set_len(length) };
    values
}

/// One number or four at once, so that a kernel is written once for both: channels come in fours,
/// and a few may be left over.
pub trait Lane: Copy {
    /// How many it is.
    const COUNT: usize;
    /// Nothing.
    const ZERO: Self;
    /// The first numbers of `values`.
    fn load(values: &[f32]) -> Self;
    /// Writes the numbers to the beginning of `place`.
    fn store(self, place: &mut [f32]);
    /// Writes the numbers to the beginning of `place`.
    fn initialise(self, place: &mut Unwritten);
    /// `self * factor + summand`
    fn multiply_add(self, factor: Self, summand: Self) -> Self;
    /// `self + summand`
    fn plus(self, summand: Self) -> Self;
    /// [`clamp`]
    fn clamped(self) -> Self;
    /// The gradient before a [`clamp`], from the gradient behind it and what came out of it: where
    /// it was cut off, nothing comes through.
    fn through_clamp(self, clamped: Self) -> Self;
}

impl Lane for Vector {
    const COUNT: usize = LANES;
    const ZERO: Self = Vector::ZERO;

    #[inline(always)]
    fn load(values: &[f32]) -> Self {
        load(values)
    }

    #[inline(always)]
    fn store(self, place: &mut [f32]) {
        store(self, place);
    }

    #[inline(always)]
    fn initialise(self, place: &mut Unwritten) {
        initialise(self, place);
    }

    #[inline(always)]
    fn multiply_add(self, factor: Self, summand: Self) -> Self {
        self.mul_add(factor, summand)
    }

    #[inline(always)]
    fn plus(self, summand: Self) -> Self {
        self + summand
    }

    #[inline(always)]
    fn clamped(self) -> Self {
        clamp(self)
    }

    #[inline(always)]
    fn through_clamp(self, clamped: Self) -> Self {
        let is_open = clamped.simd_gt(Self::ZERO) & clamped.simd_lt(Self::splat(6.0));
        self & is_open
    }
}

impl Lane for f32 {
    const COUNT: usize = 1;
    const ZERO: Self = 0.0;

    #[inline(always)]
    fn load(values: &[f32]) -> Self {
        values[0]
    }

    #[inline(always)]
    fn store(self, place: &mut [f32]) {
        place[0] = self;
    }

    #[inline(always)]
    fn initialise(self, place: &mut Unwritten) {
        place[0].write(self);
    }

    #[inline(always)]
    fn multiply_add(self, factor: Self, summand: Self) -> Self {
        self * factor + summand
    }

    #[inline(always)]
    fn plus(self, summand: Self) -> Self {
        self + summand
    }

    #[inline(always)]
    fn clamped(self) -> Self {
        self.clamp(0.0, 6.0)
    }

    #[inline(always)]
    fn through_clamp(self, clamped: Self) -> Self {
        if clamped > 0.0 && clamped < 6.0 { self } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_stays_none_in_either_lane() {
        let clamped = clamp(Vector::new([f32::NAN, -1.0, 3.0, 7.0])).to_array();
        assert!(clamped[0].is_nan());
        assert_eq!(clamped[1..], [0.0, 3.0, 6.0]);
        assert!(f32::NAN.clamped().is_nan());
    }
}
