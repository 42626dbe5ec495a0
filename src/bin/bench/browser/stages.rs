//! The parts of the network one by one: what each takes of a pass forward and of a training step,
//! beside the arithmetic and the traffic that it cannot do without.

use std::ops::Range;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use headstart::model::{Architecture, Layer, STAGES, Segment, StageKind, Work, pool};

use super::timer::UntilRead;
use crate::clock::median;
use crate::error::BenchError;
use crate::network::{CLASSES, Repeats, Shape, training_step};
use crate::optimizer;
use crate::row::Row;
use crate::timer::Timer;

/// Bytes of a number in single precision.
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
pub async fn rows(shape: &Shape, repeats: usize, device: &Device) -> Result<Vec<Row>, BenchError> {
    let architecture = shape.architecture();
    let timer = UntilRead { repeats };
    let (backbone, head) = shape.network(device)?;
    let mut rows = Vec::new();
    let mut input = shape.input(device)?;
    for part in parts(&architecture) {
        let segment = backbone.cut_at(part.stages.start).1.cut_at(part.stages.end).0;
        rows.push(forward_row(shape, &part, &segment, &input, &timer).await?);
        rows.push(training_row(shape, &part, &segment, &input, &timer).await?);
        input = segment.forward(input);
    }
    let times = timer.times(|| head.forward(pool(input.clone()))).await?;
    let layer = architecture.head_layer(CLASSES).forward(shape.batch);
    let pooled = Work { bytes: bytes_of(&input), ..Work::default() };
    let work = [layer, pooled].into_iter().sum();
    rows.push(Row::new("forward, pool and head", median(times), work));
    // The head alone, by the trainer: loss, clip and AdamW are in it.
    let repeats = Repeats { times: repeats, in_a_row: 1 };
    let times = training_step(shape, STAGES, repeats, device).await?;
    let work = shape.training_work(STAGES);
    rows.push(Row::new("training, head with loss and AdamW", median(times), work));
    let kind = "training, AdamW over the backbone";
    rows.push(optimizer::row(kind, shape, &backbone, device, &timer).await?);
    Ok(rows)
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
    timer: &UntilRead,
) -> Result<Row, BenchError> {
    let times = timer.times(|| segment.forward(input.clone())).await?;
    let work = layers_of(shape, part).map(|layer| layer.forward(shape.batch)).sum();
    Ok(Row::new(format!("forward, {}", part.name), median(times), work))
}

/// Forward and both gradients, from a gradient that is 1 everywhere.
async fn training_row(
    shape: &Shape,
    part: &Part,
    segment: &Segment,
    input: &Tensor<4>,
    timer: &UntilRead,
) -> Result<Row, BenchError> {
    let segment = segment.clone().train();
    let is_first = part.stages.start == 0;
    let times = timer
        .times(|| {
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
    Ok(Row::new(format!("training, {}", part.name), median(times), work))
}

fn layers_of(shape: &Shape, part: &Part) -> impl Iterator<Item = Layer> {
    let stages = shape.architecture().stages;
    stages.into_iter().take(part.stages.end).skip(part.stages.start).flat_map(|s| s.layers())
}

fn bytes_of(tensor: &Tensor<4>) -> u64 {
    tensor.shape().num_elements() as u64 * NUMBER
}
