//! Dividing a data set into training, validation and test pictures, class by class.

use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use super::minimum::MINIMUM_PER_CLASS;
use super::random::{Purpose, seeded};

/// Share of each class that goes to validation, and the same again to test.
const HELD_OUT: f64 = 0.2;
/// With fewer test pictures than this one split tells too little: a single answer is worth more than
/// eight points.
const FEW_TEST_PICTURES: usize = 12;
/// Folds of which each is the test once, where a set is small: as many as leave the parts of a single
/// split as large as they are, if every class has pictures enough for them.
const MOST_TEST_FOLDS: usize = 5;

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
            let held_out = held_out(members.len());
            let rest = members.split_off(2 * held_out);
            let validation = members.split_off(held_out);
            split.test.extend(members);
            split.validation.extend(validation);
            split.training.extend(rest);
        }
        split.sort();
        Ok(split)
    }

    /// How many folds take turns as the test: 1 where a single split has test pictures enough, else
    /// up to five, but no more than the smallest class has pictures.
    pub fn test_folds(labels: &[usize], classes: usize) -> usize {
        let sizes: Vec<usize> = (0..classes)
            .map(|class| labels.iter().filter(|&&label| label == class).count())
            .collect();
        if sizes.iter().map(|&size| held_out(size)).sum::<usize>() >= FEW_TEST_PICTURES {
            return 1;
        }
        sizes.into_iter().min().unwrap_or(0).clamp(1, MOST_TEST_FOLDS)
    }

    /// The split of a set for one of its [`Split::test_folds`]. With a single one it is
    /// [`Split::stratified`]; with several, each class is dealt out to the folds, of which `fold` is
    /// the test, the next one the validation, and the others are learned from. So over all folds
    /// every picture is a test picture once (cross-validation; Stone 1974).
    ///
    /// # Errors
    /// As [`Split::stratified`].
    pub fn with_test_fold(
        labels: &[usize],
        classes: usize,
        seed: u64,
        fold: usize,
    ) -> Result<Self, SplitError> {
        let single = Self::stratified(labels, classes, seed)?;
        let count = Self::test_folds(labels, classes);
        if count == 1 {
            return Ok(single);
        }
        let mut split = Self::default();
        for (place, index) in dealt(0..labels.len(), labels, classes, Purpose::Split, seed) {
            match (place + count - fold % count) % count {
                0 => split.test.push(index),
                1 => split.validation.push(index),
                _ => split.training.push(index),
            }
        }
        split.sort();
        Ok(split)
    }

    fn sort(&mut self) {
        for part in [&mut self.training, &mut self.validation, &mut self.test] {
            part.sort_unstable();
        }
    }

    /// Divides the pictures that are no test pictures into `count` folds, class by class, for a
    /// choice that must not see the test: each part learns from all folds but one, which is its
    /// validation. Its test is empty.
    ///
    /// A class with fewer pictures than folds is in the validation of as many folds as it has.
    pub fn folds(&self, labels: &[usize], classes: usize, count: usize, seed: u64) -> Vec<Self> {
        let mut known = [&self.training[..], &self.validation].concat();
        known.sort_unstable();
        let mut folds = vec![Self::default(); count];
        for (place, index) in dealt(known.into_iter(), labels, classes, Purpose::Folds, seed) {
            for (number, fold) in folds.iter_mut().enumerate() {
                let is_held_out = number == place % count;
                let part = if is_held_out { &mut fold.validation } else { &mut fold.training };
                part.push(index);
            }
        }
        folds.iter_mut().for_each(Self::sort);
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

/// Pictures of a class of this size that go to validation, and as many again to test.
fn held_out(size: usize) -> usize {
    ((size as f64 * HELD_OUT).round() as usize).max(1)
}

/// Pictures in the order in which they are dealt out, each with its place: class by class, shuffled
/// within. A class goes on where the one before ended, so that folds are of one size.
fn dealt(
    pictures: impl Iterator<Item = usize> + Clone,
    labels: &[usize],
    classes: usize,
    purpose: Purpose,
    seed: u64,
) -> impl Iterator<Item = (usize, usize)> {
    let mut generator = seeded(seed, purpose);
    let mut all = Vec::new();
    for class in 0..classes {
        let mut members: Vec<usize> =
            pictures.clone().filter(|&index| labels[index] == class).collect();
        members.shuffle(&mut generator);
        all.extend(members);
    }
    all.into_iter().enumerate()
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
        fn of_a_small_set_every_picture_is_tested_on_once_and_no_part_lacks_a_class(
            sizes in prop::collection::vec(MINIMUM_PER_CLASS..14, 2..6),
            seed: u64,
        ) {
            let classes = sizes.len();
            let labels = labels_of(&sizes);
            let count = Split::test_folds(&labels, classes);
            let folds: Vec<Split> = (0..count)
                .map(|fold| {
                    Split::with_test_fold(&labels, classes, seed, fold).expect("enough pictures")
                })
                .collect();
            if count == 1 {
                let single = Split::stratified(&labels, classes, seed);
                prop_assert_eq!(Ok(&folds[0]), single.as_ref());
                prop_assert!(folds[0].test.len() >= FEW_TEST_PICTURES);
                return Ok(());
            }
            prop_assert!((MINIMUM_PER_CLASS..=MOST_TEST_FOLDS).contains(&count));
            let all: Vec<usize> = (0..labels.len()).collect();
            let sorted = |mut indices: Vec<usize>| {
                indices.sort_unstable();
                indices
            };
            let parts: [fn(&Split) -> Vec<usize>; 2] =
                [|split| split.test.clone(), |split| split.validation.clone()];
            for part in parts {
                prop_assert_eq!(sorted(folds.iter().flat_map(part).collect()), all.clone());
            }
            for fold in &folds {
                let parts = [&fold.training[..], &fold.validation, &fold.test];
                prop_assert_eq!(sorted(parts.concat()), all.clone());
                for (class, part) in (0..classes).flat_map(|class| parts.map(|part| (class, part))) {
                    prop_assert!(part.iter().any(|&index| labels[index] == class));
                }
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
