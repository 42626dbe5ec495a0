//! Card 8, generalisation: accuracy under changes that training never saw, in a new setting, and
//! the gap between training and test.

use std::collections::BTreeSet;

use super::summary::{
    Pairs, WAYS, figure, figure_within, mean, repetitions, scope, shared_figure, too_few,
};
use super::words::{counted, lead, percent, points, range, verdict};
use crate::compare::{
    CorruptedHits, Examination, Figure, Finding, Hits, PictureHits, Plot, Series, Shape, StudyLog,
    TrialRow, Unit, Way,
};
use crate::measure::{Corruption, Interval, SEVERITIES, Unit as Resampled, bootstrap, mean_share};

pub(super) fn finding(log: &StudyLog) -> Result<Finding, String> {
    let scope = scope(log);
    let pairs = Pairs::of(log)?.examined();
    if pairs.rows.is_empty() {
        return Err("Both models have yet to be asked about changed pictures.".to_owned());
    }
    let seen = pairs.examinations(Way::Transfer);
    let pictures = seen.iter().flat_map(|seen| &seen.corrupted_pictures).map(|row| row.picture);
    let tested = pictures.collect::<BTreeSet<u32>>().len();
    let changed_of: fn(&Examination) -> &Vec<PictureHits> = |seen| &seen.corrupted_pictures;
    let difference =
        picture_difference(&pairs.rows, pairs.seed(), changed_of).ok_or_else(|| too_few(tested))?;
    let mut figures = Vec::new();
    let mut clean = [0.0; 2];
    let mut changed = [0.0; 2];
    for way in WAYS {
        let rows = corrupted(pairs.of_way(way));
        changed[way as usize] = rows.iter().map(|row| row.hits).sum::<Hits>().share();
        clean[way as usize] = pairs.of_way(way).map(unchanged).sum::<Hits>().share();
        figures.push(figure("Changed pictures", way, changed[way as usize], Unit::Share));
        let lost = clean[way as usize] - changed[way as usize];
        figures.push(figure("Lost by the changes", way, lost, Unit::Points));
        let gaps = pairs.of_way(way).filter_map(|row| {
            let training = row.examination.as_ref()?.training;
            (training.count > 0).then(|| training.share() - row.test().share())
        });
        if let Some(gap) = mean(gaps) {
            figures.push(figure("Training above test", way, gap, Unit::Points));
        }
        figures.extend(in_new_setting(&pairs, way));
    }
    figures.push(figure_within("Fine-tuning ahead, changed", None, difference, Unit::Points));
    let places = elsewhere_pictures(&pairs);
    if places > 0 {
        figures.push(shared_figure("New setting, pictures", places as f64, Unit::Count));
    }
    let elsewhere = picture_difference(&pairs.rows, pairs.seed(), |seen| &seen.new_setting);
    if let Some(within) = elsewhere {
        figures.push(figure_within("Fine-tuning ahead, new setting", None, within, Unit::Points));
    }
    let mut both = pairs.head_first_and_at_once();
    both.retain(|both| both[1].1.examination.is_some());
    let mut sources = pairs.sources();
    let mut compared = String::new();
    if let Some(within) = picture_difference(&both, pairs.seed(), changed_of) {
        let share = corrupted(both.iter().map(|both| both[1].1));
        let share = share.iter().map(|row| row.hits).sum::<Hits>().share();
        figures.push(shared_figure("Changed pictures, thawed at once", share, Unit::Share));
        let name = "Thawed at once ahead of head first, changed";
        figures.push(figure_within(name, None, within, Unit::Points));
        sources.extend(both.iter().map(|both| both[1].0));
        compared = format!(
            " Thawed at once instead of head first, fine-tuning gets {} of the changed pictures \
             right over {}: {} (with 95 % confidence {}); Kumar et al. (arXiv 2202.10054) expect \
             it to do worse on pictures unlike those of training.",
            percent(share),
            repetitions(log, both.len()),
            points(within.estimate),
            range(within)
        );
    }
    Ok(Finding {
        headline: format!(
            "Of changed pictures transfer learning gets {} right, fine-tuning {}: {}.",
            percent(changed[0]),
            percent(changed[1]),
            verdict(difference, tested)
        ),
        paragraph: format!(
            "{} of the tests of {} were changed in {} ways with {SEVERITIES} severities each (after \
             Hendrycks and Dietterich, arXiv 1903.12261){}. Over all of them {} (with 95 % \
             confidence {} {scope}, above zero where \
             fine-tuning is ahead); on the same pictures unchanged, {}. The gap between training and test says \
             how much was learned by heart.{}{compared}",
            counted(tested, "different picture", "different pictures"),
            repetitions(log, pairs.rows.len()),
            Corruption::ALL.len(),
            if log
                .study
                .strategies()
                .iter()
                .any(|strategy| strategy.views > 0 && strategy.augmentation.colour)
            {
                ", of which training saw mild ones of light and colour in its views"
            } else {
                " that no training had seen"
            },
            lead(difference.estimate),
            range(difference),
            lead(clean[1] - clean[0]),
            elsewhere.map_or_else(String::new, |within| format!(
                " In the new setting, on {}, {} ({}).",
                counted(places, "picture", "pictures"),
                lead(within.estimate),
                range(within)
            ))
        ),
        figures,
        plots: vec![by_corruption(&pairs), by_severity(&pairs)],
        sources,
        ..Finding::default()
    })
}

/// What one way gets right in the new setting, if there are pictures of one; with an interval where
/// these are at least two.
fn in_new_setting(pairs: &Pairs, way: Way) -> Option<Figure> {
    let seen = pairs.examinations(way);
    let rows: Vec<&PictureHits> = seen.iter().flat_map(|seen| &seen.new_setting).collect();
    let value = mean(rows.iter().map(|row| row.hits.share()))?;
    let answers = rows.iter().map(|row| (row.picture as usize, row.hits.share()));
    let interval = mean_share(answers, pairs.seed());
    Some(Figure { interval, ..figure("New setting", way, value, Unit::Share) })
}

/// Different pictures in the new setting.
fn elsewhere_pictures(pairs: &Pairs) -> usize {
    let seen = pairs.examinations(Way::Transfer);
    seen.iter().map(|seen| seen.new_setting.len()).max().unwrap_or(0)
}

/// The hits on the pictures that were changed too, as they were.
fn unchanged(row: &TrialRow) -> Hits {
    let changed = row.examination.iter().flat_map(|seen| &seen.corrupted_pictures);
    let changed: BTreeSet<u32> = changed.map(|row| row.picture).collect();
    let mut hits = Hits::default();
    let answers = row.answers.iter().filter(|answer| changed.contains(&answer.picture));
    answers.for_each(|answer| hits.add(answer.is_right()));
    hits
}

/// The hits on changed pictures over some rows.
fn corrupted<'a>(rows: impl Iterator<Item = &'a TrialRow>) -> Vec<CorruptedHits> {
    let seen = rows.filter_map(|row| row.examination.as_ref());
    seen.flat_map(|seen| seen.corrupted.iter().copied()).collect()
}

/// How far the second row of each pair is ahead on the pictures of one kind, with pictures as what
/// is resampled.
fn picture_difference(
    pairs: &[[(usize, &TrialRow); 2]],
    seed: u64,
    asked: impl Fn(&Examination) -> &Vec<PictureHits>,
) -> Option<Interval> {
    let mut units = std::collections::BTreeMap::<u32, Resampled>::new();
    for [(_, first), (_, second)] in pairs {
        let (Some(first), Some(second)) = (&first.examination, &second.examination) else {
            continue;
        };
        for (a, b) in asked(first).iter().zip(asked(second)) {
            let unit = units.entry(a.picture).or_insert(Resampled { sum: 0.0, count: 0 });
            unit.sum += b.hits.correct as f64 - a.hits.correct as f64;
            unit.count += a.hits.count;
        }
    }
    bootstrap(&units.into_values().collect::<Vec<_>>(), seed)
}

/// Both ways' accuracy on unchanged pictures, then on those of each group of changes.
fn by_group<G: PartialEq>(
    pairs: &Pairs,
    groups: &[G],
    group_of: impl Fn(&CorruptedHits) -> G,
) -> Vec<Series> {
    let share = |hits: Hits| (hits.count > 0).then(|| hits.share());
    let series = WAYS.map(|way| {
        let rows = corrupted(pairs.of_way(way));
        let of = |group: &G| {
            share(rows.iter().filter(|row| group_of(row) == *group).map(|row| row.hits).sum())
        };
        let unchanged = share(pairs.of_way(way).map(unchanged).sum());
        Series {
            name: way.title().to_owned(),
            way: Some(way),
            values: [unchanged].into_iter().chain(groups.iter().map(of)).collect(),
            intervals: Vec::new(),
        }
    });
    series.into()
}

/// Accuracy by kind of change, over all severities, beside that on unchanged pictures.
fn by_corruption(pairs: &Pairs) -> Plot {
    let series = by_group(pairs, &Corruption::ALL, |row| row.corruption);
    let names = Corruption::ALL.map(|kind| kind.name().to_owned());
    Plot {
        title: "Accuracy by kind of change".to_owned(),
        axis: "change".to_owned(),
        unit: Unit::Share,
        shape: Shape::Bars,
        categories: ["none".to_owned()].into_iter().chain(names).collect(),
        series,
    }
}

/// Accuracy by severity, over all kinds of change.
fn by_severity(pairs: &Pairs) -> Plot {
    let series = by_group(pairs, &(1..=SEVERITIES).collect::<Vec<_>>(), |row| row.severity);
    Plot {
        title: "Accuracy by severity of the change".to_owned(),
        axis: "severity".to_owned(),
        unit: Unit::Share,
        shape: Shape::Lines,
        categories: (0..=SEVERITIES).map(|severity| severity.to_string()).collect(),
        series,
    }
}
