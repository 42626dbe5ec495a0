//! The rule on hand-made measurements.

use super::*;

/// So many pictures that both name, only the head does, only fine-tuning does, neither does.
fn evidence(counts: [usize; 4]) -> Evidence {
    let kinds = [[true, true], [true, false], [false, true], [false, false]];
    let held_out =
        kinds.iter().zip(counts).flat_map(|(&kind, count)| std::iter::repeat_n(kind, count));
    Evidence { held_out: held_out.collect(), seed: 1 }
}

fn advised(counts: [usize; 4]) -> Cut {
    weigh(&evidence(counts)).strategy.cut
}

const TRIED: Cut = Cut::LastBlocks(TRIED_BLOCKS);

#[test]
fn each_of_the_two_measurements_can_change_the_advice() {
    // The head names 70 of 100, fine-tuning 56; then fine-tuning 74; then the head 88.
    assert_eq!(advised([50, 20, 6, 24]), Cut::HeadOnly);
    assert_eq!(advised([66, 4, 8, 22]), TRIED);
    assert_eq!(advised([70, 18, 4, 8]), Cut::HeadOnly);
}

#[test]
fn where_neither_is_ahead_or_nothing_is_known_other_tasks_decide() {
    assert_eq!(advised([60, 10, 10, 20]), TRIED);
    let advice = weigh(&evidence([0; 4]));
    assert_eq!((advice.strategy.cut, evidence([0; 4]).lead()), (TRIED, LEAD));
    assert!((0.0..=1.0).contains(&advice.confidence));
}

#[test]
fn thawing_everything_is_not_advised_for_being_no_worse() {
    let advice = weigh(&evidence([60, 2, 18, 20]));
    assert_eq!(advice.strategy.cut, TRIED);
    assert_eq!(advice.candidates[3].lead, advice.candidates[4].lead);
}

#[test]
fn what_is_not_tried_is_judged_by_what_is() {
    let lead = |counts, place: usize| weigh(&evidence(counts)).candidates[place].lead;
    for place in 1..5 {
        assert!(lead([60, 2, 18, 20], place) > lead([60, 10, 10, 20], place));
    }
    assert_eq!(lead([60, 2, 18, 20], 0), 0.0);
}

#[test]
fn more_pictures_that_say_the_same_make_an_advice_surer() {
    // Of the head, whose rivals all share fine-tuning's lead.
    let confidence = |times: usize| {
        let advice = weigh(&evidence([30, 14, 2, 4].map(|count| count * times)));
        let own = advice.candidates.iter().find(|other| other.strategy == advice.strategy);
        assert_eq!(own.map(|candidate| candidate.chance), Some(advice.confidence));
        assert_eq!(advice.strategy.cut, Cut::HeadOnly);
        advice.confidence
    };
    assert!(confidence(1) < confidence(9), "{} {}", confidence(1), confidence(9));
}

#[test]
fn a_lead_is_drawn_towards_other_tasks_the_more_the_fewer_pictures_there_are() {
    let lead = |times: usize| evidence([6, 0, 2, 2].map(|count| count * times)).lead();
    assert!(LEAD.mean < lead(1).mean && lead(1).mean < lead(10).mean && lead(10).mean < 0.2);
    assert!(lead(1).deviation > lead(10).deviation && lead(1).deviation < LEAD.deviation);
}

#[test]
fn the_same_evidence_gives_the_same_advice() {
    let evidence = evidence([60, 5, 9, 20]);
    assert_eq!(weigh(&evidence), weigh(&evidence.clone()));
}

#[test]
fn reasons_are_the_two_measurements() {
    let [head, fine_tuning] = weigh(&evidence([60, 2, 18, 20])).reasons;
    assert_eq!((head.value, head.way), (0.62, Some(Way::Transfer)));
    assert_eq!((fine_tuning.value, fine_tuning.way), (0.78, Some(Way::FineTuning)));
    assert!(head.interval.is_some_and(|within| within.contains(0.62)));
}

#[test]
fn normal_numbers_have_mean_0_and_deviation_1() {
    let mut generator = seeded(1, Purpose::Advice);
    let numbers: Vec<f64> = (0..20_000).map(|_| normal(&mut generator)).collect();
    let mean = numbers.iter().sum::<f64>() / 2e4;
    let square = numbers.iter().map(|number| number.powi(2)).sum::<f64>() / 2e4;
    assert!(mean.abs() < 0.03 && (square - 1.0).abs() < 0.04, "{mean} {square}");
}

#[test]
fn every_candidate_and_what_is_tried_of_it_can_be_trained() {
    for strategy in candidates().into_iter().chain(tried()) {
        assert_eq!(strategy.clone().checked(), Ok(strategy));
    }
}
