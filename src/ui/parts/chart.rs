//! The curves of all lanes, live.

use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use super::width::use_width;
use crate::session::EpochRow;
use crate::ui::curves::{self, Frame, Measure, On, tenths};
use crate::ui::state::LaneRun;
use crate::ui::text::{percent, thousandths};

/// Labels closer than this would touch.
const LABEL_HEIGHT: f64 = 17.0;
/// What keeps a label off a line.
const LIFT: f64 = 14.0;
const HIGHEST: f64 = 320.0;
/// Room for labels at the end of curves.
const RIGHT: f64 = 62.0;

/// Of the chart.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The lanes.
    pub lanes: Vec<LaneRun>,
    /// What it shows.
    pub measure: Measure,
}

/// The curves of all lanes. It is drawn in CSS pixels, so that its words keep their size.
#[component]
pub fn Chart(props: &Props) -> Html {
    let Props { lanes, measure } = props;
    let (place, width) = use_width();
    let pointed = use_state(|| None::<usize>);
    let (width, height) = (width.max(200.0), (width * 0.72).clamp(230.0, HIGHEST));
    let frame = frame(lanes, *measure, width, height);
    let point = {
        let pointed = pointed.clone();
        move |event: PointerEvent| {
            let Some(chart) = event
                .target_dyn_into::<Element>()
                .and_then(|target| target.closest("svg").ok().flatten())
            else {
                return;
            };
            let x = f64::from(event.client_x()) - chart.get_bounding_client_rect().left();
            pointed.set(Some(frame.epoch_at(x)));
        }
    };
    let leave = {
        let pointed = pointed.clone();
        move |_: PointerEvent| pointed.set(None)
    };
    let (name, most) = match measure {
        Measure::Accuracy => ("Accuracy", "100 %".to_owned()),
        Measure::Loss => ("Loss", thousandths(frame.most)),
    };
    let label = format!(
        "{name} of every lane by epoch, from 0 to {most}; the tables below hold every number."
    );
    html! {
        <div class="chart" ref={place}>
            <svg role="img" aria-label={label} width={tenths(width)}
                height={tenths(height)} onpointermove={point} onpointerleave={leave}>
                { grid(&frame, *measure) }
                { for lanes.iter().map(|lane| turn(&frame, lane)) }
                { for lanes.iter().map(|lane| curve(&frame, lane, *measure)) }
                { ends(&frame, lanes, *measure) }
                if let Some(epoch) = *pointed {
                    { crosshair(&frame, epoch, lanes, *measure) }
                }
            </svg>
            <p class="readout" aria-hidden="true">
                { readout(lanes, *pointed, *measure) }
            </p>
        </div>
    }
}

fn frame(lanes: &[LaneRun], measure: Measure, width: f64, height: f64) -> Frame {
    let most = match measure {
        Measure::Accuracy => 1.0,
        Measure::Loss => curves::ceiling(
            lanes
                .iter()
                .flat_map(|lane| lane.rows.iter())
                .flat_map(|row| [measure.of(row, On::Training), measure.of(row, On::Validation)]),
        ),
    };
    Frame {
        left: 36.0,
        right: width - RIGHT,
        top: 26.0,
        bottom: height - 34.0,
        epochs: lanes.iter().map(|lane| lane.strategy.epochs()).max().unwrap_or(1),
        most,
    }
}

fn grid(frame: &Frame, measure: Measure) -> Html {
    let (left, right) = (tenths(frame.left), tenths(frame.right));
    let levels = (0..=4).map(|quarter| {
        let value = frame.most * f64::from(quarter) / 4.0;
        let y = frame.y(value);
        let word = match measure {
            Measure::Accuracy => (25 * quarter).to_string(),
            Measure::Loss => thousandths(value)[..4].to_owned(),
        };
        html! {
            <g key={quarter}>
                <line class="grid" x1={left.clone()} x2={right.clone()} y1={tenths(y)} y2={tenths(y)} />
                <text class="tick" x={tenths(frame.left - 8.0)} y={tenths(y + 4.0)}
                    text-anchor="end">{ word }</text>
            </g>
        }
    });
    let epochs = (0..=frame.epochs).step_by(curves::epoch_step(frame.epochs)).map(|epoch| {
        html! {
            <text key={epoch} class="tick" x={tenths(frame.x(epoch))}
                y={tenths(frame.bottom + 18.0)} text-anchor="middle">{ epoch }</text>
        }
    });
    let unit = match measure {
        Measure::Accuracy => "% right",
        Measure::Loss => "loss",
    };
    html! {
        <>
            { for levels }
            { for epochs }
            <text class="tick" x="0" y="12">{ unit }</text>
            <text class="tick" x={tenths(frame.right + RIGHT)} y={tenths(frame.bottom + 18.0)}
                text-anchor="end">{ "epoch" }</text>
        </>
    }
}

/// Where the head's phase ends and the thawed one begins.
fn turn(frame: &Frame, lane: &LaneRun) -> Html {
    let Some(epoch) = curves::turn(lane.head_epochs(), lane.strategy.unfrozen_epochs) else {
        return Html::default();
    };
    let x = frame.x(epoch);
    let y = tenths(frame.top - 10.0);
    html! {
        <g class={classes!("turn", lane.side.word())}>
            <line x1={tenths(x)} x2={tenths(x)} y1={tenths(frame.top - 20.0)}
                y2={tenths(frame.bottom)} />
            <text x={tenths(x - 6.0)} y={y.clone()} text-anchor="end">{ "head first" }</text>
            <text x={tenths(x + 6.0)} {y}>{ "thawed" }</text>
        </g>
    }
}

fn curve(frame: &Frame, lane: &LaneRun, measure: Measure) -> Html {
    let rows: &Rc<Vec<EpochRow>> = &lane.rows;
    let kept =
        lane.result().and_then(|result| rows.iter().find(|row| row.epoch == result.best_epoch));
    html! {
        <g key={lane.run.0} class={classes!("curve", lane.side.word())}>
            <polyline class="training" points={frame.points(rows, measure, On::Training)} />
            <polyline class="validation" points={frame.points(rows, measure, On::Validation)} />
            if let Some(row) = kept {
                <circle class="kept" r="5" cx={tenths(frame.x(row.epoch))}
                    cy={tenths(frame.y(measure.of(row, On::Validation)))}>
                    <title>{ format!("Epoch {} was kept", row.epoch) }</title>
                </circle>
            }
        </g>
    }
}

/// The latest validation value at the end of each curve.
fn ends(frame: &Frame, lanes: &[LaneRun], measure: Measure) -> Html {
    let last: Vec<(&LaneRun, &EpochRow)> =
        lanes.iter().filter_map(|lane| Some((lane, lane.rows.last()?))).collect();
    let furthest = last.iter().map(|(_, row)| row.epoch).max().unwrap_or(0);
    let beside = |row: &EpochRow| {
        // Where another curve goes on, it would run through a label at the end of this one.
        let y = frame.y(measure.of(row, On::Validation));
        let lift = if row.epoch == furthest { 0.0 } else { LIFT };
        y + 5.0 + if y < frame.top + LIFT { lift } else { -lift }
    };
    let wanted: Vec<f64> = last.iter().map(|(_, row)| beside(row)).collect();
    let near = last
        .windows(2)
        .all(|pair| (frame.x(pair[0].1.epoch) - frame.x(pair[1].1.epoch)).abs() < 64.0);
    let places = if near { curves::spread(&wanted, LABEL_HEIGHT, frame.bottom) } else { wanted };
    let labels = last.iter().zip(places).map(|((lane, row), y)| {
        html! {
            <text key={lane.run.0} class={classes!("end", lane.side.word())}
                x={tenths(frame.x(row.epoch) + 9.0)} y={tenths(y)}>
                { value(measure, row, On::Validation) }
            </text>
        }
    });
    html! { <>{ for labels }</> }
}

fn crosshair(frame: &Frame, epoch: usize, lanes: &[LaneRun], measure: Measure) -> Html {
    let x = tenths(frame.x(epoch));
    let dots = lanes.iter().filter_map(|lane| {
        let row = lane.rows.iter().find(|row| row.epoch == epoch)?;
        let y = tenths(frame.y(measure.of(row, On::Validation)));
        Some(html! {
            <circle key={lane.run.0} class={classes!("dot-at", lane.side.word())} r="4"
                cx={x.clone()} cy={y} />
        })
    });
    html! {
        <g class="crosshair">
            <line x1={x.clone()} x2={x.clone()} y1={tenths(frame.top)} y2={tenths(frame.bottom)} />
            { for dots }
        </g>
    }
}

/// The numbers under the pointer, or how to get them.
fn readout(lanes: &[LaneRun], pointed: Option<usize>, measure: Measure) -> Html {
    let Some(epoch) = pointed else {
        return html! { <span>{ "Point at the curves to read an epoch." }</span> };
    };
    let numbers = lanes.iter().filter_map(|lane| {
        let row = lane.rows.iter().find(|row| row.epoch == epoch)?;
        let class = format!("{}-text", lane.side.word());
        Some(html! {
            <span key={lane.run.0}>
                <b {class}>{ value(measure, row, On::Validation) }</b>
                { format!(" validation, {} training", value(measure, row, On::Training)) }
            </span>
        })
    });
    html! { <><span>{ format!("Epoch {epoch}") }</span>{ for numbers }</> }
}

fn value(measure: Measure, row: &EpochRow, on: On) -> String {
    let value = measure.of(row, on);
    match measure {
        Measure::Accuracy => percent(value),
        Measure::Loss => thousandths(value),
    }
}
