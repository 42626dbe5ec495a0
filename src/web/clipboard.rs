//! Picture files pasted anywhere on the page.

use std::cell::Cell;

use wasm_bindgen::prelude::*;
use web_sys::{ClipboardEvent, Document, Element, File};

use super::files::{Found, named};

/// Listens for pasted files until dropped itself.
pub struct Pastes {
    document: Document,
    listener: Closure<dyn FnMut(ClipboardEvent)>,
}

impl Pastes {
    /// `taken` hears the zone that has the focus, if any, and the files. Text that is pasted goes
    /// its own way.
    pub fn listen(
        document: Document,
        taken: impl Fn(Option<String>, Vec<Found>) + 'static,
    ) -> Self {
        let pasted = Cell::new(0);
        let listener = Closure::<dyn FnMut(ClipboardEvent)>::new(move |event: ClipboardEvent| {
            let Some(files) = event.clipboard_data().and_then(|data| data.files()) else { return };
            let files = (0..files.length()).filter_map(|index| files.get(index));
            let found: Vec<_> = files.map(|file| Found::loose(renamed(file, &pasted))).collect();
            if !found.is_empty() {
                event.prevent_default();
                taken(zone(&event), found);
            }
        });
        // This never fails on a document.
        let _ =
            document.add_event_listener_with_callback("paste", listener.as_ref().unchecked_ref());
        Self { document, listener }
    }
}

impl Drop for Pastes {
    fn drop(&mut self) {
        let listener = self.listener.as_ref().unchecked_ref();
        let _ = self.document.remove_event_listener_with_callback("paste", listener);
    }
}

/// Browsers call every picture without a file the same; so that a person can tell them apart, those
/// are counted.
fn renamed(file: File, pasted: &Cell<u32>) -> File {
    let name = file.name();
    let Some(end) = name.strip_prefix("image.") else { return file };
    pasted.set(pasted.get() + 1);
    named(&file, &format!("pasted {}.{end}", pasted.get())).unwrap_or(file)
}

/// A paste goes to what has the focus.
fn zone(event: &ClipboardEvent) -> Option<String> {
    let focused: Element = event.target()?.dyn_into().ok()?;
    focused.closest("[data-zone]").ok().flatten()?.get_attribute("data-zone")
}
