//! Whatever a log has or lacks, cards hold numbers and whole sentences.

use proptest::prelude::*;

use super::*;
use crate::compare::{Figure, Plot, Unit};

/// What is taken from a full log.
#[derive(Clone, Debug)]
struct Damage {
    is_second: bool,
    /// Rows that are kept, examinations that are kept, epochs that are kept, by place.
    rows: Vec<bool>,
    examinations: Vec<bool>,
    epochs: Vec<bool>,
    /// Test pictures that each seed has.
    answers: usize,
    /// A class that no test picture has.
    without_label: Option<u16>,
    is_similarity_known: bool,
    has_clock: bool,
    fewest: usize,
    is_one_strategy: bool,
    wild_norm: f64,
}

fn damage() -> impl Strategy<Value = Damage> {
    // Most are kept, so that most cards have something to say.
    let mostly = || prop::collection::vec(prop::bool::weighted(0.8), 40);
    let parts = (any::<bool>(), mostly(), mostly(), mostly(), 0..=10usize);
    let more = (
        prop::option::of(0..3u16),
        any::<bool>(),
        any::<bool>(),
        0..=9usize,
        prop::bool::weighted(0.2),
        prop::sample::select(vec![1.0, f64::NAN, f64::INFINITY]),
    );
    (parts, more).prop_map(
        |(
            (is_second, rows, examinations, epochs, answers),
            (label, similar, clock, fewest, one, norm),
        )| {
            Damage {
                is_second,
                rows,
                examinations,
                epochs,
                answers,
                without_label: label,
                is_similarity_known: similar,
                has_clock: clock,
                fewest,
                is_one_strategy: one,
                wild_norm: norm,
            }
        },
    )
}

fn damaged(damage: &Damage) -> StudyLog {
    let mut log = if damage.is_second { second_log() } else { first_log() };
    log.fewest = damage.fewest;
    for (place, row) in log.rows.iter_mut().enumerate() {
        let place = place % 40;
        row.answers.truncate(damage.answers);
        row.answers.retain(|answer| Some(answer.label) != damage.without_label);
        if !damage.examinations[place] {
            row.examination = None;
        }
        if !damage.epochs[place] {
            row.epochs.clear();
        }
        if !damage.has_clock {
            row.result.seconds = 0.0;
            row.epochs.iter_mut().for_each(|epoch| epoch.seconds = 0.0);
        }
        if let Some(gradient) = row.gradients.last_mut() {
            gradient.norms[0] = damage.wild_norm;
        }
        if let Some(seen) = row.examination.as_mut().filter(|_| !damage.is_similarity_known) {
            seen.similarity.fill(None);
        }
    }
    let mut kept = damage.rows.iter().cycle();
    log.rows.retain(|_| *kept.next().expect("a cycle has no end"));
    if damage.is_one_strategy {
        log.study.fine_tuning = log.study.transfer.clone();
    }
    log
}

fn is_within(value: f64, unit: Unit) -> bool {
    let range = match unit {
        Unit::Share => 0.0..=1.0,
        Unit::Points => -1.0..=1.0,
        Unit::Plain => f64::MIN..=f64::MAX,
        _ => 0.0..=f64::MAX,
    };
    value.is_finite() && range.contains(&value)
}

fn check_figure(figure: &Figure) -> Result<(), TestCaseError> {
    prop_assert!(is_within(figure.value, figure.unit), "{:?}", figure);
    if let Some(within) = figure.interval {
        let bounds = [within.low, within.high];
        prop_assert!(bounds.iter().all(|bound| is_within(*bound, figure.unit)), "{:?}", figure);
    }
    Ok(())
}

fn check_plot(plot: &Plot) -> Result<(), TestCaseError> {
    prop_assert!(!plot.categories.is_empty() && !plot.series.is_empty(), "{}", plot.title);
    for series in &plot.series {
        prop_assert_eq!(series.values.len(), plot.categories.len(), "{}", plot.title);
        let intervals = series.intervals.len();
        prop_assert!(intervals == 0 || intervals == series.values.len(), "{}", plot.title);
        for value in series.values.iter().flatten() {
            prop_assert!(is_within(*value, plot.unit), "{}: {value}", plot.title);
        }
    }
    Ok(())
}

fn check_sentence(text: &str) -> Result<(), TestCaseError> {
    prop_assert!(text.ends_with('.'), "{text}");
    prop_assert!(text.chars().next().is_some_and(|c| c.is_uppercase() || c.is_numeric()), "{text}");
    for wrong in ["NaN", "inf ", "-0", "−0.0 ", "  ", "..", " ,", "1 seeds", "1 epochs"] {
        prop_assert!(!text.contains(wrong), "{wrong:?} in {text}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_number_is_one_within_its_unit_and_every_text_a_sentence(damage in damage()) {
        let log = damaged(&damage);
        for card in cards(&log) {
            match card.finding {
                Ok(found) => {
                    check_sentence(&found.headline)?;
                    check_sentence(&found.paragraph)?;
                    found.figures.iter().try_for_each(check_figure)?;
                    found.plots.iter().try_for_each(check_plot)?;
                    prop_assert!(!found.sources.is_empty());
                    prop_assert!(found.sources.iter().all(|&place| place < log.rows.len()));
                    prop_assert!(found.sources.is_sorted_by(|a, b| a < b), "{:?}", found.sources);
                }
                Err(missing) => check_sentence(&missing)?,
            }
        }
    }
}
