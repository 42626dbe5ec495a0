//! Who is taken for whom: true classes in rows, answers in columns.

use yew::prelude::*;

use crate::session::{Matrix, Way};

/// Of a matrix.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The counts.
    pub matrix: Matrix,
}

/// Who is taken for whom.
#[component]
pub fn MatrixView(props: &Props) -> Html {
    let Matrix { title, way, classes, counts } = &props.matrix;
    let most = counts.iter().map(|count| count.unsigned_abs()).max().unwrap_or(0).max(1);
    let word = match way {
        Some(Way::Transfer) => "cold",
        Some(Way::FineTuning) => "warm",
        None => "both",
    };
    let rows = classes.iter().zip(counts.chunks(classes.len().max(1))).enumerate();
    let rows = rows.map(|(row, (name, counts))| {
        let cells = counts.iter().enumerate().map(|(column, &count)| {
            // In eighths, since the page's policy allows no styles of single elements.
            let shade = format!("shade-{}", (8 * count.unsigned_abs()).div_ceil(most));
            let sign = if way.is_none() && count > 0 { "+" } else { "" };
            html! {
                <td key={column} class={classes!(shade, (row == column).then_some("right"))}>
                    { format!("{sign}{count}").replace('-', "−") }
                </td>
            }
        });
        html! { <tr key={row}><th scope="row">{ name }</th>{ for cells }</tr> }
    });
    html! {
        <figure class="matrix">
            <figcaption>{ title }</figcaption>
            <div class="table" tabindex="0" role="group" aria-label={title.clone()}>
                <table class={word}>
                    <thead><tr>
                        <th scope="col">{ "true ↓ answer →" }</th>
                        { for classes.iter().map(|name| html! { <th scope="col">{ name }</th> }) }
                    </tr></thead>
                    <tbody>{ for rows }</tbody>
                </table>
            </div>
        </figure>
    }
}
