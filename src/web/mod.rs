//! Browser interfaces, one a file.

#[cfg(feature = "worker")]
pub mod assistants;
#[cfg(feature = "worker")]
mod blob_reader;
#[cfg(feature = "page")]
pub mod camera;
#[cfg(feature = "page")]
pub mod clipboard;
#[cfg(feature = "worker")]
pub mod constructors;
#[cfg(feature = "page")]
pub mod drops;
#[cfg(feature = "page")]
pub mod files;
#[cfg(feature = "page")]
pub mod focus;
#[cfg(feature = "worker")]
pub mod gpu;
#[cfg(feature = "page")]
pub mod link;
#[cfg(feature = "page")]
pub mod requests;
#[cfg(feature = "page")]
pub mod saved_parts;
#[cfg(feature = "page")]
pub mod shelf;
#[cfg(feature = "page")]
pub mod width;
#[cfg(feature = "worker")]
mod worker_scope;
#[cfg(any(feature = "page", feature = "worker"))]
mod worker_script;
#[cfg(feature = "worker")]
pub mod worker_side;
