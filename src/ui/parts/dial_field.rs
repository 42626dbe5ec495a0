//! A field for a number of the strategies, with what it does, and what it must be where it is refused.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::session::Tuning;
use crate::ui::state::{Action, Dial, Setting};

/// Of the field.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Which number.
    pub dial: Dial,
    /// What is set.
    pub tuning: Tuning,
    /// Hears of every number in range that is typed.
    pub act: Callback<Action>,
}

/// A field for a number. What is refused stays to be corrected until the field is left.
#[component]
pub fn DialField(props: &Props) -> Html {
    let dial = props.dial;
    let typed = use_state(|| None::<String>);
    let input = {
        let (typed, act) = (typed.clone(), props.act.clone());
        move |event: InputEvent| {
            let text = event.target_unchecked_into::<HtmlInputElement>().value();
            if let Ok(value) = dial.read(&text) {
                act.emit(Action::Set(Setting::Dial(dial, value)));
            }
            typed.set(Some(text));
        }
    };
    let left = {
        let typed = typed.clone();
        move |_: FocusEvent| typed.set(None)
    };
    let refusal = typed.as_ref().and_then(|text| dial.read(text).err());
    let shown = (*typed).clone().unwrap_or_else(|| dial.text(&props.tuning));
    let id = format!("about-{}", dial.word());
    html! {
        <div class="dial">
            <label class="field">
                <span>{ dial.title() }</span>
                <input type="text" inputmode={if dial.is_whole() { "numeric" } else { "decimal" }}
                    data-test={dial.word()} aria-describedby={id.clone()}
                    aria-invalid={refusal.is_some().to_string()} value={shown}
                    oninput={input} onblur={left} />
            </label>
            <p class="plain" {id}>
                if let Some(refusal) = refusal {
                    <b role="alert" data-test={format!("{}-refused", dial.word())}>{ refusal }</b>{ " " }
                }
                { dial.explanation() }
            </p>
        </div>
    }
}
