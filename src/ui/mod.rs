//! The page: what it knows ([`state`]), how it words it ([`text`]), and how it draws it.
//!
//! State, words and drawing geometry are plain Rust and tested natively; only the components
//! need a browser. Nothing here knows the engine: everything goes through `session`'s messages.

pub mod curves;
pub mod plots;
pub mod reliability;
pub mod scatter;
pub mod state;
pub mod strip;
pub mod text;
pub mod verdict;

#[cfg(feature = "page")]
mod app;
#[cfg(feature = "page")]
mod parts;

#[cfg(feature = "page")]
pub use app::App;
