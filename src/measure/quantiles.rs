//! Student's quantile and the normal distribution, as far as an interval of 95 % needs them.

/// Student's 97.5 % quantile with 1, 2, 3 and 4 degrees of freedom (Abramowitz and Stegun, table
/// 26.10), where the series in [`student`] is not good enough yet.
const STUDENT: [f64; 4] = [12.706_205, 4.302_653, 3.182_446, 2.776_445];

/// The normal distribution's 97.5 % quantile.
pub(super) const NORMAL: f64 = 1.959_963_984_540_054;

/// Student's 97.5 % quantile with so many degrees of freedom, at least 1, off by less than 3e-4
/// (Abramowitz and Stegun, 26.7.5).
pub(super) fn student(degrees: usize) -> f64 {
    if let Some(&quantile) = STUDENT.get(degrees.saturating_sub(1)) {
        return quantile;
    }
    let x = NORMAL;
    let x2 = x * x;
    let terms = [
        x * (x2 + 1.0) / 4.0,
        x * ((5.0 * x2 + 16.0) * x2 + 3.0) / 96.0,
        x * (((3.0 * x2 + 19.0) * x2 + 17.0) * x2 - 15.0) / 384.0,
        x * ((((79.0 * x2 + 776.0) * x2 + 1482.0) * x2 - 1920.0) * x2 - 945.0) / 92_160.0,
    ];
    let degrees = degrees as f64;
    x + terms.iter().rev().fold(0.0, |sum, term| (sum + term) / degrees)
}

/// The share of a normal distribution that lies beyond so many standard deviations on one side,
/// `deviations` at least 0, off by less than 7.5e-8 (Abramowitz and Stegun, 26.2.17).
pub(super) fn normal_tail(deviations: f64) -> f64 {
    const TERMS: [f64; 5] =
        [0.319_381_530, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
    let step = 1.0 / (1.0 + 0.231_641_9 * deviations);
    let sum = TERMS.iter().rev().fold(0.0, |sum, term| (sum + term) * step);
    let density = (-deviations * deviations / 2.0).exp() / std::f64::consts::TAU.sqrt();
    density * sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn students_quantile_is_that_of_the_printed_tables() {
        for (degrees, printed) in [
            (1, 12.7062),
            (4, 2.7764),
            (5, 2.5706),
            (6, 2.4469),
            (9, 2.2622),
            (10, 2.2281),
            (19, 2.0930),
            (30, 2.0423),
            (60, 2.0003),
            (120, 1.9799),
        ] {
            let error = (student(degrees) - printed).abs();
            assert!(error < 3e-4 + 5e-5, "{degrees}: {}", student(degrees));
        }
        assert!((student(usize::MAX) - NORMAL).abs() < 1e-12);
    }

    #[test]
    fn the_normal_tail_is_that_of_the_printed_tables() {
        for (deviations, printed) in [
            (0.0, 0.5),
            (1.0, 0.158_655_25),
            (NORMAL, 0.025),
            (2.0, 0.022_750_13),
            (3.0, 0.001_349_90),
            (5.0, 2.866_5e-7),
        ] {
            let error = (normal_tail(deviations) - printed).abs();
            assert!(error < 1.3e-7, "{deviations}: {}", normal_tail(deviations));
        }
        assert_eq!(normal_tail(40.0), 0.0);
    }
}
