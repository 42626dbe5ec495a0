//! The layout of MobileNetV2 as plain numbers: channels, sizes, parameters of each stage.
//!
//! Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", arXiv 1801.04381,
//! table 2; channel rounding and stage numbers as in torchvision's `mobilenet_v2`.

/// Inverted residual blocks in the backbone.
pub const BLOCKS: usize = 17;
/// Stages of the backbone: the stem, the blocks, the 1×1 top layer. Stage `i` is torchvision's
/// `features.i`.
pub const STAGES: usize = BLOCKS + 2;
/// Pooled features that the head reads.
pub const FEATURES: usize = 1280;

/// Expansion factor, output channels at width 1, repeats, first stride (table 2 of the paper).
const GROUPS: [(usize, usize, usize, usize); 7] = [
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
];

/// What a stage computes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StageKind {
    /// A 3×3 convolution with stride 2 on the picture.
    Stem,
    /// An inverted residual block: 1×1 expansion by this factor, 3×3 depthwise, 1×1 projection.
    Block {
        /// Hidden channels over input channels; at 1 there is no expansion layer.
        expansion: usize,
    },
    /// The 1×1 convolution to the pooled features.
    Top,
}

/// One stage of the backbone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stage {
    /// What it computes.
    pub kind: StageKind,
    /// Channels in.
    pub input_channels: usize,
    /// Channels out.
    pub output_channels: usize,
    /// Stride of its 3×3 convolution; 1 for the top.
    pub stride: usize,
    /// Height and width of its input, in pixels.
    pub input_side: usize,
    /// Height and width of its output, in pixels.
    pub output_side: usize,
}

impl Stage {
    /// Channels between expansion and projection, of a block.
    pub fn hidden_channels(&self) -> usize {
        match self.kind {
            StageKind::Block { expansion } => self.input_channels * expansion,
            StageKind::Stem | StageKind::Top => self.output_channels,
        }
    }

    /// Whether the block adds its input to its output.
    pub fn is_residual(&self) -> bool {
        matches!(self.kind, StageKind::Block { .. })
            && self.stride == 1
            && self.input_channels == self.output_channels
    }

    /// BatchNorm's scales and shifts.
    pub fn norm_parameters(&self) -> usize {
        let (hidden, output) = (self.hidden_channels(), self.output_channels);
        match self.kind {
            StageKind::Stem | StageKind::Top => 2 * output,
            StageKind::Block { expansion: 1 } => 2 * (hidden + output),
            StageKind::Block { .. } => 2 * (2 * hidden + output),
        }
    }

    /// Parameters that can learn: convolution weights, BatchNorm scales and shifts.
    pub fn parameters(&self) -> usize {
        let norm = |channels: usize| 2 * channels;
        let (input, hidden, output) =
            (self.input_channels, self.hidden_channels(), self.output_channels);
        match self.kind {
            StageKind::Stem => input * output * 9 + norm(output),
            StageKind::Top => input * output + norm(output),
            StageKind::Block { expansion } => {
                let expand = if expansion == 1 { 0 } else { input * hidden + norm(hidden) };
                expand + hidden * 9 + norm(hidden) + hidden * output + norm(output)
            }
        }
    }
}

/// The layout of one MobileNetV2 backbone for one input size.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Architecture {
    /// Height and width of the input picture, in pixels.
    pub input_side: usize,
    /// The stages in order, [`STAGES`] of them.
    pub stages: Vec<Stage>,
}

impl Architecture {
    /// Lays out a backbone of `width` (1.0 is the paper's) for square pictures of `input_side`
    /// pixels. Layers halve odd sizes upwards, so any size works; multiples of 32 waste nothing.
    pub fn mobilenet_v2(width: f64, input_side: usize) -> Self {
        let mut stages = Vec::with_capacity(STAGES);
        let mut channels = 3;
        let mut side = input_side;
        let mut push = |kind, output_channels, stride| {
            let output_side = side.div_ceil(stride);
            stages.push(Stage {
                kind,
                input_channels: channels,
                output_channels,
                stride,
                input_side: side,
                output_side,
            });
            channels = output_channels;
            side = output_side;
        };
        push(StageKind::Stem, scaled_channels(32, width), 2);
        for (expansion, output, repeats, first_stride) in GROUPS {
            for repeat in 0..repeats {
                let stride = if repeat == 0 { first_stride } else { 1 };
                push(StageKind::Block { expansion }, scaled_channels(output, width), stride);
            }
        }
        let features = scaled_channels(FEATURES, width.max(1.0));
        push(StageKind::Top, features, 1);
        Self { input_side, stages }
    }

    /// The backbone that ships with the page: width 0.35, 96 pixels.
    pub fn bundled() -> Self {
        Self::mobilenet_v2(0.35, 96)
    }

    /// Pooled features that the head reads.
    pub fn features(&self) -> usize {
        self.stages.last().map_or(0, |top| top.output_channels)
    }

    /// Numbers that stage `stage` is fed with for one picture; 0 behind the last stage, whose
    /// features are pooled.
    pub fn values_into(&self, stage: usize) -> usize {
        self.stages.get(stage).map_or(0, |stage| stage.input_channels * stage.input_side.pow(2))
    }

    /// Parameters of the stages from `first` on that can learn.
    pub fn parameters_from(&self, first: usize) -> usize {
        self.stages.iter().skip(first).map(Stage::parameters).sum()
    }

    /// BatchNorm's scales and shifts in the stages from `first` on.
    pub fn norm_parameters_from(&self, first: usize) -> usize {
        self.stages.iter().skip(first).map(Stage::norm_parameters).sum()
    }

    /// Parameters of a linear head for `classes` classes.
    pub fn head_parameters(&self, classes: usize) -> usize {
        (self.features() + 1) * classes
    }
}

/// Rounds `channels * width` to the nearest multiple of 8, never more than 10 % down.
fn scaled_channels(channels: usize, width: f64) -> usize {
    let wanted = channels as f64 * width;
    let rounded = (((wanted + 4.0) / 8.0).floor() * 8.0).max(8.0);
    if rounded < 0.9 * wanted { rounded as usize + 8 } else { rounded as usize }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Output channels of the bundled weights, read off the shapes in their file.
    const BUNDLED: [usize; STAGES] =
        [16, 8, 8, 8, 16, 16, 16, 24, 24, 24, 24, 32, 32, 32, 56, 56, 56, 112, 1280];

    #[test]
    fn bundled_channels_match_the_weight_file() {
        let channels: Vec<usize> =
            Architecture::bundled().stages.iter().map(|stage| stage.output_channels).collect();
        assert_eq!(channels, BUNDLED);
    }

    #[test]
    fn full_width_has_the_published_number_of_parameters() {
        // torchvision's mobilenet_v2: 3,504,872 parameters with its 1000-class head.
        let full = Architecture::mobilenet_v2(1.0, 224);
        assert_eq!(full.parameters_from(0) + full.head_parameters(1000), 3_504_872);
    }

    #[test]
    fn without_their_norms_stages_have_the_weights_of_their_convolutions() {
        for stage in Architecture::bundled().stages {
            let weights: u64 = stage.layers().iter().map(|layer| layer.weights).sum();
            assert_eq!((stage.parameters() - stage.norm_parameters()) as u64, weights);
        }
    }

    #[test]
    fn ninety_six_pixels_become_three() {
        let bundled = Architecture::bundled();
        assert_eq!(bundled.stages.last().map(|stage| stage.output_side), Some(3));
        assert_eq!(bundled.stages.len(), STAGES);
    }
}
