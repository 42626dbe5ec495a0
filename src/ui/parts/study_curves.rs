//! How both ways of a study learn, and for how long they have computed.

use yew::prelude::*;

use super::plot::PlotView;
use crate::session::Way;
use crate::ui::state::StudyCurves as Curves;
use crate::ui::text::duration;

/// Of the part.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The epochs so far.
    pub curves: Curves,
}

/// Curves of both ways, and the clock under them.
#[component]
pub fn StudyCurves(props: &Props) -> Html {
    let Props { curves } = props;
    let Some(plot) = curves.plot() else { return Html::default() };
    let clock = |way| {
        let seconds = curves.seconds(way);
        html! {
            <time datetime={format!("PT{seconds:.3}S")}>{ duration(seconds) }</time>
        }
    };
    html! {
        <section class="study-curves" data-test="study-curves">
            <PlotView {plot} />
            <p class="plain" data-test="study-clock">
                { "Computed so far, all repetitions together: transfer learning " }
                { clock(Way::Transfer) }{ ", fine-tuning " }{ clock(Way::FineTuning) }{ "." }
            </p>
        </section>
    }
}
