//! From logits to probabilities, once they have been read back: a few numbers a picture, so a
//! device has nothing to gain.

/// The logarithms of softmax, row by row, in place.
///
/// # Shapes
/// - logits: `[pictures, classes]`
pub(super) fn log_softmax(logits: &mut [f32], classes: usize) {
    for row in logits.chunks_exact_mut(classes.max(1)) {
        let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        // Less the largest, so that no exponential is infinite.
        let sum: f32 = row.iter().map(|logit| (logit - largest).exp()).sum();
        let all = largest + sum.ln();
        row.iter_mut().for_each(|logit| *logit -= all);
    }
}

/// Softmax, row by row.
///
/// # Shapes
/// - logits, result: `[pictures, classes]`
pub fn softmax(mut logits: Vec<f32>, classes: usize) -> Vec<f32> {
    log_softmax(&mut logits, classes);
    logits.iter_mut().for_each(|value| *value = value.exp());
    logits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_those_worked_out_by_hand_row_by_row() {
        // ln 1, ln 2, ln 5: one, two and five eighths; a hundred more changes nothing.
        let logits = [0.0, 2f32.ln(), 5f32.ln(), 100.0, 100.0 + 2f32.ln(), 100.0 + 5f32.ln()];
        let found = softmax(logits.to_vec(), 3);
        for (found, expected) in found.iter().zip([0.125, 0.25, 0.625, 0.125, 0.25, 0.625]) {
            assert!((found - expected).abs() < 1e-5, "{found}, not {expected}");
        }
    }

    #[test]
    fn far_logits_have_finite_logarithms_and_no_number_stays_none() {
        let mut logits = [1e4, -1e4, f32::NAN, 0.0];
        log_softmax(&mut logits, 2);
        assert_eq!(logits[..2], [0.0, -2e4]);
        assert!(logits[2..].iter().all(|value| value.is_nan()));
    }
}
