//! Why models answered as they did, and maps of all pictures.

use super::*;
use crate::session::{
    BlockPatches, ExplainedPicture, Explanation, Grain, HeatMap, MapMethod, MapQuality,
    MappedFeatures, NearestPictures, PictureMap,
};

const QUESTION: QuestionId = QuestionId(3);
const ASKED: ExplainedPicture = ExplainedPicture::Asked(QUESTION);

/// Both models have answered: the first names the second class.
fn answered() -> State {
    let mut state = racing();
    for run in [1, 2] {
        hear(&mut state, Event::RunEnded { run: RunId(run), result: result(Ending::Completed) });
    }
    state.reduce(Action::Ask(QUESTION, "a.png".to_owned()));
    answer(&mut state, QUESTION);
    state
}

fn answer(state: &mut State, question: QuestionId) -> Vec<Effect> {
    let answer = |run, probabilities: [f32; 2]| Answer {
        run: RunId(run),
        probabilities: probabilities.to_vec(),
        calibrated: None,
        familiarity: None,
        milliseconds: 1.0,
    };
    let answers = vec![answer(1, [0.2, 0.8]), answer(2, [0.9, 0.1])];
    let event = Event::Answered { question, thumbnail: Vec::new(), drawn_as: None, answers };
    state.reduce(Action::Heard { event, image: Some("blob:asked".to_owned()) })
}

fn explained(state: &mut State, run: u32, class: usize, image: &str) -> Vec<Effect> {
    let explanation = Box::new(Explanation {
        picture: ASKED,
        run: RunId(run),
        class,
        grain: Grain::Coarse,
        map: HeatMap { side: 1, cells: vec![1.0] },
        thirds: None,
    });
    let event = Event::Explained { explanation, overlay: Vec::new() };
    state.reduce(Action::Heard { event, image: Some(image.to_owned()) })
}

fn why(class: usize) -> Action {
    Action::Explain(Wish::Why(class))
}

fn revoked(image: &str) -> Effect {
    Effect::Revoke(image.to_owned())
}

#[test]
fn heat_maps_of_the_wanted_class_are_kept_and_others_let_go() {
    let mut state = answered();
    let effects = state.reduce(why(1));
    let explain = |class, grain| Command::Explain { picture: ASKED, class, grain };
    let nearest = Command::FindNearest { picture: ASKED };
    assert_eq!(sent(&effects), [&explain(1, Grain::Coarse), &nearest]);
    assert_eq!(explained(&mut state, 1, 1, "blob:one"), []);
    assert_eq!(explained(&mut state, 2, 1, "blob:two"), []);
    // One of another class came too late, one of the same again takes the place of the first.
    assert_eq!(explained(&mut state, 1, 0, "blob:late"), [revoked("blob:late")]);
    assert_eq!(explained(&mut state, 1, 1, "blob:new"), [revoked("blob:one")]);
    let shown = state.explanations.why.as_ref().expect("it is wanted");
    assert_eq!(shown.map_of(RunId(1)).map(|map| map.image.as_str()), Some("blob:new"));
    let effects = state.reduce(Action::Explain(Wish::Grain(Grain::Fine)));
    assert!(effects.contains(&revoked("blob:new")) && effects.contains(&revoked("blob:two")));
    assert!(sent(&effects).contains(&&explain(1, Grain::Fine)));
    assert_eq!(state.reduce(Action::Explain(Wish::EnoughWhy)), []);
    assert_eq!(state.explanations.why, None);
}

#[test]
fn nearest_pictures_stay_when_the_class_changes_and_are_sought_again_for_another_picture() {
    let mut state = answered();
    state.reduce(why(1));
    let runs = vec![NearestPictures { run: RunId(1), neighbours: Vec::new() }];
    hear(&mut state, Event::NearestFound { picture: ASKED, runs });
    let effects = state.reduce(why(0));
    assert_eq!(sent(&effects).len(), 1, "{effects:?}");
    let shown = state.explanations.why.as_ref().expect("it is wanted");
    assert!(shown.nearest_of(RunId(1)).is_some());
    // The next answer is explained too, as to what its first model names.
    let next = QuestionId(4);
    state.reduce(Action::Ask(next, "b.png".to_owned()));
    let effects = answer(&mut state, next);
    let picture = ExplainedPicture::Asked(next);
    let expected = Command::Explain { picture, class: 1, grain: Grain::Coarse };
    assert_eq!(sent(&effects), [&expected, &Command::FindNearest { picture }]);
    // What was found about the picture before is not shown.
    let runs = vec![NearestPictures { run: RunId(2), neighbours: Vec::new() }];
    hear(&mut state, Event::NearestFound { picture: ASKED, runs });
    assert!(state.explanations.why.as_ref().is_some_and(|why| why.nearest.is_empty()));
}

/// The camera asks again as soon as it is answered. A picture whose explanation has not come is not
/// overtaken by the next one, and what is shown stays until there is something else.
#[test]
fn what_the_camera_sees_is_explained_one_after_the_other() {
    let mut state = answered();
    let ask = |state: &mut State, question| state.reduce(Action::AskLive(QuestionId(question)));
    ask(&mut state, QUESTION.0);
    answer(&mut state, QUESTION);
    assert_eq!(sent(&state.reduce(why(1))).len(), 2);
    ask(&mut state, 4);
    // Of the picture before the one that is asked about now.
    assert_eq!(explained(&mut state, 1, 1, "blob:one"), []);
    let explains = |effects: &[Effect]| {
        effects.iter().any(|effect| matches!(effect, Effect::Send(Command::Explain { .. })))
    };
    let effects = answer(&mut state, QuestionId(4));
    assert!(!explains(&effects), "the second model's map is on its way: {effects:?}");
    explained(&mut state, 2, 1, "blob:two");
    ask(&mut state, 5);
    let effects = answer(&mut state, QuestionId(5));
    assert!(explains(&effects) && !effects.contains(&revoked("blob:one")), "{effects:?}");
    let shown = state.explanations.why.as_ref().expect("it is wanted");
    assert!(shown.map_of(RunId(1)).is_some() && shown.map_of(RunId(2)).is_some());
}

#[test]
fn nothing_is_explained_before_anything_was_answered_or_after_a_new_race_began() {
    let mut state = racing();
    assert_eq!(state.reduce(why(0)), []);
    let mut state = answered();
    state.reduce(why(1));
    explained(&mut state, 1, 1, "blob:one");
    let started =
        Event::ExperimentStarted { seed: 1, classes: Vec::new(), runs: Vec::new(), estimate: None };
    let effects = hear(&mut state, started);
    assert!(effects.contains(&revoked("blob:one")) && effects.contains(&revoked("blob:asked")));
    assert_eq!(state.explanations, Explanations::default());
}

fn map(features: MappedFeatures, progress: f64) -> Event {
    Event::PicturesMapped(Box::new(PictureMap {
        features,
        method: MapMethod::Neighbours,
        runs: Vec::new(),
        pictures: Vec::new(),
        total: 0,
        quality: MapQuality::Divergence(1.0),
        progress,
    }))
}

#[test]
fn a_map_is_asked_for_once_and_shown_as_far_as_it_has_come() {
    let mut state = answered();
    let before = MappedFeatures::Pretrained;
    let wish = |features| Action::Explain(Wish::Map(features, MapMethod::Neighbours));
    assert_eq!(sent(&state.reduce(wish(before))).len(), 1);
    assert!(state.explanations.atlas.is_pending() && state.explanations.atlas.map().is_none());
    hear(&mut state, map(before, 0.3));
    assert!(state.explanations.atlas.is_pending());
    hear(&mut state, map(before, 1.0));
    let atlas = &state.explanations.atlas;
    assert!(!atlas.is_pending() && atlas.map().is_some_and(|map| map.progress == 1.0));
    let after = MappedFeatures::Run(RunId(2));
    assert_eq!(sent(&state.reduce(wish(after))).len(), 1);
    assert!(state.explanations.atlas.map().is_none());
    // The one before is still there.
    assert_eq!(state.reduce(wish(before)), []);
    assert!(state.explanations.atlas.map().is_some());
}

#[test]
fn a_refusal_is_shown_where_it_belongs_and_a_lost_engine_explains_nothing() {
    let mut state = answered();
    state.reduce(why(1));
    state.reduce(Action::Explain(Wish::Map(MappedFeatures::Pretrained, MapMethod::Principal)));
    let refuse = |state: &mut State, picture| {
        let refusal = Refusal { reason: "No.".to_owned(), remedy: "Train.".to_owned() };
        hear(state, Event::ExplanationRefused { picture, refusal });
    };
    refuse(&mut state, Some(ExplainedPicture::Asked(QuestionId(99))));
    assert!(state.explanations.why.as_ref().is_some_and(|why| why.refused.is_none()));
    refuse(&mut state, Some(ASKED));
    assert!(state.explanations.why.as_ref().is_some_and(|why| why.refused.is_some()));
    assert!(state.explanations.atlas.is_pending());
    state.reduce(Action::EngineLost(Breakdown::from("gone".to_owned())));
    assert!(!state.explanations.atlas.is_pending());
}

#[test]
fn patches_of_another_block_are_not_shown() {
    let mut state = answered();
    let effects = state.reduce(Action::Explain(Wish::Block(4)));
    assert_eq!(sent(&effects), [&Command::FindPatches { block: 4 }]);
    let features = MappedFeatures::Pretrained;
    let found = |block| {
        let patches = BlockPatches { block, features, channels: vec![Vec::new(); 3] };
        Event::PatchesFound(Box::new(patches))
    };
    hear(&mut state, found(9));
    assert_eq!(state.explanations.patches.of(features), None);
    hear(&mut state, found(4));
    state.reduce(Action::Explain(Wish::Channel(2)));
    let patches = &state.explanations.patches;
    assert!(patches.of(features).is_some() && patches.channel == 2);
    state.reduce(Action::Explain(Wish::Block(5)));
    let patches = &state.explanations.patches;
    assert!(patches.of(features).is_none() && patches.channel == 0);
}

#[test]
fn nearest_pictures_of_one_on_the_map_are_those_of_the_one_that_was_chosen_last() {
    let mut state = answered();
    let choose = |picture| Action::Explain(Wish::Nearest(PictureId(picture)));
    state.reduce(choose(3));
    let effects = state.reduce(choose(4));
    let picture = ExplainedPicture::Given(PictureId(4));
    assert_eq!(sent(&effects), [&Command::FindNearest { picture }]);
    let found = |picture| {
        let runs = vec![NearestPictures { run: RunId(1), neighbours: Vec::new() }];
        Event::NearestFound { picture: ExplainedPicture::Given(PictureId(picture)), runs }
    };
    hear(&mut state, found(3));
    let count = |state: &State| state.explanations.nearest.as_ref().map(|(_, runs)| runs.len());
    assert_eq!(count(&state), Some(0));
    hear(&mut state, found(4));
    assert_eq!(count(&state), Some(1));
}

#[test]
fn maps_are_of_the_features_before_and_of_what_was_thawed() {
    let state = answered();
    let experiment = state.experiment.as_ref().expect("it ran");
    let features: Vec<_> = mappable(experiment).into_iter().map(|(features, _)| features).collect();
    let after = MappedFeatures::Run(RunId(2));
    assert_eq!(features, [MappedFeatures::Pretrained, after]);
    // The new head reads the pretrained features.
    assert_eq!(marked_run(experiment, MappedFeatures::Pretrained), Some(RunId(1)));
    assert_eq!(marked_run(experiment, after), Some(RunId(2)));
}

#[test]
fn what_is_explained_already_stays_when_the_engine_breaks_off() {
    let mut state = answered();
    state.reduce(why(1));
    explained(&mut state, 1, 1, "blob:one");
    explained(&mut state, 2, 1, "blob:two");
    let runs = vec![NearestPictures { run: RunId(1), neighbours: Vec::new() }];
    hear(&mut state, Event::NearestFound { picture: ASKED, runs });
    state.reduce(Action::EngineLost(Breakdown::from("gone".to_owned())));
    let shown = state.explanations.why.as_ref().expect("it is wanted");
    assert_eq!((shown.refused.as_ref(), shown.maps.len()), (None, 2));
}
