//! What `cargo xtask bench` measures: the engine's own times, and what arithmetic and memory could
//! give at most. In the browser it is a program that is called; natively it measures the graphics
//! card's kernels on a card that is at hand. Never part of the site.

#[cfg(target_arch = "wasm32")]
mod browser;
mod clock;
mod error;
mod kinds;
#[cfg(not(target_arch = "wasm32"))]
mod native;
mod network;
mod optimizer;
#[cfg(not(target_arch = "wasm32"))]
mod roof;
mod row;
mod timer;

#[cfg(target_arch = "wasm32")]
fn main() {
    headstart::web::constructors::construct();
    console_error_panic_hook::set_once();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    native::main()
}
