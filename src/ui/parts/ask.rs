//! Step 6: ask the trained models about a picture.

use web_sys::{File, HtmlInputElement};
use yew::prelude::*;

use super::answer::AnswerCard;
use super::camera::{CameraPanel, Purpose};
use super::explanations::WhyView;
use super::file_button::FileButton;
use super::panel::Panel;
use crate::session::SampleTask;
use crate::ui::state::{Action, Experiment, Pictures, Question, Reply, Why};

/// Of the panel.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Whose models are asked.
    pub experiment: Experiment,
    /// The last question.
    pub question: Option<Question>,
    /// Whether a model is there to ask.
    pub askable: bool,
    /// Hears of a picture.
    pub ask: Callback<HtmlInputElement>,
    /// Hears of a picture of the camera.
    pub ask_live: Callback<File>,
    /// The sample that a fresh picture can be drawn of.
    pub sample: Option<SampleTask>,
    /// Hears that a fresh drawing is wanted.
    pub ask_drawn: Callback<SampleTask>,
    /// Why the models answered as they did, where that is wanted.
    pub why: Option<Why>,
    /// Where thumbnails are.
    pub pictures: Pictures,
    /// Hears of wishes for explanations.
    pub act: Callback<Action>,
}

/// Ask the trained models about a picture.
#[component]
pub fn Ask(props: &Props) -> Html {
    let Props { question, ask, askable, .. } = props;
    let live = use_state(|| false);
    let look = {
        let live = live.clone();
        move |_: MouseEvent| live.set(true)
    };
    let closed = {
        let live = live.setter();
        move |()| live.set(false)
    };
    let taken = props.ask_live.reform(|(file, _)| file);
    {
        // Models that go take the camera with them, so that it is not on again with the next ones.
        let live = live.setter();
        use_effect_with(*askable, move |askable| {
            if !askable {
                live.set(false);
            }
        });
    }
    let is_watching = *live && *askable;
    let reply = question.as_ref().map(|question| &question.reply);
    html! {
        <Panel number="6" title="Use it" id="use" zone="ask"
            hint={html! { "Ask about a picture that no model has seen yet: drop or paste it here, choose \
                one, or hold it before the camera." }}>
            <div class="use">
                <div class="asked">
                <FileButton class="shot" test="ask-file" single=true disabled={!askable}
                    chosen={ask.clone()}>
                    if let Some(Reply::Answered { image, .. }) = reply {
                        <img src={image.clone()} alt="The picture as the network sees it"
                            draggable="false" />
                        <span class="again">{ "Another picture" }</span>
                    } else {
                        <span class="invite">{ "Drop a picture or choose one" }</span>
                    }
                </FileButton>
                if let Some(Reply::Answered { drawn_as: Some(class), .. }) = reply {
                    <p class="plain" data-test="drawn-as">{ "Drawn as " }<b>{ class }</b>{ "." }</p>
                }
                { fresh_drawing(props) }
                if is_watching {
                    <CameraPanel label="What the camera sees, for both models"
                        purpose={Purpose::Ask(next(question, &props.why))} {taken} {closed} />
                } else {
                    <button class="pill" data-test="ask-camera" disabled={!askable} onclick={look}>
                        { "Use the camera" }
                    </button>
                }
                </div>
                <div class="answers" data-test="answers" aria-busy={(reply == Some(&Reply::Pending)).to_string()}>
                    { answers(props) }
                </div>
            </div>
        </Panel>
    }
}

/// Which picture of the camera is to be asked about next: one after every answer, none while an
/// answer is awaited, or the reasons for the last one.
fn next(question: &Option<Question>, why: &Option<Why>) -> Option<u32> {
    let Some(question) = question else { return Some(0) };
    let is_explained = match (&question.reply, why) {
        (Reply::Answered { answers, .. }, Some(why)) => {
            why.refused.is_some() || why.maps.len() >= answers.len()
        }
        _ => true,
    };
    (is_explained && !question.is_awaited).then_some(question.id.0)
}

/// Whoever has no picture at hand can have one drawn that no model learned from.
fn fresh_drawing(props: &Props) -> Html {
    let Some(task) = props.sample else { return Html::default() };
    let onclick = {
        let ask_drawn = props.ask_drawn.clone();
        move |_| ask_drawn.emit(task)
    };
    html! {
        <button class="pill" data-test="ask-drawn" disabled={!props.askable} {onclick}>
            { "Draw a new one" }
        </button>
    }
}

fn answers(props: &Props) -> Html {
    let Some(question) = &props.question else {
        return html! { <p class="plain">{ "Each trained model will say how sure it is of every class." }</p> };
    };
    match &question.reply {
        Reply::Pending => {
            html! { <p class="plain">{ format!("Looking at {}…", question.name) }</p> }
        }
        Reply::Refused(refusal) => html! {
            <p class="refusal" data-test="ask-refused">
                <b>{ &question.name }</b>{ ": " }{ &refusal.reason }{ " " }{ &refusal.remedy }
            </p>
        },
        Reply::Answered { answers, .. } => {
            let cards = answers.iter().filter_map(|answer| {
                let lane = props.experiment.lane(answer.run)?;
                Some(html! {
                    <AnswerCard key={answer.run.0} side={lane.side} answer={answer.clone()}
                        classes={props.experiment.classes.clone()}>
                        <WhyView answer={answer.clone()} classes={props.experiment.classes.clone()}
                            why={props.why.clone()} pictures={props.pictures.clone()}
                            act={&props.act} />
                    </AnswerCard>
                })
            });
            html! { <>{ for cards }</> }
        }
    }
}
