//! How far reading is, and the way out of it.

use yew::prelude::*;

use crate::session::Unit;
use crate::ui::state::Action;
use crate::ui::text::number;

/// Fewer files are read before anybody could look.
const FEW: usize = 24;

/// Of the bar.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// How many files were read, of how many; none while nothing is read.
    pub progress: Option<(usize, usize)>,
    /// Names of archives that are being opened.
    pub opening: Vec<String>,
    /// Hears that it is to end.
    pub act: Callback<Action>,
}

/// A bar while files are read, with a button that gives up the rest.
#[component]
pub fn Reading(props: &Props) -> Html {
    let Props { progress, opening, act } = props;
    let cancel = act.reform(|_: MouseEvent| Action::CancelReading);
    let (said, bar) = match progress.filter(|(_, asked)| *asked > FEW) {
        Some((done, asked)) => {
            let said = format!("Reading {} of {}", count(done), count(asked));
            let (value, max) = (done.to_string(), asked.to_string());
            (said, html! { <progress {value} {max} aria-label="Files read" /> })
        }
        None if !opening.is_empty() => {
            let said = format!("Opening {}…", opening.join(", "));
            (said, html! { <progress aria-label="Opening" /> })
        }
        None => return Html::default(),
    };
    html! {
        <div class="reading-bar" data-test="reading">
            <span data-test="reading-progress">{ said }</span>
            { bar }
            <button class="pill small" data-test="cancel-reading" onclick={cancel}>
                { "Cancel" }
            </button>
        </div>
    }
}

fn count(files: usize) -> String {
    number(files as f64, Unit::Count)
}
