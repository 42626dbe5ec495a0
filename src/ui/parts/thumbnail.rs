//! One picture in its class.

use web_sys::Element;
use yew::prelude::*;

use super::icon::Icon;
use crate::ui::state::{Action, Look, Picture};
use crate::web::focus;

/// Of a thumbnail.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The picture.
    pub picture: Picture,
    /// Hears the wish to remove it.
    pub act: Callback<Action>,
}

/// One picture in its class, with its way out.
#[component]
pub fn Thumbnail(props: &Props) -> Html {
    let Picture { id, name, look, .. } = &props.picture;
    let remove = {
        let id = *id;
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
            data-test="thumbnail">
            if let Look::Seen { image, width, height } = look {
                <img src={image.clone()} alt={name.clone()} width="96" height="96"
                    title={format!("{name}, {width} × {height}")} draggable="false"
                    decoding="async" />
            } else {
                <span class="unseen">{ format!("{name} is being read") }</span>
            }
            <button class="remove" data-test="remove-picture" aria-label={format!("Remove {name}")}
                onclick={remove}>{ Icon::Cross.draw() }</button>
        </li>
    }
}
