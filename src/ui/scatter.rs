//! Geometry of a map of pictures: places on the page, and the way from one picture to the next.

/// Pixels between the outermost pictures and the edge.
const MARGIN: f64 = 16.0;

/// Where a way goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// To smaller x.
    Left,
    /// To larger x.
    Right,
    /// To smaller y: the page's y grows downwards.
    Up,
    /// To larger y.
    Down,
}

impl Direction {
    /// The direction of an arrow key.
    pub fn of_key(key: &str) -> Option<Self> {
        match key {
            "ArrowLeft" => Some(Self::Left),
            "ArrowRight" => Some(Self::Right),
            "ArrowUp" => Some(Self::Up),
            "ArrowDown" => Some(Self::Down),
            _ => None,
        }
    }
}

/// Places of a map, around its middle and upwards, in the pixels of an area: both axes by the same
/// scale, so that distances stay true.
pub fn laid_out(
    places: impl Iterator<Item = [f32; 2]> + Clone,
    width: f64,
    height: f64,
) -> Vec<(f64, f64)> {
    let bounds = |axis: usize| {
        places
            .clone()
            .map(|place| f64::from(place[axis]))
            .filter(|at| at.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| (low.min(at), high.max(at)))
    };
    let [(left, right), (low, high)] = [bounds(0), bounds(1)];
    let room = |pixels: f64, length: f64| {
        let scale = (pixels - 2.0 * MARGIN).max(1.0) / length;
        if scale.is_finite() { scale } else { f64::INFINITY }
    };
    let scale = room(width, right - left).min(room(height, high - low));
    let scale = if scale.is_finite() { scale } else { 0.0 };
    let at = |middle: f64, value: f32, between: (f64, f64)| {
        let off = f64::from(value) - (between.0 + between.1) / 2.0;
        let off = if off.is_finite() { off * scale } else { 0.0 };
        middle + off
    };
    places
        .clone()
        .map(|[x, y]| {
            (at(width / 2.0, x, (left, right)), height - at(height / 2.0, y, (low, high)))
        })
        .collect()
}

/// The place that an arrow key leads to from another: the nearest within an eighth of a circle to both
/// sides of its direction, or else the one that lies least askew. `None` at the edge.
pub fn beside(points: &[(f64, f64)], from: usize, direction: Direction) -> Option<usize> {
    let &(own_x, own_y) = points.get(from)?;
    let ways = points.iter().enumerate().filter_map(|(index, &(x, y))| {
        let (right, down) = (x - own_x, y - own_y);
        let (along, aside) = match direction {
            Direction::Left => (-right, down),
            Direction::Right => (right, down),
            Direction::Up => (-down, right),
            Direction::Down => (down, right),
        };
        let is_straight = aside.abs() <= along;
        let length = if is_straight { along.hypot(aside) } else { 1e6 + aside.abs() / along };
        (along > 0.0).then_some((index, length))
    });
    ways.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_map_fills_its_area_without_being_stretched() {
        let places = [[-2.0, 0.0], [2.0, 0.0], [0.0, 1.0], [0.0, -1.0]];
        let points = laid_out(places.into_iter(), 432.0, 432.0);
        // Four units over four hundred pixels; up is up.
        assert_eq!(points, [(16.0, 216.0), (416.0, 216.0), (216.0, 116.0), (216.0, 316.0)]);
        assert_eq!(laid_out([[3.0, 3.0]].into_iter(), 100.0, 60.0), [(50.0, 30.0)]);
        assert_eq!(laid_out([].into_iter(), 100.0, 60.0), []);
    }

    #[test]
    fn arrow_keys_lead_to_the_nearest_in_their_direction() {
        let points = [(0.0, 0.0), (10.0, 1.0), (5.0, 9.0), (-3.0, 0.0), (0.0, -4.0)];
        let to = |direction| beside(&points, 0, direction);
        assert_eq!(to(Direction::Right), Some(1), "what lies below is no way to the right");
        assert_eq!([to(Direction::Down), to(Direction::Left)], [Some(2), Some(3)]);
        assert_eq!([to(Direction::Up), beside(&points, 1, Direction::Right)], [Some(4), None]);
        assert_eq!(beside(&points, 3, Direction::Left), None);
        assert_eq!(beside(&[], 0, Direction::Up), None);
    }

    proptest! {
        #[test]
        fn every_way_goes_where_it_says_and_ends(
            points in prop::collection::vec((-99..99i16, -99..99i16), 1..40),
        ) {
            let points: Vec<(f64, f64)> =
                points.into_iter().map(|(x, y)| (f64::from(x), f64::from(y))).collect();
            for direction in [Direction::Left, Direction::Right, Direction::Up, Direction::Down] {
                let (mut at, mut steps) = (0, 0);
                while let Some(next) = beside(&points, at, direction) {
                    let (x, y) = (points[next].0 - points[at].0, points[next].1 - points[at].1);
                    let along = match direction {
                        Direction::Left => -x,
                        Direction::Right => x,
                        Direction::Up => -y,
                        Direction::Down => y,
                    };
                    prop_assert!(along > 0.0);
                    (at, steps) = (next, steps + 1);
                    prop_assert!(steps < points.len());
                }
            }
        }

        #[test]
        fn every_place_lies_in_its_area(
            places in prop::collection::vec(prop::array::uniform2(-1e3..1e3f32), 1..20),
            width in 100.0..900.0f64,
            height in 100.0..900.0f64,
        ) {
            for (x, y) in laid_out(places.into_iter(), width, height) {
                prop_assert!((0.0..=width).contains(&x) && (0.0..=height).contains(&y));
            }
        }
    }
}
