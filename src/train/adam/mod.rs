//! AdamW with clipping by the global norm, for all tensors of a module in one operation.
//!
//! Loshchilov and Hutter, "Decoupled Weight Decay Regularization", arXiv 1711.05101, algorithm 2;
//! Pascanu et al., arXiv 1211.5063, algorithm 1. One pass over the numbers of a tensor, after
//! one over the gradients for their norm, does what takes some fifteen when written with tensors.

#[cfg(feature = "bench")]
pub(super) mod agreement;
mod cpu;
#[cfg(feature = "worker")]
mod gpu;

use std::collections::HashMap;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, DispatchKindConversion, DispatchTensor};
use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::optim::GradientsParams;
use burn::tensor::{BackendPrimitive, Float, Tensor};

use crate::model::floats::{flat, reshaped};

/// What governs a step, beside the learning rates.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct AdamSettings {
    /// How much of the mean gradient stays from step to step.
    pub first_decay: f32,
    /// How much of the mean squared gradient stays from step to step.
    pub second_decay: f32,
    /// Kept away from zero where the root of the mean square divides.
    pub epsilon: f32,
    /// Share of a parameter that a learning rate of 1 would take away each step.
    pub weight_decay: f32,
    /// Gradients are scaled so that their global norm is at most this.
    pub clip_norm: f32,
}

impl AdamSettings {
    /// The published decays, and PyTorch's epsilon; Burn's 1e-5 would damp the small gradients of
    /// deep layers.
    pub fn new(weight_decay: f64, clip_norm: f64) -> Self {
        Self {
            first_decay: 0.9,
            second_decay: 0.999,
            epsilon: 1e-8,
            weight_decay: weight_decay as f32,
            clip_norm: clip_norm as f32,
        }
    }
}

/// A step's settings with the two means' corrections for having begun at zero.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Step {
    pub settings: AdamSettings,
    /// 1 − β₁ᵗ
    pub first_correction: f32,
    /// 1 − β₂ᵗ
    pub second_correction: f32,
}

impl Step {
    /// The step with this number, counted from 1.
    fn new(settings: AdamSettings, number: i32) -> Self {
        Self {
            settings,
            first_correction: 1.0 - settings.first_decay.powi(number),
            second_correction: 1.0 - settings.second_decay.powi(number),
        }
    }

    /// What gradients are scaled with, from the square of their global norm. No number where the
    /// norm is none: then the parameters become none too, and the next look at the loss ends the run.
    fn clip_factor(self, sum_of_squares: f32) -> f32 {
        if !sum_of_squares.is_finite() {
            return f32::NAN;
        }
        (self.settings.clip_norm / (sum_of_squares.sqrt() + 1e-6)).min(1.0)
    }
}

/// A step on a backend. All tensors are flat; those at the same place of each list belong together.
pub(crate) trait AdamKernels: Backend {
    /// New parameters, new first and new second means.
    fn adam_step(tensors: StepTensors<FloatTensor<Self>>, step: Step)
    -> Stepped<FloatTensor<Self>>;
}

/// What a step starts from.
pub(crate) struct StepTensors<T> {
    pub parameters: Vec<T>,
    pub gradients: Vec<T>,
    pub first_means: Vec<T>,
    pub second_means: Vec<T>,
    /// A learning rate a parameter.
    pub rates: Vec<f32>,
}

/// What a step comes to.
pub(crate) struct Stepped<T> {
    pub parameters: Vec<T>,
    pub first_means: Vec<T>,
    pub second_means: Vec<T>,
}

/// Makes a step on the backend that the tensors are on.
fn adam_step(tensors: StepTensors<Tensor<1>>, step: Step) -> Stepped<Tensor<1>> {
    #[cfg(feature = "worker")]
    if tensors
        .gradients
        .first()
        .is_some_and(|first| first.clone().try_into_primitive::<burn::backend::Cube>().is_ok())
    {
        return adam_step_on::<burn::backend::Cube>(tensors, step);
    }
    adam_step_on::<burn::backend::Flex>(tensors, step)
}

fn adam_step_on<B: AdamKernels>(tensors: StepTensors<Tensor<1>>, step: Step) -> Stepped<Tensor<1>>
where
    DispatchTensor: DispatchKindConversion<B>,
    Float: BackendPrimitive<B, Primitive = FloatTensor<B>>,
{
    let primitives = |list: Vec<Tensor<1>>| -> Vec<FloatTensor<B>> {
        // There are two backends, and the caller has ruled out the other one.
        let primitive = |tensor: Tensor<1>| {
            tensor.try_into_primitive::<B>().expect("all tensors of a module are on one device")
        };
        list.into_iter().map(primitive).collect()
    };
    let tensors = StepTensors {
        parameters: primitives(tensors.parameters),
        gradients: primitives(tensors.gradients),
        first_means: primitives(tensors.first_means),
        second_means: primitives(tensors.second_means),
        rates: tensors.rates,
    };
    let stepped = B::adam_step(tensors, step);
    let tensors = |list: Vec<FloatTensor<B>>| -> Vec<Tensor<1>> {
        list.into_iter().map(Tensor::from_primitive::<B>).collect()
    };
    Stepped {
        parameters: tensors(stepped.parameters),
        first_means: tensors(stepped.first_means),
        second_means: tensors(stepped.second_means),
    }
}

/// The state of AdamW for one module.
pub struct Adam {
    settings: AdamSettings,
    steps: i32,
    means: HashMap<ParamId, Means>,
}

/// What is remembered of a parameter's gradients, flat.
struct Means {
    first: Tensor<1>,
    second: Tensor<1>,
}

impl Adam {
    /// Before the first step.
    pub fn new(settings: AdamSettings) -> Self {
        Self { settings, steps: 0, means: HashMap::new() }
    }

    /// Makes a step with every parameter that has a gradient. `rate` gives each one's learning
    /// rate. Nothing is read back.
    pub fn step<M: Module>(
        &mut self,
        module: M,
        gradients: GradientsParams,
        rate: impl Fn(ParamId) -> f64,
    ) -> M {
        let mut gathered = Gathered {
            means: &mut self.means,
            gradients,
            rate,
            ids: Vec::new(),
            tensors: StepTensors {
                parameters: Vec::new(),
                gradients: Vec::new(),
                first_means: Vec::new(),
                second_means: Vec::new(),
                rates: Vec::new(),
            },
        };
        module.visit(&mut gathered);
        let Gathered { ids, tensors, .. } = gathered;
        if ids.is_empty() {
            return module;
        }
        self.steps += 1;
        let stepped = adam_step(tensors, Step::new(self.settings, self.steps));
        let means = stepped.first_means.into_iter().zip(stepped.second_means);
        let means = means.map(|(first, second)| Means { first, second });
        self.means.extend(ids.iter().copied().zip(means));
        module.map(&mut Renewal { parameters: ids.into_iter().zip(stepped.parameters).collect() })
    }
}

/// Gathers what a step needs, in the order of the module.
struct Gathered<'a, R> {
    means: &'a mut HashMap<ParamId, Means>,
    gradients: GradientsParams,
    rate: R,
    ids: Vec<ParamId>,
    tensors: StepTensors<Tensor<1>>,
}

impl<R: Fn(ParamId) -> f64> ModuleVisitor for Gathered<'_, R> {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        let Some(gradient) = self.gradients.remove::<D>(parameter.id) else { return };
        let gradient = flat(gradient);
        let means = self.means.remove(&parameter.id).unwrap_or_else(|| Means {
            first: gradient.zeros_like(),
            second: gradient.zeros_like(),
        });
        self.ids.push(parameter.id);
        self.tensors.parameters.push(flat(parameter.val().inner()));
        self.tensors.gradients.push(gradient);
        self.tensors.first_means.push(means.first);
        self.tensors.second_means.push(means.second);
        self.tensors.rates.push((self.rate)(parameter.id) as f32);
    }
}

/// Puts the new parameters in place of the old ones.
struct Renewal {
    parameters: HashMap<ParamId, Tensor<1>>,
}

impl ModuleMapper for Renewal {
    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, tensor, mapper) = parameter.consume();
        let tensor = match self.parameters.remove(&id) {
            Some(stepped) => {
                let stepped = reshaped(stepped, tensor.dims());
                Tensor::from_inner(stepped).require_grad()
            }
            None => tensor,
        };
        Param::from_mapped_value(id, tensor, mapper)
    }
}

#[cfg(test)]
mod tests {
    use burn::optim::AdamWConfig;
    use burn::tensor::Device;

    use super::*;
    use crate::model::{Head, NamedTensor};

    /// Six steps of a head of two classes and three features towards smaller logits.
    fn after_six_steps(mut step: impl FnMut(Head, GradientsParams) -> Head) -> Vec<f32> {
        let device = Device::flex();
        let mut head = Head::from_weight(vec![0.3, -0.2, 0.1, 0.4, 0.0, -0.6], 2, &device).train();
        let features = Tensor::<2>::from_floats([[1.0, -2.0, 0.5]], &device).autodiff();
        for _ in 0..6 {
            let gradients = head.forward(features.clone()).square().sum().backward();
            let gradients = GradientsParams::from_grads(gradients, &head);
            head = step(head, gradients);
        }
        let numbers = |tensor| match tensor {
            NamedTensor::One(tensor) => tensor.inner().into_data(),
            NamedTensor::Two(tensor) => tensor.inner().into_data(),
            NamedTensor::Four(tensor) => tensor.inner().into_data(),
        };
        head.named_tensors()
            .into_iter()
            .flat_map(|(_, tensor)| numbers(tensor).try_into_vec_as::<f32>().expect("floats"))
            .collect()
    }

    #[test]
    fn steps_are_those_of_burns_adamw() {
        let mut adam = Adam::new(AdamSettings::new(0.1, 1e9));
        let own = after_six_steps(|head, gradients| adam.step(head, gradients, |_| 0.01));
        let config = AdamWConfig::new().with_epsilon(1e-8).with_weight_decay(0.1);
        let mut theirs = config.init();
        let expected = after_six_steps(|head, gradients| theirs.step(0.01, head, gradients));
        for (found, expected) in own.iter().zip(&expected) {
            assert!((found - expected).abs() < 1e-6, "{own:?} {expected:?}");
        }
    }

    /// The mean gradients after one step with gradients of 3 and 4, whose norm is 5.
    fn first_means(clip_norm: f64) -> Vec<f32> {
        let device = Device::flex();
        let head = Head::from_weight(vec![0.0; 2], 1, &device).train();
        let features = Tensor::<2>::from_floats([[3.0, 4.0]], &device).autodiff();
        // The bias would add a third gradient; without it in the loss it has none but zero.
        let logits =
            head.forward(features) - head.forward(Tensor::zeros([1, 2], &device).autodiff());
        let gradients = GradientsParams::from_grads(logits.sum().backward(), &head);
        let mut adam = Adam::new(AdamSettings::new(0.0, clip_norm));
        adam.step(head, gradients, |_| 0.01);
        let mut means: Vec<f32> = adam
            .means
            .into_values()
            .flat_map(|means| means.first.into_data().try_into_vec_as::<f32>().expect("floats"))
            .filter(|mean| *mean != 0.0)
            .collect();
        means.sort_by(f32::total_cmp);
        assert_eq!(means.len(), 2, "the weights have gradients, the bias has none");
        means
    }

    #[test]
    fn large_gradients_are_scaled_to_the_clip_norm_and_keep_their_direction() {
        for (mean, expected) in first_means(1.0).iter().zip([0.1 * 3.0 / 5.0, 0.1 * 4.0 / 5.0]) {
            assert!((mean - expected).abs() < 1e-6, "{mean} {expected}");
        }
    }

    #[test]
    fn small_gradients_are_left_alone() {
        for (mean, expected) in first_means(5.5).iter().zip([0.3, 0.4]) {
            assert!((mean - expected).abs() < 1e-6, "{mean} {expected}");
        }
    }
}
