//! What happens to each pixel on its own: noise, brightness and contrast.

use rand::Rng;

use super::SEVERITIES;
use crate::data::Picture;

/// Standard deviation of the noise, in levels of 255.
pub(super) const NOISE: [f32; SEVERITIES] = [10.0, 20.0, 30.0, 45.0, 65.0];

/// Levels of 255 that are added.
pub(super) const BRIGHTNESS: [u8; SEVERITIES] = [25, 50, 75, 100, 125];

/// What is left of each pixel's distance from the mean.
pub(super) const CONTRAST: [f32; SEVERITIES] = [0.6, 0.45, 0.3, 0.2, 0.1];

/// A colour as one of 256 levels; what lies beyond is cut off.
pub(super) fn level(value: f32) -> u8 {
    value.round() as u8
}

/// Adds normal noise to each colour of each pixel.
pub(super) fn with_noise(picture: &Picture, deviation: f32, generator: &mut impl Rng) -> Vec<u8> {
    let noisy = |&value: &u8| level(f32::from(value) + deviation * normal(generator));
    picture.pixels().iter().map(noisy).collect()
}

/// A number of mean 0 and variance 1, from the sum of twelve uniform numbers of 16 bits (Irwin and
/// Hall's distribution, never beyond ±6). Unlike a logarithm and a cosine, a sum is the same to the
/// bit on every platform.
fn normal(generator: &mut impl Rng) -> f32 {
    let mut sum = 0;
    for _ in 0..3 {
        let bits = generator.next_u64();
        sum += (0..4).map(|part| (bits >> (16 * part) & 0xffff) as i32).sum::<i32>();
    }
    // Twelve means of 65535 / 2. The variance of the sum is 65536² − 1.
    (sum - 12 * 65_535 / 2) as f32 / 65_536.0
}

/// Adds as many levels to each colour of each pixel; white stays white.
pub(super) fn brightened(picture: &Picture, levels: u8) -> Vec<u8> {
    picture.pixels().iter().map(|value| value.saturating_add(levels)).collect()
}

/// Brings each colour of each pixel nearer to that colour's mean over the picture.
pub(super) fn with_contrast(picture: &Picture, contrast: f32) -> Vec<u8> {
    let pixels = picture.pixels();
    let mut sums = [0u64; 3];
    for pixel in pixels.as_chunks::<3>().0 {
        for (sum, &value) in sums.iter_mut().zip(pixel) {
            *sum += u64::from(value);
        }
    }
    let means = sums.map(|sum| sum as f32 / (pixels.len() / 3) as f32);
    let nearer = |(&value, mean): (&u8, &f32)| level(mean + contrast * (f32::from(value) - mean));
    pixels.iter().zip(means.iter().cycle()).map(nearer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Purpose, seeded};
    use crate::measure::corruption::tests::{plain, textured};

    fn mean(pixels: &[u8], colour: usize) -> f64 {
        let values = pixels.iter().skip(colour).step_by(3).map(|&value| f64::from(value));
        values.sum::<f64>() / (pixels.len() / 3) as f64
    }

    #[test]
    fn noise_has_the_stated_deviation_and_no_mean() {
        // Up to 30 levels nothing of a mid grey is cut off: black is more than four deviations away.
        for deviation in &NOISE[..3] {
            let mut generator = seeded(1, Purpose::Corruption);
            let noisy = with_noise(&plain(96, 128), *deviation, &mut generator);
            let count = noisy.len() as f64;
            let errors = noisy.iter().map(|&value| f64::from(value) - 128.0);
            let mean = errors.clone().sum::<f64>() / count;
            let variance = errors.map(|error| (error - mean).powi(2)).sum::<f64>() / count;
            // Rounding adds a twelfth. Three standard errors of a mean and of a variance.
            let expected = f64::from(deviation * deviation) + 1.0 / 12.0;
            assert!(mean.abs() < 3.0 * (expected / count).sqrt(), "{mean}");
            assert!(
                (variance - expected).abs() < 3.0 * expected * (2.0 / count).sqrt(),
                "{variance}"
            );
        }
    }

    #[test]
    fn brightness_adds_exactly_and_stops_at_white() {
        for levels in BRIGHTNESS {
            assert_eq!(brightened(&plain(4, 100), levels), [100 + levels; 48]);
            assert_eq!(brightened(&plain(4, 254), levels), [255; 48]);
        }
    }

    #[test]
    fn contrast_keeps_each_colours_mean_and_shrinks_distances_from_it() {
        let picture = textured(96);
        for contrast in CONTRAST {
            let pixels = with_contrast(&picture, contrast);
            for colour in 0..3 {
                let (before, after) = (mean(picture.pixels(), colour), mean(&pixels, colour));
                // No pixel is rounded by more than a half.
                assert!((before - after).abs() <= 0.5, "{before} {after}");
                let pairs = picture.pixels().iter().zip(&pixels).skip(colour).step_by(3);
                for (&old, &new) in pairs {
                    let expected = before + f64::from(contrast) * (f64::from(old) - before);
                    assert!((f64::from(new) - expected).abs() < 0.501);
                }
            }
        }
    }
}
