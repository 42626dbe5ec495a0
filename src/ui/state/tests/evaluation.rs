//! The answers of trained models, and how often their test score was looked at.

use super::*;
use crate::session::{Confusion, Evaluation, Missing, RunEvaluation};

/// An evaluation that says nothing of this run.
fn evaluation(run: u32) -> Event {
    let missing = || Missing::TooFew { needed: 10, found: 4 };
    let run = RunEvaluation {
        run: RunId(run),
        answers: Vec::new(),
        confusion: Confusion::default(),
        accuracy: Err(missing()),
        balanced_accuracy: Err(missing()),
        classes: Vec::new(),
        temperature: Err(missing()),
        calibration: Err(missing()),
        calibrated: Err(missing()),
        mistakes: Vec::new(),
        suspects: Vec::new(),
        none_of_these: Err(missing()),
    };
    Event::Evaluated(Box::new(Evaluation { runs: vec![run], unknown: Vec::new() }))
}

/// Another experiment begins on what is there.
fn begin(state: &mut State) {
    let (classes, runs) = (Vec::new(), Vec::new());
    hear(state, Event::ExperimentStarted { seed: 1, classes, runs, estimate: None });
}

fn end(state: &mut State, run: u32) {
    hear(state, Event::RunEnded { run: RunId(run), result: result(Ending::Completed) });
}

#[test]
fn an_experiment_is_one_look_at_the_test_score_however_many_lanes_it_has() {
    let mut state = racing();
    assert_eq!(state.answers.looks, 0);
    end(&mut state, 1);
    assert_eq!(state.answers.looks, 1);
    end(&mut state, 2);
    assert_eq!(state.answers.looks, 1);
    begin(&mut state);
    assert_eq!(state.answers.looks, 1);
    end(&mut state, 1);
    assert_eq!(state.answers.looks, 2);
}

#[test]
fn looks_are_counted_on_as_long_as_a_picture_is_left_of_the_data_set() {
    let mut state = racing();
    end(&mut state, 1);
    state.reduce(Action::RemoveClass(state.pictures.classes[0].id));
    begin(&mut state);
    assert_eq!(state.answers.looks, 1);
    state.reduce(Action::RemoveClass(state.pictures.classes[0].id));
    state.reduce(Action::Offer(Place::Page, offered(20, &[("new.png", Some("New"))])));
    begin(&mut state);
    assert_eq!(state.answers.looks, 0);
}

#[test]
fn scores_are_of_earlier_labels_once_a_picture_lies_elsewhere_and_not_when_it_is_back() {
    let mut state = racing();
    let classes = [state.pictures.classes[0].id, state.pictures.classes[1].id];
    let changed = |state: &State| state.answers.changed(&state.pictures);
    assert_eq!(changed(&state), 0);
    state.reduce(Action::MovePicture(PictureId(1), classes[1]));
    assert_eq!(changed(&state), 1);
    assert_eq!(state.pictures.whereabouts(PictureId(1)).map(|(class, _)| class), Some(classes[1]));
    state.reduce(Action::RemovePicture(PictureId(6)));
    assert_eq!(changed(&state), 2);
    assert_eq!(state.pictures.whereabouts(PictureId(6)), None);
    state.reduce(Action::Offer(Place::Class(classes[0]), offered(30, &[("late.png", None)])));
    assert_eq!(changed(&state), 3);
    state.reduce(Action::MovePicture(PictureId(1), classes[0]));
    assert_eq!(changed(&state), 2);
    begin(&mut state);
    assert_eq!(changed(&state), 0);
}

#[test]
fn what_is_known_of_the_test_stays_closed_until_it_is_opened_and_closes_with_the_next_experiment() {
    let mut state = racing();
    end(&mut state, 1);
    hear(&mut state, evaluation(1));
    assert!(matches!(&state.answers.found, Some(Ok(found)) if found.runs[0].run == RunId(1)));
    assert!(!state.answers.is_open);
    state.reduce(Action::OpenTest);
    assert!(state.answers.is_open);
    begin(&mut state);
    assert!(!state.answers.is_open);
    assert_eq!(state.answers.found, None);
}

#[test]
fn answers_stay_on_the_page_when_the_engine_is_lost_and_late_ones_are_not_taken() {
    let mut state = racing();
    hear(&mut state, evaluation(1));
    state.reduce(Action::EngineLost("It ran out of memory.".to_owned().into()));
    hear(&mut state, evaluation(2));
    assert!(matches!(&state.answers.found, Some(Ok(found)) if found.runs[0].run == RunId(1)));
}

#[test]
fn training_again_trains_the_lanes_that_were_trained() {
    let state = racing();
    let experiment = state.experiment.as_ref().expect("it runs");
    assert_eq!(experiment.sides(), Some(Sides::Both));
    let alone = Experiment { lanes: experiment.lanes[..1].to_vec(), ..experiment.clone() };
    assert_eq!(alone.sides(), Some(Sides::Only(Side::Cold)));
    assert_eq!(Experiment { lanes: Vec::new(), ..alone }.sides(), None);
}
