//! 9. Use cases: which of the four documented situations this is, by the measurements of the other
//! cards, and what is recommended there.
//!
//! The four situations and what is recommended in each: Stanford CS231n course notes, "Transfer
//! Learning", "When and how to fine-tune?".

use super::super::card::{Finding, Unit};
use super::super::log::StudyLog;
use super::super::study::pictures_a_class;
use super::summary::{Pairs, WAYS, shared_figure};
use super::words::{percent, points};

/// A set is small where its last doubling still raised the better way's accuracy by more than this.
const STILL_RISING: f64 = 0.02;
/// A task is similar to what the backbone knows where its untrained features go at least so far of
/// the way from guessing to perfect.
const SIMILAR: f64 = 0.75;

pub(super) fn finding(log: &StudyLog) -> Result<Finding, String> {
    let all = Pairs::of(log)?;
    let half = pictures_a_class(log.fewest).last();
    let half = half.and_then(|size| Some((size, Pairs::with(log, Some(size)).ok()?)));
    let Some((size, half)) = half else {
        return Err("Whether the set is large enough shows once a part of it was tried.".to_owned());
    };
    let best = |pairs: &Pairs| {
        let accuracies = WAYS.map(|way| pairs.accuracy(way).map_or(0.0, |a| a.estimate));
        accuracies[0].max(accuracies[1])
    };
    let rise = best(&all) - best(&half);
    let known = log.distance.known(log.classes.len());
    let (is_small, is_similar) = (rise > STILL_RISING, known >= SIMILAR);
    let (situation, recommended) = match (is_small, is_similar) {
        (true, true) => ("small and similar", "a new head on frozen features"),
        (true, false) => {
            ("small and different", "a new head, or few thawed layers with great care")
        }
        (false, true) => ("large and similar", "fine-tuning with little fear of learning by heart"),
        (false, false) => {
            ("large and different", "fine-tuning of many layers from pretrained weights")
        }
    };
    let difference = all.difference().ok_or("There are too few test pictures.")?;
    let measured = if !difference.excludes_zero() {
        "Measured here, the two ways cannot be told apart, so the cheaper one will do."
    } else if difference.estimate > 0.0 {
        "Measured here, fine-tuning is ahead."
    } else {
        "Measured here, transfer learning is ahead."
    };
    Ok(Finding {
        headline: format!("Your set is {situation}; there, {recommended} is recommended."),
        paragraph: format!(
            "Small: going from {size} to {} pictures a class still changed the better way’s \
             accuracy by {} (small above {}). Similar: the untrained features go {} of the way \
             from guessing to perfect (similar from {} on). The four situations are those of the \
             CS231n course notes on transfer learning. {measured}",
            log.fewest,
            points(rise),
            points(STILL_RISING),
            percent(known),
            percent(SIMILAR),
        ),
        figures: vec![
            shared_figure("Gained by the last doubling", rise, Unit::Points),
            shared_figure("Known already", known, Unit::Share),
            shared_figure("Training pictures a class", log.fewest as f64, Unit::Count),
        ],
        sources: all.sources().into_iter().chain(half.sources()).collect(),
        ..Finding::default()
    })
}
