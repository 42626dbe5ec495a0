//! A changed log changes the cards that are computed from what changed, and no others.

use super::log::answers;
use super::*;
use crate::compare::{Examination, Figure, TrialRow};
use crate::model::Cut;
use crate::train::Strategy;

/// A change to a log, and the cards that it changes.
struct Change {
    name: &'static str,
    make: fn(&mut StudyLog),
    changes: &'static [Difference],
}

/// The rows of a strategy on so many pictures a class.
fn rows_of(
    log: &mut StudyLog,
    strategy: fn(&StudyLog) -> Strategy,
    size: Option<usize>,
) -> impl Iterator<Item = &mut TrialRow> {
    let strategy = strategy(log);
    log.rows
        .iter_mut()
        .filter(move |row| row.trial.strategy == strategy && row.trial.pictures_a_class == size)
}

fn transfer(log: &StudyLog) -> Strategy {
    log.study.transfer.clone()
}

fn tuned(log: &StudyLog) -> Strategy {
    log.study.fine_tuning.clone()
}

fn at_once(log: &StudyLog) -> Strategy {
    log.study.fine_tuning.at_once()
}

fn everything(log: &StudyLog) -> Strategy {
    Strategy { cut: Cut::Everything, ..log.study.fine_tuning.clone() }
}

/// Gives the rows of a strategy other answers, as [`answers`] makes them of these two numbers.
fn answer_otherwise(
    log: &mut StudyLog,
    strategy: fn(&StudyLog) -> Strategy,
    size: Option<usize>,
    [right, classes]: [usize; 2],
) {
    rows_of(log, strategy, size)
        .for_each(|row| row.answers = answers(row.trial.repetition.seed, right, classes));
}

/// What was seen of the models of a strategy.
fn seen(
    log: &mut StudyLog,
    strategy: fn(&StudyLog) -> Strategy,
) -> impl Iterator<Item = &mut Examination> {
    rows_of(log, strategy, None).filter_map(|row| row.examination.as_mut())
}

const CHANGES: [Change; 26] = [
    Change {
        name: "the head-only backbone moved",
        make: |log| seen(log, transfer).for_each(|seen| seen.changes[3].moved = 0.1),
        changes: &[Difference::Definition],
    },
    Change {
        name: "the fine-tuned backbone moved further",
        make: |log| seen(log, tuned).for_each(|seen| seen.changes[15].moved = 1.9),
        changes: &[Difference::Definition, Difference::Layers],
    },
    Change {
        name: "other answers after one picture a class",
        make: |log| answer_otherwise(log, tuned, Some(1), [7, 3]),
        changes: &[Difference::DatasetSize],
    },
    Change {
        name: "other answers after half of the pictures",
        make: |log| answer_otherwise(log, tuned, Some(4), [8, 3]),
        changes: &[Difference::DatasetSize, Difference::UseCases],
    },
    Change {
        name: "other answers with everything thawed",
        make: |log| answer_otherwise(log, everything, None, [4, 3]),
        changes: &[Difference::Layers],
    },
    Change {
        name: "another learning rate in the first seed",
        make: |log| log.rows[1].epochs[1].head_rate = 0.1,
        changes: &[Difference::Process],
    },
    Change {
        name: "longer gradients in the first seed",
        make: |log| log.rows[1].gradients[1].norms[2] = 9.0,
        changes: &[Difference::Process],
    },
    Change {
        name: "more steps in the first seed",
        make: |log| log.rows[0].steps += 1,
        changes: &[Difference::Process],
    },
    Change {
        name: "other seconds",
        make: |log| rows_of(log, tuned, None).for_each(|row| row.result.seconds += 1.0),
        changes: &[Difference::Cost],
    },
    Change {
        name: "other operations",
        make: |log| rows_of(log, transfer, None).for_each(|row| row.operations += 1_000_000),
        changes: &[Difference::Cost],
    },
    Change {
        name: "another time of looking at the pictures",
        make: |log| log.feature_seconds += 0.1,
        changes: &[Difference::Cost],
    },
    Change {
        name: "more pictures to look at",
        make: |log| log.pictures += 1,
        changes: &[Difference::Cost],
    },
    Change {
        name: "more memory",
        make: |log| rows_of(log, tuned, None).for_each(|row| row.memory += 1_000),
        changes: &[Difference::Cost],
    },
    Change {
        name: "more pictures to learn from",
        make: |log| rows_of(log, tuned, None).for_each(|row| row.training_pictures += 3),
        changes: &[Difference::DatasetSize, Difference::UseCases],
    },
    Change {
        name: "another drawn task",
        make: |log| log.samples[1].known = 0.2,
        changes: &[Difference::Flexibility],
    },
    Change {
        name: "another gain on a drawn task",
        make: |log| log.samples[0].fine_tuning -= 0.3,
        changes: &[Difference::Flexibility],
    },
    Change {
        name: "more overlap of the classes",
        make: |log| log.distance.overlap = Some(0.25),
        changes: &[Difference::Flexibility],
    },
    Change {
        name: "better frozen features",
        make: |log| log.distance.nearest_mean = 0.85,
        changes: &[Difference::Flexibility, Difference::UseCases],
    },
    Change {
        name: "the same pictures taken for another wrong class",
        make: |log| {
            let answers = rows_of(log, tuned, None).flat_map(|row| &mut row.answers);
            let wrong = answers.filter(|answer| !answer.is_right());
            wrong.for_each(|answer| answer.answer = (answer.label + 2) % 3);
        },
        changes: &[Difference::Performance],
    },
    Change {
        name: "other answers to changed pictures",
        make: |log| seen(log, tuned).for_each(|seen| seen.corrupted[4].hits.correct += 1),
        changes: &[Difference::Generalisation],
    },
    Change {
        name: "other answers in the new setting",
        make: |log| seen(log, transfer).for_each(|seen| seen.new_setting[7].hits.correct = 1),
        changes: &[Difference::Generalisation],
    },
    Change {
        name: "other answers when thawed at once",
        make: |log| answer_otherwise(log, at_once, None, [7, 3]),
        changes: &[Difference::Performance],
    },
    Change {
        name: "other answers to changed pictures when thawed at once",
        make: |log| seen(log, at_once).for_each(|seen| seen.corrupted[4].hits.correct += 1),
        changes: &[Difference::Generalisation],
    },
    Change {
        name: "less similar features",
        make: |log| seen(log, tuned).for_each(|seen| seen.similarity[10] = Some(0.7)),
        changes: &[Difference::KnowledgeTransfer],
    },
    Change {
        name: "less similar features when thawed at once",
        make: |log| seen(log, at_once).for_each(|seen| seen.similarity[18] = Some(0.1)),
        changes: &[Difference::KnowledgeTransfer],
    },
    Change {
        name: "another answer of fine-tuning on all pictures",
        make: |log| log.rows[1].answers = answers(1, 8, 3),
        changes: &[
            Difference::DatasetSize,
            Difference::Layers,
            Difference::Flexibility,
            Difference::Performance,
            Difference::Generalisation,
            Difference::UseCases,
        ],
    },
];

#[test]
fn a_change_to_the_log_changes_the_cards_that_it_concerns_and_no_others() {
    let before = cards(&first_log());
    for Change { name, make, changes } in CHANGES {
        let mut log = first_log();
        make(&mut log);
        let after = cards(&log);
        let differ = before.iter().zip(&after).filter(|(before, after)| before != after);
        let changed: Vec<Difference> = differ.map(|(card, _)| card.difference).collect();
        assert_eq!(changed, changes, "{name}");
    }
}

#[test]
fn every_card_is_changed_by_something() {
    for difference in Difference::ALL {
        assert!(
            CHANGES.iter().any(|change| change.changes.contains(&difference)),
            "{difference:?}"
        );
    }
}

#[test]
fn no_figure_of_any_card_stays_when_the_whole_log_is_another_one() {
    let (first, second) = (first_log(), second_log());
    for difference in Difference::ALL {
        let (before, after) = (found(&first, difference), found(&second, difference));
        let mut compared = 0;
        for figure in &before.figures {
            let same = |other: &&Figure| (&other.name, other.way) == (&figure.name, figure.way);
            let Some(other) = after.figures.iter().find(same) else { continue };
            assert_ne!(figure.value, other.value, "{difference:?}: {}", figure.name);
            compared += 1;
        }
        // One cut was not tried in the second log.
        assert!(compared > 0 && compared + 1 >= before.figures.len(), "{difference:?}");
        assert_ne!(before.headline, after.headline, "{difference:?}");
    }
}
