//! Time, as the browser or the system tells it.

#[cfg(target_arch = "wasm32")]
pub use in_browser::now;

#[cfg(target_arch = "wasm32")]
mod in_browser {
    use wasm_bindgen::prelude::*;

    #[wasm_bindgen]
    extern "C" {
        /// Milliseconds since the worker began.
        #[wasm_bindgen(js_namespace = performance)]
        pub fn now() -> f64;
    }
}

/// Milliseconds since the first call.
#[cfg(not(target_arch = "wasm32"))]
pub fn now() -> f64 {
    use std::sync::LazyLock;
    use std::time::Instant;

    static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
    BEGIN.elapsed().as_secs_f64() * 1e3
}

/// The median of all times but the first, which warms up.
pub fn median(mut milliseconds: Vec<f64>) -> f64 {
    if milliseconds.len() > 1 {
        milliseconds.remove(0);
    }
    milliseconds.sort_by(f64::total_cmp);
    milliseconds.get(milliseconds.len() / 2).copied().unwrap_or(f64::NAN)
}
