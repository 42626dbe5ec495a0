//! Where the keyboard is after something under it went away.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Before a list item goes: moves the focus to the same kind of button in the next item, or the
/// one before, or else to what `otherwise` selects.
pub fn leave_item(button: &Element, otherwise: &str) {
    let Some(item) = button.closest("li").ok().flatten() else { return };
    let selector = "button, input";
    let within = |item: Option<Element>| item?.query_selector(selector).ok().flatten();
    let next = within(item.next_element_sibling())
        .or_else(|| within(item.previous_element_sibling()))
        .or_else(|| item.owner_document()?.query_selector(otherwise).ok().flatten());
    if let Some(next) = next.and_then(|next| next.dyn_into::<HtmlElement>().ok()) {
        // Without focus the page still works.
        let _ = next.focus();
    }
}

/// Brings a part of the page into view once it is drawn.
pub fn show(selector: &str) {
    let document = web_sys::window().and_then(|window| window.document());
    let part = document.and_then(|document| document.query_selector(selector).ok().flatten());
    if let Some(part) = part {
        part.scroll_into_view();
    }
}
