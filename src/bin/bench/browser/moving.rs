//! What is left of a pass and of a step when next to nothing is computed: their arrays are made, read
//! (with one multiply-add a number, so that the compiler does not leave that out) and written in the
//! network's order, so that they meet the caches as the network's own do.

use std::hint::black_box;

use headstart::model::Work;
use kernels::sum_of_squares;

use crate::clock::{median, now};
use crate::network::Shape;
use crate::row::Row;

/// Numbers that are written at once, from a near cache.
const WRITTEN_AT_ONCE: usize = 1 << 10;

/// A row for the arrays of a pass forward, and one for those of a step in which everything learns.
pub fn rows(shape: &Shape, repeats: usize) -> Vec<Row> {
    let layers = shape.architecture().stages.into_iter().flat_map(|stage| stage.layers());
    let outputs: Vec<usize> = layers.map(|layer| shape.batch * layer.values_out as usize).collect();
    let input = vec![1.0; shape.batch * shape.side * shape.side * 3];
    let row = |kind: &str, go: fn(&mut Mover, &[f32], &[usize])| {
        let mut mover = Mover::default();
        let times = (0..=repeats).map(|_| {
            mover = Mover::default();
            let begin = now();
            go(&mut mover, &input, &outputs);
            now() - begin
        });
        let milliseconds = median(times.collect());
        let bytes = (mover.moved * size_of::<f32>()) as u64;
        Row::new(kind, milliseconds, Work { floating_point_operations: 0, bytes })
    };
    vec![row("forward, its arrays alone", forward), row("training, its arrays alone", step)]
}

/// Every layer reads its input and writes its output, and nobody keeps the input.
fn forward(mover: &mut Mover, input: &[f32], outputs: &[usize]) {
    let mut value = mover.read(input);
    for &length in outputs {
        let output = mover.written(length, value);
        value = mover.read(&output);
    }
}

/// As a pass forward, but all is kept. Then every layer reads its gradient and its input, and writes
/// the input's gradient, but for the first, which owes nobody one.
fn step(mover: &mut Mover, input: &[f32], outputs: &[usize]) {
    let mut kept: Vec<Vec<f32>> = Vec::with_capacity(outputs.len());
    let mut value = mover.read(input);
    for &length in outputs {
        let output = mover.written(length, value);
        value = mover.read(&output);
        kept.push(output);
    }
    let mut gradient = kept.pop().unwrap_or_default();
    while let Some(activations) = kept.pop() {
        value = mover.read(&gradient) + mover.read(&activations);
        gradient = mover.written(activations.len(), value);
    }
    mover.read(&gradient);
    mover.read(input);
}

/// Reads and writes, and counts the numbers.
#[derive(Default)]
struct Mover {
    moved: usize,
}

impl Mover {
    fn read(&mut self, values: &[f32]) -> f32 {
        self.moved += values.len();
        black_box(sum_of_squares(&[values]))
    }

    fn written(&mut self, length: usize, value: f32) -> Vec<f32> {
        self.moved += length;
        let block = [value; WRITTEN_AT_ONCE];
        let mut values = Vec::with_capacity(length);
        while values.len() < length {
            values.extend_from_slice(&block[..WRITTEN_AT_ONCE.min(length - values.len())]);
        }
        values
    }
}
