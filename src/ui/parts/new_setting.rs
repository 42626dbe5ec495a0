//! Pictures of the classes in a new setting: asked about, never learned from.

use std::rc::Rc;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::thumbnails::thumbnails;
use crate::ui::state::{Action, Class, Place};
use crate::ui::text::counted;

/// Of the part.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The classes.
    pub classes: Vec<Rc<Class>>,
    /// Hears what the person does.
    pub act: Callback<Action>,
    /// Hears of files.
    pub give: Callback<(Place, HtmlInputElement)>,
}

/// A place for each class that has pictures, folded away.
#[component]
pub fn NewSetting(props: &Props) -> Html {
    let filled = || props.classes.iter().filter(|class| !class.pictures.is_empty());
    let given: usize = filled().map(|class| class.new_setting.len()).sum();
    let said = match given {
        0 => "none yet".to_owned(),
        given => counted(given, "picture", "pictures"),
    };
    html! {
        <details class="new-setting" data-test="new-setting">
            <summary>{ "A new setting, if you like: " }<span class="count">{ said }</span></summary>
            <p class="plain">
                { "Pictures of the same classes elsewhere: in another room, in other light, with \
                   another camera. Neither way learns from them. The next time that you measure, \
                   generalisation also tells how both do there. They take the place of a drawn \
                   sample’s own new setting." }
            </p>
            <div class="classes">{ for filled().map(|class| one(class, props)) }</div>
        </details>
    }
}

fn one(class: &Class, props: &Props) -> Html {
    let Class { id, name, new_setting, .. } = class;
    let id = *id;
    let chosen = props.give.reform(move |input| (Place::NewSetting(id), input));
    html! {
        <section class="class" key={id.0} data-test="setting" data-zone={format!("setting-{}", id.0)}
            aria-label={format!("{name} in a new setting")}>
            <header>
                <b>{ name }</b>
                <span class="count">
                    { new_setting.len() }
                    <span class="unseen">
                        { if new_setting.len() == 1 { " picture" } else { " pictures" } }
                    </span>
                </span>
            </header>
            { thumbnails(new_setting,
                ("add-setting", format!("Add pictures of {name} in a new setting")),
                &props.act, chosen, None) }
        </section>
    }
}
