//! The loss on Burn's CPU backend.

use burn::backend::flex::FlexTensor;
use burn::backend::{Flex, TensorMetadata};
use burn::tensor::TensorData;

use super::{CrossEntropyKernels, CrossEntropyOperation, Targets};

impl CrossEntropyOperation for Flex {
    fn cross_entropy(logits: FlexTensor, targets: Targets) -> FlexTensor {
        Self::loss_and_gradient(logits, targets).0
    }
}

impl CrossEntropyKernels for Flex {
    fn loss_and_gradient(logits: FlexTensor, targets: Targets) -> (FlexTensor, FlexTensor) {
        let [pictures, classes] = logits.shape().dims();
        let mut gradient = numbers(logits);
        let (mut loss, mut hits) = (0.0f64, 0.0f32);
        let spread = targets.smoothing / classes as f32;
        let wanted = targets.labels.iter().zip(&targets.weights);
        let rows = gradient.chunks_exact_mut(classes.max(1)).zip(wanted);
        for (picture, (row, (&label, &weight))) in rows.enumerate() {
            let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            if picture < targets.counted && row[label] >= largest {
                hits += 1.0;
            }
            // Less the largest, so that no exponential is infinite.
            let at_label = row[label] - largest;
            row.iter_mut().for_each(|logit| *logit = (*logit - largest).exp());
            let sum: f32 = row.iter().sum();
            loss += f64::from(sum.ln() - at_label);
            let share = weight / targets.whole as f32;
            let divisor = sum * targets.whole as f32 / weight;
            row.iter_mut().for_each(|value| *value = *value / divisor - spread * share);
            row[label] -= (1.0 - targets.smoothing) * share;
        }
        let result = vec![(loss / targets.whole as f64) as f32, hits];
        (tensor(result, [2]), tensor(gradient, [pictures, classes]))
    }

    fn scaled(gradient: FlexTensor, of_result: FlexTensor) -> FlexTensor {
        let shape = gradient.shape().dims::<2>();
        let of_result = contiguous(of_result);
        let factor = numbers_of(&of_result)[0];
        tensor(numbers(gradient).into_iter().map(|value| value * factor).collect(), shape)
    }
}

fn contiguous(tensor: FlexTensor) -> FlexTensor {
    if tensor.as_slice::<f32>().is_some() { tensor } else { tensor.to_contiguous() }
}

fn numbers_of(tensor: &FlexTensor) -> &[f32] {
    // The network computes in single precision; anything else is a mistake of the program.
    tensor.as_slice().expect("a contiguous tensor in single precision")
}

fn numbers(tensor: FlexTensor) -> Vec<f32> {
    numbers_of(&contiguous(tensor)).to_vec()
}

fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape))
}
