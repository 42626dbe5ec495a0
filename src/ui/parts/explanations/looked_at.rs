//! The picture that is looked at on a map.

use std::rc::Rc;

use yew::prelude::*;

use super::nearest::NearestView;
use crate::session::{MappedPicture, NearestPictures, Part, PictureId, PictureMap};
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
    let has = |class: &&Rc<Class>| class.pictures.iter().any(|picture| picture.id == id);
    pictures.classes.iter().find(has).map(|class| class.name.as_str())
}

/// The name of a picture.
pub fn picture_name(pictures: &Pictures, mapped: &MappedPicture) -> String {
    let found = pictures.find(mapped.picture);
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
    pub map: Rc<PictureMap>,
    /// Which of its pictures.
    pub place: Option<usize>,
    /// Whose models answered.
    pub experiment: Experiment,
    /// Where thumbnails are.
    pub pictures: Pictures,
    /// The training pictures that each model sees most like one of them.
    pub nearest: Option<(PictureId, Rc<Vec<NearestPictures>>)>,
}

/// The picture that is looked at: how it looks, what it is, and what the models say.
#[component]
pub fn LookedAt(props: &Props) -> Html {
    let Props { map, place, experiment, pictures, nearest } = props;
    let Some(mapped) = place.and_then(|place| map.pictures.get(place)) else {
        return html! {
            <p class="plain looked-at">
                { "Point at a mark to see its picture, click it to see which training pictures each model finds most like it. With the keyboard: arrow keys lead to the next mark in their direction, Page Up and Page Down through all, Enter clicks." }
            </p>
        };
    };
    let image = pictures.find(mapped.picture).and_then(|picture| match &picture.look {
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
            { for nearest.iter().filter(|(of, _)| *of == mapped.picture).flat_map(|(_, runs)| {
                runs.iter().filter_map(|run| neighbours(props, run))
            }) }
        </figure>
    }
}

/// What one model finds most like the picture.
fn neighbours(props: &Props, nearest: &NearestPictures) -> Option<Html> {
    let lane = props.experiment.lane(nearest.run)?;
    Some(html! {
        <div key={nearest.run.0}>
            <b>{ lane.side.title() }</b>
            <NearestView nearest={nearest.clone()} classes={Rc::clone(&props.experiment.classes)}
                pictures={props.pictures.clone()} />
        </div>
    })
}
