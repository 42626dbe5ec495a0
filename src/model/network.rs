//! MobileNetV2 as Burn modules: a segment of consecutive stages, and a linear head.
//!
//! BatchNorm runs on frozen statistics in every strategy, so it is an affine map; it is folded
//! into the convolution in front of it on every pass. Its scale and shift still learn, because
//! gradients flow through the folding, and no pass over the activations is spent on it.

use burn::module::{Module, Param};
use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor};

use super::architecture::{Architecture, STAGES, Stage, StageKind};
use super::weights::{Weights, WeightsError};

/// Added to the variance before its root is taken, as in PyTorch.
const EPSILON: f64 = 1e-5;
/// Below this many positions a picture, a 1×1 convolution is one product for the whole batch: a
/// product a picture would be too small to be fast. Above, gathering the batch costs more.
const SMALL_AREA: usize = 100;

/// A convolution without bias, followed by BatchNorm on frozen statistics.
#[derive(Module, Debug)]
struct NormalisedConvolution {
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
    fn load(
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
    fn forward(&self, input: Tensor<4>) -> Tensor<4> {
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
struct ConvolutionNames {
    convolution: String,
    norm: String,
}

impl ConvolutionNames {
    /// Convolution and norm inside one `Sequential`.
    fn nested(path: &str) -> Self {
        Self { convolution: format!("{path}.0"), norm: format!("{path}.1") }
    }
}

/// An inverted residual block: expand, depthwise, project, and the shortcut where shapes allow.
#[derive(Module, Debug)]
struct Block {
    expand: Option<NormalisedConvolution>,
    depthwise: NormalisedConvolution,
    project: NormalisedConvolution,
    is_residual: bool,
}

impl Block {
    fn load(
        weights: &Weights,
        index: usize,
        stage: &Stage,
        expansion: usize,
        device: &Device,
    ) -> Result<Self, WeightsError> {
        let path = format!("features.{index}.conv");
        let (input, hidden, output) =
            (stage.input_channels, stage.hidden_channels(), stage.output_channels);
        let has_expansion = expansion != 1;
        let layer = usize::from(has_expansion);
        let expand = has_expansion
            .then(|| {
                let names = ConvolutionNames::nested(&format!("{path}.0"));
                NormalisedConvolution::load(weights, &names, [hidden, input, 1, 1], 1, 1, device)
            })
            .transpose()?;
        let depthwise = NormalisedConvolution::load(
            weights,
            &ConvolutionNames::nested(&format!("{path}.{layer}")),
            [hidden, 1, 3, 3],
            stage.stride,
            hidden,
            device,
        )?;
        let names = ConvolutionNames {
            convolution: format!("{path}.{}", layer + 1),
            norm: format!("{path}.{}", layer + 2),
        };
        let project =
            NormalisedConvolution::load(weights, &names, [output, hidden, 1, 1], 1, 1, device)?;
        Ok(Self { expand, depthwise, project, is_residual: stage.is_residual() })
    }

    /// # Shapes
    /// - input: `[batch, in, height, width]`
    /// - output: `[batch, out, height / stride, width / stride]`
    fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        let hidden = match &self.expand {
            Some(expand) => relu6(expand.forward(input.clone())),
            None => input.clone(),
        };
        let output = self.project.forward(relu6(self.depthwise.forward(hidden)));
        if self.is_residual { output + input } else { output }
    }
}

/// Consecutive stages of the backbone, from `first` up to but not including `first + len`.
///
/// Cutting a segment in two gives the frozen part and the part that learns.
#[derive(Module, Debug)]
pub struct Segment {
    first: usize,
    stem: Option<NormalisedConvolution>,
    blocks: Vec<Block>,
    top: Option<NormalisedConvolution>,
}

impl Segment {
    /// Loads the whole backbone onto `device`.
    ///
    /// # Errors
    /// Names the first tensor that is missing or has another shape than `architecture` wants.
    pub fn load(
        architecture: &Architecture,
        weights: &Weights,
        device: &Device,
    ) -> Result<Self, WeightsError> {
        let (mut stem, mut blocks, mut top) = (None, Vec::new(), None);
        for (index, stage) in architecture.stages.iter().enumerate() {
            let names = ConvolutionNames::nested(&format!("features.{index}"));
            let (input, output) = (stage.input_channels, stage.output_channels);
            match stage.kind {
                StageKind::Stem => {
                    let shape = [output, input, 3, 3];
                    stem = Some(NormalisedConvolution::load(
                        weights,
                        &names,
                        shape,
                        stage.stride,
                        1,
                        device,
                    )?);
                }
                StageKind::Block { expansion } => {
                    blocks.push(Block::load(weights, index, stage, expansion, device)?);
                }
                StageKind::Top => {
                    let shape = [output, input, 1, 1];
                    top = Some(NormalisedConvolution::load(weights, &names, shape, 1, 1, device)?);
                }
            }
        }
        Ok(Self { first: 0, stem, blocks, top })
    }

    /// Index of the first stage in this segment, or [`STAGES`] for an empty one at the end.
    pub fn first_stage(&self) -> usize {
        self.first
    }

    /// Cuts the whole backbone in two: stages before `stage`, and stages from it on.
    ///
    /// Tensors are shared, not copied.
    pub fn cut_at(&self, stage: usize) -> (Self, Self) {
        let stage = stage.clamp(self.first, STAGES);
        let has_stem = usize::from(self.stem.is_some());
        let blocks_before = (stage - self.first).saturating_sub(has_stem).min(self.blocks.len());
        let (before, after) = self.blocks.split_at(blocks_before);
        let stem_is_before = stage > 0;
        let top_is_before = stage >= STAGES;
        let keep = |part: &Option<NormalisedConvolution>, kept: bool| part.clone().filter(|_| kept);
        (
            Self {
                first: self.first,
                stem: keep(&self.stem, stem_is_before),
                blocks: before.to_vec(),
                top: keep(&self.top, top_is_before),
            },
            Self {
                first: stage,
                stem: keep(&self.stem, !stem_is_before),
                blocks: after.to_vec(),
                top: keep(&self.top, !top_is_before),
            },
        )
    }

    /// Stages in this segment.
    pub fn stages(&self) -> usize {
        usize::from(self.stem.is_some()) + self.blocks.len() + usize::from(self.top.is_some())
    }

    /// Runs the stages in order and hands each one's output to `seen` with the stage's index.
    ///
    /// # Shapes
    /// - input: `[batch, channels, height, width]` as the first stage wants them
    /// - output: as the last stage gives them; the input itself for an empty segment
    pub fn forward_seen(
        &self,
        input: Tensor<4>,
        mut seen: impl FnMut(usize, &Tensor<4>),
    ) -> Tensor<4> {
        let mut stage = self.first;
        let mut value = input;
        let mut step = |value: &Tensor<4>| {
            seen(stage, value);
            stage += 1;
        };
        if let Some(stem) = &self.stem {
            value = relu6(stem.forward(value));
            step(&value);
        }
        for block in &self.blocks {
            value = block.forward(value);
            step(&value);
        }
        if let Some(top) = &self.top {
            value = relu6(top.forward(value));
            step(&value);
        }
        value
    }

    /// Runs the stages in order. Shapes as in [`Segment::forward_seen`].
    pub fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        self.forward_seen(input, |_, _| {})
    }

    /// Every tensor with its torchvision name: what learns and the frozen statistics.
    pub fn named_tensors(&self) -> Vec<(String, NamedTensor)> {
        let mut tensors = Vec::new();
        let mut add = |names: &ConvolutionNames, layer: &NormalisedConvolution| {
            let norm = &names.norm;
            tensors.extend([
                (format!("{}.weight", names.convolution), NamedTensor::Four(layer.weight.val())),
                (format!("{norm}.weight"), NamedTensor::One(layer.scale.val())),
                (format!("{norm}.bias"), NamedTensor::One(layer.shift.val())),
                (format!("{norm}.running_mean"), NamedTensor::One(layer.mean.clone())),
                (format!("{norm}.running_var"), NamedTensor::One(layer.variance.clone())),
            ]);
        };
        let mut stage = self.first;
        if let Some(stem) = &self.stem {
            add(&ConvolutionNames::nested("features.0"), stem);
            stage += 1;
        }
        for block in &self.blocks {
            let path = format!("features.{stage}.conv");
            let layer = usize::from(block.expand.is_some());
            if let Some(expand) = &block.expand {
                add(&ConvolutionNames::nested(&format!("{path}.0")), expand);
            }
            add(&ConvolutionNames::nested(&format!("{path}.{layer}")), &block.depthwise);
            let names = ConvolutionNames {
                convolution: format!("{path}.{}", layer + 1),
                norm: format!("{path}.{}", layer + 2),
            };
            add(&names, &block.project);
            stage += 1;
        }
        if let Some(top) = &self.top {
            add(&ConvolutionNames::nested(&format!("features.{stage}")), top);
        }
        tensors
    }

    /// The parameter ids of each stage that learns, in order, with the stage's index.
    pub fn parameters_by_stage(&self) -> Vec<(usize, Vec<burn::module::ParamId>)> {
        let mut groups = Vec::new();
        let mut stage = self.first;
        let mut add = |ids| {
            groups.push((stage, ids));
            stage += 1;
        };
        if let Some(stem) = &self.stem {
            add(burn::module::list_param_ids(stem));
        }
        for block in &self.blocks {
            add(burn::module::list_param_ids(block));
        }
        if let Some(top) = &self.top {
            add(burn::module::list_param_ids(top));
        }
        groups
    }
}

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
        let weight = burn::tensor::TensorData::new(weight, [classes, features]);
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
/// - input: `[batch, channels, height, width]`
/// - output: `[batch, channels]`
pub fn pool(activations: Tensor<4>) -> Tensor<2> {
    let [batch, channels, height, width] = activations.dims();
    activations.reshape([batch, channels, height * width]).mean_dim(2).reshape([batch, channels])
}

/// min(max(x, 0), 6), the activation of the paper's section 4.
fn relu6(input: Tensor<4>) -> Tensor<4> {
    input.clamp(0.0, 6.0)
}
