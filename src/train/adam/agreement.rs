//! Whether the graphics card's optimizer steps as the CPU's does, on random tensors.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Cube, DispatchKindConversion, DispatchTensor, Flex};
use burn::tensor::{BackendPrimitive, Device, Float, Tensor, TensorData};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{AdamKernels, AdamSettings, Step, StepTensors, adam_step_on};
use crate::model::launch::poison;
use crate::model::{Agreement, ReadError, read};

/// Steps that are compared: the first gathers what the later ones find in place.
const STEPS: i32 = 3;
/// More tensors than one launch takes.
const TENSORS: usize = 23;

/// Compares a few steps over random tensors on `graphics` with the CPU.
///
/// # Errors
/// When the device does not answer.
pub async fn steps(seed: u64, graphics: &Device) -> Result<Vec<Agreement>, ReadError> {
    let expected = stepped::<Flex>(seed, &Device::flex());
    poison::set(true);
    let found = stepped::<Cube>(seed, graphics);
    poison::set(false);
    let mut agreements = Vec::new();
    for ((what, expected), (_, found)) in expected.into_iter().zip(found) {
        agreements.push(Agreement::of(what, &read(expected).await?, &read(found).await?));
    }
    Ok(agreements)
}

fn stepped<B: AdamKernels>(seed: u64, device: &Device) -> Vec<(String, Tensor<1>)>
where
    DispatchTensor: DispatchKindConversion<B>,
    Float: BackendPrimitive<B, Primitive = FloatTensor<B>>,
{
    let mut generator = StdRng::seed_from_u64(seed);
    let lengths: Vec<usize> =
        (0..TENSORS).map(|tensor| generator.random_range(1..[9, 200, 9_000][tensor % 3])).collect();
    let rates: Vec<f32> = lengths.iter().map(|_| generator.random_range(1e-3..1e-1)).collect();
    let mut noise = |bound: f32| -> Vec<Tensor<1>> {
        let tensor = |&length: &usize| {
            let values: Vec<f32> =
                (0..length).map(|_| generator.random_range(-bound..bound)).collect();
            Tensor::from_data(TensorData::new(values, [length]), device)
        };
        lengths.iter().map(tensor).collect()
    };
    let mut parameters = noise(1.0);
    let zeros = || parameters.iter().map(Tensor::zeros_like).collect();
    let (mut first_means, mut second_means): (Vec<Tensor<1>>, Vec<Tensor<1>>) = (zeros(), zeros());
    let mut found = Vec::new();
    for number in 1..=STEPS {
        // The first gradients are scaled down to the clip norm, the last ones are not.
        let gradients = noise(if number < STEPS { 1.0 } else { 1e-3 });
        let rates = rates.clone();
        let tensors = StepTensors { parameters, gradients, first_means, second_means, rates };
        let step = Step::new(AdamSettings::new(1e-1, 1.0), number);
        let stepped = adam_step_on::<B>(tensors, step);
        for (what, list) in [
            ("parameter", &stepped.parameters),
            ("first mean", &stepped.first_means),
            ("second mean", &stepped.second_means),
        ] {
            found.extend(list.iter().enumerate().map(|(tensor, values)| {
                let name = format!("{what} {tensor} of {} after step {number}", lengths[tensor]);
                // The optimizer may write its means in place, so what is compared is a copy.
                (name, values.clone().mul_scalar(1.0))
            }));
        }
        (parameters, first_means, second_means) =
            (stepped.parameters, stepped.first_means, stepped.second_means);
    }
    found
}

#[cfg(test)]
mod tests {
    use futures_lite::future::block_on;

    use super::*;
    use crate::model::graphics;

    #[test]
    fn steps_agree_with_the_cpus_where_there_is_a_graphics_adapter() {
        let Some(graphics) = graphics() else { return };
        for Agreement { what, difference } in block_on(steps(7, &graphics)).expect("an answer") {
            assert!(difference <= 1e-4, "{what}: {difference:e}");
        }
    }
}
