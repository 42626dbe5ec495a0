//! The table behind a curve: every epoch of a run.

use std::rc::Rc;

use yew::prelude::*;

use super::open::use_open;
use crate::session::EpochRow;
use crate::ui::curves;
use crate::ui::text::{duration, percent, rate, thousandths};

/// Of the table.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The run log.
    pub rows: Rc<Vec<EpochRow>>,
    /// Whose it is.
    pub title: AttrValue,
}

/// Every epoch of a run. Its rows are only drawn while it is open.
#[component]
pub fn CurveTable(props: &Props) -> Html {
    let (open, toggled) = use_open();
    html! {
        <details class="rows" ontoggle={toggled}>
            <summary>{ "Every epoch" }</summary>
            <div class="table" tabindex="0" role="group"
                aria-label={format!("Every epoch of {}", props.title)}>
                <table data-test="curve-table">
                    <thead>
                        <tr>
                            <th scope="col">{ "Epoch" }</th><th scope="col">{ "Learns" }</th>
                            <th scope="colgroup" colspan="2">{ "Accuracy" }</th>
                            <th scope="colgroup" colspan="2">{ "Loss" }</th>
                            <th scope="col">{ "Rate" }</th><th scope="col">{ "Time" }</th>
                        </tr>
                        <tr>
                            <td colspan="2"></td>
                            <th scope="col">{ "train." }</th><th scope="col">{ "valid." }</th>
                            <th scope="col">{ "train." }</th><th scope="col">{ "valid." }</th>
                            <td colspan="2"></td>
                        </tr>
                    </thead>
                    <tbody>
                        if open {
                            { for props.rows.iter().map(row) }
                        }
                    </tbody>
                </table>
            </div>
        </details>
    }
}

fn row(row: &EpochRow) -> Html {
    html! {
        <tr key={row.epoch}>
            <th scope="row">{ row.epoch }</th>
            <td>{ curves::phase(row.phase) }</td>
            <td>{ percent(row.training.accuracy()) }</td>
            <td>{ percent(row.validation.accuracy()) }</td>
            <td>{ thousandths(row.training.loss) }</td>
            <td>{ thousandths(row.validation.loss) }</td>
            <td>{ rate(row.head_rate) }</td>
            <td>{ duration(row.seconds) }</td>
        </tr>
    }
}
