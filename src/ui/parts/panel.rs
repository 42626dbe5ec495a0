//! A numbered step of the page.

use yew::prelude::*;

/// Of a panel.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Which step.
    pub number: AttrValue,
    /// What it is called.
    pub title: AttrValue,
    /// One line on what to do here.
    pub hint: Html,
    /// Its mark for tests.
    pub test: AttrValue,
    /// Where files dropped here go, if not to the page.
    #[prop_or_default]
    pub zone: Option<AttrValue>,
    /// What stands in it.
    pub children: Html,
}

/// A numbered step of the page.
#[component]
pub fn Panel(props: &Props) -> Html {
    let id = format!("step-{}", props.number);
    html! {
        <section class="panel" aria-labelledby={id.clone()} data-test={&props.test}
            data-zone={props.zone.clone()}>
            <h2 {id}><b aria-hidden="true">{ &props.number }</b>{ &props.title }</h2>
            <p class="hint">{ props.hint.clone() }</p>
            { props.children.clone() }
        </section>
    }
}
