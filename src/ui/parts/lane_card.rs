//! One lane of the race: how far it is, and what it came to.

use yew::prelude::*;

use super::curve_table::CurveTable;
use super::network::Network;
use crate::session::{Cut, Ending, LaneEstimate, Phase, RunResult};
use crate::ui::state::{Action, LaneRun, Outcome};
use crate::ui::strip::learns;
use crate::ui::text::{self, compared, counted, duration, percent, rounded};

/// Of a lane.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The lane.
    pub lane: LaneRun,
    /// Whether it runs alone; then the race's stop is its own.
    pub alone: bool,
    /// Hears the wish to stop.
    pub act: Callback<Action>,
}

/// One lane of the race.
#[component]
pub fn LaneCard(props: &Props) -> Html {
    let LaneRun { side, run, strategy, outcome, rows, .. } = &props.lane;
    let run = *run;
    let stop = props.act.reform(move |_: MouseEvent| Action::Stop(Some(run)));
    let going = outcome.is_none();
    html! {
        <article class={classes!("lane", format!("{}-lane", side.word()))}
            data-test={format!("lane-{}", side.word())}>
            <h3>{ side.title() }{ " " }<small>{ learns(strategy.cut) }</small></h3>
            if let Some(result) = props.lane.result() {
                <p class="score" data-test="test-score">
                    <b>{ percent(result.test.accuracy()) }</b>
                    { format!(" of {}", counted(result.test.count, "test picture", "test pictures")) }
                </p>
            }
            if going {
                <Network cut={learning(&props.lane)} word={format!("race-{}", side.word())} />
                { progress(&props.lane) }
            }
            <p class="status" data-test="status">{ status(&props.lane) }</p>
            if let Some(estimate) = &props.lane.estimate {
                <p class="status" data-test="predicted"
                    data-predicted-seconds={estimate.seconds().to_string()}
                    data-taken-seconds={props.lane.result().map(|result| result.seconds.to_string())}>
                    { predicted(&props.lane, estimate) }
                </p>
            }
            if going && !props.alone {
                <button class="pill small" data-test="stop-lane" disabled={props.lane.stopping}
                    aria-label={format!("Stop {}", side.title())} onclick={stop}>{ "Stop" }</button>
            }
            if !rows.is_empty() {
                <CurveTable rows={rows.clone()} title={side.title()} />
            }
        </article>
    }
}

/// What was predicted of the lane, beside what it took.
fn predicted(lane: &LaneRun, estimate: &LaneEstimate) -> String {
    let predicted = text::predicted(estimate.seconds());
    match &lane.outcome {
        None => format!("Predicted: {predicted} of computing."),
        Some(Outcome::Ended(result)) if lane.is_whole() => {
            format!("Predicted {predicted}, took {}.", compared(result.seconds))
        }
        Some(_) => format!("Predicted {predicted} for all of it."),
    }
}

/// What learns right now: the head alone while it goes first.
fn learning(lane: &LaneRun) -> Cut {
    match lane.progress.map(|progress| progress.phase) {
        Some(Phase::Unfrozen) => lane.strategy.cut,
        Some(Phase::Head) | None => Cut::HeadOnly,
    }
}

fn progress(lane: &LaneRun) -> Html {
    let label = format!("Progress of {}", lane.side.title());
    match lane.progress {
        Some(progress) => html! {
            <progress aria-label={label} value={progress.step.to_string()}
                max={progress.steps.max(1).to_string()} />
        },
        None => html! { <progress aria-label={label} value="0" max="1" /> },
    }
}

fn status(lane: &LaneRun) -> String {
    match &lane.outcome {
        None if lane.stopping => "Stopping…".to_owned(),
        None => going(lane),
        Some(Outcome::Ended(result)) => ended(lane, result),
        Some(Outcome::Failed(refusal)) => format!("{} {}", refusal.reason, refusal.remedy),
    }
}

fn going(lane: &LaneRun) -> String {
    let Some(progress) = lane.progress else {
        return "Begins when the frozen layers have looked at every picture.".to_owned();
    };
    let strategy = &lane.strategy;
    let two_phases = strategy.unfrozen_epochs > 0 && strategy.head_epochs > 0;
    let of_phase = lane.rows.iter().filter(|row| row.phase == progress.phase).count();
    let epoch = of_phase + 1;
    let words = match progress.phase {
        Phase::Head => {
            let name = if two_phases { "Head first: epoch" } else { "Epoch" };
            format!("{name} {} of {}", epoch.min(strategy.head_epochs), strategy.head_epochs)
        }
        Phase::Unfrozen => {
            let epochs = strategy.unfrozen_epochs;
            format!("Layers thawed: epoch {} of {epochs}", epoch.min(epochs))
        }
    };
    match progress.seconds_left {
        Some(seconds) => format!("{words}, about {} left", duration(seconds)),
        // What a step of the thawed layers costs is not known before one was made or tried out.
        None if two_phases && progress.phase == Phase::Head => {
            format!("{words}. The time left is known once the layers thaw.")
        }
        None => words,
    }
}

fn ended(lane: &LaneRun, result: &RunResult) -> String {
    let seconds = compared(result.seconds);
    let how = match result.ending {
        Ending::Completed => format!("{seconds} of computing."),
        Ending::Stopped => format!("Stopped after {seconds}."),
        Ending::Converged => {
            format!("Ended early after {seconds}: no better validation score came.")
        }
        Ending::NotFinite => {
            format!("Broke off after {seconds}: its loss stopped being a number.")
        }
    };
    let kept = match result.best_epoch {
        0 => "Its first epoch was not over; what it had learned by then is kept.".to_owned(),
        epoch => format!(
            "Kept epoch {epoch}, the best on validation ({}).",
            percent(result.validation.accuracy())
        ),
    };
    format!("{how} {kept} {} weights learned.", rounded(lane.trained))
}
