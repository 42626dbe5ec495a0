//! 3×3 convolutions with one pixel of zeros around: depthwise ones, the stem, and the gradient of
//! a depthwise one's input, which is the same sliding the other way.
//!
//! An invocation adds up one vector of channels for a small tile of pixels, so that most of what it
//! reads takes part in several of its sums. Which weight meets which pixel is known when the kernel
//! is compiled; at run time only the borders are looked at.

use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::Own;
use super::fold::{activated, factor, through_clamp};
use super::launch::{area_of, empty, vector_of, workgroups};
use kernels::{Area, Kind, Layer, TAPS};

/// Weights of a kernel's side.
pub const SIDE: usize = 3;

/// How a tile of the pixels that are written slides over those that are read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Slide {
    /// Of the convolution.
    stride: usize,
    /// Whether the convolution's output is read, for the gradient of its input.
    is_backward: bool,
    /// Rows and pixels of a row in a tile; multiples of the stride backward.
    rows: usize,
    columns: usize,
}

impl Slide {
    /// With tiles whose sums fit into registers.
    fn new(stride: usize, is_backward: bool) -> Self {
        Self { stride, is_backward, rows: 2, columns: 4 }
    }

    /// How many pixels are read in a direction for so many that are written.
    fn reach(self, written: usize) -> usize {
        match (self.is_backward, self.stride) {
            (false, stride) => (written - 1) * stride + SIDE,
            (true, 1) => written + 2,
            (true, stride) => written / stride + 1,
        }
    }

    /// Which weight, in a direction, takes a pixel that is read to one that is written, both
    /// counted from the first of a tile.
    fn tap(self, read: usize, written: usize) -> Option<usize> {
        let tap = if self.is_backward {
            let behind_first = if self.stride == 1 { 2 } else { 1 };
            (written + behind_first).checked_sub(read * self.stride)
        } else {
            read.checked_sub(written * self.stride)
        };
        tap.filter(|&tap| tap < SIDE)
    }

    /// The index of the weight, over both directions.
    fn tap_of(self, read: [usize; 2], written: [usize; 2]) -> Option<usize> {
        Some(self.tap(read[0], written[0])? * SIDE + self.tap(read[1], written[1])?)
    }

    /// Invocations for one vector of channels.
    fn tiles(self, area: Area) -> usize {
        area.batch * area.height.div_ceil(self.rows) * area.width.div_ceil(self.columns)
    }
}

/// One more than where the pixels begin that are read for a tile: theirs may begin one before the
/// picture.
#[cube]
fn first_read(first_written: usize, #[comptime] slide: Slide) -> usize {
    if comptime!(slide.is_backward) {
        first_written / slide.stride + comptime!(slide.stride - 1)
    } else {
        first_written * slide.stride
    }
}

/// # Shapes
/// - source: `[batch, source_height, source_width, channels]` with vectors of `N` in a depthwise
///   convolution, else `[batch, source_height, source_width, depth]` with vectors of one
/// - weight: `[channels, depth, 3, 3]`, with vectors as the source
/// - scale, variance, shift, mean: `[channels]`, with vectors of `N`
/// - clamped, target: `[batch, height, width, channels]`, with vectors of `N`, `columns` of them
#[cube(launch_unchecked)]
fn slide_over<I: Size, N: Size>(
    source: &[Vector<f32, I>],
    weight: &[Vector<f32, I>],
    scale: &[Vector<f32, N>],
    variance: &[Vector<f32, N>],
    shift: ComptimeOption<&[Vector<f32, N>]>,
    mean: ComptimeOption<&[Vector<f32, N>]>,
    clamped: ComptimeOption<&[Vector<f32, N>]>,
    target: &mut [Vector<f32, N>],
    batch: usize,
    source_height: usize,
    source_width: usize,
    height: usize,
    width: usize,
    columns: usize,
    depth: usize,
    #[comptime] slide: Slide,
    #[comptime] is_depthwise: bool,
    #[comptime] is_clamped: bool,
) {
    let (rows_of_tile, columns_of_tile) = comptime!((slide.rows, slide.columns));
    let across = width.div_ceil(columns_of_tile);
    let down = height.div_ceil(rows_of_tile);
    let column = ABSOLUTE_POS % columns;
    let tile = ABSOLUTE_POS / columns;
    let left = tile % across * columns_of_tile;
    let top = tile / across % down * rows_of_tile;
    let picture = tile / across / down;
    if picture >= batch {
        terminate!();
    }
    let lanes = I::value();
    let first_row = first_read(top, slide);
    let first_pixel = first_read(left, slide);
    let mut sums = Array::<Vector<f32, N>>::new(rows_of_tile * columns_of_tile);
    for channel in 0..depth {
        let mut taps = Array::<Vector<f32, N>>::new(TAPS);
        #[unroll]
        for tap in 0..TAPS {
            let mut outputs = Vector::<f32, N>::empty();
            #[unroll]
            for lane in 0..N::value() {
                let value = if comptime!(is_depthwise) {
                    // The weights of a vector of channels are as many vectors as each has weights.
                    let number = comptime!(lane * TAPS + tap);
                    weight[column * TAPS + comptime!(number / lanes)]
                        .extract(comptime!(number % lanes))
                } else {
                    weight[((column * N::value() + lane) * depth + channel) * TAPS + tap]
                        .extract(0usize)
                };
                outputs.insert(lane, value);
            }
            taps[tap] = outputs;
        }
        #[unroll]
        for read_row in 0..comptime!(slide.reach(rows_of_tile)) {
            let row = first_row + read_row;
            let is_row = row > 0 && row <= source_height;
            let row = (picture * source_height + row.max(1).min(source_height) - 1) * source_width;
            #[unroll]
            for read_column in 0..comptime!(slide.reach(columns_of_tile)) {
                let pixel = first_pixel + read_column;
                let is_pixel = is_row && pixel > 0 && pixel <= source_width;
                let pixel = row + pixel.max(1).min(source_width) - 1;
                let value = if comptime!(is_depthwise) {
                    Vector::<f32, N>::cast_from(source[pixel * columns + column])
                } else {
                    Vector::new(source[pixel * depth + channel].extract(0usize))
                };
                let value = select(is_pixel, value, Vector::new(0.0));
                #[unroll]
                for row in 0..rows_of_tile {
                    #[unroll]
                    for column in 0..columns_of_tile {
                        let tap = comptime!(slide.tap_of([read_row, read_column], [row, column]));
                        if comptime!(tap.is_some()) {
                            sums[row * columns_of_tile + column] +=
                                value * taps[comptime!(tap.unwrap_or_default())];
                        }
                    }
                }
            }
        }
    }
    let factor = factor::<N>(scale[column], variance[column]);
    let mut bias = Vector::<f32, N>::new(0.0);
    #[comptime]
    match &shift {
        ComptimeOption::Some(shift) => bias += shift[column],
        ComptimeOption::None => {}
    }
    #[comptime]
    match &mean {
        ComptimeOption::Some(mean) => bias -= mean[column] * factor,
        ComptimeOption::None => {}
    }
    #[unroll]
    for row in 0..rows_of_tile {
        #[unroll]
        for pixel in 0..columns_of_tile {
            if top + row < height && left + pixel < width {
                let at = ((picture * height + top + row) * width + left + pixel) * columns + column;
                let sum = sums[row * columns_of_tile + pixel] * factor + bias;
                #[comptime]
                let sum = match &clamped {
                    ComptimeOption::Some(clamped) => through_clamp::<N>(sum, clamped[at]),
                    ComptimeOption::None => sum,
                };
                target[at] = activated::<N>(sum, is_clamped);
            }
        }
    }
}

/// The layer in one launch.
pub fn convolve(input: CubeTensor, own: Own, layer: Layer) -> CubeTensor {
    let area = area_of(&input);
    let goal = layer.goal(area, own.channels());
    let output = empty(&input, goal.shape());
    let is_depthwise = layer.kind == Kind::Depthwise;
    let vector = vector_of(goal.channels);
    let read = if is_depthwise { vector } else { 1 };
    let slide = Slide::new(layer.stride, false);
    let columns = goal.channels / vector;
    let (count, workgroup) = workgroups(&input, columns * slide.tiles(goal));
    // Every index is kept below its limit by the kernel.
    unsafe {
        slide_over::launch_unchecked(
            &output.client,
            count,
            workgroup,
            read,
            vector,
            input.into_buffer_arg(),
            own.weight.into_buffer_arg(),
            own.scale.into_buffer_arg(),
            own.variance.into_buffer_arg(),
            Some(own.shift.into_buffer_arg()).into(),
            Some(own.mean.into_buffer_arg()).into(),
            None.into(),
            output.clone().into_buffer_arg(),
            area.batch,
            area.height,
            area.width,
            goal.height,
            goal.width,
            columns,
            if is_depthwise { 1 } else { area.channels },
            slide,
            is_depthwise,
            layer.is_clamped(),
        );
    }
    output
}

/// The gradient of a depthwise convolution's input in one launch. `input` is bound only where it
/// came out of a ReLU6.
pub fn depthwise_input_gradient(
    gradient: CubeTensor,
    input: CubeTensor,
    own: Own,
    layer: Layer,
) -> CubeTensor {
    let (area, goal) = (area_of(&input), area_of(&gradient));
    let output = empty(&input, area.shape());
    let vector = vector_of(area.channels);
    let slide = Slide::new(layer.stride, true);
    let columns = area.channels / vector;
    let (count, workgroup) = workgroups(&input, columns * slide.tiles(area));
    let clamped = layer.is_input_clamped.then_some(input);
    // Every index is kept below its limit by the kernel.
    unsafe {
        slide_over::launch_unchecked(
            &output.client,
            count,
            workgroup,
            vector,
            vector,
            gradient.into_buffer_arg(),
            own.weight.into_buffer_arg(),
            own.scale.into_buffer_arg(),
            own.variance.into_buffer_arg(),
            None.into(),
            None.into(),
            clamped.map(CubeTensor::into_buffer_arg).into(),
            output.clone().into_buffer_arg(),
            area.batch,
            goal.height,
            goal.width,
            area.height,
            area.width,
            columns,
            1,
            slide,
            true,
            false,
        );
    }
    output
}
