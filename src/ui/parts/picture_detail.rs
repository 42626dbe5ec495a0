//! One picture, larger: its name and size, and the way into another class.

use std::rc::Rc;

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::icon::Icon;
use crate::session::{ClassId, PictureId};
use crate::ui::state::{Action, Class, Look, Picture};

/// Of the detail.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The picture.
    pub picture: Picture,
    /// The class that it is in.
    pub class: ClassId,
    /// All classes.
    pub classes: Vec<Rc<Class>>,
    /// Hears what is to be done.
    pub act: Callback<Action>,
    /// Hears that it was looked at.
    pub close: Callback<()>,
}

/// One picture, larger.
#[component]
pub fn PictureDetail(props: &Props) -> Html {
    let Props { picture, class, classes, act, close } = props;
    let id: PictureId = picture.id;
    let chosen = {
        let (act, close) = (act.clone(), close.clone());
        move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            if let Ok(class) = select.value().parse() {
                close.emit(());
                act.emit(Action::MovePicture(id, ClassId(class)));
            }
        }
    };
    let removed = {
        let (act, close) = (act.clone(), close.clone());
        move |_: MouseEvent| {
            close.emit(());
            act.emit(Action::RemovePicture(id));
        }
    };
    let closed = close.reform(|_: MouseEvent| ());
    let Look::Seen { image, width, height } = &picture.look else { return Html::default() };
    html! {
        <div class="detail" data-test="picture-detail" role="group"
            aria-label={format!("Picture {}", picture.name)}>
            <img src={image.clone()} alt="" width="96" height="96" draggable="false" />
            <div>
                <hgroup>
                    <b title={picture.name.clone()}>{ &picture.name }</b>
                    <p class="plain">{ format!("{width} × {height} pixels") }</p>
                </hgroup>
                <label class="plain">{ "Class " }
                    <select data-test="move-to" onchange={chosen}>
                        { for classes.iter().map(|other| html! {
                            <option value={other.id.0.to_string()} selected={other.id == *class}>
                                { &other.name }
                            </option>
                        }) }
                    </select>
                </label>
                <button class="quiet small" data-test="remove-shown" onclick={removed}>{ "Remove" }</button>
            </div>
            <button class="remove" aria-label="Close" onclick={closed}>{ Icon::Cross.draw() }</button>
        </div>
    }
}
