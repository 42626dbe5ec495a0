//! One of the ten cards: what was found, its numbers, its pictures, and where they come from.

use std::rc::Rc;

use yew::prelude::*;

use super::matrix::MatrixView;
use super::plot::PlotView;
use crate::session::{Card, Figure, Finding, TrialRow, Way};
use crate::ui::state::trial_in_words;
use crate::ui::text::{number, within};

/// Of a card.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Its place among the ten, counted from 1.
    pub place: usize,
    /// What it says.
    pub card: Rc<Card>,
    /// The log.
    pub rows: Rc<Vec<Rc<TrialRow>>>,
    /// Folds that take turns as the test.
    pub folds: usize,
}

/// One of the ten cards.
#[component]
pub fn DifferenceCard(props: &Props) -> Html {
    let Props { place, card, rows, folds } = props;
    let difference = card.difference;
    let id = format!("difference-{place}");
    let body = match &card.finding {
        Ok(finding) => found(finding, rows, *folds),
        Err(missing) => html! { <p class="missing plain">{ missing }</p> },
    };
    html! {
        <article class={classes!("difference", card.finding.is_err().then_some("waits"))}
            aria-labelledby={id.clone()} data-test={format!("card-{place}")}
            data-found={card.finding.is_ok().to_string()}>
            <h3 {id}><b aria-hidden="true">{ place }</b>{ difference.title() }</h3>
            <p class="plain">{ difference.question() }</p>
            { body }
        </article>
    }
}

fn found(finding: &Finding, rows: &Rc<Vec<Rc<TrialRow>>>, folds: usize) -> Html {
    html! {
        <>
            <p class="headline">{ &finding.headline }</p>
            { figures(&finding.figures) }
            { for finding.plots.iter().map(|plot| html! {
                <PlotView key={plot.title.clone()} plot={plot.clone()} />
            }) }
            if !finding.matrices.is_empty() {
                <details class="rows">
                    <summary>{ "Who is taken for whom" }</summary>
                    { for finding.matrices.iter().map(|matrix| html! {
                        <MatrixView key={matrix.title.clone()} matrix={matrix.clone()} />
                    }) }
                </details>
            }
            <details class="rows">
                <summary>{ "What it means, and where it comes from" }</summary>
                <p class="meaning">{ &finding.paragraph }</p>
                { sources(finding, rows, folds) }
            </details>
        </>
    }
}

/// Numbers of both ways side by side, those about neither below.
fn figures(figures: &[Figure]) -> Html {
    let mut names: Vec<&str> = Vec::new();
    for figure in figures.iter().filter(|figure| figure.way.is_some()) {
        if !names.contains(&figure.name.as_str()) {
            names.push(&figure.name);
        }
    }
    let of = |name: &str, way: Way| {
        figures.iter().find(|figure| figure.name == name && figure.way == Some(way))
    };
    let cell = |figure: Option<&Figure>| match figure {
        Some(figure) => cell_of(figure, 1),
        None => html! { <td>{ "–" }</td> },
    };
    let pairs = names.iter().map(|name| {
        html! {
            <tr key={*name}>
                <th scope="row">{ *name }</th>
                { cell(of(name, Way::Transfer)) }
                { cell(of(name, Way::FineTuning)) }
            </tr>
        }
    });
    let shared = figures.iter().filter(|figure| figure.way.is_none()).map(|figure| {
        html! {
            <tr key={figure.name.clone()}>
                <th scope="row">{ &figure.name }</th>
                { cell_of(figure, 2) }
            </tr>
        }
    });
    html! {
        <table class="figures" data-test="figures">
            if !names.is_empty() {
                <thead><tr>
                    <td></td>
                    <th scope="col" class="cold-text">{ Way::Transfer.title() }</th>
                    <th scope="col" class="warm-text">{ Way::FineTuning.title() }</th>
                </tr></thead>
            }
            <tbody>{ for pairs }{ for shared }</tbody>
        </table>
    }
}

/// A number with its interval; the exact one is there for programs that read the page.
fn cell_of(figure: &Figure, columns: usize) -> Html {
    let way = match figure.way {
        Some(Way::Transfer) => "cold",
        Some(Way::FineTuning) => "warm",
        None => "both",
    };
    html! {
        <td colspan={columns.to_string()} data-test="figure" data-name={figure.name.clone()}
            data-way={way} data-unit={format!("{:?}", figure.unit)}
            data-value={figure.value.to_string()}>
            <b>{ number(figure.value, figure.unit) }</b>
            if let Some(interval) = figure.interval {
                { " " }<small>{ within(interval, figure.unit) }</small>
            }
        </td>
    }
}

fn sources(finding: &Finding, rows: &Rc<Vec<Rc<TrialRow>>>, folds: usize) -> Html {
    let named = finding.sources.iter().filter_map(|&place| Some((place, rows.get(place)?)));
    html! {
        <>
            <p class="plain">{ "Computed from these trials of the log:" }</p>
            <ul class="sources-list">
                { for named.map(|(place, row)| html! {
                    <li key={place}>{ format!("{}: {}", place + 1, trial_in_words(row, folds)) }</li>
                }) }
            </ul>
        </>
    }
}
