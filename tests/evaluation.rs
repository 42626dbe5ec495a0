//! What a session says of trained models once their runs have ended.

mod common;

use std::collections::BTreeSet;

use common::files::{add_class, add_picture, file, two_classes};
use common::office::Office;
use common::{after, lane, session, settle, short, work_until};
use headstart::data::{Scene, draw};
use headstart::session::{
    Answer, Command, Cut, Evaluation, Event, Missing, PictureId, QuestionId, RunId, RunResult,
    SampleTask, Strategy, SuspectedLabel,
};

fn train(cuts: &[Cut]) -> Command {
    let lanes = cuts.iter().enumerate().map(|(run, &cut)| lane(run as u32, short(cut))).collect();
    Command::Train { lanes, seed: 1 }
}

fn evaluations(events: &[Event]) -> Vec<Evaluation> {
    let evaluations = events.iter().filter_map(|event| match event {
        Event::Evaluated(evaluation) => Some((**evaluation).clone()),
        _ => None,
    });
    evaluations.collect()
}

fn evaluated(events: &[Event]) -> Evaluation {
    let [evaluation] = &evaluations(events)[..] else { panic!("one evaluation: {events:?}") };
    evaluation.clone()
}

/// The results of runs, in the order of their ids.
fn results(events: &[Event]) -> Vec<(RunId, RunResult)> {
    let mut results: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::RunEnded { run, result } => Some((*run, result.clone())),
            _ => None,
        })
        .collect();
    results.sort_by_key(|(run, _)| *run);
    results
}

#[test]
fn both_models_are_evaluated_on_the_test_pictures_and_agree_with_the_race() {
    let mut session = session();
    let drawn = after(&mut session, [Command::DrawSample { task: SampleTask::Fruit, seed: 1 }]);
    let pictures: BTreeSet<PictureId> = drawn
        .iter()
        .filter_map(|event| match event {
            Event::PictureAdded { picture, .. } => Some(*picture),
            _ => None,
        })
        .collect();
    let events = after(&mut session, [train(&[Cut::HeadOnly, Cut::LastBlocks(1)])]);
    assert!(matches!(events.last(), Some(Event::Evaluated(_))), "it comes last");
    let evaluation = evaluated(&events);
    assert_eq!(evaluation.unknown, [SampleTask::Fabric, SampleTask::Glyphs]);
    assert_eq!(evaluation.runs.len(), 2);
    for (run, (id, result)) in evaluation.runs.iter().zip(results(&events)) {
        assert_eq!(run.run, id);
        let right = run.answers.iter().filter(|tested| tested.is_right()).count();
        assert_eq!((right, run.answers.len()), (result.test.correct, result.test.count));
        assert_eq!(run.confusion.total(), result.test.count);
        assert!((run.accuracy.expect("pictures").estimate - result.test.accuracy()).abs() < 1e-12);
        assert_eq!(
            run.balanced_accuracy.expect("pictures").estimate,
            run.confusion.balanced_accuracy()
        );
        // No picture is asked about twice, and each is one of the task's.
        let asked: BTreeSet<PictureId> = run.answers.iter().map(|tested| tested.picture).collect();
        assert_eq!(asked.len(), run.answers.len());
        assert!(asked.is_subset(&pictures));

        assert_eq!(run.mistakes.len(), run.answers.len() - right);
        let sureness = run.mistakes.iter().map(|&place| {
            assert!(!run.answers[place].is_right());
            run.answers[place].probability
        });
        let sureness: Vec<f32> = sureness.collect();
        assert!(sureness.windows(2).all(|pair| pair[0] >= pair[1]), "{sureness:?}");
        assert!(run.suspects.windows(2).all(|pair| pair[0].margin >= pair[1].margin));

        let calibration = run.calibration.as_ref().expect("pictures enough");
        let binned: usize = calibration.bins.iter().map(|bin| bin.count).sum();
        assert_eq!(binned, run.answers.len());
        let none = run.none_of_these.expect("pictures enough");
        let unknown = none.unknown.expect("strangers were drawn");
        assert_eq!((unknown.known, unknown.unknown), (run.answers.len(), 48));
        let refused = run.answers.iter().filter(|tested| tested.is_refused && tested.is_right());
        let share = none.right_refused.expect("some are right").estimate;
        assert!((share - refused.count() as f64 / right as f64).abs() < 1e-12);
    }
}

#[test]
fn softened_answers_are_the_same_answers() {
    let mut session = session();
    let task = SampleTask::Fabric;
    let events =
        after(&mut session, [Command::DrawSample { task, seed: 1 }, train(&[Cut::HeadOnly])]);
    let run = &evaluated(&events).runs[0];
    let temperature = run.temperature.expect("some validation picture is named wrongly");
    for tested in &run.answers {
        // A larger temperature takes sureness from every answer, a smaller one gives some.
        let has_lost = tested.calibrated <= tested.probability;
        assert!(has_lost == (temperature >= 1.0) || tested.calibrated == tested.probability);
    }
}

#[test]
fn whoever_trains_a_model_its_evaluation_is_the_same() {
    let evaluation = |assistants| {
        let mut office = Office::with(assistants);
        office.draw();
        office.finish(train(&[Cut::HeadOnly, Cut::LastBlocks(1)]));
        evaluated(&office.heard)
    };
    assert_eq!(evaluation(0), evaluation(2));
}

#[test]
fn another_experiment_takes_the_place_of_an_evaluation_in_the_making() {
    let mut session = session();
    after(&mut session, two_classes(6));
    session.submit(train(&[Cut::HeadOnly]));
    work_until(&mut session, |event| matches!(event, Event::ExperimentEnded { .. }));
    let lanes = vec![lane(7, short(Cut::HeadOnly))];
    let events = after(&mut session, [Command::Train { lanes, seed: 1 }]);
    let evaluation = evaluated(&events);
    assert_eq!(evaluation.runs.iter().map(|run| run.run).collect::<Vec<_>>(), [RunId(7)]);
}

#[test]
fn models_are_evaluated_before_anything_is_estimated_and_after_questions() {
    let mut session = session();
    after(&mut session, two_classes(6));
    session.submit(train(&[Cut::HeadOnly]));
    work_until(&mut session, |event| matches!(event, Event::ExperimentEnded { .. }));
    let estimate = Command::Estimate { lanes: vec![lane(9, short(Cut::LastBlocks(1)))], seed: 1 };
    let question = QuestionId(1);
    let asked = Command::AskDrawn { question, task: SampleTask::Fruit, seed: 3 };
    let events = after(&mut session, [estimate, asked]);
    let kinds: Vec<&str> = events
        .iter()
        .filter_map(|event| match event {
            Event::Answered { .. } => Some("answer"),
            Event::Evaluated(_) => Some("evaluation"),
            Event::Estimated(_) => Some("estimate"),
            _ => None,
        })
        .collect();
    // The question lets the estimate go, as any command does that changes what is to be done.
    assert_eq!(kinds, ["answer", "evaluation"]);
}

#[test]
fn a_run_that_failed_is_not_evaluated_and_without_any_model_nothing_is() {
    let mut session = session();
    after(&mut session, two_classes(5));
    session.submit(train(&[Cut::HeadOnly]));
    work_until(&mut session, |event| matches!(event, Event::ExperimentStarted { .. }));
    session.submit(Command::StopRun { run: RunId(0) });
    assert_eq!(evaluations(&settle(&mut session)), []);
}

#[test]
fn a_handful_of_pictures_gives_counts_and_says_what_is_missing_for_the_rest() {
    let mut session = session();
    after(&mut session, two_classes(5));
    let events = after(&mut session, [train(&[Cut::HeadOnly])]);
    let run = &evaluated(&events).runs[0];
    // One of five pictures of each class.
    assert_eq!(run.answers.len(), 2);
    let few = Missing::TooFew { needed: 10, found: 2 };
    assert_eq!(run.temperature, Err(few));
    assert_eq!(run.calibration, Err(few));
    assert_eq!(run.calibrated, Err(few));
    assert_eq!(run.none_of_these, Err(few));
    assert!(run.accuracy.is_ok() && run.answers.iter().all(|tested| !tested.is_refused));
    assert!(run.answers.iter().all(|tested| tested.probability == tested.calibrated));
}

/// Pictures of each of two classes.
const A_CLASS: u32 = 24;

/// Those that are put into the other class.
const PLANTED: [u32; 8] = [0, 5, 10, 15, 100, 105, 110, 115];

/// Whether each suspect is one of the planted pictures, the surest first.
fn suspects(task: SampleTask, seed: u64) -> Vec<bool> {
    let mut session = session();
    let mut commands = vec![add_class(0, "first"), add_class(1, "second")];
    for (class, number) in (0..2).flat_map(|class| (0..A_CLASS).map(move |number| (class, number)))
    {
        let picture = 100 * class + number;
        let label = if PLANTED.contains(&picture) { 1 - class } else { class };
        let bytes = file(task, class as usize, number as usize);
        commands.push(add_picture(picture, label, bytes));
    }
    after(&mut session, commands);
    let lanes = vec![lane(0, Strategy::for_cut(Cut::HeadOnly))];
    let events = after(&mut session, [Command::Train { lanes, seed }]);
    let run = &evaluated(&events).runs[0];
    let is_planted = |suspect: &SuspectedLabel| {
        assert_ne!(suspect.label, suspect.likely);
        PLANTED.contains(&suspect.picture.0)
    };
    run.suspects.iter().map(is_planted).collect()
}

#[test]
fn pictures_that_were_put_into_the_wrong_class_are_suspected_first() {
    let mut all = Vec::new();
    for seed in 1..=4 {
        let fruit = suspects(SampleTask::Fruit, seed);
        assert_eq!(fruit.first(), Some(&true), "seed {seed}: {fruit:?}");
        all.extend(fruit);
        all.extend(suspects(SampleTask::Fabric, seed));
    }
    let planted = all.iter().filter(|is_planted| **is_planted).count() as f64;
    let by_chance = PLANTED.len() as f64 / f64::from(2 * A_CLASS);
    // Three times as often as among all pictures.
    assert!(planted / all.len() as f64 > 3.0 * by_chance, "{planted} of {}", all.len());
}

#[test]
fn a_picture_of_another_task_is_answered_with_none_of_these() {
    let mut session = session();
    let task = SampleTask::Fruit;
    after(&mut session, [Command::DrawSample { task, seed: 1 }]);
    session.submit(train(&[Cut::HeadOnly]));
    work_until(&mut session, |event| matches!(event, Event::ExperimentEnded { .. }));
    let asked = |task, seed| Command::AskDrawn { question: QuestionId(seed as u32), task, seed };
    let answer = |events: &[Event]| -> Answer {
        let answers = events.iter().find_map(|event| match event {
            Event::Answered { answers, .. } => Some(answers),
            _ => None,
        });
        answers.and_then(|answers| answers.first()).expect("one model answers").clone()
    };
    session.submit(asked(task, 100));
    let early = answer(&work_until(&mut session, |event| matches!(event, Event::Answered { .. })));
    assert_eq!((early.calibrated, early.familiarity), (None, None), "it is not evaluated yet");
    settle(&mut session);
    let is_none =
        |answer: &Answer| answer.familiarity.expect("a threshold is known").is_none_of_these();
    let mut refused = [0, 0];
    for seed in 100..110 {
        let own = answer(&after(&mut session, [asked(task, seed)]));
        let sum: f32 = own.calibrated.iter().flatten().sum();
        assert!(own.calibrated.is_none() || (sum - 1.0).abs() < 1e-5);
        refused[0] += usize::from(is_none(&own));
        let other = answer(&after(&mut session, [asked(SampleTask::Fabric, seed)]));
        refused[1] += usize::from(is_none(&other));
    }
    // Five per cent of the own pictures are to be given up: with a chance of one in a thousand more
    // than three of ten are. Of the others most are to be refused.
    assert!(refused[0] <= 3 && refused[1] >= 8, "{refused:?}");
    assert_eq!(draw(task, Scene::Usual, 1).classes().len(), early.probabilities.len());
}
