//! What a study shows of its trials.

use super::*;
use crate::session::{Candidate, Depth, Ending, Figure, RunResult, Score, TestAnswer, Trial, Unit};

/// An advice to thaw everything, chosen from that, four blocks and the head alone.
pub(in crate::ui) fn advice() -> Advice {
    let candidate = |cut| Candidate {
        strategy: Strategy::for_cut(cut),
        held_out: None,
        lead: 0.0,
        chance: 0.5,
    };
    let reason =
        || Figure { name: String::new(), way: None, value: 0.5, unit: Unit::Share, interval: None };
    Advice {
        strategy: Strategy::for_cut(Cut::Everything),
        confidence: 0.5,
        reasons: [reason(), reason()],
        words: String::new(),
        candidates: [Cut::HeadOnly, Cut::LastBlocks(4), Cut::Everything].map(candidate).into(),
        seconds: 0.0,
    }
}

/// A study that has tried nothing so far, with the seeds 7 and 8.
pub(in crate::ui) fn study() -> Study {
    Study {
        stage: StudyStage::Going,
        seeds: vec![7, 8],
        folds: 2,
        progress: StudyProgress { done: 0, total: 9, seconds: 0.0, seconds_left: None },
        cards: Rc::default(),
        rows: Rc::default(),
        curves: StudyCurves::default(),
        advice: None,
        refused: None,
        strategies: [Cut::HeadOnly, Cut::Everything].map(Strategy::for_cut),
        alive: true,
    }
}

/// A trial that named so many of four test pictures rightly.
pub(in crate::ui) fn row(
    cut: Cut,
    repetition: Repetition,
    pictures_a_class: Option<usize>,
    right: u32,
) -> TrialRow {
    let strategy = Strategy::for_cut(cut);
    let score = Score { correct: 0, count: 4, loss: 1.0 };
    let answer = |picture| TestAnswer { picture, label: 1, answer: u16::from(picture < right) };
    TrialRow {
        trial: Trial { strategy, repetition, pictures_a_class, depth: Depth::Scored },
        training_pictures: 12,
        result: RunResult {
            ending: Ending::Completed,
            best_epoch: 1,
            validation: score,
            test: score,
            seconds: 0.0,
        },
        epochs: Vec::new(),
        steps: 0,
        gradients: Vec::new(),
        answers: (0..4).map(answer).collect(),
        examination: None,
        operations: 0,
        memory: 0,
    }
}

#[test]
fn an_advice_is_held_against_the_whole_trials_of_its_own_repetition_alone() {
    let mut state = State { study: Some(study()), ..State::default() };
    let own = Repetition { seed: 7, fold: 0 };
    let at_once = |mut row: TrialRow| {
        row.trial.strategy = row.trial.strategy.at_once();
        row
    };
    let with_a_rate_of_its_own = |mut row: TrialRow| {
        row.trial.strategy.unfrozen_rate *= 2.0;
        row
    };
    let rows = [
        row(Cut::HeadOnly, own, None, 3),
        row(Cut::Everything, own, None, 2),
        // Each of these the advice has learned from, or is no candidate.
        row(Cut::HeadOnly, Repetition { fold: 1, ..own }, None, 0),
        row(Cut::HeadOnly, Repetition { seed: 8, ..own }, None, 0),
        row(Cut::HeadOnly, own, Some(2), 0),
        at_once(row(Cut::Everything, own, None, 4)),
        row(Cut::LastBlocks(12), own, None, 4),
        with_a_rate_of_its_own(row(Cut::LastBlocks(4), own, None, 4)),
    ];
    for row in rows {
        state.study_heard(Event::TrialEnded(Box::new(row)));
    }
    let outcomes = state.study.as_ref().map(|study| study.outcomes(&advice()));
    let hits = |correct| Hits { correct, count: 4 };
    let expected = vec![(Cut::HeadOnly, hits(3)), (Cut::Everything, hits(2))];
    assert_eq!(outcomes, Some(expected));
}
