//! What moves or hides pixels: blur, rotation and occlusion. Beyond its edges a picture goes on
//! mirrored.

use std::f64::consts::FRAC_1_SQRT_2;

use rand::{Rng, RngExt};

use super::SEVERITIES;
use super::colour::level;
use crate::data::Picture;

/// How many pixels a blur reaches. Its standard deviation in pixels is the square root of half of
/// that: 0.7, 1, 1.4, 2, 2.8.
pub(super) const BLUR: [usize; SEVERITIES] = [1, 2, 4, 8, 16];

/// Sine and cosine of 6, 12, 20, 30 and 45 degrees, written out because libraries differ in the
/// last bit.
pub(super) const ROTATION: [[f64; 2]; SEVERITIES] = [
    [0.104_528_463_267_653_47, 0.994_521_895_368_273_3],
    [0.207_911_690_817_759_34, 0.978_147_600_733_805_7],
    [0.342_020_143_325_668_7, 0.939_692_620_785_908_4],
    [0.5, 0.866_025_403_784_438_6],
    [FRAC_1_SQRT_2, FRAC_1_SQRT_2],
];

/// Side of the square, in twelfths of the picture's: it hides 3, 6, 11, 17 and 25 % of the pixels.
pub(super) const OCCLUSION: [usize; SEVERITIES] = [2, 3, 4, 5, 6];

/// The colour of the square. The network sees it as nearly zero.
const GREY: u8 = 128;

/// Where a place before, within or behind a row of `side` pixels is found in its mirror.
fn mirrored(place: isize, side: usize) -> usize {
    let place = place.rem_euclid(2 * side as isize) as usize;
    place.min(2 * side - 1 - place)
}

/// Blurs with the binomial filter, which comes as near to a normal one as whole numbers do and
/// needs no exponential: one half and one half, applied twice for each pixel of `reach`.
pub(super) fn blurred(picture: &Picture, reach: usize) -> Vec<u8> {
    let weights = binomial(2 * reach);
    let side = picture.side();
    let pixels: Vec<f32> = picture.pixels().iter().map(|&value| f32::from(value)).collect();
    let mut rows = vec![0.0; pixels.len()];
    for (row, out) in pixels.chunks_exact(3 * side).zip(rows.chunks_exact_mut(3 * side)) {
        let padded: Vec<f32> = (0..side + 2 * reach)
            .map(|place| mirrored(place as isize - reach as isize, side))
            .flat_map(|place| [row[3 * place], row[3 * place + 1], row[3 * place + 2]])
            .collect();
        for (tap, &weight) in weights.iter().enumerate() {
            add_scaled(out, &padded[3 * tap..], weight);
        }
    }
    let mut columns = vec![0.0; pixels.len()];
    for (y, out) in columns.chunks_exact_mut(3 * side).enumerate() {
        for (tap, &weight) in weights.iter().enumerate() {
            let source = mirrored((y + tap) as isize - reach as isize, side);
            add_scaled(out, &rows[3 * side * source..], weight);
        }
    }
    columns.into_iter().map(level).collect()
}

fn add_scaled(out: &mut [f32], values: &[f32], weight: f32) {
    for (out, value) in out.iter_mut().zip(values) {
        *out += weight * value;
    }
}

/// The chance of each number of heads in so many throws of a coin.
fn binomial(throws: usize) -> Vec<f32> {
    let mut chances = vec![0.0; throws + 1];
    chances[0] = 1.0;
    for throw in 1..=throws {
        for heads in (1..=throw).rev() {
            chances[heads] = 0.5 * (chances[heads] + chances[heads - 1]);
        }
        chances[0] *= 0.5;
    }
    chances
}

/// Turns the picture about its centre, each pixel a mean of the four around where it came from.
pub(super) fn turned(picture: &Picture, sine: f64, cosine: f64) -> Vec<u8> {
    let side = picture.side();
    let centre = (side as f64 - 1.0) / 2.0;
    let mut pixels = Vec::with_capacity(picture.pixels().len());
    for row in 0..side {
        for column in 0..side {
            let (right, down) = (column as f64 - centre, row as f64 - centre);
            let x = centre + cosine * right - sine * down;
            let y = centre + sine * right + cosine * down;
            pixels.extend(between(picture, x, y));
        }
    }
    pixels
}

/// The colour between pixels, bilinearly.
fn between(picture: &Picture, x: f64, y: f64) -> [u8; 3] {
    let side = picture.side();
    let (left, top) = (x.floor(), y.floor());
    let (right_share, bottom_share) = ((x - left) as f32, (y - top) as f32);
    let [x0, x1] = [0, 1].map(|step| mirrored(left as isize + step, side));
    let [y0, y1] = [0, 1].map(|step| mirrored(top as isize + step, side));
    std::array::from_fn(|colour| {
        let value = |x: usize, y: usize| f32::from(picture.pixels()[3 * (y * side + x) + colour]);
        let along = |y| value(x0, y) + right_share * (value(x1, y) - value(x0, y));
        level(along(y0) + bottom_share * (along(y1) - along(y0)))
    })
}

/// Hides a square of so many twelfths of the side, at a place from the generator.
pub(super) fn occluded(picture: &Picture, twelfths: usize, generator: &mut impl Rng) -> Vec<u8> {
    let side = picture.side();
    let square = (side * twelfths).div_ceil(12);
    let [left, top] = [(); 2].map(|()| generator.random_range(0..=(side - square) as u32) as usize);
    let mut pixels = picture.pixels().to_vec();
    for row in pixels.chunks_exact_mut(3 * side).skip(top).take(square) {
        row[3 * left..][..3 * square].fill(GREY);
    }
    pixels
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::data::{Purpose, seeded};
    use crate::measure::corruption::tests::{plain, textured};

    #[test]
    fn beyond_its_edges_a_row_goes_on_mirrored() {
        let places: Vec<usize> = (-4..7).map(|place| mirrored(place, 3)).collect();
        assert_eq!(places, [2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0]);
        assert!((-4..5).all(|place| mirrored(place, 1) == 0));
    }

    #[test]
    fn a_blurred_point_is_the_binomial_filter() {
        let mut pixels = vec![0; 7 * 7 * 3];
        pixels[3 * (7 * 3 + 3)..][..3].fill(255);
        let picture = Picture::from_pixels(7, pixels).expect("as many as it takes");
        // One, two, one fourths along each axis, of 255.
        let expected = [16, 32, 16, 32, 64, 32, 16, 32, 16];
        let blurred = blurred(&picture, 1);
        let middle = (2..5).flat_map(|row| (2..5).map(move |column| 3 * (7 * row + column)));
        assert_eq!(middle.map(|index| blurred[index]).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_blur_has_the_stated_deviation() {
        for reach in BLUR {
            let weights = binomial(2 * reach);
            let distance = |tap: usize| tap as f32 - reach as f32;
            let variance: f32 =
                weights.iter().enumerate().map(|(tap, w)| w * distance(tap).powi(2)).sum();
            assert_eq!(weights.len(), 2 * reach + 1);
            assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-6);
            assert!((variance - reach as f32 / 2.0).abs() < 1e-4, "{variance}");
        }
    }

    #[test]
    fn blur_and_rotation_leave_a_plain_picture_alone() {
        for step in 0..SEVERITIES {
            for value in [0, 77, 255] {
                let picture = plain(24, value);
                assert_eq!(blurred(&picture, BLUR[step]), picture.pixels());
                let [sine, cosine] = ROTATION[step];
                assert_eq!(turned(&picture, sine, cosine), picture.pixels());
            }
        }
    }

    #[test]
    fn the_sines_and_cosines_are_those_of_the_stated_angles() {
        for ([sine, cosine], degrees) in ROTATION.into_iter().zip([6.0f64, 12.0, 20.0, 30.0, 45.0])
        {
            assert!((sine - degrees.to_radians().sin()).abs() < 1e-15);
            assert!((cosine - degrees.to_radians().cos()).abs() < 1e-15);
        }
    }

    #[test]
    fn a_quarter_turn_moves_every_pixel_and_no_turn_moves_none() {
        let picture = textured(9);
        assert_eq!(turned(&picture, 0.0, 1.0), picture.pixels());
        let quarter = turned(&picture, 1.0, 0.0);
        for (row, column) in [(0, 0), (2, 7), (8, 3)] {
            let (to, from) = (3 * (9 * row + column), 3 * (9 * column + 8 - row));
            assert_eq!(quarter[to..to + 3], picture.pixels()[from..from + 3]);
        }
    }

    #[test]
    fn a_picture_that_is_round_about_its_centre_hardly_changes_when_turned() {
        let pixels = (0..96 * 96 * 3).map(|index| {
            let [x, y] = [index / 3 % 96, index / 3 / 96].map(|place| place as f32 - 47.5);
            // Falls by one level a pixel. It is black from 28 pixels on: the corners of a turned
            // picture come from behind the edges, whose mirror reaches in as far as 29.
            (28.0 - x.hypot(y)).max(0.0).round() as u8
        });
        let picture = Picture::from_pixels(96, pixels.collect()).expect("as many as it takes");
        for [sine, cosine] in ROTATION {
            let turned = turned(&picture, sine, cosine);
            let largest = turned.iter().zip(picture.pixels()).map(|(a, b)| a.abs_diff(*b)).max();
            // Before the last rounding, one rounding is half a level, and a straight line on a cone
            // is off by less than another half.
            assert!(largest <= Some(1), "{largest:?}");
        }
    }

    proptest! {
        #[test]
        fn an_occlusion_hides_exactly_its_share_in_one_square(seed: u64, step in 0..SEVERITIES) {
            let picture = plain(96, 0);
            let mut generator = seeded(seed, Purpose::Corruption);
            let pixels = occluded(&picture, OCCLUSION[step], &mut generator);
            let hidden: Vec<usize> =
                (0..96 * 96).filter(|i| pixels[3 * i..3 * i + 3] == [GREY; 3]).collect();
            prop_assert_eq!(hidden.len() * 144, 96 * 96 * OCCLUSION[step] * OCCLUSION[step]);
            prop_assert_eq!(pixels.iter().filter(|&&value| value != 0).count(), 3 * hidden.len());
            let width = 8 * OCCLUSION[step];
            let (first, last) = (hidden[0], hidden[hidden.len() - 1]);
            prop_assert_eq!(last - first, (width - 1) * 97);
        }
    }
}
