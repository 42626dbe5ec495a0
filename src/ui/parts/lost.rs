//! What stands on the page when the engine broke off.

use yew::prelude::*;

use crate::ui::state::Action;

/// Of the notice.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What happened.
    pub reason: AttrValue,
    /// Whether the CPU will compute when it starts again.
    pub on_cpu: bool,
    /// Hears the wish to start it again.
    pub act: Callback<Action>,
}

/// What happened, what is left, and the way back.
#[component]
pub fn Lost(props: &Props) -> Html {
    let again = props.act.reform(|_: MouseEvent| Action::RestartEngine);
    html! {
        <section class="notice" role="alert" data-test="lost">
            <div>
                <h2>{ "The engine has stopped" }</h2>
                <p>{ &props.reason }</p>
                <p>{ "Your pictures are still here; models that were trained are gone with it." }</p>
                if props.on_cpu {
                    <p>{ "It will start again on the CPU; you can change that in the settings." }</p>
                }
            </div>
            <button class="go" data-test="restart-engine" onclick={again}>
                { "Start the engine again" }
            </button>
        </section>
    }
}
