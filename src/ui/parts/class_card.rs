//! One class: its name, its pictures, and the way to more.

use std::rc::Rc;

use web_sys::{Element, File, HtmlInputElement};
use yew::prelude::*;

use super::camera::{CameraPanel, Purpose};
use super::icon::Icon;
use super::picture_detail::PictureDetail;
use super::thumbnails::thumbnails;
use crate::session::{ClassId, PictureId};
use crate::ui::state::{Action, Class, Place};
use crate::web::focus;

/// Pictures that a card shows before it is asked for all: with the tile for more, whole rows of
/// 4 or 6.
const SHOWN: usize = 11;
/// A row more takes no more room than the button that would show it.
const ROW: usize = 4;
/// Pictures on a sheet of a card that shows all of them. A page holds so many of a class at once and
/// no more, however many there are.
const SHEET: usize = 47;

/// Of a class card.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The class.
    pub class: Rc<Class>,
    /// Every class with its name, for pictures that move.
    pub classes: Vec<Rc<Class>>,
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
    let camera = use_state(|| false);
    let sheet = use_state(|| None::<usize>);
    let picked = use_state(|| None::<PictureId>);
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
    let fits = pictures.len() <= SHOWN + ROW;
    // A sheet that its last picture has left is none.
    let last = pictures.len().saturating_sub(1) / SHEET;
    let shown = match *sheet {
        _ if fits => 0..pictures.len(),
        None => 0..SHOWN,
        Some(number) => {
            let begin = number.min(last) * SHEET;
            begin..(begin + SHEET).min(pictures.len())
        }
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
    let pick = {
        let picked = picked.clone();
        Callback::from(move |id| picked.set(if *picked == Some(id) { None } else { Some(id) }))
    };
    let close = {
        let picked = picked.clone();
        Callback::from(move |()| picked.set(None))
    };
    let detail = picked.and_then(|id| pictures.iter().find(|picture| picture.id == id));
    let label = format!("Add pictures to {name}");
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
                <button class="remove shoot" data-test="use-camera" onclick={looks}
                    aria-expanded={camera.to_string()} title="Use the camera"
                    aria-label={format!("Use the camera for {name}")}>{ Icon::Camera.draw() }</button>
                <button class="remove" data-test="remove-class" onclick={removed}
                    aria-label={format!("Remove class {name}")}>{ Icon::Cross.draw() }</button>
            </header>
            if *camera {
                <CameraPanel label={format!("What the camera sees, for {name}")}
                    purpose={Purpose::Keep} {taken} {closed} />
            }
            { thumbnails(&pictures[shown.clone()], ("add-files", label), &props.act, chosen, Some(pick)) }
            if let Some(picture) = detail {
                <PictureDetail picture={picture.clone()} class={id} classes={props.classes.clone()}
                    act={&props.act} {close} />
            }
            if !fits {
                { sheets(&sheet, pictures.len(), shown, last) }
            }
        </section>
    }
}

/// The way from sheet to sheet, and back to a few.
fn sheets(
    sheet: &UseStateHandle<Option<usize>>,
    count: usize,
    shown: std::ops::Range<usize>,
    last: usize,
) -> Html {
    let go = |to: Option<usize>| {
        let sheet = sheet.setter();
        move |_: MouseEvent| sheet.set(to)
    };
    let Some(number) = sheet.map(|number| number.min(last)) else {
        return html! {
            <button class="more" data-test="show-all" aria-expanded="false" onclick={go(Some(0))}>
                { format!("Show all {count}") }
            </button>
        };
    };
    html! {
        <p class="sheets">
            if last > 0 {
                <button class="more" aria-label="Earlier pictures" disabled={number == 0}
                    onclick={go(Some(number.saturating_sub(1)))}>{ "‹" }</button>
                <span class="plain" data-test="sheet">
                    { format!("{} to {} of {count}", shown.start + 1, shown.end) }
                </span>
                <button class="more" data-test="next-sheet" aria-label="Later pictures"
                    disabled={number == last}
                    onclick={go(Some((number + 1).min(last)))}>{ "›" }</button>
            }
            <button class="more" aria-expanded="true" onclick={go(None)}>{ "Show fewer" }</button>
        </p>
    }
}
