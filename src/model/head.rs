//! The classifier.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};

use super::floats::{placed, reshaped, selected};
use super::operations::{Activation, EPSILON, Kind, Layer, LayerTensors, normalised_convolution};
use super::weights::{Weights, WeightsError};

/// What the classifier is as one of the network's layers.
const LAYER: Layer = Layer {
    kind: Kind::Pointwise,
    stride: 1,
    activation: Activation::None,
    is_input_clamped: false,
};

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
///
/// It is computed as the network's layer is, with statistics that leave numbers as they are: so no
/// other matrix product is needed, whose kernels for a graphics card weigh more than all of ours.
#[derive(Module, Debug)]
pub struct Head {
    /// Shape `[classes, features]`, as torchvision stores it.
    weight: Param<Tensor<2>>,
    /// Shape `[classes]`.
    bias: Param<Tensor<1>>,
    /// A factor of one a class; never trained, so no parameter.
    scale: Tensor<1>,
    /// A mean of zero a class.
    mean: Tensor<1>,
    /// The variance a class by which nothing is divided.
    variance: Tensor<1>,
}

impl Head {
    /// A head with given values: `weight` row by row `[classes, features]`, zero bias.
    pub fn from_weight(weight: Vec<f32>, classes: usize, device: &Device) -> Self {
        let features = weight.len() / classes.max(1);
        let weight = TensorData::new(weight, [classes, features]);
        Self::of(placed(weight, device), classes, None, device)
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
        Ok(Self::of(placed(weight, device), classes, Some(bias), device))
    }

    fn of(weight: Tensor<2>, classes: usize, bias: Option<TensorData>, device: &Device) -> Self {
        let all = |value: f32| TensorData::new(vec![value; classes], [classes]);
        Self {
            weight: Param::from_tensor(weight),
            bias: Param::from_tensor(placed(bias.unwrap_or_else(|| all(0.0)), device)),
            scale: placed(all(1.0), device),
            mean: placed(all(0.0), device),
            variance: placed(all(1.0 - EPSILON), device),
        }
    }

    /// The head that knows this class alone, so that a gradient is that of its logit. Of a head that
    /// keeps no track of gradients; `class` is one of its classes.
    pub fn for_class(&self, class: usize) -> Self {
        let weight = self.weight.val();
        let device = weight.device();
        let mut one = Self::of(selected(weight, &[class]), 1, None, &device);
        one.bias = Param::from_tensor(selected(self.bias.val(), &[class]));
        one
    }

    /// The classes that it tells apart.
    pub fn classes(&self) -> usize {
        self.weight.val().dims()[0]
    }

    /// # Shapes
    /// - input: `[batch, features]`
    /// - output: logits `[batch, classes]`
    pub fn forward(&self, features: Tensor<2>) -> Tensor<2> {
        let [batch, width] = features.dims();
        let weight = self.weight.val();
        let [classes, _] = weight.dims();
        let tensors = LayerTensors {
            weight: reshaped(weight, [classes, width, 1, 1]),
            scale: self.scale.clone(),
            shift: self.bias.val(),
            mean: self.mean.clone(),
            variance: self.variance.clone(),
        };
        let features = reshaped(features, [batch, 1, 1, width]);
        reshaped(normalised_convolution(features, tensors, None, LAYER), [batch, classes])
    }

    /// Weight and bias with their torchvision names.
    pub fn named_tensors(&self) -> Vec<(String, NamedTensor)> {
        vec![
            ("classifier.1.weight".to_owned(), NamedTensor::Two(self.weight.val())),
            ("classifier.1.bias".to_owned(), NamedTensor::One(self.bias.val())),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logits_are_weighted_sums_and_a_bias() {
        let device = Device::flex();
        let weight = vec![1.0, -2.0, 0.5, 3.0, 0.25, -1.0];
        let head = Head {
            bias: Param::from_tensor(Tensor::from_floats([10.0, -20.0], &device)),
            ..Head::from_weight(weight, 2, &device)
        };
        let features = Tensor::from_floats([[1.0, 2.0, 4.0], [0.5, -1.0, 8.0]], &device);
        let logits = head.forward(features).into_data().try_into_vec_as::<f32>();
        // By hand: 1 − 4 + 2 + 10, 3 + 0.5 − 4 − 20; 0.5 + 2 + 4 + 10, 1.5 − 0.25 − 8 − 20.
        let expected = [9.0, -20.5, 16.5, -26.75];
        for (found, expected) in logits.expect("floats").iter().zip(expected) {
            assert!((found - expected).abs() < 1e-5, "{found}, not {expected}");
        }
        let one = head.for_class(1);
        let features = Tensor::from_floats([[1.0, 2.0, 4.0]], &device);
        let logit = one.forward(features).into_data().try_into_vec_as::<f32>().expect("floats");
        assert_eq!((one.classes(), logit.len()), (1, 1));
        assert!((logit[0] + 20.5).abs() < 1e-5, "{}", logit[0]);
    }
}
