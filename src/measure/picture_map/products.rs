//! How pictures lie to one another: inner products of their features around the mean.

use kernels::row_product as product;

/// Products of two numbers that are added up in one piece of work: some 10 ms of a browser's.
const SUMMANDS_A_PIECE: usize = 8_000_000;

/// Inner products of rows around their mean, `[count, count]`.
#[derive(Clone, PartialEq, Debug)]
pub struct Products {
    count: usize,
    values: Vec<f32>,
}

impl Products {
    /// Rows.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The products of one row with every row. Empty beyond the last.
    pub fn row(&self, row: usize) -> &[f32] {
        self.values.chunks_exact(self.count.max(1)).nth(row).unwrap_or_default()
    }

    fn with_itself(&self, row: usize) -> f32 {
        self.row(row).get(row).copied().unwrap_or_default()
    }

    /// The sum of squared distances from the mean.
    pub fn spread(&self) -> f64 {
        (0..self.count).map(|row| f64::from(self.with_itself(row))).sum()
    }

    /// Squared distances of one row from every row, none negative.
    pub fn squared_distances(&self, row: usize) -> Vec<f32> {
        let own = self.with_itself(row);
        let others = self.row(row).iter().enumerate();
        others.map(|(i, both)| (own + self.with_itself(i) - 2.0 * both).max(0.0)).collect()
    }
}

/// Works [`Products`] out some rows at a time.
#[derive(Debug)]
pub struct Gathering {
    /// Rows around their mean.
    rows: Vec<Vec<f32>>,
    values: Vec<f32>,
    next: usize,
}

impl Gathering {
    /// Prepares whole rows of `features` numbers, brought to length 1 first, so that their directions
    /// count: the head reads them so, up to its bias. A row of zeros stays one.
    pub fn begin(rows: &[f32], features: usize) -> Self {
        let mut rows: Vec<Vec<f32>> = match features {
            0 => Vec::new(),
            _ => rows.chunks_exact(features).map(unit).collect(),
        };
        let mut mean = vec![0.0f64; features];
        for row in &rows {
            mean.iter_mut().zip(row).for_each(|(sum, &value)| *sum += f64::from(value));
        }
        let count = rows.len().max(1) as f64;
        for row in &mut rows {
            row.iter_mut().zip(&mean).for_each(|(value, sum)| *value -= (sum / count) as f32);
        }
        let values = vec![0.0; rows.len() * rows.len()];
        Self { rows, values, next: 0 }
    }

    /// Works out a few more rows, each against itself and those before it. Returns whether all are
    /// there.
    pub fn advance(&mut self) -> bool {
        let count = self.rows.len();
        let a_row = count * self.rows.first().map_or(0, Vec::len);
        let end = self.next + (SUMMANDS_A_PIECE / a_row.max(1)).max(1);
        for row in self.next..end.min(count) {
            for other in 0..=row {
                let both = product(&self.rows[row], &self.rows[other]);
                self.values[row * count + other] = both;
                self.values[other * count + row] = both;
            }
        }
        self.next = end.min(count);
        self.next == count
    }

    /// The products. Those that were not worked out yet are zeros.
    pub fn finish(self) -> Products {
        Products { count: self.rows.len(), values: self.values }
    }
}

fn unit(row: &[f32]) -> Vec<f32> {
    let length = product(row, row).sqrt();
    let scale = if length > 0.0 { 1.0 / length } else { 0.0 };
    row.iter().map(|value| value * scale).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn products_of(rows: &[Vec<f32>]) -> Products {
        let features = rows.first().map_or(0, Vec::len);
        let mut gathering = Gathering::begin(&rows.concat(), features);
        while !gathering.advance() {}
        gathering.finish()
    }

    #[test]
    fn products_are_those_worked_out_by_hand() {
        // Unit rows (1, 0) and (0, 1), mean (½, ½): (½, −½) and (−½, ½).
        let products = products_of(&[vec![4.0, 0.0], vec![0.0, 0.5]]);
        assert_eq!(products.row(0), [0.5, -0.5]);
        assert_eq!(products.row(1), [-0.5, 0.5]);
        assert_eq!((products.spread(), products.count()), (1.0, 2));
        // (1, 0) and (0, 1) are the root of two apart.
        assert_eq!(products.squared_distances(0), [0.0, 2.0]);
        assert!(products.row(2).is_empty() && products.squared_distances(2).is_empty());
    }

    #[test]
    fn no_rows_and_rows_of_nothing_are_no_trouble() {
        assert_eq!(products_of(&[]).count(), 0);
        assert!(Gathering::begin(&[], 3).advance());
        let zeros = products_of(&[vec![0.0; 3], vec![0.0; 3]]);
        assert_eq!(zeros.squared_distances(0), [0.0; 2]);
    }
}
