//! The picture that is looked at on a map.

use yew::prelude::*;

use crate::session::{MappedPicture, Part, PictureId, PictureMap};
use crate::ui::state::{Class, Experiment, Look, Pictures};

/// What a picture is for, in words.
pub fn part_in_words(part: Part) -> &'static str {
    match part {
        Part::Training => "training",
        Part::Validation => "validation",
        Part::Test => "test",
    }
}

/// The name of a class by its place.
pub fn class_name(experiment: &Experiment, class: usize) -> &str {
    experiment.classes.get(class).map_or("?", |class| class.name.as_str())
}

/// The name of the class that a picture is in now.
pub fn class_of(pictures: &Pictures, id: PictureId) -> Option<&str> {
    let has = |class: &&std::rc::Rc<Class>| class.pictures.iter().any(|picture| picture.id == id);
    pictures.classes.iter().find(has).map(|class| class.name.as_str())
}

/// The name of a picture.
pub fn picture_name(pictures: &Pictures, mapped: &MappedPicture) -> String {
    let found = pictures.by_id(mapped.picture);
    found.map_or_else(|| "a deleted picture".to_owned(), |picture| picture.name.clone())
}

/// What each model says about a picture, with the title of its lane.
pub fn answers<'a>(
    experiment: &'a Experiment,
    map: &'a PictureMap,
    mapped: &'a MappedPicture,
) -> impl Iterator<Item = (&'static str, usize)> + 'a {
    let pairs = map.runs.iter().zip(&mapped.answers);
    pairs.filter_map(|(run, class)| Some((experiment.lane(*run)?.side.title(), *class)))
}

/// Of the picture that is looked at.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The map.
    pub map: std::rc::Rc<PictureMap>,
    /// Which of its pictures.
    pub place: Option<usize>,
    /// Whose models answered.
    pub experiment: Experiment,
    /// Where thumbnails are.
    pub pictures: Pictures,
}

/// The picture that is looked at: how it looks, what it is, and what the models say.
#[component]
pub fn LookedAt(props: &Props) -> Html {
    let Props { map, place, experiment, pictures } = props;
    let Some(mapped) = place.and_then(|place| map.pictures.get(place)) else {
        return html! {
            <p class="plain looked-at">
                { "Point at a mark to see its picture. With the keyboard: arrow keys lead to the next mark in their direction, Page Up and Page Down through all." }
            </p>
        };
    };
    let image = pictures.by_id(mapped.picture).and_then(|picture| match &picture.look {
        Look::Seen { image, .. } => Some(image.clone()),
        Look::Reading => None,
    });
    let said = answers(experiment, map, mapped).map(|(title, class)| {
        let verdict = if class == mapped.class { "right" } else { "wrong" };
        html! {
            <span key={title}>
                { format!("{title}: {}, {verdict}", class_name(experiment, class)) }
            </span>
        }
    });
    html! {
        <figure class="looked-at" data-test="looked-at">
            if let Some(src) = image {
                <img {src} alt="" width="96" height="96" draggable="false" />
            }
            <figcaption>
                <b>{ picture_name(pictures, mapped) }</b>
                <span>{ format!("{}, {}", class_name(experiment, mapped.class), part_in_words(mapped.part)) }</span>
                { for said }
            </figcaption>
        </figure>
    }
}
