//! Which device runs: the graphics card when it is real and computes rightly, else the CPU.

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use burn::module::Module;
use burn::tensor::{Device, Distribution, Tensor, TensorData};

use super::message::{DeviceChoice, DeviceKind, DeviceReport};
use crate::model::{Backbone, Cut, ReadError, Segment, WeightsError, pool, read};

/// Largest relative difference between the two devices that still passes the self-test.
const TOLERANCE: f64 = 1e-2;

/// The devices that are there. Made outside, because only the browser's side can open a graphics
/// card.
#[derive(Clone, Debug)]
pub struct Devices {
    /// Always there.
    pub cpu: Device,
    /// How the CPU is called on a label.
    pub cpu_name: String,
    /// The graphics card, if there may be one.
    pub gpu: GpuAccess,
}

/// Whether a graphics card can be had.
#[derive(Clone, Debug)]
pub enum GpuAccess {
    /// None is there, and one sentence why.
    Absent(String),
    /// One may be there; it is opened when first wanted, so that whoever chooses the CPU never
    /// touches a driver.
    Closed(OpenGpu),
    /// Opened. Opening another would be another device.
    Opened(Gpu),
}

/// Opens the graphics card, or says in one sentence why not.
pub type OpenGpu = fn() -> Pin<Box<dyn Future<Output = Result<Gpu, String>>>>;

/// A graphics card that was opened.
#[derive(Clone, Debug)]
pub struct Gpu {
    /// The opened device. Clones share it.
    pub device: Device,
    /// The adapter's own name.
    pub name: String,
    /// Whether the adapter is a program on the CPU that pretends.
    pub is_software: bool,
    /// What the driver complained of, outside of any answer.
    pub complaints: Complaints,
}

/// A place where a driver's errors are left, since they come outside of any call.
#[derive(Clone, Debug, Default)]
pub struct Complaints(Arc<Mutex<Option<String>>>);

impl Complaints {
    /// Leaves a complaint; the first one stays.
    pub fn leave(&self, complaint: String) {
        if let Ok(mut first) = self.0.lock() {
            first.get_or_insert(complaint);
        }
    }

    /// The first complaint, if there was one.
    pub fn first(&self) -> Option<String> {
        self.0.lock().ok()?.clone()
    }
}

impl Devices {
    /// Only the CPU, as in tests and on the command line.
    pub fn cpu_only() -> Self {
        Self {
            cpu: Device::flex(),
            cpu_name: "CPU".to_owned(),
            gpu: GpuAccess::Absent("Only the CPU computes here.".to_owned()),
        }
    }

    /// Decides for a device and says why. `backbone` is what both compute in the self-test.
    pub async fn choose(
        &mut self,
        choice: DeviceChoice,
        backbone: &Backbone,
    ) -> (Device, DeviceReport) {
        match self.trusted_gpu(choice, backbone).await {
            Ok(gpu) => {
                let reason = match choice {
                    DeviceChoice::Gpu => {
                        "You chose the graphics card, and it passed its self-test."
                    }
                    _ => "The graphics card passed its self-test.",
                };
                let report = DeviceReport {
                    choice,
                    kind: DeviceKind::Gpu,
                    name: gpu.name,
                    reason: reason.to_owned(),
                };
                (gpu.device, report)
            }
            Err(reason) => {
                let (name, kind) = (self.cpu_name.clone(), DeviceKind::Cpu);
                (self.cpu.clone(), DeviceReport { choice, kind, name, reason })
            }
        }
    }

    /// The graphics card, if it is wanted, real (or insisted on) and computes rightly; else one
    /// sentence why the CPU runs.
    async fn trusted_gpu(
        &mut self,
        choice: DeviceChoice,
        backbone: &Backbone,
    ) -> Result<Gpu, String> {
        if choice == DeviceChoice::Cpu {
            return Err("You chose the CPU.".to_owned());
        }
        let gpu = self.opened_gpu().await?;
        let name = &gpu.name;
        if gpu.is_software && choice == DeviceChoice::Automatic {
            return Err(format!(
                "The graphics adapter ({name}) is itself a program on the CPU; computing there \
                 directly is faster."
            ));
        }
        let tested = self_test(&self.cpu, &gpu.device, backbone).await;
        if let Err(found) = tested {
            return Err(format!(
                "The graphics card ({name}) failed its self-test ({found}), so the CPU computes."
            ));
        }
        match gpu.complaints.first() {
            Some(complaint) => Err(format!(
                "The graphics card ({name}) reported an error ({complaint}), so the CPU computes."
            )),
            None => Ok(gpu),
        }
    }

    async fn opened_gpu(&mut self) -> Result<Gpu, String> {
        let gpu = match &self.gpu {
            GpuAccess::Absent(reason) => return Err(reason.clone()),
            GpuAccess::Opened(gpu) => return Ok(gpu.clone()),
            GpuAccess::Closed(open) => open().await,
        };
        match gpu {
            Ok(gpu) => {
                self.gpu = GpuAccess::Opened(gpu.clone());
                Ok(gpu)
            }
            Err(reason) => {
                self.gpu = GpuAccess::Absent(reason.clone());
                Err(reason)
            }
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
