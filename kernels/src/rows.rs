//! Sums over two rows of numbers, in lanes side by side.
//!
//! A compiler may not reorder a sum of floats, so a plain loop adds one number at a time. Sixteen
//! sums that never meet until the end become vectors, natively and in the browser, and the same
//! bits on both.

const LANES: usize = 16;

/// Σ aᵢ·bᵢ over the shorter of both.
pub fn product(a: &[f32], b: &[f32]) -> f32 {
    sum(a, b, |a, b| a * b)
}

/// Σ (aᵢ − bᵢ)² over the shorter of both.
pub fn squared_distance(a: &[f32], b: &[f32]) -> f32 {
    sum(a, b, |a, b| (a - b) * (a - b))
}

#[inline(always)]
fn sum(a: &[f32], b: &[f32], term: impl Fn(f32, f32) -> f32) -> f32 {
    let (a_whole, a_rest) = a[..a.len().min(b.len())].as_chunks::<LANES>();
    let (b_whole, b_rest) = b[..a.len().min(b.len())].as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (a, b) in a_whole.iter().zip(b_whole) {
        for ((sum, &a), &b) in sums.iter_mut().zip(a).zip(b) {
            *sum += term(a, b);
        }
    }
    for ((sum, &a), &b) in sums.iter_mut().zip(a_rest).zip(b_rest) {
        *sum += term(a, b);
    }
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn lanes_add_up_every_number_once(
            pairs in prop::collection::vec((-50..50i8, -50..50i8), 0..100),
        ) {
            let (a, b): (Vec<f32>, Vec<f32>) =
                pairs.iter().map(|&(a, b)| (f32::from(a), f32::from(b))).unzip();
            // Whole numbers this small are added without rounding, in any order.
            let whole = |term: fn(i32, i32) -> i32| {
                pairs.iter().map(|&(a, b)| term(a.into(), b.into())).sum::<i32>() as f32
            };
            prop_assert_eq!(product(&a, &b), whole(|a, b| a * b));
            prop_assert_eq!(squared_distance(&a, &b), whole(|a, b| (a - b).pow(2)));
        }
    }
}
