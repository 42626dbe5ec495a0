//! The 3×3 depthwise convolution with one pixel of zeros around, and its two gradients.
//!
//! Channels lie innermost, so four of them fill a vector, and each group of channels walks along
//! a row of pixels. Every column of three pixels is read once: its nine products go to the three
//! outputs that it touches, of which two are still open. That is a third of the reads of the plain
//! loop, and the left and right edges need no case of their own.

use super::product::Finish;
use super::vector::{LANES, Lane, Unwritten, Vector, written};
use crate::model::operations::layer::Area;

/// Weights of a 3×3 kernel, `[9, channels]`, row by row.
pub type Taps<'a> = &'a [f32];

/// # Shapes
/// - input: `[batch, height, width, channels]` of `area`
/// - taps: `[9, channels]`
/// - result: `[batch, height / stride, width / stride, channels]`, rounded up
pub fn convolve(input: &[f32], area: Area, stride: usize, taps: Taps, finish: Finish) -> Vec<f32> {
    let goal = area.strided(stride);
    let zeros = vec![0.0; area.row()];
    // SAFETY: rows divide the output without a rest, and each walk writes every pixel of its row, for
    // every channel.
    let write = |out: &mut Unwritten| {
        for (index, out) in out.chunks_exact_mut(goal.row().max(1)).enumerate() {
            let (picture, y) = (index / goal.height, index % goal.height);
            let window = Window::around(input, area, picture, y * stride, &zeros);
            let finish = finish.part(index * goal.row(), goal.row());
            let groups = Groups { taps, bias: finish.bias, channels: area.channels };
            if stride == 1 {
                groups.each::<1>(window, finish, out);
            } else {
                groups.each::<2>(window, finish, out);
            }
        }
    };
    unsafe { written(goal.values(), write) }
}

/// The three rows of pixels around one, of a picture with zeros above and below.
#[derive(Clone, Copy)]
struct Window<'a>([&'a [f32]; 3]);

impl<'a> Window<'a> {
    fn around(values: &'a [f32], area: Area, picture: usize, y: usize, zeros: &'a [f32]) -> Self {
        let row = |y: usize| {
            let begin = (picture * area.height + y) * area.row();
            &values[begin..begin + area.row()]
        };
        let above = if y == 0 { zeros } else { row(y - 1) };
        let below = if y + 1 < area.height { row(y + 1) } else { zeros };
        Self([above, row(y), below])
    }

    /// The column of three pixels at `x`.
    #[inline(always)]
    fn column<L: Lane>(self, x: usize, channels: usize, channel: usize) -> [L; 3] {
        self.0.map(|row| L::load(&row[x * channels + channel..]))
    }
}

/// The channels, to be walked group by group.
#[derive(Clone, Copy)]
struct Groups<'a> {
    taps: Taps<'a>,
    bias: Option<&'a [f32]>,
    channels: usize,
}

impl Groups<'_> {
    #[inline(always)]
    fn each<const STRIDE: usize>(self, window: Window, finish: Finish, out: &mut Unwritten) {
        let mut channel = 0;
        while channel + LANES <= self.channels {
            self.group::<Vector, STRIDE>(channel, window, finish, out);
            channel += LANES;
        }
        while channel < self.channels {
            self.group::<f32, STRIDE>(channel, window, finish, out);
            channel += 1;
        }
    }

    /// Decides outside of the loop how its sums end.
    #[inline(always)]
    fn group<L: Lane, const STRIDE: usize>(
        self,
        channel: usize,
        window: Window,
        finish: Finish,
        out: &mut Unwritten,
    ) {
        let channels = self.channels;
        if let Some(clamped) = finish.through_clamp {
            self.walk::<L, STRIDE>(channel, window, |sum, x| {
                let place = x * channels + channel;
                sum.through_clamp(L::load(&clamped[place..])).initialise(&mut out[place..]);
            });
        } else if finish.is_clamped {
            self.walk::<L, STRIDE>(channel, window, |sum, x| {
                sum.clamped().initialise(&mut out[x * channels + channel..]);
            });
        } else {
            self.walk::<L, STRIDE>(channel, window, |sum, x| {
                sum.initialise(&mut out[x * channels + channel..]);
            });
        }
    }

    /// One group of channels along one row of output; `finish` takes each sum and its place.
    #[inline(always)]
    fn walk<L: Lane, const STRIDE: usize>(
        self,
        channel: usize,
        window: Window,
        mut finish: impl FnMut(L, usize),
    ) {
        let channels = self.channels;
        let taps = taps_at::<L>(self.taps, channels, channel);
        let start = self.bias.map_or(L::ZERO, |bias| L::load(&bias[channel..]));
        let width = window.0[0].len() / channels;
        let column = |x| window.column::<L>(x, channels, channel);
        if STRIDE == 1 {
            let first = column(0);
            let mut left = add(start, first, &taps, 1);
            let mut here = add(start, first, &taps, 0);
            for x in 1..width {
                let pixels = column(x);
                finish(add(left, pixels, &taps, 2), x - 1);
                left = add(here, pixels, &taps, 1);
                here = add(start, pixels, &taps, 0);
            }
            finish(left, width - 1);
        } else {
            let mut here = start;
            for x in 0..width / 2 {
                let centre = add(here, column(2 * x), &taps, 1);
                let right = column(2 * x + 1);
                finish(add(centre, right, &taps, 2), x);
                here = add(start, right, &taps, 0);
            }
            if width % 2 == 1 {
                finish(add(here, column(width - 1), &taps, 1), width / 2);
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

/// What the input is to blame for, given what the output is.
///
/// # Shapes
/// - gradient: as the result of [`convolve`]
/// - through_clamp: what came out of the ReLU6 in front of the convolution, if one is there and the
///   gradient before it is wanted
/// - result: `[batch, height, width, channels]` of `area`, the input's
pub fn input_gradient(
    gradient: &[f32],
    area: Area,
    stride: usize,
    taps: Taps,
    through_clamp: Option<&[f32]>,
) -> Vec<f32> {
    if stride == 1 {
        // The transpose of a convolution with one pixel of zeros is one with the kernel turned.
        let turned: Vec<f32> =
            taps.chunks_exact(area.channels.max(1)).rev().flatten().copied().collect();
        return convolve(gradient, area, 1, &turned, Finish { through_clamp, ..Finish::default() });
    }
    let source = area.strided(stride);
    let zeros = vec![0.0; source.row()];
    // SAFETY: as in `convolve`.
    let write = |out: &mut Unwritten| {
        for (index, out) in out.chunks_exact_mut(area.row().max(1)).enumerate() {
            let (picture, y) = (index / area.height, index % area.height);
            let row = |y: usize| {
                if y >= source.height {
                    return &zeros[..];
                }
                let begin = (picture * source.height + y) * source.row();
                &gradient[begin..begin + source.row()]
            };
            // Even rows were only ever under the kernel's middle row; odd ones under the last row
            // of one output and the first row of the next.
            let spread = Spread { taps, channels: area.channels };
            let clamped = through_clamp.map(|all| &all[index * area.row()..][..area.row()]);
            if y % 2 == 0 {
                spread.each([(row(y / 2), 1)], clamped, out);
            } else {
                spread.each([(row(y / 2), 2), (row(y / 2 + 1), 0)], clamped, out);
            }
        }
    };
    unsafe { written(area.values(), write) }
}

/// Spreads rows of gradients with stride 2 over one row of input.
#[derive(Clone, Copy)]
struct Spread<'a> {
    taps: Taps<'a>,
    channels: usize,
}

impl Spread<'_> {
    /// `rows` are gradients with the kernel's row that they were made by.
    #[inline(always)]
    fn each<const ROWS: usize>(
        self,
        rows: [(&[f32], usize); ROWS],
        clamped: Option<&[f32]>,
        out: &mut Unwritten,
    ) {
        let mut channel = 0;
        while channel + LANES <= self.channels {
            self.group::<Vector, ROWS>(channel, rows, clamped, out);
            channel += LANES;
        }
        while channel < self.channels {
            self.group::<f32, ROWS>(channel, rows, clamped, out);
            channel += 1;
        }
    }

    /// Decides outside of the loop how its sums end.
    #[inline(always)]
    fn group<L: Lane, const ROWS: usize>(
        self,
        channel: usize,
        rows: [(&[f32], usize); ROWS],
        clamped: Option<&[f32]>,
        out: &mut Unwritten,
    ) {
        let (channels, width) = (self.channels, out.len() / self.channels);
        match clamped {
            Some(clamped) => self.walk::<L, ROWS>(channel, rows, width, |sum, x| {
                let place = x * channels + channel;
                sum.through_clamp(L::load(&clamped[place..])).initialise(&mut out[place..]);
            }),
            None => self.walk::<L, ROWS>(channel, rows, width, |sum, x| {
                sum.initialise(&mut out[x * channels + channel..]);
            }),
        }
    }

    #[inline(always)]
    fn walk<L: Lane, const ROWS: usize>(
        self,
        channel: usize,
        rows: [(&[f32], usize); ROWS],
        width: usize,
        mut finish: impl FnMut(L, usize),
    ) {
        let channels = self.channels;
        let all = taps_at::<L>(self.taps, channels, channel);
        let taps: [[L; 3]; ROWS] = rows.map(|(_, row)| all[row]);
        let strided = width.div_ceil(2);
        let column = |x: usize| rows.map(|(row, _)| L::load(&row[x * channels + channel..]));
        let weighted = |sum: L, gradients: [L; ROWS], column: usize| {
            let mut sum = sum;
            for (gradient, taps) in gradients.into_iter().zip(&taps) {
                sum = gradient.multiply_add(taps[column], sum);
            }
            sum
        };
        let mut here = column(0);
        for x in 0..strided {
            finish(weighted(L::ZERO, here, 1), 2 * x);
            if 2 * x + 1 == width {
                return;
            }
            let mut sum = weighted(L::ZERO, here, 2);
            if x + 1 < strided {
                here = column(x + 1);
                sum = weighted(sum, here, 0);
            }
            finish(sum, 2 * x + 1);
        }
    }
}

/// What the weights are to blame for.
///
/// # Shapes
/// - gradient: as the result of [`convolve`]
/// - input: `[batch, height, width, channels]` of `area`
/// - result: `[9, channels]`
pub fn taps_gradient(gradient: &[f32], input: &[f32], area: Area, stride: usize) -> Vec<f32> {
    let goal = area.strided(stride);
    let zeros = vec![0.0; area.row()];
    let mut sums = vec![0.0; 9 * area.channels];
    for (index, gradient) in gradient.chunks_exact(goal.row().max(1)).enumerate() {
        let (picture, y) = (index / goal.height, index % goal.height);
        let window = Window::around(input, area, picture, y * stride, &zeros);
        let row = GradientRow { gradient, window, channels: area.channels };
        if stride == 1 { row.each::<1>(&mut sums) } else { row.each::<2>(&mut sums) }
    }
    sums
}

/// One row of gradients and the pixels that made it.
#[derive(Clone, Copy)]
struct GradientRow<'a> {
    gradient: &'a [f32],
    window: Window<'a>,
    channels: usize,
}

impl GradientRow<'_> {
    #[inline(always)]
    fn each<const STRIDE: usize>(self, sums: &mut [f32]) {
        let mut channel = 0;
        while channel + LANES <= self.channels {
            self.walk::<Vector, STRIDE>(channel, sums);
            channel += LANES;
        }
        while channel < self.channels {
            self.walk::<f32, STRIDE>(channel, sums);
            channel += 1;
        }
    }

    #[inline(always)]
    fn walk<L: Lane, const STRIDE: usize>(self, channel: usize, sums: &mut [f32]) {
        let channels = self.channels;
        let mut taps = taps_at::<L>(sums, channels, channel);
        let gradient = |x: usize| L::load(&self.gradient[x * channels + channel..]);
        let column = |x: usize| self.window.column::<L>(x, channels, channel);
        let width = self.window.0[0].len() / channels;
        let count = self.gradient.len() / channels;
        let mut here = gradient(0);
        if STRIDE == 1 {
            let mut left = L::ZERO;
            for x in 0..width {
                let right = if x + 1 < width { gradient(x + 1) } else { L::ZERO };
                for (pixel, row) in column(x).into_iter().zip(&mut taps) {
                    row[0] = pixel.multiply_add(right, row[0]);
                    row[1] = pixel.multiply_add(here, row[1]);
                    row[2] = pixel.multiply_add(left, row[2]);
                }
                (left, here) = (here, right);
            }
        } else {
            for x in 0..count {
                for (pixel, row) in column(2 * x).into_iter().zip(&mut taps) {
                    row[1] = pixel.multiply_add(here, row[1]);
                }
                let right = if x + 1 < count { gradient(x + 1) } else { L::ZERO };
                if 2 * x + 1 < width {
                    for (pixel, row) in column(2 * x + 1).into_iter().zip(&mut taps) {
                        row[2] = pixel.multiply_add(here, row[2]);
                        row[0] = pixel.multiply_add(right, row[0]);
                    }
                }
                here = right;
            }
        }
        for (row, taps) in taps.into_iter().enumerate() {
            for (column, sum) in taps.into_iter().enumerate() {
                sum.store(&mut sums[(3 * row + column) * channels + channel..]);
            }
        }
    }
}
