//! A plot on a card, and the table behind it.

use yew::prelude::*;

use super::table::Table;
use super::width::use_width;
use crate::session::{Interval, Plot, Series, Shape};
use crate::ui::curves::tenths;
use crate::ui::plots::{self, Area};
use crate::ui::text::{number, short_number, within};

const HEIGHT: f64 = 190.0;
const LEFT: f64 = 52.0;
/// Room for the labels of the axis.
const BELOW: f64 = 38.0;

/// Of a plot.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What it shows.
    pub plot: Plot,
}

/// A plot on a card. It is drawn in CSS pixels, so that its words keep their size.
#[component]
pub fn PlotView(props: &Props) -> Html {
    let Props { plot } = props;
    let (place, width) = use_width();
    let width = width.max(200.0);
    let (low, high) = plots::range(plot);
    let area = Area {
        left: LEFT,
        right: width - 6.0,
        top: 10.0,
        bottom: HEIGHT - BELOW,
        low,
        high,
        categories: plot.categories.len(),
    };
    let label = format!("{}; the table below holds every number.", plot.title);
    html! {
        <figure class="plot" ref={place}>
            <figcaption>{ &plot.title }</figcaption>
            <svg role="img" aria-label={label} width={tenths(width)} height={tenths(HEIGHT)}>
                { grid(&area, plot) }
                { for (0..plot.series.len()).map(|series| drawn(&area, plot, series)) }
            </svg>
            { legend(plot) }
            { table(plot) }
        </figure>
    }
}

fn grid(area: &Area, plot: &Plot) -> Html {
    let (left, right) = (tenths(area.left), tenths(area.right));
    let levels = plots::ticks(area.low, area.high).into_iter().enumerate().map(|(tick, value)| {
        let y = area.y(value);
        html! {
            <g key={tick}>
                <line class="grid" x1={left.clone()} x2={right.clone()} y1={tenths(y)} y2={tenths(y)} />
                <text class="tick" x={tenths(area.left - 6.0)} y={tenths(y + 4.0)}
                    text-anchor="end">{ short_number(value, plot.unit) }</text>
            </g>
        }
    });
    let letters = plot.categories.iter().map(|name| plots::short_name(name).chars().count()).max();
    let every = area.label_every(letters.unwrap_or(1));
    let names = plot.categories.iter().enumerate().step_by(every).map(|(category, name)| {
        let short = plots::short_name(name);
        html! {
            <text key={category} class="tick" x={tenths(area.x(category))}
                y={tenths(area.bottom + 16.0)} text-anchor="middle">{ short }</text>
        }
    });
    html! {
        <>
            { for levels }
            { for names }
            <text class="tick" x={right.clone()} y={tenths(area.bottom + 32.0)}
                text-anchor="end">{ &plot.axis }</text>
            if area.low < 0.0 {
                <line class="zero" x1={left} x2={right} y1={tenths(area.y(0.0))} y2={tenths(area.y(0.0))} />
            }
        </>
    }
}

fn drawn(area: &Area, plot: &Plot, index: usize) -> Html {
    let series = &plot.series[index];
    let (word, is_second) = plots::mark(plot, index);
    let class = classes!("series", word, is_second.then_some("second"));
    let count = plot.series.len();
    // Whiskers of several lines stand side by side, so that none hides another.
    let aside = (index as f64 - (count as f64 - 1.0) / 2.0) * 5.0;
    let whiskers = series.intervals.iter().enumerate().filter_map(|(category, within)| {
        let within = (*within)?;
        let x = match plot.shape {
            Shape::Lines => area.x(category) + aside,
            Shape::Bars => {
                let (begin, width) = area.bar(category, index, count);
                begin + width / 2.0
            }
        };
        Some(whisker(area, x, within))
    });
    let body = match plot.shape {
        Shape::Lines => line(area, plot, series, aside),
        Shape::Bars => bars(area, series, index, count),
    };
    html! { <g key={index} {class}>{ body }{ for whiskers }</g> }
}

fn line(area: &Area, plot: &Plot, series: &Series, aside: f64) -> Html {
    let has_whiskers = !series.intervals.is_empty();
    let aside = if has_whiskers { aside } else { 0.0 };
    let lines = plots::lines(&series.values).into_iter().map(|line| {
        let places = line.iter().map(|(category, value)| {
            format!("{},{}", tenths(area.x(*category) + aside), tenths(area.y(*value)))
        });
        let points = places.collect::<Vec<_>>().join(" ");
        html! { <polyline {points} /> }
    });
    let dots = series.values.iter().enumerate().filter_map(|(category, value)| {
        let value = (*value).filter(|_| plots::has_dots(plot))?;
        Some(html! {
            <circle key={category} r="3.4" cx={tenths(area.x(category) + aside)}
                cy={tenths(area.y(value))} />
        })
    });
    html! { <>{ for lines }{ for dots }</> }
}

fn bars(area: &Area, series: &Series, index: usize, count: usize) -> Html {
    let bars = series.values.iter().enumerate().filter_map(|(category, value)| {
        let value = (*value)?;
        let (begin, width) = area.bar(category, index, count);
        let (from, to) = (area.y(0.0), area.y(value));
        Some(html! {
            <rect key={category} x={tenths(begin)} y={tenths(from.min(to))}
                width={tenths((width - 1.0).max(1.0))} height={tenths((from - to).abs())} />
        })
    });
    html! { <>{ for bars }</> }
}

fn whisker(area: &Area, x: f64, within: Interval) -> Html {
    let (low, high) = (tenths(area.y(within.low)), tenths(area.y(within.high)));
    let x = tenths(x);
    html! { <line class="whisker" x1={x.clone()} x2={x} y1={low} y2={high} /> }
}

/// What the marks mean, where there is more than one.
fn legend(plot: &Plot) -> Html {
    if plot.series.len() < 2 {
        return Html::default();
    }
    let entries = plots::legend(plot).into_iter().map(|(name, index)| {
        let (word, is_second) = plots::mark(plot, index);
        html! {
            <span key={index} class={classes!("entry", word, is_second.then_some("second"))}>
                <i />{ name }
            </span>
        }
    });
    html! { <p class="plot-legend" aria-hidden="true">{ for entries }</p> }
}

fn table(plot: &Plot) -> Html {
    let columns = [plot.axis.clone()]
        .into_iter()
        .chain(plot.series.iter().map(|series| series.name.clone()))
        .collect::<Vec<_>>();
    let rows = plot.categories.iter().enumerate().map(|(category, name)| {
        let cells = plot.series.iter().map(|series| {
            let value = series.values.get(category).copied().flatten();
            let interval = series.intervals.get(category).copied().flatten();
            match (value, interval) {
                (None, _) => "–".to_owned(),
                (Some(value), None) => number(value, plot.unit),
                (Some(value), Some(interval)) => {
                    format!("{} ({})", number(value, plot.unit), within(interval, plot.unit))
                }
            }
        });
        [name.clone()].into_iter().chain(cells).collect::<Vec<_>>()
    });
    html! {
        <Table summary="The numbers" title={plot.title.clone()} {columns}
            rows={rows.collect::<Vec<_>>()} />
    }
}
