//! A number with how far it may be off.

use serde::{Deserialize, Serialize};

/// An estimate with the bounds within which the truth lies with 95 %.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Interval {
    /// What the pictures at hand say.
    pub estimate: f64,
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

impl Interval {
    /// Whether a value lies between the bounds, both included.
    pub fn contains(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// Whether a difference has a sure sign: both bounds lie on one side of zero.
    pub fn excludes_zero(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_belong_to_the_interval_and_zero_at_a_bound_is_no_sure_sign() {
        let interval = |low, high| Interval { estimate: f64::midpoint(low, high), low, high };
        assert!(interval(0.0, 0.2).contains(0.2) && !interval(0.0, 0.2).contains(0.21));
        assert!(interval(0.1, 0.2).excludes_zero() && interval(-0.2, -0.1).excludes_zero());
        assert!(!interval(0.0, 0.2).excludes_zero() && !interval(-0.2, 0.1).excludes_zero());
    }

    #[test]
    fn what_is_no_number_has_no_sure_sign() {
        let interval = Interval { estimate: f64::NAN, low: f64::NAN, high: f64::NAN };
        assert!(!interval.excludes_zero() && !interval.contains(0.0));
    }
}
