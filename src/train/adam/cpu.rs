//! The step on Burn's CPU backend.

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;

use super::{AdamKernels, Step, StepTensors, Stepped};

impl AdamKernels for Flex {
    fn adam_step(tensors: StepTensors<FlexTensor>, step: Step) -> Stepped<FlexTensor> {
        let gradients: Vec<FlexTensor> =
            tensors.gradients.iter().map(FlexTensor::to_contiguous).collect();
        let clip = step.clip_factor(sum_of_squares(&gradients));
        let means = tensors.first_means.into_iter().zip(tensors.second_means);
        let each = tensors.parameters.into_iter().zip(gradients).zip(means).zip(tensors.rates);
        let mut stepped =
            Stepped { parameters: Vec::new(), first_means: Vec::new(), second_means: Vec::new() };
        for (((parameter, gradient), (mut first, mut second)), rate) in each {
            let mut parameter = parameter.to_contiguous();
            update(
                parameter.storage_mut(),
                gradient.storage(),
                first.storage_mut(),
                second.storage_mut(),
                Scaled { step, clip, rate },
            );
            stepped.parameters.push(parameter);
            stepped.first_means.push(first);
            stepped.second_means.push(second);
        }
        stepped
    }
}

/// Four sums side by side, so that a vector holds them; in the same order every time.
fn sum_of_squares(tensors: &[FlexTensor]) -> f32 {
    let mut lanes = [0.0f32; 4];
    let mut rest = 0.0f32;
    for tensor in tensors {
        let (whole, remainder) = tensor.storage::<f32>().as_chunks::<4>();
        for four in whole {
            for (lane, value) in lanes.iter_mut().zip(four) {
                *lane += value * value;
            }
        }
        rest += remainder.iter().map(|value| value * value).sum::<f32>();
    }
    lanes.iter().sum::<f32>() + rest
}

/// A step with what is the same for all numbers of a tensor.
#[derive(Clone, Copy)]
struct Scaled {
    step: Step,
    clip: f32,
    rate: f32,
}

fn update(
    parameters: &mut [f32],
    gradients: &[f32],
    first: &mut [f32],
    second: &mut [f32],
    Scaled { step, clip, rate }: Scaled,
) {
    let settings = step.settings;
    let kept = 1.0 - rate * settings.weight_decay;
    let pace = rate / step.first_correction;
    let root_correction = step.second_correction.sqrt().recip();
    let means = first.iter_mut().zip(second);
    for ((parameter, gradient), (first, second)) in parameters.iter_mut().zip(gradients).zip(means)
    {
        let gradient = gradient * clip;
        *first = settings.first_decay * *first + (1.0 - settings.first_decay) * gradient;
        *second =
            settings.second_decay * *second + (1.0 - settings.second_decay) * gradient * gradient;
        let root = second.sqrt() * root_correction + settings.epsilon;
        *parameter = *parameter * kept - pace * *first / root;
    }
}
