//! The facts in the top bar: requests, engine, device.

use yew::prelude::*;

use crate::session::DeviceReport;
use crate::ui::state::Engine;
use crate::ui::text::counted;

/// Of the facts.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// How the engine is.
    pub engine: Engine,
    /// What it runs on.
    pub device: Option<DeviceReport>,
    /// Requests since it was ready.
    pub requests: Option<usize>,
}

/// The facts, drawn into the top bar, which stands in the document before this code arrives.
#[component]
pub fn Facts(props: &Props) -> Html {
    let place = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("facts"));
    let Some(place) = place else { return Html::default() };
    let (word, state) = match props.engine {
        Engine::Loading => ("Engine on its way", "loading"),
        Engine::Ready => ("Engine ready", "ready"),
        Engine::Lost(_) => ("Engine stopped", "lost"),
    };
    let facts = html! {
        <>
            if let Some(requests) = props.requests {
                <span class="fact" data-test="requests"
                    title="Counted by the browser, page and engine together, since the engine was ready.">
                    <span class={classes!("dot", if requests == 0 { "good" } else { "some" })} />
                    { counted(requests, "request since load", "requests since load") }
                </span>
            }
            <span class={classes!("fact", "engine", state)} data-test="engine-state"
                data-state={state}>{ word }</span>
            if let Some(device) = &props.device {
                <details class="device">
                    <summary class="chip" data-test="device">{ &device.name }</summary>
                    <p>{ &device.reason }</p>
                </details>
            }
        </>
    };
    create_portal(facts, place)
}
