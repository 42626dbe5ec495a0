//! A file that the page makes for the person, part by part: each is handed to the browser at once, so
//! that the page never holds more than one.

use gloo_timers::callback::Timeout;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, HtmlElement, Url};

/// Milliseconds until an address is revoked: a browser may ask first where the file is to go.
const KEPT_FOR: u32 = 60_000;

/// The parts so far.
#[derive(Default)]
pub struct SavedParts {
    parts: Vec<Blob>,
}

impl SavedParts {
    /// Hands a part over. Returns whether the browser took it.
    pub fn add(&mut self, bytes: &[u8]) -> bool {
        let part = Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(bytes)));
        part.map(|part| self.parts.push(part)).is_ok()
    }

    /// Has the browser keep the whole file under this name. Returns whether it has the file: parts that
    /// it had no room for are only missed when somebody reads them.
    pub async fn save_as(self, name: &str) -> bool {
        self.download(name).await.is_some()
    }

    async fn download(self, name: &str) -> Option<()> {
        let options = BlobPropertyBag::new();
        options.set_type("application/zip");
        let parts: Array = self.parts.iter().collect();
        let whole = Blob::new_with_blob_sequence_and_options(&parts, &options).ok()?;
        for part in &self.parts {
            let last =
                part.slice_with_f64_and_f64((part.size() - 1.0).max(0.0), part.size()).ok()?;
            JsFuture::from(last.array_buffer()).await.ok()?;
        }
        let address = Url::create_object_url_with_blob(&whole).ok()?;
        let document = web_sys::window()?.document()?;
        let link: HtmlElement = document.create_element("a").ok()?.dyn_into().ok()?;
        link.set_attribute("href", &address).ok()?;
        link.set_attribute("download", name).ok()?;
        link.click();
        Timeout::new(KEPT_FOR, move || {
            // An address that is gone already is not worth a word.
            let _ = Url::revoke_object_url(&address);
        })
        .forget();
        Some(())
    }
}
