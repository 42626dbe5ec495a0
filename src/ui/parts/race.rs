//! Step 3: the race, live and when it is over.

use yew::prelude::*;

use super::chart::Chart;
use super::lane_card::LaneCard;
use super::panel::Panel;
use crate::ui::curves::Measure;
use crate::ui::state::{Action, Experiment, LaneRun};
use crate::ui::text::{compared, counted, duration, memory, predicted};

/// Of the race.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The experiment.
    pub experiment: Experiment,
    /// Hears the wish to stop.
    pub act: Callback<Action>,
}

/// Curves and lanes.
#[component]
pub fn Race(props: &Props) -> Html {
    let Props { experiment, act } = props;
    let measure = use_state(Measure::default);
    let stop = act.reform(|_: MouseEvent| Action::Stop(None));
    let (training, validation, test) = experiment.split();
    let hint = html! {
        { format!("{} to learn from, {validation} to choose the epoch on, {test} to score on. Same split for every lane, seed {}.",
            counted(training, "picture", "pictures"), experiment.seed) }
    };
    html! {
        <Panel number="3" title="The race" {hint} id="race">
            <div class="race-bar">
                <div class="in-numbers">
                    { features(experiment) }
                    { taken(experiment) }
                </div>
                if experiment.is_running() {
                    <button class="pill stop" data-test="stop" onclick={stop}
                        disabled={!experiment.can_be_stopped()}>
                        { "Stop, keep the best so far" }
                    </button>
                }
            </div>
            <div class="split">
                <div class="curves">
                    <div class="toggles">
                        <fieldset class="toggle">
                            <legend class="unseen">{ "What the curves show" }</legend>
                            { choice(&measure, Measure::Accuracy, "Accuracy") }
                            { choice(&measure, Measure::Loss, "Loss") }
                        </fieldset>
                        <p class="legend" aria-hidden="true">
                            <span><svg viewBox="0 0 26 8"><path d="M1 4h24" /></svg>{ "validation" }</span>
                            <span><svg viewBox="0 0 26 8"><path class="dashed" d="M1 4h24" /></svg>{ "training" }</span>
                        </p>
                    </div>
                    <Chart lanes={experiment.lanes.clone()} measure={*measure} />
                </div>
                <div class="lanes">
                    { for experiment.lanes.iter().map(|lane| html! {
                        <LaneCard key={lane.run.0} lane={lane.clone()} {act}
                            alone={experiment.lanes.len() == 1} />
                    }) }
                </div>
            </div>
            { split(experiment) }
        </Panel>
    }
}

fn choice(measure: &UseStateHandle<Measure>, this: Measure, name: &'static str) -> Html {
    let chosen = {
        let measure = measure.clone();
        move |_: Event| measure.set(this)
    };
    html! {
        <label>
            <input type="radio" class="unseen" name="measure" checked={**measure == this}
                onchange={chosen} />
            <span>{ name }</span>
        </label>
    }
}

fn features(experiment: &Experiment) -> Html {
    let Some(features) = experiment.features else { return Html::default() };
    let (done, total) = (features.done, features.total);
    let has_views = experiment.lanes.iter().any(|lane| lane.strategy.views > 0);
    let what = if has_views { "every picture and every view of it" } else { "every picture" };
    let exact = format!("PT{:.3}S", features.seconds);
    let left = match features.seconds_left() {
        Some(seconds) => format!(", about {} left", duration(seconds)),
        None => String::new(),
    };
    html! {
        <p class="features" data-test="features" data-taken-seconds={features.seconds.to_string()}
            data-predicted-seconds={experiment.estimate.as_ref().map(|e| e.feature_seconds.to_string())}>
            <span>
                if done < total {
                    { format!("The frozen layers look at {what} once: {done} of {total}{left}") }
                } else {
                    { format!("The frozen layers looked at {what} once, in ") }
                    <time datetime={exact}>{ duration(features.seconds) }</time>
                    { "; what they saw is reused in every epoch." }
                }
            </span>
            if done < total {
                <progress value={done.to_string()} max={total.max(1).to_string()}
                    aria-label="Pictures that the frozen layers have looked at" />
            }
        </p>
    }
}

/// What was predicted of all lanes together, beside what they took. Lanes that ended early are no
/// whole race to compare with.
fn taken(experiment: &Experiment) -> Html {
    let Some(estimate) = &experiment.estimate else { return Html::default() };
    let predicted = format!("{} and {}", predicted(estimate.seconds), memory(estimate.memory));
    let is_whole = experiment.lanes.iter().all(LaneRun::is_whole);
    let text = match experiment.taken.filter(|_| is_whole) {
        Some(taken) => {
            let took = match taken.memory {
                Some(bytes) => format!("{} and {}", compared(taken.seconds), memory(bytes)),
                None => compared(taken.seconds),
            };
            format!("In all: predicted {predicted}, took {took}.")
        }
        None => format!("Predicted in all: {predicted}."),
    };
    let attribute = |value: Option<f64>| value.map(|value| value.to_string());
    html! {
        <p class="plain" data-test="in-all"
            data-predicted-seconds={estimate.seconds.to_string()}
            data-predicted-bytes={estimate.memory.to_string()}
            data-taken-seconds={attribute(experiment.taken.map(|taken| taken.seconds))}
            data-taken-bytes={experiment.taken.and_then(|taken| taken.memory).map(|b| b.to_string())}>
            { text }
        </p>
    }
}

fn split(experiment: &Experiment) -> Html {
    html! {
        <details class="rows">
            <summary>{ "How the pictures were split" }</summary>
            <div class="table" tabindex="0" role="group" aria-label="The split, class by class">
                <table data-test="split-table">
                    <thead><tr>
                        <th scope="col">{ "Class" }</th><th scope="col">{ "Training" }</th>
                        <th scope="col">{ "Validation" }</th><th scope="col">{ "Test" }</th>
                    </tr></thead>
                    <tbody>
                        { for experiment.classes.iter().map(|class| html! {
                            <tr key={class.class.0}>
                                <th scope="row">{ &class.name }</th><td>{ class.training }</td>
                                <td>{ class.validation }</td><td>{ class.test }</td>
                            </tr>
                        }) }
                    </tbody>
                </table>
            </div>
        </details>
    }
}
