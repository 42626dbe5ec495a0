//! How near the numbers of two devices are to one another.

/// ‖a − b‖ / ‖a‖, infinite for different lengths.
pub fn relative_difference(expected: &[f32], found: &[f32]) -> f64 {
    if expected.len() != found.len() {
        return f64::INFINITY;
    }
    let square = |value: f32| f64::from(value) * f64::from(value);
    let difference: f64 = expected.iter().zip(found).map(|(&a, &b)| square(a - b)).sum();
    let norm: f64 = expected.iter().map(|&a| square(a)).sum();
    (difference / norm.max(f64::MIN_POSITIVE)).sqrt()
}

/// How far one result of a device is from that of the CPU.
#[cfg(feature = "bench")]
#[derive(Clone, PartialEq, Debug)]
pub struct Agreement {
    /// Which result, of what.
    pub what: String,
    /// As [`relative_difference`] gives it.
    pub difference: f64,
}

#[cfg(feature = "bench")]
impl Agreement {
    /// Compares two results.
    pub fn of(what: String, expected: &[f32], found: &[f32]) -> Self {
        Self { what, difference: relative_difference(expected, found) }
    }
}

/// The graphics adapter of this machine, for tests; `None` where there is none, which is said.
#[cfg(all(test, feature = "bench"))]
pub fn graphics() -> Option<burn::tensor::Device> {
    use std::sync::OnceLock;

    use burn::tensor::Device;

    // It can be opened once only.
    static OPENED: OnceLock<Option<Device>> = OnceLock::new();
    let opened = OPENED.get_or_init(|| {
        let opened = Device::wgpu_options().init();
        opened.inspect_err(|error| eprintln!("skipped, no graphics adapter: {error}")).ok()
    });
    opened.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_or_broken_numbers_are_not_close() {
        let expected = [1.0, -2.0, 3.0];
        assert_eq!(relative_difference(&expected, &expected), 0.0);
        assert!(relative_difference(&expected, &[0.0; 3]) == 1.0);
        assert_eq!(relative_difference(&expected, &[1.0, -2.0]), f64::INFINITY);
        assert!(relative_difference(&expected, &[1.0, f32::NAN, 3.0]).is_nan());
    }
}
