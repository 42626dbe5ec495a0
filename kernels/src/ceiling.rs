//! What arithmetic gives at most: a matrix product without anything that a network asks of one.

use crate::vector::{LANES, Vector, load, store};

/// Columns of a tile: two registers.
const COLUMNS: usize = 2 * LANES;

/// Both operands packed into panels, and their product in tiles.
///
/// A tile of six rows is what x86-64's registers hold: twelve of the sixteen add up, two hold a row
/// of the right operand, one a value of the left one. A browser's compiler needs some for itself,
/// so that four rows may be faster.
#[derive(Debug)]
pub struct PackedProduct {
    depth: usize,
    left: Left,
    right: Vec<[f32; COLUMNS]>,
    tiles: Vec<[f32; COLUMNS]>,
}

#[derive(Debug)]
enum Left {
    Four(Vec<[f32; 4]>),
    Six(Vec<[f32; 6]>),
}

impl PackedProduct {
    /// An `[m, k]` matrix to be multiplied with a `[k, n]` one, `m` rounded up to tiles of `rows` and
    /// `n` to whole panels. `None` unless `rows` is 4 or 6.
    pub fn new(rows: usize, m: usize, k: usize, n: usize) -> Option<Self> {
        let (row_panels, column_panels) = (m.div_ceil(rows.max(1)), n.div_ceil(COLUMNS));
        let left = match rows {
            4 => Left::Four(vec![[0.5; 4]; row_panels * k]),
            6 => Left::Six(vec![[0.5; 6]; row_panels * k]),
            _ => return None,
        };
        Some(Self {
            depth: k,
            left,
            right: vec![[0.25; COLUMNS]; column_panels * k],
            tiles: vec![[0.0; COLUMNS]; row_panels * rows * column_panels],
        })
    }

    /// Floating point operations of the product, with what was rounded up.
    pub fn operations(&self) -> usize {
        2 * self.depth * self.tiles.len() * COLUMNS
    }

    /// Works the product out anew.
    #[inline(never)]
    pub fn multiply(&mut self) {
        match &self.left {
            Left::Four(left) => multiply(left, &self.right, self.depth, &mut self.tiles),
            Left::Six(left) => multiply(left, &self.right, self.depth, &mut self.tiles),
        }
    }

    /// The product, tile by tile, each row by row.
    pub fn tiles(&self) -> &[f32] {
        self.tiles.as_flattened()
    }
}

#[inline(always)]
fn multiply<const ROWS: usize>(
    left: &[[f32; ROWS]],
    right: &[[f32; COLUMNS]],
    depth: usize,
    tiles: &mut [[f32; COLUMNS]],
) {
    let (tiles, _) = tiles.as_chunks_mut::<ROWS>();
    let mut tiles = tiles.iter_mut();
    for right in right.chunks_exact(depth.max(1)) {
        for (left, out) in left.chunks_exact(depth.max(1)).zip(&mut tiles) {
            *out = tile(left, right);
        }
    }
}

/// One tile, added up in registers.
#[inline(always)]
fn tile<const ROWS: usize>(
    left: &[[f32; ROWS]],
    right: &[[f32; COLUMNS]],
) -> [[f32; COLUMNS]; ROWS] {
    let mut sums = [[Vector::ZERO; 2]; ROWS];
    for (left, right) in left.iter().zip(right) {
        let right = [load(&right[..LANES]), load(&right[LANES..])];
        for (sums, &value) in sums.iter_mut().zip(left) {
            let value = Vector::splat(value);
            for (sum, &right) in sums.iter_mut().zip(&right) {
                *sum += value * right;
            }
        }
    }
    let mut tile = [[0.0; COLUMNS]; ROWS];
    for (row, [low, high]) in tile.iter_mut().zip(sums) {
        store(low, row);
        store(high, &mut row[LANES..]);
    }
    tile
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_the_product_is_the_sum_over_its_depth() {
        for rows in [4, 6] {
            let mut product = PackedProduct::new(rows, 12, 5, 16).expect("a tile that there is");
            assert_eq!(product.operations(), 2 * 12 * 5 * 16);
            product.multiply();
            // Half of a quarter, five times.
            assert_eq!(product.tiles(), [0.625; 12 * 16]);
        }
        assert!(PackedProduct::new(5, 12, 5, 16).is_none());
    }
}
