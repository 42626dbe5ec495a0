//! Two maps of the same pictures, turned so that they can be compared.

/// The points of `map`, turned and perhaps mirrored about the origin so that they lie as near to
/// those of `onto` as they can (the orthogonal Procrustes problem, Schönemann 1966; in a plane it has
/// a closed form). Which way the axes of a map point is arbitrary; so what stays in its place stays.
pub fn turned_onto(map: &[[f64; 2]], onto: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut sums = [[0.0; 2]; 2];
    for (from, to) in map.iter().zip(onto) {
        for (row, to) in sums.iter_mut().zip(to) {
            row.iter_mut().zip(from).for_each(|(sum, from)| *sum += to * from);
        }
    }
    let [[a, b], [c, d]] = sums;
    let turn = (a + d, c - b);
    let mirror = (a - d, b + c);
    let [turned, mirrored] = [turn, mirror].map(|(cosine, sine)| cosine.hypot(sine));
    let ((cosine, sine), length, side) =
        if turned >= mirrored { (turn, turned, 1.0) } else { (mirror, mirrored, -1.0) };
    if !(length > 0.0 && length.is_finite()) {
        return map.to_vec();
    }
    let (cosine, sine) = (cosine / length, sine / length);
    let placed = |&[x, y]: &[f64; 2]| {
        let y = side * y;
        [cosine * x - sine * y, sine * x + cosine * y]
    };
    map.iter().map(placed).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_map_that_was_only_turned_and_mirrored_is_brought_back(
            points in prop::collection::vec(prop::array::uniform2(-5.0..5.0f64), 2..20),
            turn in 0.0..std::f64::consts::TAU,
            mirrors: bool,
        ) {
            let moved: Vec<[f64; 2]> = points
                .iter()
                .map(|&[x, y]| {
                    let y = if mirrors { -y } else { y };
                    [turn.cos() * x - turn.sin() * y, turn.sin() * x + turn.cos() * y]
                })
                .collect();
            for (found, expected) in turned_onto(&moved, &points).iter().zip(&points) {
                let off = (found[0] - expected[0]).hypot(found[1] - expected[1]);
                prop_assert!(off < 1e-6, "{} off", off);
            }
        }
    }

    #[test]
    fn nothing_to_go_by_turns_nothing() {
        assert_eq!(turned_onto(&[[1.0, 2.0]], &[[0.0, 0.0]]), [[1.0, 2.0]]);
        assert_eq!(turned_onto(&[], &[]), [[0.0; 2]; 0]);
    }
}
