//! Whether a part that opens on demand is open, so that what is in it is only drawn then.

use yew::prelude::*;

/// Whether a `details` element is open, and what it is to call when it is toggled.
#[hook]
pub fn use_open() -> (bool, Callback<Event>) {
    let open = use_state(|| false);
    let toggled = {
        let open = open.setter();
        Callback::from(move |event: Event| {
            let details = event.target_dyn_into::<web_sys::Element>();
            open.set(details.is_some_and(|details| details.has_attribute("open")));
        })
    };
    (*open, toggled)
}
