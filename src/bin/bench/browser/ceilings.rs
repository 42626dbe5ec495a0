//! What this browser's arithmetic and memory give at most, on one thread.

use std::arch::wasm32::{f32x4, f32x4_add, f32x4_extract_lane, f32x4_mul, f32x4_splat, v128};
use std::hint::black_box;

use crate::clock::now;

/// Arithmetic that takes long enough for the clock.
const OPERATIONS_AT_ONCE: usize = 100_000_000;
/// Traffic that takes long enough for the clock.
const BYTES_AT_ONCE: usize = 1 << 26;
/// Columns of a tile of the product: two registers.
const COLUMNS: usize = 8;

/// Milliseconds of one call of `work`, `repeats` times. Each is the mean of so many calls that the
/// clock, which browsers make coarse, can tell: `calls` in one go.
fn repeated(repeats: usize, calls: usize, mut work: impl FnMut()) -> Vec<f64> {
    (0..repeats)
        .map(|_| {
            let begin = now();
            (0..calls).for_each(|_| work());
            (now() - begin) / calls as f64
        })
        .collect()
}

fn calls(m: usize, k: usize, n: usize) -> usize {
    (OPERATIONS_AT_ONCE / (2 * m * k * n).max(1)).max(1)
}

/// A product of operands that are packed into panels; `m` and `n` are rounded up to whole ones.
///
/// A tile of six rows is what x86-64's registers hold: twelve of the sixteen add up, two hold a row
/// of the right operand, one a value of the left one. A browser's compiler needs some for itself,
/// so that fewer rows may be faster.
pub fn packed_product<const ROWS: usize>(m: usize, k: usize, n: usize, repeats: usize) -> Vec<f64> {
    let (row_panels, column_panels) = (m.div_ceil(ROWS), n.div_ceil(COLUMNS));
    let left = vec![[0.5f32; ROWS]; row_panels * k];
    let right = vec![[0.25f32; COLUMNS]; column_panels * k];
    let mut product = vec![[[0.0f32; COLUMNS]; ROWS]; row_panels * column_panels];
    let whole = calls(row_panels * ROWS, k, column_panels * COLUMNS);
    let times = repeated(repeats, whole, || {
        let mut tiles = product.iter_mut();
        for right in black_box(&right).chunks_exact(k) {
            for (left, out) in black_box(&left).chunks_exact(k).zip(&mut tiles) {
                *out = tile(left, right);
            }
        }
        black_box(&mut product);
    });
    // Asked for was a product of `m` by `n`, so the time is that share of the whole panels'.
    let share = (m * n) as f64 / (row_panels * ROWS * column_panels * COLUMNS) as f64;
    times.into_iter().map(|time| time * share).collect()
}

/// One tile of the product, added up in registers.
fn tile<const ROWS: usize>(
    left: &[[f32; ROWS]],
    right: &[[f32; COLUMNS]],
) -> [[f32; COLUMNS]; ROWS] {
    let mut sums = [[f32x4_splat(0.0); 2]; ROWS];
    for (left, right) in left.iter().zip(right) {
        let [a, b, c, d, e, f, g, h] = *right;
        let right = [f32x4(a, b, c, d), f32x4(e, f, g, h)];
        for (sums, &value) in sums.iter_mut().zip(left) {
            let value = f32x4_splat(value);
            for (sum, &right) in sums.iter_mut().zip(&right) {
                *sum = f32x4_add(*sum, f32x4_mul(value, right));
            }
        }
    }
    sums.map(|[low, high]| {
        let ([a, b, c, d], [e, f, g, h]) = (lanes(low), lanes(high));
        [a, b, c, d, e, f, g, h]
    })
}

fn lanes(register: v128) -> [f32; 4] {
    [
        f32x4_extract_lane::<0>(register),
        f32x4_extract_lane::<1>(register),
        f32x4_extract_lane::<2>(register),
        f32x4_extract_lane::<3>(register),
    ]
}

/// A block of `bytes` bytes, copied.
pub fn copy(bytes: usize, repeats: usize) -> Vec<f64> {
    let source = vec![1u8; bytes];
    let mut goal = vec![0u8; bytes];
    repeated(repeats, (BYTES_AT_ONCE / bytes.max(1)).max(1), || {
        goal.copy_from_slice(black_box(&source));
        black_box(&mut goal);
    })
}
