//! Why a model answered as it did: a heat map for any class, and the nearest training pictures.

use std::rc::Rc;

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::nearest::NearestView;
use super::toggle::Toggle;
use crate::session::{Answer, ClassSplit, Grain};
use crate::ui::state::{Action, Pictures, ShownMap, Why, Wish};
use crate::ui::text::{percent, place_of_most};

/// How fine heat maps may be, and how that is said.
const GRAINS: [(Grain, &str); 2] = [(Grain::Coarse, "3 × 3"), (Grain::Fine, "6 × 6")];

/// The share of each ninth of a picture where nothing stands out.
const EVEN: f64 = 1.0 / 9.0;

/// Of an explanation.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The answer that is explained.
    pub answer: Answer,
    /// The classes, in its order.
    pub classes: Rc<Vec<ClassSplit>>,
    /// What is known of why, once it is wanted.
    pub why: Option<Why>,
    /// Where thumbnails are.
    pub pictures: Pictures,
    /// Hears of wishes.
    pub act: Callback<Action>,
}

/// Why a model answered as it did. What is wanted is wanted of both models, so that they can be
/// compared.
#[component]
pub fn WhyView(props: &Props) -> Html {
    let Props { answer, why, act, .. } = props;
    let onclick = {
        let (act, is_open) = (act.clone(), why.is_some());
        let best = answer.best_class().unwrap_or_default();
        move |_| act.emit(Action::Explain(if is_open { Wish::EnoughWhy } else { Wish::Why(best) }))
    };
    html! {
        <div class="why">
            <button class="pill small" data-test="why" aria-expanded={why.is_some().to_string()}
                {onclick}>{ "Why?" }</button>
            if let Some(why) = why {
                { explained(props, why) }
            }
        </div>
    }
}

fn explained(props: &Props, why: &Why) -> Html {
    let Props { answer, classes, pictures, act, .. } = props;
    let run = answer.run;
    let class = classes.get(why.class).map_or("this class", |class| class.name.as_str());
    let choose_grain = {
        let act = act.clone();
        Callback::from(move |place: usize| {
            if let Some((grain, _)) = GRAINS.get(place) {
                act.emit(Action::Explain(Wish::Grain(*grain)));
            }
        })
    };
    let grain = GRAINS.iter().position(|(grain, _)| *grain == why.grain);
    let options: Vec<AttrValue> = GRAINS.iter().map(|(_, words)| AttrValue::from(*words)).collect();
    html! {
        <>
            <div class="why-choices">
                <label class="field">{ "What speaks for" }{ class_choice(props, why) }</label>
                <Toggle legend="How fine the map is" name={format!("grain-{}", run.0)} {options}
                    chosen={grain} choose={choose_grain} />
            </div>
            if let Some(refusal) = &why.refused {
                <p class="refusal">{ &refusal.reason }{ " " }{ &refusal.remedy }</p>
            } else if let Some(map) = why.map_of(run) {
                { heat(map, class) }
            } else {
                <p class="plain">{ "Looking for it…" }</p>
            }
            if let Some(nearest) = why.nearest_of(run) {
                <NearestView nearest={nearest.clone()} classes={Rc::clone(classes)}
                    pictures={pictures.clone()} />
            } else if why.refused.is_none() {
                <p class="plain">{ "The nearest training pictures come once the models have looked at all of them." }</p>
            }
        </>
    }
}

fn class_choice(props: &Props, why: &Why) -> Html {
    let act = props.act.clone();
    let onchange = move |event: Event| {
        if let Some(select) = event.target_dyn_into::<HtmlSelectElement>()
            && let Ok(class) = select.value().parse()
        {
            act.emit(Action::Explain(Wish::Why(class)));
        }
    };
    let options = props.classes.iter().enumerate().map(|(place, class)| {
        html! {
            <option key={place} value={place.to_string()} selected={place == why.class}>
                { &class.name }
            </option>
        }
    });
    html! { <select data-test="why-class" {onchange}>{ for options }</select> }
}

/// A heat map with its words.
fn heat(map: &ShownMap, class: &str) -> Html {
    let words = match map.explanation.thirds.as_ref().map(place_of_most) {
        Some((place, share)) if share < 2.0 * EVEN => {
            let share = percent(share);
            format!("What speaks for {class} is spread widely, most of it in the {place}: {share}.")
        }
        Some((place, share)) => {
            format!("What speaks for {class} lies in the {place} above all: {}.", percent(share))
        }
        None => format!("Nothing in this picture speaks for {class}."),
    };
    let meaning = match map.explanation.grain {
        Grain::Coarse => "Grad-CAM on the last block: few cells, and surest about what counted.",
        Grain::Fine => {
            "Grad-CAM on the last block with 6 × 6 cells: sharper about where, less sure about which class."
        }
    };
    html! {
        <figure class="heat" data-test="heat-map">
            <img src={map.image.clone()} alt={words.clone()} width="96" height="96"
                draggable="false" />
            <figcaption>
                <b data-test="heat-words">{ words }</b>
                <span class="heat-scale" aria-hidden="true"><i /><i /><i /><i />{ " little to most, within this map" }</span>
                <small>{ meaning }</small>
            </figcaption>
        </figure>
    }
}
