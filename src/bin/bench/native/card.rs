//! The graphics card of this machine, and the two clocks that its work is timed with.

use std::sync::Arc;

use burn::tensor::wgpu::wgpu;
use burn::tensor::{Device, Tensor};
use cubecl::client::Client;
use headstart::session::Complaints;
use serde::Serialize;

use super::kernels::on_card;
use crate::clock::now;
use crate::error::BenchError;
use crate::timer::{Timer, finish};

/// Launches that are gathered before they are handed to the driver, as in the browser.
const TASKS_AT_ONCE: usize = 64;
/// Calls in a row take about so many milliseconds, so that the way there and back is little of it.
const LONG_ENOUGH: f64 = 10.0;
/// Calls in a row at most: what they allocate is given back behind them only.
const MOST_CALLS: f64 = 64.0;

/// A graphics card that was opened.
pub struct Card {
    pub device: Device,
    pub adapter: Adapter,
    client: Client,
    complaints: Complaints,
    largest_binding: u64,
}

/// What the system tells of a card.
#[derive(Clone, Debug, Serialize)]
pub struct Adapter {
    pub name: String,
    /// The interface that it is driven by.
    pub interface: String,
    pub driver: String,
    /// Whether the adapter is a program on the CPU that pretends.
    pub is_software: bool,
}

impl Card {
    /// Opens the best card of this machine.
    ///
    /// # Errors
    /// When there is none, in one sentence.
    pub fn open() -> Result<Self, BenchError> {
        let refused = |reason: String| BenchError::Device(reason);
        let (device, setup) = Device::wgpu_options()
            .tasks_max(TASKS_AT_ONCE)
            .init_with_setup()
            .map_err(|error| refused(error.to_string()))?;
        let complaints = Complaints::default();
        let (uncaptured, lost) = (complaints.clone(), complaints.clone());
        setup.device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            uncaptured.leave(error.to_string());
        }));
        setup.device.set_device_lost_callback(move |_, message| {
            lost.leave(format!("the device was lost: {message}"));
        });
        let info = setup.adapter.get_info();
        let adapter = Adapter {
            name: info.name,
            interface: info.backend.to_string(),
            driver: format!("{} {}", info.driver, info.driver_info).trim().to_owned(),
            is_software: info.device_type == wgpu::DeviceType::Cpu,
        };
        let limits = setup.device.limits();
        let largest_binding = limits.max_buffer_size.min(limits.max_storage_buffer_binding_size);
        let client = on_card(&Tensor::zeros([1], &device))?.client;
        Ok(Self { device, adapter, client, complaints, largest_binding })
    }

    /// Bytes of the largest tensor that a kernel can be given.
    pub fn largest_binding(&self) -> u64 {
        self.largest_binding
    }

    /// A clock on the card itself: what its kernels take, without the way there and back.
    pub fn own_clock(&self, repeats: usize) -> OwnClock<'_> {
        OwnClock { client: &self.client, repeats }
    }

    /// Makes sure that no driver complained: a shader that it refuses is skipped, and takes no time.
    ///
    /// # Errors
    /// With the complaint.
    pub fn nobody_complained(&self) -> Result<(), BenchError> {
        self.complaints.first().map_or(Ok(()), |complaint| Err(BenchError::Device(complaint)))
    }
}

/// Timestamps that the card writes before and behind the kernels of a call; where it cannot, from
/// handing them over until they are done.
pub struct OwnClock<'a> {
    client: &'a Client,
    repeats: usize,
}

impl Timer for OwnClock<'_> {
    async fn times<const D: usize>(
        &self,
        mut work: impl FnMut() -> Tensor<D>,
    ) -> Result<Vec<f64>, BenchError> {
        let said = |error: &dyn std::fmt::Debug| BenchError::Device(format!("{error:?}"));
        let mut milliseconds = Vec::with_capacity(self.repeats);
        // What is compiled and allocated, before the first window is opened.
        finish(work()).await?;
        for _ in 0..self.repeats {
            let window = self.client.profile_start().map_err(|error| said(&error))?;
            let done = work();
            let profile = self.client.profile_end(window).map_err(|error| said(&error))?;
            let ticks = profile.resolve().await.ok_or_else(|| said(&"the card told no time"))?;
            drop(done);
            milliseconds.push(ticks.duration().as_secs_f64() * 1e3);
        }
        Ok(milliseconds)
    }
}

/// The clock of the system: many calls in a row until all are done, over their number.
pub struct SystemClock {
    pub repeats: usize,
}

impl Timer for SystemClock {
    async fn times<const D: usize>(
        &self,
        mut work: impl FnMut() -> Tensor<D>,
    ) -> Result<Vec<f64>, BenchError> {
        finish(work()).await?;
        let begin = now();
        finish(work()).await?;
        let calls = (LONG_ENOUGH / (now() - begin)).clamp(1.0, MOST_CALLS).round() as usize;
        let mut milliseconds = Vec::with_capacity(self.repeats);
        for _ in 0..self.repeats {
            let begin = now();
            let mut last = work();
            for _ in 1..calls {
                last = work();
            }
            finish(last).await?;
            milliseconds.push((now() - begin) / calls as f64);
        }
        Ok(milliseconds)
    }
}
