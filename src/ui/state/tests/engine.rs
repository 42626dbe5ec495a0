//! The engine: lost, started again, moved, counted.

use super::*;

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
