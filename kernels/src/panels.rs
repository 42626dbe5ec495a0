//! The second matrix of a product, packed so that a product reads it from beginning to end.
//!
//! It holds weights, so it is small and is read for every few rows of the first matrix. A panel is
//! eight columns wide, since a row of it fills two vectors.

use crate::vector::{LANES, Vector, load, store};

/// Columns in a panel.
pub const PANEL: usize = 2 * LANES;

/// A matrix of `depth` rows, packed into panels of eight columns that are padded with zeros.
#[derive(Debug)]
pub struct Panels {
    /// Rows.
    pub depth: usize,
    /// Columns, without those that only pad.
    pub columns: usize,
    /// Panel by panel, row by row.
    values: Vec<[f32; PANEL]>,
}

impl Panels {
    /// Packs a matrix of `depth` rows and `columns` columns; `value` gives each number by row and
    /// column.
    pub fn pack(depth: usize, columns: usize, value: impl Fn(usize, usize) -> f32) -> Self {
        let mut panels = Self::zeros(depth, columns);
        for (index, panel) in panels.values.chunks_exact_mut(depth.max(1)).enumerate() {
            let first = index * PANEL;
            for (row, values) in panel.iter_mut().enumerate() {
                for (column, place) in (first..columns).zip(values) {
                    *place = value(row, column);
                }
            }
        }
        panels
    }

    /// Packs a matrix whose rows lie one behind the other, each multiplied with its factor.
    ///
    /// # Shapes
    /// - matrix: `[depth, columns]`, factors: `[depth]`
    pub fn of_rows(matrix: &[f32], factors: &[f32]) -> Self {
        let depth = factors.len();
        let columns = matrix.len().checked_div(depth).unwrap_or(0);
        let mut panels = Self::zeros(depth, columns);
        for (index, panel) in panels.values.chunks_exact_mut(depth.max(1)).enumerate() {
            let first = index * PANEL;
            let rows = matrix.chunks_exact(columns).zip(factors);
            for (values, (row, &factor)) in panel.iter_mut().zip(rows) {
                let row = &row[first..];
                if let Some(row) = row.first_chunk::<PANEL>() {
                    *values = row.map(|value| value * factor);
                } else {
                    let pairs = values.iter_mut().zip(row);
                    pairs.for_each(|(place, value)| *place = value * factor);
                }
            }
        }
        panels
    }

    /// Packs a matrix whose columns lie one behind the other, each multiplied with its factor.
    ///
    /// # Shapes
    /// - matrix: `[columns, depth]`, factors: `[columns]`
    pub fn of_columns(matrix: &[f32], factors: &[f32]) -> Self {
        let columns = factors.len();
        let depth = matrix.len().checked_div(columns).unwrap_or(0);
        let mut panels = Self::zeros(depth, columns);
        let lines = matrix.chunks(PANEL * depth.max(1)).zip(factors.chunks(PANEL));
        let panels_of_lines = panels.values.chunks_exact_mut(depth.max(1)).zip(lines);
        for (panel, (lines, factors)) in panels_of_lines {
            let lines = lines.chunks(LANES * depth).zip(factors.chunks(LANES));
            for (half, (lines, factors)) in lines.enumerate() {
                transpose(lines, factors, panel, half * LANES);
            }
        }
        panels
    }

    fn zeros(depth: usize, columns: usize) -> Self {
        Self { depth, columns, values: vec![[0.0; PANEL]; columns.div_ceil(PANEL) * depth] }
    }

    /// The panels with the column that each begins with.
    pub fn each(&self) -> impl Iterator<Item = (usize, &[[f32; PANEL]])> {
        let panels = self.values.chunks_exact(self.depth.max(1)).enumerate();
        panels.map(|(index, panel)| (index * PANEL, panel))
    }
}

/// Writes up to four lines, each multiplied with its factor, into as many columns of a panel, of
/// which `first` is the first.
fn transpose(lines: &[f32], factors: &[f32], panel: &mut [[f32; PANEL]], first: usize) {
    let depth = panel.len();
    let mut done = 0;
    if let Some(&[a, b, c, d]) = factors.first_chunk::<LANES>() {
        let (ab, cd) = lines.split_at(2 * depth);
        let ((a_line, b_line), (c_line, d_line)) = (ab.split_at(depth), cd.split_at(depth));
        for (index, rows) in panel.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
            let at = index * LANES;
            let columns = Vector::transpose([
                load(&a_line[at..]) * Vector::splat(a),
                load(&b_line[at..]) * Vector::splat(b),
                load(&c_line[at..]) * Vector::splat(c),
                load(&d_line[at..]) * Vector::splat(d),
            ]);
            for (row, column) in rows.iter_mut().zip(columns) {
                store(column, &mut row[first..]);
            }
        }
        done = depth - depth % LANES;
    }
    for (column, (line, factor)) in lines.chunks_exact(depth).zip(factors).enumerate() {
        for (row, value) in panel.iter_mut().zip(line).skip(done) {
            row[first + column] = value * factor;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize) -> Vec<f32> {
        (0..count).map(|number| number as f32 + 1.0).collect()
    }

    #[test]
    fn rows_and_columns_are_packed_as_number_by_number() {
        for (depth, columns) in [(1, 1), (3, 5), (4, 4), (9, 8), (6, 12), (8, 19)] {
            let matrix = numbers(depth * columns);
            let of_rows = Panels::of_rows(&matrix, &numbers(depth));
            let expected = Panels::pack(depth, columns, |row, column| {
                matrix[row * columns + column] * (row as f32 + 1.0)
            });
            assert_eq!(of_rows.values, expected.values, "{depth} × {columns}");
            let of_columns = Panels::of_columns(&matrix, &numbers(columns));
            let expected = Panels::pack(depth, columns, |row, column| {
                matrix[column * depth + row] * (column as f32 + 1.0)
            });
            assert_eq!(of_columns.values, expected.values, "{depth} × {columns}");
        }
    }
}
