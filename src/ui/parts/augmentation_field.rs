//! How views of a picture differ from it: flipped, cropped, in other light.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::session::{Augmentation, Tuning};
use crate::ui::state::{Action, Setting};

/// A change with a word for test marks, what it is, and how it is read and set.
struct Change {
    word: &'static str,
    name: &'static str,
    is_on: fn(&Augmentation) -> bool,
    with: fn(Augmentation, bool) -> Augmentation,
}

const CHANGES: [Change; 3] = [
    Change {
        word: "flip",
        name: "Mirrored",
        is_on: |changes| changes.flip,
        with: |changes, flip| Augmentation { flip, ..changes },
    },
    Change {
        word: "crop",
        name: "Cropped a little",
        is_on: |changes| changes.crop,
        with: |changes, crop| Augmentation { crop, ..changes },
    },
    Change {
        word: "colour",
        name: "In other light and colours",
        is_on: |changes| changes.colour,
        with: |changes, colour| Augmentation { colour, ..changes },
    },
];

/// Of the field.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is set.
    pub tuning: Tuning,
    /// Hears of changes.
    pub act: Callback<Action>,
}

/// A box a change. The last one that is ticked stays so: views without any would be the pictures
/// again.
#[component]
pub fn AugmentationField(props: &Props) -> Html {
    let Props { tuning, act } = props;
    let augmentation = tuning.augmentation;
    let tick = |change: &'static Change| {
        let is_on = (change.is_on)(&augmentation);
        let is_last = is_on && (change.with)(augmentation, false) == Augmentation::NONE;
        let ticked = act.reform(move |event: Event| {
            let is_on = event.target_unchecked_into::<HtmlInputElement>().checked();
            Action::Set(Setting::Augmentation((change.with)(augmentation, is_on)))
        });
        html! {
            <label>
                <input type="checkbox" data-test={change.word} checked={is_on} disabled={is_last}
                    onchange={ticked} />
                { change.name }
            </label>
        }
    };
    html! {
        <fieldset class="dial changes" data-test="augmentation" disabled={tuning.views == 0}
            aria-describedby="about-augmentation">
            <legend>{ "Changes of the views" }</legend>
            { for CHANGES.iter().map(tick) }
            <p class="plain" id="about-augmentation">
                { "Leave out what classes are told apart by: mirroring for letters, colours where they matter. One of them stays on. " }
                if tuning.views == 0 { { "There are no views to change yet." } }
            </p>
        </fieldset>
    }
}
