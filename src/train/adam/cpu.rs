//! The step on Burn's CPU backend, four numbers at once.

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;
use burn::tensor::TensorData;
use wide::f32x4;

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
            // The module still holds the parameter, so it is written anew and not copied first.
            let parameter = parameter.to_contiguous();
            let rule = Rule::new(step, clip, rate);
            let values = rule.update(
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

/// Four sums side by side, so that a vector holds them; in the same order every time.
fn sum_of_squares(tensors: &[FlexTensor]) -> f32 {
    let mut sums = f32x4::ZERO;
    let mut rest = 0.0f32;
    for tensor in tensors {
        let (whole, remainder) = tensor.storage::<f32>().as_chunks();
        for &four in whole {
            let four = f32x4::new(four);
            sums += four * four;
        }
        rest += remainder.iter().map(|value| value * value).sum::<f32>();
    }
    sums.to_array().iter().sum::<f32>() + rest
}

/// A step with what is the same for all numbers of a tensor.
#[derive(Clone, Copy)]
struct Rule {
    step: Step,
    clip: f32,
    /// What stays of a parameter in front of its weight decay.
    kept: f32,
    /// The learning rate over the first mean's correction.
    pace: f32,
    /// One over the root of the second mean's correction.
    root_correction: f32,
}

impl Rule {
    fn new(step: Step, clip: f32, rate: f32) -> Self {
        Self {
            step,
            clip,
            kept: 1.0 - rate * step.settings.weight_decay,
            pace: rate / step.first_correction,
            root_correction: step.second_correction.sqrt().recip(),
        }
    }

    /// Renews both means and returns the new parameters.
    fn update(
        self,
        parameters: &[f32],
        gradients: &[f32],
        first: &mut [f32],
        second: &mut [f32],
    ) -> Vec<f32> {
        let (parameters, last_parameters) = parameters.as_chunks();
        let (gradients, last_gradients) = gradients.as_chunks();
        let (first, last_first) = first.as_chunks_mut();
        let (second, last_second) = second.as_chunks_mut();
        // Room for a chunk more than are whole.
        let mut stepped: Vec<[f32; 4]> = Vec::with_capacity(parameters.len() + 1);
        let means = first.iter_mut().zip(second);
        let whole = parameters.iter().zip(gradients).zip(means);
        stepped.extend(whole.map(|((parameter, gradient), (first, second))| {
            self.four(*parameter, *gradient, first, second)
        }));
        let mut stepped = stepped.into_flattened();
        // Whatever is left over goes the same way, beside zeros.
        let padded = |values: &[f32]| {
            let mut four = [0.0; 4];
            four[..values.len()].copy_from_slice(values);
            four
        };
        let (mut first, mut second) = (padded(last_first), padded(last_second));
        let (parameter, gradient) = (padded(last_parameters), padded(last_gradients));
        let last = self.four(parameter, gradient, &mut first, &mut second);
        stepped.extend_from_slice(&last[..last_parameters.len()]);
        last_first.copy_from_slice(&first[..last_first.len()]);
        last_second.copy_from_slice(&second[..last_second.len()]);
        stepped
    }

    #[inline(always)]
    fn four(
        self,
        parameter: [f32; 4],
        gradient: [f32; 4],
        first: &mut [f32; 4],
        second: &mut [f32; 4],
    ) -> [f32; 4] {
        let settings = self.step.settings;
        let mean = |decay: f32, mean: [f32; 4], new: f32x4| {
            f32x4::splat(decay) * f32x4::new(mean) + f32x4::splat(1.0 - decay) * new
        };
        let gradient = f32x4::new(gradient) * f32x4::splat(self.clip);
        let new_first = mean(settings.first_decay, *first, gradient);
        let new_second = mean(settings.second_decay, *second, gradient * gradient);
        *first = new_first.to_array();
        *second = new_second.to_array();
        let root =
            new_second.sqrt() * f32x4::splat(self.root_correction) + f32x4::splat(settings.epsilon);
        let kept = f32x4::new(parameter) * f32x4::splat(self.kept);
        (kept - f32x4::splat(self.pace) * new_first / root).to_array()
    }
}
