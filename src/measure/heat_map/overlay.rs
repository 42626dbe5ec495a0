//! A heat map over its picture, in colours.
//!
//! Colours run from a dark violet over red to a light yellow by straight lines between four of them
//! in Oklab (Ottosson 2020, "A perceptual color space for image processing"), whose lightness rises
//! evenly: so more is always lighter, also for those who see no colours and in print.

use crate::data::Picture;

/// Lightness, green to red and blue to yellow of colours a third of the way apart.
const STOPS: [[f32; 3]; 4] =
    [[0.25, 0.060, -0.104], [0.46, 0.135, -0.016], [0.68, 0.106, 0.113], [0.90, -0.030, 0.167]];

/// How much of a pixel is the map's colour: some where nothing speaks for the class, most where
/// most does.
const COVERED: (f32, f32) = (0.45, 0.8);

/// The picture in grey under the colours of a map, as large as the picture: each pixel by its share
/// of the largest. `None` where the map is of another size.
///
/// # Shapes
/// `values`: `[side, side]` of the picture, none negative
pub fn overlay(picture: &Picture, values: &[f32]) -> Option<Picture> {
    let pixels = picture.pixels();
    if values.len() * 3 != pixels.len() {
        return None;
    }
    let most = values.iter().copied().fold(0.0, f32::max);
    let colours: Vec<[f32; 3]> = (0..=255u8).map(|step| colour(f32::from(step) / 255.0)).collect();
    let mut covered = Vec::with_capacity(pixels.len());
    for (pixel, &value) in pixels.as_chunks::<3>().0.iter().zip(values) {
        let share = if most > 0.0 { value / most } else { 0.0 };
        let colour = colours[(share * 255.0).round().clamp(0.0, 255.0) as usize];
        let cover = COVERED.0 + (COVERED.1 - COVERED.0) * share;
        let grey = grey(*pixel);
        covered.extend(colour.map(|part| (grey + (part * 255.0 - grey) * cover).round() as u8));
    }
    Picture::from_pixels(picture.side(), covered)
}

/// How bright a pixel is, 0 to 255, by the weights of ITU-R BT.709.
fn grey([red, green, blue]: [u8; 3]) -> f32 {
    0.2126 * f32::from(red) + 0.7152 * f32::from(green) + 0.0722 * f32::from(blue)
}

/// The colour of a share from 0 to 1: red, green and blue of sRGB, 0 to 1.
fn colour(share: f32) -> [f32; 3] {
    let place = share.clamp(0.0, 1.0) * (STOPS.len() - 1) as f32;
    let before = (place as usize).min(STOPS.len() - 2);
    let along = place - before as f32;
    let [lightness, green_red, blue_yellow] =
        [0, 1, 2].map(|part| STOPS[before][part] * (1.0 - along) + STOPS[before + 1][part] * along);
    let cones = [
        lightness + 0.396_337_78 * green_red + 0.215_803_76 * blue_yellow,
        lightness - 0.105_561_346 * green_red - 0.063_854_17 * blue_yellow,
        lightness - 0.089_484_18 * green_red - 1.291_485_5 * blue_yellow,
    ];
    let [long, medium, short] = cones.map(|cone| cone * cone * cone);
    [
        4.076_741_7 * long - 3.307_711_6 * medium + 0.230_969_94 * short,
        -1.268_438 * long + 2.609_757_4 * medium - 0.341_319_4 * short,
        -0.004_196_086_3 * long - 0.703_418_6 * medium + 1.707_614_7 * short,
    ]
    .map(encoded)
}

/// Linear light as sRGB encodes it (IEC 61966-2-1), both 0 to 1.
fn encoded(light: f32) -> f32 {
    let light = light.clamp(0.0, 1.0);
    if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Luminance by sRGB's own definition, from a display's values.
    fn luminance(colour: [f32; 3]) -> f64 {
        let linear = colour.map(|part| {
            let part = f64::from(part);
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    /// CIE lightness, 0 to 100.
    fn lightness(colour: [f32; 3]) -> f64 {
        116.0 * luminance(colour).cbrt() - 16.0
    }

    #[test]
    fn more_is_always_lighter_and_about_evenly_so() {
        let lights: Vec<f64> =
            (0..=100u8).map(|s| lightness(colour(f32::from(s) / 100.0))).collect();
        let steps: Vec<f64> = lights.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(steps.iter().all(|&step| step > 0.0), "{lights:?}");
        let mean = (lights[100] - lights[0]) / 100.0;
        assert!(mean > 0.6, "the darkest and the lightest are far apart: {mean}");
        // No step is lost and none is a border that is not in the numbers.
        assert!(steps.iter().all(|&step| step > 0.3 * mean && step < 2.0 * mean), "{steps:?}");
    }

    #[test]
    fn a_picture_stays_grey_under_its_map_and_has_its_size() {
        let picture = Picture::from_pixels(2, [[255, 0, 0], [255; 3], [0; 3], [9; 3]].concat());
        let picture = picture.expect("four pixels");
        assert_eq!(overlay(&picture, &[0.0; 3]), None);
        let covered = overlay(&picture, &[0.0, 0.0, 2.0, 1.0]).expect("four values");
        let pixel = |place: usize| &covered.pixels()[3 * place..3 * place + 3];
        // The whitest pixel without anything is lighter than the black one with most: the picture is
        // still seen. What is red is as dark as a dark grey.
        assert!(pixel(0).iter().zip(pixel(1)).all(|(red, white)| red < white));
        let most = colour(1.0).map(|part| (0.8 * part * 255.0).round() as u8);
        assert_eq!(pixel(2), most);
        // Without anything that speaks for a class nothing is divided by it.
        assert!(overlay(&picture, &[0.0; 4]).is_some());
    }
}
