//! How much a training picture counts in the loss, by its class.

use serde::{Deserialize, Serialize};

/// How much a training picture counts, by its class.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub enum ClassWeights {
    /// Every picture counts alike, so a class counts as often as it has pictures.
    #[default]
    Equal,
    /// Every class counts alike, so a picture of a small class counts more.
    Balanced,
}

impl ClassWeights {
    /// The weight of each class, when the training pictures have these `labels`, below `classes`.
    ///
    /// Balanced is pictures / (classes that have pictures · pictures of the class), as King and
    /// Zeng ("Logistic Regression in Rare Events Data", 2001) weight and scikit-learn names it. So
    /// the mean over the training pictures is 1, and learning rates mean the same as without.
    #[cfg(feature = "engine")]
    pub(super) fn of(self, labels: impl Iterator<Item = usize>, classes: usize) -> Vec<f32> {
        let mut counts = vec![0usize; classes];
        labels.for_each(|label| counts[label] += 1);
        let pictures: usize = counts.iter().sum();
        let filled = counts.iter().filter(|&&count| count > 0).count();
        let weight = |&count: &usize| match (self, count) {
            (Self::Equal, _) | (_, 0) => 1.0,
            (Self::Balanced, count) => pictures as f32 / (filled * count) as f32,
        };
        counts.iter().map(weight).collect()
    }
}

#[cfg(all(test, feature = "engine"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn balanced_weights_are_those_worked_out_by_hand() {
        let labels = [0, 1, 1, 1, 2, 2];
        // Six pictures, three classes: 6 / (3 · 1), 6 / (3 · 3), 6 / (3 · 2).
        assert_eq!(ClassWeights::Balanced.of(labels.into_iter(), 3), [2.0, 2.0 / 3.0, 1.0]);
        assert_eq!(ClassWeights::Equal.of(labels.into_iter(), 3), [1.0; 3]);
    }

    #[test]
    fn classes_of_one_size_count_alike_to_the_bit() {
        for size in 1..40 {
            let labels = (0..5).flat_map(|class| std::iter::repeat_n(class, size));
            assert_eq!(ClassWeights::Balanced.of(labels, 5), [1.0; 5]);
        }
    }

    proptest! {
        #[test]
        fn the_mean_over_the_pictures_is_one_and_every_class_counts_alike(
            labels in proptest::collection::vec(0usize..4, 1..60),
        ) {
            let weights = ClassWeights::Balanced.of(labels.iter().copied(), 4);
            let sum: f32 = labels.iter().map(|&label| weights[label]).sum();
            prop_assert!((sum / labels.len() as f32 - 1.0).abs() < 1e-5);
            let of = |class| labels.iter().filter(|&&label| label == class).count() as f32;
            let shares: Vec<f32> =
                (0..4).map(|class| of(class) * weights[class]).filter(|sum| *sum > 0.0).collect();
            prop_assert!(shares.iter().all(|share| (share - shares[0]).abs() < 1e-3));
        }
    }
}
