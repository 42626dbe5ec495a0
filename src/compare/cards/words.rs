//! Numbers in words, for sentences on cards.

use crate::measure::Interval;

/// A share as per cent: `86.7 %`.
pub(in crate::compare) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// A difference of shares in points, with its sign: `+3.3 points`, `−1.2 points`.
pub(in crate::compare) fn points(difference: f64) -> String {
    let tenths = (difference * 1000.0).round() / 10.0;
    let sign = if tenths < 0.0 { "−" } else { "+" };
    format!("{sign}{:.1} points", tenths.abs())
}

/// An interval of differences: `−1.2 to +7.8 points`.
pub(in crate::compare) fn between(interval: Interval) -> String {
    let low = points(interval.low);
    format!("{} to {}", low.trim_end_matches(" points"), points(interval.high))
}

/// How many times: `1.3 times`, `14 times`.
pub(super) fn times(ratio: f64) -> String {
    if ratio < 9.95 { format!("{ratio:.1} times") } else { format!("{ratio:.0} times") }
}

/// A count with its noun: `1 seed`, `3 seeds`.
pub(in crate::compare) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// What an interval of a difference says: that it cannot be told from none, or which way is ahead.
pub(super) fn verdict(interval: Interval, test_pictures: usize) -> String {
    if !interval.excludes_zero() {
        return format!(
            "no difference can be told with {}",
            counted(test_pictures, "test picture", "test pictures")
        );
    }
    let ahead = if interval.estimate > 0.0 { "fine-tuning" } else { "transfer learning" };
    format!("{ahead} is ahead")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_have_a_sign_and_points() {
        assert_eq!(points(0.0333), "+3.3 points");
        assert_eq!(points(-0.012), "−1.2 points");
        assert_eq!(points(-0.0001), "+0.0 points");
        let interval = Interval { estimate: 0.03, low: -0.012, high: 0.078 };
        assert_eq!(between(interval), "−1.2 to +7.8 points");
    }

    #[test]
    fn an_interval_with_zero_inside_tells_no_difference() {
        let interval = |low, high| Interval { estimate: (low + high) / 2.0, low, high };
        assert_eq!(
            verdict(interval(-0.1, 0.2), 12),
            "no difference can be told with 12 test pictures"
        );
        assert_eq!(verdict(interval(0.01, 0.2), 12), "fine-tuning is ahead");
        assert_eq!(verdict(interval(-0.2, -0.1), 12), "transfer learning is ahead");
    }
}
