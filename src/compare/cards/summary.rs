//! What several cards ask of the log: both ways over all repetitions, and means.

use super::words::counted;
use crate::compare::log::ahead;
use crate::compare::{Examination, Figure, Repetition, StudyLog, TrialRow, Unit, Way};
use crate::measure::{
    Interval, LEAST_PICTURES, Missing, balanced_difference, balanced_share, share,
};
use crate::train::Strategy;

/// Both ways in the order of every card.
pub(super) const WAYS: [Way; 2] = [Way::Transfer, Way::FineTuning];

/// Both ways, over the repetitions that both have ended.
pub(super) struct Pairs<'a> {
    pub log: &'a StudyLog,
    /// Transfer learning, fine-tuning; each with its place in the log.
    pub rows: Vec<[(usize, &'a TrialRow); 2]>,
}

impl<'a> Pairs<'a> {
    /// On all training pictures.
    pub fn of(log: &'a StudyLog) -> Result<Self, String> {
        Self::with(log, None)
    }

    /// On so many training pictures a class.
    pub fn with(log: &'a StudyLog, pictures_a_class: Option<usize>) -> Result<Self, String> {
        let rows = log.pairs(pictures_a_class);
        if rows.is_empty() {
            return Err("Both ways have yet to end the same repetition.".to_owned());
        }
        Ok(Self { log, rows })
    }

    /// What both ways have ended.
    pub fn repetitions(&self) -> Vec<Repetition> {
        self.rows.iter().map(|[(_, row), _]| row.trial.repetition).collect()
    }

    /// With these only.
    pub fn only(&self, repetitions: &[Repetition]) -> Self {
        let is_meant =
            |pair: &&[(usize, &TrialRow); 2]| repetitions.contains(&pair[0].1.trial.repetition);
        Self { log: self.log, rows: self.rows.iter().filter(is_meant).copied().collect() }
    }

    /// The rows of one way.
    pub fn of_way(&self, way: Way) -> impl Iterator<Item = &'a TrialRow> + '_ {
        self.rows.iter().map(move |pair| pair[way as usize].1)
    }

    /// What was seen of the models of one way, of those that were examined.
    pub fn examinations(&self, way: Way) -> Vec<&'a Examination> {
        self.of_way(way).filter_map(|row| row.examination.as_ref()).collect()
    }

    /// Those whose models were both examined.
    pub fn examined(&self) -> Self {
        let is_examined =
            |pair: &&[(usize, &TrialRow); 2]| pair.iter().all(|(_, row)| row.examination.is_some());
        Self { log: self.log, rows: self.rows.iter().filter(is_examined).copied().collect() }
    }

    /// The mean over one way's rows.
    pub fn mean(&self, way: Way, value: impl Fn(&TrialRow) -> f64) -> f64 {
        mean(self.of_way(way).map(value)).unwrap_or(f64::NAN)
    }

    /// The places of all rows.
    pub fn sources(&self) -> Vec<usize> {
        self.rows.iter().flatten().map(|(place, _)| *place).collect()
    }

    /// Different pictures that were tested on.
    pub fn test_pictures(&self) -> usize {
        let answers = self.of_way(Way::Transfer).flat_map(|row| &row.answers);
        let mut pictures: Vec<u32> = answers.map(|answer| answer.picture).collect();
        pictures.sort_unstable();
        pictures.dedup();
        pictures.len()
    }

    /// How sure what follows is: `3 seeds, 20 test pictures each, 44 different ones in all`.
    pub fn basis(&self) -> String {
        let tested = || self.rows.iter().map(|pair| pair[0].1.answers.len());
        let (least, most) = (tested().min().unwrap_or(0), tested().max().unwrap_or(0));
        let each = match least == most {
            true => counted(most, "test picture", "test pictures"),
            false => format!("{least} to {most} test pictures"),
        };
        format!(
            "{}, {each} each, {} in all",
            repetitions(self.log, self.rows.len()),
            counted(self.test_pictures(), "different one", "different ones"),
        )
    }

    /// The accuracy of one way with its interval.
    pub fn accuracy(&self, way: Way) -> Option<Interval> {
        accuracy(self.of_way(way), self.seed())
    }

    /// How far fine-tuning is ahead in accuracy, picture by picture.
    pub fn difference(&self) -> Option<Interval> {
        ahead(self.rows.iter().map(|[(_, first), (_, second)]| [*first, *second]), self.seed())
    }

    /// The balanced accuracy of one way with its interval, where every class has pictures for one.
    pub fn balanced_accuracy(&self, way: Way) -> Option<Interval> {
        let answers = self.of_way(way).flat_map(|row| &row.answers);
        let answers =
            answers.map(|answer| (answer.picture as usize, answer.label.into(), answer.is_right()));
        balanced_share(answers, self.seed())
    }

    /// How far fine-tuning is ahead in balanced accuracy, picture by picture.
    pub fn balanced_difference(&self) -> Option<Interval> {
        let both = self.rows.iter().flat_map(|[(_, a), (_, b)]| a.answers.iter().zip(&b.answers));
        let both =
            both.map(|(a, b)| (a.picture as usize, a.label.into(), a.is_right(), b.is_right()));
        balanced_difference(both, self.seed())
    }

    /// Fine-tuning as it was set, its head first, and at once, of every repetition with both, each
    /// with its place in the log. None where it has no phase of its head.
    pub fn head_first_and_at_once(&self) -> Vec<[(usize, &'a TrialRow); 2]> {
        let head_first = &self.log.study.fine_tuning;
        let at_once = head_first.at_once();
        if at_once == *head_first {
            return Vec::new();
        }
        let rows: Vec<_> = self.log.trials_of(&at_once, None).collect();
        let both = self.rows.iter().filter_map(|pair| {
            let first = pair[Way::FineTuning as usize];
            let same =
                |(_, row): &&(usize, &TrialRow)| row.trial.repetition == first.1.trial.repetition;
            let (place, _) = *rows.iter().find(same)?;
            Some([first, (place, self.log.rows.get(place)?)])
        });
        both.collect()
    }

    /// The seed of every resampling.
    pub fn seed(&self) -> u64 {
        self.log.study.seeds.first().copied().unwrap_or_default()
    }
}

/// The accuracy over some rows with its interval; pictures that were tested under several seeds
/// count as one.
pub(super) fn accuracy<'a>(
    rows: impl Iterator<Item = &'a TrialRow>,
    seed: u64,
) -> Option<Interval> {
    let answers = rows.flat_map(|row| &row.answers);
    share(answers.map(|answer| (answer.picture as usize, answer.is_right())), seed)
}

/// That so many test pictures do not make an interval.
pub(super) fn too_few(found: usize) -> String {
    let missing = Missing::TooFew { needed: LEAST_PICTURES, found };
    format!("There are too few test pictures: {}.", missing.in_words())
}

/// How often something was tried: `3 seeds`, or `15 repetitions` where folds take turns.
pub(super) fn repetitions(log: &StudyLog, count: usize) -> String {
    let (one, many) =
        if log.study.takes_turns() { ("repetition", "repetitions") } else { ("seed", "seeds") };
    counted(count, one, many)
}

/// Of what an interval speaks.
pub(super) fn scope(log: &StudyLog) -> &'static str {
    if !log.study.takes_turns() {
        return "for these trained models on other such pictures";
    }
    // Whoever is tested in one fold is learned from in the others (Bengio and Grandvalet 2004).
    "for models trained like these on other such pictures, somewhat too narrow since folds share \
     pictures"
}

/// The mean; none of nothing.
pub(super) fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0usize), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f64)
}

/// A figure about one way.
pub(super) fn figure(name: &str, way: Way, value: f64, unit: Unit) -> Figure {
    Figure { name: name.to_owned(), way: Some(way), value, unit, interval: None }
}

/// A figure about both.
pub(super) fn shared_figure(name: &str, value: f64, unit: Unit) -> Figure {
    Figure { name: name.to_owned(), way: None, value, unit, interval: None }
}

/// A figure with its interval.
pub(super) fn figure_within(
    name: &str,
    way: Option<Way>,
    interval: Interval,
    unit: Unit,
) -> Figure {
    Figure { name: name.to_owned(), way, value: interval.estimate, unit, interval: Some(interval) }
}

/// The strategy of a way.
pub(super) fn strategy(log: &StudyLog, way: Way) -> &Strategy {
    match way {
        Way::Transfer => &log.study.transfer,
        Way::FineTuning => &log.study.fine_tuning,
    }
}

/// Parameters that learn in a way, the head's included, and those that there are.
pub(super) fn parameters(log: &StudyLog, strategy: &Strategy) -> (usize, usize) {
    let (network, classes) = (&log.architecture, log.classes.len());
    let all = network.head_parameters(classes) + network.parameters_from(0);
    (strategy.parameters_that_learn(network, classes), all)
}

/// The names of the network's stages: stem, blocks, top.
pub(super) fn stage_names(log: &StudyLog) -> Vec<String> {
    use crate::model::StageKind;
    let stages = log.architecture.stages.iter().enumerate();
    stages
        .map(|(index, stage)| match stage.kind {
            StageKind::Stem => "stem".to_owned(),
            StageKind::Block { .. } => format!("block {index}"),
            StageKind::Top => "top".to_owned(),
        })
        .collect()
}
