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
    /// Its name in addresses and tests.
    pub id: AttrValue,
    /// Where files dropped here go, if not to the page.
    #[prop_or_default]
    pub zone: Option<AttrValue>,
    /// What stands in it.
    pub children: Html,
}

/// A numbered step of the page.
#[component]
pub fn Panel(props: &Props) -> Html {
    let title = format!("{}-title", props.id);
    html! {
        <section class="panel" id={&props.id} aria-labelledby={title.clone()} data-test={&props.id}
            data-zone={props.zone.clone()}>
            <h2 id={title}><b aria-hidden="true">{ &props.number }</b>{ &props.title }</h2>
            <p class="hint">{ props.hint.clone() }</p>
            { props.children.clone() }
        </section>
    }
}
