//! From logits to gradients: the loss and the hits, and the gradients of a whole network.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::{GradientsAccumulator, GradientsParams};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData};

use crate::model::{Head, Segment, pool};

/// Cross-entropy, and how many of the first `counted` pictures have their label as the largest
/// logit. The pictures are a part of a batch of `whole` pictures, over which the mean is taken: the
/// losses of all parts add up to the mean of the batch, and so do their gradients.
///
/// # Shapes
/// - logits: `[part, classes]`, with autodiff
/// - both results: `[1]`
pub(super) fn loss_and_correct(
    logits: Tensor<2>,
    labels: &[usize],
    counted: usize,
    whole: usize,
    device: &Device,
) -> (Tensor<1>, Tensor<1>) {
    let classes = logits.dims()[1];
    let mut one_hot = vec![0.0f32; labels.len() * classes];
    for (row, &label) in one_hot.chunks_exact_mut(classes).zip(labels) {
        row[label] = 1.0;
    }
    let one_hot = TensorData::new(one_hot, [labels.len(), classes]);
    let one_hot = Tensor::<2>::from_data(one_hot, device).autodiff();
    let at_label = (logits.clone() * one_hot.clone()).sum_dim(1);
    let is_right = at_label.greater_equal(logits.clone().max_dim(1)).float();
    let loss = (log_softmax(logits, 1) * one_hot).sum().div_scalar(-(whole as f32));
    let correct = match counted {
        // A part that only fills the batch up.
        0 => loss.zeros_like(),
        counted => is_right.narrow(0, 0, counted).sum(),
    };
    (loss, correct)
}

/// The gradients of what learns in a module for a batch that goes through the network `micro_batch`
/// pictures at a time. `loss` gives each part's share of the batch's loss, as
/// [`loss_and_correct`] does; what one part left behind is gone before the next one begins.
///
/// # Errors
/// The first one of `loss`.
pub(super) fn gradients_by_parts<M: Module, E>(
    module: &M,
    batch: &[usize],
    micro_batch: usize,
    mut loss: impl FnMut(&[usize]) -> Result<Tensor<1>, E>,
) -> Result<GradientsParams, E> {
    let mut sums = GradientsAccumulator::new();
    for part in batch.chunks(micro_batch.max(1)) {
        let mut gradients = loss(part)?.backward();
        sums.accumulate(module, GradientsParams::from_module(&mut gradients, module));
    }
    Ok(sums.grads())
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
    let device = pictures.device();
    let (backbone, head) = (backbone.clone().train(), head.clone().train());
    let logits = head.forward(pool(backbone.forward(pictures.autodiff())));
    let (loss, _) = loss_and_correct(logits, labels, labels.len(), labels.len(), &device);
    let mut gradients = loss.backward();
    let of_head = GradientsParams::from_module(&mut gradients, &head);
    let of_backbone = GradientsParams::from_module(&mut gradients, &backbone);
    let mut rows = Vec::new();
    for stage in 0..backbone.stages() {
        let (_, from_stage) = backbone.cut_at(stage);
        let (one, _) = from_stage.cut_at(stage + 1);
        rows.push((format!("the gradients of stage {stage}"), flattened(&one, &of_backbone)));
    }
    rows.push(("the gradients of the head".to_owned(), flattened(&head, &of_head)));
    rows.into_iter().filter_map(|(name, row)| Some((name, row?))).collect()
}

fn flattened<M: Module>(module: &M, gradients: &GradientsParams) -> Option<Tensor<1>> {
    let mut flat = Flattened { gradients, parts: Vec::new() };
    module.visit(&mut flat);
    (!flat.parts.is_empty()).then(|| Tensor::cat(flat.parts, 0))
}

/// Collects a module's gradients, each as one row.
struct Flattened<'a> {
    gradients: &'a GradientsParams,
    parts: Vec<Tensor<1>>,
}

impl ModuleVisitor for Flattened<'_> {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.get::<D>(parameter.id) {
            let length = gradient.shape().num_elements();
            self.parts.push(gradient.reshape([length]));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;
    use rand::RngExt;

    use super::*;
    use crate::data::{Purpose, seeded};
    use crate::model::{Architecture, Backbone, Cut};
    use crate::train::learner::Learner;

    fn values(tensor: Tensor<1>) -> Vec<f32> {
        tensor.into_data().try_into_vec_as().expect("the CPU answers")
    }

    #[test]
    fn loss_and_hits_are_those_worked_out_by_hand() {
        let device = Device::flex();
        // Probabilities of the labels: 1/2, 3/4 and 1/4; the first is a tie, the last is wrong.
        let three = 3f32.ln();
        let logits =
            Tensor::<2>::from_floats([[0.0, 0.0], [0.0, three], [three, 0.0]], &device).autodiff();
        let (loss, correct) = loss_and_correct(logits, &[0, 1, 1], 3, 3, &device);
        let expected = -(0.5f32.ln() + 0.75f32.ln() + 0.25f32.ln()) / 3.0;
        assert!((values(loss.inner())[0] - expected).abs() < 1e-6);
        assert_eq!(values(correct.inner()), [2.0]);
    }

    #[test]
    fn pictures_that_only_fill_a_batch_up_are_not_counted() {
        let device = Device::flex();
        let logits = Tensor::<2>::from_floats([[1.0, 0.0], [1.0, 0.0]], &device).autodiff();
        for counted in [0, 1] {
            let (_, correct) = loss_and_correct(logits.clone(), &[0, 0], counted, 2, &device);
            assert_eq!(values(correct.inner()), [counted as f32]);
        }
    }

    const CLASSES: usize = 3;

    /// The gradients of a small network behind a cut, all in one row.
    fn gradients(cut: Cut, pictures: usize, micro_batch: usize, seed: u64) -> Vec<f32> {
        let device = Device::flex();
        let architecture = Architecture::mobilenet_v2(0.1, 32);
        let first = cut.first_trained_stage();
        let mut generator = seeded(seed, Purpose::Head);
        let backbone = Backbone::random(architecture, CLASSES, &mut generator);
        let head = backbone.pretrained_head(&device).expect("it was made with a head");
        let (frozen, segment) = backbone.on(&device).expect("it fits itself").cut_at(first);
        let learner = Learner { segment, head }.train();
        let noise = (0..pictures * 32 * 32 * 3).map(|_| generator.random_range(-1.0..1.0));
        let input = TensorData::new(noise.collect::<Vec<f32>>(), [pictures, 32, 32, 3]);
        let input = frozen.forward(Tensor::from_data(input, &device));
        let batch: Vec<usize> = (0..pictures).collect();
        let found = gradients_by_parts(&learner, &batch, micro_batch, |part| {
            let labels: Vec<usize> = part.iter().map(|picture| picture % CLASSES).collect();
            let input = input.clone().narrow(0, part[0], part.len()).autodiff();
            let logits = learner.head.forward(pool(learner.segment.forward(input)));
            Ok::<_, Infallible>(loss_and_correct(logits, &labels, 0, pictures, &device).0)
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
            seed: u64,
        ) {
            let cut = Cut::from_position(position);
            let whole = gradients(cut, pictures, pictures, seed);
            let parts = gradients(cut, pictures, micro_batch, seed);
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
