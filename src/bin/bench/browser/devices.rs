//! The devices that can be measured.

use std::cell::RefCell;

use burn::tensor::Device;
use headstart::session::Gpu;
use headstart::web::gpu;

use crate::error::BenchError;

thread_local! {
    /// Opened once: a second one would be another device, with nothing compiled yet.
    static GRAPHICS: RefCell<Option<Gpu>> = const { RefCell::new(None) };
}

/// The device of that name: "cpu" or "webgpu".
///
/// # Errors
/// When there is none of that name, or the browser does not give it.
pub async fn named(name: &str) -> Result<Device, BenchError> {
    match name {
        "cpu" => Ok(Device::flex()),
        "webgpu" => {
            if let Some(opened) = GRAPHICS.with_borrow(Clone::clone) {
                return Ok(opened.device);
            }
            let opened = gpu::open().await.map_err(BenchError::Device)?;
            GRAPHICS.set(Some(opened.clone()));
            Ok(opened.device)
        }
        _ => {
            let refusal = format!("there is no device {name}; there are cpu and webgpu");
            Err(BenchError::Device(refusal))
        }
    }
}

/// Makes sure that no driver complained: a shader that it refuses is skipped, and takes no time.
///
/// # Errors
/// With the complaint.
pub fn nobody_complained() -> Result<(), BenchError> {
    let complaint = GRAPHICS.with_borrow(|opened| opened.as_ref()?.complaints.first());
    complaint.map_or(Ok(()), |complaint| Err(BenchError::Device(complaint)))
}
