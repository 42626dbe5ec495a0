//! One model's answer: a bar a class.

use std::rc::Rc;

use yew::prelude::*;

use crate::session::{Answer, ClassSplit};
use crate::ui::state::Side;
use crate::ui::text::{milliseconds, percent};

/// Of an answer.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Whose it is.
    pub side: Side,
    /// The answer.
    pub answer: Answer,
    /// The classes, in its order.
    pub classes: Rc<Vec<ClassSplit>>,
    /// What explains it.
    #[prop_or_default]
    pub children: Html,
}

/// One model's answer.
#[component]
pub fn AnswerCard(props: &Props) -> Html {
    let Props { side, answer, classes, .. } = props;
    let shares = || answer.shares().iter().copied();
    let best = answer.best_class();
    let rows = classes.iter().zip(shares()).enumerate().map(|(index, (class, share))| {
        let share = f64::from(share);
        let words = percent(share);
        html! {
            <li key={class.class.0} data-test="answer-row"
                class={classes!("row", (best == Some(index)).then_some("best"))}>
                <span class="name" title={class.name.clone()}>{ &class.name }</span>
                <meter min="0" max="1000" value={((share * 1000.0).round() as u32).to_string()}
                    aria-label={format!("{}: {words}", class.name)} />
                <b>{ words }</b>
            </li>
        }
    });
    html! {
        <article class={classes!("lane", format!("{}-lane", side.word()))} data-test="answer">
            <h3>
                { side.title() }
                <small class="latency" data-test="latency">{ milliseconds(answer.milliseconds) }</small>
            </h3>
            if answer.is_none_of_these() {
                <p class="none-of-these" data-test="none-of-these-answer">
                    { "None of these, probably: it looks unlike every training picture. Were it one, it \
                        would be:" }
                </p>
            }
            <ul class="shares">{ for rows }</ul>
            { props.children.clone() }
        </article>
    }
}
