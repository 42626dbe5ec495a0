//! A choice of one of a few, side by side.

use yew::prelude::*;

/// Of a choice.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is chosen, for those who listen.
    pub legend: AttrValue,
    /// Tells it from every other on the page.
    pub name: AttrValue,
    /// What can be chosen.
    pub options: Vec<AttrValue>,
    /// The place of what is chosen, if anything is.
    pub chosen: Option<usize>,
    /// Hears of the place of another choice.
    pub choose: Callback<usize>,
}

/// A choice of one of a few, side by side.
#[component]
pub fn Toggle(props: &Props) -> Html {
    let Props { legend, name, options, chosen, choose } = props;
    let option = |(place, label): (usize, &AttrValue)| {
        let choose = choose.clone();
        let onchange = move |_: Event| choose.emit(place);
        html! {
            <label key={place}>
                <input type="radio" class="unseen" name={name.clone()}
                    checked={*chosen == Some(place)} {onchange} />
                <span>{ label }</span>
            </label>
        }
    };
    html! {
        <fieldset class="toggle" data-test={name.clone()}>
            <legend class="unseen">{ legend }</legend>
            { for options.iter().enumerate().map(option) }
        </fieldset>
    }
}
