//! What this browser's arithmetic and memory give at most, on one thread.

use std::hint::black_box;

use kernels::ceiling::PackedProduct;

use crate::clock::now;

/// Arithmetic that takes long enough for the clock.
const OPERATIONS_AT_ONCE: usize = 100_000_000;
/// Traffic that takes long enough for the clock.
const BYTES_AT_ONCE: usize = 1 << 26;

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

fn calls(operations: usize) -> usize {
    (OPERATIONS_AT_ONCE / operations.max(1)).max(1)
}

/// A product of operands that are packed into panels, `rows` of them a tile; `m` and `n` are rounded
/// up to whole ones. `None` for a tile that there is not.
pub fn packed_product(
    rows: usize,
    m: usize,
    k: usize,
    n: usize,
    repeats: usize,
) -> Option<Vec<f64>> {
    let mut product = PackedProduct::new(rows, m, k, n)?;
    let times = repeated(repeats, calls(product.operations()), || {
        black_box(&mut product).multiply();
    });
    // Asked for was a product of `m` by `n`, so the time is that share of the whole panels'.
    let share = (2 * m * k * n) as f64 / product.operations() as f64;
    Some(times.into_iter().map(|time| time * share).collect())
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
