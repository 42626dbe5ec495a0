//! What is said of the pictures before anything is learned, through the session.

mod common;

use std::io::Cursor;

use common::files::{add_class, add_picture, file, two_classes};
use common::{after, lane, session, short};
use headstart::data::Scene;
use headstart::session::{ClassId, Command, Concern, Cut, Event, PictureId, SampleTask, Session};
use image::{DynamicImage, ImageFormat};

/// The last that was said of the pictures.
fn concerns(events: &[Event]) -> Vec<Concern> {
    let said = events.iter().rev().find_map(|event| match event {
        Event::Checked(concerns) => Some(concerns.clone()),
        _ => None,
    });
    said.expect("the pictures were looked through")
}

fn recompressed(bytes: &[u8]) -> Vec<u8> {
    let mut jpeg = Cursor::new(Vec::new());
    let picture = image::load_from_memory(bytes).expect("a picture").to_rgb8();
    DynamicImage::ImageRgb8(picture).write_to(&mut jpeg, ImageFormat::Jpeg).expect("a JPEG");
    jpeg.into_inner()
}

fn plain(side: u32) -> Vec<u8> {
    let mut png = Cursor::new(Vec::new());
    let picture = image::RgbImage::from_pixel(side, side, image::Rgb([40, 90, 160]));
    picture.write_to(&mut png, ImageFormat::Png).expect("a PNG");
    png.into_inner()
}

/// Two classes with six pictures each, and nothing to be said of them.
fn clean() -> Session {
    let mut session = session();
    let events = after(&mut session, two_classes(6));
    assert!(!events.iter().any(|event| matches!(event, Event::Checked(_))), "{events:?}");
    session
}

#[test]
fn copies_in_one_class_and_in_two_are_told_apart_from_pictures_that_are_near() {
    let mut session = clean();
    let original = file(SampleTask::Fruit, 0, 2);
    let events = after(
        &mut session,
        [
            add_picture(10, 0, original.clone()),
            add_picture(11, 0, recompressed(&file(SampleTask::Fruit, 0, 3))),
            add_picture(12, 1, recompressed(&file(SampleTask::Fruit, 0, 4))),
        ],
    );
    let (first, second) = (ClassId(0), ClassId(1));
    let ids = |ids: [u32; 2]| ids.map(PictureId).to_vec();
    assert_eq!(
        concerns(&events),
        [
            Concern::TwoClasses { pictures: vec![(PictureId(4), first), (PictureId(12), second)] },
            Concern::Copies { class: first, pictures: ids([2, 10]), are_equal: true },
            Concern::Copies { class: first, pictures: ids([3, 11]), are_equal: false },
        ]
    );
    // What is done about it is heard at once, and what is taken back as well.
    let remove = |picture| Command::RemovePicture { picture: PictureId(picture) };
    let events = after(&mut session, [remove(10), remove(11), remove(12)]);
    assert_eq!(concerns(&events), []);
    let events = after(&mut session, [Command::RestorePicture { picture: PictureId(12) }]);
    assert!(matches!(concerns(&events)[..], [Concern::TwoClasses { .. }]));
}

#[test]
fn blank_tiny_few_and_unequal_are_told_by_class_and_picture() {
    let mut session = clean();
    let tiny = image::load_from_memory(&file(SampleTask::Fruit, 1, 20)).expect("a picture");
    let mut small = Cursor::new(Vec::new());
    tiny.thumbnail_exact(32, 32).write_to(&mut small, ImageFormat::Png).expect("a PNG");
    let few = add_picture(31, 2, file(SampleTask::Fruit, 1, 12));
    let events = after(
        &mut session,
        [
            add_picture(20, 0, plain(300)),
            add_picture(21, 1, small.into_inner()),
            add_class(2, "few"),
            few,
        ],
    );
    assert_eq!(
        concerns(&events),
        [
            Concern::TooFew { class: ClassId(2), found: 1 },
            Concern::Blank { pictures: vec![PictureId(20)] },
            Concern::Tiny { pictures: vec![PictureId(21)] },
        ]
    );
    // Four of one class against thirteen of the other.
    let keep = [0, 1, 2, 3, 20, 21];
    let removed = (0..6)
        .filter(|id| !keep.contains(id))
        .map(|id| Command::RemovePicture { picture: PictureId(id) });
    let more = (6..13)
        .map(|number| add_picture(100 + number, 1, file(SampleTask::Fruit, 1, number as usize)));
    let class = Command::RemoveClass { class: ClassId(2) };
    let blank = Command::RemovePicture { picture: PictureId(20) };
    let tiny = Command::RemovePicture { picture: PictureId(21) };
    let commands: Vec<Command> = removed.chain(more).chain([class, blank, tiny]).collect();
    let events = after(&mut session, commands);
    assert_eq!(
        concerns(&events),
        [Concern::Imbalance { largest: (ClassId(1), 13), smallest: (ClassId(0), 4) }]
    );
}

#[test]
fn a_picture_in_the_new_setting_that_is_learned_from_too_is_told() {
    let mut session = clean();
    let Command::AddPicture { picture, class, name, bytes, .. } =
        add_picture(40, 0, recompressed(&file(SampleTask::Fruit, 0, 1)))
    else {
        panic!("a picture")
    };
    let leaked =
        Command::AddPicture { picture, class, name, bytes, scene: Scene::New, burst: None };
    let events = after(&mut session, [leaked]);
    assert_eq!(concerns(&events), [Concern::Leaked { pictures: vec![PictureId(40)] }]);
}

#[test]
fn a_class_of_one_burst_cannot_be_tested_and_says_so() {
    let mut session = session();
    let burst = |number: u32| {
        let Command::AddPicture { picture, class, name, scene, bytes, .. } =
            add_picture(number, 0, file(SampleTask::Fruit, 0, number as usize))
        else {
            panic!("a picture")
        };
        Command::AddPicture { picture, class, name, scene, bytes, burst: Some(1) }
    };
    let others = (0..6)
        .map(|number| add_picture(100 + number, 1, file(SampleTask::Fruit, 1, number as usize)));
    let classes = [add_class(0, "burst"), add_class(1, "single")];
    let commands: Vec<Command> =
        classes.into_iter().chain((0..6).map(burst)).chain(others).collect();
    let events = after(&mut session, commands);
    assert_eq!(concerns(&events), [Concern::TooAlike { class: ClassId(0), found: 1 }]);
    let train = Command::Train { lanes: vec![lane(1, short(Cut::HeadOnly))], seed: 1 };
    let events = after(&mut session, [train]);
    let refused = events.iter().any(|event| {
        matches!(event, Event::ExperimentRefused(refusal) if refusal.reason.contains("“burst”")
            && refusal.reason.contains("1 separate"))
    });
    assert!(refused, "{events:?}");
}

#[test]
fn copies_stay_one_group_when_those_that_link_them_are_put_aside() {
    let mut session = session();
    let classes = [add_class(0, "copies"), add_class(1, "others")];
    let copy = file(SampleTask::Fruit, 0, 0);
    let copies = (0..50).map(|number| add_picture(number, 0, copy.clone()));
    let others = (0..6)
        .map(|number| add_picture(100 + number, 1, file(SampleTask::Fruit, 1, number as usize)));
    let commands: Vec<Command> = classes.into_iter().chain(copies).chain(others).collect();
    after(&mut session, commands);
    // A picture is linked to the first forty that it is the same as.
    let removed = (0..40).map(|picture| Command::RemovePicture { picture: PictureId(picture) });
    after(&mut session, removed.collect::<Vec<_>>());
    let train = Command::Train { lanes: vec![lane(1, short(Cut::HeadOnly))], seed: 1 };
    let events = after(&mut session, [train]);
    let refused = events.iter().any(|event| {
        matches!(event, Event::ExperimentRefused(refusal) if refusal.reason.contains("1 separate"))
    });
    assert!(refused, "{events:?}");
}
