//! Reading tensors back without blocking, the only way that a browser survives.

use burn::tensor::Tensor;

/// A device did not hand a tensor back.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the device did not hand its numbers back: {0}")]
pub struct ReadError(String);

/// The values of a tensor in memory order, as single precision.
///
/// # Errors
/// When the device is lost or an earlier operation on it failed.
pub async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, ReadError> {
    let data = tensor.into_data_async().await.map_err(|error| ReadError(error.to_string()))?;
    data.try_into_vec::<f32>().map_err(|error| ReadError(format!("{error:?}")))
}
