//! A study as page and command line ask for it: commands in, trials and cards out.

mod common;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use common::files::{add_picture, file, two_classes};
use common::office::Office;
use common::{after, lane, no_time, session, session_with, settle, short, ticks, work_until};
use futures_lite::future::block_on;
use headstart::compare::{Study, Trial};
use headstart::session::{
    Card, Command, Cut, Difference, Event, Repetition, SampleTask, Scene, Session, Strategy,
    StudyRequest, TrialRow, Way, WayEpoch,
};

/// Pictures of each of both classes: two to learn from, one to choose by, one to test on. With so
/// few, each takes its turn as the one to test on.
const A_CLASS: u32 = 4;
const TO_LEARN_FROM: usize = 2;
const FOLDS: usize = 4;

/// An epoch each is enough to see that a study goes its way.
fn ways(seeds: &[u64]) -> Study {
    Study {
        transfer: Strategy { head_epochs: 1, ..Strategy::for_cut(Cut::HeadOnly) },
        fine_tuning: Strategy {
            head_epochs: 1,
            unfrozen_epochs: 1,
            ..Strategy::for_cut(Cut::LastBlocks(1))
        },
        seeds: seeds.to_vec(),
        folds: FOLDS,
    }
}

fn study(seeds: &[u64]) -> Command {
    let Study { transfer, fine_tuning, seeds, .. } = ways(seeds);
    Command::Study(Box::new(StudyRequest { transfer, fine_tuning, seeds, sample: None }))
}

fn planned(seeds: &[u64]) -> Vec<Trial> {
    ways(seeds).trials(TO_LEARN_FROM)
}

/// A session with pictures.
fn with_pictures(mut session: Session) -> Session {
    after(&mut session, two_classes(A_CLASS));
    session
}

/// A row without what depends on time.
fn timeless(row: &TrialRow) -> TrialRow {
    let mut row = row.clone();
    row.result.seconds = 0.0;
    row.epochs.iter_mut().for_each(|epoch| epoch.seconds = 0.0);
    row
}

/// The rows that were told, without what depends on time, in the order in which they were.
fn rows(events: &[Event]) -> Vec<TrialRow> {
    let row = |event: &Event| match event {
        Event::TrialEnded(row) => Some(timeless(row)),
        _ => None,
    };
    events.iter().filter_map(row).collect()
}

/// The rows in the order of the plan; fails where one is missing or comes twice.
fn in_order(rows: Vec<TrialRow>, planned: &[Trial]) -> Vec<TrialRow> {
    assert_eq!(rows.len(), planned.len());
    let of = |trial: &Trial| {
        let row = rows.iter().find(|row| row.trial == *trial);
        row.unwrap_or_else(|| panic!("{trial:?} is missing")).clone()
    };
    planned.iter().map(of).collect()
}

/// The last that was told of every card.
fn cards(events: &[Event]) -> BTreeMap<Difference, Card> {
    let card = |event: &Event| match event {
        Event::CardChanged(card) => Some((card.difference, (**card).clone())),
        _ => None,
    };
    events.iter().filter_map(card).collect()
}

/// How a study ended: with how many trials, and whether these are all. Fails unless it did once.
fn ending(events: &[Event]) -> (usize, bool) {
    let ending = |event: &Event| match event {
        Event::StudyEnded { trials, is_complete, .. } => Some((*trials, *is_complete)),
        _ => None,
    };
    let endings: Vec<_> = events.iter().filter_map(ending).collect();
    assert_eq!(endings.len(), 1, "{endings:?}");
    endings[0]
}

fn is_row(event: &Event) -> bool {
    matches!(event, Event::TrialEnded(_))
}

/// Works until the first row has come and the cards that it changes are told, one a slice.
fn work_until_a_row(session: &mut Session) -> Vec<Event> {
    let mut events = work_until(session, is_row);
    for _ in Difference::ALL {
        block_on(session.work());
        events.extend(session.take_events());
    }
    events
}

/// What a study with the seeds 1 and 2 tells where nothing disturbs it.
static UNDISTURBED: LazyLock<Vec<Event>> =
    LazyLock::new(|| after(&mut with_pictures(session_with(ticks)), [study(&[1, 2])]));

/// Its rows of the first seed, in the order of the plan.
fn first_seed() -> Vec<TrialRow> {
    let mut rows = rows(&UNDISTURBED);
    rows.retain(|row| row.trial.repetition.seed == 1);
    in_order(rows, &planned(&[1]))
}

#[test]
fn a_study_ends_every_planned_trial_once_and_tells_all_ten_cards() {
    let events = &UNDISTURBED;
    let planned = planned(&[1, 2]);
    assert_eq!(
        events[0],
        Event::StudyStarted { trials: planned.len(), seeds: vec![1, 2], folds: FOLDS }
    );
    let rows = rows(events);
    assert_eq!(in_order(rows.clone(), &planned), rows, "alone, the order is that of the plan");
    assert!(matches!(events.last(), Some(Event::StudyEnded { .. })));
    assert_eq!(ending(events), (planned.len(), true));
    let cards = cards(events);
    assert_eq!(cards.keys().copied().collect::<Vec<_>>(), Difference::ALL);
    for (difference, card) in cards {
        let found = card.finding.unwrap_or_else(|missing| panic!("{difference:?}: {missing}"));
        assert!(found.sources.iter().all(|&place| place < rows.len()), "{difference:?}");
        assert!(found.figures.iter().all(|figure| figure.value.is_finite()), "{found:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_rows_whatever_the_clock_says() {
    let again = after(&mut with_pictures(session_with(no_time)), [study(&[1])]);
    assert_eq!(rows(&again), first_seed());
}

/// Fails unless nothing is left to do, and nothing done when so many pieces are asked for all the same.
fn rests(session: &mut Session, pieces: usize) {
    assert!(!session.has_work());
    for _ in 0..pieces {
        block_on(session.work());
    }
    assert_eq!(session.take_events(), []);
}

#[test]
fn a_paused_study_rests_and_goes_on_to_the_same_rows() {
    let mut session = with_pictures(session());
    session.submit(study(&[1]));
    let mut events = work_until_a_row(&mut session);
    session.submit(Command::PauseStudy { is_paused: true });
    rests(&mut session, 20);
    session.submit(Command::PauseStudy { is_paused: false });
    assert!(session.has_work());
    events.extend(settle(&mut session));
    assert_eq!(rows(&events), first_seed());
    assert!(ending(&events).1);
}

#[test]
fn a_card_is_found_as_soon_as_both_ways_were_tried_once() {
    let events = after(&mut with_pictures(session()), [study(&[1])]);
    let is_found = |event: &Event| {
        matches!(event, Event::CardChanged(card)
            if card.difference == Difference::Definition && card.finding.is_ok())
    };
    let found = events.iter().position(is_found).expect("the first card is found");
    let ended = events[..found].iter().filter(|event| is_row(event)).count();
    assert_eq!(ended, 2, "of {} trials", planned(&[1]).len());
}

#[test]
fn an_advice_rests_with_the_study_that_it_was_asked_for_with() {
    let mut session = with_pictures(session());
    session.submit(study(&[1]));
    session.submit(Command::Advise { seed: 1 });
    work_until(&mut session, |event| matches!(event, Event::StudyStarted { .. }));
    // The advice is begun, and may have looked at a portion.
    block_on(session.work());
    block_on(session.work());
    session.submit(Command::PauseStudy { is_paused: true });
    rests(&mut session, 2_000);
    session.submit(Command::PauseStudy { is_paused: false });
    let events = settle(&mut session);
    let first =
        events.iter().find(|event| matches!(event, Event::Advised(_) | Event::TrialEnded(_)));
    assert!(matches!(first, Some(Event::Advised(_))), "an advice comes before what it is about");
    assert!(ending(&events).1);
}

#[test]
fn rests_are_no_part_of_the_time_that_looking_took() {
    thread_local!(static SECONDS: std::cell::Cell<f64> = const { std::cell::Cell::new(0.0) });
    let clock = || {
        SECONDS.set(SECONDS.get() + 1e-6);
        SECONDS.get()
    };
    // Before anything was done, as while an advice is worked out, and in the midst of looking.
    for pieces in [0, 1] {
        let mut session = with_pictures(session_with(clock));
        session.submit(study(&[1]));
        work_until(&mut session, |event| matches!(event, Event::StudyStarted { .. }));
        (0..pieces).for_each(|_| block_on(session.work()));
        session.submit(Command::PauseStudy { is_paused: true });
        SECONDS.set(SECONDS.get() + 60.0);
        session.submit(Command::PauseStudy { is_paused: false });
        let told = cards(&settle(&mut session));
        let cost = told[&Difference::Cost].finding.as_ref().expect("enough was tried");
        let looking = cost.figures.iter().find(|figure| figure.name.starts_with("Looking"));
        let seconds = looking.expect("a figure").value;
        assert!(seconds > 0.0 && seconds < 1.0, "{seconds} after {pieces} pieces");
    }
}

#[test]
fn a_stopped_study_ends_with_what_there_is_and_takes_no_further_seed() {
    let mut session = with_pictures(session());
    session.submit(study(&[1]));
    let told = work_until_a_row(&mut session);
    session.submit(Command::StopStudy);
    assert!(!session.has_work());
    let events = settle(&mut session);
    assert_eq!((rows(&told).len(), ending(&events)), (1, (1, false)));
    assert_eq!(after(&mut session, [Command::StopStudy]), []);
    // Whoever asks for more is told that it stays over.
    assert_eq!(ending(&after(&mut session, [Command::AddSeed])), (1, false));
    assert!(!session.has_work());
}

#[test]
fn a_further_seed_after_the_end_adds_one_paired_repetition_and_changes_cards() {
    let mut session = with_pictures(session());
    let first = after(&mut session, [study(&[1])]);
    let second = after(&mut session, [Command::AddSeed]);
    let both = planned(&[1, 2]);
    assert_eq!(
        second[0],
        Event::StudyStarted { trials: both.len(), seeds: vec![1, 2], folds: FOLDS }
    );
    assert!(rows(&second).iter().all(|row| row.trial.repetition.seed == 2));
    let all = [rows(&first), rows(&second)].concat();
    assert_eq!(in_order(all, &both), in_order(rows(&UNDISTURBED), &both));
    assert_eq!(ending(&second), (both.len(), true));
    let paragraph = |events: &[Event]| {
        let finding = cards(events)[&Difference::Performance].finding.clone();
        finding.expect("both ways have ended").paragraph
    };
    assert!(paragraph(&first).contains("4 repetitions,"), "{}", paragraph(&first));
    assert!(paragraph(&second).contains("8 repetitions,"), "{}", paragraph(&second));
}

#[test]
fn training_ends_a_study() {
    let mut session = with_pictures(session());
    session.submit(study(&[1]));
    work_until_a_row(&mut session);
    let lanes = vec![lane(0, short(Cut::HeadOnly))];
    let events = after(&mut session, [Command::Train { lanes, seed: 1 }]);
    assert_eq!(ending(&events), (1, false));
    assert_eq!(rows(&events), []);
    assert!(events.iter().any(|event| matches!(event, Event::RunEnded { .. })));
    assert_eq!(after(&mut session, [Command::AddSeed]), [], "there is no study any more");
}

#[test]
fn a_study_in_place_of_another_ends_it() {
    let mut session = with_pictures(session());
    session.submit(study(&[2]));
    work_until_a_row(&mut session);
    let events = after(&mut session, [study(&[1])]);
    let ended = events.iter().position(|event| matches!(event, Event::StudyEnded { .. }));
    let ended = ended.expect("the first one ends");
    assert!(matches!(events[ended], Event::StudyEnded { trials: 1, is_complete: false, .. }));
    assert_eq!((rows(&events[..ended]), rows(&events[ended..])), (vec![], first_seed()));
}

/// The numbers of the epochs that were told of both ways, by strategy and repetition, in order.
fn told_epochs(events: &[Event]) -> BTreeMap<(String, Repetition), Vec<usize>> {
    let Study { transfer, fine_tuning, .. } = ways(&[]);
    let mut told = BTreeMap::<_, Vec<usize>>::new();
    for event in events {
        let Event::StudyProgressed { epochs, .. } = event else { continue };
        for WayEpoch { way, repetition, row } in epochs {
            let strategy = if *way == Way::Transfer { &transfer } else { &fine_tuning };
            told.entry((strategy.cut.to_string(), *repetition)).or_default().push(row.epoch);
        }
    }
    told
}

/// Those that the rows of both ways have.
fn epochs_of_rows(rows: &[TrialRow]) -> BTreeMap<(String, Repetition), Vec<usize>> {
    let Study { transfer, fine_tuning, .. } = ways(&[]);
    let is_a_way = |row: &&TrialRow| {
        let Trial { strategy, pictures_a_class, .. } = &row.trial;
        pictures_a_class.is_none() && (*strategy == transfer || *strategy == fine_tuning)
    };
    let epochs = |row: &TrialRow| {
        let numbers = row.epochs.iter().map(|row| row.epoch).collect();
        ((row.trial.strategy.cut.to_string(), row.trial.repetition), numbers)
    };
    rows.iter().filter(is_a_way).map(epochs).collect()
}

#[test]
fn every_epoch_of_both_ways_is_told_in_its_order() {
    let told = told_epochs(&UNDISTURBED);
    assert_eq!(told.len(), 2 * 2 * FOLDS);
    assert_eq!(told, epochs_of_rows(&rows(&UNDISTURBED)));
}

#[test]
fn alone_both_ways_of_a_repetition_learn_in_turns() {
    let mut session = with_pictures(session_with(ticks));
    session.submit(study(&[1]));
    let events = work_until(&mut session, is_row);
    // When the first of both has ended the other one has begun.
    let told = settle_epochs(&mut session, events);
    let ways: Vec<&String> = told.keys().map(|(cut, _)| cut).collect();
    assert_eq!(ways, ["head", "last-1"], "{told:?}");
}

/// The epochs that were told so far, with those that a stop tells.
fn settle_epochs(
    session: &mut Session,
    mut events: Vec<Event>,
) -> BTreeMap<(String, Repetition), Vec<usize>> {
    session.submit(Command::StopStudy);
    events.extend(settle(session));
    assert_eq!(rows(&events).len(), 1);
    told_epochs(&events)
}

#[test]
fn of_few_pictures_each_is_tested_on_once_with_every_seed_and_way() {
    let Study { transfer, fine_tuning, .. } = ways(&[]);
    for strategy in [transfer, fine_tuning] {
        for seed in [1, 2] {
            let is_meant = |row: &&TrialRow| {
                let Trial { strategy: tried, repetition, pictures_a_class, .. } = &row.trial;
                *tried == strategy && repetition.seed == seed && pictures_a_class.is_none()
            };
            let rows = rows(&UNDISTURBED);
            let answers = rows.iter().filter(is_meant).flat_map(|row| &row.answers);
            let mut tested: Vec<u32> = answers.map(|answer| answer.picture).collect();
            tested.sort_unstable();
            assert_eq!(tested, (0..2 * A_CLASS).collect::<Vec<_>>(), "{}, {seed}", strategy.cut);
        }
    }
}

#[test]
fn what_is_given_in_a_new_setting_is_asked_about_and_never_learned_from() {
    let mut session = with_pictures(session_with(ticks));
    let given = (0..2).map(|class| {
        let Command::AddPicture { picture, class, name, bytes, .. } =
            add_picture(500 + class, class, file(SampleTask::Fruit, class as usize, 20))
        else {
            panic!("a picture")
        };
        Command::AddPicture { picture, class, name, bytes, scene: Scene::New, burst: None }
    });
    after(&mut session, given.collect::<Vec<_>>());
    let mut rows = rows(&after(&mut session, [study(&[1])]));
    let mut examined = 0;
    for seen in rows.iter_mut().filter_map(|row| row.examination.as_mut()) {
        let pictures: Vec<u32> = seen.new_setting.iter().map(|row| row.picture).collect();
        assert_eq!(pictures, [0, 1]);
        seen.new_setting.clear();
        examined += 1;
    }
    // Both ways and thawing at once, with every fold.
    assert_eq!(examined, 3 * FOLDS);
    assert_eq!(in_order(rows, &planned(&[1])), first_seed());
}

#[test]
fn of_enough_pictures_one_part_is_the_test() {
    let mut session = session();
    after(&mut session, [Command::DrawSample { task: SampleTask::Fruit, seed: 1 }]);
    session.submit(study(&[1, 2]));
    let started = |event: &Event| matches!(event, Event::StudyStarted { .. });
    let events = work_until(&mut session, started);
    let Some(Event::StudyStarted { folds, trials, .. }) = events.last() else {
        panic!("{events:?}")
    };
    let single = Study { folds: 1, ..ways(&[1, 2]) };
    assert_eq!((*folds, *trials), (1, single.trials(14).len()));
}

#[test]
fn a_study_that_cannot_be_made_says_why() {
    let mut few = session();
    after(&mut few, two_classes(3));
    let mut enough = with_pictures(session());
    let eleven: Vec<u64> = (0..11).collect();
    let cases = [
        (&mut few, study(&[1]), "“first” has 3 of the 4"),
        (&mut enough, study(&[]), "from 1 to 10 different seeds, not 0"),
    ];
    for (session, command, expected) in cases {
        let events = after(session, [command]);
        let [Event::StudyRefused(refusal)] = &events[..] else { panic!("{events:?}") };
        assert!(refusal.reason.contains(expected), "{}", refusal.reason);
        assert!(refusal.remedy.ends_with('.'), "{}", refusal.remedy);
    }
    let events = after(&mut enough, [study(&eleven)]);
    let [Event::StudyRefused(refusal)] = &events[..] else { panic!("{events:?}") };
    assert!(refusal.reason.contains("not 11"), "{}", refusal.reason);
}

/// A session with pictures and assistants.
fn office(assistants: usize) -> Office {
    let mut office = Office::with(assistants);
    two_classes(A_CLASS).into_iter().for_each(|command| office.finish(command));
    office.heard.clear();
    office
}

/// Everybody works until this assistant has something to try.
fn work_until_it_tries(office: &mut Office, assistant: usize) {
    while !(office.heard.iter().any(is_row) && office.assistants[assistant].0.borrow().has_work()) {
        assert!(office.session.has_work(), "the study ended without this assistant");
        office.turn();
    }
}

/// Has the session tell the cards that are due, while its assistants do nothing.
fn tell_cards(office: &mut Office) {
    for _ in Difference::ALL {
        block_on(office.session.work());
    }
}

#[test]
fn a_stop_tells_every_card_that_is_due() {
    let mut session = with_pictures(session());
    session.submit(study(&[1]));
    let mut events = work_until(&mut session, is_row);
    session.submit(Command::StopStudy);
    events.extend(settle(&mut session));
    let told = cards(&events);
    assert_eq!(told.keys().copied().collect::<Vec<_>>(), Difference::ALL);
    assert_eq!(ending(&events), (1, false));
}

#[test]
fn assistants_change_no_row_and_their_epochs_are_told_too() {
    let mut office = office(2);
    office.finish(study(&[1]));
    assert_eq!(in_order(rows(&office.heard), &planned(&[1])), first_seed());
    assert_eq!(told_epochs(&office.heard), epochs_of_rows(&first_seed()));
    assert!(ending(&office.heard).1);
}

#[test]
fn the_trial_of_a_lost_assistant_is_tried_again() {
    let mut office = office(1);
    office.session.submit(study(&[1]));
    work_until_it_tries(&mut office, 0);
    office.session.lose(0, "its memory ran out");
    office.assistants.clear();
    while office.session.has_work() {
        office.turn();
    }
    assert_eq!(in_order(rows(&office.heard), &planned(&[1])), first_seed());
    assert!(ending(&office.heard).1);
}

#[test]
fn what_an_assistant_has_begun_is_brought_to_its_end_while_a_study_rests() {
    let mut office = office(1);
    office.session.submit(study(&[1]));
    work_until_it_tries(&mut office, 0);
    let before = rows(&office.heard).len();
    office.session.submit(Command::PauseStudy { is_paused: true });
    tell_cards(&mut office);
    assert!(office.session.has_work() && office.session.is_waiting());
    while office.session.has_work() {
        office.turn();
    }
    assert_eq!(rows(&office.heard).len(), before + 1);
    office.finish(Command::PauseStudy { is_paused: false });
    assert_eq!(in_order(rows(&office.heard), &planned(&[1])), first_seed());
}

#[test]
fn training_waits_for_no_trial_and_has_the_assistants_at_once() {
    let mut office = office(1);
    office.session.submit(study(&[1]));
    work_until_it_tries(&mut office, 0);
    office.session.submit(Command::PauseStudy { is_paused: true });
    tell_cards(&mut office);
    assert!(office.session.is_waiting());
    let lanes = [Cut::HeadOnly, Cut::LastBlocks(1)].into_iter().zip(0..);
    let lanes = lanes.map(|(cut, run)| lane(run, short(cut))).collect();
    office.session.submit(Command::Train { lanes, seed: 1 });
    assert!(!office.session.is_waiting(), "there is a command to carry out");
    let before = rows(&office.heard).len();
    block_on(office.session.work());
    assert!(office.assistants[0].0.borrow().has_work());
    while office.session.has_work() {
        office.turn();
    }
    let ended = office.heard.iter().filter(|event| matches!(event, Event::RunEnded { .. }));
    assert_eq!(ended.count(), 2);
    assert_eq!((rows(&office.heard).len(), ending(&office.heard)), (before, (before, false)));
}
