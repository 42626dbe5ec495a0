//! Which device runs: the graphics card when it is real and computes rightly, else the CPU.

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use burn::tensor::{Device, TensorData};
use rand::RngExt;

use super::message::{DeviceChoice, DeviceKind, DeviceReport};
use crate::data::{Purpose, seeded};
use crate::model::floats::{placed, selected};
use crate::model::{Backbone, Head, ReadError, WeightsError, pool, read, relative_difference};
use crate::train::{Limits, gradients_by_stage};

/// Largest relative difference between the two devices that still passes the self-test.
const TOLERANCE: f64 = 1e-2;

/// Any number would do; it must only be the same on both devices.
const PROBE_SEED: u64 = 1;

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
    /// What it holds.
    pub limits: Limits,
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
    /// What a device holds that was chosen here.
    pub(super) fn limits_of(&self, device: &Device) -> Limits {
        match &self.gpu {
            GpuAccess::Opened(gpu) if gpu.device == *device => gpu.limits,
            _ => Limits::WASM,
        }
    }

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
            return Err("The settings ask for the CPU.".to_owned());
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
    Differs { what: String, percent: f64 },
    #[error("no gradient came back")]
    NoGradient,
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Weights(#[from] WeightsError),
}

/// Computes features and the gradients of every stage on both devices, as training does, and
/// compares them stage by stage.
///
/// A shader that a driver rejects may leave stale numbers behind instead of an error, so
/// agreement is the only sign that can be trusted.
async fn self_test(cpu: &Device, gpu: &Device, backbone: &Backbone) -> Result<(), SelfTestError> {
    let expected = probe(cpu, backbone).await?;
    let found = probe(gpu, backbone).await?;
    if expected.len() != found.len() {
        return Err(SelfTestError::NoGradient);
    }
    for ((what, expected), (_, found)) in expected.iter().zip(&found) {
        let difference = relative_difference(expected, found);
        if difference.is_nan() || difference > TOLERANCE {
            let (what, percent) = (what.clone(), difference * 100.0);
            return Err(SelfTestError::Differs { what, percent });
        }
    }
    Ok(())
}

/// Pooled features of two pictures of noise, and all gradients of their loss.
async fn probe(
    device: &Device,
    backbone: &Backbone,
) -> Result<Vec<(String, Vec<f32>)>, SelfTestError> {
    let side = backbone.architecture().input_side;
    let mut generator = seeded(PROBE_SEED, Purpose::Probe);
    let mut noise = |count: usize, bound: f32| -> Vec<f32> {
        (0..count).map(|_| generator.random_range(-bound..bound)).collect()
    };
    let pictures = TensorData::new(noise(2 * 3 * side * side, 1.0), [2, side, side, 3]);
    let head = noise(2 * backbone.architecture().features(), 0.05);
    let segment = backbone.on(device)?;
    let head = Head::from_weight(head, 2, device);
    // Gathered in another order, as the pictures of a batch are.
    let pictures = selected(placed(pictures, device), &[1, 0]);
    let features = pool(segment.forward(pictures.clone()));
    let mut rows = vec![("the features".to_owned(), read(features).await?)];
    for (name, row) in gradients_by_stage(&segment, &head, pictures, &[0, 1]) {
        rows.push((name, read(row).await?));
    }
    Ok(rows)
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

    const BACKBONE: &[u8] = include_bytes!("../../static/models/mobilenetv2-035.safetensors");

    /// A second CPU that is passed off as a graphics card.
    fn passed_off(is_software: bool, complaint: Option<&str>) -> Devices {
        let complaints = Complaints::default();
        complaint.into_iter().for_each(|complaint| complaints.leave(complaint.to_owned()));
        let device = Device::flex();
        let (name, limits) = ("Card".to_owned(), Limits::WASM);
        let gpu = Gpu { device, name, is_software, limits, complaints };
        Devices { gpu: GpuAccess::Opened(gpu), ..Devices::cpu_only() }
    }

    fn chosen(mut devices: Devices, choice: DeviceChoice) -> DeviceReport {
        let backbone = Backbone::read(BACKBONE, 32).expect("the bundled backbone");
        futures_lite::future::block_on(devices.choose(choice, &backbone)).1
    }

    #[test]
    fn a_real_card_that_agrees_with_the_cpu_is_chosen() {
        let report = chosen(passed_off(false, None), DeviceChoice::Automatic);
        assert_eq!((report.kind, report.name.as_str()), (DeviceKind::Gpu, "Card"));
    }

    #[test]
    fn a_card_in_software_is_chosen_only_when_insisted_on() {
        let report = chosen(passed_off(true, None), DeviceChoice::Automatic);
        assert_eq!(report.kind, DeviceKind::Cpu);
        assert!(report.reason.contains("Card"), "{}", report.reason);
        assert_eq!(chosen(passed_off(true, None), DeviceChoice::Gpu).kind, DeviceKind::Gpu);
    }

    #[test]
    fn a_card_whose_driver_complains_is_passed_over_and_the_complaint_is_told() {
        let report = chosen(passed_off(false, Some("bad shader")), DeviceChoice::Gpu);
        assert_eq!(report.kind, DeviceKind::Cpu);
        assert!(report.reason.contains("bad shader"), "{}", report.reason);
    }

    #[test]
    fn whoever_chooses_the_cpu_never_opens_a_card() {
        let open: OpenGpu = || panic!("the card was opened");
        let devices = Devices { gpu: GpuAccess::Closed(open), ..Devices::cpu_only() };
        assert_eq!(chosen(devices, DeviceChoice::Cpu).kind, DeviceKind::Cpu);
    }

    #[test]
    fn a_card_that_cannot_be_opened_leaves_the_cpu_with_the_reason() {
        let open: OpenGpu = || Box::pin(async { Err("no adapter here".to_owned()) });
        let devices = Devices { gpu: GpuAccess::Closed(open), ..Devices::cpu_only() };
        let report = chosen(devices, DeviceChoice::Gpu);
        assert_eq!((report.kind, report.reason.as_str()), (DeviceKind::Cpu, "no adapter here"));
    }
}
