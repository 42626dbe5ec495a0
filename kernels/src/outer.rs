//! Sums over rows: of what the columns of two matrices multiply to, which the gradients of weights
//! are, and of the columns of one.
//!
//! A tile of four columns by eight stays in registers while rows go by, some of them at a time, so
//! that they stay in the first cache until every pair of columns has met.

use crate::panels::PANEL;
use crate::vector::{LANES, Vector, load, store};

/// Columns of the left matrix in a tile.
const TILE: usize = 4;
/// Columns from which on the rows lie a page and more apart: then a column of them falls on few places
/// of the first cache.
const FAR: usize = 1024;
/// Vectors that are added up side by side where a row has as many.
const WIDE: usize = 4;

/// Two matrices of as many rows.
#[derive(Clone, Copy)]
pub struct Pair<'a> {
    /// Shape `[rows, left_columns]`.
    pub left: &'a [f32],
    pub left_columns: usize,
    /// Shape `[rows, right_columns]`.
    pub right: &'a [f32],
    pub right_columns: usize,
}

impl Pair<'_> {
    /// Adds the transpose of the left times the right: the sum over all rows of what each pair of
    /// columns multiplies to. For no more rows than the first cache holds.
    ///
    /// # Shapes
    /// - sums: `[left_columns, right_columns]`
    pub fn add_to(self, sums: &mut [f32]) {
        let Self { left_columns, right_columns, .. } = self;
        if left_columns == 0 || right_columns == 0 {
            return;
        }
        let groups = (0..left_columns).step_by(TILE);
        let panels = (0..right_columns).step_by(PANEL);
        // Whatever is inside is read again and again, so it should be the narrow one.
        if left_columns < right_columns {
            for panel in panels {
                groups.clone().for_each(|group| self.meet(group, panel, sums));
            }
        } else if left_columns >= FAR && left_columns.is_multiple_of(TILE) {
            // Each group of columns is copied to where its rows lie side by side.
            let mut near = vec![0.0; self.left.len() / left_columns * TILE];
            for group in groups {
                let rows = self.left.chunks_exact(left_columns).zip(near.chunks_exact_mut(TILE));
                rows.for_each(|(row, near)| near.copy_from_slice(&row[group..group + TILE]));
                let pair = Pair { left: &near, left_columns: TILE, ..self };
                let sums = &mut sums[group * right_columns..][..TILE * right_columns];
                panels.clone().for_each(|panel| pair.meet(0, panel, sums));
            }
        } else {
            for group in groups {
                panels.clone().for_each(|panel| self.meet(group, panel, sums));
            }
        }
    }

    /// Adds what the columns of the left from `group` on make with those of the right from `panel`
    /// on.
    #[inline(always)]
    fn meet(self, group: usize, panel: usize, sums: &mut [f32]) {
        let columns = group..(group + TILE).min(self.left_columns);
        if panel + PANEL > self.right_columns {
            self.add_singly(columns, panel..self.right_columns, sums);
        } else if columns.len() == TILE {
            self.add_tile::<TILE>(group, panel, sums);
        } else {
            columns.for_each(|column| self.add_tile::<1>(column, panel, sums));
        }
    }

    #[inline(always)]
    fn add_tile<const COLUMNS: usize>(self, group: usize, panel: usize, sums: &mut [f32]) {
        let place = |column: usize| (group + column) * self.right_columns + panel;
        // Not by `array::from_fn`, which stays a call of its own: then the tile is in memory.
        let mut tile = [[Vector::ZERO; 2]; COLUMNS];
        for (column, tile) in tile.iter_mut().enumerate() {
            let sums = &sums[place(column)..][..PANEL];
            *tile = [load(sums), load(&sums[LANES..])];
        }
        let rows = self.left.chunks_exact(self.left_columns);
        for (left, right) in rows.zip(self.right.chunks_exact(self.right_columns)) {
            let right = &right[panel..panel + PANEL];
            let [low, high] = [load(right), load(&right[LANES..])];
            for (sum, &value) in tile.iter_mut().zip(&left[group..group + COLUMNS]) {
                let value = Vector::splat(value);
                sum[0] = value.mul_add(low, sum[0]);
                sum[1] = value.mul_add(high, sum[1]);
            }
        }
        for (column, [low, high]) in tile.into_iter().enumerate() {
            let sums = &mut sums[place(column)..][..PANEL];
            store(low, sums);
            store(high, &mut sums[LANES..]);
        }
    }

    fn add_singly(
        self,
        columns: std::ops::Range<usize>,
        panel: std::ops::Range<usize>,
        sums: &mut [f32],
    ) {
        for column in columns {
            for other in panel.clone() {
                let rows = self.left.chunks_exact(self.left_columns);
                let products = rows
                    .zip(self.right.chunks_exact(self.right_columns))
                    .map(|(left, right)| left[column] * right[other]);
                sums[column * self.right_columns + other] += products.sum::<f32>();
            }
        }
    }
}

/// Adds up the rows, a number a column.
///
/// # Shapes
/// - values: `[rows, columns]`, sums: `[columns]`
pub fn add_rows(values: &[f32], sums: &mut [f32]) {
    let columns = sums.len();
    let mut first = 0;
    while first + WIDE * LANES <= columns {
        add_columns::<WIDE>(values, first, sums);
        first += WIDE * LANES;
    }
    while first + LANES <= columns {
        add_columns::<1>(values, first, sums);
        first += LANES;
    }
    for (column, sum) in sums.iter_mut().enumerate().skip(first) {
        *sum += values.chunks_exact(columns).map(|row| row[column]).sum::<f32>();
    }
}

/// Adds up so many vectors of every row, from the column `first` on.
#[inline(always)]
fn add_columns<const VECTORS: usize>(values: &[f32], first: usize, sums: &mut [f32]) {
    let columns = sums.len();
    let sums = &mut sums[first..first + VECTORS * LANES];
    let mut added: [Vector; VECTORS] = std::array::from_fn(|index| load(&sums[index * LANES..]));
    for row in values.chunks_exact(columns) {
        let row = &row[first..first + VECTORS * LANES];
        for (index, sum) in added.iter_mut().enumerate() {
            *sum += load(&row[index * LANES..]);
        }
    }
    for (index, sum) in added.into_iter().enumerate() {
        store(sum, &mut sums[index * LANES..]);
    }
}
