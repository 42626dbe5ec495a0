//! What the network is: its layout, the cut between frozen and trained, and its weights.
//!
//! Pictures and training live elsewhere. The layout and the cut are plain data that the page can
//! draw without the engine.

mod architecture;
mod cut;

pub use architecture::{Architecture, Stage, StageKind};
pub use cut::{Cut, CutError};
