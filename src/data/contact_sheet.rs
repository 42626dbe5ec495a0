//! Pictures side by side in one file, so that they travel and are shown as one.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};

use super::picture::Picture;

/// The pictures from left to right as a PNG file. `None` without any, and where they differ in size.
pub fn contact_sheet_png(pictures: &[Picture]) -> Option<Vec<u8>> {
    let side = pictures.first()?.side();
    if pictures.iter().any(|picture| picture.side() != side) {
        return None;
    }
    let rows = (0..side).flat_map(|row| {
        pictures.iter().map(move |picture| &picture.pixels()[row * 3 * side..(row + 1) * 3 * side])
    });
    let pixels = rows.collect::<Vec<_>>().concat();
    let (width, height) = (u32::try_from(pictures.len() * side).ok()?, u32::try_from(side).ok()?);
    let mut file = Vec::with_capacity(pixels.len());
    PngEncoder::new_with_quality(&mut file, CompressionType::Fast, FilterType::Adaptive)
        .write_image(&pixels, width, height, ExtendedColorType::Rgb8)
        .ok()?;
    Some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_stand_side_by_side_in_their_order() {
        let plain = |level, side: usize| Picture::from_pixels(side, vec![level; 3 * side * side]);
        let pictures: Vec<Picture> = [9, 70, 200].iter().filter_map(|&l| plain(l, 2)).collect();
        let sheet = contact_sheet_png(&pictures).expect("they have one size");
        let sheet = image::load_from_memory(&sheet).expect("a PNG").into_rgb8();
        assert_eq!(sheet.dimensions(), (6, 2));
        for (x, _, pixel) in sheet.enumerate_pixels() {
            assert_eq!(pixel.0, [[9, 70, 200][x as usize / 2]; 3]);
        }
        assert_eq!(contact_sheet_png(&[]), None);
        let mixed: Vec<Picture> = [2, 3].iter().filter_map(|&side| plain(9, side)).collect();
        assert_eq!(contact_sheet_png(&mixed), None);
    }
}
