//! Card 7, performance: paired test accuracy and balanced accuracy with intervals, and what is
//! mistaken for what.

use super::summary::{Pairs, WAYS, accuracy, figure, figure_within, repetitions, scope, too_few};
use super::words::{counted, lead, percent, points, range, verdict};
use crate::compare::log::ahead;
use crate::compare::{Finding, Matrix, Plot, Series, Shape, StudyLog, TrialRow, Unit, Way};
use crate::measure::{Confusion, Interval, LEAST_PICTURES};

pub(super) fn finding(log: &StudyLog) -> Result<Finding, String> {
    let scope = scope(log);
    let pairs = Pairs::of(log)?;
    let too_few = || too_few(pairs.test_pictures());
    let difference = pairs.difference().ok_or_else(too_few)?;
    let mut figures = Vec::new();
    let mut matrices = Vec::new();
    let confusions = WAYS.map(|way| confusion(&pairs, way));
    for (way, confusion) in WAYS.into_iter().zip(&confusions) {
        let within = pairs.accuracy(way).ok_or_else(too_few)?;
        figures.push(figure_within("Test accuracy", Some(way), within, Unit::Share));
        figures.push(match pairs.balanced_accuracy(way) {
            Some(within) => figure_within("Balanced accuracy", Some(way), within, Unit::Share),
            None => figure("Balanced accuracy", way, confusion.balanced_accuracy(), Unit::Share),
        });
        let counts = (0..log.classes.len())
            .flat_map(|label| {
                (0..log.classes.len()).map(move |answer| confusion.count(label, answer) as i64)
            })
            .collect();
        let title = format!("{}: answers by true class", way.title());
        matrices.push(Matrix { title, way: Some(way), classes: log.classes.clone(), counts });
    }
    figures.push(figure_within("Fine-tuning ahead", None, difference, Unit::Points));
    let balanced = pairs.balanced_difference();
    if let Some(within) = balanced {
        figures.push(figure_within("Fine-tuning ahead, balanced", None, within, Unit::Points));
    }
    let balanced = match balanced {
        Some(within) => format!(
            "; there {} (with 95 % confidence {}, pictures drawn again within each class)",
            lead(within.estimate),
            range(within)
        ),
        None => format!(
            "; how far it may be off cannot be told where a class has fewer than {}",
            counted(LEAST_PICTURES, "test picture", "test pictures")
        ),
    };
    matrices.push(Matrix {
        title: "Fine-tuning minus transfer learning".to_owned(),
        way: None,
        classes: log.classes.clone(),
        counts: confusions[1].difference(&confusions[0]),
    });
    let scratch = log.study.fine_tuning.from_scratch();
    let scratch: Vec<_> = log.trials_of(&scratch, None).collect();
    let from_nothing = accuracy(scratch.iter().map(|(_, row)| *row), pairs.seed());
    let mut baseline = String::new();
    if let Some(within) = from_nothing {
        figures.push(figure_within("From scratch, test accuracy", None, within, Unit::Share));
        baseline = format!(
            " The same network with random weights, all of it trained for as few epochs as \
             fine-tuning thaws and with frozen statistics, gets {}.",
            percent(within.estimate)
        );
    }
    let both = pairs.head_first_and_at_once();
    let at_once = ThawedAtOnce::of(&both, pairs.seed());
    if let Some(ThawedAtOnce { accuracy, ahead }) = at_once {
        figures.push(figure_within("Thawed at once, test accuracy", None, accuracy, Unit::Share));
        figures.push(figure_within(
            "Thawed at once ahead of head first",
            None,
            ahead,
            Unit::Points,
        ));
        baseline.push_str(&format!(
            " Fine-tuning at once, without its head’s phase, gets {} over {}: {} against head \
             first (with 95 % confidence {}).",
            percent(accuracy.estimate),
            repetitions(log, both.len()),
            points(ahead.estimate),
            range(ahead)
        ));
    }
    let turns = if log.study.takes_turns() {
        format!(
            " A test part of so small a set would tell too little, so its pictures take turns: with \
             every seed each of {} folds is the test once, while the others are learned from and \
             chosen by.",
            log.study.folds
        )
    } else {
        String::new()
    };
    let tested = pairs.test_pictures();
    let [transfer, tuned] = WAYS.map(|way| pairs.accuracy(way).map_or(0.0, |a| a.estimate));
    let recall = |way: Way| Series {
        name: way.title().to_owned(),
        way: Some(way),
        values: (0..log.classes.len())
            .map(|class| confusions[way as usize].recall(class))
            .collect(),
        intervals: Vec::new(),
    };
    Ok(Finding {
        headline: format!(
            "Transfer learning {}, fine-tuning {}: {}.",
            percent(transfer),
            percent(tuned),
            verdict(difference, tested)
        ),
        paragraph: format!(
            "Both ways answered the same test pictures ({}).{turns} Over all of them, {}; \
             the difference is, with 95 % confidence {scope}, {}, above zero where fine-tuning is \
             ahead (bootstrap over pictures, each with all its seeds). Balanced accuracy counts \
             every class alike, however many pictures it has{balanced}. The matrices add up all \
             seeds.{baseline}",
            pairs.basis(),
            lead(difference.estimate),
            range(difference)
        ),
        figures,
        plots: vec![Plot {
            title: "Rightly named, by class".to_owned(),
            axis: "class".to_owned(),
            unit: Unit::Share,
            shape: Shape::Bars,
            categories: log.classes.clone(),
            series: WAYS.map(recall).into(),
        }],
        matrices,
        sources: pairs
            .sources()
            .into_iter()
            .chain(scratch.iter().map(|(place, _)| *place))
            .chain(at_once.iter().flat_map(|_| both.iter().map(|both| both[1].0)))
            .collect(),
    })
}

/// How fine-tuning does that thaws its layers at once, and how far it is ahead of training the head
/// first.
#[derive(Clone, Copy, Debug)]
struct ThawedAtOnce {
    accuracy: Interval,
    ahead: Interval,
}

impl ThawedAtOnce {
    /// Of repetitions with both, head first and at once.
    fn of(both: &[[(usize, &TrialRow); 2]], seed: u64) -> Option<Self> {
        let accuracy = accuracy(both.iter().map(|[_, (_, row)]| *row), seed)?;
        let ahead = ahead(both.iter().map(|[(_, first), (_, second)]| [*first, *second]), seed)?;
        Some(Self { accuracy, ahead })
    }
}

/// The answers of one way over all seeds.
fn confusion(pairs: &Pairs, way: Way) -> Confusion {
    let answers = pairs.of_way(way).flat_map(|row| &row.answers);
    let answers = answers.map(|answer| (usize::from(answer.label), usize::from(answer.answer)));
    Confusion::of(pairs.log.classes.len(), answers)
}
