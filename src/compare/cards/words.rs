//! Numbers in words, for sentences on cards.

use crate::measure::Interval;

/// A number to so many decimals, with a true minus sign, and none before what is rounded to zero.
fn decimals(value: f64, places: usize) -> String {
    let text = format!("{:.places$}", value.abs());
    let is_zero = text.chars().all(|c| c == '0' || c == '.');
    if value < 0.0 && !is_zero { format!("−{text}") } else { text }
}

/// A number without a unit: `0.80`, `−0.03`.
pub(super) fn plain(value: f64) -> String {
    decimals(value, 2)
}

/// A share as per cent: `86.7 %`.
pub(in crate::compare) fn percent(share: f64) -> String {
    format!("{} %", decimals(share * 100.0, 1))
}

/// A share that is set and not measured, as per cent without decimals: `90 %`.
pub(super) fn whole_percent(share: f64) -> String {
    format!("{} %", decimals(share * 100.0, 0))
}

/// A difference of shares in points, with its sign: `+3.3 points`, `−1.2 points`, `0.0 points`.
pub(super) fn points(difference: f64) -> String {
    format!("{} points", signed(difference))
}

fn signed(difference: f64) -> String {
    let text = decimals(difference * 100.0, 1);
    if text == "0.0" || difference < 0.0 { text } else { format!("+{text}") }
}

/// An interval of differences: `from −1.2 to +7.8 points`.
pub(in crate::compare) fn range(interval: Interval) -> String {
    format!("from {} to {}", signed(interval.low), points(interval.high))
}

/// Which way is ahead, and by how much: `fine-tuning is ahead by 3.3 points`.
pub(in crate::compare) fn lead(difference: f64) -> String {
    let by = decimals(difference.abs() * 100.0, 1);
    if by == "0.0" {
        return "both ways are level".to_owned();
    }
    format!("{} is ahead by {by} points", leader(difference))
}

/// The way that a difference, fine-tuning less transfer learning, is in favour of.
pub(super) fn leader(difference: f64) -> &'static str {
    if difference > 0.0 { "fine-tuning" } else { "transfer learning" }
}

/// How many times: `0.04 times`, `1.3 times`, `14 times`.
pub(super) fn times(ratio: f64) -> String {
    let places = match ratio {
        ..0.095 => 2,
        ..9.95 => 1,
        _ => 0,
    };
    format!("{} times", decimals(ratio, places))
}

/// A count with its noun: `1 seed`, `3 seeds`.
pub(in crate::compare) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Pictures of a class: `1 picture a class`, `8 pictures a class`.
pub(super) fn a_class(pictures: usize) -> String {
    format!("{} a class", counted(pictures, "picture", "pictures"))
}

/// Several things in a row: `1`, `1 and 2`, `1, 2 and 4`.
pub(super) fn listed(things: &[String]) -> String {
    match things {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A sentence begins with a capital.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What an interval of a difference says: that it cannot be told from none, or which way is ahead.
pub(super) fn verdict(interval: Interval, test_pictures: usize) -> String {
    if !interval.excludes_zero() {
        return format!(
            "no difference can be told with {}",
            counted(test_pictures, "test picture", "test pictures")
        );
    }
    format!("{} is ahead", leader(interval.estimate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_have_a_sign_and_points() {
        assert_eq!(points(0.0333), "+3.3 points");
        assert_eq!(points(-0.012), "−1.2 points");
        assert_eq!(points(-0.0001), "0.0 points");
        assert_eq!(points(0.0), "0.0 points");
        let interval = Interval { estimate: 0.03, low: -0.012, high: 0.078 };
        assert_eq!(range(interval), "from −1.2 to +7.8 points");
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

    #[test]
    fn what_is_rounded_to_zero_has_no_sign() {
        for value in [-0.0, -0.0004, 0.0, 0.0004] {
            assert_eq!(percent(value), "0.0 %");
            assert_eq!(plain(value), "0.00");
            assert_eq!(lead(value), "both ways are level");
        }
        assert_eq!((plain(-0.034), percent(-0.034)), ("−0.03".to_owned(), "−3.4 %".to_owned()));
    }

    #[test]
    fn a_lead_names_who_is_ahead_and_has_no_sign() {
        assert_eq!(lead(0.0333), "fine-tuning is ahead by 3.3 points");
        assert_eq!(lead(-0.012), "transfer learning is ahead by 1.2 points");
    }

    #[test]
    fn ratios_have_the_digits_that_tell_them_apart() {
        let said = [0.04, 0.5, 1.0, 9.94, 9.96, 300.2].map(times);
        assert_eq!(
            said,
            ["0.04 times", "0.5 times", "1.0 times", "9.9 times", "10 times", "300 times"]
        );
    }

    #[test]
    fn one_and_several_things_are_named_as_people_do() {
        assert_eq!(
            (a_class(1), a_class(8)),
            ("1 picture a class".into(), "8 pictures a class".into())
        );
        let things = ["1", "2", "4"].map(str::to_owned);
        let said = [0, 1, 2, 3].map(|count| listed(&things[..count]));
        assert_eq!(said, ["", "1", "1 and 2", "1, 2 and 4"]);
        assert_eq!((capital("fine-tuning"), capital("")), ("Fine-tuning".into(), String::new()));
    }
}
