//! How many pictures a class trials learned from, in numbers and in words.

use super::summary::{Pairs, mean};
use super::words::{a_class, listed};
use crate::compare::Way;

/// A number of pictures a class that both ways learned from.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Size {
    /// What was asked for; all pictures where none.
    asked: Option<usize>,
    /// Training pictures over classes, mean over the rows.
    pub mean: f64,
    /// Whether some class has more than the smallest one.
    is_uneven: bool,
}

impl Size {
    /// What rows on so many pictures a class, or on all, learned from.
    pub fn of(asked: Option<usize>, pairs: &Pairs) -> Self {
        let classes = pairs.log.classes.len().max(1) as f64;
        let pictures = pairs.of_way(Way::FineTuning).map(|row| row.training_pictures as f64);
        let mean = mean(pictures).unwrap_or(0.0) / classes;
        // Not by the mean: where folds take turns, equal classes too have more in some of them.
        let is_uneven = asked.is_none() && pairs.log.is_uneven;
        Self { asked, mean, is_uneven }
    }

    /// Whether some class has more pictures than the smallest one.
    pub fn is_uneven(self) -> bool {
        self.is_uneven
    }

    /// The mean, with a decimal where it is no whole number.
    fn rounded(self) -> String {
        let text = format!("{:.1}", self.mean);
        text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
    }

    /// Along an axis: `8`, `all (80)`.
    pub fn on_axis(self) -> String {
        match self.asked {
            Some(pictures) => pictures.to_string(),
            None => format!("all ({})", self.rounded()),
        }
    }

    /// In the name of a figure: `8 a class`, `all, 80 a class`.
    pub fn short(self) -> String {
        match self.asked {
            Some(pictures) => format!("{pictures} a class"),
            None => format!("all, {} a class", self.rounded()),
        }
    }

    /// In a sentence: `8 pictures a class`, `all pictures (80 a class on average)`.
    pub fn long(self) -> String {
        match self.asked {
            Some(pictures) => a_class(pictures),
            None if self.is_uneven => {
                format!("all pictures ({} a class on average)", self.rounded())
            }
            None => format!("all pictures ({} a class)", self.rounded()),
        }
    }
}

/// Several sizes in a sentence: `1 and 2 pictures a class and all pictures (8 a class)`.
pub(super) fn in_words(sizes: &[Size]) -> String {
    let (few, all): (Vec<Size>, Vec<Size>) = sizes.iter().partition(|size| size.asked.is_some());
    let numbers: Vec<String> = few.iter().map(|size| size.on_axis()).collect();
    let few = match &few[..] {
        [] => None,
        [one] => Some(one.long()),
        _ => Some(format!("{} pictures a class", listed(&numbers))),
    };
    let all = all.first().map(|size| size.long());
    few.into_iter().chain(all).collect::<Vec<_>>().join(" and ")
}
