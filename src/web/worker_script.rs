//! The script that a worker begins with.

use js_sys::{Array, JSON};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, Url};

const BOOT: &str = include_str!("worker_boot.js");

/// The address of a worker's script. `base` is where the page lies, `cores` how many processor
/// cores there are to compute on. To be revoked when the worker has read it.
///
/// # Errors
/// What the browser said, if it makes no blob.
pub fn address(base: &str, cores: f64) -> Result<String, JsValue> {
    let base = JSON::stringify(&JsValue::from(base))?;
    let source = format!("const base = {};\nconst cores = {cores};\n{BOOT}", String::from(base));
    let options = BlobPropertyBag::new();
    options.set_type("text/javascript");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&source.into()), &options)?;
    Url::create_object_url_with_blob(&blob)
}
