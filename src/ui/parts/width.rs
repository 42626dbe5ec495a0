//! The width of a place on the page, for what is drawn in its pixels.

use web_sys::Element;
use yew::prelude::*;

use crate::web::width::WidthWatch;

/// A reference to put on the place, and its width in CSS pixels: 0 before it is known.
#[hook]
pub fn use_width() -> (NodeRef, f64) {
    let place = use_node_ref();
    let width = use_state(|| 0.0);
    {
        let width = width.clone();
        use_effect_with(place.clone(), move |place| {
            let set = width.setter();
            let watch = place
                .cast::<Element>()
                .and_then(|element| WidthWatch::start(&element, move |width| set.set(width)));
            move || drop(watch)
        });
    }
    (place, *width)
}
