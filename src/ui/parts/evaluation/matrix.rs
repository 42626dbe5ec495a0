//! Who is taken for whom; every number opens its pictures.

use std::rc::Rc;

use yew::prelude::*;

use super::Chosen;
use crate::session::{ClassSplit, Confusion};
use crate::ui::state::Side;
use crate::ui::text::counted;

/// Of a matrix.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Whose it is.
    pub side: Side,
    /// The counts.
    pub confusion: Confusion,
    /// The classes, in the order of rows and columns.
    pub classes: Rc<Vec<ClassSplit>>,
    /// The cell that is open.
    pub chosen: Option<Chosen>,
    /// Hears which cell the person opens.
    pub choose: Callback<Chosen>,
}

/// Who is taken for whom.
#[component]
pub fn OpenMatrix(props: &Props) -> Html {
    let Props { side, confusion, classes, .. } = props;
    let places = 0..classes.len();
    let counts = places.clone().flat_map(|row| places.clone().map(move |column| (row, column)));
    let most = counts.map(|(row, column)| confusion.count(row, column)).max().unwrap_or(0).max(1);
    let rows = classes.iter().enumerate().map(|(row, class)| {
        let cells = places.clone().map(|column| cell(props, row, column, most));
        html! { <tr key={row}><th scope="row">{ &class.name }</th>{ for cells }</tr> }
    });
    let title = format!("{}: who is taken for whom", side.title());
    html! {
        <figure class="matrix" data-test="open-matrix">
            <figcaption>{ "Who is taken for whom; open a number to see its pictures." }</figcaption>
            <div class="table" role="group" aria-label={title}>
                <table class={side.word()}>
                    <thead><tr>
                        <th scope="col">{ "true ↓ answer →" }</th>
                        { for classes.iter().map(|class| html! { <th scope="col">{ &class.name }</th> }) }
                    </tr></thead>
                    <tbody>{ for rows }</tbody>
                </table>
            </div>
        </figure>
    }
}

fn cell(props: &Props, row: usize, column: usize, most: usize) -> Html {
    let count = props.confusion.count(row, column);
    let this = Chosen::Cell(row, column);
    let shade = format!("shade-{}", (8 * count).div_ceil(most));
    let name = |place: usize| props.classes.get(place).map_or("", |class| class.name.as_str());
    let pictures = counted(count, "picture", "pictures");
    let words = format!("{pictures} of {} taken for {}", name(row), name(column));
    html! {
        <td key={column} class={classes!(shade, (row == column).then_some("right"))}>
            if count == 0 {
                { 0 }
            } else {
                <button class="cell" data-test="cell" data-row={row.to_string()}
                    data-column={column.to_string()} aria-label={words}
                    aria-pressed={(props.chosen == Some(this)).to_string()}
                    onclick={props.choose.reform(move |_: MouseEvent| this)}>{ count }</button>
            }
        </td>
    }
}
