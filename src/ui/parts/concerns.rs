//! What was found in the pictures before anything is learned, each with a way out.

use web_sys::Element;
use yew::prelude::*;

use super::open::use_open;
use crate::session::{ClassWeights, PictureId};
use crate::ui::state::{Action, Look, Pictures, Told};
use crate::ui::text::counted;
use crate::web::focus;

/// Pictures that are shown of a concern.
const SHOWN: usize = 8;

/// Concerns that are listed at once: a folder that was given twice has as many as pictures.
const LISTED: usize = 50;

/// Of the list.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The pictures, and what was found.
    pub pictures: Pictures,
    /// Whether classes are weighed, which settles that they are of different size.
    pub weights: ClassWeights,
    /// Hears what is to be done.
    pub act: Callback<Action>,
}

/// What was found in the pictures, most harmful first.
#[component]
pub fn Concerns(props: &Props) -> Html {
    let (open, toggled) = use_open();
    let told = props.pictures.told(props.weights);
    if told.is_empty() {
        return Html::default();
    }
    let hidden = told.len().saturating_sub(LISTED);
    html! {
        <details class="concerns" data-test="concerns" ontoggle={toggled}>
            <summary>
                <b>{ counted(told.len(), "thing to look at", "things to look at") }</b>
                { ": " }{ &told[0].title }
                if told.len() > 1 { { " …" } }
            </summary>
            if open {
                <ul>{ for told.into_iter().take(LISTED).map(|told| concern(props, told)) }</ul>
                if hidden > 0 {
                    <p class="plain">{ format!("and {hidden} more, shown as these are settled") }</p>
                }
            }
        </details>
    }
}

fn concern(props: &Props, told: Told) -> Html {
    let remedies = told.remedies.into_iter().map(|(words, action)| {
        let onclick = props.act.reform(move |event: MouseEvent| {
            if let Some(button) = event.target_dyn_into::<Element>() {
                focus::leave(&button, "li");
            }
            action.clone()
        });
        html! { <button class="pill small" data-test="remedy" {onclick}>{ words }</button> }
    });
    let concern = told.concern;
    let leave = props.act.reform(move |_: MouseEvent| Action::LeaveConcern(concern.clone()));
    let hidden = told.pictures.len().saturating_sub(SHOWN);
    html! {
        <li data-test="concern">
            <h3>{ told.title }</h3>
            <p class="plain">{ told.why }</p>
            if !told.pictures.is_empty() {
                <p class="few">
                    { for told.pictures.iter().take(SHOWN).map(|id| small(&props.pictures, *id)) }
                    if hidden > 0 { <span class="plain">{ format!("and {hidden} more") }</span> }
                </p>
            }
            <p class="ways">
                { for remedies }
                <button class="quiet small" data-test="leave" onclick={leave}>{ "Leave it" }</button>
            </p>
        </li>
    }
}

fn small(pictures: &Pictures, id: PictureId) -> Html {
    match pictures.find(id).map(|picture| (&picture.look, &picture.name)) {
        Some((Look::Seen { image, .. }, name)) => html! {
            <span>
                <img src={image.clone()} alt="" width="48" height="48" draggable="false" />
                <small title={name.clone()}>{ name }</small>
            </span>
        },
        _ => Html::default(),
    }
}
