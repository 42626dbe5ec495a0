//! Geometry of the plots on the cards: from values over categories to places on the page.

use crate::session::{Plot, Shape, Unit, Way};

/// Pixels that a letter of a label takes, roughly.
const LETTER: f64 = 6.6;
/// Letters of a name along an axis.
pub const LONGEST_NAME: usize = 15;

/// The plotting area, in pixels, and what its edges mean.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Area {
    /// Left edge.
    pub left: f64,
    /// Right edge.
    pub right: f64,
    /// Upper edge.
    pub top: f64,
    /// Lower edge.
    pub bottom: f64,
    /// The value at the lower edge.
    pub low: f64,
    /// The value at the upper edge.
    pub high: f64,
    /// Categories along the axis.
    pub categories: usize,
}

impl Area {
    /// Where a value stands; what is beyond an edge stands on it.
    pub fn y(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
        self.bottom - share * (self.bottom - self.top)
    }

    /// The room of one category.
    pub fn step(&self) -> f64 {
        (self.right - self.left) / self.categories.max(1) as f64
    }

    /// The middle of a category.
    pub fn x(&self, category: usize) -> f64 {
        self.left + self.step() * (category as f64 + 0.5)
    }

    /// Left edge and width of the bar of a series among so many.
    pub fn bar(&self, category: usize, series: usize, of: usize) -> (f64, f64) {
        let width = self.step() * 0.72 / of.max(1) as f64;
        let begin = self.x(category) - self.step() * 0.36;
        (begin + width * series as f64, width)
    }

    /// Every how many categories a label fits, when the longest has so many letters.
    pub fn label_every(&self, letters: usize) -> usize {
        let needed = letters as f64 * LETTER + 10.0;
        (needed / self.step()).ceil().max(1.0) as usize
    }
}

/// The values at the lower and the upper edge: all of it, whiskers too, and zero.
pub fn range(plot: &Plot) -> (f64, f64) {
    let values = plot.series.iter().flat_map(|series| {
        let whiskers =
            series.intervals.iter().flatten().flat_map(|within| [within.low, within.high]);
        series.values.iter().flatten().copied().chain(whiskers)
    });
    let (low, high) = values
        .filter(|value| value.is_finite())
        .fold((0.0f64, 0.0f64), |(low, high), value| (low.min(value), high.max(value)));
    let is_whole = matches!(plot.unit, Unit::Share) && high > 0.5;
    let high = if is_whole { high.max(1.0) } else { high };
    if high <= low {
        return (low, low + 1.0);
    }
    let step = step(low, high);
    ((low / step).floor() * step, (high / step - 1e-9).ceil() * step)
}

/// A round distance between about four ticks over a range.
fn step(low: f64, high: f64) -> f64 {
    let least = (high - low) / 5.0;
    let size = 10f64.powi(least.log10().floor() as i32);
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0].map(|step| step * size);
    steps.into_iter().find(|step| *step >= least * (1.0 - 1e-9)).unwrap_or(10.0 * size)
}

/// The round values at which ticks stand, both edges included; zero is one of them.
pub fn ticks(low: f64, high: f64) -> Vec<f64> {
    let step = step(low, high);
    let (first, last) = ((low / step).round() as i64, (high / step).round() as i64);
    (first..=last).map(|tick| tick as f64 * step).collect()
}

/// A name that is short enough for an axis.
pub fn short_name(name: &str) -> String {
    if name.chars().count() <= LONGEST_NAME {
        return name.to_owned();
    }
    name.chars().take(LONGEST_NAME - 1).chain(['…']).collect()
}

/// How a series is marked: the word of its way, and whether another one of that way came before.
pub fn mark(plot: &Plot, series: usize) -> (&'static str, bool) {
    let way = plot.series[series].way;
    let word = match way {
        Some(Way::Transfer) => "cold",
        Some(Way::FineTuning) => "warm",
        None => "both",
    };
    (word, plot.series[..series].iter().any(|other| other.way == way))
}

/// What stands in a plot's legend: a name, with the first series that it is of. Parts of one thing
/// that are drawn alike are named from the first to the last: the table holds them all.
pub fn legend(plot: &Plot) -> Vec<(String, usize)> {
    let mut entries = Vec::new();
    let mut index = 0;
    while let Some(series) = plot.series.get(index) {
        let whole = |at: usize| plot.series[at].name.rsplit_once(", ");
        let alike = |other: &usize| {
            mark(plot, *other) == mark(plot, index)
                && whole(*other).is_some_and(|(of, _)| whole(index).is_some_and(|own| own.0 == of))
        };
        let run = (index..plot.series.len()).take_while(alike).count().max(1);
        let name = match whole(index + run - 1).filter(|_| run > 1) {
            Some((_, part)) => format!("{} to {part}", series.name),
            None => series.name.clone(),
        };
        entries.push((name, index));
        index += run;
    }
    entries
}

/// The points of a series as unbroken lines: pairs of category and value.
pub fn lines(values: &[Option<f64>]) -> Vec<Vec<(usize, f64)>> {
    let mut lines = vec![Vec::new()];
    for (category, value) in values.iter().enumerate() {
        match (value, lines.last_mut()) {
            (Some(value), Some(line)) if value.is_finite() => line.push((category, *value)),
            _ => lines.push(Vec::new()),
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// Whether dots fit on the lines of a plot.
pub fn has_dots(plot: &Plot) -> bool {
    plot.shape == Shape::Lines && plot.categories.len() <= 20
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Interval, Series};

    fn plot(unit: Unit, values: &[Option<f64>]) -> Plot {
        Plot {
            title: String::new(),
            axis: String::new(),
            unit,
            shape: Shape::Lines,
            categories: values.iter().map(|_| String::new()).collect(),
            series: vec![Series {
                name: String::new(),
                way: None,
                values: values.to_vec(),
                intervals: Vec::new(),
            }],
        }
    }

    #[test]
    fn shares_reach_up_to_all_and_small_ones_to_a_round_number() {
        assert_eq!(range(&plot(Unit::Share, &[Some(0.6), None])), (0.0, 1.0));
        assert_eq!(range(&plot(Unit::Share, &[Some(0.033)])), (0.0, 0.04));
        assert_eq!(range(&plot(Unit::Plain, &[Some(-0.2), Some(7.1)])), (-2.0, 8.0));
        assert_eq!(range(&plot(Unit::Plain, &[None])), (0.0, 1.0));
        assert_eq!(range(&plot(Unit::Plain, &[Some(f64::NAN), Some(2.0)])), (0.0, 2.0));
    }

    #[test]
    fn whiskers_are_inside() {
        let mut wide = plot(Unit::Plain, &[Some(0.5)]);
        wide.series[0].intervals = vec![Some(Interval { estimate: 0.5, low: -0.3, high: 1.4 })];
        assert_eq!(range(&wide), (-0.5, 1.5));
    }

    #[test]
    fn ticks_are_round_and_zero_is_one_of_them() {
        let shares = ticks(0.0, 1.0);
        assert_eq!(shares.len(), 6);
        for (tick, expected) in shares.iter().zip([0.0, 0.2, 0.4, 0.6, 0.8, 1.0]) {
            assert!((tick - expected).abs() < 1e-12, "{shares:?}");
        }
        assert_eq!(ticks(-2.0, 8.0), [-2.0, 0.0, 2.0, 4.0, 6.0, 8.0]);
        assert_eq!(ticks(-0.5, 1.5), [-0.5, 0.0, 0.5, 1.0, 1.5]);
    }

    #[test]
    fn long_names_end_in_an_ellipsis() {
        assert_eq!(short_name("last 12 blocks"), "last 12 blocks");
        assert_eq!(short_name("a class with a long name"), "a class with a…");
    }

    #[test]
    fn values_and_bars_stand_where_they_were_worked_out_by_hand() {
        let area = Area {
            left: 10.0,
            right: 110.0,
            top: 0.0,
            bottom: 50.0,
            low: 0.0,
            high: 2.0,
            categories: 2,
        };
        assert_eq!((area.y(0.0), area.y(1.0), area.y(9.0)), (50.0, 25.0, 0.0));
        assert_eq!((area.x(0), area.x(1)), (35.0, 85.0));
        let (begin, width) = area.bar(1, 1, 2);
        assert!((begin - 85.0).abs() < 1e-9 && (width - 18.0).abs() < 1e-9);
        assert_eq!(area.label_every(5), 1);
        assert_eq!(area.label_every(20), 3);
    }

    #[test]
    fn a_line_breaks_where_there_is_no_value() {
        let found = lines(&[Some(1.0), Some(2.0), None, Some(3.0)]);
        assert_eq!(found, [vec![(0, 1.0), (1, 2.0)], vec![(3, 3.0)]]);
        assert!(lines(&[None, Some(f64::NAN)]).is_empty());
    }

    #[test]
    fn many_lines_of_a_way_are_named_from_the_first_to_the_last() {
        let series = |name: &str, way| Series {
            name: name.to_owned(),
            way: Some(way),
            values: vec![Some(1.0)],
            intervals: Vec::new(),
        };
        let mut plot = Plot {
            title: String::new(),
            axis: String::new(),
            unit: Unit::Plain,
            shape: Shape::Lines,
            categories: vec!["1".to_owned()],
            series: vec![
                series("Transfer learning, head", Way::Transfer),
                series("Fine-tuning, head", Way::FineTuning),
            ],
        };
        let names = |plot: &Plot| -> Vec<String> {
            legend(plot).into_iter().map(|(name, _)| name).collect()
        };
        plot.series.push(series("Fine-tuning, block 14", Way::FineTuning));
        assert_eq!(names(&plot)[2], "Fine-tuning, block 14");
        plot.series.push(series("Fine-tuning, block 15", Way::FineTuning));
        plot.series.push(series("Fine-tuning, top", Way::FineTuning));
        assert_eq!(
            names(&plot)[1..],
            ["Fine-tuning, head".to_owned(), "Fine-tuning, block 14 to top".to_owned()]
        );
        assert_eq!(legend(&plot)[2].1, 2);
        plot.series.push(series("Something else", Way::FineTuning));
        assert_eq!(legend(&plot)[3], ("Something else".to_owned(), 5));
    }
}
