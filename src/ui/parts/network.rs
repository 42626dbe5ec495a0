//! The drawn network: frozen stages plain and blue, trained ones hatched and orange.

use web_sys::{Element, HtmlInputElement};
use yew::prelude::*;

use crate::session::{Architecture, Cut};
use crate::ui::curves::tenths;
use crate::ui::strip::{HEAD_RADIUS, HEIGHT, Strip, learns};

/// Of the drawing.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Where frozen ends.
    pub cut: Cut,
    /// A word that no other drawing on the page has.
    pub word: AttrValue,
    /// Hears of a new cut; without it the line stands still.
    #[prop_or_default]
    pub moved: Option<Callback<Cut>>,
    /// What a position of the line means, for those who listen.
    #[prop_or_default]
    pub meaning: AttrValue,
}

/// The drawn network, with a line that can be dragged or moved by keys.
#[component]
pub fn Network(props: &Props) -> Html {
    let strip = use_memo((), |()| Strip::of(&Architecture::bundled()));
    let (area, slider) = (use_node_ref(), use_node_ref());
    let drawing = draw(&strip, props);
    let Some(moved) = &props.moved else {
        return html! { <div class="network">{ drawing }</div> };
    };
    let follow = {
        let (area, moved, strip) = (area.clone(), moved.clone(), strip.clone());
        move |event: &PointerEvent| {
            let Some(area) = area.cast::<Element>() else { return };
            let area = area.get_bounding_client_rect();
            let share = (f64::from(event.client_x()) - area.left()) / area.width().max(1.0);
            moved.emit(strip.cut_at(share * strip.width));
        }
    };
    let pressed = {
        let follow = follow.clone();
        let (area, slider) = (area.clone(), slider.clone());
        move |event: PointerEvent| {
            if event.button() != 0 {
                return;
            }
            // The line follows the pointer wherever it goes until it is let go.
            if let Some(area) = area.cast::<Element>() {
                let _ = area.set_pointer_capture(event.pointer_id());
            }
            if let Some(slider) = slider.cast::<HtmlInputElement>() {
                let _ = slider.focus();
            }
            event.prevent_default();
            follow(&event);
        }
    };
    let dragged = move |event: PointerEvent| {
        if event.buttons() & 1 == 1 {
            follow(&event);
        }
    };
    let typed = {
        let moved = moved.clone();
        move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            if let Ok(position) = input.value().parse() {
                moved.emit(Cut::from_position(position));
            }
        }
    };
    html! {
        <div class="network movable" ref={area} onpointerdown={pressed} onpointermove={dragged}>
            // Further left means more that learns, so the slider runs from right to left.
            <input type="range" ref={slider} data-test="cut-slider" dir="rtl" min="0"
                max={(Cut::POSITIONS - 1).to_string()} step="1"
                value={props.cut.position().to_string()}
                aria-label="Where frozen ends and trained begins"
                aria-valuetext={props.meaning.clone()} oninput={typed} />
            { drawing }
        </div>
    }
}

fn draw(strip: &Strip, props: &Props) -> Html {
    let first = props.cut.first_trained_stage();
    let line = tenths(strip.line(props.cut));
    let hatch = format!("hatch-{}", props.word);
    let fill = format!("url(#{hatch})");
    let bars = strip.bars.iter().enumerate().map(|(stage, bar)| {
        let trained = stage >= first;
        let (x, y) = (tenths(bar.x), tenths(bar.y));
        let (width, height) = (tenths(bar.width), tenths(bar.height));
        html! {
            <g key={stage} class={if trained { "stage trained" } else { "stage frozen" }}>
                <title>{ &strip.names[stage] }</title>
                <rect class="bar" x={x.clone()} y={y.clone()} width={width.clone()}
                    height={height.clone()} rx="4" />
                if trained {
                    <rect {x} {y} {width} {height} rx="4" fill={fill.clone()} />
                }
            </g>
        }
    });
    html! {
        <svg class="strip" viewBox={format!("0 -6 {} {}", tenths(strip.width), tenths(HEIGHT + 20.0))}
            role="img" aria-label={format!("The network: {}", learns(props.cut))}>
            <defs>
                <pattern id={hatch} width="7" height="7" patternUnits="userSpaceOnUse"
                    patternTransform="rotate(45)">
                    <line class="hatch" x1="0" y1="0" x2="0" y2="7" />
                </pattern>
            </defs>
            { for bars }
            <g class="stage trained">
                <circle class="bar" cx={tenths(strip.head)} cy={tenths(HEIGHT / 2.0)}
                    r={tenths(HEAD_RADIUS)} />
                <circle cx={tenths(strip.head)} cy={tenths(HEIGHT / 2.0)}
                    r={tenths(HEAD_RADIUS)} fill={fill.clone()} />
            </g>
            <g class="cut-line">
                <line x1={line.clone()} x2={line.clone()} y1="-4" y2={tenths(HEIGHT)} />
                if props.moved.is_some() {
                    <circle class="halo" cx={line.clone()} cy={tenths(HEIGHT)} r="14" />
                }
                <circle class="grip" cx={line} cy={tenths(HEIGHT)}
                    r={if props.moved.is_some() { "9" } else { "4" }} />
            </g>
        </svg>
    }
}
