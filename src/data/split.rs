//! Dividing a data set into training, validation and test pictures, class by class and group by group:
//! copies of a picture, or a burst, are never on two sides, or a test would ask about what was learned.
//! A group whose pictures are of several classes is learned from: no answer about it would be right.

use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use super::labelled::{Group, Labelled};
use super::minimum::{MINIMUM_GROUPS, MINIMUM_PER_CLASS};
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
    /// The pictures of a class belong together in too few groups.
    #[error(
        "the pictures of class {class} are {found} of the {MINIMUM_GROUPS} separate ones it needs: \
         copies and bursts count as one"
    )]
    TooFewGroups {
        /// Index of the class.
        class: usize,
        /// Groups it has.
        found: usize,
    },
}

impl Split {
    /// Splits each class 60 / 20 / 20, at least one group into validation and test each. Where groups
    /// are larger than a picture, a part is as full as it gets without exceeding its share.
    ///
    /// The same seed gives the same split.
    ///
    /// # Errors
    /// When there are fewer than two classes, or one has fewer than [`MINIMUM_PER_CLASS`]
    /// pictures, or fewer than three groups of its own.
    pub fn stratified(set: Labelled, seed: u64) -> Result<Self, SplitError> {
        if set.classes < 2 {
            return Err(SplitError::TooFewClasses { found: set.classes });
        }
        let mut generator = seeded(seed, Purpose::Split);
        let mut split = Self::default();
        let (mixed, groups) = mixed_and_own(set, 0..set.labels.len());
        split.training.extend(mixed);
        for class in 0..set.classes {
            let found = set.count(class);
            if found < MINIMUM_PER_CLASS {
                return Err(SplitError::TooFewPictures { class, found });
            }
            let mut own: Vec<&Group> =
                groups.iter().filter(|group| group.class == Some(class)).collect();
            if own.len() < MINIMUM_GROUPS {
                return Err(SplitError::TooFewGroups { class, found: own.len() });
            }
            own.shuffle(&mut generator);
            // Of those that can be held out, or a class that is mostly mixed would have none of its own
            // to learn from.
            let share = held_out(own.iter().map(|group| group.members.len()).sum());
            let [test, validation, training] = divided(own, share);
            split.test.extend(test);
            split.validation.extend(validation);
            split.training.extend(training);
        }
        split.sort();
        Ok(split)
    }

    /// How many folds take turns as the test: 1 where a single split has test pictures enough, else
    /// up to five, but no more than the smallest class has groups.
    pub fn test_folds(set: Labelled) -> usize {
        let (_, groups) = mixed_and_own(set, 0..set.labels.len());
        let own = |class| groups.iter().filter(move |group| group.class == Some(class));
        let size = |class| own(class).map(|group| group.members.len()).sum::<usize>();
        if (0..set.classes).map(|class| held_out(size(class))).sum::<usize>() >= FEW_TEST_PICTURES {
            return 1;
        }
        let fewest = (0..set.classes).map(|class| own(class).count()).min().unwrap_or(0);
        fewest.clamp(1, MOST_TEST_FOLDS)
    }

    /// The split of a set for one of its [`Split::test_folds`]. With a single one it is
    /// [`Split::stratified`]; with several, each class is dealt out to the folds, of which `fold` is
    /// the test, the next one the validation, and the others are learned from. So over all folds
    /// every picture is a test picture once (cross-validation; Stone 1974), but those of groups that
    /// are of several classes.
    ///
    /// # Errors
    /// As [`Split::stratified`].
    pub fn with_test_fold(set: Labelled, seed: u64, fold: usize) -> Result<Self, SplitError> {
        let single = Self::stratified(set, seed)?;
        let count = Self::test_folds(set);
        if count == 1 {
            return Ok(single);
        }
        let (mixed, groups) = mixed_and_own(set, 0..set.labels.len());
        let mut split = Self { training: mixed, ..Self::default() };
        for (place, group) in dealt(&groups, set.classes, count, Purpose::Split, seed) {
            let part = match (place + count - fold % count) % count {
                0 => &mut split.test,
                1 => &mut split.validation,
                _ => &mut split.training,
            };
            part.extend(&group.members);
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
    /// A class with fewer groups than folds is in the validation of as many folds as it has.
    pub fn folds(&self, set: Labelled, count: usize, seed: u64) -> Vec<Self> {
        let mut known = [&self.training[..], &self.validation].concat();
        known.sort_unstable();
        let (mixed, groups) = mixed_and_own(set, known.into_iter());
        let mut folds = vec![Self { training: mixed, ..Self::default() }; count];
        for (place, group) in dealt(&groups, set.classes, count, Purpose::Folds, seed) {
            for (number, fold) in folds.iter_mut().enumerate() {
                let is_held_out = number == place;
                let part = if is_held_out { &mut fold.validation } else { &mut fold.training };
                part.extend(&group.members);
            }
        }
        folds.iter_mut().for_each(Self::sort);
        folds
    }

    /// The same split with at most `most` training pictures a class. Nested: the pictures of a
    /// smaller set are in every larger one of the same seed.
    pub fn with_fewer_training(&self, set: Labelled, most: usize, seed: u64) -> Self {
        let mut generator = seeded(seed, Purpose::Subset);
        let mut training = Vec::new();
        for class in 0..set.classes {
            let mut members: Vec<usize> =
                self.training.iter().copied().filter(|&index| set.labels[index] == class).collect();
            members.shuffle(&mut generator);
            members.truncate(most);
            training.extend(members);
        }
        training.sort_unstable();
        Self { training, ..self.clone() }
    }

    /// Training pictures of the class that has fewest.
    pub fn fewest_training(&self, set: Labelled) -> usize {
        let count =
            |class| self.training.iter().filter(|&&index| set.labels[index] == class).count();
        (0..set.classes).map(count).min().unwrap_or(0)
    }
}

/// Pictures of a class of this size that go to validation, and as many again to test.
fn held_out(size: usize) -> usize {
    ((size as f64 * HELD_OUT).round() as usize).max(1)
}

/// The pictures of groups that are of several classes, and the groups of one class.
fn mixed_and_own(set: Labelled, pictures: impl Iterator<Item = usize>) -> (Vec<usize>, Vec<Group>) {
    let (own, mixed): (Vec<Group>, Vec<Group>) =
        set.groups_of(pictures).into_iter().partition(|group| group.class.is_some());
    (mixed.into_iter().flat_map(|group| group.members).collect(), own)
}

/// The pictures of groups for test, validation and training, about `share` in each of the first two.
/// There are at least three groups, and none of the parts is empty.
fn divided(groups: Vec<&Group>, share: usize) -> [Vec<usize>; 3] {
    let mut parts: [Vec<&Group>; 3] = Default::default();
    let size = |part: &[&Group]| part.iter().map(|group| group.members.len()).sum::<usize>();
    for group in groups {
        let fits = |part: &&mut Vec<&Group>| size(part) + group.members.len() <= share;
        let [test, validation, training] = &mut parts;
        [test, validation].into_iter().find(fits).unwrap_or(training).push(group);
    }
    // Where every group is larger than the share, the smallest has to do.
    for empty in 0..2 {
        if parts[empty].is_empty() {
            let donor = [2, 0, 1].into_iter().find(|&donor| parts[donor].len() > 1);
            let smallest = donor.and_then(|donor| {
                let groups = parts[donor].iter().enumerate();
                let (place, _) = groups.min_by_key(|(_, group)| group.members.len())?;
                Some(parts[donor].remove(place))
            });
            parts[empty].extend(smallest);
        }
    }
    parts.map(|groups| groups.iter().flat_map(|group| &group.members).copied().collect())
}

/// Groups in the order in which they are dealt out to `count` folds, each with its fold: class by class,
/// shuffled within, each to the fold that has fewest pictures of its class. A class goes on where the one
/// before ended, so that folds are of one size.
fn dealt(
    groups: &[Group],
    classes: usize,
    count: usize,
    purpose: Purpose,
    seed: u64,
) -> Vec<(usize, &Group)> {
    let mut generator = seeded(seed, purpose);
    let mut all = Vec::new();
    let mut next = 0;
    for class in 0..classes {
        let mut own: Vec<&Group> =
            groups.iter().filter(|group| group.class == Some(class)).collect();
        own.shuffle(&mut generator);
        let mut sizes = vec![0; count];
        for group in own {
            let turn = (0..count).map(|offset| (next + offset) % count);
            let Some(fold) = turn.min_by_key(|&fold| sizes[fold]) else { continue };
            sizes[fold] += group.members.len();
            next = (fold + 1) % count;
            all.push((fold, group));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::data::grouped;

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
            let split = Split::stratified(Labelled::singly(&labels, sizes.len()), seed).expect("enough pictures");
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
            let set = Labelled::singly(&labels, classes);
            let split = Split::stratified(set, seed).expect("enough pictures");
            let fewer = |most| split.with_fewer_training(set, most, seed);
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
            prop_assert_eq!(small.fewest_training(set), most.min(split.fewest_training(set)));
        }

        #[test]
        fn folds_hold_every_picture_but_the_test_s_out_once_and_learn_from_every_class(
            sizes in prop::collection::vec(MINIMUM_PER_CLASS..40, 2..6),
            count in 2usize..6,
            seed: u64,
        ) {
            let classes = sizes.len();
            let labels = labels_of(&sizes);
            let set = Labelled::singly(&labels, classes);
            let split = Split::stratified(set, seed).expect("enough pictures");
            let folds = split.folds(set, count, seed);
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
                prop_assert!(fold.fewest_training(set) >= 1);
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
            let set = Labelled::singly(&labels, classes);
            let count = Split::test_folds(set);
            let folds: Vec<Split> = (0..count)
                .map(|fold| {
                    Split::with_test_fold(set, seed, fold).expect("enough pictures")
                })
                .collect();
            if count == 1 {
                let single = Split::stratified(set, seed);
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
        fn no_group_is_on_two_sides_and_mixed_ones_are_learned_from(
            sizes in prop::collection::vec(MINIMUM_PER_CLASS..30, 2..5),
            links in prop::collection::vec((any::<prop::sample::Index>(), 1usize..4), 0..20),
            crossing in prop::collection::vec(
                (any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..2),
            seed: u64,
        ) {
            let labels = labels_of(&sizes);
            let count = labels.len();
            // Most copies are of one class, some lie in two.
            let links = links.into_iter().map(|(index, on)| (index.index(count), index.index(count) + on));
            let links = links.filter(|&(a, b)| b < count && labels[a] == labels[b]);
            let crossing = crossing.into_iter().map(|(a, b)| (a.index(count), b.index(count)));
            let groups = grouped(count, links.chain(crossing));
            let set = Labelled { labels: &labels, classes: sizes.len(), groups: &groups };
            let own = |class: usize| {
                let groups = set.groups_of(0..count);
                groups.iter().filter(|group| group.class == Some(class)).count()
            };
            let split = match Split::stratified(set, seed) {
                Ok(split) => split,
                Err(SplitError::TooFewGroups { class, found }) => {
                    prop_assert_eq!(found, own(class));
                    prop_assert!(found < MINIMUM_GROUPS);
                    return Ok(());
                }
                Err(other) => panic!("{other}"),
            };
            let known = split.folds(set, 3, seed);
            let folds = (0..Split::test_folds(set))
                .map(|fold| Split::with_test_fold(set, seed, fold).expect("it can be split"));
            let mut tested = vec![0; count];
            for split in folds.chain([split]).chain(known) {
                let parts = [&split.training, &split.validation, &split.test];
                for (one, other) in [(0, 1), (0, 2), (1, 2)] {
                    let shared = parts[one].iter().any(|&a| {
                        parts[other].iter().any(|&b| groups[a] == groups[b])
                    });
                    prop_assert!(!shared, "{split:?} divides a group of {groups:?}");
                }
                split.test.iter().for_each(|&index| tested[index] += 1);
                for class in 0..sizes.len() {
                    // A picture that is in two classes is none to learn its class from alone.
                    let is_own = |index: usize| {
                        let mut group = (0..count).filter(|&other| groups[other] == groups[index]);
                        group.all(|other| labels[other] == class)
                    };
                    prop_assert!(split.training.iter().any(|&index| is_own(index)));
                }
            }
            for group in set.groups_of(0..count).into_iter().filter(|group| group.class.is_none()) {
                prop_assert!(group.members.iter().all(|&index| tested[index] == 0));
            }
        }

        #[test]
        fn parts_are_as_large_as_groups_allow(
            groups in prop::collection::vec(1usize..7, MINIMUM_GROUPS..20),
            seed: u64,
        ) {
            let size: usize = groups.iter().sum();
            prop_assume!(size >= MINIMUM_PER_CLASS);
            let names = labels_of(&groups);
            let labels = vec![0; size].into_iter().chain([1; 4]).collect::<Vec<_>>();
            let names: Vec<usize> = names.into_iter().chain(100..104).collect();
            let set = Labelled { labels: &labels, classes: 2, groups: &names };
            let split = Split::stratified(set, seed).expect("enough groups");
            let largest = groups.iter().copied().max().unwrap_or(0);
            for part in [&split.test, &split.validation] {
                let count = part.iter().filter(|&&index| labels[index] == 0).count();
                prop_assert!(count >= 1 && count <= held_out(size).max(largest));
            }
            prop_assert!(split.training.iter().any(|&index| labels[index] == 0));
        }

        #[test]
        fn the_same_seed_gives_the_same_split(seed: u64) {
            let labels: Vec<usize> = (0..60).map(|index| index % 3).collect();
            prop_assert_eq!(
                Split::stratified(Labelled::singly(&labels, 3), seed),
                Split::stratified(Labelled::singly(&labels, 3), seed)
            );
        }
    }

    #[test]
    fn too_few_classes_or_pictures_are_refused_with_the_count() {
        assert_eq!(
            Split::stratified(Labelled::singly(&[0; 9], 1), 0),
            Err(SplitError::TooFewClasses { found: 1 })
        );
        assert_eq!(
            Split::stratified(Labelled::singly(&[0, 0, 0, 0, 1, 1, 1], 2), 0),
            Err(SplitError::TooFewPictures { class: 1, found: 3 })
        );
    }
}
