//! A session that shares its work with other engines, against one that is alone.

mod common;

use std::collections::BTreeMap;

use common::office::Office;
use futures_lite::future::block_on;
use headstart::data::Picture;
use headstart::session::{
    Answer, ClassId, Command, Cut, Ending, EpochRow, Evaluation, Event, Lane, NormMode, Parcel,
    PictureId, QuestionId, Report, RunId, RunResult, SampleTask, Scene, Strategy,
};

/// What runs came to, without the order in which they told it.
#[derive(PartialEq, Debug, Default)]
struct Outcome {
    rows: BTreeMap<RunId, Vec<EpochRow>>,
    results: BTreeMap<RunId, RunResult>,
    answers: Vec<Answer>,
    evaluations: Vec<Evaluation>,
}

fn outcome(office: &Office) -> Outcome {
    let mut outcome = Outcome::default();
    for event in &office.heard {
        match event {
            Event::EpochEnded { run, row } => outcome.rows.entry(*run).or_default().push(*row),
            Event::RunEnded { run, result } => {
                outcome.results.insert(*run, result.clone());
            }
            Event::Answered { answers, .. } => outcome.answers.extend(answers.clone()),
            Event::Evaluated(evaluation) => outcome.evaluations.push((**evaluation).clone()),
            _ => {}
        }
    }
    outcome
}

fn train() -> Command {
    let lane = |(run, cut): (u32, Cut)| {
        let mut strategy = Strategy::for_cut(cut);
        strategy.head_epochs = 2;
        strategy.unfrozen_epochs = strategy.unfrozen_epochs.min(1);
        // Statistics that were measured by an assistant have to come back with its runs.
        strategy.norm = NormMode::Adapt;
        Lane { run: RunId(run), strategy }
    };
    let cuts = [(4, Cut::HeadOnly), (2, Cut::LastBlocks(2)), (3, Cut::LastBlocks(1))];
    Command::Train { lanes: cuts.map(lane).to_vec(), seed: 5 }
}

fn outcome_with(assistants: usize) -> Outcome {
    let mut office = Office::with(assistants);
    office.draw();
    office.finish(train());
    let question = Command::AskDrawn { question: QuestionId(1), task: SampleTask::Fabric, seed: 9 };
    office.finish(question);
    outcome(&office)
}

#[test]
fn runs_shared_with_assistants_come_to_the_same_bits_as_alone() {
    let alone = outcome_with(0);
    assert_eq!(alone.results.len(), 3);
    assert_eq!(alone.answers.len(), 3);
    assert_eq!(alone.evaluations.len(), 1);
    for assistants in [1, 3] {
        assert_eq!(outcome_with(assistants), alone, "{assistants} assistants");
    }
}

/// What was said of pictures: the order, their names and how they look, or why they were refused.
fn arrivals(events: &[Event]) -> Vec<String> {
    let told = |event: &Event| match event {
        Event::ClassAdded { name, .. } => Some(format!("class {name}")),
        Event::PictureAdded { picture, name, thumbnail, width, height, .. } => {
            Some(format!("{picture:?} {name} {width}×{height} {thumbnail:?}"))
        }
        Event::PictureRefused { picture, refusal, .. } => Some(format!("{picture:?} {refusal:?}")),
        Event::SampleDrawn { pictures, .. } => Some(format!("{pictures} drawn")),
        _ => None,
    };
    events.iter().filter_map(told).collect()
}

/// A class and files for it: pictures of different sizes, and one that is none.
fn files() -> Vec<Command> {
    let class = ClassId(1);
    let bitmap = |side: u32| {
        let picture = Picture::from_rgb(1, 1, vec![side as u8, 9, 9], side as usize);
        picture.expect("a picture of one colour").thumbnail_png()
    };
    let file = |number: u32| Command::AddPicture {
        picture: PictureId(number),
        class,
        name: format!("{number}.png"),
        scene: Scene::Usual,
        burst: None,
        bytes: if number == 4 { b"no picture".to_vec() } else { bitmap(20 + number) },
    };
    let class = Command::AddClass { class, name: "Plain".to_owned() };
    [class].into_iter().chain((1..10).map(file)).collect()
}

#[test]
fn pictures_arrive_in_their_order_and_alike_with_any_number_of_assistants() {
    let arrived_with = |assistants| {
        let mut office = Office::with(assistants);
        files().into_iter().for_each(|command| office.session.submit(command));
        office.draw();
        arrivals(&office.heard)
    };
    let alone = arrived_with(0);
    assert!(alone.len() > 9 + 24, "{}", alone.len());
    for assistants in [1, 3] {
        assert_eq!(arrived_with(assistants), alone, "{assistants} assistants");
    }
}

#[test]
fn the_file_at_which_an_assistant_broke_off_is_refused_and_its_others_are_read() {
    let mut office = Office::with(1);
    files().into_iter().for_each(|command| office.session.submit(command));
    // The class; then the first two files are handed out, and the third is read here.
    block_on(office.session.work());
    block_on(office.session.work());
    assert_eq!(office.session.next_picture(), Some(PictureId(4)));
    office.session.lose(0, "its memory ran out");
    office.assistants.clear();
    while office.session.has_work() {
        office.turn();
    }
    let refused: Vec<PictureId> = office
        .heard
        .iter()
        .filter_map(|event| match event {
            Event::PictureRefused { picture, .. } => Some(*picture),
            _ => None,
        })
        .collect();
    assert_eq!(refused, [PictureId(1), PictureId(4)]);
    assert_eq!(arrivals(&office.heard).len(), 9);
}

#[test]
fn drawn_pictures_of_a_lost_assistant_are_drawn_by_the_session() {
    let mut office = Office::with(1);
    office.session.submit(Command::DrawSample { task: SampleTask::Fabric, seed: 3 });
    block_on(office.session.work());
    block_on(office.session.work());
    office.session.lose(0, "its memory ran out");
    office.assistants.clear();
    while office.session.has_work() {
        office.turn();
    }
    let mut alone = Office::with(0);
    alone.draw();
    assert_eq!(arrivals(&office.heard), arrivals(&alone.heard));
}

#[test]
fn there_is_room_for_more_files_with_more_engines_and_none_beyond() {
    let taken_with = |assistants| {
        let mut office = Office::with(assistants);
        let mut files = files().into_iter();
        let mut taken = 0;
        while office.session.has_room() {
            office.session.submit(files.next().expect("there are more files than room"));
            taken += 1;
        }
        taken
    };
    assert_eq!([0, 1, 3].map(taken_with), [2, 4, 8]);
}

#[test]
fn the_pictures_of_a_lost_assistant_are_looked_at_by_the_session() {
    let mut office = Office::with(1);
    office.draw();
    office.session.submit(train());
    // The command, and the first portions are handed out.
    block_on(office.session.work());
    block_on(office.session.work());
    office.session.lose(0, "its memory ran out");
    office.assistants.clear();
    while office.session.has_work() {
        office.turn();
    }
    assert_eq!(outcome(&office).results, outcome_with(0).results);
}

/// Trains with an assistant until the models begin to look at the pictures.
fn about_to_inspect() -> Office {
    let mut office = Office::with(1);
    office.draw();
    office.session.submit(train());
    while office.inspected == 0 {
        assert!(office.session.has_work(), "nobody looked at the pictures but the session");
        office.turn();
    }
    office
}

#[test]
fn assistants_look_at_pictures_with_models_that_others_trained() {
    let mut office = about_to_inspect();
    while office.session.has_work() {
        office.turn();
    }
    // Three models and the backbone look at the pictures portion by portion; both have their share.
    assert!(office.inspected > 3, "{}", office.inspected);
    let alone = outcome_with(0);
    assert_eq!(outcome(&office).evaluations, alone.evaluations);
}

#[test]
fn looks_of_a_lost_assistant_are_made_by_the_session() {
    let mut office = about_to_inspect();
    office.session.lose(0, "its memory ran out");
    office.assistants.clear();
    while office.session.has_work() {
        office.turn();
    }
    assert_eq!(outcome(&office).evaluations, outcome_with(0).evaluations);
}

#[test]
fn a_race_that_begins_while_pictures_are_looked_at_is_evaluated_by_itself() {
    let mut office = about_to_inspect();
    office.finish(train());
    // Nothing came of the looks of the race before, and nothing of it is in the one after.
    assert_eq!(outcome(&office).evaluations, outcome_with(0).evaluations);
}

#[test]
fn an_assistant_whose_features_do_not_fit_is_given_up() {
    let mut office = about_to_inspect();
    let numbers = vec![vec![1.0], Vec::new()];
    let report = Parcel { note: Report::Inspected { inspection: 1, look: 0 }, numbers };
    block_on(office.session.hear(0, report));
    // Whoever waited for it would wait for ever.
    office.assistants.clear();
    while office.session.has_work() {
        assert!(!office.session.is_waiting(), "the session waits for nobody");
        office.turn();
    }
    assert_eq!(outcome(&office).evaluations, outcome_with(0).evaluations);
}

#[test]
fn the_run_of_a_lost_assistant_fails_with_the_reason_and_the_others_end() {
    let mut office = Office::with(2);
    office.draw();
    office.session.submit(train());
    while !office.heard.iter().any(|event| matches!(event, Event::EpochEnded { .. })) {
        office.turn();
    }
    office.session.lose(0, "its memory ran out");
    office.assistants.remove(0);
    let near = office.assistants.remove(0);
    while office.session.has_work() {
        office.turn();
        block_on(near.0.borrow_mut().work());
        let reports = near.0.borrow_mut().take_reports();
        for report in reports {
            block_on(office.session.hear(1, report));
        }
    }
    let failed: Vec<String> = office
        .heard
        .iter()
        .filter_map(|event| match event {
            Event::RunFailed { refusal, .. } => Some(refusal.reason.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert!(failed[0].contains("its memory ran out"), "{failed:?}");
    assert_eq!(outcome(&office).results.len(), 2);
}

#[test]
fn a_stop_reaches_the_runs_of_assistants() {
    let mut office = Office::with(2);
    office.draw();
    office.session.submit(train());
    while !office.heard.iter().any(|event| matches!(event, Event::EpochEnded { .. })) {
        office.turn();
    }
    for run in [2, 3, 4] {
        office.session.submit(Command::StopRun { run: RunId(run) });
    }
    while office.session.has_work() {
        office.turn();
    }
    let results = outcome(&office).results;
    let endings: Vec<(RunId, Ending)> = results.iter().map(|(run, r)| (*run, r.ending)).collect();
    // The session's own run is the costliest, with the id 2; the others are the assistants'.
    let stopped = [2, 3, 4].map(|run| (RunId(run), Ending::Stopped));
    assert_eq!(endings, stopped);
}

#[test]
fn a_stop_that_comes_before_an_assistant_has_begun_is_not_forgotten() {
    let mut office = Office::with(1);
    office.draw();
    office.session.submit(train());
    let has_begun = |office: &Office| {
        office.heard.iter().any(|event| matches!(event, Event::EpochEnded { .. }))
    };
    // Only the session works until its own run trains: what it sent away waits.
    while !has_begun(&office) {
        block_on(office.session.work());
        office.heard.extend(office.session.take_events());
        if office.session.is_waiting() {
            office.turn();
        }
    }
    for run in [3, 4] {
        office.session.submit(Command::StopRun { run: RunId(run) });
    }
    while office.session.has_work() {
        office.turn();
    }
    let results = outcome(&office).results;
    for run in [3, 4].map(RunId) {
        assert_eq!(results.get(&run).map(|result| result.ending), Some(Ending::Stopped), "{run:?}");
    }
}

#[test]
fn what_an_assistant_says_after_it_was_given_up_changes_nothing() {
    let mut office = Office::with(1);
    office.draw();
    office.session.submit(train());
    while !office.heard.iter().any(|event| matches!(event, Event::EpochEnded { .. })) {
        office.turn();
    }
    office.session.lose(0, "it was slow");
    let failed = office.session.take_events();
    assert!(failed.iter().any(|event| matches!(event, Event::RunFailed { .. })));
    while office.session.has_work() {
        office.turn();
    }
    let results = outcome(&office).results;
    assert_eq!(results.keys().collect::<Vec<_>>(), [&RunId(2)]);
}
