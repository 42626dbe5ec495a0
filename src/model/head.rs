//! The classifier, and what lies between the backbone and it.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};

use super::weights::{Weights, WeightsError};

/// A tensor of a rank that the network has.
#[derive(Clone, Debug)]
pub enum NamedTensor {
    /// Scales, shifts and statistics.
    One(Tensor<1>),
    /// The head's weight.
    Two(Tensor<2>),
    /// Convolution weights.
    Four(Tensor<4>),
}

/// The classifier: a linear map from pooled features to one logit a class.
#[derive(Module, Debug)]
pub struct Head {
    /// Shape `[classes, features]`, as torchvision stores it.
    weight: Param<Tensor<2>>,
    /// Shape `[classes]`.
    bias: Param<Tensor<1>>,
}

impl Head {
    /// A head with given values: `weight` row by row `[classes, features]`, zero bias.
    pub fn from_weight(weight: Vec<f32>, classes: usize, device: &Device) -> Self {
        let features = weight.len() / classes.max(1);
        let weight = TensorData::new(weight, [classes, features]);
        Self {
            weight: Param::from_tensor(Tensor::from_data(weight, device)),
            bias: Param::from_tensor(Tensor::zeros([classes], device)),
        }
    }

    /// The head that the backbone was pretrained with.
    ///
    /// # Errors
    /// Names the tensor that is missing or misshapen.
    pub fn load(
        weights: &Weights,
        features: usize,
        classes: usize,
        device: &Device,
    ) -> Result<Self, WeightsError> {
        let weight = weights.tensor::<2>("classifier.1.weight", [classes, features])?;
        let bias = weights.tensor::<1>("classifier.1.bias", [classes])?;
        Ok(Self {
            weight: Param::from_tensor(Tensor::from_data(weight, device)),
            bias: Param::from_tensor(Tensor::from_data(bias, device)),
        })
    }

    /// # Shapes
    /// - input: `[batch, features]`
    /// - output: logits `[batch, classes]`
    pub fn forward(&self, features: Tensor<2>) -> Tensor<2> {
        features.matmul(self.weight.val().transpose()) + self.bias.val().unsqueeze()
    }

    /// Weight and bias with their torchvision names.
    pub fn named_tensors(&self) -> Vec<(String, NamedTensor)> {
        vec![
            ("classifier.1.weight".to_owned(), NamedTensor::Two(self.weight.val())),
            ("classifier.1.bias".to_owned(), NamedTensor::One(self.bias.val())),
        ]
    }
}

/// Mean over height and width.
///
/// # Shapes
/// - input: `[batch, height, width, channels]`
/// - output: `[batch, channels]`
pub fn pool(activations: Tensor<4>) -> Tensor<2> {
    let [batch, height, width, channels] = activations.dims();
    activations.reshape([batch, height * width, channels]).mean_dim(1).reshape([batch, channels])
}
