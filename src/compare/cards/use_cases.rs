//! Card 9, use cases: which of the four documented situations this is, by the measurements of the
//! other cards, and what is recommended there.
//!
//! The four situations and what is recommended in each: Stanford CS231n course notes, "Transfer
//! Learning", "When and how to fine-tune?".

use super::sizes::Size;
use super::summary::{Pairs, WAYS, figure_within, shared_figure, too_few};
use super::words::{a_class, percent, points, range, verdict};
use crate::compare::log::ahead;
use crate::compare::{Finding, StudyLog, Unit, pictures_a_class};
use crate::measure::Interval;

/// A set is small where doubling it still raised the better way's accuracy by more than this.
const STILL_RISING: f64 = 0.02;
/// A task is similar to what the backbone knows where its untrained features go at least so far of
/// the way from guessing to perfect.
const SIMILAR: f64 = 0.75;

pub(super) fn finding(log: &StudyLog) -> Result<Finding, String> {
    let all = Pairs::of(log)?;
    // Half of the pictures or fewer: over a smaller step, noise would pass for a rise.
    let Some(size) = pictures_a_class(log.fewest).filter(|size| 2 * size <= log.fewest).last()
    else {
        return Err("There are too few pictures a class to leave half of them out.".to_owned());
    };
    let part = Pairs::with(log, Some(size)).map_err(|_| {
        format!("Whether the set is large enough shows once {} were tried.", a_class(size))
    })?;
    // What is compared has the same repetitions, while others are still on their way.
    let all = all.only(&part.repetitions());
    let part = part.only(&all.repetitions());
    let too_few = || too_few(all.test_pictures());
    let accuracy = |way| all.accuracy(way).map_or(f64::NEG_INFINITY, |within| within.estimate);
    let better = WAYS.into_iter().rev().max_by(|&a, &b| accuracy(a).total_cmp(&accuracy(b)));
    let better = better.ok_or_else(too_few)?;
    // All pictures of every class were learned from, not as many as the smallest one has.
    let [whole, half] = [(None, &all), (Some(size), &part)].map(|(size, of)| Size::of(size, of));
    let doublings = (whole.mean / half.mean).log2();
    if !(doublings.is_finite() && doublings > 0.0) {
        return Err("No trial has learned from more pictures than another.".to_owned());
    }
    let steps = part.of_way(better).zip(all.of_way(better)).map(|(part, all)| [part, all]);
    let gained = ahead(steps, all.seed()).ok_or_else(too_few)?;
    let a_doubling = Interval {
        estimate: gained.estimate / doublings,
        low: gained.low / doublings,
        high: gained.high / doublings,
    };
    let rise = a_doubling.estimate;
    let known = log.distance.known(log.classes.len());
    let (is_small, is_similar) = (rise > STILL_RISING, known >= SIMILAR);
    let (situation, recommended) = match (is_small, is_similar) {
        (true, true) => ("small and similar", "a new head on the frozen features"),
        (true, false) => {
            ("small and different", "a new head on features from earlier in the network")
        }
        (false, true) => ("large and similar", "fine-tuning with little fear of learning by heart"),
        (false, false) => {
            ("large and different", "fine-tuning of the whole network from pretrained weights")
        }
    };
    let difference = all.difference().ok_or_else(too_few)?;
    // What cannot be told is not stated flatly in the headline either.
    let (counts, unsure) = match a_doubling.contains(STILL_RISING) {
        true => ("may count", ", which so few answers cannot tell for sure"),
        false => ("counts", ""),
    };
    let advised = if difference.excludes_zero() { "" } else { ", so the cheaper one will do" };
    Ok(Finding {
        headline: format!("Your set {counts} as {situation}; there, {recommended} is recommended."),
        paragraph: format!(
            "Small: from {} to {} the better way’s accuracy \
             changed by {} a doubling (with 95 % confidence {}); a set is small above {}{unsure}. Similar: the untrained features go \
             {} of the way from guessing to perfect; a task is similar from {} on. Both bounds are \
             our choice. The four situations are those of the CS231n course notes on transfer \
             learning. Measured here, {}{advised}. The advice beside the cards asks held-out pictures \
             instead of going by situations; where both differ, it is the one that was measured.",
            half.long(),
            whole.long(),
            points(rise),
            range(a_doubling),
            points(STILL_RISING),
            percent(known),
            percent(SIMILAR),
            verdict(difference, all.test_pictures()),
        ),
        figures: vec![
            figure_within("Gained by a doubling of the pictures", None, a_doubling, Unit::Points),
            shared_figure("Known already", known, Unit::Share),
            shared_figure(
                "Training pictures of the smallest class",
                log.fewest as f64,
                Unit::Count,
            ),
        ],
        sources: all.sources().into_iter().chain(part.sources()).collect(),
        ..Finding::default()
    })
}
