//! What a piece of work on a device is timed with.

use burn::tensor::Tensor;
use headstart::model::read;

use crate::error::BenchError;

/// Times pieces of work. A device works through what it is given in order, so that the last thing
/// of a piece stands for all of it.
pub trait Timer {
    /// Milliseconds of each call of `work`. The first one warms up.
    async fn times<const D: usize>(
        &self,
        work: impl FnMut() -> Tensor<D>,
    ) -> Result<Vec<f64>, BenchError>;
}

/// Waits until everything was computed that leads to a tensor: reads its first number.
///
/// # Errors
/// When the device does not answer.
pub async fn finish<const D: usize>(tensor: Tensor<D>) -> Result<(), BenchError> {
    let length = tensor.shape().num_elements();
    read(tensor.reshape([length]).narrow(0, 0, 1)).await?;
    Ok(())
}
