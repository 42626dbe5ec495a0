//! What cards say in words: whole sentences, for leads, for draws, and for one of everything.

use super::log::answers;
use super::*;

/// Sets how many test pictures both ways name rightly, with every seed.
fn with_right(mut log: StudyLog, size: Option<usize>, right: [usize; 2]) -> StudyLog {
    let lanes = [log.study.transfer.clone(), log.study.fine_tuning.clone()];
    let classes = log.classes.len();
    for row in log.rows.iter_mut().filter(|row| row.trial.pictures_a_class == size) {
        if let Some(way) = lanes.iter().position(|lane| *lane == row.trial.strategy) {
            row.answers = answers(row.trial.repetition.seed, right[way], classes);
        }
    }
    log
}

fn headline(log: &StudyLog, difference: Difference) -> String {
    found(log, difference).headline
}

#[test]
fn headlines_say_what_the_numbers_are() {
    let log = first_log();
    let said = Difference::ALL.map(|difference| headline(&log, difference));
    assert_eq!(
        said,
        [
            "Transfer learning reuses 99.0 % of the network as it was, fine-tuning 21.4 %.",
            "No crossing can be told: fine-tuning is ahead with all pictures (8 a class); at the \
             other sizes the two ways cannot be told apart.",
            "Best with last 4 blocks: +40.0 points over a new head alone.",
            "Transfer learning trains the head for 2 epochs; fine-tuning trains the head for 1 \
             epoch, then everything behind the cut for 2 epochs.",
            "Beyond looking at every picture once, which both ways share, fine-tuning takes 5.0 \
             times as long and 20 times as many operations as transfer learning.",
            "What the network knows already gets 80.0 % of the pictures right; after training, \
             fine-tuning is ahead by 40.0 points.",
            "Transfer learning 50.0 %, fine-tuning 90.0 %: fine-tuning is ahead.",
            "Of changed pictures transfer learning gets 30.0 % right, fine-tuning 50.0 %: \
             fine-tuning is ahead.",
            "Your set counts as small and different; there, a new head on features from earlier in \
             the network is recommended.",
            "Transfer learning keeps every feature; fine-tuning keeps a similarity of 0.50 in the \
             last ones and 60.0 % of the old answers.",
        ]
    );
}

#[test]
fn curves_cross_only_where_both_leads_are_sure() {
    let crossed = with_right(first_log(), Some(1), [9, 2]);
    assert_eq!(
        headline(&crossed, Difference::DatasetSize),
        "The curves cross: transfer learning is ahead with 1 picture a class, fine-tuning with all \
         pictures (8 a class)."
    );
    // A lead of one picture in ten is no sure one.
    let noise = with_right(with_right(first_log(), Some(1), [5, 4]), None, [5, 6]);
    assert_eq!(
        headline(&noise, Difference::DatasetSize),
        "No crossing can be told: at no size tried can the two ways be told apart."
    );
    let only_first = with_right(crossed, None, [5, 5]);
    assert_eq!(
        headline(&only_first, Difference::DatasetSize),
        "No crossing can be told: transfer learning is ahead with 1 picture a class; at the other \
         sizes the two ways cannot be told apart."
    );
}

#[test]
fn a_way_that_is_ahead_at_every_size_is_said_to_be() {
    for (right, leader) in [([2, 9], "Fine-tuning"), ([9, 2], "Transfer learning")] {
        let sizes = [Some(1), Some(2), Some(4), None];
        let log = sizes.into_iter().fold(first_log(), |log, size| with_right(log, size, right));
        assert_eq!(
            headline(&log, Difference::DatasetSize),
            format!(
                "{leader} is ahead at every size tried, from 1 picture a class to all pictures (8 a class)."
            )
        );
    }
}

#[test]
fn what_cannot_be_told_apart_is_called_so_on_every_card() {
    let log = with_right(first_log(), None, [7, 7]);
    let said = |difference| headline(&log, difference);
    assert_eq!(
        said(Difference::Performance),
        "Transfer learning 70.0 %, fine-tuning 70.0 %: no difference can be told with 15 test \
         pictures."
    );
    assert_eq!(
        said(Difference::Flexibility),
        "What the network knows already gets 80.0 % of the pictures right; after training, whether \
         fine-tuning is ahead cannot be told with 15 test pictures."
    );
    assert_eq!(
        said(Difference::Layers),
        "No cut can be told from a new head alone; the highest, last 8 blocks, is +10.0 points \
         above it."
    );
    let paragraph = found(&log, Difference::Performance).paragraph;
    assert!(
        paragraph.contains("Over all of them, both ways are level; the difference"),
        "{paragraph}"
    );
    let advice = found(&log, Difference::UseCases).paragraph;
    let end = "with 15 test pictures, so the cheaper one will do. The advice beside the cards asks \
               held-out pictures instead of going by situations; where both differ, it is the one \
               that was measured.";
    assert!(advice.ends_with(end), "{advice}");
}

#[test]
fn a_lead_of_transfer_learning_is_its_own_and_has_no_minus() {
    let log = with_right(first_log(), None, [9, 4]);
    assert_eq!(
        headline(&log, Difference::Performance),
        "Transfer learning 90.0 %, fine-tuning 40.0 %: transfer learning is ahead."
    );
    assert_eq!(
        headline(&log, Difference::Flexibility),
        "What the network knows already gets 80.0 % of the pictures right; after training, \
         transfer learning is ahead by 50.0 points."
    );
    assert_eq!(headline(&log, Difference::Layers), "No cut does better than a new head alone.");
}

#[test]
fn one_seed_and_one_epoch_are_counted_in_the_singular() {
    let mut log = first_log();
    log.rows.retain(|row| row.trial.repetition.seed == 1);
    log.rows[0].epochs.truncate(1);
    assert!(headline(&log, Difference::Process).contains("trains the head for 1 epoch; "));
    for difference in [
        Difference::Definition,
        Difference::DatasetSize,
        Difference::Layers,
        Difference::Cost,
        Difference::Performance,
        Difference::Generalisation,
        Difference::KnowledgeTransfer,
    ] {
        let paragraph = found(&log, difference).paragraph;
        assert!(paragraph.contains("1 seed"), "{difference:?}: {paragraph}");
        assert!(!paragraph.contains("1 seeds"), "{difference:?}: {paragraph}");
    }
}

#[test]
fn both_ways_with_one_strategy_are_told_to_do_the_same() {
    let mut log = first_log();
    log.study.fine_tuning = log.study.transfer.clone();
    assert_eq!(headline(&log, Difference::Process), "Both ways train a new head and nothing else.");
    assert_eq!(
        headline(&log, Difference::Cost),
        "Beyond looking at every picture once, which both ways share, fine-tuning takes 1.0 times \
         as long and 1.0 times as many operations as transfer learning."
    );
    let sources = found(&log, Difference::Performance).sources;
    assert_eq!(sources, [0, 2], "a trial is named once");
    let figures = found(&log, Difference::Performance).figures;
    assert_eq!(figures[4].value, 0.0);
}
