//! How well copies of photographs are found, and how seldom others are taken for some.

mod common;

use std::io::Cursor;
use std::path::{Path, PathBuf};

use common::{SIDE, shared_data};
use headstart::data::{Likeness, Purpose, decode, seeded};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat};
use rand::RngExt;

const FOLDERS: [&str; 4] = ["flowers", "sign-digits", "textures", "trash"];

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    entries.sort();
    entries
        .into_iter()
        .flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] })
        .collect()
}

fn likeness(bytes: &[u8]) -> Option<Likeness> {
    Some(Likeness::of(&decode(bytes, SIDE).ok()?.picture))
}

fn png(picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).expect("a PNG");
    bytes.into_inner()
}

fn jpeg(picture: &DynamicImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality)).expect("a JPEG");
    bytes
}

fn is_found(one: &Likeness, other: &Likeness) -> bool {
    Likeness::is_close(one.distance(other)) && one.is_same(other)
}

#[test]
#[ignore = "needs the pictures beside the checkout"]
fn at_least_95_of_100_planted_copies_are_found_and_at_most_1_of_100_pairs_is_taken_for_one() {
    let files = FOLDERS.iter().flat_map(|folder| files_below(&shared_data(folder)));
    let known: Vec<(Vec<u8>, Likeness)> = files
        .filter_map(|file| {
            let bytes = std::fs::read(file).ok()?;
            let likeness = likeness(&bytes)?;
            Some((bytes, likeness))
        })
        .collect();
    assert!(known.len() > 1000, "{} pictures", known.len());

    let mut generator = seeded(7, Purpose::Subset);
    let (mut planted, mut found) = (0, 0);
    for (bytes, original) in known.iter().step_by(5) {
        let picture = image::load_from_memory(bytes).expect("it was decoded");
        let picture = DynamicImage::ImageRgb8(picture.to_rgb8());
        let (width, height) = (picture.width(), picture.height());
        let scaled = |by: f64| {
            let side = |length: u32| ((f64::from(length) * by) as u32).max(1);
            png(&picture.resize_exact(side(width), side(height), FilterType::CatmullRom))
        };
        let mut cropped = |by: f64| {
            let side = |length: u32| (f64::from(length) * by) as u32;
            let place = |length: u32, room: f64| (f64::from(length - side(length)) * room) as u32;
            let (x, y) = (place(width, generator.random()), place(height, generator.random()));
            png(&picture.crop_imm(x, y, side(width), side(height)))
        };
        let crops = [0.95, 0.9, 0.85].map(&mut cropped);
        let copies = [jpeg(&picture, 30), jpeg(&picture, 60), scaled(0.5), scaled(2.0)];
        for copy in copies.iter().chain(&crops) {
            planted += 1;
            found += usize::from(is_found(original, &likeness(copy).expect("a copy is a picture")));
        }
    }
    let mut pairs = 0;
    let mut false_pairs = 0;
    for (index, (_, one)) in known.iter().enumerate() {
        for (_, other) in &known[..index] {
            pairs += 1;
            false_pairs += usize::from(is_found(one, other));
        }
    }
    println!("{found} of {planted} copies found; {false_pairs} of {pairs} pairs taken for copies");
    assert!(100 * found >= 95 * planted, "{found} of {planted}");
    assert!(100 * false_pairs <= pairs, "{false_pairs} of {pairs}");
}
