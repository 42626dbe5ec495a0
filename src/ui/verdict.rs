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
    // The best, or where that is the advised cut, the best of the others.
    let own = advice.strategy.cut;
    let others = measured.iter().filter(|(cut, _)| *cut != own);
    let rival = others.max_by(|a, b| a.1.total_cmp(&b.1)).map_or(own, |(cut, _)| *cut);
    let rival = if outcome.best == own { rival } else { outcome.best };
    let (won, lost) = study.apart(advice, rival);
    let may_be_chance = Advice::may_be_chance(won, lost, measured.len() - 1);
    let verdict = match (outcome.has_held(), may_be_chance, study.is_running()) {
        (true, true, true) => "It holds so far, as well as so few pictures can tell",
        (true, true, false) => "It held, as well as so few pictures can tell",
        (true, false, true) => "It holds so far",
        (true, false, false) => "It held",
        (false, true, _) => {
            "Whether it held cannot be told, since chance alone may do this with so few pictures"
        }
        (false, false, true) => "It does not hold so far",
        (false, false, false) => "It did not hold",
    };
    let advised = percent(outcome.advised_accuracy);
    let compared = if outcome.regret > 0.0 {
        format!(
            "the advised one names {advised} rightly, {} behind the best: {} with {}",
            number(outcome.regret, Unit::Points).trim_start_matches('+'),
            percent(outcome.best_accuracy),
            learns(outcome.best)
        )
    } else {
        format!("none names more rightly than the advised one with its {advised}")
    };
    format!("{verdict}: of {} cuts measured on {tested}, {compared}.", measured.len())
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::session::{Cut, Repetition, TestAnswer};
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
            "It held, as well as so few pictures can tell: of 2 cuts measured on 4 test pictures of the \
             first seed, none names more rightly than the advised one with its 75\u{a0}%."
        );
        assert!(said(&right, StudyStage::Going).starts_with("It holds so far"));
    }

    #[test]
    fn an_advice_that_is_beaten_by_a_few_pictures_may_have_been_unlucky() {
        let right = [(Cut::HeadOnly, 4), (Cut::LastBlocks(4), 1), (Cut::Everything, 3)];
        let said = |stage| said(&right, stage);
        assert_eq!(said(StudyStage::Going), said(StudyStage::Complete));
        let ended = said(StudyStage::Complete);
        assert!(ended.starts_with("Whether it held cannot be told"), "{ended}");
        let compared = "names 75\u{a0}% rightly, 25.0\u{a0}points behind the best: 100\u{a0}% with";
        assert!(ended.contains(compared), "{ended}");
    }

    #[test]
    fn an_advice_that_is_beaten_beyond_chance_did_not_hold() {
        let own = Repetition { seed: 7, fold: 0 };
        let of_twenty = |cut, right| {
            let mut row = row(cut, own, None, 0);
            let answer =
                |picture| TestAnswer { picture, label: 1, answer: (picture < right).into() };
            row.answers = (0..20).map(answer).collect();
            Rc::new(row)
        };
        let said_of = |head, all, stage| {
            let rows = vec![of_twenty(Cut::HeadOnly, head), of_twenty(Cut::Everything, all)];
            verdict(&advice(), &Study { rows: Rc::new(rows), stage, ..study() })
        };
        let said = |stage| said_of(16, 8, stage);
        assert!(said(StudyStage::Going).starts_with("It does not hold so far: of 2 cuts"));
        assert!(said(StudyStage::Complete).starts_with("It did not hold: of 2 cuts"));
        assert!(said_of(8, 16, StudyStage::Complete).starts_with("It held: of 2 cuts"));
    }

    #[test]
    fn runs_with_settings_of_their_own_are_not_held_against_it() {
        let mut own = study();
        own.strategies[1].unfrozen_rate *= 2.0;
        assert!(verdict(&advice(), &own).contains("cannot show"));
    }
}
