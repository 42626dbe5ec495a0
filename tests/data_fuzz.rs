//! Decoding never panics, whatever the bytes: in the browser a panic would end the engine.
#![cfg(feature = "engine")]

use std::io::Cursor;

use headstart::data::decode;
use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use proptest::prelude::*;

const FORMATS: [ImageFormat; 7] = [
    ImageFormat::Bmp,
    ImageFormat::Gif,
    ImageFormat::Ico,
    ImageFormat::Jpeg,
    ImageFormat::Png,
    ImageFormat::Tiff,
    ImageFormat::WebP,
];

/// One valid file of each format and depth that the encoders know.
fn valid_files() -> Vec<Vec<u8>> {
    let image = DynamicImage::ImageRgba8(RgbaImage::from_fn(19, 13, |x, y| {
        Rgba([(x * 13) as u8, (y * 19) as u8, (x * y) as u8, (x * 5 + y * 11) as u8])
    }));
    let depths: [DynamicImage; 7] = [
        image.to_rgb8().into(),
        image.to_luma8().into(),
        image.to_luma_alpha8().into(),
        image.to_rgb16().into(),
        image.to_rgba16().into(),
        image.to_rgb32f().into(),
        image,
    ];
    let mut files = Vec::new();
    for format in FORMATS {
        for image in &depths {
            let mut file = Cursor::new(Vec::new());
            // Not every format has every depth.
            if image.write_to(&mut file, format).is_ok() {
                files.push(file.into_inner());
            }
        }
    }
    files
}

/// A damaged byte: where, as a share of the file, and what it becomes.
fn damage() -> impl Strategy<Value = Vec<(f64, u8)>> {
    // Headers are short and worth most of the damage.
    let place = prop_oneof![0.0..0.1, 0.0..1.0];
    let value = prop_oneof![any::<u8>(), prop::sample::select(vec![0, 1, 2, 127, 128, 255])];
    prop::collection::vec((place, value), 1..8)
}

fn never_panics(bytes: &[u8]) {
    if let Err(refusal) = decode(bytes, 32) {
        assert!(!refusal.to_string().is_empty());
        assert!(!refusal.remedy().is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_decoded_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        never_panics(&bytes);
    }

    #[test]
    fn any_bytes_behind_a_true_beginning_are_decoded_or_refused(
        format in 0..FORMATS.len(),
        bytes in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let beginnings: [&[u8]; 7] = [
            b"BM",
            b"GIF89a",
            b"\0\0\x01\0\x01\0",
            b"\xff\xd8\xff\xe0",
            b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR",
            b"II\x2a\0\x08\0\0\0",
            b"RIFF\xff\x02\0\0WEBPVP8",
        ];
        never_panics(&[beginnings[format], &bytes].concat());
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(60)
    })]

    #[test]
    fn damaged_files_are_decoded_or_refused(damage in damage(), kept in 0.0..2.0) {
        for mut file in valid_files() {
            for &(place, value) in &damage {
                let index = (place * file.len() as f64) as usize;
                file[index] = value;
            }
            // Half of the files keep their whole length.
            let length = (kept * file.len() as f64) as usize;
            file.truncate(length.max(1));
            never_panics(&file);
        }
    }
}
