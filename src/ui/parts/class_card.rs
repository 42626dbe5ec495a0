//! One class: its name, its pictures, and the way to more.

use std::rc::Rc;

use web_sys::{Element, File, HtmlInputElement};
use yew::prelude::*;

use super::camera::{CameraPanel, Purpose};
use super::icon::Icon;
use super::thumbnails::thumbnails;
use crate::session::ClassId;
use crate::ui::state::{Action, Class, Place};
use crate::web::focus;

/// Pictures that a card shows before it is asked for all: with the tile for more, whole rows of
/// 4 or 6.
const SHOWN: usize = 11;
/// A row more takes no more room than the button that would show it.
const ROW: usize = 4;

/// Of a class card.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The class.
    pub class: Rc<Class>,
    /// Hears what the person does to it.
    pub act: Callback<Action>,
    /// Hears of files for it.
    pub give: Callback<(Place, HtmlInputElement)>,
    /// Hears of a picture that the camera took for it, and of its burst.
    pub take: Callback<(ClassId, File, Option<u32>)>,
}

/// One class.
#[component]
pub fn ClassCard(props: &Props) -> Html {
    let all = use_state(|| false);
    let camera = use_state(|| false);
    let Class { id, name, pictures, .. } = &*props.class;
    let id = *id;
    let typed = props.act.reform(move |event: InputEvent| {
        let input: HtmlInputElement = event.target_unchecked_into();
        Action::RenameClass(id, input.value())
    });
    let finished = props.act.reform(move |_: Event| Action::FinishName(id));
    let removed = props.act.reform(move |event: MouseEvent| {
        if let Some(button) = event.target_dyn_into::<Element>() {
            focus::leave(&button, ".class");
        }
        Action::RemoveClass(id)
    });
    let chosen = props.give.reform(move |input| (Place::Class(id), input));
    let hidden = if *all || pictures.len() <= SHOWN + ROW { 0 } else { pictures.len() - SHOWN };
    let shown = &pictures[..pictures.len() - hidden];
    let more = {
        let all = all.clone();
        move |_: MouseEvent| all.set(!*all)
    };
    let looks = {
        let camera = camera.clone();
        move |_: MouseEvent| camera.set(!*camera)
    };
    let closed = {
        let camera = camera.setter();
        move |()| camera.set(false)
    };
    let taken = props.take.reform(move |(file, burst)| (id, file, burst));
    html! {
        <section class="class" data-test="class" data-zone={format!("class-{}", id.0)}
            aria-label={format!("Class {name}")}>
            <header>
                <input data-test="class-name" aria-label="Class name" value={name.clone()}
                    placeholder="Name this class" autocomplete="off" spellcheck="false"
                    maxlength="60" oninput={typed} onchange={finished} />
                <span class="count">
                    <span data-test="class-count">{ pictures.len() }</span>
                    <span class="unseen">{ if pictures.len() == 1 { "picture" } else { "pictures" } }</span>
                </span>
                <button class="remove look" data-test="use-camera" onclick={looks}
                    aria-expanded={camera.to_string()} title="Use the camera"
                    aria-label={format!("Use the camera for {name}")}>{ Icon::Camera.draw() }</button>
                <button class="remove" data-test="remove-class" onclick={removed}
                    aria-label={format!("Remove class {name}")}>{ Icon::Cross.draw() }</button>
            </header>
            if *camera {
                <CameraPanel label={format!("What the camera sees, for {name}")}
                    purpose={Purpose::Keep} {taken} {closed} />
            }
            { thumbnails(shown, ("add-files", format!("Add pictures to {name}")), &props.act, chosen) }
            if hidden > 0 || *all {
                <button class="more" onclick={more} aria-expanded={all.to_string()}>
                    { if *all { "Show fewer".to_owned() } else { format!("Show all {}", pictures.len()) } }
                </button>
            }
        </section>
    }
}
