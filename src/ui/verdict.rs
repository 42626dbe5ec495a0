//! Whether an advice held, in words.

use crate::session::{Advice, Unit};
use crate::ui::state::Study;
use crate::ui::strip::learns;
use crate::ui::text::{counted, number, percent};

/// Whether it held, once the advised cut and others were measured.
pub fn verdict(advice: &Advice, study: &Study) -> String {
    if study.has_own_settings() {
        return "It is about the settings that every visitor starts with. These runs have yours, so \
                they cannot show whether it holds."
            .to_owned();
    }
    let hits = study.outcomes(advice);
    let measured: Vec<_> = hits.iter().map(|(cut, hits)| (*cut, hits.share())).collect();
    let tested = hits.first().map_or(0, |(_, hits)| hits.count);
    // What the advice was held against; the cards have the mean over all seeds.
    let tested = format!("{} of the first seed", counted(tested, "test picture", "test pictures"));
    let Some(outcome) = advice.outcome(&measured).filter(|_| measured.len() > 1) else {
        return "It was given before any of these runs had ended. Whether it holds shows below."
            .to_owned();
    };
    let verdict = match (outcome.has_held(), study.is_running()) {
        (true, true) => "holds so far",
        (true, false) => "held",
        (false, true) => "does not hold so far",
        (false, false) => "did not hold",
    };
    let advised = percent(outcome.advised_accuracy);
    let compared = if outcome.regret > 0.0 {
        format!(
            "{advised}, {} behind the best, {} with {}",
            number(outcome.regret, Unit::Points).trim_start_matches('+'),
            percent(outcome.best_accuracy),
            learns(outcome.best)
        )
    } else {
        format!("none does better than its {advised}")
    };
    format!("It {verdict}: of {} cuts measured on {tested}, {compared}.", measured.len())
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::session::{Cut, Repetition};
    use crate::ui::state::StudyStage;
    use crate::ui::state::study_tests::{advice, row, study};

    /// What is said of an advice to thaw everything when these cuts named so many of four pictures
    /// rightly.
    fn said(right: &[(Cut, u32)], stage: StudyStage) -> String {
        let own = Repetition { seed: 7, fold: 0 };
        let rows = right.iter().map(|&(cut, right)| Rc::new(row(cut, own, None, right)));
        verdict(&advice(), &Study { rows: Rc::new(rows.collect()), stage, ..study() })
    }

    #[test]
    fn nothing_is_said_before_the_advised_cut_and_another_were_measured() {
        for right in [&[][..], &[(Cut::Everything, 3)], &[(Cut::HeadOnly, 3)]] {
            assert!(said(right, StudyStage::Going).contains("Whether it holds shows below"));
        }
    }

    #[test]
    fn an_advice_holds_where_nothing_is_more_than_a_point_ahead() {
        let right = [(Cut::HeadOnly, 2), (Cut::Everything, 3)];
        assert_eq!(
            said(&right, StudyStage::Complete),
            "It held: of 2 cuts measured on 4 test pictures of the first seed, none does better than \
             its 75.0 %."
        );
        assert!(said(&right, StudyStage::Going).starts_with("It holds so far"));
    }

    #[test]
    fn an_advice_that_is_beaten_says_by_what() {
        let right = [(Cut::HeadOnly, 4), (Cut::LastBlocks(4), 1), (Cut::Everything, 3)];
        let said = |stage| said(&right, stage);
        assert!(said(StudyStage::Going).starts_with("It does not hold so far"));
        let ended = said(StudyStage::Complete);
        assert!(ended.starts_with("It did not hold: of 3 cuts"), "{ended}");
        assert!(ended.contains("75.0 %, 25.0 points behind the best, 100.0 % with"), "{ended}");
    }

    #[test]
    fn runs_with_settings_of_their_own_are_not_held_against_it() {
        let mut own = study();
        own.strategies[1].unfrozen_rate *= 2.0;
        assert!(verdict(&advice(), &own).contains("cannot show"));
    }
}
