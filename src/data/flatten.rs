//! Any kind of decoded pixel to opaque 8-bit RGB, as it looks on white paper.

use image::{DynamicImage, ImageBuffer, Pixel, Primitive, Rgb, RgbImage};

/// How colours are stored beside alpha.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Alpha {
    /// As they look where they are opaque.
    Straight,
    /// Already multiplied by alpha.
    Premultiplied,
}

/// Composites on white and rounds to 8 bits; grey becomes RGB.
pub(super) fn flatten_on_white(image: DynamicImage, alpha: Alpha) -> RgbImage {
    match image {
        DynamicImage::ImageRgb8(image) => image,
        DynamicImage::ImageLuma8(image) => flatten(&image, alpha),
        DynamicImage::ImageLumaA8(image) => flatten(&image, alpha),
        DynamicImage::ImageRgba8(image) => flatten(&image, alpha),
        DynamicImage::ImageLuma16(image) => flatten(&image, alpha),
        DynamicImage::ImageLumaA16(image) => flatten(&image, alpha),
        DynamicImage::ImageRgb16(image) => flatten(&image, alpha),
        DynamicImage::ImageRgba16(image) => flatten(&image, alpha),
        DynamicImage::ImageRgb32F(image) => flatten(&image, alpha),
        DynamicImage::ImageRgba32F(image) => flatten(&image, alpha),
        // The enum may grow; 32-bit floats hold whatever comes.
        other => flatten(&other.into_rgba32f(), alpha),
    }
}

fn flatten<P>(image: &ImageBuffer<P, Vec<P::Subpixel>>, kind: Alpha) -> RgbImage
where
    P: Pixel,
    P::Subpixel: Fraction,
{
    let mut flat = RgbImage::new(image.width(), image.height());
    for (target, source) in flat.pixels_mut().zip(image.pixels()) {
        let rgba = source.to_rgba();
        let alpha = rgba[3].fraction();
        let channel = |index: usize| {
            let stored = rgba[index].fraction();
            let light = if kind == Alpha::Straight { alpha * stored } else { stored };
            ((1.0 - alpha + light).min(1.0) * 255.0).round() as u8
        };
        *target = Rgb([channel(0), channel(1), channel(2)]);
    }
    flat
}

/// A channel's value as a fraction of its largest.
trait Fraction: Primitive {
    /// Between 0 and 1.
    fn fraction(self) -> f32;
}

impl Fraction for u8 {
    fn fraction(self) -> f32 {
        f32::from(self) / 255.0
    }
}

impl Fraction for u16 {
    fn fraction(self) -> f32 {
        f32::from(self) / 65_535.0
    }
}

impl Fraction for f32 {
    /// Not a number counts as nothing: black, or transparent.
    fn fraction(self) -> f32 {
        if self.is_nan() { 0.0 } else { self.clamp(0.0, 1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, Luma, Rgb32FImage, Rgba, RgbaImage};

    #[test]
    fn every_colour_and_alpha_matches_whole_number_compositing() {
        let image = RgbaImage::from_fn(256, 256, |x, y| Rgba([x as u8, 0, 255, y as u8]));
        let flat = flatten_on_white(DynamicImage::ImageRgba8(image), Alpha::Straight);
        for (x, y, pixel) in flat.enumerate_pixels() {
            let on_white = |colour: u32| ((colour * y + 255 * (255 - y) + 127) / 255) as u8;
            assert_eq!(pixel.0, [on_white(x), on_white(0), 255], "colour {x}, alpha {y}");
        }
    }

    #[test]
    fn premultiplied_colours_are_not_multiplied_again() {
        let image = RgbaImage::from_pixel(1, 1, Rgba([40, 51, 0, 51]));
        let flat = flatten_on_white(DynamicImage::ImageRgba8(image), Alpha::Premultiplied);
        assert_eq!(flat.get_pixel(0, 0).0, [244, 255, 204]);
    }

    #[test]
    fn opaque_grey_keeps_its_value() {
        let image = GrayImage::from_fn(256, 1, |x, _| Luma([x as u8]));
        let flat = flatten_on_white(DynamicImage::ImageLuma8(image), Alpha::Straight);
        assert!(flat.enumerate_pixels().all(|(x, _, pixel)| pixel.0 == [x as u8; 3]));
    }

    #[test]
    fn floats_out_of_range_are_clamped() {
        let image = Rgb32FImage::from_pixel(1, 1, Rgb([-3.0, f32::NAN, 7.0]));
        let flat = flatten_on_white(DynamicImage::ImageRgb32F(image), Alpha::Straight);
        assert_eq!(flat.get_pixel(0, 0).0, [0, 0, 255]);
    }
}
