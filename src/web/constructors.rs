//! What registers itself before anything else runs.
//!
//! The graphics stack collects its parts by constructors of statics. Where nobody calls them, the
//! linker has them called at the top of every function that JavaScript can call, and each message and
//! each promise is such a call: it cost a millisecond and a half, every time.

#[cfg(target_family = "wasm")]
unsafe extern "C" {
    /// Made by the linker. That it is named here is what keeps the linker from calling it.
    fn __wasm_call_ctors();
}

/// Runs the constructors: the first thing that a program with an engine does, and does once.
pub fn construct() {
    #[cfg(target_family = "wasm")]
    // SAFETY: the linker makes the function, and `main` calls it before anything else.
    unsafe {
        __wasm_call_ctors()
    }
}
