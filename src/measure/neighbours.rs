//! What frozen features alone tell about the pictures, without any training.
//!
//! Distances are Euclidean between rows brought to length 1, so that a bright picture is no further
//! from a dark one than their angle says. A row of zeros stays one.

use kernels::{row_product as product, squared_distance};

/// Share of test pictures whose class has the nearest mean, 0 to 1 (the nearest class mean
/// classifier, Mensink et al. 2013, TPAMI 35(11), without a learned metric). 0 for no
/// test pictures.
///
/// Each side is rows of `features` numbers, one a picture, with its labels. Training pictures with
/// a label beyond `classes` are left out, and a class without training pictures is never an answer.
/// Of means that are equally near the first one counts.
///
/// # Shapes
/// Rows: `[pictures, features]`, labels: `[pictures]`
pub fn nearest_mean_accuracy(
    training: (&[f32], &[usize]),
    test: (&[f32], &[usize]),
    features: usize,
    classes: usize,
) -> f64 {
    let means = class_means(training, features, classes);
    let nearest = |row: &[f32]| {
        let distances = means
            .iter()
            .enumerate()
            .filter_map(|(class, mean)| Some((class, squared_distance(row, mean.as_deref()?))));
        distances.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(class, _)| class)
    };
    let rows = unit_rows(test.0, features);
    let asked = rows.iter().zip(test.1);
    let count = asked.len();
    let correct = asked.filter(|&(row, &label)| nearest(row) == Some(label)).count();
    if count == 0 { 0.0 } else { correct as f64 / count as f64 }
}

/// Share of pictures whose nearest other picture is of another class, 0 to 1: how far the classes
/// overlap (measure N3 of Ho and Basu 2002, "Complexity Measures of Supervised Classification
/// Problems": the leave-one-out error of the nearest neighbour).
///
/// Where one of its own class is as near as one of another, a picture does not count. `None` for
/// fewer than two pictures. It compares every pair: 700 pictures of 1,280 features are 245,000 of
/// them.
///
/// # Shapes
/// `rows`: `[pictures, features]`, `labels`: `[pictures]`
pub fn overlap(rows: &[f32], labels: &[usize], features: usize) -> Option<f64> {
    let rows = unit_rows(rows, features);
    let pictures = rows.len().min(labels.len());
    if pictures < 2 {
        return None;
    }
    // Squared distance to the nearest of the own class, and of all others.
    let mut nearest = vec![[f32::INFINITY; 2]; pictures];
    for i in 0..pictures {
        for j in 0..i {
            let distance = squared_distance(&rows[i], &rows[j]);
            let side = usize::from(labels[i] != labels[j]);
            for picture in [i, j] {
                nearest[picture][side] = nearest[picture][side].min(distance);
            }
        }
    }
    let overlapping = nearest.iter().filter(|[own, other]| other < own).count();
    Some(overlapping as f64 / pictures as f64)
}

/// Each whole row, divided by its length.
fn unit_rows(rows: &[f32], features: usize) -> Vec<Vec<f32>> {
    if features == 0 {
        return Vec::new();
    }
    let unit = |row: &[f32]| {
        let length = product(row, row).sqrt();
        let scale = if length > 0.0 { 1.0 / length } else { 0.0 };
        row.iter().map(|value| value * scale).collect()
    };
    rows.chunks_exact(features).map(unit).collect()
}

/// The mean of each class's unit rows, `None` for a class without any.
fn class_means(
    (rows, labels): (&[f32], &[usize]),
    features: usize,
    classes: usize,
) -> Vec<Option<Vec<f32>>> {
    let mut sums = vec![(0usize, vec![0.0f64; features]); classes];
    for (row, &label) in unit_rows(rows, features).iter().zip(labels) {
        let Some((count, sum)) = sums.get_mut(label) else { continue };
        *count += 1;
        sum.iter_mut().zip(row).for_each(|(sum, &value)| *sum += f64::from(value));
    }
    let mean = |(count, sum): (usize, Vec<f64>)| {
        (count > 0).then(|| sum.iter().map(|sum| (sum / count as f64) as f32).collect())
    };
    sums.into_iter().map(mean).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Pictures of three classes around three axes, so near them that no other axis is nearer.
    fn clusters() -> impl Strategy<Value = (Vec<[f32; 3]>, Vec<usize>)> {
        let offsets = prop::collection::vec(prop::array::uniform3(0.0..0.2f32), 6..30);
        offsets.prop_map(|mut rows| {
            let labels: Vec<usize> = (0..rows.len()).map(|index| index % 3).collect();
            rows.iter_mut().zip(&labels).for_each(|(row, &label)| row[label] += 1.0);
            (rows, labels)
        })
    }

    #[test]
    fn the_nearest_mean_of_unit_rows_is_the_answer() {
        // Units of class 0: (1, 0) and (0, 1), mean (½, ½). Class 1: (−1, 0), and class 2 has none.
        let training = ([5.0, 0.0, 0.0, 2.0, -3.0, 0.0], [0, 0, 1]);
        let test = [9.0, 9.0, -1.0, 0.1, -0.6, 0.8, 1.0, 0.0];
        let accuracy = |labels: &[usize]| {
            nearest_mean_accuracy((&training.0, &training.1), (&test, labels), 2, 3)
        };
        // (−0.6, 0.8) is 1.3 from class 0 in squares and 0.8 from class 1.
        assert_eq!(accuracy(&[0, 1, 1, 0]), 1.0);
        assert_eq!(accuracy(&[0, 1, 0, 2]), 0.5);
    }

    #[test]
    fn nothing_to_compare_is_no_accuracy_and_no_overlap() {
        assert_eq!(nearest_mean_accuracy((&[], &[]), (&[], &[]), 4, 2), 0.0);
        assert_eq!(nearest_mean_accuracy((&[1.0], &[7]), (&[1.0], &[0]), 1, 2), 0.0);
        assert_eq!(nearest_mean_accuracy((&[1.0], &[0]), (&[1.0], &[0]), 0, 2), 0.0);
        assert_eq!(overlap(&[1.0, 2.0], &[0], 2), None);
        assert_eq!(overlap(&[1.0, 2.0], &[0, 1], 0), None);
    }

    #[test]
    fn a_picture_among_those_of_another_class_overlaps_and_so_do_its_neighbours() {
        // At 0°, 12°, 20° and 90° from the first axis, as (cosine, sine).
        let rows = [1.0, 0.0, 0.9781, 0.2079, 0.9397, 0.3420, 0.0, 1.0];
        // The one at 20° belongs to the one at 90° but is next to the one at 12°.
        assert_eq!(overlap(&rows, &[0, 0, 1, 1], 2), Some(0.5));
        assert_eq!(overlap(&rows, &[0, 0, 0, 0], 2), Some(0.0));
        assert_eq!(overlap(&rows, &[0, 1, 2, 3], 2), Some(1.0));
    }

    #[test]
    fn a_twin_of_the_own_class_outweighs_a_twin_of_another() {
        assert_eq!(overlap(&[1.0, 0.0, 1.0, 0.0, 1.0, 0.0], &[0, 0, 1], 2), Some(1.0 / 3.0));
    }

    proptest! {
        #[test]
        fn separated_clusters_are_told_apart_and_do_not_overlap((rows, labels) in clusters()) {
            let flat = rows.concat();
            prop_assert_eq!(overlap(&flat, &labels, 3), Some(0.0));
            let all = (flat.as_slice(), labels.as_slice());
            prop_assert_eq!(nearest_mean_accuracy(all, all, 3, 3), 1.0);
        }

        #[test]
        fn shuffling_the_pictures_changes_nothing(
            shuffled in prop::collection::vec((prop::array::uniform3(-4..4i8), 0..3usize), 2..30)
                .prop_flat_map(|pictures| (Just(pictures.clone()), Just(pictures).prop_shuffle())),
        ) {
            let measured = |pictures: &[([i8; 3], usize)]| {
                let rows: Vec<f32> = pictures.iter().flat_map(|p| p.0.map(f32::from)).collect();
                let labels: Vec<usize> = pictures.iter().map(|p| p.1).collect();
                let means: [f32; 9] = [1.0, 0.0, 0.1, 0.3, 1.0, 0.0, 0.0, 0.2, 1.0];
                let nearest = nearest_mean_accuracy((&means, &[0, 1, 2]), (&rows, &labels), 3, 3);
                (overlap(&rows, &labels, 3), nearest)
            };
            prop_assert_eq!(measured(&shuffled.0), measured(&shuffled.1));
        }
    }
}
