//! The parts of the network one by one: what each takes of a pass forward and of a training step,
//! beside the arithmetic and the traffic that it cannot do without.

use std::ops::Range;

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use headstart::model::{Architecture, STAGES, Segment, StageKind, Work, pool, read};
use headstart::train::{Adam, AdamSettings};
use wasm_bindgen::JsError;

use crate::Row;
use crate::clock::{median, now};
use crate::network::{CLASSES, Shape, training_step};

/// AdamW reads a parameter, its gradient and two moments, and writes all but the gradient.
const OPTIMIZER_NUMBERS: u64 = 7;
/// Of AdamW (Loshchilov and Hutter, arXiv 1711.05101, algorithm 2), for each parameter.
const OPTIMIZER_OPERATIONS: u64 = 14;
const NUMBER: u64 = 4;

/// Neighbouring stages that are measured together.
struct Part {
    name: String,
    stages: Range<usize>,
}

/// Times all parts on `device`. On a graphics card each time has the way there and back in it.
///
/// # Errors
/// When the network cannot be made, or the device does not answer.
pub async fn rows(shape: &Shape, repeats: usize, device: Device) -> Result<Vec<Row>, JsError> {
    let architecture = shape.architecture();
    let (backbone, head) = shape.network(&device)?;
    let mut rows = Vec::new();
    let mut input = shape.input(&device)?;
    for part in parts(&architecture) {
        let segment = backbone.cut_at(part.stages.start).1.cut_at(part.stages.end).0;
        rows.push(forward_row(shape, &part, &segment, &input, repeats).await?);
        rows.push(training_row(shape, &part, &segment, &input, repeats).await?);
        input = segment.forward(input);
    }
    let times = timed(repeats, || head.forward(pool(input.clone()))).await?;
    let layer = architecture.head_layer(CLASSES).forward(shape.batch);
    let pooled = Work { bytes: bytes_of(&input), ..Work::default() };
    rows.push(row("forward, pool and head", times, [layer, pooled].into_iter().sum()));
    // The head alone, by the trainer: loss, clip and AdamW are in it.
    let times = training_step(shape, STAGES, repeats, &device).await?;
    let step = architecture.training(shape.batch, CLASSES, STAGES);
    let parameters = architecture.head_parameters(CLASSES);
    let work = [step, optimizer_work(parameters)].into_iter().sum();
    rows.push(row("training, head with loss and AdamW", times, work));
    rows.push(optimizer_row(shape, &backbone, repeats, &device).await?);
    Ok(rows)
}

/// Milliseconds of each call of `work`, until one number of what it gave is read back: a device
/// works through what it is given in order.
async fn timed<const D: usize>(
    repeats: usize,
    mut work: impl FnMut() -> Tensor<D>,
) -> Result<Vec<f64>, JsError> {
    let mut milliseconds = Vec::with_capacity(repeats);
    for _ in 0..repeats {
        let begin = now();
        let done = work();
        let length = done.shape().num_elements();
        read(done.reshape([length]).narrow(0, 0, 1)).await?;
        milliseconds.push(now() - begin);
    }
    Ok(milliseconds)
}

/// Stem, blocks by the size of what they give, top.
fn parts(architecture: &Architecture) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for (index, stage) in architecture.stages.iter().enumerate() {
        let name = match stage.kind {
            StageKind::Stem => "stem".to_owned(),
            StageKind::Block { .. } => format!("blocks to {} px", stage.output_side),
            StageKind::Top => "top".to_owned(),
        };
        match parts.last_mut() {
            Some(part) if part.name == name => part.stages.end = index + 1,
            _ => parts.push(Part { name, stages: index..index + 1 }),
        }
    }
    parts
}

async fn forward_row(
    shape: &Shape,
    part: &Part,
    segment: &Segment,
    input: &Tensor<4>,
    repeats: usize,
) -> Result<Row, JsError> {
    let times = timed(repeats, || segment.forward(input.clone())).await?;
    let work = layers_of(shape, part).map(|layer| layer.forward(shape.batch)).sum();
    Ok(row(&format!("forward, {}", part.name), times, work))
}

/// Forward and both gradients, from a gradient that is 1 everywhere.
async fn training_row(
    shape: &Shape,
    part: &Part,
    segment: &Segment,
    input: &Tensor<4>,
    repeats: usize,
) -> Result<Row, JsError> {
    let segment = segment.clone().train();
    let is_first = part.stages.start == 0;
    let times = timed(repeats, || {
        let input = input.clone().autodiff();
        let input = if is_first { input } else { input.require_grad() };
        let sum = segment.forward(input).sum();
        sum.backward();
        sum.inner()
    })
    .await?;
    let layers = layers_of(shape, part).enumerate();
    let work =
        layers.map(|(index, layer)| layer.training(shape.batch, is_first && index == 0)).sum();
    Ok(row(&format!("training, {}", part.name), times, work))
}

fn layers_of(shape: &Shape, part: &Part) -> impl Iterator<Item = headstart::model::Layer> {
    let stages = shape.architecture().stages;
    stages.into_iter().take(part.stages.end).skip(part.stages.start).flat_map(|s| s.layers())
}

/// AdamW over the whole backbone. The same gradients are good for every repeat.
async fn optimizer_row(
    shape: &Shape,
    backbone: &Segment,
    repeats: usize,
    device: &Device,
) -> Result<Row, JsError> {
    let mut learning = backbone.clone().train();
    let mut adam = Adam::new(AdamSettings::new(1e-2, 1.0));
    let input = shape.input(device)?.narrow(0, 0, 1);
    let mut prepared: Vec<GradientsParams> = (0..repeats)
        .map(|_| {
            let gradients = learning.forward(input.clone().autodiff()).sum().backward();
            GradientsParams::from_grads(gradients, &learning)
        })
        .collect();
    let times = timed(repeats, || {
        if let Some(gradients) = prepared.pop() {
            learning = adam.step(learning.clone(), gradients, |_| 1e-6);
        }
        Tensor::<1>::zeros([1], device)
    })
    .await?;
    let parameters = shape.architecture().parameters_from(0);
    Ok(row("training, AdamW over the backbone", times, optimizer_work(parameters)))
}

fn optimizer_work(parameters: usize) -> Work {
    let parameters = parameters as u64;
    Work {
        floating_point_operations: OPTIMIZER_OPERATIONS * parameters,
        bytes: OPTIMIZER_NUMBERS * NUMBER * parameters,
    }
}

fn bytes_of(tensor: &Tensor<4>) -> u64 {
    tensor.shape().num_elements() as u64 * NUMBER
}

fn row(kind: &str, times: Vec<f64>, work: Work) -> Row {
    Row {
        kind: kind.to_owned(),
        milliseconds: median(times),
        operations: work.floating_point_operations as f64,
        bytes: work.bytes as f64,
    }
}
