//! The mean over height and width.

use crate::shape::Area;

/// # Shapes
/// - activations: `[batch, height, width, channels]` of `area`
/// - result: `[batch, channels]`
pub fn pool(activations: &[f32], area: Area) -> Vec<f32> {
    let share = share(area);
    let mut means = vec![0.0; area.batch * area.channels];
    let pictures = activations.chunks_exact(picture(area));
    for (picture, means) in pictures.zip(means.chunks_exact_mut(area.channels.max(1))) {
        for pixel in picture.chunks_exact(area.channels) {
            means.iter_mut().zip(pixel).for_each(|(mean, value)| *mean += value);
        }
        means.iter_mut().for_each(|mean| *mean *= share);
    }
    means
}

/// The gradient of what [`pool`] was given.
///
/// # Shapes
/// - gradient: `[batch, channels]`
/// - result: `[batch, height, width, channels]` of `area`
pub fn pool_gradient(gradient: &[f32], area: Area) -> Vec<f32> {
    let share = share(area);
    let mut values = vec![0.0; area.values()];
    let rows = gradient.chunks_exact(area.channels.max(1));
    for (row, picture) in rows.zip(values.chunks_exact_mut(picture(area))) {
        for pixel in picture.chunks_exact_mut(area.channels) {
            pixel.iter_mut().zip(row).for_each(|(value, row)| *value = row * share);
        }
    }
    values
}

/// Numbers of a picture, one at least.
fn picture(area: Area) -> usize {
    (area.height * area.row()).max(1)
}

/// What one pixel has of the mean.
fn share(area: Area) -> f32 {
    1.0 / (area.height * area.width) as f32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Noise in double precision, the same for the same seed.
    fn noise(seed: u64, count: usize) -> Vec<f64> {
        let mut state = seed | 1;
        (0..count)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 40) as f64 / f64::from(1 << 23) - 1.0
            })
            .collect()
    }

    /// Σ gradient · mean, in double precision, number by number.
    fn loss(activations: &[f64], gradient: &[f64], area: Area) -> f64 {
        let pixels = area.height * area.width;
        let of = |picture: usize, channel: usize| {
            let pixel = |pixel| activations[(picture * pixels + pixel) * area.channels + channel];
            let mean = (0..pixels).map(pixel).sum::<f64>() / pixels as f64;
            mean * gradient[picture * area.channels + channel]
        };
        let pictures = 0..area.batch;
        pictures.flat_map(|picture| (0..area.channels).map(move |at| of(picture, at))).sum()
    }

    proptest! {
        #[test]
        fn the_gradient_is_the_difference_quotient_of_the_plain_formula(
            (batch, height, width, channels) in (1usize..4, 1usize..7, 1usize..7, 1usize..11),
            seed: u64,
        ) {
            let area = Area { batch, height, width, channels };
            let (activations, gradient) =
                (noise(seed, area.values()), noise(!seed, batch * channels));
            let single = |values: &[f64]| values.iter().map(|&value| value as f32).collect::<Vec<_>>();
            let means = pool(&single(&activations), area);
            let found: f64 = means.iter().zip(&gradient).map(|(&a, b)| f64::from(a) * b).sum();
            prop_assert!((found - loss(&activations, &gradient, area)).abs() < 1e-5);
            let found = pool_gradient(&single(&gradient), area);
            prop_assert_eq!(found.len(), area.values());
            for (at, &found) in found.iter().enumerate() {
                let moved = |by: f64| {
                    let mut moved = activations.clone();
                    moved[at] += by;
                    loss(&moved, &gradient, area)
                };
                let quotient = (moved(1e-3) - moved(-1e-3)) / 2e-3;
                prop_assert!((f64::from(found) - quotient).abs() < 1e-6, "{found} {quotient}");
            }
        }
    }
}
