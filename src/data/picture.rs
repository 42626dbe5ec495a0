//! What the network sees. How a file becomes one lives in `decode`.

use std::sync::Arc;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, RgbImage};

use super::PictureError;
use super::resize::shorter_side_to;

/// What the network sees: `side`×`side` RGB, row by row, 3 bytes a pixel.
///
/// Cloning shares the pixels.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Picture {
    side: usize,
    pixels: Arc<[u8]>,
}

impl Picture {
    /// Brings upright, opaque RGB pixels to the network's size: the shorter side becomes `side`
    /// pixels with an antialiasing triangle filter, then the centre is cropped.
    ///
    /// `pixels` is `[height, width, 3]`, row by row; `side` is at least 1.
    ///
    /// # Errors
    /// [`PictureError::NoPixels`] if `width` or `height` is zero,
    /// [`PictureError::Broken`] if `pixels` is shorter than they say.
    pub fn from_rgb(
        width: u32,
        height: u32,
        pixels: Vec<u8>,
        side: usize,
    ) -> Result<Self, PictureError> {
        let image = RgbImage::from_raw(width, height, pixels).ok_or(PictureError::Broken {
            format: "RGB",
            detail: "there are fewer pixels than the size says".to_owned(),
        })?;
        Self::from_image(&image, side)
    }

    pub(super) fn from_image(image: &RgbImage, side: usize) -> Result<Self, PictureError> {
        let pixels = shorter_side_to(image, side)?;
        Ok(Self { side, pixels: pixels.into() })
    }

    /// A picture that already has the network's size: `pixels` is `[side, side, 3]`. `None` when
    /// there are more or fewer.
    pub fn from_pixels(side: usize, pixels: Vec<u8>) -> Option<Self> {
        let is_whole = side.checked_mul(side)?.checked_mul(3)? == pixels.len();
        is_whole.then(|| Self { side, pixels: pixels.into() })
    }

    /// Width and height in pixels.
    pub fn side(&self) -> usize {
        self.side
    }

    /// The pixels, `[side, side, 3]`, row by row.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Writes the network's input for this picture into `out`, `[side, side, 3]`: x / 127.5 − 1.
    ///
    /// # Panics
    /// If `out` does not hold `3 * side * side` numbers.
    pub fn write_normalised(&self, out: &mut [f32]) {
        assert_eq!(out.len(), self.pixels.len(), "a number for each colour of each pixel");
        for (value, &byte) in out.iter_mut().zip(&*self.pixels) {
            *value = f32::from(byte) / 127.5 - 1.0;
        }
    }

    /// The picture as a PNG file, `side`×`side`.
    pub fn thumbnail_png(&self) -> Vec<u8> {
        let mut file = Vec::with_capacity(self.pixels.len());
        // A page shows a thousand of these: speed counts for more than the last few bytes.
        PngEncoder::new_with_quality(&mut file, CompressionType::Fast, FilterType::Adaptive)
            .write_image(&self.pixels, self.side as u32, self.side as u32, ExtendedColorType::Rgb8)
            .expect("the size and the number of pixels agree, and memory takes every byte");
        file
    }
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Picture({0}×{0})", self.side)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_sees_the_colours_of_each_pixel_between_minus_one_and_one() {
        let picture = Picture::from_rgb(1, 2, vec![0, 51, 255, 0, 51, 255], 1).unwrap();
        let mut values = [9.0; 3];
        picture.write_normalised(&mut values);
        assert_eq!(values, [-1.0, 51.0 / 127.5 - 1.0, 1.0]);
    }

    #[test]
    fn a_thumbnail_is_what_the_network_sees() {
        let pixels: Vec<u8> = (0..7 * 7 * 3).map(|index| index as u8).collect();
        let picture = Picture::from_rgb(7, 7, pixels, 7).unwrap();
        let thumbnail = image::load_from_memory(&picture.thumbnail_png()).unwrap();
        assert_eq!(thumbnail.into_rgb8().as_raw().as_slice(), picture.pixels());
    }

    #[test]
    fn no_pixels_or_too_few_are_refused() {
        assert_eq!(Picture::from_rgb(0, 5, vec![], 4).unwrap_err(), PictureError::NoPixels);
        assert!(Picture::from_rgb(5, 5, vec![0; 74], 4).is_err());
    }
}
