//! Cross-entropy of softmax, the hits, and the gradient that both leave behind, in one own operation.
//!
//! Goodfellow et al., "Deep Learning", section 6.2.2.3. The gradient of a logit is its probability,
//! less one at the label: it is known as soon as the loss is, so going backward costs nothing. With
//! tensors it takes a dozen operations, each of which is a launch on a graphics card.
//!
//! What is told and what is learned from are two losses where labels are smoothed or pictures
//! weighted. Told is always the plain one, so that it can be held against the validation's. The
//! gradient is that of the weighted mean of the cross-entropy with smoothed targets, in which the
//! label has 1 − ε + ε/K and every other one of the K classes ε/K (Szegedy et al., arXiv
//! 1512.00567, section 7).

#[cfg(feature = "bench")]
pub mod agreement;
mod cpu;
#[cfg(feature = "worker")]
mod gpu;

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, backend_extension};
use burn::tensor::Tensor;

/// What the logits should have been, and how much each picture counts.
#[derive(Clone, PartialEq, Debug)]
pub struct Targets {
    /// The class of each picture.
    pub labels: Vec<usize>,
    /// What the gradient of each picture is multiplied with. As many as there are labels.
    pub weights: Vec<f32>,
    /// Share of each target that is spread evenly over all classes, from 0 to below 1.
    pub smoothing: f32,
    /// Pictures, from the first on, whose hits count.
    pub counted: usize,
    /// Pictures that the mean of the loss is taken over: more than there are labels, where these are
    /// only a part of a batch.
    pub whole: usize,
}

impl Targets {
    /// Unsmoothed labels of a whole batch, in which every picture counts alike.
    pub fn plain(labels: Vec<usize>) -> Self {
        let pictures = labels.len();
        Self {
            weights: vec![1.0; pictures],
            smoothing: 0.0,
            counted: pictures,
            whole: pictures,
            labels,
        }
    }
}

/// The loss on a backend that may or may not keep track of gradients.
#[backend_extension(Cube: cfg(feature = "worker"), Flex, Autodiff)]
pub(crate) trait CrossEntropyOperation: Backend {
    /// # Shapes
    /// - logits: `[pictures, classes]`
    /// - result: `[2]`, the pictures' share of the plain mean loss, and their hits
    fn cross_entropy(logits: FloatTensor<Self>, targets: Targets) -> FloatTensor<Self>;
}

/// The loss and its gradient on a backend that computes.
pub(crate) trait CrossEntropyKernels: Backend {
    /// The result of [`CrossEntropyOperation::cross_entropy`], and the gradient of the weighted
    /// loss with smoothed targets.
    ///
    /// # Shapes
    /// - logits, gradient: `[pictures, classes]`
    fn loss_and_gradient(
        logits: FloatTensor<Self>,
        targets: Targets,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// The gradient times that of the loss.
    ///
    /// # Shapes
    /// - gradient, result: `[pictures, classes]`
    /// - of_result: `[2]`, of which the second has no effect: hits have no gradient
    fn scaled(gradient: FloatTensor<Self>, of_result: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// Parent: the logits.
#[derive(Debug)]
struct CrossEntropy;

impl<B: CrossEntropyKernels> Backward<B, 1> for CrossEntropy {
    /// The gradient of the loss.
    type State = FloatTensor<B>;

    fn backward(
        self,
        ops: Ops<Self::State, 1>,
        grads: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let of_result = grads.consume::<B>(&ops.node);
        if let [Some(logits)] = ops.parents {
            grads.register::<B>(logits.id, B::scaled(ops.state, of_result));
        }
    }
}

impl<B: CrossEntropyKernels, C: CheckpointStrategy> CrossEntropyOperation for Autodiff<B, C> {
    fn cross_entropy(logits: FloatTensor<Self>, targets: Targets) -> FloatTensor<Self> {
        let node = logits.node();
        let (result, gradient) = B::loss_and_gradient(logits.into_primitive(), targets);
        match CrossEntropy.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => prepared.finish(gradient, result),
            OpsKind::UnTracked(prepared) => prepared.finish(result),
        }
    }
}

/// The pictures' share of the plain mean cross-entropy, and how many of those that count have their
/// label as the largest logit. Going backward from both is going backward from the weighted mean
/// with smoothed targets.
///
/// # Shapes
/// - logits: `[pictures, classes]`, a label each
/// - result: `[2]`
pub fn cross_entropy(logits: Tensor<2>, targets: Targets) -> Tensor<1> {
    let logits = logits.into_dispatch();
    Tensor::from_dispatch(<Dispatch as CrossEntropyOperation>::cross_entropy(logits, targets))
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};
    use proptest::prelude::*;

    use super::*;

    fn numbers(tensor: Tensor<1>) -> Vec<f32> {
        tensor.into_data().try_into_vec_as().expect("the CPU answers")
    }

    /// Loss and hits of three classes for logits row by row, and the gradient of the logits.
    fn of_three(logits: &[f32], targets: Targets) -> (Vec<f32>, Vec<f32>) {
        let device = Device::flex();
        let data = TensorData::new(logits.to_vec(), [logits.len() / 3, 3]);
        let logits = Tensor::<2>::from_data(data, &device).autodiff().require_grad();
        let result = cross_entropy(logits.clone(), targets);
        let gradient = logits.grad(&result.backward()).expect("it is in the graph");
        (numbers(result.inner()), numbers(gradient.flatten(0, 1)))
    }

    fn targets(labels: &[usize]) -> Targets {
        Targets::plain(labels.to_vec())
    }

    #[test]
    fn loss_hits_and_gradient_are_those_worked_out_by_hand() {
        // Equal logits: ln 3, and a third each. Logits of ln 1, ln 2, ln 5: probabilities 1, 2 and 5
        // eighths.
        let logits = [0.0, 0.0, 0.0, 0.0, 2f32.ln(), 5f32.ln()];
        let (result, gradient) = of_three(&logits, targets(&[1, 0]));
        let loss = (3f32.ln() + 8f32.ln()) / 2.0;
        assert!((result[0] - loss).abs() < 1e-6, "{result:?} {loss}");
        // Of equal logits every one is the largest.
        assert_eq!(result[1], 1.0);
        let expected = [1.0 / 6.0, -1.0 / 3.0, 1.0 / 6.0, -7.0 / 16.0, 1.0 / 8.0, 5.0 / 16.0];
        for (found, expected) in gradient.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{gradient:?}");
        }
    }

    #[test]
    fn smoothed_and_weighted_gradients_are_those_worked_out_by_hand_and_the_loss_stays_plain() {
        let logits = [0.0, 0.0, 0.0, 0.0, 2f32.ln(), 5f32.ln()];
        let (plain, _) = of_three(&logits, targets(&[1, 0]));
        let softened = Targets { smoothing: 0.3, weights: vec![0.5, 2.0], ..targets(&[1, 0]) };
        let (result, gradient) = of_three(&logits, softened);
        assert_eq!(result, plain);
        // Targets of 0.8 at the label and 0.1 elsewhere; half the mean of two, and twice it.
        let third = 1.0 / 3.0;
        let first = [third - 0.1, third - 0.8, third - 0.1].map(|value| value * 0.25);
        let second = [0.125 - 0.8, 0.25 - 0.1, 0.625 - 0.1];
        for (found, expected) in gradient.iter().zip([first, second].concat()) {
            assert!((found - expected).abs() < 1e-6, "{gradient:?}");
        }
    }

    #[test]
    fn logits_of_any_size_have_a_loss() {
        let (result, gradient) = of_three(&[1e4, -1e4, 0.0, 88.0, 90.0, -90.0], targets(&[1, 1]));
        assert!((result[0] - (2e4 + (1.0 + (-2f32).exp()).ln()) / 2.0).abs() < 1e-2, "{result:?}");
        assert!(gradient.iter().all(|value| value.is_finite()), "{gradient:?}");
    }

    #[test]
    fn what_is_no_number_leaves_a_loss_that_is_none() {
        let (result, _) = of_three(&[0.0, f32::NAN, 0.0], targets(&[0]));
        assert!(result[0].is_nan());
    }

    #[test]
    fn only_the_hits_of_the_first_count() {
        let logits = [9.0, 0.0, 0.0, 9.0, 0.0, 0.0, 9.0, 0.0, 0.0];
        for counted in 0..=3 {
            let targets = Targets { counted, ..targets(&[0, 0, 0]) };
            assert_eq!(of_three(&logits, targets).0[1], counted as f32);
        }
    }

    proptest! {
        #[test]
        fn parts_of_a_batch_add_up_to_its_loss_and_have_its_gradients(
            logits in proptest::collection::vec(-9f32..9.0, 12),
            labels in proptest::collection::vec(0usize..3, 4),
            cut in 1usize..4,
        ) {
            let (whole, gradient) = of_three(&logits, targets(&labels));
            let part = |range: std::ops::Range<usize>| {
                let targets = Targets { whole: 4, ..targets(&labels[range.clone()]) };
                of_three(&logits[3 * range.start..3 * range.end], targets)
            };
            let ((first, left), (second, right)) = (part(0..cut), part(cut..4));
            for place in 0..2 {
                prop_assert!((first[place] + second[place] - whole[place]).abs() < 1e-5);
            }
            prop_assert_eq!([left, right].concat(), gradient);
        }

        #[test]
        fn the_gradient_is_that_of_finite_differences(
            logits in proptest::collection::vec(-4f32..4.0, 6),
            labels in proptest::collection::vec(0usize..3, 2),
            weights in proptest::collection::vec(0.1f32..4.0, 2),
            smoothing in prop_oneof![Just(0f32), 0f32..0.9],
        ) {
            let weighted = Targets { smoothing, weights: weights.clone(), ..targets(&labels) };
            let (_, gradient) = of_three(&logits, weighted);
            let loss = |logits: &[f64]| -> f64 {
                let rows = logits.chunks_exact(3).zip(&labels).zip(&weights);
                rows.map(|((row, &label), &weight)| {
                    let all = row.iter().map(|logit| logit.exp()).sum::<f64>().ln();
                    let spread = f64::from(smoothing) / 3.0;
                    let cross_entropy: f64 = row.iter().enumerate().map(|(class, logit)| {
                        let at_label = if class == label { 1.0 - f64::from(smoothing) } else { 0.0 };
                        (at_label + spread) * (all - logit)
                    }).sum();
                    f64::from(weight) * cross_entropy
                }).sum::<f64>() / 2.0
            };
            let wide: Vec<f64> = logits.iter().map(|&logit| f64::from(logit)).collect();
            for (place, found) in gradient.iter().enumerate() {
                let moved = |by: f64| {
                    let mut moved = wide.clone();
                    moved[place] += by;
                    loss(&moved)
                };
                let expected = (moved(1e-4) - moved(-1e-4)) / 2e-4;
                prop_assert!((f64::from(*found) - expected).abs() < 1e-5, "{found} {expected}");
            }
        }
    }
}
