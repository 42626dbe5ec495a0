//! The whole network: passes forward, and training steps by the page's own trainer.

use std::rc::Rc;

use burn::tensor::{Device, Tensor};
use headstart::data::{Picture, Purpose, Split, seeded};
use headstart::model::{Architecture, Backbone, Cut, Head, Segment, Work, pool, read};
use headstart::train::{Advance, Extraction, Limits, Material, Strategy, Trainer, input_tensor};
use rand::RngExt;

use crate::clock::now;
use crate::error::BenchError;
use crate::kinds::loss_work;
use crate::optimizer;

/// Classes that the head tells apart, as in the peer's network.
pub const CLASSES: usize = 5;

/// The same numbers in every run.
const SEED: u64 = 1;

/// Which network on how much.
pub struct Shape {
    /// The paper's width factor.
    pub width: f64,
    /// Pictures at once.
    pub batch: usize,
    /// Height and width of a picture.
    pub side: usize,
}

impl Shape {
    /// The layout of the network.
    pub fn architecture(&self) -> Architecture {
        Architecture::mobilenet_v2(self.width, self.side)
    }

    /// All that a training step has to do when the stages from `first` on learn: their layers, the
    /// head, the loss and the optimizer.
    pub fn training_work(&self, first: usize) -> Work {
        let architecture = self.architecture();
        let parameters =
            architecture.parameters_from(first) + architecture.head_parameters(CLASSES);
        let layers = architecture.training(self.batch, CLASSES, first);
        [layers, loss_work(self.batch), optimizer::work(parameters)].into_iter().sum()
    }

    /// The backbone and a head on `device`, with random weights.
    ///
    /// # Errors
    /// When the weights do not fit the layout that they were made for.
    pub fn network(&self, device: &Device) -> Result<(Segment, Head), BenchError> {
        let mut generator = seeded(SEED, Purpose::Head);
        let backbone = Backbone::random(self.architecture(), CLASSES, &mut generator);
        let head = backbone.pretrained_head(device).ok_or(BenchError::NoHead)?;
        Ok((backbone.on(device)?, head))
    }

    /// A batch of noise.
    ///
    /// # Errors
    /// When the side is 0.
    pub fn pictures(&self) -> Result<Vec<Picture>, BenchError> {
        let mut generator = seeded(SEED, Purpose::Probe);
        let side = self.side as u32;
        (0..self.batch)
            .map(|_| {
                let pixels = (0..3 * self.side.pow(2)).map(|_| generator.random()).collect();
                Ok(Picture::from_rgb(side, side, pixels, self.side)?)
            })
            .collect()
    }

    /// A class a picture.
    pub fn labels(&self) -> Vec<usize> {
        (0..self.batch).map(|picture| picture % CLASSES).collect()
    }

    /// The batch as the network takes it.
    ///
    /// # Errors
    /// As [`Shape::pictures`].
    pub fn input(&self, device: &Device) -> Result<Tensor<4>, BenchError> {
        Ok(input_tensor(&self.pictures()?, device))
    }
}

/// How often something is done, and how often in a row before the result is read back. A graphics
/// card goes through what it is given meanwhile, so that the way there and back counts once.
#[derive(Clone, Copy, Debug)]
pub struct Repeats {
    /// Times that are taken. The first one warms up.
    pub times: usize,
    /// What a time is the mean of.
    pub in_a_row: usize,
}

/// Milliseconds of a pass from pictures on the device to logits, read back.
pub async fn inference(
    shape: &Shape,
    repeats: Repeats,
    device: &Device,
) -> Result<Vec<f64>, BenchError> {
    let (backbone, head) = shape.network(device)?;
    let input = shape.input(device)?;
    let pass = || head.forward(pool(backbone.forward(input.clone())));
    let mut milliseconds = Vec::with_capacity(repeats.times);
    for _ in 0..repeats.times {
        let begin = now();
        let mut logits = pass();
        for _ in 1..repeats.in_a_row {
            logits = pass();
        }
        read(logits).await?;
        milliseconds.push((now() - begin) / repeats.in_a_row as f64);
    }
    Ok(milliseconds)
}

/// Milliseconds of a training step.
///
/// The steps in a row are an epoch, at the end of which the trainer reads the loss; it reads it in
/// between as it does on the page. There is nothing to validate on.
pub async fn training_step(
    shape: &Shape,
    first_trained_stage: usize,
    repeats: Repeats,
    device: &Device,
) -> Result<Vec<f64>, BenchError> {
    let cut = cut_before(first_trained_stage)?;
    let (backbone, _) = shape.network(device)?;
    let pictures = shape.pictures()?;
    let mut extraction = Extraction::new(backbone.clone(), pictures, [first_trained_stage], device);
    while !extraction.advance().await? {}
    let training = (0..repeats.in_a_row).flat_map(|_| 0..shape.batch).collect();
    let material = Material {
        features: extraction.finish().ok_or(BenchError::EmptyBatch)?,
        labels: shape.labels(),
        classes: CLASSES,
        split: Split { training, ..Split::default() },
        seed: SEED,
    };
    let (head_epochs, unfrozen_epochs) =
        if cut == Cut::HeadOnly { (repeats.times, 0) } else { (0, repeats.times) };
    let batch = shape.batch;
    let strategy = Strategy { head_epochs, unfrozen_epochs, batch, ..Strategy::for_cut(cut) };
    let limits =
        if *device == Device::flex() { Limits::WASM } else { Limits::of_graphics(u64::MAX) };
    let at_once = limits.micro_batch(&shape.architecture(), batch, first_trained_stage);
    let mut trainer =
        Trainer::new(strategy, Rc::new(material), &backbone, device, now).with_micro_batch(at_once);
    let mut milliseconds = Vec::with_capacity(repeats.times);
    let mut spent = 0.0;
    while milliseconds.len() < repeats.times {
        let begin = now();
        match trainer.advance().await? {
            Advance::Step => spent += now() - begin,
            Advance::Epoch(_) => {
                milliseconds.push(spent / repeats.in_a_row as f64);
                spent = 0.0;
            }
            Advance::Ended(_) => return Err(BenchError::Infinite),
        }
    }
    Ok(milliseconds)
}

fn cut_before(stage: usize) -> Result<Cut, BenchError> {
    (0..Cut::POSITIONS)
        .map(Cut::from_position)
        .find(|cut| cut.first_trained_stage() == stage)
        .ok_or(BenchError::NoCut(stage))
}
