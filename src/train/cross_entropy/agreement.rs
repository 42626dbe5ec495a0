//! Whether the graphics card's means and losses are the CPU's, forward and backward, on random
//! activations.

use burn::tensor::{Device, Tensor, TensorData};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{Targets, cross_entropy};
use crate::model::launch::poison;
use crate::model::{Agreement, ReadError, pool, read};

/// Compares `cases` random batches on `graphics` with the CPU.
///
/// # Errors
/// When the device does not answer.
pub async fn losses(
    seed: u64,
    cases: usize,
    graphics: &Device,
) -> Result<Vec<Agreement>, ReadError> {
    let mut agreements = Vec::new();
    let mut seeds = StdRng::seed_from_u64(seed);
    for _ in 0..cases {
        let seed = seeds.random();
        let expected = results(seed, &Device::flex());
        poison::set(true);
        let found = results(seed, graphics);
        poison::set(false);
        for ((what, expected), (_, found)) in expected.into_iter().zip(found) {
            agreements.push(Agreement::of(what, &read(expected).await?, &read(found).await?));
        }
    }
    Ok(agreements)
}

/// The logits as means of activations, their loss and hits, and the gradient of the activations.
fn results(seed: u64, device: &Device) -> Vec<(String, Tensor<1>)> {
    let mut generator = StdRng::seed_from_u64(seed);
    let mut below = |limit: usize| generator.random_range(1..limit);
    // More pictures than a workgroup has invocations, now and then.
    // Two classes at least: of one the gradient is zero, and only its rounding would be compared.
    let shape = [below(99), below(5), below(5), 1 + below(12)];
    let [pictures, _, _, classes] = shape;
    let labels: Vec<usize> = (0..pictures).map(|_| below(classes + 1) - 1).collect();
    let (counted, whole) = (below(pictures + 1), pictures + below(9));
    // Plain targets half of the time: those are what most runs have.
    let is_plain = generator.random_bool(0.5);
    let smoothing = if is_plain { 0.0 } else { generator.random_range(0.0..0.9) };
    let weight = |_| if is_plain { 1.0 } else { generator.random_range(0.2..5.0) };
    let weights = (0..pictures).map(weight).collect();
    let targets = Targets { labels, weights, smoothing, counted, whole };
    // Small enough that no probability is almost one, whose gradient would be mere rounding.
    let values = (0..shape.iter().product()).map(|_| generator.random_range(-2.0..2.0)).collect();
    let data = TensorData::new::<f32, _>(values, shape);
    let activations = Tensor::<4>::from_data(data, device).autodiff().require_grad();
    let logits = pool(activations.clone());
    let result = cross_entropy(logits.clone(), targets);
    let gradients = result.backward();
    // The graph above reaches the activations.
    let gradient = activations.grad(&gradients).expect("the activations are in the graph");
    let of = |what: &str| format!("{what} of {shape:?}");
    vec![
        (of("the means"), logits.inner().flatten(0, 1)),
        (of("loss and hits"), result.inner()),
        (of("the gradient of means and loss"), gradient.flatten(0, 3)),
    ]
}

#[cfg(test)]
mod tests {
    use futures_lite::future::block_on;

    use super::*;
    use crate::model::graphics;

    #[test]
    fn means_and_losses_agree_with_the_cpus_where_there_is_a_graphics_adapter() {
        let Some(graphics) = graphics() else { return };
        for Agreement { what, difference } in
            block_on(losses(7, 40, &graphics)).expect("the adapter answers")
        {
            assert!(difference <= 1e-4, "{what}: {difference:e}");
        }
    }
}
