//! How much arithmetic and traffic the network costs, counted from its layout: what any engine has
//! to do, against which a measured time can be held.

use super::architecture::{Architecture, Stage, StageKind};

/// Bytes of a number in single precision.
const NUMBER: u64 = 4;

/// What a layer computes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LayerKind {
    /// The 3×3 convolution on the picture.
    Stem,
    /// A block's 1×1 convolution to its hidden channels.
    Expand,
    /// A block's 3×3 convolution of each hidden channel by itself.
    Depthwise,
    /// A block's 1×1 convolution to its output channels.
    Project,
    /// The 1×1 convolution to the pooled features.
    Top,
    /// The linear classifier.
    Head,
}

/// One layer, with what belongs to it: its BatchNorm, which folds into it, and its activation.
/// Counts are for one picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Layer {
    /// What it computes.
    pub kind: LayerKind,
    /// Products that are added up.
    pub multiply_adds: u64,
    /// Numbers that it reads.
    pub values_in: u64,
    /// Numbers that it writes.
    pub values_out: u64,
    /// Weights of its convolution or linear map.
    pub weights: u64,
}

/// Arithmetic and the least traffic with memory.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Work {
    /// Floating point operations; a multiply-add is two.
    pub floating_point_operations: u64,
    /// Bytes read and written when nothing stays in a cache from one layer to the next, and
    /// nothing is touched twice within one.
    pub bytes: u64,
}

impl std::iter::Sum for Work {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), |sum, part| Self {
            floating_point_operations: sum.floating_point_operations
                + part.floating_point_operations,
            bytes: sum.bytes + part.bytes,
        })
    }
}

impl Layer {
    /// A convolution whose every output is a sum of `products` products.
    fn convolution(
        kind: LayerKind,
        products: usize,
        (channels_in, side_in): (usize, usize),
        (channels_out, side_out): (usize, usize),
    ) -> Self {
        let values_out = channels_out * side_out.pow(2);
        Self {
            kind,
            multiply_adds: (values_out * products) as u64,
            values_in: (channels_in * side_in.pow(2)) as u64,
            values_out: values_out as u64,
            weights: (channels_out * products) as u64,
        }
    }

    /// One pass over `batch` pictures: inputs and weights are read, outputs written.
    pub fn forward(&self, batch: usize) -> Work {
        self.passes(batch, 1)
    }

    /// A training step on `batch` pictures: the pass forward and one for each of the two
    /// gradients, which cost the same products. Whoever is the `first` to learn owes nobody the
    /// gradient of its input.
    pub fn training(&self, batch: usize, first: bool) -> Work {
        self.passes(batch, if first { 2 } else { 3 })
    }

    fn passes(&self, batch: usize, passes: u64) -> Work {
        let batch = batch as u64;
        let numbers = batch * (self.values_in + self.values_out) + self.weights;
        Work {
            floating_point_operations: passes * 2 * batch * self.multiply_adds,
            bytes: passes * NUMBER * numbers,
        }
    }
}

impl Stage {
    /// The layers of the stage, in order.
    pub fn layers(&self) -> Vec<Layer> {
        let input = (self.input_channels, self.input_side);
        let hidden = self.hidden_channels();
        let output = (self.output_channels, self.output_side);
        match self.kind {
            StageKind::Stem => {
                vec![Layer::convolution(LayerKind::Stem, self.input_channels * 9, input, output)]
            }
            StageKind::Top => {
                vec![Layer::convolution(LayerKind::Top, self.input_channels, input, output)]
            }
            StageKind::Block { expansion } => {
                let wide = (hidden, self.input_side);
                let narrow = (hidden, self.output_side);
                let expand =
                    Layer::convolution(LayerKind::Expand, self.input_channels, input, wide);
                let depthwise = Layer::convolution(LayerKind::Depthwise, 9, wide, narrow);
                let project = Layer::convolution(LayerKind::Project, hidden, narrow, output);
                let has_expansion = (expansion != 1).then_some(expand);
                has_expansion.into_iter().chain([depthwise, project]).collect()
            }
        }
    }
}

impl Architecture {
    /// The layer of a linear head for `classes` classes.
    pub fn head_layer(&self, classes: usize) -> Layer {
        Layer::convolution(LayerKind::Head, self.features(), (self.features(), 1), (classes, 1))
    }

    /// The layers of the backbone from stage `first` on, in order.
    pub fn layers_from(&self, first: usize) -> impl Iterator<Item = Layer> {
        self.stages.iter().skip(first).flat_map(Stage::layers)
    }

    /// Multiply-adds of the whole backbone for one picture.
    pub fn multiply_adds(&self) -> u64 {
        self.layers_from(0).map(|layer| layer.multiply_adds).sum()
    }

    /// A pass of `batch` pictures through the backbone and a head for `classes` classes.
    pub fn inference(&self, batch: usize, classes: usize) -> Work {
        let layers = self.layers_from(0).chain([self.head_layer(classes)]);
        layers.map(|layer| layer.forward(batch)).sum()
    }

    /// A training step of a head for `classes` classes and the stages from `first` on, which are
    /// fed with what the frozen stages before made of the pictures.
    pub fn training(&self, batch: usize, classes: usize, first: usize) -> Work {
        let layers = self.layers_from(first).chain([self.head_layer(classes)]);
        layers.enumerate().map(|(index, layer)| layer.training(batch, index == 0)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn multiply_adds(stage: usize) -> Vec<(LayerKind, u64)> {
        let layers = Architecture::bundled().stages[stage].layers();
        layers.into_iter().map(|layer| (layer.kind, layer.multiply_adds)).collect()
    }

    #[test]
    fn each_kind_of_stage_costs_what_was_worked_out_by_hand() {
        use LayerKind::{Depthwise, Expand, Project, Stem, Top};
        // 48 × 48 outputs in 16 channels, each a sum over 3 × 3 pixels of 3 colours.
        assert_eq!(multiply_adds(0), [(Stem, 48 * 48 * 16 * 27)]);
        // No expansion: 16 channels to 8, at 48 × 48.
        assert_eq!(multiply_adds(1), [(Depthwise, 331_776), (Project, 294_912)]);
        // 8 channels, 48 hidden, 8 out; the depthwise layer halves 48 × 48 to 24 × 24.
        let second = [(Expand, 884_736), (Depthwise, 248_832), (Project, 221_184)];
        assert_eq!(multiply_adds(2), second);
        // 56 channels, 336 hidden, 112 out, at 3 × 3.
        let last = [(Expand, 169_344), (Depthwise, 27_216), (Project, 338_688)];
        assert_eq!(multiply_adds(17), last);
        assert_eq!(multiply_adds(18), [(Top, 3 * 3 * 112 * 1280)]);
    }

    /// Of the bundled backbone, added up by hand.
    const BY_HAND: u64 = 995_328 // stem
        + 626_688 // block 1
        + 1_354_752 // 2
        + 691_200 // 3
        + 393_984 // 4
        + 2 * 566_784 // 5 and 6
        + 335_232 // 7
        + 3 * 295_488 // 8 to 10
        + 336_960 // 11
        + 2 * 504_576 // 12 and 13
        + 333_504 // 14
        + 2 * 365_904 // 15 and 16
        + 535_248 // 17
        + 1_290_240; // top

    #[test]
    fn the_bundled_backbone_has_the_multiply_adds_that_were_added_up_by_hand() {
        assert_eq!(Architecture::bundled().multiply_adds(), BY_HAND);
    }

    #[test]
    fn millions_of_multiply_adds_are_the_published_ones() {
        // The table of TensorFlow's slim models for MobileNetV2, with a head of 1001 classes.
        for (width, side, millions) in [
            (1.4, 224, 582),
            (1.0, 224, 300),
            (1.0, 96, 56),
            (0.35, 224, 59),
            (0.35, 160, 30),
            (0.35, 96, 11),
        ] {
            let network = Architecture::mobilenet_v2(width, side);
            let found = network.multiply_adds() + network.head_layer(1001).multiply_adds;
            let difference = found as f64 / 1e6 - f64::from(millions);
            assert!(difference.abs() < 1.5, "{width} at {side}: {found}, not {millions} million");
        }
    }

    #[test]
    fn weights_are_the_parameters_without_batch_norm() {
        for stage in &Architecture::mobilenet_v2(1.0, 224).stages {
            let layers = stage.layers();
            let weights: u64 = layers.iter().map(|layer| layer.weights).sum();
            // BatchNorm has two parameters a channel that a layer gives out.
            let channels: u64 = match stage.kind {
                StageKind::Block { .. } => {
                    let hidden = (layers.len() - 1) * stage.hidden_channels();
                    (hidden + stage.output_channels) as u64
                }
                StageKind::Stem | StageKind::Top => stage.output_channels as u64,
            };
            assert_eq!(weights + 2 * channels, stage.parameters() as u64);
        }
    }

    #[test]
    fn a_training_step_is_three_passes_but_for_the_first_layer() {
        let network = Architecture::bundled();
        let forward = network.inference(16, 5).floating_point_operations;
        assert_eq!(forward, 2 * 16 * (BY_HAND + 1280 * 5));
        let stem = network.stages[0].layers()[0].forward(16).floating_point_operations;
        let training = network.training(16, 5, 0).floating_point_operations;
        assert_eq!(training, 3 * forward - stem);
        // Head only: the gradient of its weight and no other.
        let head = network.head_layer(5).forward(16).floating_point_operations;
        assert_eq!(network.training(16, 5, 19).floating_point_operations, 2 * head);
    }

    #[test]
    fn bytes_are_inputs_outputs_and_weights_once() {
        let stem = Architecture::bundled().stages[0].layers()[0];
        let (picture, out, weights) = (96 * 96 * 3, 48 * 48 * 16, 16 * 27);
        assert_eq!(stem.forward(2).bytes, 4 * (2 * (picture + out) + weights));
    }
}
