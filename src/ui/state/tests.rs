//! The reducer, without a browser.

use super::*;
use crate::session::{
    Answer, ClassSplit, Cut, DeviceChoice, Ending, EpochRow, FIRST_OWN_ID, Phase, RunPlan,
    RunResult, Score, Strategy,
};

fn opened() -> State {
    let mut state = State::default();
    state.reduce(Action::Open);
    state
}

fn ready() -> State {
    let mut state = opened();
    hear(&mut state, Event::Ready { device: device(DeviceKind::Cpu) });
    state
}

fn device(kind: DeviceKind) -> DeviceReport {
    let (choice, name, reason) = (DeviceChoice::Automatic, "CPU, SIMD", "No graphics card.");
    DeviceReport { choice, kind, name: name.to_owned(), reason: reason.to_owned() }
}

fn hear(state: &mut State, event: Event) -> Vec<Effect> {
    state.reduce(Action::Heard { event, image: None })
}

fn offered(first: u32, files: &[(&str, Option<&str>)]) -> Vec<Offered> {
    let offered = files.iter().zip(first..).map(|((name, folder), id)| Offered {
        picture: PictureId(id),
        name: (*name).to_owned(),
        folder: folder.map(str::to_owned),
    });
    offered.collect()
}

fn see(state: &mut State, picture: u32, class: ClassId) -> Vec<Effect> {
    state.reduce(Action::Heard {
        event: Event::PictureAdded {
            picture: PictureId(picture),
            class,
            name: "a.png".to_owned(),
            thumbnail: Vec::new(),
            width: 640,
            height: 480,
        },
        image: Some(format!("blob:{picture}")),
    })
}

/// Two classes with a decoded picture each.
fn filled() -> State {
    let mut state = ready();
    let files = [("1.png", Some("Ripe")), ("2.png", Some("Spoiled"))];
    state.reduce(Action::Offer(Place::Page, offered(1, &files)));
    let classes = [state.pictures.classes[0].id, state.pictures.classes[1].id];
    see(&mut state, 1, classes[0]);
    see(&mut state, 2, classes[1]);
    state
}

fn draw(state: &mut State, task: SampleTask, first: u32) -> Vec<Effect> {
    let effects = state.reduce(Action::DrawSample(task));
    for number in first..first + 2 {
        let class = ClassId(FIRST_OWN_ID + number);
        hear(state, Event::ClassAdded { class, name: format!("drawn {number}") });
        see(state, FIRST_OWN_ID + number, class);
    }
    hear(state, Event::SampleDrawn { task, pictures: 2 });
    effects
}

fn names(state: &State) -> Vec<&str> {
    state.pictures.classes.iter().map(|class| class.name.as_str()).collect()
}

fn counts(state: &State) -> Vec<usize> {
    state.pictures.classes.iter().map(|class| class.pictures.len()).collect()
}

fn sent(effects: &[Effect]) -> Vec<&Command> {
    let commands = effects.iter().filter_map(|effect| match effect {
        Effect::Send(command) => Some(command),
        _ => None,
    });
    commands.collect()
}

/// Both lanes started as runs 1 and 2.
fn racing() -> State {
    let mut state = filled();
    let effects = state.reduce(Action::Start(Sides::Both));
    let [Command::Train { lanes, seed }] = sent(&effects)[..] else {
        panic!("one command starts both: {effects:?}")
    };
    let plans = lanes.iter().map(|lane| RunPlan {
        run: lane.run,
        strategy: lane.strategy.clone(),
        parameters_trained: 10,
        parameters_total: 100,
    });
    let classes = state.pictures.classes.iter().map(|class| ClassSplit {
        class: class.id,
        name: class.name.clone(),
        training: 6,
        validation: 2,
        test: 2,
    });
    let started =
        Event::ExperimentStarted { seed: *seed, classes: classes.collect(), runs: plans.collect() };
    hear(&mut state, started);
    state
}

fn result(ending: Ending) -> RunResult {
    let score = Score { correct: 3, count: 4, loss: 0.5 };
    RunResult { ending, best_epoch: 1, validation: score, test: score, seconds: 1.0 }
}

#[test]
fn the_page_opens_with_two_untouched_classes_before_the_engine_is_there() {
    let mut state = State::default();
    let effects = state.reduce(Action::Open);
    assert_eq!(effects[0], Effect::StartEngine);
    assert_eq!(sent(&effects).len(), 2);
    assert_eq!(names(&state), ["Class 1", "Class 2"]);
    assert!(state.pictures.classes.iter().all(|class| class.is_untouched()));
    assert_eq!(state.engine, Engine::Loading);
}

#[test]
fn pictures_stand_in_their_class_before_the_engine_is_ready() {
    let mut state = opened();
    let class = state.pictures.classes[1].id;
    let effects = state.reduce(Action::Offer(
        Place::Class(class),
        offered(1, &[("a.png", None), ("b.png", None)]),
    ));
    assert_eq!(counts(&state), [0, 2]);
    assert_eq!(state.pictures.reading(), 2);
    assert!(matches!(
        sent(&effects)[..],
        [Command::AddPicture { class: first, .. }, Command::AddPicture { .. }] if *first == class
    ));
}

#[test]
fn a_folder_of_folders_becomes_classes_and_fills_the_untouched_first() {
    let mut state = ready();
    let files = [
        ("1.png", Some("rose")),
        ("2.png", Some("tulip")),
        ("3.png", Some("rose")),
        ("4.png", Some("daisy")),
    ];
    state.reduce(Action::Offer(Place::Page, offered(1, &files)));
    assert_eq!(names(&state), ["rose", "tulip", "daisy"]);
    assert_eq!(counts(&state), [2, 1, 1]);
}

#[test]
fn a_folder_finds_the_class_of_its_name() {
    let mut state = ready();
    let class = state.pictures.classes[1].id;
    state.reduce(Action::RenameClass(class, "rose ".to_owned()));
    state.reduce(Action::Offer(Place::Page, offered(1, &[("1.png", Some("rose"))])));
    assert_eq!(counts(&state), [0, 1]);
}

#[test]
fn loose_pictures_go_into_the_first_empty_class_together() {
    let mut state = ready();
    state.reduce(Action::Offer(Place::Page, offered(1, &[("1.png", None), ("2.png", None)])));
    assert_eq!(counts(&state), [2, 0]);
    state.reduce(Action::Offer(Place::Page, offered(3, &[("3.png", None)])));
    state.reduce(Action::Offer(Place::Page, offered(4, &[("4.png", None)])));
    assert_eq!(counts(&state), [2, 1, 1]);
    assert_eq!(names(&state), ["Class 1", "Class 2", "Class 3"]);
}

#[test]
fn pictures_on_the_way_to_a_new_class_make_one() {
    let mut state = ready();
    state.reduce(Action::Offer(Place::NewClass, offered(1, &[("1.png", None), ("2.png", None)])));
    assert_eq!(names(&state), ["Class 1", "Class 2", "Class 3"]);
    assert_eq!(counts(&state), [0, 0, 2]);
}

#[test]
fn one_folder_on_a_class_goes_into_it_and_names_it_if_nobody_has() {
    let mut state = ready();
    let class = state.pictures.classes[1].id;
    let cats = [("1.png", Some("cats")), ("2.png", Some("cats"))];
    state.reduce(Action::Offer(Place::Class(class), offered(1, &cats)));
    assert_eq!(names(&state), ["Class 1", "cats"]);
    state.reduce(Action::Offer(Place::Class(class), offered(3, &[("3.png", Some("more"))])));
    assert_eq!(names(&state), ["Class 1", "cats"]);
    assert_eq!(counts(&state), [0, 3]);
}

#[test]
fn several_folders_on_a_class_become_classes() {
    let mut state = ready();
    let class = state.pictures.classes[0].id;
    let files = [("1.png", Some("cats")), ("2.png", Some("dogs")), ("3.png", Some("cats"))];
    state.reduce(Action::Offer(Place::Class(class), offered(1, &files)));
    assert_eq!(names(&state), ["cats", "dogs"]);
    assert_eq!(counts(&state), [2, 1]);
}

#[test]
fn a_file_for_a_class_that_is_gone_is_let_go() {
    let mut state = ready();
    let effects =
        state.reduce(Action::Offer(Place::Class(ClassId(99)), offered(1, &[("1.png", None)])));
    assert_eq!(effects, [Effect::Forget(PictureId(1))]);
}

#[test]
fn a_refused_file_leaves_its_class_and_a_line() {
    let mut state = filled();
    let class = state.pictures.classes[0].id;
    state.reduce(Action::Offer(Place::Class(class), offered(7, &[("notes.txt", None)])));
    let refusal =
        Refusal { reason: "It is a text.".to_owned(), remedy: "Give a picture.".to_owned() };
    let picture = PictureId(7);
    let refused = Event::PictureRefused {
        picture,
        class,
        name: "notes.txt".to_owned(),
        refusal: refusal.clone(),
    };
    let effects = hear(&mut state, refused);
    assert_eq!(effects, [Effect::Forget(picture)]);
    assert_eq!(counts(&state), [1, 1]);
    assert_eq!(
        state.pictures.refused,
        [Refused { picture, name: "notes.txt".to_owned(), refusal }]
    );
    state.reduce(Action::DismissRefusals);
    assert!(state.pictures.refused.is_empty());
}

#[test]
fn a_picture_that_was_removed_while_it_was_read_does_not_come_back() {
    let mut state = ready();
    let class = state.pictures.classes[0].id;
    state.reduce(Action::Offer(Place::Class(class), offered(1, &[("a.png", None)])));
    let effects = state.reduce(Action::RemovePicture(PictureId(1)));
    assert_eq!(sent(&effects), [&Command::RemovePicture { picture: PictureId(1) }]);
    assert!(effects.contains(&Effect::Forget(PictureId(1))));
    let effects = see(&mut state, 1, class);
    assert!(effects.contains(&Effect::Revoke("blob:1".to_owned())));
    assert_eq!(counts(&state), [0, 0]);
}

#[test]
fn a_removed_class_lets_its_pictures_go() {
    let mut state = filled();
    let class = state.pictures.classes[0].id;
    let effects = state.reduce(Action::RemoveClass(class));
    assert_eq!(sent(&effects), [&Command::RemoveClass { class }]);
    assert!(effects.contains(&Effect::Revoke("blob:1".to_owned())));
    assert!(effects.contains(&Effect::Forget(PictureId(1))));
    assert_eq!(names(&state), ["Spoiled"]);
}

#[test]
fn an_emptied_name_is_not_sent_and_replaced_when_left() {
    let mut state = ready();
    let class = state.pictures.classes[0].id;
    assert_eq!(state.reduce(Action::RenameClass(class, "  ".to_owned())), []);
    assert_eq!(names(&state)[0], "  ");
    let effects = state.reduce(Action::FinishName(class));
    assert_eq!(sent(&effects), [&Command::RenameClass { class, name: "Class 1".to_owned() }]);
    assert!(state.pictures.classes[0].is_untouched());
}

#[test]
fn a_sample_takes_the_place_of_untouched_classes() {
    let mut state = ready();
    let effects = draw(&mut state, SampleTask::Fruit, 0);
    assert!(matches!(
        sent(&effects)[..],
        [Command::RemoveClass { .. }, Command::RemoveClass { .. }, Command::DrawSample { .. }]
    ));
    assert_eq!(names(&state), ["drawn 0", "drawn 1"]);
    assert_eq!(state.pictures.seen(), 2);
}

#[test]
fn a_sample_takes_the_place_of_another_sample_but_not_of_own_pictures() {
    let mut state = ready();
    draw(&mut state, SampleTask::Fruit, 0);
    draw(&mut state, SampleTask::Fabric, 2);
    assert_eq!(names(&state), ["drawn 2", "drawn 3"]);

    let class = state.pictures.classes[0].id;
    state.reduce(Action::Offer(Place::Class(class), offered(1, &[("own.png", None)])));
    draw(&mut state, SampleTask::Fruit, 4);
    assert_eq!(names(&state), ["drawn 2", "drawn 3", "drawn 4", "drawn 5"]);
}

#[test]
fn a_second_sample_waits_for_the_first() {
    let mut state = ready();
    state.reduce(Action::DrawSample(SampleTask::Fruit));
    assert_eq!(state.reduce(Action::DrawSample(SampleTask::Fabric)), []);
    assert_eq!(state.why_not_start().as_deref(), Some("The pictures are being drawn."));
}

#[test]
fn training_waits_for_engine_pictures_and_a_second_class() {
    let mut state = opened();
    assert!(state.why_not_start().is_some());
    assert_eq!(state.reduce(Action::Start(Sides::Both)), []);
    state = ready();
    assert_eq!(
        state.why_not_start().as_deref(),
        Some("Put pictures into at least two classes first.")
    );
    state = filled();
    assert_eq!(state.why_not_start(), None);
    let class = state.pictures.classes[0].id;
    state.reduce(Action::Offer(Place::Class(class), offered(9, &[("late.png", None)])));
    assert_eq!(state.why_not_start().as_deref(), Some("1 picture is still being read."));
}

#[test]
fn one_lane_trains_with_what_is_set() {
    let mut state = filled();
    state.reduce(Action::Set(Setting::CutPosition(18)));
    state.reduce(Action::Set(Setting::Epochs(Side::Warm, 3)));
    state.reduce(Action::Set(Setting::Seed(7)));
    let effects = state.reduce(Action::Start(Sides::Only(Side::Warm)));
    let [Command::Train { lanes, seed: 7 }] = sent(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!(lanes[0].strategy, Strategy::for_cut(Cut::Everything).with_epochs(3));
}

#[test]
fn at_head_only_both_lanes_are_the_same() {
    let mut state = filled();
    state.reduce(Action::Set(Setting::CutPosition(0)));
    assert_eq!(state.settings.strategy(Side::Warm), state.settings.strategy(Side::Cold));
}

#[test]
fn a_refused_experiment_says_why_and_leaves_the_one_before() {
    let mut state = racing();
    let before = state.experiment.clone();
    state.reduce(Action::Start(Sides::Both));
    let refusal = Refusal { reason: "Too few.".to_owned(), remedy: "Add more.".to_owned() };
    hear(&mut state, Event::ExperimentRefused(refusal.clone()));
    assert_eq!(state.start_refused, Some(refusal));
    assert_eq!(state.starting, None);
    assert_eq!(state.experiment, before);
}

#[test]
fn rows_results_and_failures_find_their_lane() {
    let mut state = racing();
    let (cold, warm) = (RunId(1), RunId(2));
    let score = Score { correct: 1, count: 2, loss: 1.0 };
    let row = EpochRow {
        epoch: 1,
        phase: Phase::Head,
        training: score,
        validation: score,
        head_rate: 1e-3,
        seconds: 0.1,
    };
    hear(&mut state, Event::EpochEnded { run: warm, row });
    hear(&mut state, Event::RunEnded { run: cold, result: result(Ending::Completed) });
    assert_eq!(state.news, "Transfer learning is done: 75 % of 4 test pictures right.");
    let experiment = state.experiment.clone().expect("there is a race");
    assert!(experiment.is_running() && experiment.can_be_asked());
    let lane = experiment.lane(warm).expect("the warm lane runs");
    assert_eq!((lane.side, &lane.rows[..]), (Side::Warm, &[row][..]));
    assert_eq!(experiment.split(), (12, 4, 4));

    let refusal = Refusal { reason: "Out of memory.".to_owned(), remedy: "Cut later.".to_owned() };
    hear(&mut state, Event::RunFailed { run: warm, refusal });
    assert!(!state.experiment.is_some_and(|experiment| experiment.is_running()));
}

#[test]
fn stop_asks_each_lane_once_that_still_trains() {
    let mut state = racing();
    hear(&mut state, Event::RunEnded { run: RunId(1), result: result(Ending::Completed) });
    let effects = state.reduce(Action::Stop(None));
    assert_eq!(sent(&effects), [&Command::StopRun { run: RunId(2) }]);
    assert_eq!(state.reduce(Action::Stop(None)), []);
}

#[test]
fn an_answer_finds_only_its_own_question() {
    let mut state = racing();
    hear(&mut state, Event::RunEnded { run: RunId(1), result: result(Ending::Completed) });
    let effects = state.reduce(Action::Ask(QuestionId(5), "new.png".to_owned()));
    assert!(matches!(sent(&effects)[..], [Command::Ask { question: QuestionId(5), .. }]));
    let answers =
        vec![Answer { run: RunId(1), probabilities: vec![0.25, 0.75], milliseconds: 2.0 }];
    let answered = |question| Action::Heard {
        event: Event::Answered {
            question: QuestionId(question),
            thumbnail: Vec::new(),
            drawn_as: None,
            answers: answers.clone(),
        },
        image: Some(format!("blob:{question}")),
    };
    assert_eq!(state.reduce(answered(4)), [Effect::Revoke("blob:4".to_owned())]);
    assert_eq!(state.reduce(answered(5)), []);
    assert_eq!(state.news, "Transfer learning: Spoiled, 75 %.");
    let effects = state.reduce(Action::Ask(QuestionId(6), "next.png".to_owned()));
    assert_eq!(effects[0], Effect::Revoke("blob:5".to_owned()));
}

#[test]
fn a_lost_engine_ends_runs_and_questions_but_keeps_pictures_and_curves() {
    let mut state = racing();
    hear(&mut state, Event::RunEnded { run: RunId(1), result: result(Ending::Completed) });
    state.reduce(Action::Ask(QuestionId(5), "new.png".to_owned()));
    state.reduce(Action::EngineLost("It ran out of memory.".to_owned()));
    assert_eq!(state.engine, Engine::Lost("It ran out of memory.".to_owned()));
    assert_eq!(counts(&state), [1, 1]);
    let experiment = state.experiment.clone().expect("the curves stay");
    assert!(!experiment.is_running() && !experiment.can_be_asked());
    assert!(matches!(experiment.lanes[0].outcome, Some(Outcome::Ended(_))));
    assert!(matches!(experiment.lanes[1].outcome, Some(Outcome::Failed(_))));
    assert!(matches!(state.question.map(|question| question.reply), Some(Reply::Refused(_))));
}

#[test]
fn a_fresh_engine_hears_of_all_that_the_page_shows() {
    let mut state = filled();
    state.reduce(Action::Set(Setting::Device(DeviceChoice::Cpu)));
    state.reduce(Action::EngineLost("gone".to_owned()));
    let class = state.pictures.classes[0].id;
    state.reduce(Action::Offer(Place::Class(class), offered(3, &[("3.png", None)])));
    let effects = state.reduce(Action::RestartEngine);
    assert_eq!(effects[0], Effect::StartEngine);
    assert_eq!(sent(&effects)[0], &Command::ChooseDevice(DeviceChoice::Cpu));
    let classes = sent(&effects)
        .into_iter()
        .filter(|command| matches!(command, Command::AddClass { .. }))
        .count();
    let pictures = sent(&effects)
        .into_iter()
        .filter(|command| matches!(command, Command::AddPicture { .. }))
        .count();
    assert_eq!((classes, pictures), (2, 3));
    assert!(effects.contains(&Effect::Revoke("blob:1".to_owned())));
    assert_eq!(state.pictures.reading(), 3);
}

#[test]
fn drawn_pictures_are_drawn_again_under_the_names_that_they_were_given() {
    let mut state = ready();
    draw(&mut state, SampleTask::Fruit, 0);
    let class = state.pictures.classes[1].id;
    state.reduce(Action::RenameClass(class, "Sour".to_owned()));
    state.reduce(Action::EngineLost("gone".to_owned()));
    state.reduce(Action::Offer(Place::Class(class), offered(1, &[("own.png", None)])));
    let effects = state.reduce(Action::RestartEngine);
    let seed = state.settings.seed;
    let again = Command::DrawSample { task: SampleTask::Fruit, seed };
    assert_eq!(sent(&effects).last(), Some(&&again));
    // The own picture waits in a class of its own.
    assert_eq!((names(&state), counts(&state)), (vec!["Sour"], vec![1]));

    let drawn = ClassId(FIRST_OWN_ID + 1);
    let effects = hear(&mut state, Event::ClassAdded { class: drawn, name: "drawn 1".to_owned() });
    let renamed = Command::RenameClass { class: drawn, name: "Sour".to_owned() };
    assert_eq!(sent(&effects), [&renamed]);
}

#[test]
fn requests_are_counted_from_the_moment_the_engine_was_ready() {
    let mut state = opened();
    assert_eq!(state.requests, None);
    hear(&mut state, Event::Ready { device: device(DeviceKind::Gpu) });
    assert_eq!(state.requests, Some(0));
    state.reduce(Action::Requested(2));
    assert_eq!(state.requests, Some(2));
}

#[test]
fn a_new_device_is_asked_for_once() {
    let mut state = ready();
    let effects = state.reduce(Action::Set(Setting::Device(DeviceChoice::Gpu)));
    assert_eq!(sent(&effects), [&Command::ChooseDevice(DeviceChoice::Gpu)]);
    assert!(state.settings.device_pending);
    assert_eq!(state.reduce(Action::Set(Setting::Device(DeviceChoice::Gpu))), []);
    hear(&mut state, Event::DeviceChosen(device(DeviceKind::Gpu)));
    assert!(!state.settings.device_pending);
}

#[test]
fn each_fresh_drawing_is_another_than_those_that_were_learned() {
    let mut state = racing();
    hear(&mut state, Event::RunEnded { run: RunId(1), result: result(Ending::Completed) });
    let seeds: Vec<u64> = [5, 6]
        .into_iter()
        .map(|id| {
            let effects = state.reduce(Action::AskDrawn(QuestionId(id), SampleTask::Fruit));
            let [Command::AskDrawn { seed, .. }] = sent(&effects)[..] else {
                panic!("{effects:?}")
            };
            *seed
        })
        .collect();
    assert_ne!(seeds[0], seeds[1]);
    assert!(seeds.iter().all(|seed| *seed != state.settings.seed));
}

#[test]
fn the_file_at_which_the_engine_broke_off_is_refused_and_not_sent_again() {
    let mut state = filled();
    let class = state.pictures.classes[0].id;
    let files = offered(3, &[("film.png", None), ("next.png", None)]);
    state.reduce(Action::Offer(Place::Class(class), files));
    state.reduce(Action::EngineLost("gone".to_owned()));
    let refused: Vec<&str> =
        state.pictures.refused.iter().map(|refused| refused.name.as_str()).collect();
    assert_eq!(refused, ["film.png"]);
    let effects = state.reduce(Action::RestartEngine);
    let sent_again = |wanted: &str| {
        sent(&effects)
            .into_iter()
            .any(|command| matches!(command, Command::AddPicture { name, .. } if name == wanted))
    };
    assert!(!sent_again("film.png") && sent_again("next.png"));
}

#[test]
fn an_engine_that_broke_off_on_the_graphics_card_or_at_its_start_starts_again_on_the_cpu() {
    let mut on_card = ready();
    if let Some(device) = &mut on_card.device {
        device.kind = DeviceKind::Gpu;
    }
    let mut at_start = State::default();
    at_start.reduce(Action::Open);
    for state in [&mut on_card, &mut at_start] {
        state.reduce(Action::EngineLost("gone".to_owned()));
        let effects = state.reduce(Action::RestartEngine);
        assert_eq!(sent(&effects)[0], &Command::ChooseDevice(DeviceChoice::Cpu));
    }
    let mut on_cpu = ready();
    on_cpu.reduce(Action::EngineLost("gone".to_owned()));
    assert_eq!(on_cpu.settings.device, DeviceChoice::Automatic);
}

#[test]
fn what_the_browser_cannot_read_is_told_by_name_with_a_reason_and_a_remedy() {
    let mut state = ready();
    state.reduce(Action::Unreadable(vec![(PictureId(9), "locked".to_owned())]));
    let refused = &state.pictures.refused[0];
    assert_eq!(refused.name, "locked");
    assert!(!refused.refusal.reason.is_empty() && !refused.refusal.remedy.is_empty());
}
