//! Views of pictures as a session makes them: how often it looks, what it shows, and who shares them.

mod common;

use common::files::two_classes;
use common::{after, lane, session, session_with, settle, short, ticks};
use headstart::session::{Augmentation, Command, Cut, Event, Strategy, StudyRequest};

#[test]
fn views_are_looked_at_once_and_counted_in_what_is_predicted() {
    let mut session = session_with(ticks);
    after(&mut session, two_classes(6));
    let mut run = |views| {
        let strategy = Strategy { views, ..short(Cut::LastBlocks(1)) };
        let lanes = vec![lane(views as u32, strategy)];
        let estimate = after(&mut session, [Command::Estimate { lanes: lanes.clone(), seed: 1 }]);
        let [Event::Estimated(estimate)] = &estimate[..] else { panic!("{estimate:?}") };
        let estimate = estimate.clone();
        let events = after(&mut session, [Command::Train { lanes, seed: 1 }]);
        let looked = events.iter().rev().find_map(|event| match event {
            Event::FeaturesProgressed { done, .. } => Some(*done),
            _ => None,
        });
        assert!(events.iter().any(|event| matches!(event, Event::RunEnded { .. })), "{events:?}");
        (looked, estimate)
    };
    let ((plain, alone), (viewed, with_views)) = (run(0), run(2));
    assert_eq!((plain, viewed), (Some(12), Some(36)));
    assert!((with_views.feature_seconds / alone.feature_seconds - 3.0).abs() < 1e-9);
    assert!(with_views.memory > alone.memory);
}

fn show_views(augmentation: Augmentation) -> Command {
    Command::ShowViews { views: 3, augmentation, seed: 1 }
}

#[test]
fn a_sheet_shows_views_with_the_changes_that_were_asked_for() {
    let mut session = session();
    after(&mut session, two_classes(4));
    let mut shown = |augmentation| {
        let events = after(&mut session, [show_views(augmentation)]);
        let [Event::ViewsShown { sheet }] = &events[..] else { panic!("one answer: {events:?}") };
        image::load_from_memory(sheet).expect("a PNG").into_rgb8()
    };
    let flipped = shown(Augmentation { flip: true, ..Augmentation::NONE });
    let part = |place: u32| image::imageops::crop_imm(&flipped, 96 * place, 0, 96, 96).to_image();
    let mirrored = image::imageops::flip_horizontal(&part(0));
    assert!((1..4).all(|place| part(place) == part(0) || part(place) == mirrored));
    assert_ne!(shown(Augmentation::default()), flipped);
}

#[test]
fn lanes_that_want_different_views_are_refused_and_lanes_without_views_take_part() {
    let mut session = session();
    after(&mut session, two_classes(4));
    let flip = Augmentation { flip: true, ..Augmentation::NONE };
    let lane = |run, views, augmentation| {
        lane(run, Strategy { views, augmentation, ..short(Cut::HeadOnly) })
    };
    let lanes = vec![lane(1, 1, flip), lane(2, 1, Augmentation::default())];
    let refused = |event: &Event| match event {
        Event::ExperimentRefused(refusal) | Event::StudyRefused(refusal) => {
            Some(refusal.reason.clone())
        }
        _ => None,
    };
    let study = Command::Study(Box::new(StudyRequest {
        transfer: lanes[0].strategy.clone(),
        fine_tuning: Strategy { views: 1, ..short(Cut::LastBlocks(1)) },
        seeds: vec![1],
        sample: None,
    }));
    for command in [Command::Train { lanes, seed: 1 }, study] {
        let events = after(&mut session, [command]);
        let said = events.iter().find_map(refused).expect("a refusal");
        assert!(said.contains("in different ways"), "{said}");
    }
    let lanes = vec![lane(1, 1, flip), lane(2, 0, Augmentation::default())];
    let events = after(&mut session, [Command::Train { lanes, seed: 1 }]);
    let ended = events.iter().filter(|event| matches!(event, Event::RunEnded { .. }));
    assert_eq!(ended.count(), 2);
}

#[test]
fn a_sheet_shows_the_first_picture_and_its_views_and_nothing_where_there_is_none() {
    let mut session = session();
    settle(&mut session);
    let show = show_views(Augmentation::default());
    assert_eq!(after(&mut session, [show.clone()]), []);
    after(&mut session, two_classes(4));
    let events = after(&mut session, [show]);
    let [Event::ViewsShown { sheet }] = &events[..] else { panic!("one answer: {events:?}") };
    let sheet = image::load_from_memory(sheet).expect("a PNG");
    assert_eq!((sheet.width(), sheet.height()), (4 * 96, 96));
}
