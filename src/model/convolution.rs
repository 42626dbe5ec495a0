//! The one layer that the backbone is made of: a convolution and its BatchNorm.
//!
//! BatchNorm runs on frozen statistics in every strategy, so it is an affine map; it is folded
//! into the convolution in front of it on every pass. Its scale and shift still learn, because
//! gradients flow through the folding, and no pass over the activations is spent on it.

use burn::module::{Module, Param};
use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor};

use super::head::NamedTensor;
use super::weights::{Weights, WeightsError};

/// Added to the variance before its root is taken, as in PyTorch.
const EPSILON: f64 = 1e-5;
/// Below this many positions a picture, a 1×1 convolution is one product for the whole batch: a
/// product a picture would be too small to be fast. Above, gathering the batch costs more.
const SMALL_AREA: usize = 100;

/// A convolution without bias, followed by BatchNorm on frozen statistics.
#[derive(Module, Debug)]
pub(super) struct NormalisedConvolution {
    /// Shape `[out, in / groups, kernel, kernel]`.
    weight: Param<Tensor<4>>,
    /// BatchNorm's factor, shape `[out]`.
    scale: Param<Tensor<1>>,
    /// BatchNorm's summand, shape `[out]`.
    shift: Param<Tensor<1>>,
    /// BatchNorm's running mean, shape `[out]`; never trained, so no parameter.
    mean: Tensor<1>,
    /// BatchNorm's running variance, shape `[out]`; never trained, so no parameter.
    variance: Tensor<1>,
    stride: usize,
    groups: usize,
}

impl NormalisedConvolution {
    /// Loads the layer; `shape` is that of its weight.
    ///
    /// # Errors
    /// Names the tensor that is missing or misshapen.
    pub fn load(
        weights: &Weights,
        names: &ConvolutionNames,
        shape: [usize; 4],
        stride: usize,
        groups: usize,
        device: &Device,
    ) -> Result<Self, WeightsError> {
        let channels = [shape[0]];
        let norm = |part: &str| weights.tensor::<1>(&format!("{}.{part}", names.norm), channels);
        let place = |data| Tensor::from_data(data, device);
        Ok(Self {
            weight: Param::from_tensor(Tensor::from_data(
                weights.tensor::<4>(&format!("{}.weight", names.convolution), shape)?,
                device,
            )),
            scale: Param::from_tensor(place(norm("weight")?)),
            shift: Param::from_tensor(place(norm("bias")?)),
            mean: place(norm("running_mean")?),
            variance: place(weights.variance(&format!("{}.running_var", names.norm), channels)?),
            stride,
            groups,
        })
    }

    /// # Shapes
    /// - input: `[batch, in, height, width]`
    /// - output: `[batch, out, height / stride, width / stride]`
    pub fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        let [out, _, kernel, _] = self.weight.dims();
        let factor = self.scale.val() / (self.variance.clone() + EPSILON).sqrt();
        let weight = self.weight.val() * factor.clone().reshape([out, 1, 1, 1]);
        let bias = self.shift.val() - self.mean.clone() * factor;
        if kernel == 1 {
            return pointwise(input, weight, bias);
        }
        let padding = kernel / 2;
        conv2d(
            input,
            weight,
            Some(bias),
            ConvOptions::new([self.stride; 2], [padding; 2], [1, 1], self.groups),
        )
    }

    /// The layer's tensors with their torchvision names.
    pub fn named_tensors(&self, names: &ConvolutionNames) -> [(String, NamedTensor); 5] {
        let norm = &names.norm;
        [
            (format!("{}.weight", names.convolution), NamedTensor::Four(self.weight.val())),
            (format!("{norm}.weight"), NamedTensor::One(self.scale.val())),
            (format!("{norm}.bias"), NamedTensor::One(self.shift.val())),
            (format!("{norm}.running_mean"), NamedTensor::One(self.mean.clone())),
            (format!("{norm}.running_var"), NamedTensor::One(self.variance.clone())),
        ]
    }
}

/// A 1×1 convolution as a matrix product, whose two gradients are matrix products as well; those
/// of a convolution cost several times as much.
///
/// # Shapes
/// - input: `[batch, in, height, width]`
/// - weight: `[out, in, 1, 1]`, bias: `[out]`
/// - output: `[batch, out, height, width]`
fn pointwise(input: Tensor<4>, weight: Tensor<4>, bias: Tensor<1>) -> Tensor<4> {
    let [batch, channels, height, width] = input.dims();
    let out = weight.dims()[0];
    let area = height * width;
    if area < SMALL_AREA {
        let columns = input.swap_dims(0, 1).reshape([channels, batch * area]);
        let product = weight.reshape([out, channels]).matmul(columns) + bias.reshape([out, 1]);
        return product.reshape([out, batch, height, width]).swap_dims(0, 1);
    }
    let columns = input.reshape([batch, channels, area]);
    let product = weight.reshape([1, out, channels]).matmul(columns) + bias.reshape([1, out, 1]);
    product.reshape([batch, out, height, width])
}

/// Where torchvision keeps a convolution and its BatchNorm.
pub(super) struct ConvolutionNames {
    pub convolution: String,
    pub norm: String,
}

impl ConvolutionNames {
    /// Convolution and norm inside one `Sequential`.
    pub fn nested(path: &str) -> Self {
        Self { convolution: format!("{path}.0"), norm: format!("{path}.1") }
    }
}

/// min(max(x, 0), 6), the activation of the paper's section 4.
pub(super) fn relu6(input: Tensor<4>) -> Tensor<4> {
    input.clamp(0.0, 6.0)
}
