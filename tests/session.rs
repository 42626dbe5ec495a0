//! The session as page and command line use it: commands in, events out.

mod common;

use common::files::{add_class, add_picture, file, two_classes};
use common::{after, lane, session, session_with, settle, short, ticks, work_until};
use headstart::data::{Scene, draw};
use headstart::session::{
    ClassId, Command, Cut, DeviceKind, Ending, Estimate, Event, LaneEstimate, Phase, PictureId,
    QuestionId, RunId, SampleTask,
};

fn train(cuts: &[Cut]) -> Command {
    let lanes = cuts.iter().enumerate().map(|(run, &cut)| lane(run as u32, short(cut))).collect();
    Command::Train { lanes, seed: 1 }
}

fn ask(bytes: Vec<u8>) -> Command {
    Command::Ask { question: QuestionId(7), name: "asked.png".to_owned(), bytes }
}

fn refusal(events: &[Event]) -> Option<String> {
    events.iter().find_map(|event| match event {
        Event::ExperimentRefused(refusal) => Some(format!("{} {}", refusal.reason, refusal.remedy)),
        _ => None,
    })
}

/// Number of pictures that would take part, by class name.
fn split(events: &[Event]) -> Vec<(String, usize)> {
    let classes = events.iter().find_map(|event| match event {
        Event::ExperimentStarted { classes, .. } => Some(classes),
        _ => None,
    });
    let classes = classes.expect("training started");
    classes
        .iter()
        .map(|class| (class.name.clone(), class.training + class.validation + class.test))
        .collect()
}

#[test]
fn a_session_says_first_which_device_runs_and_why() {
    let events = settle(&mut session());
    let [Event::Ready { device }] = &events[..] else { panic!("{events:?}") };
    assert_eq!(device.kind, DeviceKind::Cpu);
    assert!(!device.reason.is_empty());
}

#[test]
fn pictures_go_in_are_learned_both_ways_and_a_new_one_is_named() {
    let mut session = session();
    after(&mut session, two_classes(6));
    let events = after(&mut session, [train(&[Cut::HeadOnly, Cut::LastBlocks(1)])]);
    let ended: Vec<RunId> = events
        .iter()
        .filter_map(|event| match event {
            Event::RunEnded { run, result } => {
                assert_eq!(result.ending, Ending::Completed);
                Some(*run)
            }
            _ => None,
        })
        .collect();
    assert_eq!(ended.len(), 2);
    assert!(events.iter().any(|event| matches!(event, Event::ExperimentEnded { .. })));

    let events = after(&mut session, [ask(file(SampleTask::Fruit, 0, 20))]);
    let [Event::Answered { answers, thumbnail, .. }] = &events[..] else { panic!("{events:?}") };
    assert!(!thumbnail.is_empty());
    assert_eq!(answers.len(), 2);
    for answer in answers {
        assert_eq!(answer.probabilities.len(), 2);
        assert!((answer.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }
}

#[test]
fn a_bad_file_among_good_ones_is_refused_and_the_others_go_through() {
    let mut session = session();
    let mut commands = two_classes(2);
    commands.insert(3, add_picture(77, 0, b"%PDF-1.7 is no picture".to_vec()));
    let events = after(&mut session, commands);
    let added = events.iter().filter(|event| matches!(event, Event::PictureAdded { .. })).count();
    assert_eq!(added, 4);
    let refused = events.iter().find_map(|event| match event {
        Event::PictureRefused { picture, name, refusal, .. } => Some((picture, name, refusal)),
        _ => None,
    });
    let (picture, name, refusal) = refused.expect("one file is refused");
    assert_eq!((*picture, name.as_str()), (PictureId(77), "picture 77.png"));
    assert!(!refusal.reason.is_empty() && !refusal.remedy.is_empty());
}

#[test]
fn too_few_pictures_are_explained_by_the_name_of_the_class_and_the_number_missing() {
    let mut session = session();
    let said = refusal(&after(&mut session, [train(&[Cut::HeadOnly])])).expect("no pictures");
    assert!(said.contains("no pictures"), "{said}");
    after(&mut session, two_classes(3));
    let said = refusal(&after(&mut session, [train(&[Cut::HeadOnly])])).expect("too few");
    assert!(said.contains("“first” has 3 of the 4") && said.contains("Add 1 more"), "{said}");
}

#[test]
fn what_was_taken_out_can_be_put_back_until_it_is_forgotten_and_moved_pictures_count_elsewhere() {
    let mut session = session();
    after(&mut session, two_classes(6));
    let counts = |session: &mut _| -> Vec<usize> {
        split(&after(session, [train(&[Cut::HeadOnly])])).into_iter().map(|class| class.1).collect()
    };
    let (first, picture) = (ClassId(0), PictureId(1));
    after(
        &mut session,
        [Command::RemovePicture { picture }, Command::RemoveClass { class: first }],
    );
    after(&mut session, [Command::RestoreClass { class: first }]);
    assert_eq!(counts(&mut session), [5, 6]);
    after(&mut session, [Command::RestorePicture { picture }]);
    assert_eq!(counts(&mut session), [6, 6]);
    after(&mut session, [Command::MovePicture { picture, class: ClassId(1) }]);
    assert_eq!(counts(&mut session), [5, 7]);
    after(&mut session, [Command::MovePicture { picture, class: ClassId(9) }]);
    assert_eq!(counts(&mut session), [5, 7]);
    let forget = Command::ForgetRemoved { pictures: vec![picture], classes: Vec::new() };
    after(&mut session, [Command::RemovePicture { picture }, forget]);
    after(&mut session, [Command::RestorePicture { picture }]);
    assert_eq!(counts(&mut session), [5, 6]);
}

#[test]
fn renamed_emptied_and_deleted_classes_are_trained_as_they_are_then() {
    let mut session = session();
    after(&mut session, two_classes(5));
    after(
        &mut session,
        [
            add_class(2, "empty"),
            Command::RenameClass { class: ClassId(1), name: "<b>other</b>".to_owned() },
            Command::RemovePicture { picture: PictureId(0) },
        ],
    );
    let events = after(&mut session, [train(&[Cut::HeadOnly])]);
    let expected = [("first".to_owned(), 4), ("<b>other</b>".to_owned(), 5)];
    assert_eq!(split(&events), expected);

    after(&mut session, [Command::RemoveClass { class: ClassId(1) }]);
    let said = refusal(&after(&mut session, [train(&[Cut::HeadOnly])])).expect("one class left");
    assert!(said.contains("Only “first”"), "{said}");
}

#[test]
fn the_order_in_which_files_arrive_changes_nothing() {
    let results = |reversed: bool| {
        let mut session = session();
        let mut commands = two_classes(5);
        if reversed {
            commands[2..].reverse();
        }
        after(&mut session, commands);
        let events = after(&mut session, [train(&[Cut::HeadOnly])]);
        events
            .into_iter()
            .filter(|event| matches!(event, Event::EpochEnded { .. } | Event::RunEnded { .. }))
            .collect::<Vec<_>>()
    };
    assert_eq!(results(false), results(true));
}

#[test]
fn a_question_before_any_training_or_about_no_picture_is_refused() {
    let mut session = session();
    let is_refused = |events: &[Event]| {
        matches!(events, [Event::QuestionRefused { question: QuestionId(7), .. }])
    };
    settle(&mut session);
    assert!(is_refused(&after(&mut session, [ask(file(SampleTask::Fruit, 0, 0))])));
    after(&mut session, two_classes(5));
    after(&mut session, [train(&[Cut::HeadOnly])]);
    assert!(is_refused(&after(&mut session, [ask(Vec::new())])));
}

#[test]
fn one_run_can_be_stopped_while_the_other_goes_on() {
    let mut session = session();
    after(&mut session, two_classes(5));
    session.submit(train(&[Cut::HeadOnly, Cut::LastBlocks(1)]));
    let is_epoch_of = |run| move |event: &Event| matches!(event, Event::EpochEnded { run: other, .. } if *other == run);
    work_until(&mut session, is_epoch_of(RunId(1)));
    session.submit(Command::StopRun { run: RunId(1) });
    let endings: Vec<(RunId, Ending)> = settle(&mut session)
        .into_iter()
        .filter_map(|event| match event {
            Event::RunEnded { run, result } => Some((run, result.ending)),
            _ => None,
        })
        .collect();
    assert!(endings.contains(&(RunId(1), Ending::Stopped)), "{endings:?}");
    assert!(!endings.contains(&(RunId(0), Ending::Stopped)), "{endings:?}");
}

#[test]
fn a_run_that_is_stopped_before_it_learned_says_so() {
    let mut session = session();
    after(&mut session, two_classes(5));
    session.submit(train(&[Cut::HeadOnly]));
    work_until(&mut session, |event| matches!(event, Event::ExperimentStarted { .. }));
    session.submit(Command::StopRun { run: RunId(0) });
    let events = settle(&mut session);
    assert!(matches!(
        &events[..],
        [Event::RunFailed { run: RunId(0), .. }, Event::ExperimentEnded { .. }]
    ));
}

#[test]
fn a_sample_task_is_drawn_with_its_classes_and_can_be_learned() {
    let mut session = session();
    let task = SampleTask::Fabric;
    let events = after(&mut session, [Command::DrawSample { task, seed: 1 }]);
    let classes = events.iter().filter(|event| matches!(event, Event::ClassAdded { .. })).count();
    let drawn = events.iter().filter(|event| matches!(event, Event::PictureAdded { .. })).count();
    assert!((3..=6).contains(&classes), "{classes} classes");
    assert_eq!(events.last(), Some(&Event::SampleDrawn { task, pictures: drawn }));
    assert!(drawn >= classes * 12);
    assert_eq!(refusal(&after(&mut session, [train(&[Cut::HeadOnly])])), None);
}

#[test]
fn a_fresh_drawing_is_asked_about_and_says_what_it_was_drawn_as() {
    let mut session = session();
    let task = SampleTask::Fruit;
    after(&mut session, [Command::DrawSample { task, seed: 1 }, train(&[Cut::HeadOnly])]);
    let question = QuestionId(3);
    let asked = |seed| Command::AskDrawn { question, task, seed };
    let answers = |events: &[Event]| match events {
        [Event::Answered { drawn_as: Some(class), thumbnail, .. }] => {
            (class.clone(), thumbnail.clone())
        }
        _ => panic!("{events:?}"),
    };
    let first = answers(&after(&mut session, [asked(100)]));
    let second = answers(&after(&mut session, [asked(101)]));
    let classes = draw(task, Scene::Usual, 1).classes();
    assert_eq!([first.0.as_str(), second.0.as_str()], [classes[0], classes[1]]);
    assert_ne!(first.1, second.1);
}

#[test]
fn answers_come_in_the_order_of_the_lanes_whichever_ends_first() {
    let mut session = session_with(ticks);
    after(&mut session, two_classes(5));
    let mut quick = short(Cut::HeadOnly);
    quick.head_epochs = 1;
    let lanes = vec![lane(4, short(Cut::LastBlocks(1))), lane(2, quick)];
    let events = after(&mut session, [Command::Train { lanes, seed: 1 }]);
    let first = events.iter().find_map(|event| match event {
        Event::RunEnded { run, .. } => Some(*run),
        _ => None,
    });
    assert_eq!(first, Some(RunId(2)));
    let events = after(&mut session, [ask(file(SampleTask::Fruit, 1, 9))]);
    let [Event::Answered { answers, .. }] = &events[..] else { panic!("{events:?}") };
    assert_eq!(answers.iter().map(|answer| answer.run).collect::<Vec<_>>(), [RunId(4), RunId(2)]);
}

#[test]
fn a_second_experiment_replaces_the_first() {
    let mut session = session();
    after(&mut session, two_classes(5));
    session.submit(train(&[Cut::LastBlocks(1)]));
    work_until(&mut session, |event| matches!(event, Event::EpochEnded { .. }));
    let lanes = vec![lane(9, short(Cut::HeadOnly))];
    let events = after(&mut session, [Command::Train { lanes, seed: 2 }]);
    let ended: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::RunEnded { run, result } => Some((*run, result.ending)),
            _ => None,
        })
        .collect();
    assert_eq!(ended, [(RunId(0), Ending::Stopped), (RunId(9), Ending::Completed)]);
    let events = after(&mut session, [ask(file(SampleTask::Fruit, 1, 9))]);
    let [Event::Answered { answers, .. }] = &events[..] else { panic!("{events:?}") };
    assert_eq!(answers.iter().map(|answer| answer.run).collect::<Vec<_>>(), [RunId(9)]);
}

fn estimate(cuts: &[Cut]) -> Command {
    let Command::Train { lanes, seed } = train(cuts) else { unreachable!("it trains") };
    Command::Estimate { lanes, seed }
}

fn estimated(events: &[Event]) -> Option<&Estimate> {
    events.iter().find_map(|event| match event {
        Event::Estimated(estimate) => Some(estimate),
        _ => None,
    })
}

#[test]
fn what_training_takes_is_estimated_for_every_lane_and_told_again_when_it_starts() {
    let mut session = session_with(ticks);
    after(&mut session, two_classes(5));
    let cuts = [Cut::HeadOnly, Cut::LastBlocks(1)];
    let events = after(&mut session, [estimate(&cuts)]);
    let [Event::Estimated(told)] = &events[..] else { panic!("{events:?}") };
    assert_eq!((told.lanes.len(), told.engines), (2, 1));
    assert_eq!((told.lanes[0].unfrozen_seconds, told.lanes[1].unfrozen_seconds > 0.0), (0.0, true));
    assert!(told.lanes.iter().all(|lane| lane.seconds() > 0.0 && lane.memory > 0));
    let sum: f64 = told.lanes.iter().map(LaneEstimate::seconds).sum();
    assert!((told.seconds - told.feature_seconds - sum).abs() < 1e-9, "one engine takes turns");

    let events = after(&mut session, [train(&cuts)]);
    let started = events.iter().find_map(|event| match event {
        Event::ExperimentStarted { estimate, .. } => Some(estimate),
        _ => None,
    });
    assert_eq!(started, Some(&Some(told.clone())));
}

#[test]
fn what_was_not_tried_out_is_not_told_when_training_starts() {
    let mut session = session();
    after(&mut session, two_classes(5));
    let events = after(&mut session, [train(&[Cut::HeadOnly])]);
    assert!(matches!(events.first(), Some(Event::ExperimentStarted { estimate: None, .. })));
}

#[test]
fn an_estimate_changes_no_bit_of_a_run() {
    let rows = |estimates: bool| {
        let mut session = session_with(ticks);
        after(&mut session, two_classes(5));
        if estimates {
            after(&mut session, [estimate(&[Cut::LastBlocks(1)])]);
        }
        let events = after(&mut session, [train(&[Cut::LastBlocks(1)])]);
        let rows = events.into_iter().filter_map(|event| match event {
            Event::EpochEnded { row, .. } => Some((row.training, row.validation)),
            _ => None,
        });
        rows.collect::<Vec<_>>()
    };
    assert_eq!(rows(true), rows(false));
}

#[test]
fn an_estimate_that_cannot_be_made_says_why() {
    let mut session = session();
    after(&mut session, two_classes(3));
    let events = after(&mut session, [estimate(&[Cut::HeadOnly])]);
    let [Event::EstimateRefused(refusal)] = &events[..] else { panic!("{events:?}") };
    assert!(refusal.reason.contains("“first” has 3 of the 4"), "{}", refusal.reason);
}

#[test]
fn a_later_command_comes_first_and_lets_an_estimate_go() {
    let mut session = session_with(ticks);
    after(&mut session, two_classes(5));
    session.submit(estimate(&[Cut::HeadOnly]));
    // The command, and a first look at the pictures.
    for _ in 0..2 {
        futures_lite::future::block_on(session.work());
    }
    let events = after(&mut session, [Command::RemovePicture { picture: PictureId(0) }]);
    assert_eq!(events, []);
    session.submit(estimate(&[Cut::HeadOnly]));
    let events = after(&mut session, [estimate(&[Cut::LastBlocks(1)])]);
    assert_eq!(events.len(), 1, "only the later one is answered: {events:?}");
}

#[test]
fn an_estimate_waits_until_an_experiment_has_ended() {
    let mut session = session_with(ticks);
    after(&mut session, two_classes(5));
    session.submit(train(&[Cut::HeadOnly]));
    work_until(&mut session, |event| matches!(event, Event::EpochEnded { .. }));
    let events = after(&mut session, [estimate(&[Cut::LastBlocks(1)])]);
    let place = |wanted: fn(&Event) -> bool| events.iter().position(wanted);
    let ended = place(|event| matches!(event, Event::ExperimentEnded { .. }));
    let told = place(|event| matches!(event, Event::Estimated(_)));
    assert!(ended.is_some() && ended < told, "{ended:?} {told:?}");
    assert!(estimated(&events).is_some());
}

#[test]
fn the_time_left_is_told_while_the_head_goes_first_once_thawing_was_tried_out() {
    let left = |estimates: bool| {
        let mut session = session_with(ticks);
        after(&mut session, two_classes(12));
        let mut strategy = short(Cut::LastBlocks(1));
        strategy.batch = 4;
        let lanes = vec![lane(0, strategy)];
        if estimates {
            after(&mut session, [Command::Estimate { lanes: lanes.clone(), seed: 1 }]);
        }
        let events = after(&mut session, [Command::Train { lanes, seed: 1 }]);
        events
            .into_iter()
            .filter_map(|event| match event {
                Event::RunProgressed { phase: Phase::Head, seconds_left, .. } => Some(seconds_left),
                _ => None,
            })
            .collect::<Vec<_>>()
    };
    assert!(left(false).iter().all(Option::is_none));
    let told = left(true);
    assert!(told.len() > 8 && told[4..].iter().all(Option::is_some), "{told:?}");
}

#[test]
fn a_rate_is_searched_on_the_pictures_there_are_and_repeats_by_its_seed() {
    let mut session = session();
    after(&mut session, two_classes(8));
    let strategy = short(Cut::LastBlocks(1));
    let mut find = |seed| {
        let command = Command::FindRate { strategy: strategy.clone(), seed };
        let events = after(&mut session, [command]);
        let [Event::RateFound(found)] = &events[..] else { panic!("one answer: {events:?}") };
        found.clone()
    };
    let found = find(1);
    assert_eq!(found.phase, Phase::Unfrozen);
    assert!(found.curve.len() > 10, "{found:?}");
    assert!(found.curve.iter().all(|point| point.loss.is_finite()));
    assert_eq!(found, find(1));
}

#[test]
fn a_rate_that_cannot_be_searched_is_refused_with_the_reason() {
    let mut session = session();
    settle(&mut session);
    let strategy = short(Cut::HeadOnly);
    let events = after(&mut session, [Command::FindRate { strategy, seed: 1 }]);
    let [Event::RateRefused(refusal)] = &events[..] else { panic!("one answer: {events:?}") };
    assert_eq!(refusal.reason, "There are no pictures yet.");
}
