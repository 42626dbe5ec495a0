//! Counts the requests that the page makes, as the browser records them.

use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{
    Performance, PerformanceEntry, PerformanceObserver, PerformanceObserverEntryList,
    PerformanceObserverInit,
};

/// Watches requests until dropped.
pub struct RequestWatch {
    observer: PerformanceObserver,
    _listener: Closure<dyn FnMut(PerformanceObserverEntryList)>,
}

impl RequestWatch {
    /// `made` hears when requests were made, in milliseconds of the wall clock. `None` where the
    /// browser does not record them.
    pub fn start(made: impl Fn(Vec<f64>) + 'static) -> Option<Self> {
        let origin = performance()?.time_origin();
        let listener = Closure::new(move |list: PerformanceObserverEntryList| {
            let entries = list.get_entries();
            let entries = entries.iter().map(JsCast::unchecked_into::<PerformanceEntry>);
            let requests = entries.filter(|entry| leaves_memory(&entry.name()));
            let times: Vec<f64> = requests.map(|entry| origin + entry.start_time()).collect();
            if !times.is_empty() {
                made(times);
            }
        });
        let observer = PerformanceObserver::new(listener.as_ref().unchecked_ref()).ok()?;
        observer.observe(&PerformanceObserverInit::new(&Array::of1(&"resource".into())));
        Some(Self { observer, _listener: listener })
    }
}

impl Drop for RequestWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// The wall clock, in milliseconds.
pub fn now() -> f64 {
    performance().map_or(0.0, |performance| performance.time_origin() + performance.now())
}

/// Object URLs and data URLs are read from memory.
fn leaves_memory(address: &str) -> bool {
    !(address.starts_with("blob:") || address.starts_with("data:"))
}

fn performance() -> Option<Performance> {
    web_sys::window()?.performance()
}
