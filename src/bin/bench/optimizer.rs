//! A step of the optimizer by itself.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use headstart::model::{Segment, Work};
use headstart::train::{Adam, AdamSettings};

use crate::clock::median;
use crate::error::BenchError;
use crate::network::Shape;
use crate::row::Row;
use crate::timer::Timer;

/// AdamW reads a parameter, its gradient and two moments, and writes all but the gradient.
const NUMBERS: u64 = 7;
/// Of AdamW (Loshchilov and Hutter, arXiv 1711.05101, algorithm 2), for each parameter.
const OPERATIONS: u64 = 14;
/// Bytes of a number in single precision.
const NUMBER: u64 = 4;

/// What a step over so many parameters has to do.
pub fn work(parameters: usize) -> Work {
    let parameters = parameters as u64;
    Work {
        floating_point_operations: OPERATIONS * parameters,
        bytes: NUMBERS * NUMBER * parameters,
    }
}

/// AdamW over the whole backbone. The same gradients are good for every step.
///
/// # Errors
/// When the device does not answer.
pub async fn row(
    kind: &str,
    shape: &Shape,
    backbone: &Segment,
    device: &Device,
    timer: &impl Timer,
) -> Result<Row, BenchError> {
    let mut learning = backbone.clone().train();
    let mut adam = Adam::new(AdamSettings::new(1e-2, 1.0));
    let input = shape.input(device)?.narrow(0, 0, 1);
    let gradients = learning.forward(input.autodiff()).sum().backward();
    let gradients = GradientsParams::from_grads(gradients, &learning);
    let last = Tensor::<1>::zeros([1], device);
    let times = timer
        .times(|| {
            let mut shared = Shared { from: &gradients, to: GradientsParams::new() };
            learning.visit(&mut shared);
            learning = adam.step(learning.clone(), shared.to, |_| 1e-6);
            last.clone()
        })
        .await?;
    Ok(Row::new(kind, median(times), work(shape.architecture().parameters_from(0))))
}

/// Gradients once more, as a step uses them up. Tensors are shared, not copied.
struct Shared<'a> {
    from: &'a GradientsParams,
    to: GradientsParams,
}

impl ModuleVisitor for Shared<'_> {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        if let Some(gradient) = self.from.get::<D>(parameter.id) {
            self.to.register::<D>(parameter.id, gradient);
        }
    }
}
