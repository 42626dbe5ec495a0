//! Dividing a data set into training, validation and test pictures, class by class.

use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use super::minimum::MINIMUM_PER_CLASS;
use super::random::{Purpose, seeded};

/// Share of each class that goes to validation, and the same again to test.
const HELD_OUT: f64 = 0.2;

/// Indices of a data set, each in exactly one part, in ascending order.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Split {
    /// Pictures to learn from.
    pub training: Vec<usize>,
    /// Pictures to choose the best epoch on.
    pub validation: Vec<usize>,
    /// Pictures for the final score only.
    pub test: Vec<usize>,
}

/// The data set cannot be split.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SplitError {
    /// One class is nothing to tell apart.
    #[error("there is {found} class with pictures; telling apart takes at least two")]
    TooFewClasses {
        /// Classes there are.
        found: usize,
    },
    /// A class has too few pictures.
    #[error(
        "class {class} has {found} of the {MINIMUM_PER_CLASS} pictures it needs: \
         two to learn from, one to choose by and one to test on"
    )]
    TooFewPictures {
        /// Index of the class.
        class: usize,
        /// Pictures it has.
        found: usize,
    },
}

impl Split {
    /// Splits each class 60 / 20 / 20, at least one picture into validation and test each.
    ///
    /// `labels` holds one class index a picture, below `classes`. The same seed gives the same
    /// split.
    ///
    /// # Errors
    /// When there are fewer than two classes, or one has fewer than [`MINIMUM_PER_CLASS`]
    /// pictures.
    pub fn stratified(labels: &[usize], classes: usize, seed: u64) -> Result<Self, SplitError> {
        if classes < 2 {
            return Err(SplitError::TooFewClasses { found: classes });
        }
        let mut generator = seeded(seed, Purpose::Split);
        let mut split = Self::default();
        for class in 0..classes {
            let mut members: Vec<usize> =
                (0..labels.len()).filter(|&index| labels[index] == class).collect();
            if members.len() < MINIMUM_PER_CLASS {
                return Err(SplitError::TooFewPictures { class, found: members.len() });
            }
            members.shuffle(&mut generator);
            let held_out = ((members.len() as f64 * HELD_OUT).round() as usize).max(1);
            let rest = members.split_off(2 * held_out);
            let validation = members.split_off(held_out);
            split.test.extend(members);
            split.validation.extend(validation);
            split.training.extend(rest);
        }
        for part in [&mut split.training, &mut split.validation, &mut split.test] {
            part.sort_unstable();
        }
        Ok(split)
    }

    /// Divides the pictures that are no test pictures into `count` folds, class by class, for a
    /// choice that must not see the test: each part learns from all folds but one, which is its
    /// validation. Its test is empty.
    ///
    /// A class with fewer pictures than folds is in the validation of as many folds as it has.
    pub fn folds(&self, labels: &[usize], classes: usize, count: usize, seed: u64) -> Vec<Self> {
        let mut generator = seeded(seed, Purpose::Folds);
        let known = [&self.training[..], &self.validation].concat();
        let mut folds = vec![Self::default(); count];
        // Goes on where the class before ended, so that folds are of one size.
        let mut place = 0;
        for class in 0..classes {
            let mut members: Vec<usize> =
                known.iter().copied().filter(|&index| labels[index] == class).collect();
            members.sort_unstable();
            members.shuffle(&mut generator);
            for member in members {
                for (number, fold) in folds.iter_mut().enumerate() {
                    let is_held_out = number == place % count;
                    let part = if is_held_out { &mut fold.validation } else { &mut fold.training };
                    part.push(member);
                }
                place += 1;
            }
        }
        for fold in &mut folds {
            fold.training.sort_unstable();
            fold.validation.sort_unstable();
        }
        folds
    }

    /// The same split with at most `most` training pictures a class. Nested: the pictures of a
    /// smaller set are in every larger one of the same seed.
    pub fn with_fewer_training(
        &self,
        labels: &[usize],
        classes: usize,
        most: usize,
        seed: u64,
    ) -> Self {
        let mut generator = seeded(seed, Purpose::Subset);
        let mut training = Vec::new();
        for class in 0..classes {
            let mut members: Vec<usize> =
                self.training.iter().copied().filter(|&index| labels[index] == class).collect();
            members.shuffle(&mut generator);
            members.truncate(most);
            training.extend(members);
        }
        training.sort_unstable();
        Self { training, ..self.clone() }
    }

    /// Training pictures of the class that has fewest.
    pub fn fewest_training(&self, labels: &[usize], classes: usize) -> usize {
        let count = |class| self.training.iter().filter(|&&index| labels[index] == class).count();
        (0..classes).map(count).min().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The labels of classes of these sizes, one behind the other.
    fn labels_of(sizes: &[usize]) -> Vec<usize> {
        let classes = sizes.iter().enumerate();
        classes.flat_map(|(class, &size)| std::iter::repeat_n(class, size)).collect()
    }

    proptest! {
        #[test]
        fn every_picture_is_in_one_part_and_every_class_in_all_three(
            sizes in prop::collection::vec(MINIMUM_PER_CLASS..40, 2..8),
            seed: u64,
        ) {
            let labels = labels_of(&sizes);
            let split = Split::stratified(&labels, sizes.len(), seed).expect("enough pictures");
            let mut all: Vec<usize> =
                [&split.training[..], &split.validation, &split.test].concat();
            all.sort_unstable();
            prop_assert_eq!(all, (0..labels.len()).collect::<Vec<_>>());
            for (class, &size) in sizes.iter().enumerate() {
                let count = |part: &[usize]| part.iter().filter(|&&i| labels[i] == class).count();
                prop_assert!(count(&split.training) >= 2);
                for part in [&split.validation, &split.test] {
                    let share = count(part) as f64;
                    prop_assert!(share >= 1.0 && (share - size as f64 * HELD_OUT).abs() <= 0.8);
                }
            }
        }

        #[test]
        fn smaller_sets_are_parts_of_larger_ones_and_have_so_many_of_every_class(
            sizes in prop::collection::vec(MINIMUM_PER_CLASS..40, 2..6),
            most in 1usize..20,
            seed: u64,
        ) {
            let classes = sizes.len();
            let labels = labels_of(&sizes);
            let split = Split::stratified(&labels, classes, seed).expect("enough pictures");
            let fewer = |most| split.with_fewer_training(&labels, classes, most, seed);
            let (small, large) = (fewer(most), fewer(most + 1));
            prop_assert!(small.training.iter().all(|index| large.training.contains(index)));
            prop_assert!(large.training.iter().all(|index| split.training.contains(index)));
            prop_assert_eq!((&small.validation, &small.test), (&split.validation, &split.test));
            for class in 0..classes {
                let count = |split: &Split| {
                    split.training.iter().filter(|&&index| labels[index] == class).count()
                };
                prop_assert_eq!(count(&small), count(&split).min(most));
            }
            prop_assert_eq!(small.fewest_training(&labels, classes) , most.min(split.fewest_training(&labels, classes)));
        }

        #[test]
        fn folds_hold_every_picture_but_the_test_s_out_once_and_learn_from_every_class(
            sizes in prop::collection::vec(MINIMUM_PER_CLASS..40, 2..6),
            count in 2usize..6,
            seed: u64,
        ) {
            let classes = sizes.len();
            let labels = labels_of(&sizes);
            let split = Split::stratified(&labels, classes, seed).expect("enough pictures");
            let folds = split.folds(&labels, classes, count, seed);
            let sorted = |mut indices: Vec<usize>| {
                indices.sort_unstable();
                indices
            };
            let known = sorted([&split.training[..], &split.validation].concat());
            let held_out = folds.iter().flat_map(|fold| fold.validation.clone()).collect();
            prop_assert_eq!(&sorted(held_out), &known);
            for fold in &folds {
                let all = sorted([&fold.training[..], &fold.validation].concat());
                prop_assert_eq!(&all, &known);
                prop_assert!(fold.test.is_empty());
                prop_assert!(fold.fewest_training(&labels, classes) >= 1);
                prop_assert!(fold.validation.len().abs_diff(known.len() / count) <= 1);
            }
        }

        #[test]
        fn the_same_seed_gives_the_same_split(seed: u64) {
            let labels: Vec<usize> = (0..60).map(|index| index % 3).collect();
            prop_assert_eq!(
                Split::stratified(&labels, 3, seed),
                Split::stratified(&labels, 3, seed)
            );
        }
    }

    #[test]
    fn too_few_classes_or_pictures_are_refused_with_the_count() {
        assert_eq!(Split::stratified(&[0; 9], 1, 0), Err(SplitError::TooFewClasses { found: 1 }));
        assert_eq!(
            Split::stratified(&[0, 0, 0, 0, 1, 1, 1], 2, 0),
            Err(SplitError::TooFewPictures { class: 1, found: 3 })
        );
    }
}
