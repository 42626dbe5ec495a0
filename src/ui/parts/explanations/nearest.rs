//! The training pictures that a model sees most like a picture.

use std::rc::Rc;

use yew::prelude::*;

use crate::session::{ClassSplit, NearestPictures};
use crate::ui::state::{Look, Pictures};
use crate::ui::text::thousandths;

/// Of the list.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What was found.
    pub nearest: NearestPictures,
    /// The classes, in the order of the model's answers.
    pub classes: Rc<Vec<ClassSplit>>,
    /// Where thumbnails are.
    pub pictures: Pictures,
}

/// The training pictures that a model sees most like a picture.
#[component]
pub fn NearestView(props: &Props) -> Html {
    let Props { nearest, classes, pictures } = props;
    let neighbours = nearest.neighbours.iter().map(|neighbour| {
        let class = classes.get(neighbour.class).map_or("?", |class| class.name.as_str());
        let distance = thousandths(f64::from(neighbour.distance));
        let found = pictures.find(neighbour.picture);
        let image = found.and_then(|picture| match &picture.look {
            Look::Seen { image, .. } => Some((image.clone(), picture.name.clone())),
            Look::Reading => None,
        });
        html! {
            <li key={neighbour.picture.0} data-test="neighbour">
                if let Some((src, name)) = image {
                    <img {src} alt={name.clone()} title={name} width="96" height="96"
                        draggable="false" />
                } else {
                    <span class="gone">{ "deleted" }</span>
                }
                <span class="name" title={class.to_owned()}>{ class }</span>
                <small>{ distance }</small>
            </li>
        }
    });
    html! {
        <div class="nearest">
            <h4>{ "Nearest training pictures" }</h4>
            <ul>{ for neighbours }</ul>
            <p class="plain">
                { "By cosine distance of the 1,280 features that the head reads: 0 is the same." }
            </p>
        </div>
    }
}
