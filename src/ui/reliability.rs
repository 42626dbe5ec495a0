//! Geometry of a reliability diagram: a square from 0 to 1 in both directions.

/// The plotting area, in pixels.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Square {
    /// Left edge, where the probability is 0.
    pub left: f64,
    /// Right edge, where it is 1.
    pub right: f64,
    /// Upper edge, where all answers are right.
    pub top: f64,
    /// Lower edge, where none is.
    pub bottom: f64,
}

impl Square {
    /// The largest square with room for labels that fits into a place of this width.
    pub fn within(width: f64) -> Self {
        let side = (width - 56.0).clamp(120.0, 260.0);
        Self { left: 48.0, right: 48.0 + side, top: 8.0, bottom: 8.0 + side }
    }

    /// Where a probability stands; what is beyond an edge stands on it.
    pub fn x(&self, share: f64) -> f64 {
        self.left + inside(share) * (self.right - self.left)
    }

    /// Where a share of right answers stands.
    pub fn y(&self, share: f64) -> f64 {
        self.bottom - inside(share) * (self.bottom - self.top)
    }
}

fn inside(share: f64) -> f64 {
    if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_diagonal_goes_from_corner_to_corner_and_nothing_leaves_the_square() {
        let square = Square::within(316.0);
        assert_eq!((square.x(0.0), square.y(0.0)), (48.0, 268.0));
        assert_eq!((square.x(1.0), square.y(1.0)), (308.0, 8.0));
        assert_eq!((square.x(0.5), square.y(0.5)), (178.0, 138.0));
        assert_eq!((square.x(7.0), square.y(-2.0)), (308.0, 268.0));
        assert_eq!(square.x(f64::NAN), 48.0);
    }

    #[test]
    fn it_is_square_whatever_the_width() {
        for width in [0.0, 200.0, 390.0, 2_000.0] {
            let square = Square::within(width);
            assert_eq!(square.right - square.left, square.bottom - square.top);
            assert!((120.0..=260.0).contains(&(square.right - square.left)));
        }
    }
}
