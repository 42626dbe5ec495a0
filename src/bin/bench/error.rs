//! Why something could not be measured.

use headstart::data::PictureError;
use headstart::model::{ReadError, WeightsError};
use headstart::train::TrainError;

/// Why something could not be measured, with what to ask for instead.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The device lost what it computed.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The random network does not fit its own layout.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// A picture of noise could not be made.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The trainer gave up.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// The random network lacks its classifier.
    #[error("the random network has no head")]
    NoHead,
    /// Nothing can be learned from no picture.
    #[error("a batch of no pictures cannot be measured; ask for one at least")]
    EmptyBatch,
    /// Training ended before it was measured.
    #[error("the loss became something infinite; ask for fewer repeats")]
    Infinite,
    /// Training begins at some stages only.
    #[error("no cut begins to train at stage {0}; ask for 0 to 17, or 19 for the head alone")]
    NoCut(usize),
    /// What was measured could not be written down; in the browser nothing is.
    #[cfg(not(target_arch = "wasm32"))]
    #[error("{path} cannot be written: {reason}; name another file with `--json`")]
    Unwritten {
        /// Which file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// A device, or its driver, said no.
    #[error("{0}")]
    Device(String),
}
