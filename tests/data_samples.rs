//! The drawn tasks: the same seed draws the same pictures, and they are worth learning from.
#![cfg(feature = "engine")]

#[path = "common/fingerprint.rs"]
mod fingerprint;

use std::collections::HashSet;

use headstart::data::{DRAWN_A_CLASS, DRAWN_SIDE, DrawnPicture, SampleTask, draw};

fn drawn(task: SampleTask, seed: u64) -> Vec<DrawnPicture> {
    draw(task, seed).pictures().collect()
}

#[test]
fn the_same_seed_draws_the_same_pictures_on_every_platform() {
    // Only sums, products, quotients and roots are used, so these hold natively and in a browser.
    // They change when, and only when, the drawing is changed on purpose.
    for (task, expected) in fingerprint::DRAWN {
        assert_eq!(fingerprint::of(&drawn(task, 1)), expected, "{task:?}");
    }
}

#[test]
fn another_seed_draws_other_pictures() {
    for task in SampleTask::ALL {
        let (one, two) = (draw(task, 1), draw(task, 2));
        assert!(
            one.pictures().zip(two.pictures()).take(30).all(|(one, two)| one.pixels != two.pixels)
        );
    }
}

#[test]
fn tasks_have_named_classes_of_one_size() {
    for task in SampleTask::ALL {
        let task = draw(task, 5);
        assert_eq!(task.pictures().len(), task.classes().len() * DRAWN_A_CLASS);
        let names: HashSet<_> = task.classes().iter().collect();
        assert_eq!(names.len(), task.classes().len());
    }
    assert_eq!(draw(SampleTask::Fruit, 0).classes(), ["Apple", "Banana", "Orange", "Pear", "Plum"]);
    assert_eq!(
        draw(SampleTask::Fabric, 0).classes(),
        ["Plain weave", "Twill", "Herringbone", "Knit", "Dotted print"]
    );
}

#[test]
fn every_picture_shows_something_of_its_own() {
    for task in SampleTask::ALL {
        let task = draw(task, 3);
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
    for task in SampleTask::ALL {
        let picture = draw(task, 3).pictures().next().unwrap();
        let own_size = picture.clone().into_picture(DRAWN_SIDE).unwrap();
        assert_eq!(own_size.pixels(), picture.pixels);
        assert_eq!(picture.into_picture(96).unwrap().side(), 96);
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
