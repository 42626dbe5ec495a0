//! A table that opens on demand.

use yew::prelude::*;

use super::open::use_open;

/// Of a table.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What opens it.
    pub summary: AttrValue,
    /// What it holds, for those who listen.
    pub title: AttrValue,
    /// The heads of the columns.
    pub columns: Vec<String>,
    /// The rows; the first cell of each is its head.
    pub rows: Vec<Vec<String>>,
}

/// A table that opens on demand. Its rows are only drawn while it is open.
#[component]
pub fn Table(props: &Props) -> Html {
    let Props { summary, title, columns, rows } = props;
    let (open, toggled) = use_open();
    html! {
        <details class="rows" ontoggle={toggled}>
            <summary>{ summary }</summary>
            if open {
                <div class="table" tabindex="0" role="group" aria-label={title}>
                    <table class="named">
                        <thead>
                            <tr>{ for columns.iter().map(|name| html! { <th scope="col">{ name }</th> }) }</tr>
                        </thead>
                        <tbody>{ for rows.iter().map(|cells| row(cells)) }</tbody>
                    </table>
                </div>
            }
        </details>
    }
}

fn row(cells: &[String]) -> Html {
    let Some((head, cells)) = cells.split_first() else { return Html::default() };
    html! {
        <tr>
            <th scope="row">{ head }</th>
            { for cells.iter().map(|cell| html! { <td>{ cell }</td> }) }
        </tr>
    }
}
