//! Files that could not be taken, each with the reason and what to do.

use yew::prelude::*;

use crate::ui::state::{Action, Refused};
use crate::ui::text::counted;

/// Files that are listed: an archive may have ten thousand that are refused.
const SHOWN: usize = 200;

/// Of the list.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The files.
    pub refused: Vec<Refused>,
    /// Hears that it was read.
    pub act: Callback<Action>,
}

/// Files that could not be taken, the latest first.
#[component]
pub fn Refusals(props: &Props) -> Html {
    if props.refused.is_empty() {
        return Html::default();
    }
    let hidden = props.refused.len().saturating_sub(SHOWN);
    let read = props.act.reform(|_: MouseEvent| Action::DismissRefusals);
    html! {
        <section class="refused" aria-label="Refused files">
            <header>
                <h3>{ counted(props.refused.len(), "file was refused", "files were refused") }</h3>
                <button class="quiet" data-test="dismiss-refusals" onclick={read}>{ "Got it" }</button>
            </header>
            <ul data-test="refusals" tabindex="0" aria-label="Refused files and reasons">
                { for props.refused.iter().rev().take(SHOWN).map(|refused| html! {
                    <li key={refused.picture.0} data-test="refusal">
                        <b>{ &refused.name }</b>
                        <span>{ &refused.refusal.reason }</span>
                        { " " }
                        <span class="remedy">{ &refused.refusal.remedy }</span>
                    </li>
                }) }
                if hidden > 0 {
                    <li>{ format!("and {hidden} more, given before these") }</li>
                }
            </ul>
        </section>
    }
}
