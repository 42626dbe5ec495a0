//! What the network is: its layout, the cut between frozen and trained, and its weights.
//!
//! Pictures and training live elsewhere. The layout and the cut are plain data that the page can
//! draw without the engine.

#[cfg(feature = "engine")]
mod adaptation;
#[cfg(feature = "engine")]
mod agreement;
mod architecture;
#[cfg(feature = "engine")]
mod backbone;
#[cfg(feature = "engine")]
mod convolution;
mod cut;
#[cfg(feature = "engine")]
pub(crate) mod floats;
#[cfg(feature = "engine")]
mod head;
mod memory;
#[cfg(feature = "engine")]
mod moments;
#[cfg(feature = "engine")]
mod network;
#[cfg(feature = "engine")]
mod operations;
#[cfg(feature = "engine")]
mod random;
#[cfg(feature = "engine")]
mod read;
mod receptive_field;
#[cfg(feature = "bench")]
mod single_layer;
#[cfg(feature = "engine")]
mod weights;
mod work;

#[cfg(feature = "engine")]
pub use adaptation::Adaptation;
#[cfg(feature = "bench")]
pub use agreement::Agreement;
#[cfg(all(test, feature = "bench"))]
pub(crate) use agreement::graphics;
#[cfg(feature = "engine")]
pub use agreement::relative_difference;
pub use architecture::{Architecture, STAGES, Stage, StageKind};
#[cfg(feature = "engine")]
pub use backbone::Backbone;
pub use cut::{Cut, CutError};
#[cfg(feature = "engine")]
pub use head::{Head, NamedTensor};
#[cfg(feature = "engine")]
pub use network::{BatchInParts, Segment};
#[cfg(feature = "bench")]
pub use operations::agreement::layers as layer_agreements;
#[cfg(feature = "worker")]
pub(crate) use operations::launch;
#[cfg(feature = "engine")]
pub use operations::pool;
#[cfg(feature = "engine")]
pub use read::{ReadError, read};
pub use receptive_field::ReceptiveField;
#[cfg(feature = "bench")]
pub use single_layer::SingleLayer;
#[cfg(feature = "engine")]
pub use weights::{Weights, WeightsError};
pub use work::{Layer, LayerKind, Work};
