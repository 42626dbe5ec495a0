//! Matrix products, which 1×1 convolutions and the gradients of their inputs are.
//!
//! The second matrix is packed into panels. The first is read in place. A tile of some rows by eight
//! columns stays in registers: its sums, two vectors of the panel and one number, which is what
//! sixteen registers hold (the scheme of Goto and van de Geijn, "Anatomy of High-Performance Matrix
//! Multiplication", 2008, sections 4 and 6, without its packing of the first matrix).

use crate::panels::{PANEL, Panels};
use crate::vector::{LANES, Lane, Unwritten, Vector, clamp, initialise, load, written};

/// Rows in a tile.
const TILE: usize = 4;
/// Rows of the first matrix that go through all panels before the next ones do, so that they stay
/// in the first cache.
const BLOCK: usize = 48;

/// What is done to each number of a product before it is written.
#[derive(Clone, Copy, Default)]
pub struct Finish<'a> {
    /// Added, one number a column.
    pub bias: Option<&'a [f32]>,
    /// Added, of the product's shape.
    pub shortcut: Option<&'a [f32]>,
    /// Whether the sum goes through ReLU6.
    pub is_clamped: bool,
    /// What came out of a ReLU6 whose gradient the product is, of the product's shape.
    pub through_clamp: Option<&'a [f32]>,
}

impl<'a> Finish<'a> {
    /// For the `length` numbers from `begin` on.
    pub fn part(self, begin: usize, length: usize) -> Self {
        let part = |all: &'a [f32]| &all[begin..begin + length];
        Self {
            shortcut: self.shortcut.map(part),
            through_clamp: self.through_clamp.map(part),
            ..self
        }
    }
}

/// The matrix `rows` times the packed one.
///
/// # Shapes
/// - rows: `[rows, stride]`, of which the first `depth` columns count
/// - result: `[rows, columns]`
pub fn product(rows: &[f32], stride: usize, panels: &Panels, finish: Finish) -> Vec<f32> {
    let count = rows.len().checked_div(stride).unwrap_or(0);
    // SAFETY: `product_into` writes all of its output or panics.
    unsafe {
        written(count * panels.columns, |out| product_into(rows, stride, panels, finish, out))
    }
}

/// As [`product`], into memory of the result's length, all of which is written.
pub fn product_into(
    rows: &[f32],
    stride: usize,
    panels: &Panels,
    finish: Finish,
    out: &mut Unwritten,
) {
    if finish.is_clamped {
        walk::<true>(rows, stride, panels, finish, out);
    } else {
        walk::<false>(rows, stride, panels, finish, out);
    }
}

fn walk<const CLAMPED: bool>(
    rows: &[f32],
    stride: usize,
    panels: &Panels,
    finish: Finish,
    out: &mut Unwritten,
) {
    let (depth, columns) = (panels.depth, panels.columns);
    assert!(depth > 0 && depth <= stride, "rows have columns");
    assert_eq!(rows.len() % stride, 0, "rows are whole");
    assert_eq!(rows.len() / stride * columns, out.len(), "every number of the result is written");
    if columns == 0 {
        return;
    }
    let blocks = rows.chunks(BLOCK * stride).zip(out.chunks_mut(BLOCK * columns));
    for (index, (rows, out)) in blocks.enumerate() {
        let finish = finish.part(index * BLOCK * columns, out.len());
        for (column, panel) in panels.each() {
            let place = Place { columns, column, finish };
            let start = start(finish.bias, column);
            let mut tiles = rows.chunks_exact(TILE * stride);
            let mut row = 0;
            for tile in &mut tiles {
                let sums = sums::<TILE>(tile, stride, panel, start);
                place.write::<TILE, CLAMPED>(sums, row, out);
                row += TILE;
            }
            for tile in tiles.remainder().chunks_exact(stride) {
                let sums = sums::<1>(tile, stride, panel, start);
                place.write::<1, CLAMPED>(sums, row, out);
                row += 1;
            }
        }
    }
}

/// What the sums of a panel begin with.
#[inline(always)]
fn start(bias: Option<&[f32]>, column: usize) -> [Vector; 2] {
    let Some(bias) = bias else { return [Vector::ZERO; 2] };
    let bias = &bias[column..];
    if let Some(whole) = bias.first_chunk::<PANEL>() {
        return halves(whole);
    }
    let mut padded = [0.0; PANEL];
    for (padded, bias) in padded.iter_mut().zip(bias) {
        *padded = *bias;
    }
    halves(&padded)
}

#[inline(always)]
fn halves(values: &[f32; PANEL]) -> [Vector; 2] {
    [load(&values[..LANES]), load(&values[LANES..])]
}

/// The sums of a tile: `ROWS` rows times one panel.
#[inline(always)]
fn sums<const ROWS: usize>(
    tile: &[f32],
    stride: usize,
    panel: &[[f32; PANEL]],
    start: [Vector; 2],
) -> [[Vector; 2]; ROWS] {
    let rows: [&[f32]; ROWS] =
        std::array::from_fn(|row| &tile[row * stride..row * stride + panel.len()]);
    let mut sums = [start; ROWS];
    for (k, weights) in panel.iter().enumerate() {
        let [low, high] = halves(weights);
        for (sum, row) in sums.iter_mut().zip(rows) {
            let value = Vector::splat(row[k]);
            sum[0] = value.mul_add(low, sum[0]);
            sum[1] = value.mul_add(high, sum[1]);
        }
    }
    sums
}

/// Where in a block of output a panel's sums go.
#[derive(Clone, Copy)]
struct Place<'a> {
    columns: usize,
    column: usize,
    finish: Finish<'a>,
}

impl Place<'_> {
    #[inline(always)]
    fn write<const ROWS: usize, const CLAMPED: bool>(
        self,
        sums: [[Vector; 2]; ROWS],
        first_row: usize,
        out: &mut Unwritten,
    ) {
        let Finish { shortcut, through_clamp, .. } = self.finish;
        for (row, [mut low, mut high]) in sums.into_iter().enumerate() {
            let begin = (first_row + row) * self.columns + self.column;
            let is_whole = self.column + PANEL <= self.columns;
            if is_whole {
                if let Some(shortcut) = shortcut {
                    low += load(&shortcut[begin..]);
                    high += load(&shortcut[begin + LANES..]);
                }
                if CLAMPED {
                    [low, high] = [clamp(low), clamp(high)];
                }
                if let Some(clamped) = through_clamp {
                    low = low.through_clamp(load(&clamped[begin..]));
                    high = high.through_clamp(load(&clamped[begin + LANES..]));
                }
                let place = &mut out[begin..begin + PANEL];
                initialise(low, place);
                initialise(high, &mut place[LANES..]);
            } else {
                let values = [low.to_array(), high.to_array()];
                for (offset, value) in
                    values.as_flattened().iter().take(self.columns - self.column).enumerate()
                {
                    let place = begin + offset;
                    let value = value + shortcut.map_or(0.0, |all| all[place]);
                    let value = if CLAMPED { value.clamped() } else { value };
                    let value =
                        through_clamp.map_or(value, |all| Lane::through_clamp(value, all[place]));
                    out[place].write(value);
                }
            }
        }
    }
}
