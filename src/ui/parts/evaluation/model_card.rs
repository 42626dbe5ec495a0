//! One model's answers: scores, matrix, sureness, and what it would refuse.

use std::rc::Rc;

use yew::prelude::*;

use super::Chosen;
use super::matrix::OpenMatrix;
use super::numbers::{bounded, class_table, share};
use super::reliability::Reliability;
use crate::session::{Abstention, ClassSplit, Evaluation, GIVEN_UP, RunEvaluation, RunId, Unit};
use crate::ui::state::Side;
use crate::ui::text::{counted, number, percent};

/// Of a model.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Which way it was trained.
    pub side: Side,
    /// All answers.
    pub evaluation: Rc<Evaluation>,
    /// The run whose answers are shown.
    pub run: RunId,
    /// The classes, in the order of labels and answers.
    pub classes: Rc<Vec<ClassSplit>>,
    /// Whether the test is open.
    pub is_open: bool,
    /// What is shown as pictures.
    pub chosen: Option<Chosen>,
    /// Hears what is to be shown as pictures.
    pub choose: Callback<Chosen>,
    /// What is shown as pictures of it.
    #[prop_or_default]
    pub children: Html,
}

/// One model's answers.
#[component]
pub fn ModelCard(props: &Props) -> Html {
    let Props { side, evaluation, classes, is_open, .. } = props;
    let Some(run) = evaluation.runs.iter().find(|run| run.run == props.run) else {
        return Html::default();
    };
    html! {
        <article class={classes!("lane", format!("{}-lane", side.word()))}
            data-test={format!("evaluation-{}", side.word())}>
            <h3>{ side.title() }</h3>
            if *is_open {
                <dl class="scores">
                    <dt>{ "Right" }</dt><dd data-test="accuracy">{ share(run.accuracy) }</dd>
                    <dt>{ "Balanced accuracy" }</dt>
                    <dd data-test="balanced-accuracy">{ share(run.balanced_accuracy) }</dd>
                </dl>
                <OpenMatrix side={*side} confusion={run.confusion.clone()} classes={classes.clone()}
                    chosen={props.chosen} choose={&props.choose} />
                { class_table(format!("Every class, {}", side.title()), classes, &run.classes) }
            }
            { lists(props, run) }
            { props.children.clone() }
            { sureness(props, run) }
            { none_of_these(props, run) }
        </article>
    }
}

/// The lists that are worth a look.
fn lists(props: &Props, run: &RunEvaluation) -> Html {
    let on = |chosen: Chosen| props.choose.reform(move |_: MouseEvent| chosen);
    let pressed = |chosen: Chosen| (props.chosen == Some(chosen)).to_string();
    let suspects = run.suspects.iter().filter(|suspect| props.is_open || !suspect.is_test).count();
    html! {
        <p class="buttons">
            <button class="pill small" data-test="suspects" disabled={suspects == 0}
                aria-pressed={pressed(Chosen::Suspects)} onclick={on(Chosen::Suspects)}>
                { format!("Probably in the wrong class: {suspects}") }
            </button>
            if props.is_open {
                <button class="pill small" data-test="mistakes" disabled={run.mistakes.is_empty()}
                    aria-pressed={pressed(Chosen::Mistakes)} onclick={on(Chosen::Mistakes)}>
                    { format!("Most surely wrong: {}", run.mistakes.len()) }
                </button>
            }
        </p>
    }
}

/// How sure it is, and how sure it may be.
fn sureness(props: &Props, run: &RunEvaluation) -> Html {
    let temperature = match run.temperature {
        Ok(found) => {
            let (how, so) = match found {
                0.95..1.05 => ("about as sure as it was right", "hardly anything changes"),
                1.05.. => ("too sure", "its probabilities are drawn together"),
                _ => ("not sure enough", "its probabilities are drawn apart"),
            };
            format!(
                "It was {how} on the validation pictures, so {so} (a temperature of {found:.2})."
            )
        }
        Err(missing) => {
            format!("Its probabilities are left as they are: {}.", missing.in_words())
        }
    };
    html! {
        <>
            <h4>{ "Is it as sure as it is right?" }</h4>
            <p class="plain" data-test="temperature">{ temperature }</p>
            if props.is_open {
                { reliability(props.side, run) }
            }
        </>
    }
}

fn reliability(side: Side, run: &RunEvaluation) -> Html {
    let before = match &run.calibration {
        Ok(before) => before,
        Err(missing) => {
            return html! {
                <p class="plain">{ format!("How far its probabilities are off cannot be said: {}.", missing.in_words()) }</p>
            };
        }
    };
    let after = run.calibrated.as_ref().ok();
    let error = |share: f64| number(share, Unit::Share);
    let text = match after {
        Some(after) => format!(
            "Its probabilities are off by {} on average (expected calibration error in {}), and by {} \
             after that. {} of that would be chance.",
            error(before.error),
            counted(before.bins.len(), "bin", "bins"),
            error(after.error),
            error(after.by_chance)
        ),
        None => format!(
            "Its probabilities are off by {} on average (expected calibration error in {}). {} of that \
             would be chance.",
            error(before.error),
            counted(before.bins.len(), "bin", "bins"),
            error(before.by_chance)
        ),
    };
    html! {
        <>
            <p class="plain" data-test="calibration-error">{ text }</p>
            <Reliability {side} before={before.clone()} after={after.cloned()} />
        </>
    }
}

/// What it would refuse.
fn none_of_these(props: &Props, run: &RunEvaluation) -> Html {
    let lines = match &run.none_of_these {
        Ok(found) => refused(found, props.is_open, props.evaluation.unknown.len()),
        Err(missing) => {
            vec![format!("It answers about every picture: for a threshold {}.", missing.in_words())]
        }
    };
    html! {
        <>
            <h4>{ "None of these" }</h4>
            { for lines.into_iter().map(|line| html! { <p class="plain" data-test="none-of-these">{ line }</p> }) }
        </>
    }
}

fn refused(found: &Abstention, is_open: bool, tasks: usize) -> Vec<String> {
    let mut lines = vec![format!(
        "A picture that is further from the nearest training picture than {} of the {} are is \
         probably none of the classes.",
        percent(1.0 - GIVEN_UP),
        counted(found.validation, "validation picture", "validation pictures")
    )];
    if !is_open {
        return lines;
    }
    if let Some(right) = found.right_refused {
        lines.push(format!("It costs {} of the right answers on the test.", bounded(right)));
    }
    if let Some(wrong) = found.wrong_refused {
        lines.push(format!("It spares {} of the wrong ones.", bounded(wrong)));
    }
    if let Some(unknown) = found.unknown {
        lines.push(format!(
            "Of {} of {} it refuses {}. A test picture is the more familiar one in {} of all pairs \
             (AUROC {:.3}, from {:.3} to {:.3}; {} known and {} unknown).",
            counted(unknown.unknown, "drawn picture", "drawn pictures"),
            counted(tasks, "other task", "other tasks"),
            bounded(unknown.refused),
            number(unknown.area.estimate, Unit::Share),
            unknown.area.estimate,
            unknown.area.low,
            unknown.area.high,
            unknown.known,
            unknown.unknown
        ));
        lines.push("Things of the same kind as the classes are far harder to tell.".to_owned());
    }
    lines
}
