//! One picture behind a number, and what can be done to it.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::session::{ClassId, PictureId};
use crate::ui::state::{Action, Look, Picture};

/// Of a picture.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Its id.
    pub id: PictureId,
    /// The picture as it is now, if it still is there.
    pub picture: Option<Picture>,
    /// The class that it lies in now.
    pub lies_in: Option<ClassId>,
    /// The class that it lay in when training began.
    pub label: String,
    /// The class that the model would put it in.
    pub answer: String,
    /// How sure the model is.
    pub said: String,
    /// The class that the model would put it in, if it still is there.
    pub target: Option<ClassId>,
    /// The classes that it can be moved to.
    pub choices: Vec<(ClassId, String)>,
    /// Hears what the person does.
    pub act: Callback<Action>,
}

/// One picture behind a number.
#[component]
pub fn PictureRow(props: &Props) -> Html {
    let Props { label, answer, said, lies_in, .. } = props;
    let select = use_node_ref();
    // What a person has chosen once is not changed by what the options say.
    use_effect_with((*lies_in, select.clone()), |(lies_in, select)| {
        if let (Some(ClassId(class)), Some(select)) = (lies_in, select.cast::<HtmlSelectElement>())
        {
            select.set_value(&class.to_string());
        }
    });
    let image = match props.picture.as_ref().map(|picture| &picture.look) {
        Some(Look::Seen { image, .. }) => html! {
            <img src={image.clone()} alt="" width="64" height="64" loading="lazy" decoding="async" />
        },
        _ => html! { <span class="no-image" /> },
    };
    let what = match &props.picture {
        Some(picture) => controls(props, picture, select),
        None => {
            html! { <p class="plain" data-test="gone">{ "Not among the pictures any more." }</p> }
        }
    };
    html! {
        <li data-test="behind-picture" data-picture={props.id.0.to_string()}>
            { image }
            <div>
                <p class="title">
                    { props.picture.as_ref().map(|picture| picture.name.clone()).unwrap_or_default() }
                </p>
                <p class="plain">
                    { format!("In {label}; taken for ") }<b>{ answer }</b>{ format!(", {said}.") }
                </p>
                { what }
            </div>
        </li>
    }
}

/// Move it, or take it out.
fn controls(props: &Props, picture: &Picture, select: NodeRef) -> Html {
    let (id, name) = (props.id, &picture.name);
    let moved = props.choices.iter().find(|(class, _)| Some(*class) == props.lies_in);
    let has_moved =
        moved.filter(|(_, class)| *class != props.label).map(|(_, class)| class.clone());
    let picked = {
        let choices: Vec<ClassId> = props.choices.iter().map(|(class, _)| *class).collect();
        let (act, lies_in) = (props.act.clone(), props.lies_in);
        move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            let wanted = select.value().parse().ok().map(ClassId);
            if let Some(class) =
                wanted.filter(|class| choices.contains(class) && Some(*class) != lies_in)
            {
                act.emit(Action::MovePicture(id, class));
            }
        }
    };
    let remove = props.act.reform(move |_: MouseEvent| Action::RemovePicture(id));
    let suggested = props.target.filter(|target| Some(*target) != props.lies_in);
    html! {
        <p class="buttons">
            if let Some(target) = suggested {
                <button class="pill small" data-test="move-to-answer"
                    aria-label={format!("Move {name} to {}", props.answer)}
                    onclick={props.act.reform(move |_: MouseEvent| Action::MovePicture(id, target))}>
                    { format!("Move to {}", props.answer) }
                </button>
            }
            <label class="choice">
                <span class="unseen">{ format!("Class of {name}") }</span>
                <select data-test="move-to" ref={select} onchange={picked}>
                    { for props.choices.iter().map(|(class, name)| html! {
                        <option key={class.0} value={class.0.to_string()}
                            selected={Some(*class) == props.lies_in}>{ name }</option>
                    }) }
                </select>
            </label>
            <button class="quiet small" data-test="behind-remove" aria-label={format!("Remove {name}")}
                onclick={remove}>{ "Remove" }</button>
            if let Some(class) = has_moved {
                <span class="plain" role="status" data-test="moved">{ format!("Now in {class}.") }</span>
            }
        </p>
    }
}
