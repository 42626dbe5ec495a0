//! Files that decoders choke on, and lawful rarities: decoded or refused in words, never a panic.
//!
//! The files lie beside the project and are no part of it, so these tests are left out, visibly,
//! unless asked for. `cargo xtask test` asks for them where the files are.
#![cfg(feature = "engine")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use headstart::data::{Decoded, PictureError, decode};

const SIDE: usize = 96;

/// Far more than any of them needs, even without optimisation and on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files_below(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn bad_images() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/bad-images");
    let mut files = Vec::new();
    files_below(&folder, &mut files);
    assert!(files.len() >= 188, "only {} of 188 files are there", files.len());
    files.sort();
    files
}

/// What becomes of the file whose name ends like this.
fn outcome(ending: &str) -> Result<Decoded, PictureError> {
    let files = bad_images();
    let is_meant = |path: &&PathBuf| path.to_string_lossy().ends_with(ending);
    let path = files.iter().find(is_meant).unwrap_or_else(|| panic!("no file {ending}"));
    decode(&fs::read(path).unwrap(), SIDE)
}

fn pixel(decoded: &Decoded, column: usize, row: usize) -> [u8; 3] {
    let start = 3 * (row * SIDE + column);
    decoded.picture.pixels()[start..start + 3].try_into().unwrap()
}

fn mean_difference(left: &Decoded, right: &Decoded) -> f64 {
    let (left, right) = (left.picture.pixels(), right.picture.pixels());
    let sum: u64 = left.iter().zip(right).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / left.len() as f64
}

#[test]
#[ignore = "needs ../shared/data beside the checkout"]
fn every_file_is_decoded_or_refused_in_words_and_in_time() {
    for path in bad_images() {
        let bytes = fs::read(&path).unwrap();
        let began = Instant::now();
        match decode(&bytes, SIDE) {
            Ok(decoded) => {
                assert_eq!(decoded.picture.side(), SIDE);
                assert_eq!(decoded.picture.pixels().len(), 3 * SIDE * SIDE);
                assert!(decoded.width > 0 && decoded.height > 0);
            }
            Err(refusal) => {
                let (reason, remedy) = (refusal.to_string(), refusal.remedy());
                assert!(reason.len() > 10 && reason.ends_with('.'), "{}: {reason}", path.display());
                assert!(remedy.len() > 10 && remedy.ends_with('.'), "{}: {remedy}", path.display());
            }
        }
        assert!(began.elapsed() < PATIENCE, "{}", path.display());
    }
}

#[test]
#[ignore = "needs ../shared/data beside the checkout"]
fn eight_orientations_show_the_same_face() {
    let plain = outcome("Tests__images__hopper.bmp");
    let plain = plain.unwrap();
    for extension in ["jpg", "webp"] {
        for orientation in 2..=8 {
            let name = format!("hopper_orientation_{orientation}.{extension}");
            let turned = outcome(&name).unwrap();
            assert_eq!((turned.width, turned.height), (128, 128));
            // Lossy files of the same face differ by a few steps; a wrong turn by sixty.
            let difference = mean_difference(&plain, &turned);
            assert!(difference < 12.0, "{name}: {difference}");
        }
    }
}

#[test]
#[ignore = "needs ../shared/data beside the checkout"]
fn eight_orientations_of_a_fax_show_the_same_line() {
    let plain = outcome("g4_orientation_1.tif");
    let plain = plain.unwrap();
    for orientation in 2..=8 {
        let turned = outcome(&format!("g4_orientation_{orientation}.tif")).unwrap();
        assert_eq!((turned.width, turned.height), (590, 88));
        assert!(mean_difference(&plain, &turned) < 1.0, "{orientation}");
    }
}

#[test]
#[ignore = "needs ../shared/data beside the checkout"]
fn size_is_that_of_the_upright_original() {
    let turned = outcome("orientation_rectangle.jpg");
    let turned = turned.unwrap();
    assert_eq!((turned.width, turned.height), (1, 2));
}

#[test]
#[ignore = "needs ../shared/data beside the checkout"]
fn four_printing_inks_become_the_colour_they_print() {
    for name in ["pil_sample_cmyk.jpg", "tiff_strip_cmyk_jpeg.tif", "tiff_tiled_cmyk_jpeg.tif"] {
        let decoded = outcome(name);
        let decoded = decoded.unwrap();
        let [red, green, blue] = pixel(&decoded, 2, 2);
        assert!(red > 180 && green < 60 && blue < 60, "{name}: {red} {green} {blue}");
        let [red, green, blue] = pixel(&decoded, 93, 93);
        assert!(red < 40 && green < 40 && blue < 40, "{name}: {red} {green} {blue}");
    }
}

#[test]
#[ignore = "needs ../shared/data beside the checkout"]
fn sixteen_bits_and_eight_bits_of_one_picture_look_alike() {
    for (deep, plain) in [
        ("tiff_16bit_RGB.tiff", "tiff_16bit_RGB_target.png"),
        ("tiff_strip_planar_16bit_RGB.tiff", "tiff_16bit_RGB_target.png"),
        ("tiff_16bit_RGBa.tiff", "tiff_16bit_RGBa_target.png"),
        ("tiff_strip_planar_16bit_RGBa.tiff", "tiff_16bit_RGBa_target.png"),
    ] {
        let deep = outcome(deep);
        let plain = outcome(plain).unwrap();
        assert!(mean_difference(&deep.unwrap(), &plain) < 1.0);
    }
}

#[test]
#[ignore = "needs ../shared/data beside the checkout"]
fn the_layout_that_makes_the_decoder_panic_is_refused_beforehand() {
    for name in ["tiff_tiled_planar_16bit_RGB.tiff", "tiff_tiled_planar_16bit_RGBa.tiff"] {
        let outcome = outcome(name);
        assert!(matches!(outcome, Err(PictureError::RareKind { format: "TIFF", .. })), "{name}");
    }
}

#[test]
#[ignore = "needs ../shared/data beside the checkout"]
fn files_cut_short_say_so() {
    for name in ["truncated_jpeg.jpg", "truncated_image.png"] {
        let outcome = outcome(name);
        assert!(matches!(outcome, Err(PictureError::Truncated { .. })), "{name}: {outcome:?}");
    }
}

#[test]
#[ignore = "needs ../shared/data beside the checkout"]
fn avif_is_refused_by_its_name() {
    let outcome = outcome("hopper.avif");
    assert!(outcome.unwrap_err().to_string().contains("AVIF"));
}

#[test]
#[ignore = "needs ../shared/data beside the checkout"]
fn bombs_are_defused() {
    let outcome = outcome("Bad_reallybig.bmp");
    assert!(outcome.is_err());
    assert_eq!(self::outcome("zero_width.gif").unwrap_err(), PictureError::NoPixels);
    assert!(self::outcome("decompression_bomb.gif").is_err());
}

#[test]
#[ignore = "needs ../shared/data beside the checkout"]
fn an_animation_gives_its_first_frame() {
    // Red comes first; the frames after it cover it with green.
    let decoded = outcome("apng__dispose_op_none.png");
    assert_eq!(pixel(&decoded.unwrap(), 48, 48), [255, 0, 0]);
}
