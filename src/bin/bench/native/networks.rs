//! Networks on the card: as a whole, and by kinds of layers. Which ones, and how thoroughly.

use serde::Serialize;

use super::card::{Card, SystemClock};
use super::ceilings::Sizes;
use crate::clock::median;
use crate::error::BenchError;
use crate::kinds;
use crate::network::{self, CLASSES, Repeats, Shape};
use crate::row::Row;

/// How much is measured.
pub struct Extent {
    /// Random layers, and random batches for the loss, that are compared with the CPU.
    pub compared: usize,
    pub ceilings: Sizes,
    widths: &'static [f64],
    /// Pictures at once, of whole networks.
    batches: &'static [usize],
    /// The same for layers one by one: large, so that a kernel fills the card.
    batches_by_kinds: &'static [usize],
    side: usize,
    repeats: Repeats,
}

impl Extent {
    /// For a card, whose work is over in two or three minutes.
    pub fn full() -> Self {
        Self {
            compared: 180,
            ceilings: Sizes {
                moved: 1 << 27,
                cached: 1 << 21,
                invocations: 1 << 21,
                rounds: 64,
                matrix: 2048,
                launches: 512,
                repeats: 12,
            },
            widths: &[0.35, 1.0],
            batches: &[16, 64, 256],
            batches_by_kinds: &[256, 1024],
            side: 96,
            repeats: Repeats { times: 9, in_a_row: 8 },
        }
    }

    /// For an adapter that is a program on the CPU: enough to see that everything works.
    pub fn quick() -> Self {
        Self {
            compared: 18,
            ceilings: Sizes {
                moved: 1 << 22,
                cached: 1 << 18,
                invocations: 1 << 12,
                rounds: 16,
                matrix: 256,
                launches: 64,
                repeats: 2,
            },
            widths: &[0.35],
            batches: &[2],
            batches_by_kinds: &[2],
            side: 32,
            repeats: Repeats { times: 2, in_a_row: 2 },
        }
    }

    /// The networks that are measured as a whole.
    pub fn networks(&self) -> Vec<Shape> {
        self.shapes(self.batches)
    }

    /// The networks that are measured layer by layer.
    pub fn networks_by_kinds(&self) -> Vec<Shape> {
        self.shapes(self.batches_by_kinds)
    }

    fn shapes(&self, batches: &[usize]) -> Vec<Shape> {
        let each = self.widths.iter().flat_map(|&width| batches.iter().map(move |&b| (width, b)));
        each.map(|(width, batch)| Shape { width, batch, side: self.side }).collect()
    }
}

/// Whether the card binds the network's largest array at once; says so where it does not.
pub fn fits(card: &Card, shape: &Shape) -> bool {
    let largest = shape.architecture().largest_activation_bytes(shape.batch, 0);
    let fits = largest <= card.largest_binding();
    if !fits {
        let Shape { width, batch, side } = shape;
        println!(
            "Width {width}, {batch} × {side} px is left out: it needs {largest} bytes at once, and \
             the card binds {}.",
            card.largest_binding()
        );
    }
    fits
}

/// A whole network by the system's clock.
#[derive(Debug, Serialize)]
pub struct Network {
    pub width: f64,
    pub batch: usize,
    pub side: usize,
    /// A pass forward and a training step of everything.
    pub rows: Vec<Row>,
}

/// Times passes and training steps as the page makes them, several in a row before something is
/// read back.
///
/// # Errors
/// When the network cannot be made, or the card does not answer.
pub async fn whole(card: &Card, shape: &Shape, extent: &Extent) -> Result<Network, BenchError> {
    let passes = network::inference(shape, extent.repeats, &card.device).await?;
    let steps = network::training_step(shape, 0, extent.repeats, &card.device).await?;
    let pass = shape.architecture().inference(shape.batch, CLASSES);
    let rows = vec![
        Row::new("inference", median(passes), pass),
        Row::new("training step", median(steps), shape.training_work(0)),
    ];
    Ok(Network { width: shape.width, batch: shape.batch, side: shape.side, rows })
}

/// The layers of a network one by one, by both clocks.
#[derive(Debug, Serialize)]
pub struct Kinds {
    pub width: f64,
    pub batch: usize,
    pub side: usize,
    /// By the card's own clock: kernels and nothing else.
    pub by_card: Vec<Row>,
    /// By the system's clock, many calls in a row: with what launching them costs, where that is
    /// more.
    pub by_system: Vec<Row>,
}

/// Times a network layer by layer.
///
/// # Errors
/// When the network cannot be made, or the card does not answer.
pub async fn by_kinds(card: &Card, shape: &Shape, extent: &Extent) -> Result<Kinds, BenchError> {
    let times = extent.repeats.times;
    let by_card = kinds::rows(shape, &card.device, &card.own_clock(times)).await?;
    let by_system = kinds::rows(shape, &card.device, &SystemClock { repeats: times }).await?;
    Ok(Kinds { width: shape.width, batch: shape.batch, side: shape.side, by_card, by_system })
}
