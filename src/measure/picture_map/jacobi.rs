//! Eigenvalues of a small symmetric matrix.

/// Sweeps are over when they are accurate, which takes fewer than ten (Golub and Van Loan, "Matrix
/// Computations", section 8.5).
const MOST_SWEEPS: usize = 30;

/// Eigenvalues of a symmetric matrix, the largest first, each with its eigenvector of length 1, by
/// cyclic Jacobi rotations.
pub(super) fn eigen(mut matrix: Vec<Vec<f64>>) -> Vec<(f64, Vec<f64>)> {
    let size = matrix.len();
    let mut vectors: Vec<Vec<f64>> =
        (0..size).map(|i| (0..size).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    for _ in 0..MOST_SWEEPS {
        let mut has_turned = false;
        for p in 0..size {
            for q in p + 1..size {
                let off = matrix[p][q];
                if off.abs() <= f64::EPSILON * (matrix[p][p].abs() + matrix[q][q].abs()) {
                    continue;
                }
                has_turned = true;
                // The smaller root turns less than an eighth of a circle.
                let tau = (matrix[q][q] - matrix[p][p]) / (2.0 * off);
                let tangent = tau.signum() / (tau.abs() + (1.0 + tau * tau).sqrt());
                let cosine = 1.0 / (1.0 + tangent * tangent).sqrt();
                let sine = tangent * cosine;
                for row in matrix.iter_mut().chain(&mut vectors) {
                    (row[p], row[q]) =
                        (cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]);
                }
                let (before, behind) = matrix.split_at_mut(q);
                for (upper, lower) in before[p].iter_mut().zip(&mut behind[0]) {
                    (*upper, *lower) =
                        (cosine * *upper - sine * *lower, sine * *upper + cosine * *lower);
                }
            }
        }
        if !has_turned {
            break;
        }
    }
    let vector = |place: usize| vectors.iter().map(|row| row[place]).collect();
    let mut pairs: Vec<(f64, Vec<f64>)> =
        (0..size).map(|place| (matrix[place][place], vector(place))).collect();
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    pairs
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn eigenvalues_are_those_worked_out_by_hand() {
        // 3 and 1, along the diagonals.
        let found = eigen(vec![vec![2.0, 1.0], vec![1.0, 2.0]]);
        assert!((found[0].0 - 3.0).abs() < 1e-14 && (found[1].0 - 1.0).abs() < 1e-14);
        assert!((found[0].1[0] - found[0].1[1]).abs() < 1e-14);
        assert!((found[1].1[0] + found[1].1[1]).abs() < 1e-14);
        assert!(eigen(Vec::new()).is_empty());
    }

    proptest! {
        #[test]
        fn every_pair_is_one_of_the_matrix(
            size in 1usize..9,
            numbers in prop::collection::vec(-10.0..10.0f64, 64),
        ) {
            let entry = |i: usize, j: usize| numbers[i.min(j) * 8 + i.max(j)];
            let matrix: Vec<Vec<f64>> =
                (0..size).map(|i| (0..size).map(|j| entry(i, j)).collect()).collect();
            for (value, vector) in eigen(matrix.clone()) {
                let length: f64 = vector.iter().map(|part| part * part).sum();
                prop_assert!((length - 1.0).abs() < 1e-12);
                for (row, part) in matrix.iter().zip(&vector) {
                    let image: f64 = row.iter().zip(&vector).map(|(a, b)| a * b).sum();
                    prop_assert!((image - value * part).abs() < 1e-11, "{} {}", image, value * part);
                }
            }
        }
    }
}
