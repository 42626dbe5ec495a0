//! The 3×3 depthwise convolution with one pixel of zeros around.
//!
//! Channels lie innermost, so four of them fill a vector, and each group of channels walks along
//! rows of pixels. Every column of three pixels is read once: its nine products go to the three
//! outputs that it touches, of which two are still open. That is a third of the reads of the plain
//! loop, and the left and right edges need no case of their own. A group walks through a band of
//! rows before the next group does, as many as stay in a near cache with all of their channels: so its
//! weights are read once for all of them, which counts where rows are short.

mod gradients;
mod track;

use std::ops::Range;

use crate::product::Finish;
use crate::shape::Area;
use crate::vector::{LANES, Lane, Unwritten, Vector, written};

pub use gradients::Depthwise;
use track::{Place, TrackMut, Tracks};

/// Weights of a 3×3 kernel, `[9, channels]`, row by row.
pub type Taps<'a> = &'a [f32];

/// Numbers of input that belong to a band of rows: of the powers of two, the one that measured best.
const BAND: usize = 1 << 14;

/// # Shapes
/// - input: `[batch, height, width, channels]` of `area`
/// - taps: `[9, channels]`
/// - result: `[batch, height / stride, width / stride, channels]`, rounded up
pub fn convolve(input: &[f32], area: Area, stride: usize, taps: Taps, finish: Finish) -> Vec<f32> {
    let goal = area.strided(stride);
    let zeros = vec![0.0; area.row()];
    let rows = Rows { values: input, area, zeros: &zeros };
    let convolution = Convolution { rows, goal, taps, finish };
    // SAFETY: bands cover the output and groups of channels a pixel, and each walk writes its group
    // in every pixel of its band.
    unsafe {
        written(goal.values(), |out| {
            for band in Band::all(goal, stride) {
                let out = &mut out[band.range(goal)];
                if stride == 1 {
                    convolution.each_group::<1>(&band, out);
                } else {
                    convolution.each_group::<2>(&band, out);
                }
            }
        })
    }
}

/// Some rows of a picture's output.
struct Band {
    picture: usize,
    rows: Range<usize>,
}

impl Band {
    /// The bands of all pictures, where an output of the shape `goal` was made with a stride.
    fn all(goal: Area, stride: usize) -> impl Iterator<Item = Self> {
        let height = (BAND / (stride * stride * goal.row()).max(1)).clamp(1, goal.height.max(1));
        (0..goal.batch).flat_map(move |picture| {
            (0..goal.height).step_by(height).map(move |first| {
                let rows = first..(first + height).min(goal.height);
                Self { picture, rows }
            })
        })
    }

    /// Where its numbers lie in the output.
    fn range(&self, goal: Area) -> Range<usize> {
        let begin = |row| (self.picture * goal.height + row) * goal.row();
        begin(self.rows.start)..begin(self.rows.end)
    }

    /// The rows of input that belong to it alone.
    fn of_input(&self, area: Area, stride: usize) -> Self {
        let rows = self.rows.start * stride..(self.rows.end * stride).min(area.height);
        Self { picture: self.picture, rows }
    }
}

/// Rows of pixels, with zeros above and below each picture.
#[derive(Clone, Copy)]
struct Rows<'a> {
    values: &'a [f32],
    area: Area,
    /// As long as a row.
    zeros: &'a [f32],
}

impl<'a> Rows<'a> {
    #[inline(always)]
    fn at(self, picture: usize, y: usize) -> &'a [f32] {
        let length = self.area.row();
        if y >= self.area.height {
            return &self.zeros[..length];
        }
        &self.values[(picture * self.area.height + y) * length..][..length]
    }

    /// The three rows around `y`.
    #[inline(always)]
    fn around(self, picture: usize, y: usize) -> [&'a [f32]; 3] {
        // Above the first row is none, as below the last.
        let above = y.wrapping_sub(1);
        [self.at(picture, above), self.at(picture, y), self.at(picture, y + 1)]
    }

    /// Where in a row a group of channels lies.
    fn place(self, channel: usize) -> Place {
        let Area { width, channels, .. } = self.area;
        Place { channels, channel, pixels: width }
    }
}

/// A convolution with its operands.
#[derive(Clone, Copy)]
struct Convolution<'a> {
    rows: Rows<'a>,
    goal: Area,
    taps: Taps<'a>,
    finish: Finish<'a>,
}

impl Convolution<'_> {
    fn each_group<const STRIDE: usize>(&self, band: &Band, out: &mut Unwritten) {
        let mut channel = 0;
        while channel + LANES <= self.goal.channels {
            self.group::<Vector, STRIDE>(band, channel, out);
            channel += LANES;
        }
        while channel < self.goal.channels {
            self.group::<f32, STRIDE>(band, channel, out);
            channel += 1;
        }
    }

    fn group<L: Lane, const STRIDE: usize>(
        &self,
        band: &Band,
        channel: usize,
        out: &mut Unwritten,
    ) {
        let taps = taps_at::<L>(self.taps, self.goal.channels, channel);
        let start = self.finish.bias.map_or(L::ZERO, |bias| L::load(&bias[channel..]));
        let through = Through { rows: self.rows, goal: self.goal, band, channel };
        if self.finish.is_clamped {
            through.walk::<L, STRIDE, _>(&taps, start, out, |_| |_, sum: L| sum.clamped());
        } else {
            through.walk::<L, STRIDE, _>(&taps, start, out, |_| |_, sum| sum);
        }
    }
}

/// A group of channels through a band.
#[derive(Clone, Copy)]
struct Through<'a> {
    rows: Rows<'a>,
    goal: Area,
    band: &'a Band,
    channel: usize,
}

impl Through<'_> {
    /// Row by row of the output; `finish` gives for a row what takes each pixel's place and sum.
    // A function of its own, as are those of the gradients, so that a browser's compiler has no more
    // to keep in registers than a walk needs.
    #[inline(never)]
    fn walk<L: Lane, const STRIDE: usize, F: Fn(usize, L) -> L>(
        self,
        taps: &[[L; 3]; 3],
        start: L,
        out: &mut Unwritten,
        finish: impl Fn(usize) -> F,
    ) {
        let Self { rows, goal, band, channel } = self;
        let taps = *taps;
        let place = rows.place(channel);
        for (y, out) in band.rows.clone().zip(out.chunks_exact_mut(goal.row())) {
            let window = Tracks::<L, 3>::new(rows.around(band.picture, y * STRIDE), place);
            let mut out = TrackMut::new(out, Place { pixels: goal.width, ..place });
            let finish = finish(y);
            let mut put = |x: usize, sum: L| out.put(x, finish(x, sum));
            let width = window.pixels();
            if STRIDE == 1 {
                let first = window.at(0);
                let mut left = add(start, first, &taps, 1);
                let mut here = add(start, first, &taps, 0);
                for x in 1..width {
                    let pixels = window.at(x);
                    put(x - 1, add(left, pixels, &taps, 2));
                    left = add(here, pixels, &taps, 1);
                    here = add(start, pixels, &taps, 0);
                }
                put(width - 1, left);
            } else {
                let mut here = start;
                for x in 0..width / 2 {
                    let centre = add(here, window.at(2 * x), &taps, 1);
                    let right = window.at(2 * x + 1);
                    put(x, add(centre, right, &taps, 2));
                    here = add(start, right, &taps, 0);
                }
                if width % 2 == 1 {
                    put(width / 2, add(here, window.at(width - 1), &taps, 1));
                }
            }
        }
    }
}

/// The nine weights of a group of channels, row by row.
#[inline(always)]
fn taps_at<L: Lane>(taps: Taps, channels: usize, channel: usize) -> [[L; 3]; 3] {
    std::array::from_fn(|row| {
        std::array::from_fn(|column| L::load(&taps[(3 * row + column) * channels + channel..]))
    })
}

/// `sum` plus a column of pixels times a column of the kernel.
#[inline(always)]
fn add<L: Lane>(sum: L, pixels: [L; 3], taps: &[[L; 3]; 3], column: usize) -> L {
    let mut sum = sum;
    for (pixel, row) in pixels.into_iter().zip(taps) {
        sum = pixel.multiply_add(row[column], sum);
    }
    sum
}
