//! What a small file does to a picture.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder, ImageFormat, load_from_memory_with_format};

use super::SEVERITIES;
use crate::data::Picture;

/// Quality of the JPEG file, 1 to 100.
pub(super) const QUALITY: [u8; SEVERITIES] = [60, 30, 15, 8, 4];

/// Saves the picture as a JPEG file and opens it again.
pub(super) fn through_jpeg(picture: &Picture, quality: u8) -> Vec<u8> {
    let side = picture.side() as u32;
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, quality)
        .write_image(picture.pixels(), side, side, ExtendedColorType::Rgb8)
        .expect("a picture has the pixels that it says, and memory takes every byte");
    load_from_memory_with_format(&file, ImageFormat::Jpeg)
        .expect("a file that was just written can be read")
        .into_rgb8()
        .into_raw()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::corruption::tests::plain;

    #[test]
    fn a_plain_picture_survives_compression_up_to_one_step_of_its_mean() {
        // A block of 64 pixels keeps its mean in steps of 2 levels at quality 50, and of 50 times
        // that over the quality elsewhere (at most, above 50). Half a step is lost, and a level
        // each to the rounding of the step and of the colours.
        for quality in QUALITY {
            let step = 2.0 * 50.0 / f64::from(quality);
            let pixels = through_jpeg(&plain(24, 77), quality);
            let error =
                pixels.iter().map(|&value| (f64::from(value) - 77.0).abs()).fold(0.0, f64::max);
            assert!(error <= step / 2.0 + 2.0, "quality {quality}: {error}");
        }
    }
}
