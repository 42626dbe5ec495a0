//! The step on Burn's CPU backend.

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;
use burn::tensor::TensorData;
use kernels::{Update, sum_of_squares};

use super::{AdamKernels, Step, StepTensors, Stepped};

impl AdamKernels for Flex {
    fn adam_step(tensors: StepTensors<FlexTensor>, step: Step) -> Stepped<FlexTensor> {
        let gradients: Vec<FlexTensor> =
            tensors.gradients.iter().map(FlexTensor::to_contiguous).collect();
        let numbers: Vec<&[f32]> = gradients.iter().map(FlexTensor::storage).collect();
        let clip = step.clip_factor(sum_of_squares(&numbers));
        let means = tensors.first_means.into_iter().zip(tensors.second_means);
        let each = tensors.parameters.into_iter().zip(gradients).zip(means).zip(tensors.rates);
        let mut stepped =
            Stepped { parameters: Vec::new(), first_means: Vec::new(), second_means: Vec::new() };
        for (((parameter, gradient), (mut first, mut second)), rate) in each {
            // The module still holds the parameter, so it is written anew and not copied first.
            let parameter = parameter.to_contiguous();
            let values = update(step, clip, rate).apply(
                parameter.storage(),
                gradient.storage(),
                first.storage_mut(),
                second.storage_mut(),
            );
            let length = values.len();
            stepped.parameters.push(FlexTensor::from_data(TensorData::new(values, [length])));
            stepped.first_means.push(first);
            stepped.second_means.push(second);
        }
        stepped
    }
}

/// What a step does to a tensor with this learning rate.
fn update(step: Step, clip: f32, rate: f32) -> Update {
    let settings = step.settings;
    Update {
        clip,
        first_decay: settings.first_decay,
        second_decay: settings.second_decay,
        epsilon: settings.epsilon,
        kept: 1.0 - rate * settings.weight_decay,
        pace: rate / step.first_correction,
        root_correction: step.second_correction.sqrt().recip(),
    }
}
