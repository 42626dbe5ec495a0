//! MobileNetV2's backbone as Burn modules: blocks, and segments of consecutive stages.

use burn::module::{Module, ParamId, list_param_ids};
use burn::tensor::{Device, Tensor};

use super::architecture::{Architecture, STAGES, Stage, StageKind};
use super::convolution::{ConvolutionNames, NormalisedConvolution};
use super::head::NamedTensor;
use super::operations::{Layer, Layers, Part, Rounds, Shortcut};
use super::read::ReadError;
#[cfg(feature = "bench")]
use super::single_layer::SingleLayer;
use super::weights::{Weights, WeightsError};

/// Where torchvision keeps the stem and the top.
pub(super) fn stage_names(stage: usize) -> ConvolutionNames {
    ConvolutionNames::nested(&format!("features.{stage}"))
}

/// Where torchvision keeps the layers of a block: one after the other, those with an activation
/// nested, the projection and its BatchNorm side by side.
pub(super) struct BlockNames {
    pub expand: Option<ConvolutionNames>,
    pub depthwise: ConvolutionNames,
    pub project: ConvolutionNames,
}

impl BlockNames {
    pub fn of(stage: usize, has_expansion: bool) -> Self {
        let path = format!("features.{stage}.conv");
        let depthwise = usize::from(has_expansion);
        Self {
            expand: has_expansion.then(|| ConvolutionNames::nested(&format!("{path}.0"))),
            depthwise: ConvolutionNames::nested(&format!("{path}.{depthwise}")),
            project: ConvolutionNames {
                convolution: format!("{path}.{}", depthwise + 1),
                norm: format!("{path}.{}", depthwise + 2),
            },
        }
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
        let (input, hidden, output) =
            (stage.input_channels, stage.hidden_channels(), stage.output_channels);
        let names = BlockNames::of(index, expansion != 1);
        let load = |names: &ConvolutionNames, channels, layer: Layer| {
            NormalisedConvolution::load(weights, names, channels, layer, device)
        };
        let expansion = NormalisedConvolution::expansion();
        let expand = names.expand.as_ref();
        let expand = expand.map(|names| load(names, [input, hidden], expansion)).transpose()?;
        let depthwise = NormalisedConvolution::depthwise(stage.stride, expand.is_some());
        let depthwise = load(&names.depthwise, [hidden, hidden], depthwise)?;
        let projection = NormalisedConvolution::projection();
        let project = load(&names.project, [hidden, output], projection)?;
        Ok(Self { expand, depthwise, project, is_residual: stage.is_residual() })
    }

    fn with_frozen_norms(self) -> Self {
        Self {
            expand: self.expand.map(NormalisedConvolution::with_frozen_norm),
            depthwise: self.depthwise.with_frozen_norm(),
            project: self.project.with_frozen_norm(),
            is_residual: self.is_residual,
        }
    }

    fn named_tensors(&self, index: usize) -> Vec<(String, NamedTensor)> {
        let names = BlockNames::of(index, self.expand.is_some());
        let expand = self.expand.iter().zip(&names.expand);
        expand
            .chain([(&self.depthwise, &names.depthwise), (&self.project, &names.project)])
            .flat_map(|(layer, names)| layer.named_tensors(names))
            .collect()
    }

    /// Puts its layers behind those that are there.
    fn add_to(&self, layers: &mut Layers) {
        let (mut begins, ends) = match self.is_residual {
            true => (Shortcut::Begins, Shortcut::Ends),
            false => (Shortcut::None, Shortcut::None),
        };
        if let Some(expand) = &self.expand {
            expand.add_to(layers, std::mem::replace(&mut begins, Shortcut::None));
        }
        self.depthwise.add_to(layers, begins);
        self.project.add_to(layers, ends);
    }

    /// As [`NormalisedConvolution::adapt`], layer by layer.
    async fn adapt(&mut self, inputs: Vec<Tensor<4>>) -> Result<Vec<Tensor<4>>, ReadError> {
        let shortcuts = self.is_residual.then(|| inputs.clone());
        let hidden = match &mut self.expand {
            Some(expand) => expand.adapt(inputs, None).await?,
            None => inputs,
        };
        let hidden = self.depthwise.adapt(hidden, None).await?;
        self.project.adapt(hidden, shortcuts).await
    }
}

/// What a stage is made of.
enum StageLayers<'a> {
    /// The stem or the top.
    One(&'a NormalisedConvolution),
    Block(&'a Block),
}

impl StageLayers<'_> {
    /// Puts its layers behind those that are there.
    fn add_to(self, layers: &mut Layers) {
        match self {
            Self::One(layer) => layer.add_to(layers, Shortcut::None),
            Self::Block(block) => block.add_to(layers),
        }
    }
}

/// Consecutive stages of the backbone, from the stage with the index `first` on.
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
            let (input, output) = (stage.input_channels, stage.output_channels);
            let load = |layer| {
                let names = stage_names(index);
                NormalisedConvolution::load(weights, &names, [input, output], layer, device)
            };
            match stage.kind {
                StageKind::Stem => stem = Some(load(NormalisedConvolution::stem(stage.stride))?),
                StageKind::Block { expansion } => {
                    blocks.push(Block::load(weights, index, stage, expansion, device)?);
                }
                StageKind::Top => top = Some(load(NormalisedConvolution::top())?),
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

    /// The segment in whose layers BatchNorm's scales and shifts do not learn. To be called on one
    /// that keeps track of gradients.
    pub fn with_frozen_norms(self) -> Self {
        Self {
            first: self.first,
            stem: self.stem.map(NormalisedConvolution::with_frozen_norm),
            blocks: self.blocks.into_iter().map(Block::with_frozen_norms).collect(),
            top: self.top.map(NormalisedConvolution::with_frozen_norm),
        }
    }

    /// Measures BatchNorm's statistics anew in the layers of one stage, counted from this segment's
    /// first, on what it is fed with. Gives what it makes of that from then on, or the inputs where
    /// there is no such stage.
    ///
    /// # Errors
    /// When the device does not answer.
    pub(super) async fn adapt_stage(
        &mut self,
        place: usize,
        inputs: Vec<Tensor<4>>,
    ) -> Result<Vec<Tensor<4>>, ReadError> {
        let has_stem = usize::from(self.stem.is_some());
        match (&mut self.stem, &mut self.top) {
            (Some(stem), _) if place == 0 => stem.adapt(inputs, None).await,
            (_, Some(top)) if place == has_stem + self.blocks.len() => {
                top.adapt(inputs, None).await
            }
            _ => match self.blocks.get_mut(place - has_stem) {
                Some(block) => block.adapt(inputs).await,
                None => Ok(inputs),
            },
        }
    }

    /// One stage alone; an empty segment where it is not in this one.
    pub fn stage_alone(&self, stage: usize) -> Self {
        self.cut_at(stage).1.cut_at(stage + 1).0
    }

    /// Stages in this segment.
    pub fn stages(&self) -> usize {
        usize::from(self.stem.is_some()) + self.blocks.len() + usize::from(self.top.is_some())
    }

    /// Runs the stages in order and hands each one's output to `seen` with the stage's index.
    ///
    /// # Shapes
    /// - input: `[batch, height, width, channels]` as the first stage wants them
    /// - output: as the last stage gives them; the input itself for an empty segment
    pub fn forward_seen(
        &self,
        input: Tensor<4>,
        mut seen: impl FnMut(usize, &Tensor<4>),
    ) -> Tensor<4> {
        let stages = self.each_stage().enumerate();
        stages.fold(input, |value, (place, stage)| {
            let mut layers = Layers::new();
            stage.add_to(&mut layers);
            let value = layers.forward(value);
            seen(self.first + place, &value);
            value
        })
    }

    /// Runs the stages in order, as one operation. Shapes as in [`Segment::forward_seen`].
    pub fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        self.layers().forward(input)
    }

    /// The segment for a batch that comes in parts: see [`BatchInParts`].
    pub fn in_parts(&self) -> BatchInParts {
        BatchInParts { layers: self.layers(), rounds: Rounds::default() }
    }

    fn layers(&self) -> Layers {
        let mut layers = Layers::new();
        self.each_stage().for_each(|stage| stage.add_to(&mut layers));
        layers
    }

    fn each_stage(&self) -> impl Iterator<Item = StageLayers<'_>> {
        let stem = self.stem.iter().map(StageLayers::One);
        let blocks = self.blocks.iter().map(StageLayers::Block);
        stem.chain(blocks).chain(self.top.iter().map(StageLayers::One))
    }

    /// The layers one by one, stage by stage in order.
    #[cfg(feature = "bench")]
    pub fn single_layers(&self) -> Vec<Vec<SingleLayer>> {
        let alone = |layer: &NormalisedConvolution| vec![SingleLayer::from(layer.clone())];
        let block = |block: &Block| {
            let layers = block.expand.iter().chain([&block.depthwise, &block.project]);
            layers.cloned().map(SingleLayer::from).collect()
        };
        let stem = self.stem.iter().map(alone);
        stem.chain(self.blocks.iter().map(block)).chain(self.top.iter().map(alone)).collect()
    }

    /// Every tensor with its torchvision name: what learns and the statistics.
    pub fn named_tensors(&self) -> Vec<(String, NamedTensor)> {
        let mut tensors = Vec::new();
        let mut stage = self.first;
        if let Some(stem) = &self.stem {
            tensors.extend(stem.named_tensors(&stage_names(stage)));
            stage += 1;
        }
        for block in &self.blocks {
            tensors.extend(block.named_tensors(stage));
            stage += 1;
        }
        if let Some(top) = &self.top {
            tensors.extend(top.named_tensors(&stage_names(stage)));
        }
        tensors
    }

    /// The parameter ids of each stage that learns, in order, with the stage's index.
    pub fn parameters_by_stage(&self) -> Vec<(usize, Vec<ParamId>)> {
        let mut groups = Vec::new();
        let mut stage = self.first;
        let mut add = |ids| {
            groups.push((stage, ids));
            stage += 1;
        };
        if let Some(stem) = &self.stem {
            add(list_param_ids(stem));
        }
        for block in &self.blocks {
            add(list_param_ids(block));
        }
        if let Some(top) = &self.top {
            add(list_param_ids(top));
        }
        groups
    }
}

/// A batch on its way through a segment whose parameters are leaves, part by part: each goes forward and
/// back before the next one begins. The gradients of the parameters are those of all parts and come with
/// the last. For one batch: what learns afterwards goes another way.
pub struct BatchInParts {
    layers: Layers,
    rounds: Rounds,
}

impl BatchInParts {
    /// Runs the stages on the next part. Shapes as in [`Segment::forward_seen`].
    pub fn forward(&self, part: Tensor<4>, is_last: bool) -> Tensor<4> {
        let rounds = self.rounds.clone();
        self.layers.forward_part(part, Part { rounds, is_last })
    }
}
