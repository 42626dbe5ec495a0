//! Who is taken for whom: the counts behind accuracy, and accuracy that is fair to small classes.

use serde::{Deserialize, Serialize};

/// How many pictures of each class were given each answer.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Confusion {
    classes: usize,
    /// Shape `[classes, classes]`: a row a true class, a column an answer.
    counts: Vec<usize>,
}

impl Confusion {
    /// Counts pairs of a label and an answer, each below `classes`. A pair beyond them is not
    /// counted.
    pub fn of(classes: usize, pairs: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut confusion = Self { classes, counts: vec![0; classes * classes] };
        for (label, answer) in pairs {
            confusion.raise(label, answer, 1);
        }
        confusion
    }

    /// Adds the counts of another test, such as that of another seed. Those of classes that this
    /// one lacks are not added.
    pub fn add(&mut self, other: &Self) {
        for label in 0..other.classes {
            for answer in 0..other.classes {
                self.raise(label, answer, other.count(label, answer));
            }
        }
    }

    fn raise(&mut self, label: usize, answer: usize, by: usize) {
        if let Some(count) = self.index(label, answer).and_then(|i| self.counts.get_mut(i)) {
            *count += by;
        }
    }

    fn index(&self, label: usize, answer: usize) -> Option<usize> {
        (label < self.classes && answer < self.classes).then(|| label * self.classes + answer)
    }

    /// Classes there are.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Pictures of class `label` that were taken for class `answer`; 0 beyond the classes.
    pub fn count(&self, label: usize, answer: usize) -> usize {
        self.index(label, answer).and_then(|i| self.counts.get(i)).copied().unwrap_or(0)
    }

    /// Pictures of class `label`.
    fn of_class(&self, label: usize) -> usize {
        (0..self.classes).map(|answer| self.count(label, answer)).sum()
    }

    /// Pictures asked.
    pub fn total(&self) -> usize {
        self.counts.iter().sum()
    }

    /// Share of all pictures that were named rightly, 0 to 1; 0 for no pictures.
    pub fn accuracy(&self) -> f64 {
        let correct: usize = (0..self.classes).map(|class| self.count(class, class)).sum();
        if self.total() == 0 { 0.0 } else { correct as f64 / self.total() as f64 }
    }

    /// Share of a class's pictures that were named rightly, 0 to 1. `None` for a class without
    /// pictures.
    pub fn recall(&self, class: usize) -> Option<f64> {
        let pictures = self.of_class(class);
        (pictures > 0).then(|| self.count(class, class) as f64 / pictures as f64)
    }

    /// The mean recall of the classes that have pictures, 0 to 1; 0 for no pictures.
    ///
    /// Answering the largest class every time gets no more than chance here, however large that
    /// class is (Brodersen et al. 2010, "The Balanced Accuracy and Its Posterior Distribution").
    pub fn balanced_accuracy(&self) -> f64 {
        let recalls: Vec<f64> = (0..self.classes).filter_map(|class| self.recall(class)).collect();
        if recalls.is_empty() { 0.0 } else { recalls.iter().sum::<f64>() / recalls.len() as f64 }
    }

    /// This one's counts less the other's, `[classes, classes]`: a row a true class, a column an
    /// answer. Classes that the other lacks count as nothing there.
    pub fn difference(&self, other: &Self) -> Vec<i64> {
        let cells = (0..self.classes)
            .flat_map(|label| (0..self.classes).map(move |answer| (label, answer)));
        cells
            .map(|(label, answer)| {
                self.count(label, answer) as i64 - other.count(label, answer) as i64
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Eight of class 0, all right; two of class 1, one right; none of class 2.
    fn uneven() -> Confusion {
        Confusion::of(3, std::iter::repeat_n((0, 0), 8).chain([(1, 1), (1, 0)]))
    }

    #[test]
    fn counts_stand_in_the_row_of_the_label_and_the_column_of_the_answer() {
        let confusion = uneven();
        assert_eq!((confusion.count(1, 0), confusion.count(0, 1)), (1, 0));
        assert_eq!((confusion.classes(), confusion.total()), (3, 10));
    }

    #[test]
    fn balanced_accuracy_weighs_classes_and_not_pictures() {
        let confusion = uneven();
        assert_eq!(confusion.accuracy(), 0.9);
        assert_eq!([0, 1, 2].map(|c| confusion.recall(c)), [Some(1.0), Some(0.5), None]);
        assert_eq!(confusion.balanced_accuracy(), 0.75);
        let only_the_largest = Confusion::of(2, (0..10).map(|i| (usize::from(i == 0), 0)));
        assert_eq!(only_the_largest.accuracy(), 0.9);
        assert_eq!(only_the_largest.balanced_accuracy(), 0.5);
    }

    #[test]
    fn no_pictures_are_no_accuracy_and_no_failure() {
        for confusion in [Confusion::of(3, []), Confusion::default()] {
            assert_eq!((confusion.accuracy(), confusion.balanced_accuracy()), (0.0, 0.0));
            assert_eq!((confusion.total(), confusion.recall(0)), (0, None));
        }
    }

    #[test]
    fn what_lies_beyond_the_classes_is_not_counted() {
        let mut confusion = Confusion::of(2, [(0, 2), (2, 0), (usize::MAX, 0), (1, 1)]);
        assert_eq!((confusion.total(), confusion.count(1, 1)), (1, 1));
        confusion.add(&Confusion::of(3, [(0, 1), (2, 2)]));
        assert_eq!((confusion.total(), confusion.count(0, 1)), (2, 1));
        assert_eq!((confusion.count(5, 0), confusion.recall(5)), (0, None));
    }

    #[test]
    fn a_difference_is_this_one_less_the_other() {
        let first = Confusion::of(2, [(0, 0), (0, 0), (1, 0)]);
        let second = Confusion::of(2, [(0, 0), (0, 1), (1, 1)]);
        assert_eq!(first.difference(&second), [1, -1, 1, -1]);
        assert_eq!(second.difference(&first), [-1, 1, -1, 1]);
    }

    proptest! {
        #[test]
        fn adding_counts_what_both_counted(
            first in prop::collection::vec((0..4usize, 0..4usize), 0..40),
            second in prop::collection::vec((0..4usize, 0..4usize), 0..40),
        ) {
            let mut sum = Confusion::of(4, first.clone());
            sum.add(&Confusion::of(4, second.clone()));
            prop_assert_eq!(sum, Confusion::of(4, first.into_iter().chain(second)));
        }

        #[test]
        fn with_as_many_of_each_class_both_accuracies_agree(
            answers in prop::collection::vec(0..3usize, 1..20),
        ) {
            let pairs = (0..3).flat_map(|label| answers.iter().map(move |&a| (label, (a * label) % 3)));
            let confusion = Confusion::of(3, pairs);
            prop_assert!((confusion.accuracy() - confusion.balanced_accuracy()).abs() < 1e-12);
        }
    }
}
