//! A backbone that was never trained: for learning from scratch, and for measuring networks whose
//! weights are not at hand.

use rand::{Rng, RngExt};

use super::architecture::{Architecture, StageKind};
use super::backbone::Backbone;
use super::convolution::ConvolutionNames;
use super::network::{BlockNames, stage_names};
use super::weights::Weights;

/// Sums of so many uniform numbers pass for normal ones. Unlike a logarithm and a cosine, a sum is
/// the same to the bit on every platform.
const SUMMANDS: usize = 12;

impl Backbone {
    /// A backbone with random weights and a classifier for `classes` classes.
    ///
    /// Weights are normal with the variance that carries signals through (He et al.,
    /// arXiv 1502.01852, section 2.2), BatchNorm is the identity, and the classifier is uniform
    /// within ±1/√features.
    pub fn random(architecture: Architecture, classes: usize, generator: &mut impl Rng) -> Self {
        let mut weights = Weights::default();
        for (index, stage) in architecture.stages.iter().enumerate() {
            let (input, hidden, output) =
                (stage.input_channels, stage.hidden_channels(), stage.output_channels);
            let mut add = |names: &ConvolutionNames, shape, reads| {
                add_layer(&mut weights, names, shape, reads, generator);
            };
            match stage.kind {
                StageKind::Stem => {
                    add(&stage_names(index), [output, input, 3, 3], Reads::Linear);
                }
                StageKind::Top => {
                    add(&stage_names(index), [output, input, 1, 1], Reads::Linear);
                }
                StageKind::Block { expansion } => {
                    let names = BlockNames::of(index, expansion != 1);
                    if let Some(names) = &names.expand {
                        add(names, [hidden, input, 1, 1], Reads::Linear);
                    }
                    add(&names.depthwise, [hidden, 1, 3, 3], Reads::Rectified);
                    add(&names.project, [output, hidden, 1, 1], Reads::Rectified);
                }
            }
        }
        let features = architecture.features();
        let bound = 1.0 / (features as f32).sqrt();
        let classifier =
            (0..classes * features).map(|_| generator.random_range(-bound..bound)).collect();
        weights.insert("classifier.1.weight".to_owned(), vec![classes, features], classifier);
        weights.insert("classifier.1.bias".to_owned(), vec![classes], vec![0.0; classes]);
        Self::from_parts(architecture, weights)
    }
}

/// What a layer is fed with.
#[derive(Clone, Copy)]
enum Reads {
    /// Numbers of both signs: a picture, or what a projection gave.
    Linear,
    /// What an activation gave: half of the numbers are zero, so weights are larger by √2.
    Rectified,
}

fn add_layer(
    weights: &mut Weights,
    names: &ConvolutionNames,
    shape: [usize; 4],
    reads: Reads,
    generator: &mut impl Rng,
) {
    let [out, fan_in @ ..] = shape;
    let gain = match reads {
        Reads::Linear => 1.0,
        Reads::Rectified => 2.0,
    };
    let deviation = (gain / fan_in.iter().product::<usize>() as f32).sqrt();
    let values = (0..shape.iter().product()).map(|_| deviation * normal(generator)).collect();
    weights.insert(format!("{}.weight", names.convolution), shape.to_vec(), values);
    for (part, value) in
        [("weight", 1.0), ("bias", 0.0), ("running_mean", 0.0), ("running_var", 1.0)]
    {
        weights.insert(format!("{}.{part}", names.norm), vec![out], vec![value; out]);
    }
}

/// A number of mean 0 and variance 1 (Irwin and Hall's distribution, never beyond ±6).
fn normal(generator: &mut impl Rng) -> f32 {
    let sum: f32 = (0..SUMMANDS).map(|_| generator.random::<f32>()).sum();
    sum - SUMMANDS as f32 / 2.0
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Tensor};
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;
    use crate::model::pool;

    /// Logits of two bright pictures by a random network.
    fn logits(width: f64, side: usize, seed: u64) -> Vec<f32> {
        let device = Device::flex();
        let architecture = Architecture::mobilenet_v2(width, side);
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let backbone = Backbone::random(architecture, 5, &mut generator);
        let segment = backbone.on(&device).expect("every tensor is there");
        let head = backbone.pretrained_head(&device).expect("a classifier");
        let pictures = Tensor::<4>::ones([2, side, side, 3], &device);
        let logits = head.forward(pool(segment.forward(pictures)));
        logits.into_data().try_into_vec_as().expect("the CPU answers")
    }

    #[test]
    fn signals_get_through_a_random_network_of_any_width_and_size() {
        for (width, side) in [(0.35, 96), (1.0, 33)] {
            let logits = logits(width, side, 1);
            assert_eq!(logits.len(), 2 * 5);
            let largest = logits.iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
            assert!((1e-3..1e3).contains(&largest), "width {width}, side {side}: {logits:?}");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_network_and_another_gives_another() {
        assert_eq!(logits(0.35, 32, 1), logits(0.35, 32, 1));
        assert_ne!(logits(0.35, 32, 1), logits(0.35, 32, 2));
    }

    #[test]
    fn sums_of_uniform_numbers_have_mean_zero_and_variance_one() {
        let mut generator = ChaCha8Rng::seed_from_u64(1);
        let values: Vec<f32> = (0..10_000).map(|_| normal(&mut generator)).collect();
        let mean = values.iter().sum::<f32>() / 1e4;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / 1e4;
        // Three standard errors.
        assert!(mean.abs() < 0.03, "{mean}");
        assert!((variance - 1.0).abs() < 0.045, "{variance}");
    }
}
