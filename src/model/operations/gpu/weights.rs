//! The first phase of the gradients of a layer's own tensors: each invocation adds up a share of
//! the pixels for a few of the folded weights. Shares follow the shape alone and are added up in
//! order in the second phase (`unfold`), so the bits are the same every time.

use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::launch::{aligned, area_of, empty, part, vector_of, workgroups};
use kernels::{Kind, Layer, TAPS};

/// Vectors of output channels, and of input channels, that an invocation multiplies with one another.
const OUTS: usize = 2;
const INS: usize = 2;
/// Pixels of a row that an invocation looks at together in a 3×3 convolution.
const COLUMNS: usize = 4;
/// Pixels that are worth a share of their own.
const PIXELS: usize = 32;
/// So many invocations keep a graphics card busy.
const ENOUGH: usize = 1 << 14;
/// Shares at most; beyond, the second phase would take longer than the first.
const MOST_SHARES: usize = 256;

/// What was added up: `[shares, out, each]` for the folded weights and `[shares, out]` for the
/// shifts behind them, in one buffer.
pub struct Partial {
    pub buffer: CubeTensor,
    pub shares: usize,
    /// Where the shifts' begin.
    pub shifts_at: usize,
}

impl Partial {
    /// Room for shares of `work` pieces, if each piece needs so many invocations.
    fn new(like: &CubeTensor, weights: usize, out: usize, invocations: usize, work: usize) -> Self {
        let shares = (ENOUGH / invocations.max(1)).clamp(1, work.clamp(1, MOST_SHARES));
        let shifts_at = aligned(like, shares * weights);
        Self { buffer: empty(like, [shifts_at + shares * out]), shares, shifts_at }
    }

    /// The part of the weights and that of the shifts.
    fn parts(&self) -> [CubeTensor; 2] {
        let all = self.buffer.meta.num_elements();
        let weights = part(&self.buffer, 0, self.shifts_at);
        [weights, part(&self.buffer, self.shifts_at, all - self.shifts_at)]
    }
}

/// # Shapes
/// - gradient: `[pixels, out]`, with vectors of `G`
/// - input: `[pixels, in]`, with vectors of `I`
/// - weights: `[shares, out, in]`, with vectors of `I`
/// - shifts: `[shares, out]`, with vectors of `G`
#[cube(launch_unchecked)]
fn outer<G: Size, I: Size>(
    gradient: &[Vector<f32, G>],
    input: &[Vector<f32, I>],
    weights: &mut [Vector<f32, I>],
    shifts: &mut [Vector<f32, G>],
    pixels: usize,
    pixels_of_share: usize,
    shares: usize,
    outs: usize,
    ins: usize,
) {
    let tiles_in = ins.div_ceil(INS);
    let tiles_out = outs.div_ceil(OUTS);
    let first_in = ABSOLUTE_POS % tiles_in * INS;
    let first_out = ABSOLUTE_POS / tiles_in % tiles_out * OUTS;
    let share = ABSOLUTE_POS / tiles_in / tiles_out;
    if share >= shares {
        terminate!();
    }
    let lanes = G::value();
    let mut sums = Array::<Vector<f32, I>>::new(comptime!(OUTS * lanes * INS));
    let mut totals = Array::<Vector<f32, G>>::new(OUTS);
    let begin = share * pixels_of_share;
    let end = (begin + pixels_of_share).min(pixels);
    for pixel in begin..end {
        let mut inputs = Array::<Vector<f32, I>>::new(INS);
        #[unroll]
        for j in 0..INS {
            inputs[j] = input[pixel * ins + (first_in + j).min(ins - 1)];
        }
        #[unroll]
        for i in 0..OUTS {
            let gradients = gradient[pixel * outs + (first_out + i).min(outs - 1)];
            totals[i] += gradients;
            #[unroll]
            for lane in 0..lanes {
                let value = Vector::new(gradients.extract(lane));
                #[unroll]
                for j in 0..INS {
                    sums[comptime!((i * lanes + lane) * INS + j)] += inputs[j] * value;
                }
            }
        }
    }
    #[unroll]
    for i in 0..OUTS {
        if first_out + i < outs {
            if first_in == 0 {
                shifts[share * outs + first_out + i] = totals[i];
            }
            #[unroll]
            for lane in 0..lanes {
                let row = (share * outs + first_out + i) * lanes + lane;
                #[unroll]
                for j in 0..INS {
                    if first_in + j < ins {
                        weights[row * ins + first_in + j] =
                            sums[comptime!((i * lanes + lane) * INS + j)];
                    }
                }
            }
        }
    }
}

/// # Shapes
/// - gradient: `[batch, goal_height, goal_width, columns]`, with vectors of `N`
/// - input: `[batch, height, width, columns]` with vectors of `N` in a depthwise convolution, else
///   `[batch, height, width, depth]` with vectors of one
/// - weights: `[shares, columns · N, depth, 3, 3]`
/// - shifts: `[shares, columns]`, with vectors of `N`
#[cube(launch_unchecked)]
fn taps<I: Size, N: Size>(
    gradient: &[Vector<f32, N>],
    input: &[Vector<f32, I>],
    weights: &mut [f32],
    shifts: &mut [Vector<f32, N>],
    rows: usize,
    rows_of_share: usize,
    shares: usize,
    goal_height: usize,
    goal_width: usize,
    height: usize,
    width: usize,
    columns: usize,
    depth: usize,
    #[comptime] stride: usize,
    #[comptime] is_depthwise: bool,
) {
    let column = ABSOLUTE_POS % columns;
    let channel = ABSOLUTE_POS / columns % depth;
    let share = ABSOLUTE_POS / columns / depth;
    if share >= shares {
        terminate!();
    }
    let mut sums = Array::<Vector<f32, N>>::new(TAPS);
    let mut total = Vector::<f32, N>::new(0.0);
    let begin = share * rows_of_share;
    let end = (begin + rows_of_share).min(rows);
    for row in begin..end {
        let picture = row / goal_height;
        let first_row = row % goal_height * stride;
        for tile in 0..goal_width.div_ceil(COLUMNS) {
            let left = tile * COLUMNS;
            let mut gradients = Array::<Vector<f32, N>>::new(COLUMNS);
            #[unroll]
            for pixel in 0..COLUMNS {
                let at = row * goal_width + (left + pixel).min(goal_width - 1);
                let value = gradient[at * columns + column];
                let value = select(left + pixel < goal_width, value, Vector::new(0.0));
                gradients[pixel] = value;
                total += value;
            }
            #[unroll]
            for tap_row in 0..3 {
                let y = first_row + tap_row;
                let is_row = y > 0 && y <= height;
                let start = (picture * height + y.max(1).min(height) - 1) * width;
                #[unroll]
                for read in 0..comptime!((COLUMNS - 1) * stride + 3) {
                    let x = left * stride + read;
                    let is_pixel = is_row && x > 0 && x <= width;
                    let pixel = start + x.max(1).min(width) - 1;
                    let value = if comptime!(is_depthwise) {
                        Vector::<f32, N>::cast_from(input[pixel * columns + column])
                    } else {
                        Vector::new(input[pixel * depth + channel].extract(0usize))
                    };
                    let value = select(is_pixel, value, Vector::new(0.0));
                    #[unroll]
                    for pixel in 0..COLUMNS {
                        if comptime!(read >= pixel * stride && read < pixel * stride + 3) {
                            sums[comptime!(tap_row * 3 + read - pixel * stride)] +=
                                value * gradients[pixel];
                        }
                    }
                }
            }
        }
    }
    if channel == 0 {
        shifts[share * columns + column] = total;
    }
    #[unroll]
    for lane in 0..N::value() {
        let row = (share * columns + column) * N::value() + lane;
        #[unroll]
        for tap in 0..TAPS {
            weights[(row * depth + channel) * TAPS + tap] = sums[tap].extract(lane);
        }
    }
}

/// Adds up the shares of a 1×1 convolution in one launch.
pub fn of_pointwise(gradient: CubeTensor, input: CubeTensor, out: usize) -> Partial {
    let area = area_of(&input);
    let (lanes_out, lanes_in) = (vector_of(out), vector_of(area.channels));
    let (outs, ins) = (out / lanes_out, area.channels / lanes_in);
    let tiles = outs.div_ceil(OUTS) * ins.div_ceil(INS);
    let work = area.pixels().div_ceil(PIXELS);
    let partial = Partial::new(&input, out * area.channels, out, tiles, work);
    let (count, workgroup) = workgroups(&input, tiles * partial.shares);
    let [weights, shifts] = partial.parts();
    // Every index is kept below its limit by the kernel.
    unsafe {
        outer::launch_unchecked(
            &partial.buffer.client,
            count,
            workgroup,
            lanes_out,
            lanes_in,
            gradient.into_buffer_arg(),
            input.into_buffer_arg(),
            weights.into_buffer_arg(),
            shifts.into_buffer_arg(),
            area.pixels(),
            area.pixels().div_ceil(partial.shares),
            partial.shares,
            outs,
            ins,
        );
    }
    partial
}

/// Adds up the shares of a 3×3 convolution in one launch.
pub fn of_spatial(gradient: CubeTensor, input: CubeTensor, layer: Layer) -> Partial {
    let (area, goal) = (area_of(&input), area_of(&gradient));
    let is_depthwise = layer.kind == Kind::Depthwise;
    let depth = if is_depthwise { 1 } else { area.channels };
    let vector = vector_of(goal.channels);
    let columns = goal.channels / vector;
    let rows = goal.batch * goal.height;
    let each = depth * TAPS;
    let partial = Partial::new(&input, goal.channels * each, goal.channels, columns * depth, rows);
    let (count, workgroup) = workgroups(&input, columns * depth * partial.shares);
    let [weights, shifts] = partial.parts();
    // Every index is kept below its limit by the kernel.
    unsafe {
        taps::launch_unchecked(
            &partial.buffer.client,
            count,
            workgroup,
            if is_depthwise { vector } else { 1 },
            vector,
            gradient.into_buffer_arg(),
            input.into_buffer_arg(),
            weights.into_buffer_arg(),
            shifts.into_buffer_arg(),
            rows,
            rows.div_ceil(partial.shares),
            partial.shares,
            goal.height,
            goal.width,
            area.height,
            area.width,
            columns,
            depth,
            layer.stride,
            is_depthwise,
        );
    }
    partial
}
