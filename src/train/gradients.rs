//! From logits to gradients: the loss and the hits, and the gradients of a whole network.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData};

use crate::model::{Head, Segment, pool};

/// Mean cross-entropy, and how many of the first `counted` pictures have their label as the
/// largest logit.
///
/// # Shapes
/// - logits: `[batch, classes]`, with autodiff
/// - both results: `[1]`
pub(super) fn loss_and_correct(
    logits: Tensor<2>,
    labels: &[usize],
    counted: usize,
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
    let loss = (log_softmax(logits, 1) * one_hot).sum().div_scalar(-(labels.len() as f32));
    (loss, is_right.narrow(0, 0, counted).sum())
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
    let (loss, _) = loss_and_correct(logits, labels, labels.len(), &device);
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
    use super::*;

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
        let (loss, correct) = loss_and_correct(logits, &[0, 1, 1], 3, &device);
        let expected = -(0.5f32.ln() + 0.75f32.ln() + 0.25f32.ln()) / 3.0;
        assert!((values(loss.inner())[0] - expected).abs() < 1e-6);
        assert_eq!(values(correct.inner()), [2.0]);
    }

    #[test]
    fn pictures_that_only_fill_a_batch_up_are_not_counted() {
        let device = Device::flex();
        let logits = Tensor::<2>::from_floats([[1.0, 0.0], [1.0, 0.0]], &device).autodiff();
        let (_, correct) = loss_and_correct(logits, &[0, 0], 1, &device);
        assert_eq!(values(correct.inner()), [1.0]);
    }
}
