//! One picture in its class.

use web_sys::Element;
use yew::prelude::*;

use super::icon::Icon;
use crate::session::PictureId;
use crate::ui::state::{Action, Look, Picture};
use crate::web::focus;

/// Of a thumbnail.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The picture.
    pub picture: Picture,
    /// Hears the wish to remove it.
    pub act: Callback<Action>,
    /// Hears that it is to be looked at, where it can be.
    #[prop_or_default]
    pub pick: Option<Callback<PictureId>>,
}

/// One picture in its class, with its way out.
#[component]
pub fn Thumbnail(props: &Props) -> Html {
    let Picture { id, name, look, .. } = &props.picture;
    let id = *id;
    let remove = {
        let act = props.act.clone();
        move |event: MouseEvent| {
            if let Some(button) = event.target_dyn_into::<Element>() {
                focus::leave(&button, "li");
            }
            act.emit(Action::RemovePicture(id));
        }
    };
    html! {
        <li class={classes!("thumb", (*look == Look::Reading).then_some("reading"))}
            data-test="thumbnail" data-picture={props.pick.is_some().then(|| id.0.to_string())}
            draggable={props.pick.is_some().then_some("true")}>
            if let Look::Seen { image, width, height } = look {
                { picked(props, html! {
                    <img src={image.clone()} alt={name.clone()} width="96" height="96"
                        title={format!("{name}, {width} × {height}")} draggable="false"
                        decoding="async" />
                }) }
            } else {
                <span class="unseen">{ format!("{name} is being read") }</span>
            }
            <button class="remove" data-test="remove-picture" aria-label={format!("Remove {name}")}
                tabindex={props.pick.is_some().then_some("-1")}
                onclick={remove}>{ Icon::Cross.draw() }</button>
        </li>
    }
}

/// The picture as a button, where it can be looked at: the one stop of the keyboard, which also removes
/// it.
fn picked(props: &Props, image: Html) -> Html {
    let Some(pick) = props.pick.clone() else { return image };
    let id = props.picture.id;
    let act = props.act.clone();
    let title = match &props.picture.look {
        Look::Seen { width, height, .. } => format!("{}, {width} × {height}", props.picture.name),
        Look::Reading => props.picture.name.clone(),
    };
    let pressed = move |event: KeyboardEvent| {
        if event.key() == "Delete"
            && let Some(button) = event.target_dyn_into::<Element>()
        {
            focus::leave(&button, "li");
            act.emit(Action::RemovePicture(id));
        }
    };
    html! {
        <button class="look" data-test="look" aria-keyshortcuts="Delete" {title}
            aria-label={format!("Look at {}", props.picture.name)}
            onclick={move |_| pick.emit(id)} onkeydown={pressed}>{ image }</button>
    }
}
