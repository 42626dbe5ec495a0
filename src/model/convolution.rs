//! The one layer that the backbone is made of: a convolution and its BatchNorm.
//!
//! What it computes is one own operation. BatchNorm's statistics never change while it learns, in no
//! strategy, so it is an affine map, which the operation folds into the convolution as it goes along.
//! Its scale and shift still learn, and before anything does, its statistics can be measured anew.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};

use super::floats::{joined, placed};
use super::head::NamedTensor;
use super::moments::{Moments, Statistics};
use super::operations::{
    Activation, EPSILON, Kind, Layer, LayerTensors, Layers, Shortcut, normalised_convolution,
};
use super::read::{ReadError, read};
use super::weights::{Weights, WeightsError};

/// A convolution without bias, followed by BatchNorm on fixed statistics and, perhaps, ReLU6.
#[derive(Module, Debug)]
pub(super) struct NormalisedConvolution {
    /// Shape by [`Kind`].
    weight: Param<Tensor<4>>,
    /// BatchNorm's factor, shape `[out]`.
    scale: Param<Tensor<1>>,
    /// BatchNorm's summand, shape `[out]`.
    shift: Param<Tensor<1>>,
    /// BatchNorm's running mean, shape `[out]`; measured, not trained, so no parameter.
    mean: Tensor<1>,
    /// BatchNorm's running variance, shape `[out]`; measured, not trained, so no parameter.
    variance: Tensor<1>,
    #[module(skip)]
    layer: Layer,
}

impl NormalisedConvolution {
    /// Loads the layer, from `input` channels to `output`.
    ///
    /// # Errors
    /// Names the tensor that is missing or misshapen.
    pub fn load(
        weights: &Weights,
        names: &ConvolutionNames,
        [input, output]: [usize; 2],
        layer: Layer,
        device: &Device,
    ) -> Result<Self, WeightsError> {
        let shape = match layer.kind {
            Kind::Pointwise => [output, input, 1, 1],
            Kind::Depthwise => [output, 1, 3, 3],
            Kind::Patches => [output, input, 3, 3],
        };
        let norm = |part: &str| weights.tensor::<1>(&format!("{}.{part}", names.norm), [output]);
        Ok(Self {
            weight: Param::from_tensor(placed(
                weights.tensor::<4>(&format!("{}.weight", names.convolution), shape)?,
                device,
            )),
            scale: Param::from_tensor(placed(norm("weight")?, device)),
            shift: Param::from_tensor(placed(norm("bias")?, device)),
            mean: placed(norm("running_mean")?, device),
            variance: placed(
                weights.variance(&format!("{}.running_var", names.norm), [output])?,
                device,
            ),
            layer,
        })
    }

    /// The layer whose BatchNorm does not learn: its scale and shift have no gradients.
    pub fn with_frozen_norm(self) -> Self {
        Self {
            scale: self.scale.set_require_grad(false),
            shift: self.shift.set_require_grad(false),
            ..self
        }
    }

    /// # Shapes
    /// - input: `[batch, height, width, in]`
    /// - shortcut: as the output; added to it
    /// - output: `[batch, height / stride, width / stride, out]`
    pub fn forward(&self, input: Tensor<4>, shortcut: Option<Tensor<4>>) -> Tensor<4> {
        normalised_convolution(input, self.tensors(), shortcut, self.layer)
    }

    /// Puts the layer behind those that are there.
    pub fn add_to(&self, layers: &mut Layers, shortcut: Shortcut) {
        layers.push(self.tensors(), self.layer, shortcut);
    }

    /// Measures BatchNorm's statistics anew, on what the layer is fed with, and gives what it makes of
    /// that from then on. A portion each goes through the layer at once.
    ///
    /// # Shapes
    /// - inputs: `[batch, height, width, in]`
    /// - shortcuts: as the outputs, one an input; added to them
    /// - outputs: `[batch, height / stride, width / stride, out]`
    ///
    /// # Errors
    /// When the device does not answer.
    pub async fn adapt(
        &mut self,
        inputs: Vec<Tensor<4>>,
        shortcuts: Option<Vec<Tensor<4>>>,
    ) -> Result<Vec<Tensor<4>>, ReadError> {
        let channels = self.mean.dims()[0];
        let mut moments = Moments::new(channels);
        for input in &inputs {
            moments.add(&read(self.convolved(input.clone())).await?);
        }
        let mut means = read(joined(vec![self.mean.clone(), self.variance.clone()])).await?;
        let variances = means.split_off(channels);
        let statistics = moments.in_place_of(&Statistics { means, variances });
        self.mean = self.a_channel(statistics.means);
        self.variance = self.a_channel(statistics.variances);
        let mut shortcuts = shortcuts.into_iter().flatten();
        Ok(inputs.into_iter().map(|input| self.forward(input, shortcuts.next())).collect())
    }

    /// The convolution alone, which is what the statistics are of: BatchNorm leaves its numbers as
    /// they are, and no ReLU6 follows.
    fn convolved(&self, input: Tensor<4>) -> Tensor<4> {
        let all = |value: f32| self.a_channel(vec![value; self.mean.dims()[0]]);
        let tensors = LayerTensors {
            weight: self.weight.val(),
            scale: all(1.0),
            shift: all(0.0),
            mean: all(0.0),
            variance: all(1.0 - EPSILON),
        };
        let layer = Layer { activation: Activation::None, ..self.layer };
        normalised_convolution(input, tensors, None, layer)
    }

    /// A number a channel, on the layer's device.
    fn a_channel(&self, values: Vec<f32>) -> Tensor<1> {
        let channels = values.len();
        placed(TensorData::new(values, [channels]), &self.mean.device())
    }

    /// What the layer computes, and with what.
    #[cfg(feature = "bench")]
    pub fn parts(&self) -> (Layer, LayerTensors) {
        (self.layer, self.tensors())
    }

    fn tensors(&self) -> LayerTensors {
        LayerTensors {
            weight: self.weight.val(),
            scale: self.scale.val(),
            shift: self.shift.val(),
            mean: self.mean.clone(),
            variance: self.variance.clone(),
        }
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

/// The layers of the network: what they compute follows from where they stand.
impl NormalisedConvolution {
    /// The stem: 3×3 on the picture. A depthwise layer reads its output, and at the smallest widths
    /// a shortcut too, which knows nothing of a ReLU6: so it goes back through its own.
    pub const fn stem(stride: usize) -> Layer {
        Layer {
            kind: Kind::Patches,
            stride,
            activation: Activation::Clamped,
            is_input_clamped: false,
        }
    }

    /// A block's expansion. A depthwise layer reads its output.
    pub const fn expansion() -> Layer {
        Layer {
            kind: Kind::Pointwise,
            stride: 1,
            activation: Activation::ClampedForNext,
            is_input_clamped: false,
        }
    }

    /// A block's depthwise convolution. It reads an expansion, or in a block without one the block's
    /// input; a projection reads it.
    pub const fn depthwise(stride: usize, has_expansion: bool) -> Layer {
        Layer {
            kind: Kind::Depthwise,
            stride,
            activation: Activation::ClampedForNext,
            is_input_clamped: has_expansion,
        }
    }

    /// A block's projection, linear. It reads a depthwise layer.
    pub const fn projection() -> Layer {
        Layer {
            kind: Kind::Pointwise,
            stride: 1,
            activation: Activation::None,
            is_input_clamped: true,
        }
    }

    /// The 1×1 convolution to the pooled features.
    pub const fn top() -> Layer {
        Layer {
            kind: Kind::Pointwise,
            stride: 1,
            activation: Activation::Clamped,
            is_input_clamped: false,
        }
    }
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
