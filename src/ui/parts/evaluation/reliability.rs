//! Whether a model is right as often as it says: the reliability diagram, and the table behind it.

use yew::prelude::*;

use crate::session::{Bin, Calibration, Unit};
use crate::ui::curves::tenths;
use crate::ui::parts::table::Table;
use crate::ui::parts::width::use_width;
use crate::ui::reliability::Square;
use crate::ui::state::Side;
use crate::ui::text::{number, short_number, within};

/// Of a diagram.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Whose it is.
    pub side: Side,
    /// As the model gives its probabilities.
    pub before: Calibration,
    /// At the temperature, where there is one.
    pub after: Option<Calibration>,
}

/// The reliability diagram.
#[component]
pub fn Reliability(props: &Props) -> Html {
    let Props { side, before, after } = props;
    let (place, width) = use_width();
    let square = Square::within(width);
    let label = "Share of right answers by how sure they were; the table below holds every number.";
    html! {
        <figure class="plot reliability" ref={place}>
            <figcaption>{ "Right as often as it says? On the line, it is." }</figcaption>
            <svg role="img" aria-label={label} width={tenths(square.right + 8.0)}
                height={tenths(square.bottom + 36.0)}>
                { grid(&square) }
                { series(&square, &before.bins, classes!("series", side.word(), after.is_some().then_some("second"))) }
                if let Some(after) = after {
                    { series(&square, &after.bins, classes!("series", side.word())) }
                }
            </svg>
            if after.is_some() {
                <p class="plot-legend" aria-hidden="true">
                    <span class={classes!("entry", side.word())}><i />{ "at the temperature" }</span>
                    <span class={classes!("entry", side.word(), "second")}><i />{ "as the model says" }</span>
                </p>
            }
            { table(side.title(), before, after.as_ref()) }
        </figure>
    }
}

fn grid(square: &Square) -> Html {
    let lines = [0.0, 0.25, 0.5, 0.75, 1.0].into_iter().enumerate().map(|(tick, share)| {
        let (x, y) = (square.x(share), square.y(share));
        html! {
            <g key={tick}>
                <line class="grid" x1={tenths(square.left)} x2={tenths(square.right)} y1={tenths(y)}
                    y2={tenths(y)} />
                <text class="tick" x={tenths(square.left - 6.0)} y={tenths(y + 4.0)}
                    text-anchor="end">{ short_number(share, Unit::Share) }</text>
                if tick % 2 == 0 {
                    <text class="tick" x={tenths(x)} y={tenths(square.bottom + 16.0)}
                        text-anchor={if tick == 4 { "end" } else { "middle" }}>
                        { short_number(share, Unit::Share) }
                    </text>
                }
            </g>
        }
    });
    html! {
        <>
            { for lines }
            <line class="zero" x1={tenths(square.left)} y1={tenths(square.bottom)}
                x2={tenths(square.right)} y2={tenths(square.top)} />
            <text class="tick" x={tenths(square.right)} y={tenths(square.bottom + 31.0)}
                text-anchor="end">{ "probability of the answer" }</text>
        </>
    }
}

fn series(square: &Square, bins: &[Bin], class: Classes) -> Html {
    let marks = bins.iter().enumerate().map(|(place, bin)| {
        let x = tenths(square.x(bin.confidence));
        html! {
            <g key={place}>
                <line class="whisker" x1={x.clone()} x2={x.clone()} y1={tenths(square.y(bin.right.low))}
                    y2={tenths(square.y(bin.right.high))} />
                <circle r="3.6" cx={x} cy={tenths(square.y(bin.right.estimate))} />
            </g>
        }
    });
    html! { <g {class}>{ for marks }</g> }
}

fn table(model: &str, before: &Calibration, after: Option<&Calibration>) -> Html {
    let columns = ["Probabilities", "Pictures", "Mean probability", "Right"];
    let rows = |name: &'static str, calibration: &Calibration| {
        let row = move |bin: &Bin| {
            vec![
                name.to_owned(),
                bin.count.to_string(),
                number(bin.confidence, Unit::Share),
                format!(
                    "{} ({})",
                    number(bin.right.estimate, Unit::Share),
                    within(bin.right, Unit::Share)
                ),
            ]
        };
        calibration.bins.iter().map(row).collect::<Vec<_>>()
    };
    let mut all = rows("As the model says", before);
    all.extend(after.map(|after| rows("At the temperature", after)).unwrap_or_default());
    html! {
        <Table summary="The numbers" title={format!("Reliability of {model}")}
            columns={columns.map(str::to_owned).to_vec()} rows={all} />
    }
}
