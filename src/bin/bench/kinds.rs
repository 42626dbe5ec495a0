//! The network by kinds of layers: every layer by itself on what the network feeds it with, and
//! what a step does beside the layers. A kind's time is the sum of its rows.
//!
//! BatchNorm, ReLU6 and the shortcut have no rows: they are part of the layers.

use burn::tensor::{Device, Distribution, Tensor};
use headstart::model::{Head, Layer, LayerKind, SingleLayer, Work, pool};
use headstart::train::{Targets, cross_entropy};

use crate::clock::median;
use crate::error::BenchError;
use crate::network::{CLASSES, Shape};
use crate::optimizer;
use crate::row::Row;
use crate::timer::Timer;

/// Of softmax, its logarithm and its gradient, for each logit: the largest one, a difference, an
/// exponential, a sum, a quotient.
const LOSS_OPERATIONS: u64 = 5;
/// Bytes of a number in single precision.
const NUMBER: u64 = 4;

/// Times everything on `device`: a row for each layer forward, one for each layer forward and with
/// its gradients, and rows for pooling and head, loss and optimizer.
///
/// # Errors
/// When the network cannot be made, or the device does not answer.
pub async fn rows(
    shape: &Shape,
    device: &Device,
    timer: &impl Timer,
) -> Result<Vec<Row>, BenchError> {
    let (backbone, head) = shape.network(device)?;
    let mut rows = Vec::new();
    let mut value = shape.input(device)?;
    for (stage, layers) in shape.architecture().stages.iter().zip(backbone.single_layers()) {
        let entry = value.clone();
        for (counted, layer) in stage.layers().into_iter().zip(layers) {
            let ends_block = counted.kind == LayerKind::Project;
            let shortcut = (ends_block && stage.is_residual()).then(|| entry.clone());
            let measured = Measured { layer, counted, input: value, shortcut };
            rows.extend(measured.rows(shape.batch, device, timer).await?);
            value = measured.output();
        }
    }
    rows.extend(rows_of_head(shape, &head, value, timer).await?);
    rows.push(row_of_loss(shape, device, timer).await?);
    rows.push(optimizer::row("training, AdamW", shape, &backbone, device, timer).await?);
    Ok(rows)
}

/// A layer with what the network feeds it with.
struct Measured {
    layer: SingleLayer,
    counted: Layer,
    input: Tensor<4>,
    shortcut: Option<Tensor<4>>,
}

impl Measured {
    fn output(&self) -> Tensor<4> {
        self.layer.forward(self.input.clone(), self.shortcut.clone())
    }

    /// Forward, and forward with both gradients; nobody needs that of the pictures.
    async fn rows(
        &self,
        batch: usize,
        device: &Device,
        timer: &impl Timer,
    ) -> Result<[Row; 2], BenchError> {
        let kind = match self.counted.kind {
            LayerKind::Stem => "stem",
            LayerKind::Depthwise => "depthwise",
            LayerKind::Expand | LayerKind::Project | LayerKind::Top | LayerKind::Head => "1×1",
        };
        let is_first = self.counted.kind == LayerKind::Stem;
        let noise = Distribution::Uniform(-1.0, 1.0);
        let gradient = Tensor::<4>::random(self.output().dims(), noise, device);
        let forward = timer.times(|| self.output()).await?;
        let training = timer
            .times(|| {
                let (gradient, output) = (gradient.clone(), self.output());
                self.layer.gradients(gradient, output, self.input.clone(), !is_first)
            })
            .await?;
        let row =
            |pass: &str, times, work| Row::new(format!("{pass}, {kind}"), median(times), work);
        Ok([
            row("forward", forward, self.counted.forward(batch)),
            row("training", training, self.counted.training(batch, is_first)),
        ])
    }
}

/// Pooling and head, from what the last layer gives.
async fn rows_of_head(
    shape: &Shape,
    head: &Head,
    activations: Tensor<4>,
    timer: &impl Timer,
) -> Result<[Row; 2], BenchError> {
    let layer = shape.architecture().head_layer(CLASSES);
    let bytes = activations.shape().num_elements() as u64 * NUMBER;
    // Each activation is read once forward, and its gradient written once backward.
    let work = |layer, passes| -> Work {
        let pooling = Work { bytes: passes * bytes, ..Work::default() };
        [layer, pooling].into_iter().sum()
    };
    let forward = timer.times(|| head.forward(pool(activations.clone()))).await?;
    let learning = burn::module::Module::train(head.clone());
    let training = timer
        .times(|| {
            let activations = activations.clone().autodiff().require_grad();
            let sum = learning.forward(pool(activations)).sum();
            sum.backward();
            sum.inner()
        })
        .await?;
    let forward_work = work(layer.forward(shape.batch), 1);
    let training_work = work(layer.training(shape.batch, false), 2);
    Ok([
        Row::new("forward, pooling and head", median(forward), forward_work),
        Row::new("training, pooling and head", median(training), training_work),
    ])
}

/// The loss with the gradient of the logits.
async fn row_of_loss(
    shape: &Shape,
    device: &Device,
    timer: &impl Timer,
) -> Result<Row, BenchError> {
    let noise = Distribution::Uniform(-1.0, 1.0);
    let logits = Tensor::<2>::random([shape.batch, CLASSES], noise, device);
    let labels = shape.labels();
    let times = timer
        .times(|| {
            let logits = logits.clone().autodiff().require_grad();
            let loss = cross_entropy(logits, Targets::plain(labels.clone()));
            loss.backward();
            loss.inner()
        })
        .await?;
    Ok(Row::new("training, loss", median(times), loss_work(shape.batch)))
}

/// Of the loss on so many pictures: logits are read, their gradients written.
pub fn loss_work(pictures: usize) -> Work {
    let logits = (pictures * CLASSES) as u64;
    Work { floating_point_operations: LOSS_OPERATIONS * logits, bytes: 2 * NUMBER * logits }
}
