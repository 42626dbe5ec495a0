//! What `cargo xtask bench` measures inside the browser: the engine's own times, and what this
//! browser's arithmetic and memory could give at most. Never part of the site.
//!
//! Every function returns the milliseconds of each repeat. The first one warms up.

mod ceilings;
mod clock;
mod devices;
mod network;
mod stages;

use headstart::model::{Agreement, layer_agreements};
use headstart::train::{loss_agreements, step_agreements};
use wasm_bindgen::prelude::*;

/// What a part of the network takes, and what it has to do in that time.
#[wasm_bindgen(getter_with_clone)]
pub struct Row {
    /// What was measured.
    pub kind: String,
    /// The median of the repeats.
    pub milliseconds: f64,
    /// Floating point operations; a multiply-add is two.
    pub operations: f64,
    /// Bytes that have to be read and written at least.
    pub bytes: f64,
}

/// How far one result on the graphics card is from that on the CPU.
#[wasm_bindgen(getter_with_clone)]
pub struct Difference {
    /// Which result, of what.
    pub what: String,
    /// ‖a − b‖ / ‖a‖
    pub difference: f64,
}

fn main() {
    headstart::web::constructors::construct();
    console_error_panic_hook::set_once();
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
    let shape = network::Shape { width, batch, side };
    let milliseconds = network::inference(&shape, repeats, &device).await?;
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
    let shape = network::Shape { width, batch, side };
    let milliseconds =
        network::training_step(&shape, first_trained_stage, repeats, &device).await?;
    devices::nobody_complained()?;
    Ok(milliseconds)
}

/// Floating point operations of what [`training_step`] measures.
#[wasm_bindgen]
pub fn training_operations(
    width: f64,
    batch: usize,
    side: usize,
    first_trained_stage: usize,
) -> f64 {
    let architecture = network::Shape { width, batch, side }.architecture();
    architecture.training(batch, network::CLASSES, first_trained_stage).floating_point_operations
        as f64
}

/// The parts of a pass forward and of a training step, one by one.
#[wasm_bindgen]
pub async fn layers(
    width: f64,
    batch: usize,
    side: usize,
    repeats: usize,
    device: String,
) -> Result<Vec<Row>, JsError> {
    let device = devices::named(&device).await?;
    let rows = stages::rows(&network::Shape { width, batch, side }, repeats, device).await?;
    devices::nobody_complained()?;
    Ok(rows)
}

/// A product of `[m, k]` and `[k, n]` by the engine on the CPU.
#[wasm_bindgen]
pub fn matrix_product(m: usize, k: usize, n: usize, repeats: usize) -> Vec<f64> {
    ceilings::product_of_the_engine(m, k, n, repeats)
}

/// The same product in the order that registers and caches like best, operands laid out for it
/// beforehand: what wasm SIMD reaches when nothing else is in the way.
#[wasm_bindgen]
pub fn packed_matrix_product(m: usize, k: usize, n: usize, repeats: usize) -> Vec<f64> {
    ceilings::packed_product(m, k, n, repeats)
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
