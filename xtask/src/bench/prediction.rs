//! What the page predicted beside what it took, with the ratio, and whether that is near enough.

use super::report::Prediction;

/// How far what was predicted may be from what was taken.
const TOLERANCE: f64 = 0.25;
/// Seconds below which the page says no more than that it is under a second: `predicted` in
/// `src/ui/text.rs`.
const UNDER_A_SECOND: f64 = 0.75;

/// Prints a line a number, and how many are near enough.
pub fn print(predictions: &[Prediction]) {
    if predictions.is_empty() {
        return;
    }
    println!(
        "\n{:<12} {:<40} {:>10} {:>10} {:>8}",
        "pictures", "prediction", "predicted", "taken", "ratio"
    );
    for prediction in predictions {
        let Prediction { task, what, unit, predicted, taken } = prediction;
        let verdict = match (is_told_as_a_number(prediction), is_near(prediction)) {
            (true, true) => "",
            (true, false) => "  beyond 25 %",
            (false, true) => "  told as under a second, and was",
            (false, false) => "  told as under a second, and was not",
        };
        let what = format!("{what}, {unit}");
        let ratio = ratio(prediction);
        println!("{task:<12} {what:<40} {predicted:>10.3} {taken:>10.3} {ratio:>8.2}{verdict}");
    }
    println!(
        "{} of {} predictions are within 25 % of what was taken, or told as under a second and were",
        predictions.len() - far(predictions),
        predictions.len()
    );
}

/// How many are further off than the page promises.
pub fn far(predictions: &[Prediction]) -> usize {
    predictions.iter().filter(|prediction| !is_near(prediction)).count()
}

fn ratio(prediction: &Prediction) -> f64 {
    prediction.predicted / prediction.taken
}

fn is_told_as_a_number(prediction: &Prediction) -> bool {
    prediction.unit != "s" || prediction.predicted >= UNDER_A_SECOND
}

/// Whether it is no further off than allowed; whether it took under a second, where no more was
/// said. What is no number is not near.
fn is_near(prediction: &Prediction) -> bool {
    if is_told_as_a_number(prediction) {
        (ratio(prediction) - 1.0).abs() <= TOLERANCE
    } else {
        prediction.taken < 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prediction(predicted: f64, taken: f64) -> Prediction {
        let (task, what, unit) = ("fruit".to_owned(), "the run".to_owned(), "s".to_owned());
        Prediction { task, what, unit, predicted, taken }
    }

    #[test]
    fn a_quarter_more_or_less_is_near_and_more_is_not() {
        for near in [0.75, 1.0, 1.25] {
            assert!(is_near(&prediction(4.0 * near, 4.0)), "{near}");
        }
        for far in [0.7, 1.3] {
            assert!(!is_near(&prediction(4.0 * far, 4.0)), "{far}");
        }
        assert!(!is_near(&prediction(f64::NAN, 4.0)));
        assert_eq!(far(&[prediction(4.0, 4.0), prediction(9.0, 4.0)]), 1);
    }

    #[test]
    fn what_is_told_as_under_a_second_has_to_be() {
        assert!(is_near(&prediction(0.1, 0.9)));
        assert!(!is_near(&prediction(0.7, 1.05)));
        let memory = Prediction { unit: "MB".to_owned(), ..prediction(0.1, 0.9) };
        assert!(!is_near(&memory), "memory is always told as a number");
    }
}
