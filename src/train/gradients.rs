//! The gradients of a batch, in one part or several, and those of a whole network.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use super::cross_entropy::{Targets, cross_entropy};
use crate::model::floats::{flat, joined, sum};
use crate::model::{Head, ReadError, Segment, pool, read};

/// The gradients of what learns in a module for a batch that goes through the network in as few parts of
/// `micro_batch` pictures at most as it takes, dealt out evenly. `loss` gives each part's share of the batch's loss, as
/// [`cross_entropy`] does, and is told whether the part is the last; what one part left behind is gone
/// before the next one begins. Where gradients of the whole batch come with the last part, as those of
/// [`BatchInParts`](crate::model::BatchInParts) do, it is not for the parts before to have any.
///
/// # Errors
/// The first one of `loss`.
pub(super) fn gradients_by_parts<M: Module, E>(
    module: &M,
    batch: &[usize],
    micro_batch: usize,
    mut loss: impl FnMut(&[usize], bool) -> Result<Tensor<1>, E>,
) -> Result<GradientsParams, E> {
    let mut sums = GradientsParams::new();
    let parts = batch.len().div_ceil(micro_batch.max(1));
    let mut rest = batch;
    for left in (1..=parts).rev() {
        let (part, behind) = rest.split_at(rest.len().div_ceil(left));
        rest = behind;
        let mut gradients = loss(part, left == 1)?.backward();
        let gradients = GradientsParams::from_module(&mut gradients, module);
        if sums.is_empty() {
            sums = gradients;
        } else {
            module.visit(&mut Summation { sums: &mut sums, gradients });
        }
    }
    Ok(sums)
}

/// Adds gradients to sums.
struct Summation<'a> {
    sums: &'a mut GradientsParams,
    gradients: GradientsParams,
}

impl ModuleVisitor for Summation<'_> {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.remove::<D>(parameter.id) {
            let total = match self.sums.remove::<D>(parameter.id) {
                Some(others) => sum(others, gradient),
                None => gradient,
            };
            self.sums.register(parameter.id, total);
        }
    }
}

/// The gradients of every stage of a whole backbone and of its head for one batch, each flattened
/// into one row of numbers, with a name. For comparing devices.
///
/// # Shapes
/// - pictures: `[batch, side, side, 3]`, one label each
/// - each result: `[parameters of the stage]`
pub fn gradients_by_stage(
    backbone: &Segment,
    head: &Head,
    pictures: Tensor<4>,
    labels: &[usize],
) -> Vec<(String, Tensor<1>)> {
    let (backbone, head) = (backbone.clone().train(), head.clone().train());
    let logits = head.forward(pool(backbone.forward(pictures.autodiff())));
    let result = cross_entropy(logits, Targets::plain(labels.to_vec()));
    let mut gradients = result.backward();
    let of_head = GradientsParams::from_module(&mut gradients, &head);
    let of_backbone = GradientsParams::from_module(&mut gradients, &backbone);
    let mut rows = Vec::new();
    for stage in 0..backbone.stages() {
        let one = backbone.stage_alone(stage);
        rows.push((format!("the gradients of stage {stage}"), flattened(&one, &of_backbone)));
    }
    rows.push(("the gradients of the head".to_owned(), flattened(&head, &of_head)));
    rows.into_iter().filter_map(|(name, row)| Some((name, row?))).collect()
}

/// The length of each stage's gradient, in order, and of the head's.
///
/// # Errors
/// When the device does not answer.
pub(super) async fn gradient_norms(
    segment: &Segment,
    head: &Head,
    gradients: &GradientsParams,
) -> Result<Vec<f64>, ReadError> {
    let first = segment.first_stage();
    let mut rows = Vec::new();
    for stage in first..first + segment.stages() {
        rows.push(flattened(&segment.stage_alone(stage), gradients));
    }
    rows.push(flattened(head, gradients));
    let mut norms = Vec::with_capacity(rows.len());
    for row in rows {
        let values = match row {
            Some(row) => read(row).await?,
            None => Vec::new(),
        };
        norms.push(values.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt());
    }
    Ok(norms)
}

fn flattened<M: Module>(module: &M, gradients: &GradientsParams) -> Option<Tensor<1>> {
    let mut flat = Flattened { gradients, parts: Vec::new() };
    module.visit(&mut flat);
    (!flat.parts.is_empty()).then(|| joined(flat.parts))
}

/// Collects a module's gradients, each as one row.
struct Flattened<'a> {
    gradients: &'a GradientsParams,
    parts: Vec<Tensor<1>>,
}

impl ModuleVisitor for Flattened<'_> {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.get::<D>(parameter.id) {
            self.parts.push(flat(gradient));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use burn::tensor::{Device, TensorData};
    use proptest::prelude::*;
    use rand::RngExt;

    use super::*;
    use crate::data::{Purpose, seeded};
    use crate::model::{Architecture, Backbone, Cut};
    use crate::train::learner::Learner;

    fn values(tensor: Tensor<1>) -> Vec<f32> {
        tensor.into_data().try_into_vec_as().expect("the CPU answers")
    }

    const CLASSES: usize = 3;

    /// The gradients of a small network behind a cut, all in one row.
    fn gradients(
        cut: Cut,
        pictures: usize,
        micro_batch: usize,
        is_norm_frozen: bool,
        seed: u64,
    ) -> Vec<f32> {
        let device = Device::flex();
        let architecture = Architecture::mobilenet_v2(0.1, 32);
        let first = cut.first_trained_stage();
        let mut generator = seeded(seed, Purpose::Head);
        let backbone = Backbone::random(architecture, CLASSES, &mut generator);
        let head = backbone.pretrained_head(&device).expect("it was made with a head");
        let (frozen, segment) = backbone.on(&device).expect("it fits itself").cut_at(first);
        let Learner { mut segment, head } = Learner { segment, head }.train();
        if is_norm_frozen {
            segment = segment.with_frozen_norms();
        }
        let learner = Learner { segment, head };
        let noise = (0..pictures * 32 * 32 * 3).map(|_| generator.random_range(-1.0..1.0));
        let input = TensorData::new(noise.collect::<Vec<f32>>(), [pictures, 32, 32, 3]);
        let input = frozen.forward(Tensor::from_data(input, &device));
        let batch: Vec<usize> = (0..pictures).collect();
        let parts = learner.segment.in_parts();
        let found = gradients_by_parts(&learner, &batch, micro_batch, |part, is_last| {
            let labels: Vec<usize> = part.iter().map(|picture| picture % CLASSES).collect();
            let input = input.clone().narrow(0, part[0], part.len()).autodiff();
            let logits = learner.head.forward(pool(parts.forward(input, is_last)));
            let targets = Targets { whole: pictures, ..Targets::plain(labels) };
            Ok::<_, Infallible>(cross_entropy(logits, targets))
        });
        let Ok(found) = found;
        flattened(&learner, &found).map(values).unwrap_or_default()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn parts_of_a_batch_have_the_gradients_of_the_whole(
            position in 0..Cut::POSITIONS,
            pictures in 1usize..12,
            micro_batch in 1usize..12,
            is_norm_frozen: bool,
            seed: u64,
        ) {
            let cut = Cut::from_position(position);
            let whole = gradients(cut, pictures, pictures, is_norm_frozen, seed);
            let parts = gradients(cut, pictures, micro_batch, is_norm_frozen, seed);
            prop_assert_eq!(whole.len(), parts.len());
            let norm = |row: &mut dyn Iterator<Item = f64>| {
                row.map(|value| value * value).sum::<f64>().sqrt()
            };
            let pairs = || whole.iter().zip(&parts).map(|(&a, &b)| (f64::from(a), f64::from(b)));
            let difference = norm(&mut pairs().map(|(a, b)| a - b));
            prop_assert!(difference <= 1e-5 * norm(&mut pairs().map(|(a, _)| a)), "{}", difference);
        }
    }
}
