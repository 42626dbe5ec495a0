//! All pictures on a plane, a mark each.

use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use super::looked_at::{LookedAt, part_in_words};
use super::marks::{Marks, drawn, hue, mark_id};
use crate::session::{MappedPicture, NearestPictures, Part, PictureId, PictureMap};
use crate::ui::curves::tenths;
use crate::ui::parts::width::use_width;
use crate::ui::scatter::{Direction, beside, laid_out};
use crate::ui::state::{Action, Experiment, Pictures, Wish};
use crate::web::focus;

/// Of the plot.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The map.
    pub map: Rc<PictureMap>,
    /// The place of the run whose mistakes are marked, among those of the map.
    pub marked: Option<usize>,
    /// Whose models answered.
    pub experiment: Experiment,
    /// Where thumbnails are.
    pub pictures: Pictures,
    /// The training pictures that each model sees most like one of them.
    pub nearest: Option<(PictureId, Rc<Vec<NearestPictures>>)>,
    /// Hears of wishes.
    pub act: Callback<Action>,
}

/// All pictures on a plane. One mark at a time can be reached by Tab; keys lead to the others.
#[component]
pub fn ScatterPlot(props: &Props) -> Html {
    let Props { map, experiment, pictures, .. } = props;
    let (place, width) = use_width();
    let (reached, looked) = (use_state_eq(|| 0usize), use_state_eq(|| None::<usize>));
    let (width, height) = (width.max(200.0), (width * 0.72).clamp(240.0, 460.0));
    let points = laid_out(map.pictures.iter().map(|picture| picture.place), width, height);
    let at = (*reached).min(map.pictures.len().saturating_sub(1));
    let choose = {
        let (act, map) = (props.act.clone(), Rc::clone(map));
        Callback::from(move |index: usize| {
            if let Some(picture) = map.pictures.get(index) {
                act.emit(Action::Explain(Wish::Nearest(picture.picture)));
            }
        })
    };
    let onkeydown = {
        let choose = choose.clone();
        let (reached, looked, points) = (reached.setter(), looked.setter(), points.clone());
        move |event: KeyboardEvent| {
            if matches!(event.key().as_str(), "Enter" | " ") {
                event.prevent_default();
                choose.emit(at);
                return;
            }
            let Some(next) = led_to(&event.key(), at, &points) else { return };
            event.prevent_default();
            reached.set(next);
            looked.set(Some(next));
            focus::on(&mark_id(next));
        }
    };
    let look = {
        let looked = looked.setter();
        Callback::from(move |target: Option<Element>| {
            if let Some(index) = target.and_then(|target| mark_of(&target)) {
                looked.set(Some(index));
            }
        })
    };
    let onclick = move |event: MouseEvent| {
        let target = event.target_dyn_into::<Element>();
        if let Some(index) = target.as_ref().and_then(mark_of) {
            choose.emit(index);
        }
    };
    let onmouseleave = {
        let chosen = props.nearest.as_ref().map(|(picture, _)| *picture);
        let is_chosen = |mapped: &MappedPicture| Some(mapped.picture) == chosen;
        let (looked, chosen) = (looked.setter(), map.pictures.iter().position(is_chosen));
        move |_: MouseEvent| looked.set(chosen)
    };
    let onmouseover = look.reform(|event: MouseEvent| event.target_dyn_into());
    let onfocusin = {
        let reached = reached.setter();
        move |event: FocusEvent| {
            let target = event.target_dyn_into::<Element>();
            if let Some(index) = target.as_ref().and_then(mark_of) {
                reached.set(index);
            }
            look.emit(target);
        }
    };
    let label = format!("A map of {} pictures; the table below has the same", map.pictures.len());
    html! {
        <div class="atlas-body">
            <div class="scatter" ref={place}>
                <svg role="group" aria-label={label} width={tenths(width)} height={tenths(height)}
                    data-test="scatter" {onkeydown} {onclick} {onmouseover} {onmouseleave} {onfocusin}>
                    <Marks map={Rc::clone(map)} marked={props.marked} experiment={experiment.clone()}
                        pictures={pictures.clone()} {width} {height} reached={at} />
                </svg>
            </div>
            <LookedAt map={Rc::clone(map)} place={*looked} experiment={experiment.clone()}
                pictures={pictures.clone()} nearest={props.nearest.clone()} />
            { legend(props) }
        </div>
    }
}

/// The mark that a key leads to.
fn led_to(key: &str, from: usize, points: &[(f64, f64)]) -> Option<usize> {
    let last = points.len().checked_sub(1)?;
    match key {
        "Home" => Some(0),
        "End" => Some(last),
        "PageDown" => Some((from + 1).min(last)),
        "PageUp" => Some(from.saturating_sub(1)),
        _ => beside(points, from, Direction::of_key(key)?),
    }
}

/// Which mark an element belongs to.
fn mark_of(element: &Element) -> Option<usize> {
    let mark = element.closest("[data-mark]").ok().flatten()?;
    mark.get_attribute("data-mark")?.parse().ok()
}

/// What the marks mean.
fn legend(props: &Props) -> Html {
    let entry = |class: Option<usize>, part: Part, is_mistaken: bool, words: String| {
        // What a mark is filled with is said in no class's colour.
        let colour = class.map_or_else(|| "in-ink".to_owned(), hue);
        html! {
            <span class="entry">
                <svg width="20" height="20" aria-hidden="true">
                    <g class={classes!("mark", colour, part_in_words(part))}
                        transform="translate(10 10)">{ drawn(class.unwrap_or_default(), part, is_mistaken) }</g>
                </svg>
                { words }
            </span>
        }
    };
    let names = props.experiment.classes.iter().enumerate();
    let classes =
        names.map(|(class, split)| entry(Some(class), Part::Training, false, split.name.clone()));
    let parts = [Part::Training, Part::Validation, Part::Test];
    let parts = parts.map(|part| entry(None, part, false, part_in_words(part).to_owned()));
    let mistake = props.marked.map(|_| entry(None, Part::Test, true, "mistaken".to_owned()));
    html! {
        <p class="plot-legend">{ for classes }{ for parts }{ for mistake }</p>
    }
}
