//! What training would take: when the engine is asked, and what the page makes of the answer.

use super::*;
use crate::session::{Estimate, LaneEstimate};

fn estimate(seconds: f64) -> Estimate {
    let lane = |unfrozen_seconds| LaneEstimate {
        head_seconds: 0.5,
        unfrozen_seconds,
        test_seconds: 0.0,
        memory: 9_000_000,
    };
    Estimate {
        feature_seconds: 0.25,
        engines: 2,
        lanes: vec![lane(0.0), lane(seconds)],
        seconds: seconds + 0.75,
        memory: 20_000_000,
    }
}

/// The lanes of the estimates that were asked for.
fn asked(effects: &[Effect]) -> Vec<Vec<Strategy>> {
    let lanes = sent(effects).into_iter().filter_map(|command| match command {
        Command::Estimate { lanes, .. } => {
            Some(lanes.iter().map(|lane| lane.strategy.clone()).collect())
        }
        _ => None,
    });
    lanes.collect()
}

fn asks_soon(effects: &[Effect]) -> bool {
    effects.contains(&Effect::AskAheadSoon)
}

#[test]
fn nothing_is_asked_before_training_could_start() {
    let mut state = ready();
    assert_eq!(state.forecast(), &Forecast::Nothing);
    assert_eq!(state.reduce(Action::AskAhead), []);
    assert!(!asks_soon(&state.reduce(Action::Set(Setting::CutPosition(2)))));
}

#[test]
fn both_lanes_are_asked_for_once_nothing_has_changed_for_a_while() {
    let mut state = filled();
    assert_eq!(state.forecast(), &Forecast::Pending);
    let both = |state: &State| Side::BOTH.map(|side| state.settings.strategy(side)).to_vec();
    assert_eq!(asked(&state.reduce(Action::AskAhead)), [both(&state)]);
    assert_eq!(state.reduce(Action::AskAhead), [], "it was asked");
    hear(&mut state, Event::Estimated(estimate(3.0)));
    assert_eq!(state.forecast(), &Forecast::Known(estimate(3.0)));
    assert_eq!(state.forecast().lane(Side::Warm).map(|lane| lane.seconds()), Some(3.5));
    assert_eq!(state.news, "Training both is predicted to take about 3.8\u{a0}s.");
}

#[test]
fn a_change_of_cut_epochs_or_pictures_is_asked_about_again() {
    let changes = [
        Action::Set(Setting::CutPosition(18)),
        Action::Set(Setting::Epochs(Side::Cold, 3)),
        Action::RemoveClass(filled().pictures.classes[0].id),
    ];
    for (change, can_train) in changes.into_iter().zip([true, true, false]) {
        let mut state = filled();
        state.reduce(Action::AskAhead);
        hear(&mut state, Event::Estimated(estimate(3.0)));
        assert_eq!(asks_soon(&state.reduce(change)), can_train);
        let expected = if can_train { Forecast::Pending } else { Forecast::Nothing };
        assert_eq!(state.forecast(), &expected);
    }
}

#[test]
fn what_changes_nothing_is_not_asked_about_again() {
    let mut state = filled();
    state.reduce(Action::AskAhead);
    hear(&mut state, Event::Estimated(estimate(3.0)));
    let class = state.pictures.classes[0].id;
    for action in [
        Action::Set(Setting::Seed(9)),
        Action::RenameClass(class, "Fresh".to_owned()),
        Action::AddClass,
    ] {
        assert!(!asks_soon(&state.reduce(action)));
    }
    assert_eq!(state.forecast(), &Forecast::Known(estimate(3.0)));
}

#[test]
fn an_answer_to_what_was_set_before_is_passed_over() {
    let mut state = filled();
    state.reduce(Action::AskAhead);
    state.reduce(Action::Set(Setting::CutPosition(18)));
    hear(&mut state, Event::Estimated(estimate(3.0)));
    assert_eq!(state.forecast(), &Forecast::Pending);
}

#[test]
fn what_the_engine_let_go_for_a_later_command_is_asked_again() {
    let mut state = filled();
    state.reduce(Action::AskAhead);
    let class = state.pictures.classes[0].id;
    let effects = state.reduce(Action::RenameClass(class, "Fresh".to_owned()));
    assert!(matches!(sent(&effects)[..], [Command::RenameClass { .. }]));
    assert!(asks_soon(&effects));
    assert_eq!(asked(&state.reduce(Action::AskAhead)).len(), 1);
}

#[test]
fn why_nothing_can_be_predicted_is_kept_until_something_changes() {
    let mut state = filled();
    state.reduce(Action::AskAhead);
    let refusal = Refusal { reason: "Too much.".to_owned(), remedy: "Thaw less.".to_owned() };
    hear(&mut state, Event::EstimateRefused(refusal.clone()));
    assert_eq!(state.forecast(), &Forecast::Refused(refusal));
    state.reduce(Action::Set(Setting::CutPosition(1)));
    assert_eq!(state.forecast(), &Forecast::Pending);
}

#[test]
fn what_was_predicted_of_a_race_stays_beside_what_it_took() {
    let mut state = racing();
    let Some(experiment) = &state.experiment else { panic!("there is a race") };
    let plans = experiment.lanes.iter().map(|lane| RunPlan {
        run: lane.run,
        strategy: lane.strategy.clone(),
        parameters_trained: 10,
        parameters_total: 100,
    });
    let started = Event::ExperimentStarted {
        seed: 1,
        classes: experiment.classes.to_vec(),
        runs: plans.collect(),
        estimate: Some(estimate(3.0)),
    };
    hear(&mut state, started);
    for run in [RunId(1), RunId(2)] {
        hear(&mut state, Event::RunEnded { run, result: result(Ending::Completed) });
    }
    hear(&mut state, Event::ExperimentEnded { seconds: 4.0, memory: Some(21_000_000) });
    state.reduce(Action::Set(Setting::CutPosition(18)));
    let experiment = state.experiment.expect("there is a race");
    let predicted: Vec<Option<f64>> =
        experiment.lanes.iter().map(|lane| Some(lane.estimate?.seconds())).collect();
    assert_eq!(predicted, [Some(0.5), Some(3.5)]);
    assert_eq!(experiment.taken, Some(Taken { seconds: 4.0, memory: Some(21_000_000) }));
    assert_eq!(experiment.estimate, Some(estimate(3.0)));
}

#[test]
fn a_fresh_engine_is_asked_afresh() {
    let mut state = filled();
    state.reduce(Action::AskAhead);
    hear(&mut state, Event::Estimated(estimate(3.0)));
    state.reduce(Action::EngineLost("gone".to_owned().into()));
    assert_eq!(state.forecast(), &Forecast::Nothing);
}
