//! How wide an element is, now and whenever that changes.

use wasm_bindgen::prelude::*;
use web_sys::{Element, ResizeObserver};

/// Watches an element's width until dropped.
pub struct WidthWatch {
    observer: ResizeObserver,
    _listener: Closure<dyn FnMut()>,
}

impl WidthWatch {
    /// `changed` hears the width in CSS pixels, at once and after every change.
    pub fn start(element: &Element, changed: impl Fn(f64) + 'static) -> Option<Self> {
        let watched = element.clone();
        let listener = Closure::new(move || changed(f64::from(watched.client_width())));
        let observer = ResizeObserver::new(listener.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self { observer, _listener: listener })
    }
}

impl Drop for WidthWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
