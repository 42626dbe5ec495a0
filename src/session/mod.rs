//! The only way in: commands go in, work is done in small slices, events come out.
//!
//! Page, tests and command line all go through here. The messages are plain data and compile
//! without the engine.

mod message;

pub use message::*;
