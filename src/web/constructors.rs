//! What registers itself before anything else runs.
//!
//! The graphics stack collects its parts by constructors of statics. Where nobody calls them, the
//! linker has them called at the top of every function that JavaScript can call, and each message and
//! each promise is such a call: that took longer than a training step of the head. Whoever links the
//! graphics stack has to call [`construct`], or nothing is registered.

use std::sync::atomic::{AtomicBool, Ordering};

#[cfg(target_family = "wasm")]
unsafe extern "C" {
    /// Made by the linker. That it is named here is what keeps the linker from calling it.
    fn __wasm_call_ctors();
}

/// Runs the constructors, once however often it is called. It is the first thing that a program with
/// an engine does.
pub fn construct() {
    static IS_DONE: AtomicBool = AtomicBool::new(false);
    if !IS_DONE.swap(true, Ordering::Relaxed) {
        run();
    }
}

#[cfg(target_family = "wasm")]
fn run() {
    // SAFETY: the linker makes the function, which may run once, and here it does.
    unsafe { __wasm_call_ctors() }
}

/// Elsewhere they have run before `main`.
#[cfg(not(target_family = "wasm"))]
fn run() {}
