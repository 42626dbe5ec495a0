//! The drawn tasks: the same seed draws the same pictures, and they are worth learning from.
#![cfg(feature = "engine")]

#[path = "common/fingerprint.rs"]
mod fingerprint;

use std::collections::HashSet;

use headstart::data::{
    DRAWN_A_CLASS, DRAWN_SIDE, DrawnPicture, DrawnTask, SampleTask, Scene, draw,
};

/// Every task in every scene.
fn everything(seed: u64) -> impl Iterator<Item = DrawnTask> {
    SampleTask::ALL
        .into_iter()
        .flat_map(move |task| Scene::ALL.map(|scene| draw(task, scene, seed)))
}

#[test]
fn the_same_seed_draws_the_same_pictures_on_every_platform() {
    // Only sums, products, quotients and roots are used, so these hold natively and in a browser.
    // They change when, and only when, the drawing is changed on purpose.
    for (task, scene, expected) in fingerprint::DRAWN {
        let pictures: Vec<_> = draw(task, scene, 1).pictures().collect();
        let found = fingerprint::of(&pictures);
        assert_eq!(found, expected, "{task:?} {scene:?}: {found:#x}");
    }
}

#[test]
fn another_seed_draws_other_pictures() {
    for (one, two) in everything(1).zip(everything(2)) {
        assert!(
            one.pictures().zip(two.pictures()).take(30).all(|(one, two)| one.pixels != two.pixels)
        );
    }
}

#[test]
fn tasks_have_named_classes_of_one_size() {
    for task in everything(5) {
        assert_eq!(task.pictures().len(), task.classes().len() * DRAWN_A_CLASS);
        let names: HashSet<_> = task.classes().iter().collect();
        assert_eq!(names.len(), task.classes().len());
    }
    let classes = |task| draw(task, Scene::Usual, 0).classes();
    assert_eq!(classes(SampleTask::Fruit), ["Apple", "Banana", "Orange", "Pear", "Plum"]);
    assert_eq!(
        classes(SampleTask::Fabric),
        ["Plain weave", "Twill", "Herringbone", "Knit", "Dotted print"]
    );
    assert_eq!(classes(SampleTask::Glyphs), ["Oru", "Tamek", "Zil", "Vashe", "Nokko"]);
}

#[test]
fn every_picture_shows_something_of_its_own() {
    for task in everything(3) {
        let mut names = HashSet::new();
        let mut pictures: Vec<DrawnPicture> = Vec::new();
        for (index, picture) in task.pictures().enumerate() {
            assert_eq!(picture.class_index, index / DRAWN_A_CLASS);
            assert_eq!(picture.pixels.len(), 3 * DRAWN_SIDE * DRAWN_SIDE);
            assert!(picture.name.contains("drawn"));
            assert!(names.insert(picture.name.clone()));
            assert!(deviation(&picture.pixels) > 8.0, "{} is nearly blank", picture.name);
            for other in &pictures {
                let difference = mean_difference(&picture.pixels, &other.pixels);
                assert!(difference > 6.0, "{} is like {}", picture.name, other.name);
            }
            pictures.push(picture);
        }
    }
}

#[test]
fn drawn_pictures_become_what_the_network_sees() {
    for task in everything(3) {
        let picture = task.pictures().next().unwrap();
        let own_size = picture.clone().into_picture(DRAWN_SIDE).unwrap();
        assert_eq!(own_size.pixels(), picture.pixels);
        assert_eq!(picture.into_picture(96).unwrap().side(), 96);
    }
}

#[test]
fn the_new_scene_shows_the_same_classes_in_other_pictures() {
    for task in SampleTask::ALL {
        let [usual, new] = Scene::ALL.map(|scene| draw(task, scene, 1));
        assert_eq!(usual.classes(), new.classes());
        for (usual, new) in usual.pictures().zip(new.pictures()) {
            assert_eq!(usual.class_index, new.class_index);
            assert_ne!(usual.name, new.name);
            assert_ne!(usual.pixels, new.pixels);
        }
    }
}

#[test]
fn the_new_scene_is_darker_and_of_other_colours_or_another_grain() {
    for task in SampleTask::ALL {
        let [usual, new] = Scene::ALL.map(|scene| Looks::of(draw(task, scene, 2)));
        let said = format!("{task:?}: {usual:?} became {new:?}");
        assert!(new.brightness < 0.75 * usual.brightness, "{said}");
        match task {
            // Yarn is rough enough to hide the grain.
            SampleTask::Fabric => assert!(new.colourfulness > 2.0 * usual.colourfulness, "{said}"),
            _ => assert!(new.roughness > 2.0 * usual.roughness, "{said}"),
        }
    }
}

/// Means over a task's pictures, in 8-bit steps.
#[derive(Debug)]
struct Looks {
    brightness: f64,
    /// Between the strongest and the weakest channel.
    colourfulness: f64,
    /// How much a pixel differs from the two beside it.
    roughness: f64,
}

impl Looks {
    fn of(task: DrawnTask) -> Self {
        let pixels: Vec<u8> = task.pictures().flat_map(|picture| picture.pixels).collect();
        let (pixels, _) = pixels.as_chunks::<3>();
        let count = pixels.len() as f64;
        let mean = |value: &dyn Fn(&[u8; 3]) -> u8| {
            pixels.iter().map(|pixel| f64::from(value(pixel))).sum::<f64>() / count
        };
        let bend = |three: &[[u8; 3]]| {
            (f64::from(three[0][1]) + f64::from(three[2][1]) - 2.0 * f64::from(three[1][1])).abs()
        };
        Self {
            brightness: mean(&|pixel| pixel[1]),
            colourfulness: mean(&|[red, green, blue]| {
                red.max(green).max(blue) - red.min(green).min(blue)
            }),
            roughness: pixels.windows(3).map(bend).sum::<f64>() / count,
        }
    }
}

fn deviation(pixels: &[u8]) -> f64 {
    let count = pixels.len() as f64;
    let mean = pixels.iter().map(|value| f64::from(*value)).sum::<f64>() / count;
    let squares: f64 = pixels.iter().map(|value| (f64::from(*value) - mean).powi(2)).sum();
    (squares / count).sqrt()
}

fn mean_difference(left: &[u8], right: &[u8]) -> f64 {
    let sum: u64 = left.iter().zip(right).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / left.len() as f64
}
