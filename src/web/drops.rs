//! Files dropped anywhere on the page, and pictures that are dragged from class to class.
//!
//! A part of the page that wants its own drops carries `data-zone`. While files hover, the page
//! carries `data-dragging` and the zone under them `data-over`; styles do the rest.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Document, DragEvent, Element};

use super::files::{Collected, collect, dropped};

/// What a drag carries that began at a picture of the page: its id.
const PICTURE: &str = "application/x-headstart-picture";

/// What was dropped.
pub enum Drop {
    /// Files, and what of them could not be read.
    Files(Collected),
    /// A picture of the page, by its id.
    Picture(u32),
}

type Listener = Closure<dyn FnMut(DragEvent)>;

/// Listens for dropped files until dropped itself.
pub struct Drops {
    document: Document,
    listeners: [(&'static str, Listener); 4],
}

impl Drops {
    /// `taken` hears the zone, if any, and what came of the drop. What can be dragged carries
    /// `data-picture` with its id.
    pub fn listen(
        document: Document,
        taken: impl Fn(Option<String>, Drop) + Clone + 'static,
    ) -> Self {
        // Another page's picture of the same number is none of this page's.
        let dragged = Rc::new(RefCell::new(None::<String>));
        let begun = Rc::clone(&dragged);
        let start = Listener::new(move |event: DragEvent| {
            let picture = zone(&event, "[data-picture]")
                .and_then(|picture| picture.get_attribute("data-picture"));
            if let (Some(id), Some(transfer)) = (picture, event.data_transfer()) {
                // A drag that carries nothing does nothing where it is dropped.
                let _ = transfer.set_data(PICTURE, &id);
                begun.replace(Some(id));
                transfer.set_effect_allowed("move");
            }
        });
        let page = document.clone();
        let over = Listener::new(move |event: DragEvent| {
            if carries(&event, "Files") || carries(&event, PICTURE) {
                event.prevent_default();
                mark(&page, Some(zone(&event, "[data-zone]")));
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
            let Some(transfer) = event.data_transfer() else { return };
            let zone = zone(&event, "[data-zone]").and_then(|zone| zone.get_attribute("data-zone"));
            if carries(&event, PICTURE) {
                event.prevent_default();
                let own = dragged.take();
                let id = transfer.get_data(PICTURE).ok().filter(|id| own.as_ref() == Some(id));
                let id = id.and_then(|id| id.parse().ok());
                id.into_iter().for_each(|id| taken(zone.clone(), Drop::Picture(id)));
            } else if carries(&event, "Files") {
                event.prevent_default();
                let dropped = dropped(&transfer);
                let taken = taken.clone();
                spawn_local(async move { taken(zone, Drop::Files(collect(dropped).await)) });
            }
        });
        let listeners =
            [("dragstart", start), ("dragover", over), ("dragleave", leave), ("drop", drop)];
        for (name, listener) in &listeners {
            // These never fail on a document.
            let listener = listener.as_ref().unchecked_ref();
            let _ = document.add_event_listener_with_callback(name, listener);
        }
        Self { document, listeners }
    }
}

impl std::ops::Drop for Drops {
    fn drop(&mut self) {
        for (name, listener) in &self.listeners {
            let listener = listener.as_ref().unchecked_ref();
            let _ = self.document.remove_event_listener_with_callback(name, listener);
        }
    }
}

fn carries(event: &DragEvent, kind: &str) -> bool {
    event.data_transfer().is_some_and(|transfer| transfer.types().includes(&kind.into(), 0))
}

/// The nearest element around the one under the pointer that matches.
fn zone(event: &DragEvent, selector: &str) -> Option<Element> {
    let under: Element = event.target()?.dyn_into().ok()?;
    under.closest(selector).ok().flatten()
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
