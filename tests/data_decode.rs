//! Decoding, against pictures made here: every format, every depth, every orientation, and a
//! second implementation of the resizing that is as plain as the definition.
#![cfg(feature = "engine")]

use std::io::Cursor;

use headstart::data::{Decoded, MAXIMUM_FILE_BYTES, Picture, PictureError, decode};
use image::{DynamicImage, ImageFormat, Luma, LumaA, Rgb, Rgb32FImage, RgbImage, Rgba, RgbaImage};

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image.write_to(&mut file, format).unwrap();
    file.into_inner()
}

fn gradient(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        Rgb([(x * 255 / width) as u8, (y * 255 / height) as u8, ((x * 7 + y * 3) % 256) as u8])
    })
}

fn only_colour(decoded: &Decoded) -> [u8; 3] {
    let pixels = decoded.picture.pixels();
    assert!(pixels.chunks_exact(3).all(|pixel| pixel == &pixels[..3]));
    pixels[..3].try_into().unwrap()
}

/// The definition: resize the shorter side to `side`, filter by filter, then crop the middle.
fn plainly_resized(image: &RgbImage, side: usize) -> Vec<f64> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let shorter = width.min(height);
    let (new_width, new_height) = (side * width / shorter, side * height / shorter);
    let weights = |from: usize, to: usize, place: usize| -> Vec<(usize, f64)> {
        let scale = from as f64 / to as f64;
        let radius = scale.max(1.0);
        let centre = (place as f64 + 0.5) * scale;
        let all: Vec<(usize, f64)> = (0..from)
            .map(|index| (index, 1.0 - ((index as f64 + 0.5 - centre) / radius).abs()))
            .filter(|(_, weight)| *weight > 0.0)
            .collect();
        let sum: f64 = all.iter().map(|(_, weight)| weight).sum();
        all.into_iter().map(|(index, weight)| (index, weight / sum)).collect()
    };
    let (left, top) = ((new_width - side) / 2, (new_height - side) / 2);
    let mut out = Vec::new();
    for row in top..top + side {
        for column in left..left + side {
            for channel in 0..3 {
                let mut sum = 0.0;
                for (y, down) in weights(height, new_height, row) {
                    for &(x, across) in &weights(width, new_width, column) {
                        let value = image.get_pixel(x as u32, y as u32)[channel];
                        sum += down * across * f64::from(value);
                    }
                }
                out.push(sum);
            }
        }
    }
    out
}

#[test]
fn resizing_is_the_plain_triangle_filter_within_one_step() {
    let sizes = [(40, 40), (97, 31), (31, 97), (200, 133), (9, 5), (1, 1), (1, 13), (64, 32)];
    for (width, height) in sizes {
        let image = gradient(width, height);
        for side in [1, 12, 32] {
            let picture = Picture::from_rgb(width, height, image.as_raw().clone(), side).unwrap();
            let plain = plainly_resized(&image, side);
            for (index, (&got, want)) in picture.pixels().iter().zip(plain).enumerate() {
                let difference = (f64::from(got) - want.round()).abs();
                assert!(difference <= 1.0, "{width}×{height} to {side} at {index}: {got} {want}");
            }
        }
    }
}

#[test]
fn every_format_that_keeps_all_bits_gives_the_same_picture() {
    let image = DynamicImage::ImageRgb8(gradient(50, 40));
    let expected = Picture::from_rgb(50, 40, gradient(50, 40).into_raw(), 24).unwrap();
    for format in [ImageFormat::Bmp, ImageFormat::Png, ImageFormat::Tiff, ImageFormat::WebP] {
        let decoded = decode(&encoded(&image, format), 24).unwrap();
        assert_eq!(decoded.picture, expected, "{format:?}");
        assert_eq!((decoded.width, decoded.height), (50, 40), "{format:?}");
    }
    let icon = DynamicImage::ImageRgba8(image.to_rgba8());
    assert_eq!(decode(&encoded(&icon, ImageFormat::Ico), 24).unwrap().picture, expected);
}

#[test]
fn formats_that_lose_bits_stay_close() {
    let smooth = RgbImage::from_fn(64, 64, |x, y| Rgb([(x * 4) as u8, (y * 4) as u8, 90]));
    let expected = Picture::from_rgb(64, 64, smooth.clone().into_raw(), 32).unwrap();
    for format in [ImageFormat::Jpeg, ImageFormat::Gif] {
        let decoded =
            decode(&encoded(&DynamicImage::ImageRgb8(smooth.clone()), format), 32).unwrap();
        let sum: u64 = (decoded.picture.pixels().iter().zip(expected.pixels()))
            .map(|(got, want)| u64::from(got.abs_diff(*want)))
            .sum();
        assert!(sum as f64 / (32.0 * 32.0 * 3.0) < 8.0, "{format:?}");
    }
}

#[test]
fn transparency_lets_white_through() {
    let with_alpha = |alpha| {
        let image = RgbaImage::from_pixel(8, 8, Rgba([200, 0, 100, alpha]));
        let file = encoded(&DynamicImage::ImageRgba8(image), ImageFormat::Png);
        only_colour(&decode(&file, 4).unwrap())
    };
    assert_eq!(with_alpha(255), [200, 0, 100]);
    assert_eq!(with_alpha(0), [255, 255, 255]);
    assert_eq!(with_alpha(51), [244, 204, 224]);
    let grey = DynamicImage::ImageLumaA8(image::GrayAlphaImage::from_pixel(3, 3, LumaA([0, 102])));
    assert_eq!(only_colour(&decode(&encoded(&grey, ImageFormat::Png), 4).unwrap()), [153; 3]);
}

#[test]
fn deep_and_grey_pixels_keep_their_value() {
    let colour_of =
        |image: DynamicImage, format| only_colour(&decode(&encoded(&image, format), 5).unwrap());
    let deep = image::ImageBuffer::from_pixel(6, 6, Rgb([65_535_u16, 257 * 20, 128 + 257 * 7]));
    assert_eq!(colour_of(deep.into(), ImageFormat::Png), [255, 20, 7]);
    let deep = image::ImageBuffer::from_pixel(6, 6, Rgba([257_u16 * 200, 0, 0, 257 * 51]));
    assert_eq!(colour_of(deep.into(), ImageFormat::Png), [244, 204, 204]);
    let grey = image::ImageBuffer::from_pixel(6, 6, Luma([99_u8]));
    assert_eq!(colour_of(grey.into(), ImageFormat::Png), [99; 3]);
    let grey = image::ImageBuffer::from_pixel(6, 6, Luma([257_u16 * 99]));
    assert_eq!(colour_of(grey.into(), ImageFormat::Tiff), [99; 3]);
    let float = Rgb32FImage::from_pixel(6, 6, Rgb([0.2, 7.0, -1.0]));
    assert_eq!(colour_of(float.into(), ImageFormat::Tiff), [51, 255, 0]);
}

/// Sets a JPEG's EXIF orientation by an APP1 segment after its first marker.
fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut notes = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01".to_vec();
    // Tag 0x0112, one SHORT, its value in the upper half; no further directory.
    notes.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0]);
    let length = (notes.len() + 2) as u16;
    [&jpeg[..2], &[0xff, 0xe1], &length.to_be_bytes(), &notes, &jpeg[2..]].concat()
}

#[test]
fn all_eight_exif_orientations_are_turned_upright() {
    // Four flat quarters, so that every turn is told apart and JPEG loses little.
    let quarters =
        DynamicImage::ImageRgb8(RgbImage::from_fn(64, 32, |x, y| match (x < 32, y < 16) {
            (true, true) => Rgb([250, 20, 20]),
            (false, true) => Rgb([20, 250, 20]),
            (true, false) => Rgb([20, 20, 250]),
            (false, false) => Rgb([240, 240, 240]),
        }));
    let upright = decode(&encoded(&quarters, ImageFormat::Jpeg), 16).unwrap();
    for orientation in 1..=8 {
        // How the camera would have stored it so that turning brings it back.
        let stored = match orientation {
            2 => quarters.fliph(),
            3 => quarters.rotate180(),
            4 => quarters.flipv(),
            5 => quarters.rotate90().fliph(),
            6 => quarters.rotate270(),
            7 => quarters.rotate270().fliph(),
            8 => quarters.rotate90(),
            _ => quarters.clone(),
        };
        let file = with_orientation(&encoded(&stored, ImageFormat::Jpeg), orientation);
        let decoded = decode(&file, 16).unwrap();
        assert_eq!((decoded.width, decoded.height), (64, 32), "{orientation}");
        for (got, want) in decoded.picture.pixels().iter().zip(upright.picture.pixels()) {
            assert!(got.abs_diff(*want) < 30, "{orientation}: {got} {want}");
        }
    }
}

#[test]
fn senseless_orientations_are_ignored() {
    let jpeg = encoded(&DynamicImage::ImageRgb8(gradient(20, 10)), ImageFormat::Jpeg);
    for orientation in [0, 9, 255] {
        let decoded = decode(&with_orientation(&jpeg, orientation), 8).unwrap();
        assert_eq!(decoded, decode(&jpeg, 8).unwrap());
    }
}

#[test]
fn every_file_cut_short_is_refused_and_most_say_so() {
    let image = DynamicImage::ImageRgba8(DynamicImage::ImageRgb8(gradient(30, 20)).to_rgba8());
    let formats = [
        ImageFormat::Bmp,
        ImageFormat::Gif,
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::Tiff,
        ImageFormat::WebP,
    ];
    for format in formats {
        let image = match format {
            ImageFormat::Jpeg => DynamicImage::ImageRgb8(image.to_rgb8()),
            _ => image.clone(),
        };
        let file = encoded(&image, format);
        for percent in [20, 50, 80, 95] {
            let outcome = decode(&file[..file.len() * percent / 100], 16);
            assert!(
                matches!(outcome, Err(PictureError::Truncated { .. })),
                "{format:?} {percent} %: {outcome:?}"
            );
        }
    }
}

#[test]
fn other_files_are_refused_by_name() {
    let files: [(&[u8], &str); 12] = [
        (b"%PDF-1.7\n", "PDF"),
        (b"PK\x03\x04\x14\0", "ZIP"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1", "HEIC"),
        (b"\0\0\0\x20ftypavif\0\0\0\0", "AVIF"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "video"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a -->\n<svg xmlns='x'/>", "SVG"),
        (b"  <!DOCTYPE html><html></html>", "HTML"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "sound"),
        (b"8BPS\0\x01", "Photoshop"),
        (b"P6\n2 2\n255\n", "portable map"),
        (b"just some words", "plain text"),
        (b"\x1a\x45\xdf\xa3\x01", "video"),
    ];
    for (bytes, name) in files {
        let refusal = decode(bytes, 96).unwrap_err();
        assert!(matches!(refusal, PictureError::ForeignFormat { .. }), "{name}: {refusal:?}");
        assert!(refusal.to_string().contains(name), "{name}: {refusal}");
        assert!(!refusal.remedy().is_empty());
    }
    assert_eq!(decode(b"\x05\x80\0\xfe\0\0", 96).unwrap_err(), PictureError::Unrecognised);
}

#[test]
fn empty_and_huge_files_are_refused() {
    assert_eq!(decode(&[], 96).unwrap_err(), PictureError::Empty);
    let bytes = MAXIMUM_FILE_BYTES + 1;
    assert_eq!(decode(&vec![0; bytes], 96).unwrap_err(), PictureError::FileTooLarge { bytes });
}

#[test]
fn too_many_pixels_are_refused_before_they_are_allocated() {
    // A lawful header of 20,000 × 20,000 pixels, and next to nothing behind it.
    let mut file = encoded(&DynamicImage::ImageRgb8(gradient(2, 2)), ImageFormat::Bmp);
    file[18..22].copy_from_slice(&20_000_u32.to_le_bytes());
    file[22..26].copy_from_slice(&20_000_u32.to_le_bytes());
    assert_eq!(
        decode(&file, 96).unwrap_err(),
        PictureError::TooManyPixels { width: 20_000, height: 20_000 }
    );
}

#[test]
fn a_jpeg_with_thousands_of_scans_is_refused() {
    let mut file =
        encoded(&DynamicImage::ImageLuma8(image::GrayImage::new(4000, 4000)), ImageFormat::Jpeg);
    file.truncate(file.len() - 2);
    for _ in 0..2000 {
        file.extend(b"\xff\xda\0\x08\x01\x01\0\0\x3f\0");
    }
    file.extend(b"\xff\xd9");
    assert_eq!(decode(&file, 96).unwrap_err(), PictureError::TooCostly { format: "JPEG" });
}

#[test]
fn strips_of_one_pixel_are_lawful() {
    for (width, height) in [(1, 1), (1, 30_000), (30_000, 1), (2, 20_000)] {
        let image = DynamicImage::ImageRgb8(RgbImage::from_pixel(width, height, Rgb([9, 8, 7])));
        let decoded = decode(&encoded(&image, ImageFormat::Png), 96).unwrap();
        assert_eq!(only_colour(&decoded), [9, 8, 7]);
    }
}
