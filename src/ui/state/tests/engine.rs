//! The engine: lost, started again, moved, counted.

use super::*;

#[test]
fn a_lost_engine_ends_runs_and_questions_but_keeps_pictures_and_curves() {
    let mut state = racing();
    hear(&mut state, Event::RunEnded { run: RunId(1), result: result(Ending::Completed) });
    state.reduce(Action::Ask(QuestionId(5), "new.png".to_owned()));
    state.reduce(Action::EngineLost("It ran out of memory.".to_owned().into()));
    assert_eq!(state.engine, Engine::Lost("It ran out of memory.".to_owned()));
    assert_eq!(counts(&state), [4, 4]);
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
    state.reduce(Action::EngineLost("gone".to_owned().into()));
    let class = state.pictures.classes[0].id;
    state.reduce(Action::Offer(Place::Class(class), offered(9, &[("9.png", None)])));
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
    assert_eq!((classes, pictures), (2, 9));
    assert!(effects.contains(&Effect::Revoke("blob:1".to_owned())));
    assert_eq!(state.pictures.reading(), 9);
}

/// What the engine says while it draws: two classes with two pictures each, under ids from `first`.
fn drawn_again(state: &mut State, first: u32) -> Vec<Effect> {
    let class = |number| ClassId(FIRST_OWN_ID + first + number);
    let mut effects = Vec::new();
    for number in 0..2 {
        let name = format!("drawn {number}");
        effects.extend(hear(state, Event::ClassAdded { class: class(number), name }));
    }
    for number in 0..4 {
        let name = format!("drawn {} {:02}", number % 2, number / 2);
        let event = Event::PictureAdded {
            picture: PictureId(FIRST_OWN_ID + first + number),
            class: class(number % 2),
            name,
            scene: Scene::Usual,
            thumbnail: Vec::new(),
            width: 128,
            height: 128,
        };
        let image = Some(format!("blob:{first}-{number}"));
        effects.extend(state.reduce(Action::Heard { event, image }));
    }
    effects.extend(hear(state, Event::SampleDrawn { task: SampleTask::Fruit, pictures: 4 }));
    effects
}

fn with_drawn_fruit() -> State {
    let mut state = ready();
    state.reduce(Action::DrawSample(SampleTask::Fruit));
    drawn_again(&mut state, 0);
    state
}

fn with_another_engine(state: &mut State) -> Vec<Effect> {
    state.reduce(Action::EngineLost("gone".to_owned().into()));
    let effects = state.reduce(Action::RestartEngine);
    hear(state, Event::Ready { device: device(DeviceKind::Cpu) });
    effects
}

#[test]
fn drawn_pictures_are_drawn_again_where_they_were_and_under_their_names() {
    let mut state = with_drawn_fruit();
    let class = state.pictures.classes[0].id;
    state.reduce(Action::AddClass);
    state.reduce(Action::RenameClass(class, "Sour".to_owned()));
    let effects = with_another_engine(&mut state);
    let seed = state.settings.seed;
    let again = Command::DrawSample { task: SampleTask::Fruit, seed };
    assert_eq!(sent(&effects).first(), Some(&&again));
    assert_eq!(names(&state), ["Sour", "drawn 1", "Class 1"]);

    let effects = drawn_again(&mut state, 10);
    let class = ClassId(FIRST_OWN_ID + 10);
    assert_eq!(sent(&effects), [&Command::RenameClass { class, name: "Sour".to_owned() }]);
    assert_eq!(
        (names(&state), counts(&state)),
        (vec!["Sour", "drawn 1", "Class 1"], vec![2, 2, 0])
    );
    assert!(state.pictures.drawing.is_empty());
}

#[test]
fn a_sample_that_is_drawn_again_was_looked_at_before() {
    let mut state = with_drawn_fruit();
    let begin = |state: &mut State| {
        let (classes, runs) = (Vec::new(), Vec::new());
        hear(state, Event::ExperimentStarted { seed: 1, classes, runs, estimate: None });
    };
    begin(&mut state);
    state.answers.looked();
    with_another_engine(&mut state);
    drawn_again(&mut state, 10);
    begin(&mut state);
    assert_eq!(state.answers.looks, 1);
}

#[test]
fn drawn_pictures_that_were_removed_stay_away_from_every_later_engine() {
    let mut state = with_drawn_fruit();
    let removed = state.pictures.classes[0].pictures[1].id;
    state.reduce(Action::RemovePicture(removed));
    for first in [10, 20] {
        with_another_engine(&mut state);
        let effects = drawn_again(&mut state, first);
        let picture = PictureId(FIRST_OWN_ID + first + 2);
        assert_eq!(sent(&effects), [&Command::RemovePicture { picture }]);
        assert!(effects.contains(&Effect::Revoke(format!("blob:{first}-2"))));
        assert_eq!(counts(&state), [1, 2]);
    }
}

#[test]
fn a_drawn_class_that_was_removed_stays_away_from_every_later_engine() {
    let mut state = with_drawn_fruit();
    state.reduce(Action::RemoveClass(state.pictures.classes[0].id));
    for first in [10, 20] {
        with_another_engine(&mut state);
        let effects = drawn_again(&mut state, first);
        let class = ClassId(FIRST_OWN_ID + first);
        assert_eq!(sent(&effects), [&Command::RemoveClass { class }]);
        assert_eq!((names(&state), counts(&state)), (vec!["drawn 1"], vec![2]));
    }
}

#[test]
fn a_class_is_removed_and_taken_back_only_after_it_is_drawn_again() {
    let mut state = with_drawn_fruit();
    with_another_engine(&mut state);
    let awaited = state.pictures.classes[1].id;
    assert_eq!(state.reduce(Action::RemoveClass(awaited)), []);
    assert_eq!(names(&state), ["drawn 0", "drawn 1"]);
    assert_eq!(state.remove_class(awaited), []);
    assert!(state.news.contains("“drawn 1” has yet to be drawn"), "{}", state.news);

    drawn_again(&mut state, 10);
    let class = ClassId(FIRST_OWN_ID + 11);
    state.reduce(Action::RemoveClass(class));
    assert_eq!(counts(&state), [2]);
    let effects = state.reduce(Action::Undo);
    assert_eq!(sent(&effects), [&Command::RestoreClass { class }]);
    assert_eq!(counts(&state), [2, 2]);
    assert!(state.pictures.classes.iter().all(|class| !class.is_awaited()));
}

#[test]
fn a_moved_picture_comes_again_when_all_classes_of_its_sample_are_removed() {
    let mut state = with_drawn_fruit();
    state.reduce(Action::AddClass);
    let [first, second, own] = [0, 1, 2].map(|place| state.pictures.classes[place].id);
    state.reduce(Action::MovePicture(PictureId(FIRST_OWN_ID), own));
    state.reduce(Action::RemoveClass(first));
    state.reduce(Action::RemoveClass(second));
    let seed = state.settings.seed;
    for first in [10, 20] {
        let effects = with_another_engine(&mut state);
        let again = Command::DrawSample { task: SampleTask::Fruit, seed };
        assert!(sent(&effects).contains(&&again), "{effects:?}");
        let effects = drawn_again(&mut state, first);
        let picture = PictureId(FIRST_OWN_ID + first);
        assert!(sent(&effects).contains(&&Command::MovePicture { picture, class: own }));
        assert_eq!((names(&state), counts(&state)), (vec!["Class 1"], vec![1]));
    }
}

#[test]
fn a_drawn_class_that_was_emptied_comes_back_empty() {
    let mut state = with_drawn_fruit();
    for picture in state.pictures.classes[0].pictures.clone() {
        state.reduce(Action::RemovePicture(picture.id));
    }
    with_another_engine(&mut state);
    drawn_again(&mut state, 10);
    assert_eq!((names(&state), counts(&state)), (vec!["drawn 0", "drawn 1"], vec![0, 2]));
}

#[test]
fn the_same_sample_drawn_twice_comes_back_twice_less_what_was_removed() {
    let mut state = with_drawn_fruit();
    let class = state.pictures.classes[1].id;
    state.reduce(Action::Offer(Place::Class(class), offered(1, &[("own.png", None)])));
    see(&mut state, 1, class);
    state.reduce(Action::DrawSample(SampleTask::Fruit));
    drawn_again(&mut state, 10);
    state.reduce(Action::RemovePicture(PictureId(FIRST_OWN_ID + 10)));
    assert_eq!(counts(&state), [2, 3, 1, 2]);
    with_another_engine(&mut state);
    drawn_again(&mut state, 20);
    drawn_again(&mut state, 30);
    assert_eq!(counts(&state), [2, 3, 1, 2]);
}

#[test]
fn own_pictures_wait_in_their_drawn_class_until_the_engine_has_it_again() {
    let mut state = with_drawn_fruit();
    let class = state.pictures.classes[1].id;
    state.reduce(Action::Offer(Place::Class(class), offered(1, &[("before.png", None)])));
    see(&mut state, 1, class);
    let effects = with_another_engine(&mut state);
    assert_eq!(sent(&effects).len(), 1, "an engine without the class would lose the picture");
    let class = state.pictures.classes[1].id;
    let during = offered(2, &[("during.png", None)]);
    assert_eq!(state.reduce(Action::Offer(Place::Class(class), during)), []);
    assert_eq!(counts(&state), [0, 2]);

    let effects = drawn_again(&mut state, 10);
    let files: Vec<_> = sent(&effects)
        .into_iter()
        .filter_map(|command| match command {
            Command::AddPicture { class, name, .. } => Some((class.0 - FIRST_OWN_ID, &name[..])),
            _ => None,
        })
        .collect();
    assert_eq!(files, [(11, "before.png"), (11, "during.png")]);
    assert_eq!(counts(&state), [2, 4]);
}

#[test]
fn loose_pictures_do_not_fall_into_a_class_that_is_about_to_be_drawn_again() {
    let mut state = with_drawn_fruit();
    with_another_engine(&mut state);
    state.reduce(Action::Offer(Place::Page, offered(1, &[("1.png", None)])));
    assert_eq!(names(&state), ["drawn 0", "drawn 1", "Class 1"]);
    assert_eq!(counts(&state), [0, 0, 1]);
}

#[test]
fn a_drawing_that_the_engine_broke_off_is_begun_again() {
    let mut state = ready();
    state.reduce(Action::DrawSample(SampleTask::Fruit));
    let class = ClassId(FIRST_OWN_ID);
    hear(&mut state, Event::ClassAdded { class, name: "drawn 0".to_owned() });
    see(&mut state, FIRST_OWN_ID, class);
    with_another_engine(&mut state);
    drawn_again(&mut state, 10);
    assert_eq!((names(&state), counts(&state)), (vec!["drawn 0", "drawn 1"], vec![2, 2]));
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
fn runs_stay_on_their_device_until_they_have_ended() {
    let mut state = racing();
    let before = state.settings.clone();
    assert_eq!(state.reduce(Action::Set(Setting::Device(DeviceChoice::Gpu))), []);
    assert_eq!(state.settings, before);
    for run in [RunId(1), RunId(2)] {
        hear(&mut state, Event::RunEnded { run, result: result(Ending::Completed) });
    }
    let effects = state.reduce(Action::Set(Setting::Device(DeviceChoice::Gpu)));
    assert_eq!(sent(&effects), [&Command::ChooseDevice(DeviceChoice::Gpu)]);
}

#[test]
fn the_device_stays_while_a_start_is_on_its_way() {
    let mut state = filled();
    state.reduce(Action::Start(Sides::Both));
    assert_eq!(state.reduce(Action::Set(Setting::Device(DeviceChoice::Gpu))), []);
    assert_eq!(state.settings.device, DeviceChoice::Automatic);
}

/// The names of the files that are refused after a breakdown, and of those that are sent again.
fn after_breakdown_at(picture: Option<PictureId>) -> (Vec<String>, Vec<String>) {
    let mut state = filled();
    let class = state.pictures.classes[0].id;
    let files = offered(9, &[("film.png", None), ("next.png", None)]);
    state.reduce(Action::Offer(Place::Class(class), files));
    let reason = "gone".to_owned();
    state.reduce(Action::EngineLost(Breakdown { reason, picture }));
    let refused = state.pictures.refused.iter().map(|refused| refused.name.clone()).collect();
    let effects = state.reduce(Action::RestartEngine);
    let again = sent(&effects).into_iter().filter_map(|command| match command {
        Command::AddPicture { picture, name, .. } if picture.0 >= 9 => Some(name.clone()),
        _ => None,
    });
    (refused, again.collect())
}

#[test]
fn the_file_at_which_the_engine_broke_off_is_refused_and_not_sent_again() {
    let (film, next) = (vec!["film.png".to_owned()], vec!["next.png".to_owned()]);
    assert_eq!(after_breakdown_at(None), (film.clone(), next.clone()));
    assert_eq!(after_breakdown_at(Some(PictureId(9))), (film.clone(), next.clone()));
    assert_eq!(after_breakdown_at(Some(PictureId(10))), (next, film));
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
        state.reduce(Action::EngineLost("gone".to_owned().into()));
        let effects = state.reduce(Action::RestartEngine);
        assert_eq!(sent(&effects)[0], &Command::ChooseDevice(DeviceChoice::Cpu));
    }
    let mut on_cpu = ready();
    on_cpu.reduce(Action::EngineLost("gone".to_owned().into()));
    assert_eq!(on_cpu.settings.device, DeviceChoice::Automatic);
}
