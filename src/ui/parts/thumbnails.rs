//! Pictures side by side, and the way to more.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::file_button::FileButton;
use super::icon::Icon;
use super::thumbnail::Thumbnail;
use crate::session::PictureId;
use crate::ui::state::{Action, Picture};

/// These pictures and, behind them, a tile that takes files, marked for tests and labelled. `pick`
/// hears of a picture that is to be looked at; without it they only stand there.
pub fn thumbnails(
    pictures: &[Picture],
    (test, label): (&'static str, String),
    act: &Callback<Action>,
    chosen: Callback<HtmlInputElement>,
    pick: Option<Callback<PictureId>>,
) -> Html {
    html! {
        <ul class={classes!("thumbs", pictures.is_empty().then_some("none"))}>
            { for pictures.iter().map(|picture| html! {
                <Thumbnail key={picture.id.0} picture={picture.clone()} {act} pick={pick.clone()} />
            }) }
            <li class="add" key="add">
                <FileButton class="tile" {test} {chosen} {label}>
                    { Icon::Plus.draw() }
                    if pictures.is_empty() {
                        <span>{ "Drop pictures here or choose them" }</span>
                    }
                </FileButton>
            </li>
        </ul>
    }
}
