//! Statistics of BatchNorm measured anew on pictures at hand, so that every layer is normalised for
//! these and not for those of pretraining: AdaBN (Li et al., "Revisiting Batch Normalization For
//! Practical Domain Adaptation", arXiv 1603.04779), with the statistics measured once, before
//! anything learns.
//!
//! A layer's statistics are those of what its convolution gives when all layers before it have been
//! adapted already. So the layers follow one another, each with all the pictures.

use burn::tensor::Tensor;

use super::network::Segment;
use super::read::ReadError;

/// Adapts a segment to pictures, a stage at a time, so that others can do something in between.
pub struct Adaptation {
    segment: Segment,
    /// What the next stage is fed with, a portion of the pictures each.
    portions: Vec<Tensor<4>>,
    /// The next stage, counted from the segment's first.
    next: usize,
}

impl Adaptation {
    /// Prepares to adapt a segment that keeps track of no gradients to what it is fed with. So many
    /// pictures as a portion has go through a layer at once; what one layer gives for all portions
    /// is there at a time.
    ///
    /// # Shapes
    /// - portions: `[pictures, height, width, channels]` each, as the segment's first stage wants
    ///   them
    pub fn new(segment: Segment, portions: Vec<Tensor<4>>) -> Self {
        Self { segment, portions, next: 0 }
    }

    /// Adapts the layers of the next stage. Returns whether all have been adapted.
    ///
    /// # Errors
    /// When the device does not answer.
    pub async fn advance(&mut self) -> Result<bool, ReadError> {
        if self.next < self.segment.stages() {
            let portions = std::mem::take(&mut self.portions);
            self.portions = self.segment.adapt_stage(self.next, portions).await?;
            self.next += 1;
        }
        Ok(self.next >= self.segment.stages())
    }

    /// The segment, adapted as far as it is.
    pub fn finish(self) -> Segment {
        self.segment
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use burn::tensor::{Device, TensorData};
    use futures_lite::future::block_on;
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    use super::*;
    use crate::model::convolution::{ConvolutionNames, NormalisedConvolution};
    use crate::model::moments::LEAST_SHARE;
    use crate::model::network::{BlockNames, stage_names};
    use crate::model::operations::{Activation, Layer, LayerTensors, normalised_convolution};
    use crate::model::{Architecture, Backbone, NamedTensor, Stage, StageKind, read};

    const SIDE: usize = 32;
    const PICTURES: usize = 8;
    /// Of what is computed in single precision, relative to a channel's scale.
    const TOLERANCE: f64 = 1e-3;

    fn architecture() -> Architecture {
        Architecture::mobilenet_v2(0.1, SIDE)
    }

    /// A random backbone whose BatchNorm is not the identity: scales of both signs, and statistics
    /// that fit nothing.
    fn backbone() -> Segment {
        let device = Device::flex();
        let mut generator = StdRng::seed_from_u64(5);
        let backbone = Backbone::random(architecture(), 2, &mut generator);
        let whole = backbone.on(&device).expect("it fits itself");
        let mut tensors = Vec::new();
        for (name, tensor) in whole.named_tensors() {
            let NamedTensor::One(tensor) = tensor else { continue };
            let [channels] = tensor.dims();
            let value = || match name.rsplit('.').next() {
                Some("weight") => {
                    let scale = generator.random_range(0.5f32..1.5);
                    if generator.random_bool(0.3) { -scale } else { scale }
                }
                Some("running_var") => generator.random_range(0.2..2.0),
                _ => generator.random_range(-0.5..1.5),
            };
            let values = std::iter::repeat_with(value).take(channels).collect();
            tensors.push((name.clone(), vec![channels], values));
        }
        backbone.with(tensors).on(&device).expect("the shapes fit")
    }

    /// Pictures of noise, each brighter than the one before.
    fn pictures() -> Tensor<4> {
        let mut generator = StdRng::seed_from_u64(6);
        let each = SIDE * SIDE * 3;
        let values = (0..PICTURES * each).map(|place| {
            let brightness = (place / each) as f32 / PICTURES as f32;
            brightness + generator.random_range(-1.0f32..1.0)
        });
        let data = TensorData::new(values.collect::<Vec<f32>>(), [PICTURES, SIDE, SIDE, 3]);
        Tensor::from_data(data, &Device::flex())
    }

    fn adapted(segment: Segment, portions: Vec<Tensor<4>>) -> Segment {
        let mut adaptation = Adaptation::new(segment, portions);
        while !block_on(adaptation.advance()).expect("the CPU answers") {}
        adaptation.finish()
    }

    fn numbers(tensor: NamedTensor) -> Vec<f32> {
        let read = async {
            match tensor {
                NamedTensor::One(tensor) => read(tensor).await,
                NamedTensor::Two(tensor) => read(tensor).await,
                NamedTensor::Four(tensor) => read(tensor).await,
            }
        };
        block_on(read).expect("the CPU answers")
    }

    fn by_name(segment: &Segment) -> BTreeMap<String, NamedTensor> {
        segment.named_tensors().into_iter().collect()
    }

    /// The layers of a stage with the names of their tensors, in order.
    fn layers(index: usize, stage: &Stage) -> Vec<(ConvolutionNames, Layer)> {
        match stage.kind {
            StageKind::Stem => {
                vec![(stage_names(index), NormalisedConvolution::stem(stage.stride))]
            }
            StageKind::Top => vec![(stage_names(index), NormalisedConvolution::top())],
            StageKind::Block { expansion } => {
                let BlockNames { expand, depthwise, project } =
                    BlockNames::of(index, expansion != 1);
                let has_expansion = expand.is_some();
                let expand = expand.map(|names| (names, NormalisedConvolution::expansion()));
                let layer = NormalisedConvolution::depthwise(stage.stride, has_expansion);
                let rest = [(depthwise, layer), (project, NormalisedConvolution::projection())];
                expand.into_iter().chain(rest).collect()
            }
        }
    }

    /// Mean and standard deviation of every channel of a batch.
    fn mean_and_deviation(values: &[f32], channels: usize) -> Vec<(f64, f64)> {
        let of = |channel: usize| {
            let own = || values.iter().skip(channel).step_by(channels).map(|&v| f64::from(v));
            let count = own().count() as f64;
            let mean = own().sum::<f64>() / count;
            let square = own().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
            (mean, square.sqrt())
        };
        (0..channels).map(of).collect()
    }

    #[test]
    fn on_the_pictures_of_its_statistics_every_layer_has_its_shift_as_mean_and_its_scale_as_deviation()
     {
        let before = by_name(&backbone());
        let segment = adapted(backbone(), vec![pictures()]);
        let tensors = by_name(&segment);
        let one = |name: &str| match &tensors[name] {
            NamedTensor::One(tensor) => tensor.clone(),
            other => panic!("{name} is {other:?}"),
        };
        let (mut value, mut channels_seen, mut held_up) = (pictures(), 0, 0);
        for (index, stage) in architecture().stages.iter().enumerate() {
            let mut shortcut = stage.is_residual().then(|| value.clone());
            let layers = layers(index, stage);
            let last = layers.len() - 1;
            for (place, (names, layer)) in layers.into_iter().enumerate() {
                let norm = |part: &str| format!("{}.{part}", names.norm);
                let NamedTensor::Four(weight) = &tensors[&format!("{}.weight", names.convolution)]
                else {
                    panic!("a convolution has a weight")
                };
                let own = || LayerTensors {
                    weight: weight.clone(),
                    scale: one(&norm("weight")),
                    shift: one(&norm("bias")),
                    mean: one(&norm("running_mean")),
                    variance: one(&norm("running_var")),
                };
                let plain = Layer { activation: Activation::None, ..layer };
                let normalised = normalised_convolution(value.clone(), own(), None, plain);
                let normalised = block_on(read(normalised)).expect("the CPU answers");
                let of = |part: &str| numbers(tensors[&norm(part)].clone());
                let (scales, shifts, variances) = (of("weight"), of("bias"), of("running_var"));
                let least = numbers(before[&norm("running_var")].clone());
                let found = mean_and_deviation(&normalised, scales.len());
                for (channel, (mean, deviation)) in found.into_iter().enumerate() {
                    let said = format!("{} channel {channel}: {mean}, {deviation}", names.norm);
                    let scale = f64::from(scales[channel].abs());
                    let shift = f64::from(shifts[channel]);
                    assert!((mean - shift).abs() <= TOLERANCE * scale, "{said}, shift {shift}");
                    let variance = f64::from(variances[channel]);
                    // What is added before the root is taken makes the deviation less.
                    let deviation = deviation * ((variance + 1e-5) / variance).sqrt();
                    channels_seen += 1;
                    if variances[channel] > LEAST_SHARE * least[channel] {
                        assert!(
                            (deviation - scale).abs() <= TOLERANCE * scale,
                            "{said}, scale {scale}"
                        );
                    } else {
                        assert!(deviation <= (1.0 + TOLERANCE) * scale, "{said}, scale {scale}");
                        held_up += 1;
                    }
                }
                let shortcut = if place == last { shortcut.take() } else { None };
                value = normalised_convolution(value, own(), shortcut, layer);
            }
        }
        assert!(channels_seen > 1000 && held_up < channels_seen / 10, "{held_up}");
    }

    #[test]
    fn portions_give_the_statistics_of_the_whole_and_nothing_else_moves() {
        let whole = adapted(backbone(), vec![pictures()]);
        let part = |begin, length| pictures().narrow(0, begin, length);
        let portions = adapted(backbone(), vec![part(0, 3), part(3, 3), part(6, 2)]);
        let (before, portions) = (by_name(&backbone()), by_name(&portions));
        for (name, tensor) in whole.named_tensors() {
            let (whole, before) = (numbers(tensor), numbers(before[&name].clone()));
            let portions = numbers(portions[&name].clone());
            assert_eq!(whole == before, !name.contains("running"), "{name}");
            for (whole, portions) in whole.iter().zip(portions) {
                let difference = (whole - portions).abs();
                assert!(difference <= 1e-4 * whole.abs().max(0.1), "{name}: {whole} {portions}");
            }
        }
    }

    #[test]
    fn a_picture_of_one_colour_leaves_every_number_finite_and_every_variance_above_zero() {
        let one = Tensor::<4>::full([1, SIDE, SIDE, 3], 0.5, &Device::flex());
        for (name, tensor) in adapted(backbone(), vec![one]).named_tensors() {
            let is_variance = name.ends_with("running_var");
            for value in numbers(tensor) {
                assert!(value.is_finite() && (value > 0.0 || !is_variance), "{name}: {value}");
            }
        }
    }

    #[test]
    fn a_segment_of_no_stages_stays_as_it_is() {
        let (_, empty) = backbone().cut_at(crate::model::STAGES);
        assert_eq!(adapted(empty, vec![pictures()]).stages(), 0);
    }
}
