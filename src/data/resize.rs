//! Shorter side to the network's size with an antialiasing triangle filter, then the centre crop:
//! the preprocessing that the bundled backbone was made with.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;

use super::PictureError;

/// `[side, side, 3]` from an image of any size, also from a smaller one.
///
/// As in torchvision, the longer side becomes `side * longer / shorter` whole pixels, rounded
/// down, of which the middle `side` stay, the odd one cut off at the right or the bottom.
pub(super) fn shorter_side_to(image: &RgbImage, side: usize) -> Result<Vec<u8>, PictureError> {
    let (width, height) = image.dimensions();
    let shorter = width.min(height);
    if shorter == 0 || side == 0 {
        return Err(PictureError::NoPixels);
    }
    let (left, crop_width) = crop_box(width, shorter, side);
    let (top, crop_height) = crop_box(height, shorter, side);
    cropped_to(image.as_raw(), [width, height], [left, top, crop_width, crop_height], side as u32)
        .map_err(|detail| PictureError::Broken { format: "decoded", detail })
}

/// `[side, side, 3]` from the crop, `[left, top, width, height]`, of RGB pixels of this width and
/// height.
///
/// The only place that resizes, and never a part of its callers: so the compiler sees the one kind of
/// pixel and the one filter that there are, and leaves out what the library has for all others, a
/// quarter of a megabyte.
///
/// # Errors
/// What the library says of a crop or a size that makes no sense.
#[inline(never)]
pub(super) fn cropped_to(
    pixels: &[u8],
    [width, height]: [u32; 2],
    [left, top, crop_width, crop_height]: [f64; 4],
    side: u32,
) -> Result<Vec<u8>, String> {
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Bilinear))
        .crop(left, top, crop_width, crop_height);
    let source =
        ImageRef::new(width, height, pixels, PixelType::U8x3).map_err(|error| error.to_string())?;
    let mut target = Image::new(side, side, PixelType::U8x3);
    Resizer::new().resize(&source, &mut target, &options).map_err(|error| error.to_string())?;
    Ok(target.into_vec())
}

/// Where, in source pixels along one edge, the crop of the resized image begins, and its length.
///
/// Cropping first is exact here: the crop box only says where the centres of the filter lie, and
/// the filter still reaches beyond it. So a strip of 1×30,000 pixels never becomes a huge image.
fn crop_box(edge: u32, shorter: u32, side: usize) -> (f64, f64) {
    let resized = (side as u64 * u64::from(edge) / u64::from(shorter)).max(side as u64);
    let offset = (resized - side as u64) / 2;
    let scale = f64::from(edge) / resized as f64;
    let begin = offset as f64 * scale;
    // Rounding must not push the end past the edge: that would be refused.
    let length = (side as f64 * scale).min(f64::from(edge) - begin);
    (begin, length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crop_lies_in_the_middle_and_inside() {
        assert_eq!(crop_box(200, 200, 96), (0.0, 200.0));
        assert_eq!(crop_box(400, 200, 96), (100.0, 200.0));
        for edge in 1..400 {
            for shorter in 1..=edge {
                let (begin, length) = crop_box(edge, shorter, 96);
                assert!(begin >= 0.0 && length > 0.0 && begin + length <= f64::from(edge));
            }
        }
    }
}
