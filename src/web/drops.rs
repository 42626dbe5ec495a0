//! Files dropped anywhere on the page.
//!
//! A part of the page that wants its own drops carries `data-zone`. While files hover, the page
//! carries `data-dragging` and the zone under them `data-over`; styles do the rest.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Document, DragEvent, Element};

use super::files::{Collected, collect, dropped};

type Listener = Closure<dyn FnMut(DragEvent)>;

/// Listens for dropped files until dropped itself.
pub struct Drops {
    document: Document,
    listeners: [(&'static str, Listener); 3],
}

impl Drops {
    /// `taken` hears the zone, if any, and what came of the drop.
    pub fn listen(
        document: Document,
        taken: impl Fn(Option<String>, Collected) + Clone + 'static,
    ) -> Self {
        let page = document.clone();
        let over = Listener::new(move |event: DragEvent| {
            if carries_files(&event) {
                event.prevent_default();
                mark(&page, Some(zone(&event)));
            }
        });
        let page = document.clone();
        let leave = Listener::new(move |event: DragEvent| {
            // Without a next target the pointer has left the page.
            if event.related_target().is_none() {
                mark(&page, None);
            }
        });
        let page = document.clone();
        let drop = Listener::new(move |event: DragEvent| {
            mark(&page, None);
            let Some(transfer) = event.data_transfer().filter(|_| carries_files(&event)) else {
                return;
            };
            event.prevent_default();
            let zone = zone(&event).and_then(|zone| zone.get_attribute("data-zone"));
            let dropped = dropped(&transfer);
            let taken = taken.clone();
            spawn_local(async move { taken(zone, collect(dropped).await) });
        });
        let listeners = [("dragover", over), ("dragleave", leave), ("drop", drop)];
        for (name, listener) in &listeners {
            // These never fail on a document.
            let listener = listener.as_ref().unchecked_ref();
            let _ = document.add_event_listener_with_callback(name, listener);
        }
        Self { document, listeners }
    }
}

impl Drop for Drops {
    fn drop(&mut self) {
        for (name, listener) in &self.listeners {
            let listener = listener.as_ref().unchecked_ref();
            let _ = self.document.remove_event_listener_with_callback(name, listener);
        }
    }
}

fn carries_files(event: &DragEvent) -> bool {
    event.data_transfer().is_some_and(|transfer| transfer.types().includes(&"Files".into(), 0))
}

fn zone(event: &DragEvent) -> Option<Element> {
    let under: Element = event.target()?.dyn_into().ok()?;
    under.closest("[data-zone]").ok().flatten()
}

/// Marks the page and the zone under the files; `None` when nothing hovers any more.
fn mark(document: &Document, hovering: Option<Option<Element>>) {
    let Some(root) = document.document_element() else { return };
    let zone = hovering.clone().flatten();
    if let Ok(Some(before)) = document.query_selector("[data-over]")
        && zone.as_ref() != Some(&before)
    {
        let _ = before.remove_attribute("data-over");
    }
    let _ = match hovering {
        Some(_) => root.set_attribute("data-dragging", ""),
        None => root.remove_attribute("data-dragging"),
    };
    if let Some(zone) = zone {
        let _ = zone.set_attribute("data-over", "");
    }
}
