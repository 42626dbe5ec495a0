//! Opens WebGPU in the worker.
//!
//! Everything is asked of the browser before the graphics library is, because that panics where
//! a function is missing.

use std::pin::Pin;
use std::sync::Arc;

use burn::tensor::Device;
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::session::{Complaints, Gpu, Limits};

/// Launches that are gathered before they are handed to the driver. Browsers end work that holds
/// the graphics card for long, so it is fed in small portions.
const TASKS_AT_ONCE: usize = 64;

/// Opens the graphics card that the browser offers.
pub fn open() -> Pin<Box<dyn Future<Output = Result<Gpu, String>>>> {
    Box::pin(async {
        let adapter = adapter().await?;
        let (name, is_software) = describe(&adapter);
        let (device, setup) = Device::wgpu_options()
            .tasks_max(TASKS_AT_ONCE)
            .init_with_setup_async()
            .await
            .map_err(|error| format!("WebGPU ({name}) could not be opened: {error}."))?;
        let complaints = Complaints::default();
        let (uncaptured, lost) = (complaints.clone(), complaints.clone());
        setup.device.on_uncaptured_error(Arc::new(
            move |error: burn::tensor::wgpu::wgpu::Error| {
                uncaptured.leave(error.to_string());
            },
        ));
        setup.device.set_device_lost_callback(move |_, message| {
            lost.leave(format!("the device was lost: {message}"));
        });
        let limits = limits(&setup.device.limits());
        Ok(Gpu { device, name, is_software, limits, complaints })
    })
}

/// What the card holds. Browsers tell how large a buffer may be, but not how much memory there is;
/// what the CPU is given is modest for a card.
fn limits(limits: &burn::tensor::wgpu::wgpu::Limits) -> Limits {
    let largest_buffer = limits.max_buffer_size.min(limits.max_storage_buffer_binding_size);
    Limits::of_graphics(largest_buffer)
}

/// The adapter that the browser would give, as the browser's own object.
async fn adapter() -> Result<JsValue, String> {
    let missing = || "This browser has no WebGPU, so the CPU computes.".to_owned();
    let refused = || "This browser offers no graphics adapter, so the CPU computes.".to_owned();
    let navigator = get(&js_sys::global(), "navigator").ok_or_else(missing)?;
    let gpu = get(&navigator, "gpu").ok_or_else(missing)?;
    let request: Function = get(&gpu, "requestAdapter")
        .and_then(|function| function.dyn_into().ok())
        .ok_or_else(missing)?;
    // The graphics library asks alike, so both mean the same adapter.
    let wish = Object::new();
    // Setting a field of a fresh plain object cannot fail.
    let _ = Reflect::set(&wish, &"powerPreference".into(), &"high-performance".into());
    let promise: Promise = request
        .call1(&gpu, &wish)
        .ok()
        .and_then(|promise| promise.dyn_into().ok())
        .ok_or_else(refused)?;
    let adapter = JsFuture::from(promise).await.map_err(|_| refused())?;
    if adapter.is_null() || adapter.is_undefined() { Err(refused()) } else { Ok(adapter) }
}

/// The adapter's name, and whether it is a program that pretends to be one.
fn describe(adapter: &JsValue) -> (String, bool) {
    let info = get(adapter, "info").unwrap_or(JsValue::UNDEFINED);
    let text = |field: &str| get(&info, field).and_then(|value| value.as_string());
    let words: Vec<String> = ["description", "vendor", "architecture"]
        .iter()
        .filter_map(|field| text(field))
        .filter(|word| !word.is_empty())
        .collect();
    let name = match words.first() {
        Some(first) if text("description").is_some_and(|word| !word.is_empty()) => first.clone(),
        Some(_) => words.join(" "),
        None => "WebGPU".to_owned(),
    };
    let is_fallback = [adapter, &info].iter().any(|holder| {
        get(holder, "isFallbackAdapter").and_then(|value| value.as_bool()) == Some(true)
    });
    let pretends = words.iter().map(|word| word.to_lowercase()).any(|word| {
        ["swiftshader", "llvmpipe", "lavapipe", "basic render"]
            .iter()
            .any(|name| word.contains(name))
    });
    (name, is_fallback || pretends)
}

/// A property, unless it is missing, null or undefined.
fn get(holder: &JsValue, name: &str) -> Option<JsValue> {
    let value = Reflect::get(holder, &JsValue::from_str(name)).ok()?;
    (!value.is_null() && !value.is_undefined()).then_some(value)
}
