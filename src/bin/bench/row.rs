//! What was measured of a part of the network, as the browser's side and the report get it.

use headstart::model::Work;
use serde::Serialize;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen::prelude::*;

/// What a part of the network takes, and what it has to do in that time.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen(getter_with_clone))]
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// What was measured.
    pub kind: String,
    /// The median of the repeats.
    pub milliseconds: f64,
    /// Floating point operations; a multiply-add is two.
    pub operations: f64,
    /// Bytes that have to be read and written at least.
    pub bytes: f64,
}

impl Row {
    /// A part that took so long for its work.
    pub fn new(kind: impl Into<String>, milliseconds: f64, work: Work) -> Self {
        Self {
            kind: kind.into(),
            milliseconds,
            operations: work.floating_point_operations as f64,
            bytes: work.bytes as f64,
        }
    }
}
