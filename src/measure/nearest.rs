//! The pictures whose features point most nearly the same way.

use kernels::row_product as product;

/// The rows nearest to `query` by cosine distance, 1 − cos, from 0 to 2, the nearest first: at most
/// `most` of those at `among`. Of rows equally near the earlier in `among` comes first. A row of zeros
/// points nowhere and has a distance of 1 from everything.
///
/// # Shapes
/// `query`: `[features]`, `rows`: `[pictures, features]`
pub fn nearest(
    query: &[f32],
    (rows, features): (&[f32], usize),
    among: impl IntoIterator<Item = usize>,
    most: usize,
) -> Vec<(usize, f32)> {
    let length = |row: &[f32]| product(row, row).sqrt();
    let own = length(query);
    let distance = |index: usize| {
        let row = rows.get(index * features..(index + 1) * features)?;
        let both = own * length(row);
        let cosine = if both > 0.0 { product(query, row) / both } else { 0.0 };
        Some((index, (1.0 - cosine).clamp(0.0, 2.0)))
    };
    let mut found: Vec<(usize, f32)> = among.into_iter().filter_map(distance).collect();
    found.sort_by(|a, b| a.1.total_cmp(&b.1));
    found.truncate(most);
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn distances_are_those_worked_out_by_hand() {
        // At 0°, 90°, 180° and by the triangle of 3, 4 and 5, of any length; and nowhere.
        let rows = [7.0, 0.0, 0.0, 0.1, -2.0, 0.0, 30.0, 40.0, 0.0, 0.0];
        let found = nearest(&[5.0, 0.0], (&rows, 2), 0..5, 9);
        let (order, distances): (Vec<usize>, Vec<f32>) = found.into_iter().unzip();
        assert_eq!(order, [0, 3, 1, 4, 2]);
        for (found, expected) in distances.iter().zip([0.0, 0.4, 1.0, 1.0, 2.0]) {
            assert!((found - expected).abs() < 1e-6, "{distances:?}");
        }
    }

    #[test]
    fn only_those_that_were_asked_for_are_found_and_no_more_than_there_are() {
        let rows = [1.0, 0.0, 1.0, 0.0, 1.0, 0.0];
        let found = |among: &[usize], most| -> Vec<usize> {
            let found = nearest(&[1.0, 0.0], (&rows, 2), among.iter().copied(), most);
            found.into_iter().map(|(index, _)| index).collect()
        };
        assert_eq!(found(&[2, 1], 5), [2, 1]);
        assert_eq!(found(&[0, 1, 2], 2), [0, 1]);
        assert_eq!(found(&[3, 7], 2), [0; 0]);
    }

    proptest! {
        #[test]
        fn a_row_is_nearest_to_itself_however_bright_it_is(
            rows in prop::collection::vec(prop::array::uniform4(-9..=9i8), 1..20),
            place in 0usize..20,
            brightness in 0.1..10.0f32,
        ) {
            let place = place % rows.len();
            prop_assume!(rows[place] != [0; 4]);
            let flat: Vec<f32> = rows.iter().flatten().map(|&value| f32::from(value)).collect();
            let query: Vec<f32> =
                rows[place].iter().map(|&value| brightness * f32::from(value)).collect();
            let found = nearest(&query, (&flat, 4), 0..rows.len(), 1);
            prop_assert!(found[0].1 < 1e-5, "{:?}", found);
        }
    }
}
