//! The way into training, and why it is closed when it is.

use yew::prelude::*;

use crate::session::{Estimate, Refusal};
use crate::ui::state::{Action, Forecast, Side, Sides};
use crate::ui::text::{counted, memory, predicted};

/// Of the buttons.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Why training cannot start.
    pub why_not: Option<AttrValue>,
    /// Whether a run trains.
    pub running: bool,
    /// Whether a start was asked for.
    pub starting: bool,
    /// Whether there was a race before.
    pub again: bool,
    /// What training would take.
    pub forecast: Forecast,
    /// Things to look at in the pictures.
    pub concerns: usize,
    /// Why the engine did not start the last one.
    pub refused: Option<Refusal>,
    /// Hears the wish.
    pub act: Callback<Action>,
}

/// Start both, or one.
#[component]
pub fn Start(props: &Props) -> Html {
    let closed = props.why_not.is_some() || props.running || props.starting;
    let start = |sides| props.act.reform(move |_: MouseEvent| Action::Start(sides));
    let both = match (props.starting || props.running, props.again) {
        (true, _) => "Training…",
        (false, true) => "Start both again",
        (false, false) => "Start both",
    };
    let note = match &props.why_not {
        Some(why_not) => why_not.clone(),
        None if props.running => "Stop the race below to start another.".into(),
        None if props.again => "A new race takes the place of the one below.".into(),
        None => AttrValue::default(),
    };
    html! {
        <div class="starting">
            <button class="go" data-test="start-both" disabled={closed}
                aria-describedby="start-note" onclick={start(Sides::Both)}>{ both }</button>
            <p class="only">
                <span>{ "or only" }</span>
                <button class="pill" data-test="start-cold" disabled={closed}
                    aria-describedby="start-note" onclick={start(Sides::Only(Side::Cold))}>{ Side::Cold.title() }</button>
                <button class="pill" data-test="start-warm" disabled={closed}
                    aria-describedby="start-note" onclick={start(Sides::Only(Side::Warm))}>{ Side::Warm.title() }</button>
            </p>
            <p id="start-note" class="plain">{ note }</p>
            if props.concerns > 0 {
                <p class="plain" data-test="unsettled">
                    { counted(props.concerns, "thing", "things") }{ " to look at " }
                    <a href="#pictures">{ "in your pictures" }</a>{ " first." }
                </p>
            }
            { ahead(&props.forecast) }
            if let Some(refusal) = &props.refused {
                <p class="refusal" data-test="start-refused">
                    <b>{ &refusal.reason }</b>{ " " }{ &refusal.remedy }
                </p>
            }
        </div>
    }
}

/// What training both would take.
fn ahead(forecast: &Forecast) -> Html {
    match forecast {
        Forecast::Nothing | Forecast::Pending => Html::default(),
        Forecast::Known(estimate) => html! {
            <p class="plain" data-test="ahead">{ together(estimate) }</p>
        },
        Forecast::Refused(refusal) => html! {
            <p class="plain" data-test="ahead">{ &refusal.reason }{ " " }{ &refusal.remedy }</p>
        },
    }
}

/// All of it, and how much of that one look at every picture takes, where both can be told.
fn together(estimate: &Estimate) -> String {
    let (all, look) = (predicted(estimate.seconds), predicted(estimate.feature_seconds));
    let memory = memory(estimate.memory);
    if all == look {
        return format!("Both together take {all}, and {memory}.");
    }
    format!(
        "Both together take {all}, of which one look at every picture takes {look}, and {memory}."
    )
}
