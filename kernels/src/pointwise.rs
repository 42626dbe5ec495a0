//! The gradients of a 1×1 convolution, some rows at a time: then a gradient comes from memory once
//! for all that is made of it.

use crate::outer::{Pair, add_rows};
use crate::panels::Panels;
use crate::product::{Finish, product_into};
use crate::vector::{Unwritten, written};

/// Numbers of both matrices that are gone through at once, so that the first cache holds them.
const AT_ONCE: usize = 1 << 13;
/// Rows at once come in this many, a multiple of every tile's.
const ROWS: usize = 48;

/// What a convolution is differentiated at.
#[derive(Clone, Copy)]
pub struct Pointwise<'a> {
    /// Shape `[rows, out]`.
    pub gradient: &'a [f32],
    /// Output channels.
    pub out: usize,
    /// Shape `[rows, in]`.
    pub input: &'a [f32],
    /// Input channels.
    pub channels: usize,
}

impl Pointwise<'_> {
    /// Adds the gradients of the weight, `[out, in]`, and the bias to `sums`, and gives that of the input
    /// where `panels` are given: the weight.
    pub fn add_gradients(
        self,
        sums: [&mut [f32]; 2],
        panels: Option<&Panels>,
        through_clamp: bool,
    ) -> Option<Vec<f32>> {
        assert!(self.out > 0 && self.channels > 0, "a layer has channels");
        let rows = self.gradient.len() / self.out;
        assert_eq!(rows * self.channels, self.input.len(), "every row has a gradient");
        let Some(panels) = panels else {
            self.each_block(sums, |_, _| {});
            return None;
        };
        // SAFETY: as many rows as the gradient has are written, all of each.
        Some(unsafe {
            written(self.input.len(), |out| {
                self.each_block(sums, |block, begin| {
                    let clamped = through_clamp.then_some(block.input);
                    let finish = Finish { through_clamp: clamped, ..Finish::default() };
                    let out: &mut Unwritten = &mut out[begin..begin + block.input.len()];
                    product_into(block.gradient, block.out, panels, finish, out);
                });
            })
        })
    }

    /// Goes through the rows block by block, adds up what they make of weight and bias, and hands
    /// each block to `seen` with where in the input it begins.
    fn each_block(self, [weight, bias]: [&mut [f32]; 2], mut seen: impl FnMut(Self, usize)) {
        let Self { out, channels, .. } = self;
        let rows = (AT_ONCE / (out + channels)).max(1).next_multiple_of(ROWS);
        let blocks = self.gradient.chunks(rows * out).zip(self.input.chunks(rows * channels));
        for (index, (gradient, input)) in blocks.enumerate() {
            let pair =
                Pair { left: gradient, left_columns: out, right: input, right_columns: channels };
            pair.add_to(weight);
            add_rows(gradient, bias);
            seen(Self { gradient, input, ..self }, index * rows * channels);
        }
    }
}
