//! How alike two networks see the same pictures: linear centred kernel alignment, CKA (Kornblith et
//! al., arXiv 1905.00414, section 3), with an estimator that few pictures do not bias.

use serde::{Deserialize, Serialize};

use kernels::row_product as product;

/// Pictures that it takes: the unbiased estimate divides by three fewer than there are.
pub const LEAST_COMPARED: usize = 4;
/// Features that are worked on at once: with 64 rows they fit the cache next to the core.
const BLOCK: usize = 512;

/// Share of a Gram matrix's squares below which what is left behind the means is rounding.
const ROUNDING: f64 = 1e-12;

/// The inner product of every picture's features with every other's, means taken out.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Gram {
    pictures: usize,
    /// Shape `[pictures, pictures]`.
    values: Vec<f64>,
}

impl Gram {
    /// The Gram matrix of rows of `features` numbers, one row a picture. A last row that is not
    /// whole does not count.
    ///
    /// The mean of each feature is taken out first. That changes no similarity, and spares the
    /// digits that a large mean would take.
    ///
    /// # Shapes
    /// `rows`: `[pictures, features]`
    pub fn of(rows: &[f32], features: usize) -> Self {
        let pictures = rows.len().checked_div(features).unwrap_or(0);
        let mut values = vec![0.0; pictures * pictures];
        let mut block = vec![0.0; pictures * BLOCK];
        for start in (0..features).step_by(BLOCK) {
            let width = BLOCK.min(features - start);
            let part = |picture: usize| &rows[picture * features + start..][..width];
            take_mean_out(pictures, width, part, &mut block);
            let row = |picture: usize| &block[picture * width..][..width];
            for i in 0..pictures {
                for j in 0..=i {
                    values[i * pictures + j] += f64::from(product(row(i), row(j)));
                }
            }
        }
        for i in 0..pictures {
            for j in 0..i {
                values[j * pictures + i] = values[i * pictures + j];
            }
        }
        Self { pictures, values }
    }

    /// Pictures there are.
    pub fn pictures(&self) -> usize {
        self.pictures
    }

    /// The product of two different pictures, and 0 of one with itself: K̃ in the paper.
    fn without_diagonal(&self, i: usize, j: usize) -> f64 {
        if i == j { 0.0 } else { self.values[i * self.pictures + j] }
    }

    /// Σ over all other pictures of their product with this one.
    fn sum_of_others(&self, i: usize) -> f64 {
        (0..self.pictures).map(|j| self.without_diagonal(i, j)).sum()
    }

    fn is_whole(&self) -> bool {
        self.pictures.checked_mul(self.pictures) == Some(self.values.len())
    }
}

/// Writes a part of every row into `out`, `[pictures, width]`, with each column's mean taken out.
fn take_mean_out<'a>(
    pictures: usize,
    width: usize,
    part: impl Fn(usize) -> &'a [f32],
    out: &mut [f32],
) {
    let mut means = vec![0.0; width];
    for picture in 0..pictures {
        for (mean, value) in means.iter_mut().zip(part(picture)) {
            *mean += value / pictures as f32;
        }
    }
    for (picture, out) in out.chunks_exact_mut(width).take(pictures).enumerate() {
        for ((out, value), mean) in out.iter_mut().zip(part(picture)).zip(&means) {
            *out = value - mean;
        }
    }
}

/// How alike two sets of features see the same pictures, given in the same order: 1 when they agree
/// up to rotation and scale, around 0 when they have nothing to do with each other.
///
/// CKA from the unbiased estimator of the Hilbert-Schmidt independence criterion (Song et al.,
/// JMLR 13, 2012, equation 5; used for CKA by Nguyen et al., arXiv 2010.15327, section 2). The usual
/// estimator calls any two wide layers alike when pictures are few. This one may come out somewhat
/// below 0 instead.
///
/// `None` for fewer than [`LEAST_COMPARED`] pictures, for different numbers of them, and where one
/// side sees no difference between pictures or sees a single one apart from the rest.
pub fn similarity(a: &Gram, b: &Gram) -> Option<f64> {
    if a.pictures != b.pictures || a.pictures < LEAST_COMPARED || !a.is_whole() || !b.is_whole() {
        return None;
    }
    let scale = own_independence(a)?.sqrt() * own_independence(b)?.sqrt();
    let similarity = independence(a, b) / scale;
    similarity.is_finite().then_some(similarity)
}

/// HSIC of a Gram matrix with itself, or `None` where it is no more than rounding.
fn own_independence(gram: &Gram) -> Option<f64> {
    let squares: f64 = gram.values.iter().map(|value| value * value).sum();
    let own = independence(gram, gram);
    (own > ROUNDING * squares).then_some(own)
}

/// The unbiased estimate of HSIC, without its factor 1 / (n (n − 3)), which CKA cancels.
fn independence(k: &Gram, l: &Gram) -> f64 {
    let n = k.pictures;
    let (mut trace, mut k_sum, mut l_sum, mut across) = (0.0, 0.0, 0.0, 0.0);
    for i in 0..n {
        trace += (0..n).map(|j| k.without_diagonal(i, j) * l.without_diagonal(j, i)).sum::<f64>();
        let (k_others, l_others) = (k.sum_of_others(i), l.sum_of_others(i));
        k_sum += k_others;
        l_sum += l_others;
        across += k_others * l_others;
    }
    let n = n as f64;
    trace + k_sum * l_sum / ((n - 1.0) * (n - 2.0)) - 2.0 * across / (n - 2.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{Rng, RngExt};

    use super::*;
    use crate::data::{Purpose, seeded};

    fn random_rows(pictures: usize, features: usize, generator: &mut impl Rng) -> Vec<f32> {
        (0..pictures * features).map(|_| generator.random_range(-1.0..1.0)).collect()
    }

    /// A contrast: half of the pictures at 1 and half at −1, by one bit of their numbers.
    fn contrast(pictures: u8, bit: u32) -> Gram {
        let sign = |picture: u8| if picture >> bit & 1 == 0 { 1.0 } else { -1.0 };
        Gram::of(&(0..pictures).map(sign).collect::<Vec<_>>(), 1)
    }

    #[test]
    fn a_gram_matrix_holds_products_of_features_without_their_means() {
        let gram = Gram::of(&[101.0, 2.0, 103.0, 2.0, 102.0, 5.0], 2);
        // Means are 102 and 3, so the rows are (−1, −1), (1, −1), (0, 2).
        let expected = [2.0, 0.0, -2.0, 0.0, 2.0, -2.0, -2.0, -2.0, 4.0];
        assert_eq!((gram.pictures(), gram.values.as_slice()), (3, &expected[..]));
    }

    #[test]
    fn two_contrasts_that_cross_are_less_alike_than_chance_by_one_in_n_minus_two() {
        // By hand for n = 4: off the diagonal K is 1 within a half and −1 across, so each row sums
        // to −1. HSIC of K with itself is 12 + 16/6 − 4 = 32/3, with L it is −4 + 16/6 − 4 = −16/3.
        for pictures in [4, 8, 16] {
            let (a, b) = (contrast(pictures, 0), contrast(pictures, 1));
            let expected = -1.0 / (f64::from(pictures) - 2.0);
            let found = similarity(&a, &b).expect("pictures enough");
            assert!((found - expected).abs() < 1e-12, "{pictures}: {found}");
        }
    }

    #[test]
    fn few_pictures_and_features_that_tell_nothing_have_no_similarity() {
        let rows = random_rows(8, 3, &mut seeded(1, Purpose::Probe));
        let gram = Gram::of(&rows, 3);
        assert_eq!(similarity(&gram, &Gram::of(&rows[..21], 3)), None);
        assert_eq!(similarity(&Gram::of(&rows[..9], 3), &Gram::of(&rows[..9], 3)), None);
        let same = Gram::of(&[0.1, 7.3, -2.9].repeat(8), 3);
        assert_eq!(similarity(&gram, &same), None);
        let mut one_apart = vec![0.3; 8];
        one_apart[5] = 2.1;
        assert_eq!(similarity(&gram, &Gram::of(&one_apart, 1)), None);
        let broken = Gram::of(&[f32::NAN; 24], 3);
        assert_eq!(similarity(&gram, &broken), None);
        assert_eq!(similarity(&Gram::of(&[], 0), &Gram::of(&[], 0)), None);
    }

    #[test]
    fn features_that_have_nothing_to_do_with_each_other_are_alike_by_nothing_on_average() {
        let mut generator = seeded(1, Purpose::Probe);
        for (narrow, wide) in [(2, 2), (3, 2_000), (2_000, 2_000)] {
            let found: Vec<f64> = (0..100)
                .map(|_| {
                    let a = Gram::of(&random_rows(16, narrow, &mut generator), narrow);
                    let b = Gram::of(&random_rows(16, wide, &mut generator), wide);
                    similarity(&a, &b).expect("pictures enough")
                })
                .collect();
            let mean = found.iter().sum::<f64>() / 100.0;
            let variance = found.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 99.0;
            assert!(mean.abs() < 3.0 * (variance / 100.0).sqrt(), "{narrow}, {wide}: {mean}");
        }
    }

    proptest! {
        #[test]
        fn a_net_with_itself_is_one(
            seed: u64, pictures in 8..30usize, features in 1..700usize, mean in -50.0..50.0f32,
        ) {
            let rows = random_rows(pictures, features, &mut seeded(seed, Purpose::Probe));
            let moved: Vec<f32> = rows.iter().map(|value| value + mean).collect();
            let (gram, moved) = (Gram::of(&rows, features), Gram::of(&moved, features));
            prop_assert!((similarity(&gram, &gram).expect("enough") - 1.0).abs() < 1e-12);
            prop_assert!((similarity(&gram, &moved).expect("enough") - 1.0).abs() < 1e-6);
        }

        #[test]
        fn turning_and_scaling_features_changes_nothing(
            seed: u64, angle in 0.0..6.3f32, scale in 0.01..100.0f32,
        ) {
            let mut generator = seeded(seed, Purpose::Probe);
            let rows = random_rows(12, 6, &mut generator);
            let other = Gram::of(&random_rows(12, 9, &mut generator), 9);
            let mut turned = rows.clone();
            for row in turned.chunks_exact_mut(6) {
                for first in 0..5 {
                    let (a, b) = (row[first], row[first + 1]);
                    row[first] = a * angle.cos() - b * angle.sin();
                    row[first + 1] = a * angle.sin() + b * angle.cos();
                }
                row.iter_mut().for_each(|value| *value *= scale);
            }
            let (gram, turned) = (Gram::of(&rows, 6), Gram::of(&turned, 6));
            let before = similarity(&gram, &other).expect("enough");
            prop_assert!((similarity(&turned, &other).expect("enough") - before).abs() < 1e-4);
            prop_assert!((similarity(&gram, &turned).expect("enough") - 1.0).abs() < 1e-4);
        }

        #[test]
        fn similarity_is_mutual_and_at_most_one(seed: u64, pictures in 4..20usize) {
            let mut generator = seeded(seed, Purpose::Probe);
            let a = Gram::of(&random_rows(pictures, 3, &mut generator), 3);
            let b = Gram::of(&random_rows(pictures, 5, &mut generator), 5);
            let there = similarity(&a, &b).expect("enough");
            prop_assert!((there - similarity(&b, &a).expect("enough")).abs() < 1e-9);
            prop_assert!(there.abs() <= 1.0 + 1e-9);
        }
    }
}
