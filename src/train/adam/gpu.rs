//! The step on a graphics card, written with Burn's own tensors.

use burn::backend::Cube;
use burn::backend::tensor::FloatTensor;
use burn::tensor::Tensor;

use super::{AdamKernels, Step, StepTensors, Stepped};

impl AdamKernels for Cube {
    fn adam_step(
        tensors: StepTensors<FloatTensor<Self>>,
        step: Step,
    ) -> Stepped<FloatTensor<Self>> {
        let settings = step.settings;
        let flat = |list: Vec<FloatTensor<Self>>| -> Vec<Tensor<1>> {
            list.into_iter().map(Tensor::from_primitive::<Cube>).collect()
        };
        let gradients = flat(tensors.gradients);
        let squares = gradients.iter().map(|gradient| gradient.clone().square().sum());
        let mut stepped =
            Stepped { parameters: Vec::new(), first_means: Vec::new(), second_means: Vec::new() };
        let Some(sum) = squares.reduce(|sum, square| sum + square) else { return stepped };
        let clip = (sum.sqrt() + 1e-6).recip().mul_scalar(settings.clip_norm).clamp_max(1.0);
        let means = flat(tensors.first_means).into_iter().zip(flat(tensors.second_means));
        let each =
            flat(tensors.parameters).into_iter().zip(gradients).zip(means).zip(tensors.rates);
        for (((parameter, gradient), (first, second)), rate) in each {
            let gradient = gradient * clip.clone();
            let first =
                first * settings.first_decay + gradient.clone() * (1.0 - settings.first_decay);
            let second =
                second * settings.second_decay + gradient.square() * (1.0 - settings.second_decay);
            let root = (second.clone() / step.second_correction).sqrt() + settings.epsilon;
            let parameter = parameter * (1.0 - rate * settings.weight_decay)
                - first.clone() * (rate / step.first_correction) / root;
            stepped.parameters.push(primitive(parameter));
            stepped.first_means.push(primitive(first));
            stepped.second_means.push(primitive(second));
        }
        stepped
    }
}

fn primitive(tensor: Tensor<1>) -> FloatTensor<Cube> {
    // Everything here began as a tensor of this backend.
    tensor.try_into_primitive::<Cube>().expect("a tensor of the graphics card")
}
