//! Step 2: what may change, in both lanes.

use yew::prelude::*;

use super::icon::Icon;
use super::network::Network;
use super::panel::Panel;
use super::settings_form::SettingsForm;
use crate::session::{Architecture, Cut, DeviceReport, NormMode};
use crate::ui::state::{Action, Forecast, RateSearch, Setting, Settings, Side};
use crate::ui::strip::learns;
use crate::ui::text::{memory, predicted, rounded};

/// Of the panel.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is set.
    pub settings: Settings,
    /// Classes that have pictures.
    pub classes: usize,
    /// What runs.
    pub device: Option<DeviceReport>,
    /// Whether runs train, or are about to.
    pub training: bool,
    /// What training would take.
    pub forecast: Forecast,
    /// Where a picture and its views can be seen.
    pub views: Option<String>,
    /// Whether views can be shown.
    pub can_show_views: bool,
    /// The last search for a learning rate.
    pub search: Option<RateSearch>,
    /// Why no rate can be searched now.
    pub why_not_find: Option<AttrValue>,
    /// Hears of changes.
    pub act: Callback<Action>,
    /// The way to start.
    pub children: Html,
}

/// What may change.
#[component]
pub fn CutPanel(props: &Props) -> Html {
    let Props { settings, forecast, act, .. } = props;
    // A head needs classes to have a size; two is the least that can be trained.
    let classes = props.classes.max(2);
    let warm = settings.cut;
    let moved = act.reform(|cut: Cut| Action::Set(Setting::CutPosition(cut.position())));
    let norm = settings.tuning.norm;
    let meaning = format!("{}, {}", learns(warm), weights(warm, norm, classes));
    html! {
        <Panel number="2" title="What may change" id="cut"
            hint={html! { "Blue stays frozen, hatched orange learns. Drag the line, or move it with the arrow keys." }}>
            <div class="pair">
                <article class="lane cold-lane">
                    <h3>{ Side::Cold.title() }{ " " }<small>{ learns(Cut::HeadOnly) }</small></h3>
                    <Network cut={Cut::HeadOnly} word="cold" />
                    { cost(Cut::HeadOnly, norm, classes) }
                    { ahead(forecast, Side::Cold) }
                </article>
                <article class="lane warm-lane">
                    <h3>{ Side::Warm.title() }{ " " }<small>{ learns(warm) }</small></h3>
                    <Network cut={warm} word="warm" moved={Some(moved)} {meaning} />
                    { cost(warm, norm, classes) }
                    { ahead(forecast, Side::Warm) }
                </article>
            </div>
            { props.children.clone() }
            <SettingsForm settings={settings.clone()} device={props.device.clone()}
                training={props.training} search={props.search.clone()}
                views={props.views.clone()} can_show_views={props.can_show_views}
                why_not_find={props.why_not_find.clone()} {act} />
        </Panel>
    }
}

/// What stays and what learns, in numbers from the network's layout.
fn cost(cut: Cut, norm: NormMode, classes: usize) -> Html {
    let network = Architecture::bundled();
    let frozen = cut.first_trained_stage().min(network.stages.len());
    html! {
        <p class="cost">
            <span class="cold-text">{ Icon::Snowflake.draw() }
                { if frozen == 0 { "Nothing stays frozen".to_owned() }
                  else { format!("{frozen} of {} stages frozen", network.stages.len()) } }
            </span>
            <span class="warm-text">{ Icon::Flame.draw() }{ weights(cut, norm, classes) }</span>
        </p>
    }
}

/// What training a lane would take.
fn ahead(forecast: &Forecast, side: Side) -> Html {
    let said = match (forecast, forecast.lane(side)) {
        (Forecast::Pending, _) => "Working out how long it takes…".to_owned(),
        (_, Some(lane)) => {
            let seconds = predicted(lane.seconds());
            format!("Takes {seconds} to train, {}.", memory(lane.memory))
        }
        _ => String::new(),
    };
    html! { <p class="ahead" data-test={format!("ahead-{}", side.word())}>{ said }</p> }
}

fn weights(cut: Cut, norm: NormMode, classes: usize) -> String {
    let network = Architecture::bundled();
    let head = network.head_parameters(classes);
    let learn = norm.parameters_that_learn(&network, cut, classes);
    let all = network.parameters_from(0) + head;
    format!("{} of {} weights learn", rounded(learn), rounded(all))
}
