//! Mounts the page.

fn main() {
    console_error_panic_hook::set_once();
    let lab = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("lab"));
    // Without the place the document is not ours, and there is nothing to mount on.
    if let Some(lab) = lab {
        yew::Renderer::<headstart::ui::App>::with_root(lab).render();
    }
}
