//! Which device runs: the graphics card when it is real and computes rightly, else the CPU.

use burn::module::Module;
use burn::tensor::{Device, Distribution, Tensor, TensorData};

use super::message::{DeviceChoice, DeviceKind, DeviceReport};
use crate::model::{Backbone, Cut, ReadError, Segment, WeightsError, pool, read};

/// Largest relative difference between the two devices that still passes the self-test.
const TOLERANCE: f64 = 1e-2;

/// The devices that are there. Made outside, because only the browser's side can open one.
#[derive(Clone, Debug)]
pub struct Devices {
    /// Always there.
    pub cpu: Device,
    /// How the CPU is called on a label.
    pub cpu_name: String,
    /// The graphics card, or one sentence why there is none.
    pub gpu: Result<Gpu, String>,
}

/// A graphics card that was opened.
#[derive(Clone, Debug)]
pub struct Gpu {
    /// The opened device. Clones share it; opening another would not.
    pub device: Device,
    /// The adapter's own name.
    pub name: String,
    /// Whether the adapter is a program on the CPU that pretends.
    pub is_software: bool,
}

impl Devices {
    /// Only the CPU, as in tests and on the command line.
    pub fn cpu_only() -> Self {
        Self {
            cpu: Device::flex(),
            cpu_name: "CPU".to_owned(),
            gpu: Err("The command line computes on the CPU.".to_owned()),
        }
    }

    /// Decides for a device and says why. `backbone` is what both compute in the self-test.
    pub async fn choose(
        &self,
        choice: DeviceChoice,
        backbone: &Backbone,
    ) -> (Device, DeviceReport) {
        let on_cpu = |reason: String| {
            let (name, kind) = (self.cpu_name.clone(), DeviceKind::Cpu);
            (self.cpu.clone(), DeviceReport { choice, kind, name, reason })
        };
        if choice == DeviceChoice::Cpu {
            return on_cpu("You chose the CPU.".to_owned());
        }
        let gpu = match &self.gpu {
            Ok(gpu) => gpu,
            Err(reason) => return on_cpu(reason.clone()),
        };
        if gpu.is_software && choice == DeviceChoice::Automatic {
            return on_cpu(format!(
                "The graphics adapter ({}) is a program on the CPU; computing on the CPU directly \
                 is faster.",
                gpu.name
            ));
        }
        match self_test(&self.cpu, &gpu.device, backbone).await {
            Ok(()) => {
                let reason = match choice {
                    DeviceChoice::Gpu => "You chose the graphics card; it passed its self-test.",
                    _ => "The graphics card passed its self-test.",
                };
                let report = DeviceReport {
                    choice,
                    kind: DeviceKind::Gpu,
                    name: gpu.name.clone(),
                    reason: reason.to_owned(),
                };
                (gpu.device.clone(), report)
            }
            Err(found) => on_cpu(format!(
                "The graphics card ({}) failed its self-test ({found}), so the CPU computes.",
                gpu.name
            )),
        }
    }
}

/// Why a graphics card is not trusted.
#[derive(Debug, thiserror::Error)]
enum SelfTestError {
    #[error("{what} differ from the CPU's by {percent:.1} %")]
    Differs { what: &'static str, percent: f64 },
    #[error("no gradient came back")]
    NoGradient,
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Weights(#[from] WeightsError),
}

/// Runs the backbone forward and its last blocks backward on both devices and compares.
///
/// A shader that a driver rejects may leave stale numbers behind instead of an error, so
/// agreement is the only sign that can be trusted.
async fn self_test(cpu: &Device, gpu: &Device, backbone: &Backbone) -> Result<(), SelfTestError> {
    cpu.seed(1);
    let input = Tensor::<4>::random([2, 3, 32, 32], Distribution::Uniform(-1.0, 1.0), cpu);
    let on_gpu = Tensor::from_data(TensorData::new(read(input.clone()).await?, input.shape()), gpu);
    let expected = probe(input, &backbone.on(cpu)?).await?;
    let found = probe(on_gpu, &backbone.on(gpu)?).await?;
    for ((what, expected), (_, found)) in expected.iter().zip(&found) {
        let difference = relative_difference(expected, found);
        if difference.is_nan() || difference > TOLERANCE {
            return Err(SelfTestError::Differs { what, percent: difference * 100.0 });
        }
    }
    Ok(())
}

/// Pooled features, and the gradient of their sum of squares at the last two blocks' input.
async fn probe(
    input: Tensor<4>,
    backbone: &Segment,
) -> Result<[(&'static str, Vec<f32>); 2], SelfTestError> {
    let (frozen, trained) = backbone.cut_at(Cut::LastBlocks(2).first_trained_stage());
    let at_cut = frozen.forward(input).autodiff().require_grad();
    let pooled = pool(trained.train().forward(at_cut.clone()));
    let gradients = pooled.clone().square().sum().backward();
    let gradient = at_cut.grad(&gradients).ok_or(SelfTestError::NoGradient)?;
    Ok([("features", read(pooled.inner()).await?), ("gradients", read(gradient).await?)])
}

/// ‖a − b‖ / ‖a‖, infinite for different lengths.
fn relative_difference(expected: &[f32], found: &[f32]) -> f64 {
    if expected.len() != found.len() {
        return f64::INFINITY;
    }
    let square = |value: f32| f64::from(value) * f64::from(value);
    let difference: f64 = expected.iter().zip(found).map(|(&a, &b)| square(a - b)).sum();
    let norm: f64 = expected.iter().map(|&a| square(a)).sum();
    (difference / norm.max(f64::MIN_POSITIVE)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stale_missing_or_broken_numbers_are_not_close() {
        let expected = [1.0, -2.0, 3.0];
        assert_eq!(relative_difference(&expected, &expected), 0.0);
        assert!(relative_difference(&expected, &[0.0; 3]) > TOLERANCE);
        assert!(relative_difference(&expected, &[1.0, -2.0]) > TOLERANCE);
        assert!(relative_difference(&expected, &[1.0, f32::NAN, 3.0]).is_nan());
        assert!(relative_difference(&expected, &[1.0, -2.0, 3.001]) < TOLERANCE);
    }
}
