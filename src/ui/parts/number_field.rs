//! A field for a whole number.

use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Of the field.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What it is for.
    pub label: AttrValue,
    /// Its mark for tests.
    pub test: AttrValue,
    /// The number in force.
    pub value: u64,
    /// The least.
    pub min: u64,
    /// The most.
    pub max: u64,
    /// The id of what explains it.
    #[prop_or_default]
    pub about: Option<AttrValue>,
    /// Hears of every number in range that is typed.
    pub changed: Callback<u64>,
}

/// A field for a whole number. What is out of range is not taken, and gone when the field is left.
#[component]
pub fn NumberField(props: &Props) -> Html {
    let Props { value, min, max, .. } = *props;
    let typed = {
        let changed = props.changed.clone();
        move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            if let Ok(number) = input.value().parse::<u64>()
                && (min..=max).contains(&number)
            {
                changed.emit(number);
            }
        }
    };
    let left = move |event: FocusEvent| {
        let input: HtmlInputElement = event.target_unchecked_into();
        input.set_value(&value.to_string());
    };
    html! {
        <label class="field">
            <span>{ &props.label }</span>
            <input type="number" inputmode="numeric" data-test={&props.test}
                min={min.to_string()} max={max.to_string()} step="1" value={value.to_string()}
                aria-describedby={props.about.clone()}
                oninput={typed} onblur={left} />
        </label>
    }
}
