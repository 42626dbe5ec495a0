//! Step 4: the answers of the trained models about pictures that they did not learn from.

mod matrix;
mod model_card;
mod numbers;
mod picture_list;
mod picture_row;
mod reliability;

use std::rc::Rc;

use yew::prelude::*;

use self::model_card::ModelCard;
use self::picture_list::{Listed, PictureList};
use super::panel::Panel;
use crate::session::{Evaluation, RunEvaluation, RunId};
use crate::ui::state::{Action, Answers, Experiment, Pictures};
use crate::ui::text::counted;

/// Which of a model's answers are shown as pictures.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Chosen {
    /// Those of a cell of the matrix: true class and answer.
    Cell(usize, usize),
    /// The wrong ones, the surest first.
    Mistakes,
    /// Those that probably lie in the wrong class.
    Suspects,
}

/// Of the panel.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Whose models answered.
    pub experiment: Experiment,
    /// What they answered.
    pub answers: Answers,
    /// The pictures as they are now.
    pub pictures: Pictures,
    /// Why training cannot start now.
    pub why_not: Option<String>,
    /// Hears what the person does.
    pub act: Callback<Action>,
}

/// The answers of the trained models.
#[component]
pub fn AnswersPanel(props: &Props) -> Html {
    let chosen = use_state(|| None::<(RunId, Chosen)>);
    let Props { experiment, answers, .. } = props;
    let hint = html! { "What both models say about pictures that they did not learn from, and how far \
    to trust it. Open a number to see its pictures, and put right what lies in the wrong class." };
    let body = match &answers.found {
        None if experiment.is_running() => html! {
            <p class="plain">{ "Known once the race is over." }</p>
        },
        None if !experiment.can_be_asked() => html! {
            <p class="plain">{ "There is no trained model to look at." }</p>
        },
        None => html! {
            <p class="plain" data-test="answers-wait">{ "The models are looking at every picture once more…" }</p>
        },
        Some(Err(refusal)) => html! {
            <p class="refusal"><b>{ &refusal.reason }</b>{ " " }{ &refusal.remedy }</p>
        },
        Some(Ok(evaluation)) => found(props, evaluation, &chosen),
    };
    html! {
        <Panel number="4" title="Look at the answers" {hint} id="answers-panel">
            { looks(answers.looks) }
            { changed(props) }
            { body }
        </Panel>
    }
}

/// How often the test was looked at, since each look makes it a little less of one.
fn looks(count: usize) -> Html {
    if count == 0 {
        return Html::default();
    }
    let times = counted(count, "time", "times");
    html! {
        <p class="plain" data-test="looks" data-count={count.to_string()}>
            { format!("The test score on these pictures was looked at {times}, each race and each study \
                counted; a look that leads to another try makes it a little less of a test.") }
        </p>
    }
}

/// Scores are of the labels that were learned; whoever changed some can train again.
fn changed(props: &Props) -> Html {
    let Props { experiment, answers, pictures, why_not, act } = props;
    let count = answers.changed(pictures);
    let Some(sides) = experiment.sides().filter(|_| count > 0 && !experiment.is_running()) else {
        return Html::default();
    };
    let again = act.reform(move |_: MouseEvent| Action::Start(sides));
    html! {
        <div class="earlier" data-test="earlier-labels">
            <p>{ format!("{} not where {} when training began, so every score here is of the earlier \
                labels.", counted(count, "picture is", "pictures are"), if count == 1 { "it was" } else { "they were" }) }</p>
            <button class="pill" data-test="train-again" disabled={why_not.is_some()} onclick={again}>
                { "Train again" }
            </button>
            if let Some(why_not) = why_not {
                <p class="plain">{ why_not }</p>
            }
        </div>
    }
}

fn found(
    props: &Props,
    evaluation: &Rc<Evaluation>,
    chosen: &UseStateHandle<Option<(RunId, Chosen)>>,
) -> Html {
    let Props { experiment, answers, act, .. } = props;
    let open = act.reform(|_: MouseEvent| Action::OpenTest);
    let lanes = evaluation.runs.iter().filter_map(|run| Some((experiment.lane(run.run)?, run)));
    let cards = lanes.map(|(lane, run)| {
        let choose = {
            let (chosen, run) = (chosen.clone(), run.run);
            Callback::from(move |wanted: Chosen| {
                let wanted = Some((run, wanted)).filter(|wanted| *chosen != Some(*wanted));
                chosen.set(wanted);
            })
        };
        let own = (**chosen).filter(|(of, _)| *of == run.run).map(|(_, chosen)| chosen);
        let list = own.map(|chosen| {
            let listed = listed(run, chosen, answers.is_open);
            html! {
                <PictureList title={title(chosen, lane.side.title(), experiment, listed.len())}
                    {listed} classes={experiment.classes.clone()}
                    pictures={props.pictures.clone()} {act} />
            }
        });
        html! {
            <ModelCard key={run.run.0} side={lane.side} evaluation={evaluation.clone()} run={run.run}
                classes={experiment.classes.clone()} is_open={answers.is_open} chosen={own} {choose}>
                { list.unwrap_or_default() }
            </ModelCard>
        }
    });
    html! {
        <>
            if !answers.is_open {
                <p class="buttons">
                    <button class="pill" data-test="open-test" onclick={open}>{ "Show the answers on the test pictures" }</button>
                    <span class="plain">{ "Choosing by what it shows makes it less of a test." }</span>
                </p>
            }
            <div class="pair evaluations">{ for cards }</div>
        </>
    }
}

/// The pictures of what was chosen. Test pictures stay closed with their score.
fn listed(run: &RunEvaluation, chosen: Chosen, is_open: bool) -> Vec<Listed> {
    match chosen {
        Chosen::Cell(label, answer) if is_open => {
            let all = run.answers.iter().map(Listed::of);
            all.filter(|listed| listed.is_in(label, answer)).collect()
        }
        Chosen::Mistakes if is_open => {
            let answers = run.mistakes.iter().filter_map(|&place| run.answers.get(place));
            answers.map(Listed::of).collect()
        }
        Chosen::Suspects => {
            let shown = run.suspects.iter().filter(|suspect| is_open || !suspect.is_test);
            shown.map(Listed::suspected).collect()
        }
        Chosen::Cell(..) | Chosen::Mistakes => Vec::new(),
    }
}

fn title(chosen: Chosen, model: &str, experiment: &Experiment, count: usize) -> String {
    let name = |place: usize| {
        experiment.classes.get(place).map(|class| class.name.clone()).unwrap_or_default()
    };
    let pictures = counted(count, "picture", "pictures");
    match chosen {
        Chosen::Cell(label, answer) if label == answer => {
            format!("{model}: {pictures} of {} named rightly", name(label))
        }
        Chosen::Cell(label, answer) => {
            format!("{model}: {pictures} of {} taken for {}", name(label), name(answer))
        }
        Chosen::Mistakes => format!("{model}: {pictures} named wrongly, the surest first"),
        Chosen::Suspects => format!("{model}: {pictures} probably in the wrong class"),
    }
}
