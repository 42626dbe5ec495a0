//! Where the keyboard is after something under it went away.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

const REACHABLE: &str = "button, input";

/// Before the `item` around a button goes: moves the focus into the item after it, or else the
/// one before it.
pub fn leave(button: &Element, item: &str) {
    let Some(item) = button.closest(item).ok().flatten() else { return };
    let next = reachable(item.next_element_sibling());
    let next = next.or_else(|| reachable(item.previous_element_sibling()));
    if let Some(next) = next.and_then(|next| next.dyn_into::<HtmlElement>().ok()) {
        // Without focus the page still works.
        let _ = next.focus();
    }
}

/// What the keyboard can reach in an element, the element itself included.
fn reachable(element: Option<Element>) -> Option<Element> {
    let element = element?;
    if element.matches(REACHABLE).unwrap_or(false) {
        return Some(element);
    }
    element.query_selector(REACHABLE).ok().flatten()
}

/// Moves the focus onto a part of the page, drawn ones included.
pub fn on(id: &str) {
    let document = web_sys::window().and_then(|window| window.document());
    if let Some(part) = document.and_then(|document| document.get_element_by_id(id)) {
        // What is drawn is no HTML element, and is focused by the same call.
        let _ = part.unchecked_into::<HtmlElement>().focus();
    }
}

/// Brings a part of the page into view.
pub fn show(id: &str) {
    let document = web_sys::window().and_then(|window| window.document());
    if let Some(part) = document.and_then(|document| document.get_element_by_id(id)) {
        part.scroll_into_view();
    }
}
