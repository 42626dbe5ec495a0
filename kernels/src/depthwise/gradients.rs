//! The gradients of a 3×3 depthwise convolution: those of its weights and of its input band by band
//! in turn, so that both find gradients and pixels in a near cache.

use super::{Band, Rows, Taps, Through, TrackMut, Tracks, taps_at};
use crate::shape::Area;
use crate::vector::{LANES, Lane, Unwritten, Vector, written};

/// What a convolution is differentiated at.
#[derive(Clone, Copy)]
pub struct Depthwise<'a> {
    /// As the convolution's result.
    pub gradient: &'a [f32],
    /// Shape `[batch, height, width, channels]` of `area`.
    pub input: &'a [f32],
    pub area: Area,
    pub stride: usize,
}

/// How gradients go back to the input.
#[derive(Clone, Copy)]
struct Back<'a> {
    taps: Taps<'a>,
    through_clamp: bool,
}

impl Depthwise<'_> {
    /// Adds the gradients of the weight, `[9, channels]`, and the bias to `sums`, and gives that of the
    /// input where `taps` are given: before the ReLU6 in front of the convolution if it is to go
    /// `through_clamp`.
    pub fn add_gradients(
        self,
        [weight, bias]: [&mut [f32]; 2],
        taps: Option<Taps>,
        through_clamp: bool,
    ) -> Option<Vec<f32>> {
        let Some(taps) = taps else {
            self.each_band(weight, bias, None);
            return None;
        };
        let back = Back { taps, through_clamp };
        // SAFETY: bands cover the input and groups of channels a pixel, and each walk writes
        // its group in every pixel of its band.
        Some(unsafe {
            written(self.input.len(), |out| self.each_band(weight, bias, Some((back, out))))
        })
    }

    fn each_band(
        self,
        weight: &mut [f32],
        bias: &mut [f32],
        mut back: Option<(Back, &mut Unwritten)>,
    ) {
        let Self { area, stride, .. } = self;
        let goal = area.strided(stride);
        let zeros = vec![0.0; area.row()];
        let gradient = Rows { values: self.gradient, area: goal, zeros: &zeros };
        let pixels = Rows { values: self.input, area, zeros: &zeros };
        for band in Band::all(goal, stride) {
            let walks = Walks { gradient, pixels, band: &band };
            if stride == 1 {
                walks.add_to::<1>(weight, bias)
            } else {
                walks.add_to::<2>(weight, bias)
            }
            if let Some((back, out)) = &mut back {
                let rows = band.of_input(area, stride);
                let out = &mut out[rows.range(area)];
                let walks = Walks { band: &rows, ..walks };
                if stride == 1 { walks.back::<1>(*back, out) } else { walks.back::<2>(*back, out) }
            }
        }
    }
}

/// A band of gradients and the pixels that made it.
#[derive(Clone, Copy)]
struct Walks<'a> {
    gradient: Rows<'a>,
    pixels: Rows<'a>,
    /// Of gradients, or of pixels.
    band: &'a Band,
}

impl Walks<'_> {
    /// Adds what a band of gradients makes of the weights, `[9, channels]`, and of the bias.
    fn add_to<const STRIDE: usize>(self, weight: &mut [f32], bias: &mut [f32]) {
        let channels = self.pixels.area.channels;
        let mut channel = 0;
        while channel + LANES <= channels {
            self.add_group::<Vector, STRIDE>(channel, weight, bias);
            channel += LANES;
        }
        while channel < channels {
            self.add_group::<f32, STRIDE>(channel, weight, bias);
            channel += 1;
        }
    }

    #[inline(never)]
    fn add_group<L: Lane, const STRIDE: usize>(
        self,
        channel: usize,
        weight: &mut [f32],
        bias: &mut [f32],
    ) {
        let Self { gradient, pixels, band } = self;
        let channels = pixels.area.channels;
        let mut sums = Sums {
            weight: taps_at::<L>(weight, channels, channel),
            bias: L::load(&bias[channel..]),
        };
        for y in band.rows.clone() {
            let gradient = Tracks::new([gradient.at(band.picture, y)], gradient.place(channel));
            let window = pixels.around(band.picture, y * STRIDE);
            let window = Tracks::new(window, pixels.place(channel));
            sums = added::<L, STRIDE>(sums, gradient, window);
        }
        sums.bias.store(&mut bias[channel..]);
        for (tap, sum) in sums.weight.into_iter().flatten().enumerate() {
            sum.store(&mut weight[tap * channels + channel..]);
        }
    }

    /// Writes the gradient of a band of input.
    fn back<const STRIDE: usize>(self, back: Back, out: &mut Unwritten) {
        let channels = self.pixels.area.channels;
        let mut channel = 0;
        while channel + LANES <= channels {
            self.back_group::<Vector, STRIDE>(channel, back, out);
            channel += LANES;
        }
        while channel < channels {
            self.back_group::<f32, STRIDE>(channel, back, out);
            channel += 1;
        }
    }

    fn back_group<L: Lane, const STRIDE: usize>(
        self,
        channel: usize,
        back: Back,
        out: &mut Unwritten,
    ) {
        let Self { gradient, pixels, band } = self;
        let taps = taps_at::<L>(back.taps, pixels.area.channels, channel);
        if STRIDE == 2 {
            return self.spread(channel, &taps, back.through_clamp, out);
        }
        // The transpose of a convolution with one pixel of zeros is one with the kernel turned.
        let [above, here, below] = taps;
        let taps = [below, here, above].map(|[left, middle, right]| [right, middle, left]);
        let through = Through { rows: gradient, goal: pixels.area, band, channel };
        if back.through_clamp {
            through.walk::<L, 1, _>(&taps, L::ZERO, out, |y| {
                let clamped = Tracks::new([pixels.at(band.picture, y)], pixels.place(channel));
                move |x, sum: L| {
                    let [clamped] = clamped.at(x);
                    sum.through_clamp(clamped)
                }
            });
        } else {
            through.walk::<L, 1, _>(&taps, L::ZERO, out, |_| |_, sum| sum);
        }
    }

    /// Spreads gradients of stride 2 over the pixels that made them.
    #[inline(never)]
    fn spread<L: Lane>(
        self,
        channel: usize,
        taps: &[[L; 3]; 3],
        through_clamp: bool,
        out: &mut Unwritten,
    ) {
        let Self { gradient, pixels, band } = self;
        let Area { width, .. } = pixels.area;
        let (place, source) = (pixels.place(channel), gradient.place(channel));
        let rows = out.chunks_exact_mut(pixels.area.row());
        for (y, out) in band.rows.clone().zip(rows) {
            let clamped = Tracks::<L, 1>::new([pixels.at(band.picture, y)], place);
            let mut out = TrackMut::new(out, place);
            let finish = |x: usize, sum: L| {
                let [pixel] = clamped.at(x);
                out.put(x, if through_clamp { sum.through_clamp(pixel) } else { sum });
            };
            // Even rows were only ever under the kernel's middle row, odd ones under the last row of
            // one output and the first row of the next.
            let row = |y| gradient.at(band.picture, y);
            if y % 2 == 0 {
                spread_row(Tracks::new([row(y / 2)], source), [taps[1]], width, finish);
            } else {
                let rows = Tracks::new([row(y / 2), row(y / 2 + 1)], source);
                spread_row(rows, [taps[2], taps[0]], width, finish);
            }
        }
    }
}

/// Along a row of input: `rows` are gradients, each with the row of the kernel that it was made by.
#[inline(always)]
fn spread_row<L: Lane, const ROWS: usize>(
    rows: Tracks<L, ROWS>,
    taps: [[L; 3]; ROWS],
    width: usize,
    mut finish: impl FnMut(usize, L),
) {
    let weighted = |sum: L, gradients: [L; ROWS], column: usize| {
        let mut sum = sum;
        for (gradient, taps) in gradients.into_iter().zip(&taps) {
            sum = gradient.multiply_add(taps[column], sum);
        }
        sum
    };
    let mut here = rows.at(0);
    for x in 1..rows.pixels() {
        let next = rows.at(x);
        finish(2 * x - 2, weighted(L::ZERO, here, 1));
        finish(2 * x - 1, weighted(weighted(L::ZERO, here, 2), next, 0));
        here = next;
    }
    let last = 2 * rows.pixels() - 2;
    finish(last, weighted(L::ZERO, here, 1));
    if last + 1 < width {
        finish(last + 1, weighted(L::ZERO, here, 2));
    }
}

/// What gradients add up to, of a group of channels.
#[derive(Clone, Copy)]
struct Sums<L> {
    weight: [[L; 3]; 3],
    bias: L,
}

/// `sums` and what one row of gradients makes of weights and bias.
#[inline(always)]
fn added<L: Lane, const STRIDE: usize>(
    sums: Sums<L>,
    gradient: Tracks<L, 1>,
    window: Tracks<L, 3>,
) -> Sums<L> {
    let Sums { mut weight, mut bias } = sums;
    // Row by row, so that no more than one pixel is held: nine sums leave few registers. Each of the
    // gradients met the pixel under the kernel's column that comes with it.
    let mut add = |x: usize, gradients: [Option<L>; 3]| {
        for (row, sums) in weight.iter_mut().enumerate() {
            let pixel = window.in_row(row, x);
            for (sum, gradient) in sums.iter_mut().zip(gradients) {
                if let Some(gradient) = gradient {
                    *sum = pixel.multiply_add(gradient, *sum);
                }
            }
        }
    };
    let (width, count) = (window.pixels(), gradient.pixels());
    let mut gradient = |x: usize| {
        let [gradient] = gradient.at(x);
        bias = bias.plus(gradient);
        gradient
    };
    let mut here = gradient(0);
    if STRIDE == 1 {
        let mut left = L::ZERO;
        for x in 1..width {
            let right = gradient(x);
            add(x - 1, [Some(right), Some(here), Some(left)]);
            (left, here) = (here, right);
        }
        add(width - 1, [None, Some(here), Some(left)]);
    } else {
        for x in 1..count {
            let right = gradient(x);
            add(2 * x - 2, [None, Some(here), None]);
            add(2 * x - 1, [Some(right), None, Some(here)]);
            here = right;
        }
        add(2 * count - 2, [None, Some(here), None]);
        if 2 * count == width {
            add(width - 1, [None, None, Some(here)]);
        }
    }
    Sums { weight, bias }
}
