//! The network behind a stage as its formulas read, in double precision and without any regard for
//! speed, from nothing but the names and numbers of its tensors: what gradients are compared with.

use std::collections::BTreeMap;

use futures_lite::future::block_on;

use crate::model::{NamedTensor, Segment, read};

/// A feature map, channels innermost, `[side, side, channels]`.
#[derive(Clone)]
pub struct Map {
    pub side: usize,
    pub channels: usize,
    pub values: Vec<f64>,
}

/// Tensors by torchvision's names.
pub struct PlainNetwork(BTreeMap<String, (Vec<usize>, Vec<f64>)>);

impl PlainNetwork {
    pub fn of(segments: &[&Segment]) -> Self {
        let tensors = segments.iter().flat_map(|segment| segment.named_tensors());
        let numbers = |tensor| match tensor {
            NamedTensor::One(tensor) => (tensor.dims().to_vec(), block_on(read(tensor))),
            NamedTensor::Two(tensor) => (tensor.dims().to_vec(), block_on(read(tensor))),
            NamedTensor::Four(tensor) => (tensor.dims().to_vec(), block_on(read(tensor))),
        };
        let tensors = tensors.map(|(name, tensor)| {
            let (shape, values) = numbers(tensor);
            let values = values.expect("the CPU answers").into_iter().map(f64::from).collect();
            (name, (shape, values))
        });
        Self(tensors.collect())
    }

    /// A convolution, with one pixel of zeros around where it is 3×3, its BatchNorm, and ReLU6.
    fn layer(
        &self,
        input: &Map,
        convolution: &str,
        norm: &str,
        stride: usize,
        clamps: bool,
    ) -> Map {
        let (shape, weight) = &self.0[&format!("{convolution}.weight")];
        let (outputs, inputs, kernel) = (shape[0], shape[1], shape[2]);
        let of_norm = |part: &str| &self.0[&format!("{norm}.{part}")].1;
        let side = input.side.div_ceil(stride);
        let mut values = Vec::new();
        for (y, x) in (0..side * side).map(|cell| (cell / side, cell % side)) {
            for out in 0..outputs {
                let mut sum = 0.0;
                for tap in 0..kernel * kernel {
                    let at = |place: usize, tap: usize| {
                        (place * stride + tap).checked_sub(kernel / 2).filter(|&at| at < input.side)
                    };
                    let Some(row) = at(y, tap / kernel) else { continue };
                    let Some(column) = at(x, tap % kernel) else { continue };
                    for channel in 0..inputs {
                        // A depthwise kernel has one input channel: its own.
                        let read = if inputs == 1 { out } else { channel };
                        sum += input.values[(row * input.side + column) * input.channels + read]
                            * weight[(out * inputs + channel) * kernel * kernel + tap];
                    }
                }
                let deviation = (of_norm("running_var")[out] + 1e-5).sqrt();
                let value = (sum - of_norm("running_mean")[out]) / deviation
                    * of_norm("weight")[out]
                    + of_norm("bias")[out];
                values.push(if clamps { value.clamp(0.0, 6.0) } else { value });
            }
        }
        Map { side, channels: outputs, values }
    }

    /// The blocks with these strides, from stage `first` on, the top, the mean and one class's weights.
    pub fn logit(&self, input: Map, first: usize, strides: &[usize], class: &[f64]) -> f64 {
        let mut value = input;
        for (index, &stride) in strides.iter().enumerate() {
            let path = format!("features.{}.conv", first + index);
            let name = |part: &str| format!("{path}.{part}");
            let hidden = self.layer(&value, &name("0.0"), &name("0.1"), 1, true);
            let hidden = self.layer(&hidden, &name("1.0"), &name("1.1"), stride, true);
            let mut output = self.layer(&hidden, &name("2"), &name("3"), 1, false);
            if output.values.len() == value.values.len() && stride == 1 {
                output.values.iter_mut().zip(&value.values).for_each(|(out, input)| *out += input);
            }
            value = output;
        }
        let top = first + strides.len();
        let (convolution, norm) = (format!("features.{top}.0"), format!("features.{top}.1"));
        let top = self.layer(&value, &convolution, &norm, 1, true);
        let cells = (top.side * top.side) as f64;
        let weighted = top
            .values
            .chunks(top.channels)
            .map(|cell| cell.iter().zip(class).map(|(value, weight)| value * weight).sum::<f64>());
        weighted.sum::<f64>() / cells
    }
}
