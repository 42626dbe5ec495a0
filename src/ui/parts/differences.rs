//! Step 5: the ten differences, measured.

use std::rc::Rc;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::advice::AdviceView;
use super::difference_card::DifferenceCard;
use super::new_setting::NewSetting;
use super::panel::Panel;
use super::study_curves::StudyCurves;
use super::table::Table;
use crate::session::Difference;
use crate::ui::state::{Action, Class, Place, Study, StudyStage, trial_in_words};
use crate::ui::text::{counted, duration, percent};

/// Of the panel.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The study, once one was asked for.
    pub study: Option<Study>,
    /// Why none can be started now.
    pub why_not: Option<String>,
    /// Repetitions of the next one.
    pub seeds: usize,
    /// The classes, which may be shown in a new setting.
    pub classes: Vec<Rc<Class>>,
    /// Hears of wishes.
    pub act: Callback<Action>,
    /// Hears of files.
    pub give: Callback<(Place, HtmlInputElement)>,
}

/// The ten differences, measured.
#[component]
pub fn Differences(props: &Props) -> Html {
    let Props { study, seeds, .. } = props;
    let hint = html! {
        { format!("Both ways are trained again with {}, on fewer pictures, at other cuts, and asked about changed pictures. Every number comes from these runs.",
            counted(*seeds, "seed", "seeds")) }
    };
    html! {
        <Panel number="5" title="The ten differences" id="differences" {hint}>
            <div class="race-bar">
                <div class="in-numbers">{ said(study.as_ref()) }</div>
                <div class="buttons">{ buttons(props) }</div>
            </div>
            <NewSetting classes={props.classes.clone()} act={&props.act} give={&props.give} />
            if let Some(study) = study {
                <AdviceView study={study.clone()} />
                <StudyCurves curves={study.curves.clone()} />
                { cards(study) }
                { log(study) }
            }
        </Panel>
    }
}

/// How far the study is.
fn said(study: Option<&Study>) -> Html {
    let Some(study) = study else { return Html::default() };
    let progress = study.progress;
    let trials = format!("{} of {} trials", progress.done, progress.total);
    let found = format!("{} of {} cards", study.found(), Difference::ALL.len());
    let text = match study.stage {
        StudyStage::Starting => "Starting…".to_owned(),
        StudyStage::Going => match progress.seconds_left {
            Some(left) => format!("{trials}, {found}, about {} left", duration(left)),
            None => format!("{trials}, {found}"),
        },
        StudyStage::Paused => format!("Resting after {trials}, {found}."),
        StudyStage::Complete => format!(
            "All {} with {} took {}.",
            counted(progress.total, "trial", "trials"),
            counted(study.seeds.len(), "seed", "seeds"),
            duration(progress.seconds)
        ),
        StudyStage::Stopped => format!("Ended after {trials}, {found}."),
    };
    html! {
        <>
            <p class="plain" data-test="study-status" data-done={progress.done.to_string()}
                data-stage={format!("{:?}", study.stage)}
                data-seconds={progress.seconds.to_string()}>{ text }</p>
            if study.folds > 1 {
                <p class="plain" data-test="study-folds">
                    { format!("A fifth of so few pictures would be too small a test. So they take \
                        turns: with every seed each of {} folds is the test once.", study.folds) }
                </p>
            }
            if study.is_running() {
                <progress aria-label="Trials of the study" value={progress.done.to_string()}
                    max={progress.total.max(1).to_string()} />
            }
            if let Some(refusal) = &study.refused {
                <p class="refusal" data-test="study-refused">
                    <b>{ &refusal.reason }</b>{ " " }{ &refusal.remedy }
                </p>
            }
        </>
    }
}

fn buttons(props: &Props) -> Html {
    let Props { study, why_not, act, .. } = props;
    let on = |action: Action| act.reform(move |_: MouseEvent| action.clone());
    let stage = study.as_ref().map(|study| study.stage);
    let is_running = study.as_ref().is_some_and(Study::is_running);
    let can_grow = study.as_ref().is_some_and(Study::can_grow);
    html! {
        <>
            if is_running {
                if stage == Some(StudyStage::Paused) {
                    <button class="pill" data-test="study-go-on" onclick={on(Action::PauseStudy(false))}>{ "Go on" }</button>
                } else {
                    <button class="pill" data-test="study-pause" onclick={on(Action::PauseStudy(true))}>{ "Pause" }</button>
                }
                <button class="pill" data-test="study-stop" onclick={on(Action::StopStudy)}>{ "End with what there is" }</button>
            }
            if can_grow {
                <button class="pill" data-test="study-add-seed" onclick={on(Action::AddSeed)}>{ "Add a seed" }</button>
            }
            if !is_running && stage != Some(StudyStage::Starting) {
                <button class={if study.is_none() { "go" } else { "pill" }} data-test="measure"
                    disabled={why_not.is_some()} aria-describedby="measure-note"
                    onclick={on(Action::Measure)}>
                    { if study.is_none() { "Measure them" } else { "Measure again" } }
                </button>
                <span id="measure-note" class="plain">{ why_not.clone().unwrap_or_default() }</span>
            }
        </>
    }
}

fn cards(study: &Study) -> Html {
    let cards = study.cards.iter().map(|card| {
        let place = Difference::ALL.iter().position(|other| *other == card.difference);
        let place = place.map_or(0, |place| place + 1);
        html! {
            <DifferenceCard key={place} {place} card={card.clone()} rows={study.rows.clone()}
                folds={study.folds} />
        }
    });
    html! { <div class="differences" data-test="cards">{ for cards }</div> }
}

/// Every trial: the log that all cards are computed from.
fn log(study: &Study) -> Html {
    if study.rows.is_empty() {
        return Html::default();
    }
    let columns = ["Trial", "Test", "Right of", "Epoch kept", "Seconds", "Operations"];
    let rows = study.rows.iter().enumerate().map(|(place, row)| {
        let test = row.test();
        vec![
            format!("{}: {}", place + 1, trial_in_words(row, study.folds)),
            percent(test.share()),
            format!("{} of {}", test.correct, test.count),
            format!("{} of {}", row.result.best_epoch, row.epochs.len()),
            duration(row.result.seconds),
            format!("{:.2} G", row.operations as f64 / 1e9),
        ]
    });
    html! {
        <Table summary="Every trial" title="The log of the study" columns={columns.map(str::to_owned).to_vec()}
            rows={rows.collect::<Vec<_>>()} />
    }
}
