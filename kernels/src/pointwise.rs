//! The gradients of a 1×1 convolution, some rows at a time: then a gradient comes from memory once
//! for all that is made of it.

use crate::fold::FoldedGradients;
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
    /// The gradients of weight and bias, and that of the input where `panels` are given: the weight,
    /// `[out, in]`.
    pub fn gradients(
        self,
        panels: Option<&Panels>,
        through_clamp: bool,
    ) -> (FoldedGradients, Option<Vec<f32>>) {
        assert!(self.out > 0 && self.channels > 0, "a layer has channels");
        let rows = self.gradient.len() / self.out;
        assert_eq!(rows * self.channels, self.input.len(), "every row has a gradient");
        let mut found = FoldedGradients {
            weight: vec![0.0; self.out * self.channels],
            bias: vec![0.0; self.out],
        };
        let input = panels.map(|panels| {
            // SAFETY: as many rows as the gradient has are written, all of each.
            unsafe {
                written(self.input.len(), |out| {
                    self.each_block(&mut found, |block, begin| {
                        let clamped = through_clamp.then_some(block.input);
                        let finish = Finish { through_clamp: clamped, ..Finish::default() };
                        let out: &mut Unwritten = &mut out[begin..begin + block.input.len()];
                        product_into(block.gradient, block.out, panels, finish, out);
                    });
                })
            }
        });
        if input.is_none() {
            self.each_block(&mut found, |_, _| {});
        }
        (found, input)
    }

    /// Goes through the rows block by block, adds up what they make of weight and bias, and hands
    /// each block to `seen` with where in the input it begins.
    fn each_block(self, found: &mut FoldedGradients, mut seen: impl FnMut(Self, usize)) {
        let Self { out, channels, .. } = self;
        let rows = (AT_ONCE / (out + channels)).max(1).next_multiple_of(ROWS);
        let blocks = self.gradient.chunks(rows * out).zip(self.input.chunks(rows * channels));
        for (index, (gradient, input)) in blocks.enumerate() {
            let pair =
                Pair { left: gradient, left_columns: out, right: input, right_columns: channels };
            pair.add_to(&mut found.weight);
            add_rows(gradient, &mut found.bias);
            seen(Self { gradient, input, ..self }, index * rows * channels);
        }
    }
}
