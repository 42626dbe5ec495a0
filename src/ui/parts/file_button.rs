//! A file input that looks like the rest of the page.

use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Of the input.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What stands on it.
    pub children: Html,
    /// What is said of it, where that is more than what stands on it.
    #[prop_or_default]
    pub label: Option<AttrValue>,
    /// Its look.
    pub class: AttrValue,
    /// Its mark for tests.
    pub test: AttrValue,
    /// Whether whole folders are chosen.
    #[prop_or_default]
    pub folder: bool,
    /// Whether only one file is chosen.
    #[prop_or_default]
    pub single: bool,
    /// Whether it takes nothing now.
    #[prop_or_default]
    pub disabled: bool,
    /// Hears of a choice.
    pub chosen: Callback<HtmlInputElement>,
}

/// What the browser's dialogue offers: an archive has many pictures.
fn accepted(props: &Props) -> Option<&'static str> {
    match (props.folder, props.single) {
        (true, _) => None,
        (false, true) => Some("image/*"),
        (false, false) => Some("image/*,.zip"),
    }
}

/// A label around an input: a click or a key on either opens the browser's own dialogue.
#[component]
pub fn FileButton(props: &Props) -> Html {
    let onchange = {
        let chosen = props.chosen.clone();
        move |event: Event| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                chosen.emit(input);
            }
        }
    };
    html! {
        <label class={classes!("file", props.class.to_string())}>
            <input type="file" class="unseen" data-test={&props.test}
                aria-label={props.label.clone()}
                accept={accepted(props)}
                multiple={!props.single}
                webkitdirectory={props.folder}
                disabled={props.disabled}
                {onchange} />
            { props.children.clone() }
        </label>
    }
}
