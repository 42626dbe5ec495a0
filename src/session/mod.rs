//! The only way in: commands go in, work is done in small slices, events come out.
//!
//! Page, tests and command line all go through here. The messages are plain data and compile
//! without the engine.

#[cfg(feature = "engine")]
mod advising;
#[cfg(feature = "engine")]
mod answering;
#[cfg(feature = "engine")]
mod archives;
#[cfg(feature = "engine")]
mod arrivals;
#[cfg(feature = "engine")]
mod checking;
mod concern;
#[cfg(feature = "engine")]
mod crew;
#[cfg(feature = "engine")]
mod device;
mod estimate;
#[cfg(feature = "engine")]
mod estimating;
#[cfg(feature = "engine")]
mod evaluating;
mod evaluation;
#[cfg(feature = "engine")]
mod experiment;
#[cfg(feature = "engine")]
mod explaining;
mod explanation;
#[cfg(feature = "engine")]
mod extracting;
#[cfg(feature = "engine")]
mod finding;
#[cfg(feature = "engine")]
mod gallery;
#[cfg(feature = "engine")]
mod helper;
#[cfg(feature = "engine")]
mod inspecting;
#[cfg(feature = "engine")]
mod lanes;
#[cfg(feature = "engine")]
mod looking;
#[cfg(feature = "engine")]
mod mapping;
#[cfg(feature = "engine")]
mod measured;
mod message;
#[cfg(feature = "engine")]
mod notes;
#[cfg(feature = "engine")]
mod packing;
#[cfg(feature = "engine")]
mod patching;
mod project;
#[cfg(feature = "engine")]
mod relations;
#[cfg(feature = "engine")]
mod run_event;
#[cfg(feature = "engine")]
mod sampling;
#[cfg(feature = "engine")]
mod scale;
#[cfg(feature = "engine")]
mod setup;
#[cfg(feature = "engine")]
mod sharing;
#[cfg(feature = "engine")]
mod studying;
#[cfg(feature = "engine")]
mod timetable;
#[cfg(feature = "engine")]
mod work;

#[cfg(feature = "engine")]
pub use crate::data::{ArchiveFile, MAXIMUM_FILE_BYTES, PictureError};
#[cfg(feature = "engine")]
pub use crate::train::Limits;
#[cfg(feature = "engine")]
pub use arrivals::{Prepared, Source};
#[cfg(feature = "engine")]
pub use crew::{Assignment, Assistant, FeatureShapes, Job, Parcel, Report};
#[cfg(feature = "engine")]
pub use device::{Complaints, Devices, Gpu, GpuAccess, OpenGpu};
#[cfg(feature = "engine")]
pub use helper::Helper;
pub use message::*;
#[cfg(feature = "engine")]
pub use run_event::RunEvent;
#[cfg(feature = "engine")]
pub use scale::CountingAllocator;
#[cfg(feature = "engine")]
pub use work::{Session, SessionError};
