//! The whole network: passes forward, and training steps by the page's own trainer.

use std::rc::Rc;

use burn::tensor::{Device, Tensor};
use headstart::data::{Picture, Purpose, Split, seeded};
use headstart::model::{Architecture, Backbone, Cut, Head, Segment, pool, read};
use headstart::train::{Advance, Extraction, Material, Strategy, Trainer, input_tensor};
use rand::RngExt;
use wasm_bindgen::JsError;

use crate::clock::now;

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

    /// The backbone and a head on `device`, with random weights.
    ///
    /// # Errors
    /// When the weights do not fit the layout that they were made for.
    pub fn network(&self, device: &Device) -> Result<(Segment, Head), JsError> {
        let mut generator = seeded(SEED, Purpose::Head);
        let backbone = Backbone::random(self.architecture(), CLASSES, &mut generator);
        let head =
            backbone.pretrained_head(device).ok_or_else(|| JsError::new("there is no head"))?;
        Ok((backbone.on(device)?, head))
    }

    /// A batch of noise.
    ///
    /// # Errors
    /// When the side is 0.
    pub fn pictures(&self) -> Result<Vec<Picture>, JsError> {
        let mut generator = seeded(SEED, Purpose::Probe);
        let side = self.side as u32;
        (0..self.batch)
            .map(|_| {
                let pixels = (0..3 * self.side.pow(2)).map(|_| generator.random()).collect();
                Ok(Picture::from_rgb(side, side, pixels, self.side)?)
            })
            .collect()
    }

    /// The batch as the network takes it.
    ///
    /// # Errors
    /// As [`Shape::pictures`].
    pub fn input(&self, device: &Device) -> Result<Tensor<4>, JsError> {
        Ok(input_tensor(&self.pictures()?, device))
    }
}

/// Milliseconds from pictures on the device to logits read back.
pub async fn inference(
    shape: &Shape,
    repeats: usize,
    device: &Device,
) -> Result<Vec<f64>, JsError> {
    let (backbone, head) = shape.network(device)?;
    let input = shape.input(device)?;
    let mut milliseconds = Vec::with_capacity(repeats);
    for _ in 0..repeats {
        let begin = now();
        read(head.forward(pool(backbone.forward(input.clone())))).await?;
        milliseconds.push(now() - begin);
    }
    Ok(milliseconds)
}

/// Milliseconds of each training step.
///
/// An epoch is a single batch, so the trainer reads the loss at the end of every step. There is
/// nothing to validate on between them.
pub async fn training_step(
    shape: &Shape,
    first_trained_stage: usize,
    repeats: usize,
    device: &Device,
) -> Result<Vec<f64>, JsError> {
    let cut = cut_before(first_trained_stage)?;
    let (backbone, _) = shape.network(device)?;
    let pictures = shape.pictures()?;
    let mut extraction = Extraction::new(backbone.clone(), pictures, [first_trained_stage], device);
    while !extraction.advance().await? {}
    let material = Material {
        features: extraction.finish().ok_or_else(|| JsError::new("the batch is empty"))?,
        labels: (0..shape.batch).map(|picture| picture % CLASSES).collect(),
        classes: CLASSES,
        split: Split { training: (0..shape.batch).collect(), ..Split::default() },
        seed: SEED,
    };
    let (head_epochs, unfrozen_epochs) =
        if cut == Cut::HeadOnly { (repeats, 0) } else { (0, repeats) };
    let batch = shape.batch;
    let strategy = Strategy { head_epochs, unfrozen_epochs, batch, ..Strategy::for_cut(cut) };
    let mut trainer = Trainer::new(strategy, Rc::new(material), &backbone, device, now);
    let mut milliseconds = Vec::with_capacity(repeats);
    while milliseconds.len() < repeats {
        let begin = now();
        match trainer.advance().await? {
            Advance::Step => milliseconds.push(now() - begin),
            Advance::Epoch(_) => {}
            Advance::Ended(_) => return Err(JsError::new("the loss became something infinite")),
        }
    }
    Ok(milliseconds)
}

fn cut_before(stage: usize) -> Result<Cut, JsError> {
    (0..Cut::POSITIONS)
        .map(Cut::from_position)
        .find(|cut| cut.first_trained_stage() == stage)
        .ok_or_else(|| JsError::new(&format!("no cut begins to train at stage {stage}")))
}
