//! What is advised before the study, and whether it held.

use yew::prelude::*;

use crate::session::{Advice, Refusal};
use crate::ui::state::Study;
use crate::ui::strip::learns;
use crate::ui::text::{number, percent};
use crate::ui::verdict::verdict;

/// Of the advice.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The study that shows whether it held.
    pub study: Study,
}

/// What is advised, and whether it held.
#[component]
pub fn AdviceView(props: &Props) -> Html {
    match &props.study.advice {
        None => html! {
            <p class="advice plain" data-test="advice" data-known="false">
                { "Working out what to advise, from short trials that see none of the pictures it is then held against…" }
            </p>
        },
        Some(Err(refusal)) => refused(refusal),
        Some(Ok(advice)) => advised(advice, &props.study),
    }
}

fn refused(Refusal { reason, remedy }: &Refusal) -> Html {
    html! { <p class="refusal" data-test="advice"><b>{ reason }</b>{ " " }{ remedy }</p> }
}

fn advised(advice: &Advice, study: &Study) -> Html {
    html! {
        <section class="advice" data-test="advice" data-known="true"
            data-cut={advice.strategy.cut.to_string()} aria-labelledby="advice-title">
            <h3 id="advice-title">
                { "Advice: " }{ learns(advice.strategy.cut) }
                <small>
                    { format!("{} sure to be the best, or within a point of it", percent(advice.confidence)) }
                </small>
            </h3>
            <p>{ &advice.words }</p>
            <ul class="reasons">
                { for advice.reasons.iter().map(|figure| html! {
                    <li>
                        { &figure.name }
                        if let Some(way) = figure.way { { ", " }{ way.title().to_lowercase() } }
                        { ": " }<b>{ number(figure.value, figure.unit) }</b>
                    </li>
                }) }
            </ul>
            <p class="plain" data-test="outcome">{ verdict(advice, study) }</p>
        </section>
    }
}
