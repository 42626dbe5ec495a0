//! Numbers in words: short, without a fraction where none is known. A number and its unit stay on
//! one line.

use crate::session::{Interval, Unit};

/// A space at which no line breaks.
const HELD: char = '\u{a0}';

/// A share from 0 to 1 as whole per cent: `78 %`.
pub fn percent(share: f64) -> String {
    format!("{}{HELD}%", whole(share * 100.0))
}

/// A length of time: `0.4 s`, `14 s`, `3 min`.
pub fn duration(seconds: f64) -> String {
    if seconds < 9.95 {
        let tenths = whole(seconds * 10.0);
        format!("{}.{}{HELD}s", tenths / 10, tenths % 10)
    } else if seconds < 99.5 {
        format!("{}{HELD}s", whole(seconds))
    } else {
        format!("{}{HELD}min", whole(seconds / 60.0).max(2))
    }
}

/// How long an answer took: `4.2 ms`, `38 ms`.
pub fn milliseconds(milliseconds: f64) -> String {
    if milliseconds < 9.95 {
        let tenths = whole(milliseconds * 10.0);
        format!("{}.{}{HELD}ms", tenths / 10, tenths % 10)
    } else {
        format!("{}{HELD}ms", whole(milliseconds))
    }
}

/// A large count, rounded: `950`, `412 k`, `1.2 M`.
pub fn rounded(count: usize) -> String {
    match count {
        0..1_000 => count.to_string(),
        1_000..999_500 => format!("{}{HELD}k", (count + 500) / 1_000),
        _ => {
            let tenths = (count + 50_000) / 100_000;
            format!("{}.{}{HELD}M", tenths / 10, tenths % 10)
        }
    }
}

/// A length of time beside another that it is compared with: `0.04 s`, `4.1 s`.
pub fn compared(seconds: f64) -> String {
    if seconds < 0.995 {
        return format!("0.{:02}{HELD}s", whole(seconds * 100.0));
    }
    duration(seconds)
}

/// A length of time that is only predicted: `under a second`, `about 4.1 s`. What the page itself
/// does when a race begins takes a tenth of a second or two, which nobody can predict: so less than
/// a second is not told more closely, which holds up to where a prediction may be a quarter short.
pub fn predicted(seconds: f64) -> String {
    if seconds < 0.75 {
        "under a second".to_owned()
    } else {
        format!("about {}", duration(seconds))
    }
}

/// Memory: `12 MB`, `1.2 GB`.
pub fn memory(bytes: u64) -> String {
    let megabytes = (bytes + 500_000) / 1_000_000;
    if megabytes < 1_000 {
        return format!("{megabytes}{HELD}MB");
    }
    let tenths = (bytes + 50_000_000) / 100_000_000;
    format!("{}.{}{HELD}GB", tenths / 10, tenths % 10)
}

/// A number of a card with its unit: `65.3 %`, `+1.3 points`, `18.7 GFLOP`.
pub fn number(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Share => format!("{:.1}{HELD}%", value * 100.0),
        Unit::Points => points(value),
        Unit::Seconds => compared(value),
        Unit::Operations => scaled(value, "FLOP"),
        Unit::Bytes => memory(value.max(0.0) as u64),
        Unit::Count => grouped(value),
        Unit::Ratio if value < 9.95 => format!("{value:.1}{HELD}times"),
        Unit::Ratio => format!("{value:.0}{HELD}times"),
        Unit::Plain => plain(value),
    }
}

/// The same, short enough for an axis.
pub fn short_number(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Share if value.abs() < 0.0995 && value != 0.0 => {
            format!("{:.1}{HELD}%", value * 100.0)
        }
        Unit::Share => format!("{:.0}{HELD}%", value * 100.0),
        // The axis has no room for the unit, the plot's title has it.
        Unit::Points if value.abs() < 0.0995 && value != 0.0 => format!("{:.1}", value * 100.0),
        Unit::Points => format!("{:.0}", value * 100.0),
        Unit::Plain if value.abs() < 0.1 && value.abs() >= 0.001 => {
            let text = format!("{value:.4}");
            text.trim_end_matches('0').to_owned()
        }
        Unit::Plain => plain(value),
        _ => number(value, unit),
    }
    .replace('-', "−")
}

/// Where a number may truly lie: `52.9 to 76.9 %`.
pub fn within(interval: Interval, unit: Unit) -> String {
    let bare = |value: f64| {
        let text = number(value, unit);
        text.split(HELD).next().unwrap_or_default().to_owned()
    };
    format!("{} to {}", bare(interval.low), number(interval.high, unit))
}

/// A difference of shares in points, with its sign.
fn points(difference: f64) -> String {
    let tenths = (difference * 1000.0).round() / 10.0;
    let sign = if tenths < 0.0 { "−" } else { "+" };
    format!("{sign}{:.1}{HELD}points", tenths.abs())
}

/// A number with three digits; very small and very large ones in scientific notation.
fn plain(value: f64) -> String {
    let size = value.abs();
    let text = match size {
        _ if size == 0.0 => "0".to_owned(),
        0.001..0.1 => format!("{value:.4}"),
        0.1..10.0 => format!("{value:.2}"),
        10.0..10_000.0 => format!("{value:.0}"),
        _ => format!("{value:.1e}"),
    };
    text.replace('-', "−")
}

/// A large number in thousands, millions, billions: `18.7 GFLOP`.
fn scaled(value: f64, unit: &str) -> String {
    let (divisor, letter) = match value {
        value if value >= 1e12 => (1e12, "T"),
        value if value >= 1e9 => (1e9, "G"),
        value if value >= 1e6 => (1e6, "M"),
        _ => (1e3, "k"),
    };
    let scaled = value / divisor;
    if scaled < 99.95 {
        format!("{scaled:.1}{HELD}{letter}{unit}")
    } else {
        format!("{scaled:.0}{HELD}{letter}{unit}")
    }
}

/// A count with its digits in groups of three: `317 093`.
fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.max(0.0));
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(HELD);
        }
        text.push(digit);
    }
    text
}

/// A count with its noun: `1 picture`, `12 pictures`.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// A number with three digits behind the point: losses.
pub fn thousandths(value: f64) -> String {
    if !value.is_finite() {
        return "not a number".to_owned();
    }
    let thousandths = whole(value.abs() * 1000.0);
    let sign = if value < 0.0 && thousandths > 0 { "−" } else { "" };
    format!("{sign}{}.{:03}", thousandths / 1000, thousandths % 1000)
}

/// Which of nine thirds by thirds of a picture has the largest share, row by row, and how much.
pub fn place_of_most(shares: &[f32; 9]) -> (&'static str, f64) {
    const PLACES: [&str; 9] = [
        "upper left",
        "upper middle",
        "upper right",
        "middle left",
        "middle",
        "middle right",
        "lower left",
        "lower middle",
        "lower right",
    ];
    let largest = PLACES.into_iter().zip(shares).max_by(|a, b| a.1.total_cmp(b.1));
    largest.map_or(("middle", 0.0), |(place, share)| (place, f64::from(*share)))
}

/// A learning rate in scientific notation with two digits: `2.9e-3`.
pub fn rate(value: f64) -> String {
    if !(value.is_finite() && value > 0.0) {
        return "0".to_owned();
    }
    let mut exponent = value.log10().floor() as i32;
    let mut tenths = whole(value / 10f64.powi(exponent - 1));
    if tenths >= 100 {
        exponent += 1;
        tenths = 10;
    }
    format!("{}.{}e{exponent}", tenths / 10, tenths % 10)
}

/// Rounds half up. What is negative or no number becomes 0, what is too large the largest.
fn whole(value: f64) -> u64 {
    (value + 0.5).floor() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_become_whole_per_cent() {
        assert_eq!(percent(0.0), "0\u{a0}%");
        assert_eq!(percent(31.0 / 40.0), "78\u{a0}%");
        assert_eq!(percent(1.0), "100\u{a0}%");
        assert_eq!(percent(f64::NAN), "0\u{a0}%");
    }

    #[test]
    fn durations_lose_digits_as_they_grow() {
        assert_eq!(duration(0.0), "0.0\u{a0}s");
        assert_eq!(duration(1.24), "1.2\u{a0}s");
        assert_eq!(duration(9.97), "10\u{a0}s");
        assert_eq!(duration(61.0), "61\u{a0}s");
        assert_eq!(duration(170.0), "3\u{a0}min");
    }

    #[test]
    fn answers_take_milliseconds() {
        assert_eq!(milliseconds(0.0), "0.0\u{a0}ms");
        assert_eq!(milliseconds(4.24), "4.2\u{a0}ms");
        assert_eq!(milliseconds(9.97), "10\u{a0}ms");
        assert_eq!(milliseconds(118.6), "119\u{a0}ms");
    }

    #[test]
    fn large_counts_are_rounded_to_a_letter() {
        assert_eq!(rounded(950), "950");
        assert_eq!(rounded(410_208), "410\u{a0}k");
        assert_eq!(rounded(999_600), "1.0\u{a0}M");
        assert_eq!(rounded(2_223_872), "2.2\u{a0}M");
    }

    #[test]
    fn less_than_a_second_is_not_predicted_more_closely() {
        assert_eq!(predicted(0.0), "under a second");
        assert_eq!(predicted(0.74), "under a second");
        assert_eq!(predicted(0.75), "about 0.8\u{a0}s");
        assert_eq!(predicted(4.12), "about 4.1\u{a0}s");
    }

    #[test]
    fn times_below_a_second_are_compared_by_their_hundredths() {
        assert_eq!(compared(0.0), "0.00\u{a0}s");
        assert_eq!(compared(0.041), "0.04\u{a0}s");
        assert_eq!(compared(0.994), "0.99\u{a0}s");
        assert_eq!(compared(0.996), "1.0\u{a0}s");
    }

    #[test]
    fn memory_is_told_in_millions_of_bytes_and_then_in_billions() {
        assert_eq!(memory(12_499_999), "12\u{a0}MB");
        assert_eq!(memory(999_499_999), "999\u{a0}MB");
        assert_eq!(memory(999_500_000), "1.0\u{a0}GB");
        assert_eq!(memory(1_250_000_000), "1.3\u{a0}GB");
    }

    #[test]
    fn numbers_of_cards_have_their_units() {
        assert_eq!(number(0.6533, Unit::Share), "65.3\u{a0}%");
        assert_eq!(number(-0.0126, Unit::Points), "−1.3\u{a0}points");
        assert_eq!(number(-0.0001, Unit::Points), "+0.0\u{a0}points");
        assert_eq!(number(18.72e9, Unit::Operations), "18.7\u{a0}GFLOP");
        assert_eq!(number(317_093.0, Unit::Count), "317\u{a0}093");
        assert_eq!(number(12.0, Unit::Count), "12");
        assert_eq!(number(39.5, Unit::Ratio), "40\u{a0}times");
        assert_eq!(number(0.9071, Unit::Plain), "0.91");
        assert_eq!(number(0.000_02, Unit::Plain), "2.0e−5");
        assert_eq!(short_number(0.25, Unit::Share), "25\u{a0}%");
        assert_eq!(short_number(-0.03, Unit::Share), "−3.0\u{a0}%");
        assert_eq!(short_number(-0.03, Unit::Points), "−3.0");
        assert_eq!(short_number(0.2, Unit::Points), "20");
        assert_eq!(short_number(0.06, Unit::Plain), "0.06");
    }

    #[test]
    fn an_interval_says_its_unit_once() {
        let interval = Interval { estimate: 0.6, low: 0.529, high: 0.769 };
        assert_eq!(within(interval, Unit::Share), "52.9 to 76.9\u{a0}%");
        let interval = Interval { estimate: 0.0, low: -0.091, high: 0.095 };
        assert_eq!(within(interval, Unit::Points), "−9.1 to +9.5\u{a0}points");
    }

    #[test]
    fn the_ninth_of_a_picture_with_most_is_named() {
        let mut shares = [0.05; 9];
        shares[2] = 0.6;
        assert_eq!(place_of_most(&shares), ("upper right", f64::from(0.6f32)));
        shares[6] = 0.9;
        assert_eq!(place_of_most(&shares).0, "lower left");
    }

    #[test]
    fn one_is_singular() {
        assert_eq!(counted(1, "class", "classes"), "1 class");
        assert_eq!(counted(0, "class", "classes"), "0 classes");
    }

    #[test]
    fn losses_keep_three_digits_and_say_when_they_are_none() {
        assert_eq!(thousandths(1.6094), "1.609");
        assert_eq!(thousandths(0.0049), "0.005");
        assert_eq!(thousandths(f64::NAN), "not a number");
    }

    #[test]
    fn rates_are_scientific() {
        assert_eq!(rate(3e-3), "3.0e-3");
        assert_eq!(rate(9.99e-4), "1.0e-3");
        assert_eq!(rate(0.0), "0");
    }
}
