//! The plane that rows spread over most: their first two principal components (Hotelling 1933), from
//! their inner products, of which there are far fewer than features.

use super::jacobi::eigen;
use super::products::Products;

/// Vectors that are iterated together: the more there are, the sooner the first two stand still.
const TOGETHER: usize = 8;

/// Where an eigenvector counts as found: what is off, over the largest eigenvalue.
const TOLERANCE: f64 = 1e-9;

/// Iterations after which the best so far is taken.
const MOST_ITERATIONS: usize = 400;

/// Rows on the plane of their first two principal components.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Principal {
    /// The place of each row, around the mean of all.
    pub points: Vec<[f64; 2]>,
    /// The shares of all spread that lie along the first and the second axis, 0 to 1.
    pub shares: [f64; 2],
}

/// Finds [`Principal`] by subspace iteration with Rayleigh-Ritz steps (Golub and Van Loan, section
/// 8.2.4), an iteration a piece.
#[derive(Debug)]
pub struct PrincipalSearch {
    /// Orthonormal columns, each of a number a row.
    basis: Vec<Vec<f64>>,
    iterations: usize,
}

impl PrincipalSearch {
    /// Prepares for so many rows.
    pub fn begin(count: usize) -> Self {
        // Multiples of the golden ratio: as good as chance, and the same everywhere.
        let start = |column: usize| -> Vec<f64> {
            let of_row = |row: usize| ((row + 1) * (2 * column + 1)) as f64 * 0.618_033_988_749_895;
            (0..count).map(|row| of_row(row).fract() - 0.5).collect()
        };
        let basis = orthonormal((0..TOGETHER.min(count)).map(start).collect());
        Self { basis, iterations: 0 }
    }

    /// Does one iteration. Gives the components once they are found.
    pub fn advance(&mut self, products: &Products) -> Option<Principal> {
        self.iterations += 1;
        let images: Vec<Vec<f64>> = images(products, &self.basis);
        let small = self.basis.iter().map(|a| images.iter().map(|b| dot(a, b)).collect()).collect();
        let pairs = eigen(small);
        let mixed = |columns: &[Vec<f64>], shares: &[f64]| -> Vec<f64> {
            let mut sum = vec![0.0; products.count()];
            for (column, share) in columns.iter().zip(shares) {
                sum.iter_mut().zip(column).for_each(|(sum, value)| *sum += share * value);
            }
            sum
        };
        let largest = pairs.first().map_or(0.0, |(value, _)| value.max(0.0));
        let found: Vec<(f64, Vec<f64>, f64)> = pairs
            .iter()
            .take(2)
            .map(|(value, shares)| {
                let (vector, image) = (mixed(&self.basis, shares), mixed(&images, shares));
                let off: f64 =
                    image.iter().zip(&vector).map(|(i, v)| (i - value * v).powi(2)).sum();
                (value.max(0.0), vector, off.sqrt())
            })
            .collect();
        let are_found = found.iter().all(|(_, _, off)| *off <= TOLERANCE * largest);
        if are_found || self.iterations >= MOST_ITERATIONS {
            return Some(placed(&found, products));
        }
        self.basis = orthonormal(pairs.iter().map(|(_, shares)| mixed(&images, shares)).collect());
        None
    }
}

/// Rows along their eigenvectors. Which way an axis points is arbitrary: here its furthest row is on
/// the positive side.
fn placed(found: &[(f64, Vec<f64>, f64)], products: &Products) -> Principal {
    let mut principal = Principal { points: vec![[0.0; 2]; products.count()], shares: [0.0; 2] };
    let spread = products.spread();
    for (axis, (value, vector, _)) in found.iter().enumerate() {
        let furthest = vector.iter().copied().max_by(|a, b| a.abs().total_cmp(&b.abs()));
        let scale = value.sqrt() * furthest.unwrap_or(1.0).signum();
        for (point, part) in principal.points.iter_mut().zip(vector) {
            point[axis] = scale * part;
        }
        principal.shares[axis] = if spread > 0.0 { value / spread } else { 0.0 };
    }
    principal
}

/// The matrix times each column.
fn images(products: &Products, columns: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut images = vec![Vec::with_capacity(products.count()); columns.len()];
    for row in 0..products.count() {
        let row: Vec<f64> = products.row(row).iter().map(|&value| f64::from(value)).collect();
        for (image, column) in images.iter_mut().zip(columns) {
            image.push(dot(&row, column));
        }
    }
    images
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    // Eight sums that never meet until the end become vectors.
    let ((a_whole, a_rest), (b_whole, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (a, b) in a_whole.iter().zip(b_whole) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f64>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f64>()
}

/// The columns at right angles to one another and of length 1, by Gram and Schmidt, twice, which is
/// as good as can be (Giraud et al. 2005). One that is nothing beside the others becomes zeros.
fn orthonormal(columns: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let mut basis: Vec<Vec<f64>> = Vec::with_capacity(columns.len());
    for mut column in columns {
        let before = dot(&column, &column).sqrt();
        for _ in 0..2 {
            for other in &basis {
                let along = dot(&column, other);
                column.iter_mut().zip(other).for_each(|(value, part)| *value -= along * part);
            }
        }
        let length = dot(&column, &column).sqrt();
        let scale = if length > 1e-12 * before { 1.0 / length } else { 0.0 };
        column.iter_mut().for_each(|value| *value *= scale);
        basis.push(column);
    }
    basis
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::measure::picture_map::products::tests::products_of;

    fn principal(rows: &[Vec<f32>]) -> Principal {
        let products = products_of(rows);
        let mut search = PrincipalSearch::begin(products.count());
        loop {
            if let Some(found) = search.advance(&products) {
                assert!(search.iterations < MOST_ITERATIONS, "it did not come to an end");
                return found;
            }
        }
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-5
    }

    /// The six unit vectors ±axis, with weights by how often each is there: (a, b, c) pairs. The mean
    /// is zero, so the spread along an axis is twice its number of pairs.
    #[test]
    fn components_of_points_on_the_axes_are_those_worked_out_by_hand() {
        let axis = |place: usize, sign: f32| {
            let mut row = vec![0.0; 5];
            row[place] = sign * 3.0;
            row
        };
        let pairs = [(3, 5), (1, 3), (0, 1)];
        let rows: Vec<Vec<f32>> = pairs
            .iter()
            .flat_map(|&(place, count)| {
                (0..count).flat_map(move |_| [axis(place, 1.0), axis(place, -1.0)])
            })
            .collect();
        let found = principal(&rows);
        assert!(close(found.shares[0], 5.0 / 9.0) && close(found.shares[1], 3.0 / 9.0));
        for (index, point) in found.points.iter().enumerate() {
            let [first, second] = point.map(f64::abs);
            let expected = if index < 10 {
                (1.0, 0.0)
            } else if index < 16 {
                (0.0, 1.0)
            } else {
                (0.0, 0.0)
            };
            assert!(close(first, expected.0) && close(second, expected.1), "{index}: {point:?}");
        }
        // The two of a pair lie on opposite sides.
        assert!(close(found.points[0][0], -found.points[1][0]));
    }

    #[test]
    fn no_rows_one_row_and_equal_rows_lie_in_the_middle() {
        assert_eq!(principal(&[]), Principal::default());
        let found = principal(&[vec![1.0, 2.0]]);
        assert_eq!((found.points, found.shares), (vec![[0.0; 2]], [0.0; 2]));
        let found = principal(&vec![vec![1.0, 2.0, 2.0]; 12]);
        assert!(found.points.iter().flatten().all(|value| value.abs() < 1e-6), "{found:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// Rows of length 1 in a plane through the origin of a space of twelve dimensions: the plane is
        /// found, so every distance is kept.
        #[test]
        fn rows_that_lie_in_a_plane_keep_their_distances(
            turns in prop::collection::vec(0.0..std::f64::consts::TAU, 3..30),
            axes in prop::collection::vec(-1.0..1.0f64, 24),
        ) {
            let axes = orthonormal(vec![axes[..12].to_vec(), axes[12..].to_vec()]);
            prop_assume!(axes.iter().all(|axis| dot(axis, axis) > 0.5));
            let row = |turn: f64| -> Vec<f32> {
                let place = |i: usize| turn.cos() * axes[0][i] + turn.sin() * axes[1][i];
                (0..12).map(|i| place(i) as f32).collect()
            };
            let rows: Vec<Vec<f32>> = turns.iter().map(|&turn| row(turn)).collect();
            let found = principal(&rows);
            prop_assert!((found.shares[0] + found.shares[1] - 1.0).abs() < 1e-4 || turns.len() < 2);
            for (i, a) in found.points.iter().enumerate() {
                for (j, b) in found.points.iter().enumerate() {
                    let kept = (a[0] - b[0]).hypot(a[1] - b[1]);
                    let truth = 2.0 * ((turns[i] - turns[j]) / 2.0).sin().abs();
                    prop_assert!((kept - truth).abs() < 2e-3, "{} {}", kept, truth);
                }
            }
        }
    }
}
