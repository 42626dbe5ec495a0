//! The 3×3 convolution over all channels with one pixel of zeros around: the stem, once a picture.
//!
//! Every row of output gathers its 3×3 patches side by side, and the rest is matrix products. A row
//! at a time, so that the patches never leave the first cache.

use crate::outer::Pair;
use crate::panels::Panels;
use crate::product::{Finish, product, product_into};
use crate::shape::{Area, TAPS};
use crate::vector::{Unwritten, load, store, written};

/// Patches are padded to a multiple of this, so that [`Pair`] has no remainder.
const PADDING: usize = 8;

/// Numbers of a patch of so many channels, with what pads it.
pub fn padded_depth(channels: usize) -> usize {
    (TAPS * channels).next_multiple_of(PADDING)
}

/// The patches under a kernel of some stride.
#[derive(Clone, Copy)]
pub struct Patches {
    area: Area,
    stride: usize,
}

impl Patches {
    /// Patches of pictures of this shape.
    pub fn new(area: Area, stride: usize) -> Self {
        Self { area, stride }
    }

    fn depth(self) -> usize {
        TAPS * self.area.channels
    }

    fn padded_depth(self) -> usize {
        padded_depth(self.area.channels)
    }

    /// The output's shape, without its channels.
    fn goal(self) -> Area {
        self.area.strided(self.stride)
    }

    /// Where in a row of input the patch of output `x` begins and ends, and where in the patch it
    /// goes: the outermost patches hang over the edge.
    fn span(self, x: usize) -> (usize, usize, usize) {
        let left = (x * self.stride).saturating_sub(1);
        let right = (x * self.stride + 2).min(self.area.width);
        let skipped = usize::from(x == 0);
        (left, right, skipped)
    }

    /// The rows of input under output row `y` of a picture, with the kernel's row that meets them.
    fn rows(self, picture: usize, y: usize) -> impl Iterator<Item = (usize, usize)> {
        let Area { height, .. } = self.area;
        (0..3).filter_map(move |tap| {
            let row = (y * self.stride + tap).checked_sub(1)?;
            (row < height).then_some((tap, (picture * height + row) * self.area.row()))
        })
    }

    /// Fills `patches`, `[width of the output, padded depth]`, for one row of output. What no pixel
    /// is ever put into has to be zero.
    fn gather(self, input: &[f32], picture: usize, y: usize, patches: &mut [f32]) {
        let channels = self.area.channels;
        if self.rows(picture, y).count() < 3 {
            patches.fill(0.0);
        }
        for (tap, begin) in self.rows(picture, y) {
            let row = &input[begin..begin + self.area.row()];
            for (x, patch) in patches.chunks_exact_mut(self.padded_depth()).enumerate() {
                let (left, right, skipped) = self.span(x);
                let place = (3 * tap + skipped) * channels;
                copy(&row[left * channels..right * channels], &mut patch[place..]);
            }
        }
    }

    /// # Shapes
    /// - panels: `[9 · in, out]`, kernel row by row, channels innermost
    /// - result: `[batch, height / stride, width / stride, out]`
    pub fn convolve(self, input: &[f32], panels: &Panels, finish: Finish, out: usize) -> Vec<f32> {
        let goal = self.goal().with_channels(out);
        let mut patches = vec![0.0; goal.width * self.padded_depth()];
        let write = |values: &mut Unwritten| {
            for (index, values) in values.chunks_exact_mut(goal.row().max(1)).enumerate() {
                self.gather(input, index / goal.height, index % goal.height, &mut patches);
                product_into(&patches, self.padded_depth(), panels, finish, values);
            }
        };
        // SAFETY: rows divide the output without a rest, and `product_into` writes all of each.
        unsafe { written(goal.values(), write) }
    }

    /// # Shapes
    /// - gradient: as the result of [`Patches::convolve`]
    /// - sums: `[out, padded depth]`, which the weight's gradient is added to
    pub fn add_weight_gradient(
        self,
        gradient: &[f32],
        input: &[f32],
        out: usize,
        sums: &mut [f32],
    ) {
        let goal = self.goal().with_channels(out);
        let mut patches = vec![0.0; goal.width * self.padded_depth()];
        for (index, gradient) in gradient.chunks_exact(goal.row().max(1)).enumerate() {
            self.gather(input, index / goal.height, index % goal.height, &mut patches);
            let (left, right_columns) = (gradient, self.padded_depth());
            Pair { left, left_columns: out, right: &patches, right_columns }.add_to(sums);
        }
    }

    /// # Shapes
    /// - gradient: as the result of [`Patches::convolve`]
    /// - panels: `[out, 9 · in]`
    /// - result: as the input of [`Patches::convolve`]
    pub fn input_gradient(self, gradient: &[f32], panels: &Panels, out: usize) -> Vec<f32> {
        let goal = self.goal().with_channels(out);
        let channels = self.area.channels;
        let mut sums = vec![0.0; self.area.values()];
        for (index, gradient) in gradient.chunks_exact(goal.row().max(1)).enumerate() {
            let patches = product(gradient, out, panels, Finish::default());
            for (tap, begin) in self.rows(index / goal.height, index % goal.height) {
                let row = &mut sums[begin..begin + self.area.row()];
                for (x, patch) in patches.chunks_exact(self.depth()).enumerate() {
                    let (left, right, skipped) = self.span(x);
                    let place = (3 * tap + skipped) * channels;
                    let pixels = &mut row[left * channels..right * channels];
                    for (pixel, value) in pixels.iter_mut().zip(&patch[place..]) {
                        *pixel += value;
                    }
                }
            }
        }
        sums
    }
}

/// Copies a few numbers: too few for a call of what copies memory, which a browser makes for each
/// copy whose length the compiler does not know. Known are the patches of colour pictures, three
/// pixels, and two at the edges; they are copied in vectors, since the compiler makes one copy of
/// unknown length of two whose lengths it knows.
#[inline(always)]
fn copy(source: &[f32], goal: &mut [f32]) {
    match source.len() {
        9 => {
            store(load(source), goal);
            store(load(&source[4..]), &mut goal[4..]);
            goal[8] = source[8];
        }
        6 => {
            let (first, last) = (load(source), load(&source[2..]));
            store(first, goal);
            store(last, &mut goal[2..]);
        }
        length => goal[..length].copy_from_slice(source),
    }
}
