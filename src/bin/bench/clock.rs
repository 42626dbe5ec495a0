//! Time, as the browser tells it.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Milliseconds since the worker began.
    #[wasm_bindgen(js_namespace = performance)]
    pub fn now() -> f64;
}

/// Milliseconds of one call of `work`, `repeats` times. Each is the mean of so many calls that the
/// clock, which browsers make coarse, can tell: `calls` in one go.
pub fn repeated(repeats: usize, calls: usize, mut work: impl FnMut()) -> Vec<f64> {
    (0..repeats)
        .map(|_| {
            let begin = now();
            (0..calls).for_each(|_| work());
            (now() - begin) / calls as f64
        })
        .collect()
}

/// The median of all times but the first, which warms up.
pub fn median(mut milliseconds: Vec<f64>) -> f64 {
    if milliseconds.len() > 1 {
        milliseconds.remove(0);
    }
    milliseconds.sort_by(f64::total_cmp);
    milliseconds.get(milliseconds.len() / 2).copied().unwrap_or(f64::NAN)
}
