//! What the browser's side calls. Every function that times something returns the milliseconds of
//! each repeat, of which the first one warms up, or rows of them.

mod ceilings;
mod devices;
mod moving;
mod stages;
mod timer;

use headstart::model::{Agreement, layer_agreements};
use headstart::train::{loss_agreements, step_agreements};
use wasm_bindgen::prelude::*;

use self::timer::UntilRead;
use crate::kinds;
use crate::network::{self, Repeats, Shape};
use crate::row::Row;

/// How far one result on the graphics card is from that on the CPU.
#[wasm_bindgen(getter_with_clone)]
pub struct Difference {
    /// Which result, of what.
    pub what: String,
    /// ‖a − b‖ / ‖a‖
    pub difference: f64,
}

/// Pictures to logits that were read back, by a random network on `device`, "cpu" or "webgpu".
#[wasm_bindgen]
pub async fn inference(
    width: f64,
    batch: usize,
    side: usize,
    repeats: usize,
    device: String,
) -> Result<Vec<f64>, JsError> {
    let device = devices::named(&device).await?;
    let shape = Shape { width, batch, side };
    let milliseconds = network::inference(&shape, read_back_each(repeats), &device).await?;
    devices::nobody_complained()?;
    Ok(milliseconds)
}

/// Whole training steps as the page does them: forward, loss, backward, clip, AdamW over all that
/// learns, loss read back. Stages before `first_trained_stage` are frozen and their features at
/// hand.
#[wasm_bindgen]
pub async fn training_step(
    width: f64,
    batch: usize,
    side: usize,
    first_trained_stage: usize,
    repeats: usize,
    device: String,
) -> Result<Vec<f64>, JsError> {
    let device = devices::named(&device).await?;
    let shape = Shape { width, batch, side };
    let repeats = read_back_each(repeats);
    let milliseconds =
        network::training_step(&shape, first_trained_stage, repeats, &device).await?;
    devices::nobody_complained()?;
    Ok(milliseconds)
}

fn read_back_each(times: usize) -> Repeats {
    Repeats { times, in_a_row: 1 }
}

/// Floating point operations of all that [`training_step`] measures: the layers that learn, the
/// head, the loss and the optimizer.
#[wasm_bindgen]
pub fn training_operations(
    width: f64,
    batch: usize,
    side: usize,
    first_trained_stage: usize,
) -> f64 {
    let work = Shape { width, batch, side }.training_work(first_trained_stage);
    work.floating_point_operations as f64
}

/// The parts of a pass forward and of a training step, by the size of the activations.
#[wasm_bindgen]
pub async fn layers(
    width: f64,
    batch: usize,
    side: usize,
    repeats: usize,
    device: String,
) -> Result<Vec<Row>, JsError> {
    let device = devices::named(&device).await?;
    let shape = Shape { width, batch, side };
    let rows = stages::rows(&shape, repeats, &device).await?;
    devices::nobody_complained()?;
    Ok(rows)
}

/// Every layer by itself, forward and with its gradients, by its kind; pooling and head, loss and
/// optimizer beside them.
#[wasm_bindgen]
pub async fn layers_by_kind(
    width: f64,
    batch: usize,
    side: usize,
    repeats: usize,
    device: String,
) -> Result<Vec<Row>, JsError> {
    let device = devices::named(&device).await?;
    let shape = Shape { width, batch, side };
    let rows = kinds::rows(&shape, &device, &UntilRead { repeats }).await?;
    devices::nobody_complained()?;
    Ok(rows)
}

/// The arrays of a pass and of a step, made, read and written with next to no arithmetic.
#[wasm_bindgen]
pub fn arrays_alone(width: f64, batch: usize, side: usize, repeats: usize) -> Vec<Row> {
    moving::rows(&Shape { width, batch, side }, repeats)
}

/// A product of `[m, k]` and `[k, n]` in the order that registers and caches like best, operands
/// laid out for it beforehand: what wasm SIMD reaches when nothing else is in the way. A tile of the
/// result has `rows` rows, 4 or 6.
///
/// # Errors
/// For another number of rows.
#[wasm_bindgen]
pub fn packed_matrix_product(
    m: usize,
    k: usize,
    n: usize,
    rows: usize,
    repeats: usize,
) -> Result<Vec<f64>, JsError> {
    ceilings::packed_product(rows, m, k, n, repeats)
        .ok_or_else(|| JsError::new("a tile has 4 or 6 rows"))
}

/// One block of memory to another.
#[wasm_bindgen]
pub fn copy(bytes: usize, repeats: usize) -> Vec<f64> {
    ceilings::copy(bytes, repeats)
}

/// Compares every operation on the graphics card with the CPU: so many random layers, forward and
/// with all gradients, and steps of the optimizer.
#[wasm_bindgen]
pub async fn differences(seed: u32, layers: usize) -> Result<Vec<Difference>, JsError> {
    let graphics = devices::named("webgpu").await?;
    let mut agreements = layer_agreements(u64::from(seed), layers, &graphics).await?;
    agreements.extend(step_agreements(u64::from(seed), &graphics).await?);
    agreements.extend(loss_agreements(u64::from(seed), layers, &graphics).await?);
    devices::nobody_complained()?;
    let difference = |Agreement { what, difference }| Difference { what, difference };
    Ok(agreements.into_iter().map(difference).collect())
}
