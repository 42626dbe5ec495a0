//! The rule on hand-made measurements.

use super::*;

/// So many held-out pictures to whose right class the head alone gives the first probability, and
/// fine-tuning the second, give or take a tenth. Right is who gives more than a half.
fn evidence(pictures: usize, probabilities: [f64; 2]) -> Evidence {
    let said = |place: usize, probability: f64| {
        let probability = probability + [0.1, -0.1][place % 2];
        HeldOut { is_right: probability > 0.5, probability }
    };
    let held_out = (0..pictures).map(|place| {
        let [head, tuned] = probabilities;
        // Out of step, so that their difference wavers too.
        [said(place, head), said(place / 2, tuned)]
    });
    Evidence { held_out: held_out.collect(), seed: 1 }
}

fn advised(probabilities: [f64; 2]) -> Cut {
    weigh(&evidence(100, probabilities)).strategy.cut
}

#[test]
fn each_of_the_two_measurements_can_change_the_advice() {
    assert_eq!(advised([0.5, 0.52]), Cut::HeadOnly);
    assert_eq!(advised([0.5, 0.7]), Cut::Everything);
    assert_eq!(advised([0.68, 0.7]), Cut::HeadOnly);
}

#[test]
fn a_lead_that_only_says_how_sure_fine_tuning_is_does_not_pay() {
    // Expected is 0.68 of it, less 2.5 points: a point is reached at 3.5 / 0.68 = 5.1 points.
    assert_eq!(advised([0.5, 0.55]), Cut::HeadOnly);
    assert_eq!(advised([0.5, 0.553]), Cut::Everything);
    let lead = weigh(&evidence(100, [0.5, 0.6])).candidates[4].lead;
    assert!((lead - 0.043).abs() < 1e-9, "{lead}");
}

#[test]
fn where_nothing_is_known_the_cheapest_is_advised() {
    for pictures in [0, 1] {
        let advice = weigh(&evidence(pictures, [0.5, 0.9]));
        assert_eq!(advice.strategy.cut, Cut::HeadOnly);
        assert!((0.0..=1.0).contains(&advice.confidence));
    }
}

#[test]
fn what_is_not_a_number_is_no_lead() {
    let mut broken = evidence(40, [0.5, 0.9]);
    broken.held_out.iter_mut().for_each(|said| said[1].probability = f64::NAN);
    let advice = weigh(&broken);
    assert_eq!(advice.strategy.cut, Cut::HeadOnly);
    assert_eq!(advice.reasons[1].value, 0.0);
}

#[test]
fn what_is_not_tried_is_judged_by_what_is() {
    let lead = |tuned, place: usize| weigh(&evidence(100, [0.5, tuned])).candidates[place].lead;
    for place in 1..5 {
        assert!(lead(0.7, place) > lead(0.6, place));
    }
    assert_eq!(lead(0.7, 0), 0.0);
}

#[test]
fn an_advice_is_surer_the_clearer_the_lead() {
    let confidence = |tuned| {
        let advice = weigh(&evidence(100, [0.5, tuned]));
        let own = advice.candidates.iter().find(|other| other.strategy == advice.strategy);
        assert_eq!(own.map(|candidate| candidate.chance), Some(advice.confidence));
        advice.confidence
    };
    assert!(confidence(0.45) > confidence(0.54), "for the head");
    assert!(confidence(0.7) > confidence(0.56), "for fine-tuning");
}

#[test]
fn few_pictures_make_an_advice_less_sure() {
    let confidence = |pictures, probabilities| weigh(&evidence(pictures, probabilities)).confidence;
    for probabilities in [[0.5, 0.48], [0.5, 0.65]] {
        assert!(confidence(8, probabilities) < confidence(80, probabilities), "{probabilities:?}");
    }
}

#[test]
fn the_same_evidence_gives_the_same_advice() {
    let evidence = evidence(80, [0.5, 0.6]);
    assert_eq!(weigh(&evidence), weigh(&evidence.clone()));
}

#[test]
fn reasons_are_the_two_measurements() {
    let advice = weigh(&evidence(100, [0.5, 0.75]));
    for (reason, (way, probability)) in
        advice.reasons.iter().zip([(Way::Transfer, 0.5), (Way::FineTuning, 0.75)])
    {
        assert_eq!(reason.way, Some(way));
        assert!((reason.value - probability).abs() < 1e-9);
        assert!(reason.interval.is_some_and(|within| within.contains(probability)));
    }
    assert_eq!(advice.candidates[0].held_out, Some(0.5));
    assert_eq!(advice.candidates[3].held_out, Some(1.0));
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
