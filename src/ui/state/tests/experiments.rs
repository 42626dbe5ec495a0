//! Training, and questions to what was trained.

use super::*;

#[test]
fn a_run_that_converged_says_so_and_is_not_held_against_its_prediction() {
    let mut state = racing();
    let cold = RunId(1);
    hear(&mut state, Event::RunEnded { run: cold, result: result(Ending::Converged) });
    assert!(state.news.contains("ended early"), "{}", state.news);
    let experiment = state.experiment.as_ref().expect("it runs");
    assert!(!experiment.lane(cold).expect("it is there").is_whole());
}

#[test]
fn training_waits_for_engine_pictures_and_a_second_class() {
    let mut state = opened();
    assert!(state.why_not_start().is_some());
    assert_eq!(state.reduce(Action::Start(Sides::Both)), []);
    state = ready();
    assert_eq!(
        state.why_not_start().as_deref(),
        Some("Put pictures into at least two classes first, 4 or more into each.")
    );
    state = filled();
    assert_eq!(state.why_not_start(), None);
    let class = state.pictures.classes[0].id;
    state.reduce(Action::Offer(Place::Class(class), offered(9, &[("late.png", None)])));
    assert_eq!(state.why_not_start().as_deref(), Some("1 picture is still being read."));
}

#[test]
fn training_waits_for_the_least_that_a_class_needs_and_says_which_and_why() {
    let mut state = filled();
    state.reduce(Action::RemovePicture(PictureId(5)));
    let why = state.why_not_start().expect("three pictures are too few");
    assert!(why.contains("“Spoiled” has 3 of the 4") && why.contains("Add 1 more"), "{why}");
    assert_eq!(state.reduce(Action::Start(Sides::Both)), []);
    state.reduce(Action::RemoveClass(state.pictures.classes[0].id));
    assert_eq!(
        state.why_not_start().as_deref(),
        Some("Put pictures into at least two classes first, 4 or more into each.")
    );
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
fn both_lanes_train_with_the_numbers_that_are_set_until_they_are_the_defaults_again() {
    let mut state = filled();
    state.reduce(Action::Set(Setting::Dial(Dial::LabelSmoothing, 0.1)));
    state.reduce(Action::Set(Setting::Dial(Dial::Batch, 0.0)));
    state.reduce(Action::Set(Setting::ClassWeights(ClassWeights::Balanced)));
    state.reduce(Action::Set(Setting::Norm(NormMode::Frozen)));
    let effects = state.reduce(Action::Start(Sides::Both));
    let [Command::Train { lanes, .. }] = sent(&effects)[..] else { panic!("{effects:?}") };
    for lane in lanes {
        assert_eq!(lane.strategy.label_smoothing, 0.1);
        assert_eq!(lane.strategy.batch, 16, "a batch of none is not taken");
        assert_eq!(lane.strategy.class_weights, ClassWeights::Balanced);
        assert_eq!(lane.strategy.norm, NormMode::Frozen);
    }
    state.reduce(Action::Set(Setting::DefaultTuning));
    assert_eq!(state.settings, Settings::default());
}

/// A found rate of this phase.
fn found(phase: Phase, suggestion: Option<f64>) -> Event {
    let point = |rate| RatePoint { rate, loss: 1.0 };
    Event::RateFound(FoundRate { phase, curve: [1e-4, 1e-3, 1e-2].map(point).to_vec(), suggestion })
}

#[test]
fn a_rate_is_searched_for_a_lane_and_taken_over_with_two_digits() {
    let mut state = filled();
    let effects = state.reduce(Action::FindRate(Side::Warm));
    let [Command::FindRate { strategy, seed: 1 }] = sent(&effects)[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(*strategy, state.settings.strategy(Side::Warm));
    assert_eq!(sent(&state.reduce(Action::FindRate(Side::Cold))), Vec::<&Command>::new());
    hear(&mut state, found(Phase::Unfrozen, Some(0.001_234)));
    let search = state.rate_search.clone().expect("it was searched");
    let RateStage::Found { plot, dial, suggestion } = &search.stage else { panic!("{search:?}") };
    assert_eq!((*dial, *suggestion), (Dial::UnfrozenRate, Some(0.0012)));
    assert_eq!(plot.categories, ["1.0e-4", "1.0e-3", "1.0e-2"]);
    state.reduce(Action::Set(search.setting().expect("there is a suggestion")));
    assert_eq!(state.settings.strategy(Side::Warm).unfrozen_rate, 0.0012);
}

#[test]
fn a_search_without_a_suggestion_offers_nothing_and_a_lost_engine_ends_it() {
    let mut state = filled();
    state.reduce(Action::FindRate(Side::Cold));
    hear(&mut state, found(Phase::Head, None));
    assert_eq!(state.rate_search.as_ref().and_then(RateSearch::setting), None);
    state.reduce(Action::FindRate(Side::Cold));
    state.reduce(Action::EngineLost("It ran out of memory.".to_owned().into()));
    assert_eq!(state.rate_search, None);
}

#[test]
fn no_rate_is_searched_while_runs_train() {
    let mut state = racing();
    assert_eq!(state.why_not_find_rate().as_deref(), Some("The race goes first."));
    assert_eq!(state.reduce(Action::FindRate(Side::Cold)), []);
}

#[test]
fn views_are_shown_when_there_are_some_and_the_sheet_before_is_let_go() {
    let mut state = filled();
    assert_eq!(state.reduce(Action::ShowViews), [], "no views are set");
    state.reduce(Action::Set(Setting::Dial(Dial::Views, 4.0)));
    let effects = state.reduce(Action::ShowViews);
    let augmentation = Augmentation::default();
    assert_eq!(sent(&effects), [&Command::ShowViews { views: 4, augmentation, seed: 1 }]);
    let mut shown = |address: &str| {
        let event = Event::ViewsShown { sheet: Vec::new() };
        state.reduce(Action::Heard { event, image: Some(address.to_owned()) })
    };
    assert_eq!(shown("first"), []);
    assert_eq!(shown("second"), [Effect::Revoke("first".to_owned())]);
    assert_eq!(state.views_shown.as_deref(), Some("second"));
}

#[test]
fn views_are_changed_as_is_set_and_those_of_other_settings_leave_the_page() {
    let mut state = filled();
    state.reduce(Action::Set(Setting::Dial(Dial::Views, 2.0)));
    let event = Event::ViewsShown { sheet: Vec::new() };
    state.reduce(Action::Heard { event, image: Some("old".to_owned()) });
    assert_eq!(state.reduce(Action::Set(Setting::Dial(Dial::Views, 2.0))), []);
    let augmentation = Augmentation { flip: false, ..Augmentation::default() };
    let effects = state.reduce(Action::Set(Setting::Augmentation(augmentation)));
    assert!(effects.contains(&Effect::Revoke("old".to_owned())), "{effects:?}");
    assert_eq!(state.views_shown, None);
    let effects = state.reduce(Action::ShowViews);
    assert_eq!(sent(&effects), [&Command::ShowViews { views: 2, augmentation, seed: 1 }]);
    // Views without any change would be no views.
    state.reduce(Action::Set(Setting::Augmentation(Augmentation::NONE)));
    for side in Side::BOTH {
        assert_eq!(state.settings.strategy(side).augmentation, augmentation);
    }
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
fn why_training_was_refused_is_gone_once_pictures_or_settings_change() {
    let refusal = Refusal { reason: "Too much.".to_owned(), remedy: "Thaw less.".to_owned() };
    let cures = [
        Action::Set(Setting::CutPosition(1)),
        Action::Offer(Place::Page, offered(9, &[("9.png", None)])),
        Action::RemovePicture(PictureId(1)),
        Action::DrawSample(SampleTask::Fruit),
    ];
    for cure in cures {
        let mut state = filled();
        state.reduce(Action::Start(Sides::Both));
        hear(&mut state, Event::ExperimentRefused(refusal.clone()));
        state.reduce(Action::DismissRefusals);
        assert_eq!(state.start_refused.as_ref(), Some(&refusal));
        state.reduce(cure);
        assert_eq!(state.start_refused, None);
    }
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
    assert_eq!(state.news, "Transfer learning is done: 75\u{a0}% of 4 test pictures right.");
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
fn the_time_that_the_frozen_layers_need_is_told_from_the_first_picture_on() {
    let mut state = racing();
    let mut left_after = |done| {
        hear(&mut state, Event::FeaturesProgressed { done, total: 8, seconds: 3.0 });
        state.experiment.as_ref().and_then(|experiment| experiment.features?.seconds_left())
    };
    assert_eq!(left_after(0), None);
    assert_eq!(left_after(2), Some(9.0));
    assert_eq!(left_after(8), Some(0.0));
}

#[test]
fn a_race_that_was_asked_to_stop_is_not_asked_again() {
    let mut state = racing();
    let can_be_stopped =
        |state: &State| state.experiment.as_ref().is_some_and(Experiment::can_be_stopped);
    assert!(can_be_stopped(&state));
    state.reduce(Action::Stop(Some(RunId(1))));
    assert!(can_be_stopped(&state));
    state.reduce(Action::Stop(None));
    assert!(!can_be_stopped(&state));
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
    let answers = vec![Answer {
        run: RunId(1),
        probabilities: vec![0.25, 0.75],
        calibrated: None,
        familiarity: None,
        milliseconds: 2.0,
    }];
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
    assert_eq!(state.news, "Transfer learning: Spoiled, 75\u{a0}%.");
    let effects = state.reduce(Action::Ask(QuestionId(6), "next.png".to_owned()));
    assert_eq!(effects[0], Effect::Revoke("blob:5".to_owned()));
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
