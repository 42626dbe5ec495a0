//! The marks of a map, one a picture. Apart from what is looked at, so that pointing draws none anew.

use std::rc::Rc;

use yew::prelude::*;

use super::looked_at::{class_name, part_in_words, picture_name};
use crate::session::{MappedPicture, Part, PictureMap};
use crate::ui::curves::tenths;
use crate::ui::scatter::laid_out;
use crate::ui::state::{Experiment, Pictures};

/// The shapes of the marks, class by class, around their middle.
const SHAPES: [&str; 6] = [
    "M0-4.4a4.4 4.4 0 1 0 0 8.8a4.4 4.4 0 1 0 0-8.8z",
    "M-4-4h8v8h-8z",
    "M0-5.2L4.8 3.4H-4.8z",
    "M0-5.6L5.2 0L0 5.6L-5.2 0z",
    "M0 5.2L4.8-3.4H-4.8z",
    "M-1.7-5h3.4v3.3h3.3v3.4h-3.3v3.3h-3.4v-3.3h-3.3v-3.4h3.3z",
];

/// Of the marks.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The map.
    pub map: Rc<PictureMap>,
    /// The place of the run whose mistakes are marked, among those of the map.
    pub marked: Option<usize>,
    /// Whose models answered.
    pub experiment: Experiment,
    /// Where names are.
    pub pictures: Pictures,
    /// Of the area, in pixels.
    pub width: f64,
    /// Likewise.
    pub height: f64,
    /// The mark that Tab leads to.
    pub reached: usize,
}

/// The marks of a map.
#[component]
pub fn Marks(props: &Props) -> Html {
    let Props { map, width, height, reached, .. } = props;
    let points = laid_out(map.pictures.iter().map(|picture| picture.place), *width, *height);
    let marks = map.pictures.iter().zip(points).enumerate();
    let marks = marks
        .map(|(index, (picture, point))| mark(props, index, picture, point, index == *reached));
    html! { <>{ for marks }</> }
}

/// The name of a mark in the page.
pub fn mark_id(index: usize) -> String {
    format!("mark-{index}")
}

/// Whether the model whose mistakes are marked names another class.
fn is_mistaken(props: &Props, picture: &MappedPicture) -> bool {
    let answer = props.marked.and_then(|run| picture.answers.get(run));
    answer.is_some_and(|answer| *answer != picture.class)
}

fn mark(
    props: &Props,
    index: usize,
    picture: &MappedPicture,
    (x, y): (f64, f64),
    is_reached: bool,
) -> Html {
    let Props { experiment, pictures, marked, .. } = props;
    let mut label = format!(
        "{}, {}, {}",
        picture_name(pictures, picture),
        class_name(experiment, picture.class),
        part_in_words(picture.part)
    );
    let is_mistaken = is_mistaken(props, picture);
    if let Some(answer) = marked.and_then(|run| picture.answers.get(run)).filter(|_| is_mistaken) {
        label = format!("{label}, taken for {}", class_name(experiment, *answer));
    }
    html! {
        <g key={index} id={mark_id(index)} data-mark={index.to_string()} role="button"
            aria-label={label} tabindex={if is_reached { "0" } else { "-1" }}
            class={classes!("mark", hue(picture.class), part_in_words(picture.part))}
            transform={format!("translate({} {})", tenths(x), tenths(y))}>
            { drawn(picture.class, picture.part, is_mistaken) }
        </g>
    }
}

/// The class of a mark's colour.
pub fn hue(class: usize) -> String {
    format!("hue-{}", class % SHAPES.len())
}

/// A mark around its middle.
pub fn drawn(class: usize, part: Part, is_mistaken: bool) -> Html {
    html! {
        <>
            <path d={SHAPES[class % SHAPES.len()]} />
            if part == Part::Test { <circle class="core" r="1.5" /> }
            if is_mistaken { <circle class="mistake" r="8.4" /> }
        </>
    }
}
