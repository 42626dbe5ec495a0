//! The signs of an invented script as points that a pen goes through. All of them share the bow
//! that hangs down into a tail, and differ in what is added to it, as letters of one alphabet do.

/// In the order of [`strokes`].
pub(super) const CLASSES: [&str; 5] = ["Oru", "Tamek", "Zil", "Vashe", "Nokko"];

/// A point of a sign: to the right and down, both between about −1 and 1.
pub(super) type Point = (f32, f32);

/// Up, over, and down into the tail.
const BOW: &[Point] = &[
    (-0.6, -0.3),
    (-0.42, -0.74),
    (0.02, -0.9),
    (0.44, -0.62),
    (0.46, -0.08),
    (0.3, 0.42),
    (0.02, 0.84),
];

/// The strokes of a class's sign, in the order in which a hand draws them.
pub(super) fn strokes(class_index: usize) -> Vec<&'static [Point]> {
    match class_index {
        // A wave across the tail.
        0 => vec![BOW, &[(-0.3, 0.34), (0.08, 0.18), (0.44, 0.36), (0.86, 0.16)]],
        // A ring at the end of the tail.
        1 => vec![
            BOW,
            &[(0.02, 0.84), (-0.3, 0.96), (-0.56, 0.64), (-0.34, 0.34), (-0.04, 0.5), (0.02, 0.84)],
        ],
        // A curl in the bow.
        2 => {
            vec![BOW, &[(-0.6, -0.3), (-0.56, 0.04), (-0.24, 0.14), (-0.04, -0.14), (-0.22, -0.38)]]
        }
        // Two short strokes before the tail.
        3 => vec![
            BOW,
            &[(-0.62, 0.14), (-0.44, 0.34), (-0.42, 0.62)],
            &[(-0.26, -0.04), (-0.08, 0.16), (-0.06, 0.44)],
        ],
        // A second bow behind the first.
        _ => vec![BOW, &[(0.46, -0.08), (0.66, -0.48), (0.96, -0.4), (1.0, 0.06), (0.84, 0.5)]],
    }
}

/// A smooth line through points: between any two of them, as Catmull and Rom drew it.
pub(super) fn smooth(points: &[Point]) -> Vec<Point> {
    const STEPS: usize = 8;
    let at = |index: usize| points[index.min(points.len() - 1)];
    let mut line = Vec::with_capacity(points.len() * STEPS);
    for (index, &here) in points.iter().enumerate() {
        let (before, next, after) = (at(index.saturating_sub(1)), at(index + 1), at(index + 2));
        let steps = if index + 1 < points.len() { STEPS } else { 1 };
        for step in 0..steps {
            let share = step as f32 / STEPS as f32;
            let through = |before: f32, here: f32, next: f32, after: f32| {
                let bend = 2.0 * before - 5.0 * here + 4.0 * next - after;
                let twist = 3.0 * (here - next) + after - before;
                here + 0.5 * share * (next - before + share * (bend + share * twist))
            };
            line.push((
                through(before.0, here.0, next.0, after.0),
                through(before.1, here.1, next.1, after.1),
            ));
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smooth_lines_go_through_their_points_and_have_no_gaps() {
        for class_index in 0..CLASSES.len() {
            for stroke in strokes(class_index) {
                let line = smooth(stroke);
                assert!(stroke.iter().all(|point| line.contains(point)));
                for pair in line.windows(2) {
                    let (x, y) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
                    assert!((x * x + y * y).sqrt() < 0.15, "{pair:?}");
                }
            }
        }
    }

    #[test]
    fn every_class_has_strokes_of_its_own() {
        for one in 0..CLASSES.len() {
            for two in 0..one {
                assert_ne!(strokes(one), strokes(two));
            }
        }
    }
}
