//! A search for a learning rate: the way into it, its curve, and its suggestion.

use yew::prelude::*;

use super::plot::PlotView;
use crate::ui::state::{Action, RateSearch, RateStage, Side};
use crate::ui::text::rate;

/// Of the search.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The last search.
    pub search: Option<RateSearch>,
    /// Why none can be made now.
    pub why_not: Option<AttrValue>,
    /// Hears the wishes.
    pub act: Callback<Action>,
}

/// A button a lane, and what came of the last search.
#[component]
pub fn RateFinder(props: &Props) -> Html {
    let Props { search, why_not, act } = props;
    let find = |side: Side| {
        let wish = act.reform(move |_: MouseEvent| Action::FindRate(side));
        html! {
            <button class="pill small" data-test={format!("find-rate-{}", side.word())}
                disabled={why_not.is_some()} aria-describedby="about-find-rate start-note"
                onclick={wish}>{ format!("Find a rate for {}", side.title().to_lowercase()) }</button>
        }
    };
    html! {
        <div class="dial" data-test="rate-finder">
            <p class="only">{ for Side::BOTH.into_iter().map(find) }</p>
            <p class="plain" id="about-find-rate">
                { "Makes some sixty steps while the rate rises, and suggests the rate at which the loss falls most steeply. " }
                if why_not.is_some() { { "It waits for what training waits for." } }
            </p>
            if let Some(search) = search {
                { found(search, act) }
            }
        </div>
    }
}

fn found(search: &RateSearch, act: &Callback<Action>) -> Html {
    match &search.stage {
        RateStage::Pending => html! {
            <p class="plain" role="status">{ format!("{}: trying rates…", search.side.title()) }</p>
        },
        RateStage::Refused(refusal) => html! {
            <p class="refusal"><b>{ &refusal.reason }</b>{ " " }{ &refusal.remedy }</p>
        },
        RateStage::Found { plot, dial, suggestion } => {
            let take = search
                .setting()
                .map(|setting| act.reform(move |_: MouseEvent| Action::Set(setting)));
            html! {
                <>
                    <PlotView plot={(**plot).clone()} />
                    if let (Some(suggestion), Some(take)) = (suggestion, take) {
                        <p>
                            { format!("{}: {} is suggested. ", dial.title(), rate(*suggestion)) }
                            <button class="pill small" data-test="take-rate" onclick={take}>
                                { "Take it over" }
                            </button>
                        </p>
                    } else {
                        <p class="plain">{ "No rate that was tried let the loss fall." }</p>
                    }
                </>
            }
        }
    }
}
