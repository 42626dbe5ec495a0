//! An advice as page and command line get it: asked of a session, and of a laboratory whose
//! features are there.

mod common;

use burn::tensor::Device;
use common::{BACKBONE, SIDE, after, backbone, drawn, lane, no_time, session, short};
use futures_lite::future::block_on;
use headstart::compare::{Adviser, Engine, Laboratory, Supplies, candidates, tried};
use headstart::data::{Labelled, Picture, Split};
use headstart::model::Backbone;
use headstart::session::{Advice, ClassId, Command, Cut, Event, PictureId, SampleTask, Session};
use headstart::train::{Extraction, Limits};

const A_CLASS: usize = 8;

/// A laboratory with what an advice needs, as an experiment's features would be.
fn laboratory(pictures: Vec<Picture>, labels: Vec<usize>) -> Laboratory {
    let device = Device::flex();
    let stages = tried().map(|strategy| strategy.cut.first_trained_stage());
    let mut extraction = Extraction::new(backbone(), pictures, stages, &device);
    while !block_on(extraction.advance()).expect("the CPU answers") {}
    let engine = Engine {
        backbone: Backbone::read(BACKBONE, SIDE).expect("loads"),
        segment: backbone(),
        device,
        limits: Limits::WASM,
        clock: no_time,
    };
    let supplies = Supplies {
        pictures: Vec::new(),
        classes: labels.iter().max().map_or(0, |largest| largest + 1),
        labels,
        features: extraction.finish().expect("there are pictures"),
        groups: Vec::new(),
        new_setting: Vec::new(),
    };
    Laboratory::new(engine, supplies)
}

fn advice(laboratory: &Laboratory, split: &Split, seed: u64) -> Advice {
    let mut adviser = Adviser::begin(split, seed, laboratory);
    loop {
        if let Some(advice) = block_on(adviser.advance(laboratory)).expect("the CPU answers") {
            return advice;
        }
    }
}

/// A session with a drawn task of which every class keeps a few pictures.
fn few_drawn(task: SampleTask, a_class: usize) -> Session {
    let mut session = session();
    let events = after(&mut session, [Command::DrawSample { task, seed: 1 }]);
    let mut taken = std::collections::BTreeMap::<ClassId, Vec<PictureId>>::new();
    for event in events {
        if let Event::PictureAdded { picture, class, .. } = event {
            taken.entry(class).or_default().push(picture);
        }
    }
    let surplus = taken.into_values().flat_map(|pictures| pictures.into_iter().skip(a_class));
    after(&mut session, surplus.map(|picture| Command::RemovePicture { picture }));
    session
}

fn advised(events: &[Event]) -> Option<&Advice> {
    events.iter().find_map(|event| match event {
        Event::Advised(advice) => Some(&**advice),
        _ => None,
    })
}

#[test]
fn a_session_advises_one_of_the_candidates_by_two_measurements() {
    let mut session = few_drawn(SampleTask::Fruit, A_CLASS);
    let events = after(&mut session, [Command::Advise { seed: 1 }]);
    let advice = advised(&events).expect("an advice");
    let strategies: Vec<_> =
        advice.candidates.iter().map(|candidate| candidate.strategy.clone()).collect();
    assert_eq!(strategies, candidates());
    assert!(strategies.contains(&advice.strategy));
    assert!((0.0..=1.0).contains(&advice.confidence));
    for (reason, place) in advice.reasons.iter().zip([0, 3]) {
        // Fruit in five classes is told apart far better than by guessing.
        assert!(reason.value > 0.3 && reason.value < 1.0, "{reason:?}");
        assert!(advice.candidates[place].held_out.is_some_and(|share| share > 0.3));
    }
    // A fifth of forty pictures is the test.
    assert!(advice.words.contains("Of 32 held-out pictures"), "{}", advice.words);
}

#[test]
fn a_session_says_what_a_laboratory_with_the_same_pictures_does_and_says_it_again() {
    let mut session = few_drawn(SampleTask::Fabric, A_CLASS);
    let first = after(&mut session, [Command::Advise { seed: 2 }]);
    let again = after(&mut session, [Command::Advise { seed: 2 }]);
    let first = advised(&first).expect("an advice");
    assert_eq!(Some(first), advised(&again));
    let (pictures, labels) = drawn(SampleTask::Fabric, 1, A_CLASS);
    let split = Split::with_test_fold(Labelled::singly(&labels, 5), 2, 0).expect("enough pictures");
    assert_eq!(&advice(&laboratory(pictures, labels), &split, 2), first);
}

#[test]
fn no_test_picture_changes_an_advice() {
    let (mut pictures, labels) = drawn(SampleTask::Fruit, 1, 6);
    let split = Split::with_test_fold(Labelled::singly(&labels, 5), 3, 0).expect("enough pictures");
    let before = advice(&laboratory(pictures.clone(), labels.clone()), &split, 3);
    let (other, _) = drawn(SampleTask::Fabric, 1, 6);
    for &index in &split.test {
        pictures[index] = other[index].clone();
    }
    assert_eq!(advice(&laboratory(pictures.clone(), labels.clone()), &split, 3), before);
    // Others do.
    for &index in &split.training {
        pictures[index] = other[index].clone();
    }
    assert_ne!(advice(&laboratory(pictures, labels), &split, 3), before);
}

#[test]
fn an_advice_comes_before_the_runs_that_are_asked_for_behind_it() {
    let mut session = few_drawn(SampleTask::Fruit, 4);
    let lanes = vec![lane(0, short(Cut::HeadOnly))];
    let commands = [Command::Advise { seed: 1 }, Command::Train { lanes, seed: 1 }];
    let events = after(&mut session, commands);
    let place = |is_it: fn(&Event) -> bool| events.iter().position(is_it).expect("it happens");
    let advised = place(|event| matches!(event, Event::Advised(_)));
    assert!(advised < place(|event| matches!(event, Event::EpochEnded { .. })));
    assert!(advised < place(|event| matches!(event, Event::RunEnded { .. })));
}

#[test]
fn too_few_pictures_are_refused_with_what_is_missing() {
    let refusal = |session: &mut Session| {
        let events = after(session, [Command::Advise { seed: 1 }]);
        assert_eq!(advised(&events), None);
        events.into_iter().find_map(|event| match event {
            Event::AdviceRefused(refusal) => Some(format!("{} {}", refusal.reason, refusal.remedy)),
            _ => None,
        })
    };
    let said = refusal(&mut few_drawn(SampleTask::Fruit, 3)).expect("a refusal");
    assert!(said.contains("has 3 of the 4 pictures") && said.contains("Add 1 more"), "{said}");
    let said = refusal(&mut session()).expect("a refusal");
    assert!(said.contains("There are no pictures yet."), "{said}");
}
