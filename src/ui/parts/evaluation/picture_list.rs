//! Pictures behind a number, with what the model said of each.

use std::rc::Rc;

use yew::prelude::*;

use super::picture_row::PictureRow;
use crate::session::{ClassSplit, PictureId, SuspectedLabel, TestedPicture};
use crate::ui::state::{Action, Pictures};
use crate::ui::text::{counted, percent};

/// Pictures that are shown before the person asks for all.
const SHOWN: usize = 24;

/// A picture behind a number.
#[derive(Clone, PartialEq, Debug)]
pub struct Listed {
    /// Which picture.
    pub picture: PictureId,
    /// The class that it lay in when training began, by its place.
    pub label: usize,
    /// The class that the model would put it in, by its place.
    pub answer: usize,
    /// How sure the model is, in words.
    pub said: String,
}

impl Listed {
    /// An answer about a test picture.
    pub fn of(tested: &TestedPicture) -> Self {
        let refused = if tested.is_refused { ", or rather none of these" } else { "" };
        Self {
            picture: tested.picture,
            label: tested.label.into(),
            answer: tested.answer.into(),
            said: format!("{}{refused}", percent(f64::from(tested.calibrated))),
        }
    }

    /// A label that is doubted.
    pub fn suspected(suspect: &SuspectedLabel) -> Self {
        Self {
            picture: suspect.picture,
            label: suspect.label.into(),
            answer: suspect.likely.into(),
            said: format!("{:+.0} points likelier", 100.0 * suspect.margin).replace('-', "−"),
        }
    }

    /// Whether it belongs to a cell of the matrix.
    pub fn is_in(&self, label: usize, answer: usize) -> bool {
        (self.label, self.answer) == (label, answer)
    }
}

/// Of a list.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What the pictures have in common.
    pub title: String,
    /// The pictures.
    pub listed: Vec<Listed>,
    /// The classes, in the order of labels and answers.
    pub classes: Rc<Vec<ClassSplit>>,
    /// The pictures as they are now.
    pub pictures: Pictures,
    /// Hears what the person does.
    pub act: Callback<Action>,
}

/// Pictures behind a number.
#[component]
pub fn PictureList(props: &Props) -> Html {
    let all = use_state(|| false);
    let Props { title, listed, classes, pictures, act } = props;
    let more = {
        let all = all.clone();
        move |_: MouseEvent| all.set(true)
    };
    let shown = if *all { listed.len() } else { listed.len().min(SHOWN) };
    let name =
        |place: usize| classes.get(place).map(|class| class.name.clone()).unwrap_or_default();
    let rows = listed.iter().take(shown).map(|item| {
        let now = pictures.whereabouts(item.picture);
        let target = classes.get(item.answer).map(|class| class.class);
        let choices: Vec<_> =
            pictures.classes.iter().map(|class| (class.id, class.name.clone())).collect();
        html! {
            <PictureRow key={item.picture.0} id={item.picture}
                picture={now.map(|(_, picture)| picture.clone())} lies_in={now.map(|(class, _)| class)}
                label={name(item.label)} answer={name(item.answer)} said={item.said.clone()} {target}
                {choices} {act} />
        }
    });
    html! {
        <section class="behind" data-test="behind" aria-label={title.clone()}>
            <h3 aria-live="polite">{ title }</h3>
            if listed.is_empty() {
                <p class="plain">{ "There is none." }</p>
            }
            <ul>{ for rows }</ul>
            if shown < listed.len() {
                <button class="more" onclick={more}>
                    { format!("Show all {}", counted(listed.len(), "picture", "pictures")) }
                </button>
            }
        </section>
    }
}
