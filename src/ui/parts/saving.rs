//! How far saving is, and what came of it.

use yew::prelude::*;

use crate::session::RefusedEntry;
use crate::ui::state::{Action, Saving};
use crate::ui::text::counted;
use crate::web::focus;

/// The id of the button that saves.
pub const SAVE: &str = "save-project";
/// Files that are listed.
const SHOWN: usize = 200;

/// Of the part.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is known.
    pub saving: Saving,
    /// Hears that it was read.
    pub act: Callback<Action>,
}

/// A bar while a project is packed, then a sentence, and what is missing.
#[component]
pub fn SavingPart(props: &Props) -> Html {
    let and_back = |action: Action| {
        let act = props.act.clone();
        Callback::from(move |_: MouseEvent| {
            // The button under the keyboard goes; what saves stays.
            focus::on(SAVE);
            act.emit(action.clone());
        })
    };
    let read = and_back(Action::DismissSaving);
    let cancel = and_back(Action::CancelSaving);
    let close = html! { <button class="quiet" data-test="dismiss-saving" onclick={read}>{ "Got it" }</button> };
    match &props.saving {
        Saving::Packing { done, total, .. } => html! {
            <div class="reading-bar" data-test="saving" data-state="packing">
                <span>{ format!("Packing {done} of {total}") }</span>
                <progress value={done.to_string()} max={(*total).max(1).to_string()}
                    aria-label="Pictures packed" />
                <button class="quiet" data-test="cancel-saving" onclick={cancel}>{ "Cancel" }</button>
            </div>
        },
        Saving::Saved { pictures, missing, has_drawn } if missing.is_empty() => html! {
            <div class="reading-bar" data-test="saving" data-state="saved">
                <span>{ format!("The project is in your downloads, with {}. Drop the file here, or choose \
                    it, to have it back.", content(*pictures, *has_drawn)) }</span>
                { close }
            </div>
        },
        Saving::Saved { pictures, missing, .. } => html! {
            <section class="refused" data-test="saving" data-state="incomplete"
                aria-label="Pictures that are not in the saved project">
                <header>
                    <h3>{ format!("Saved with {}; {} missing",
                        counted(*pictures, "picture", "pictures"),
                        if missing.len() == 1 { "1 is".to_owned() } else { format!("{} are", missing.len()) }) }</h3>
                    { close }
                </header>
                <ul tabindex="0" aria-label="Missing pictures and reasons">
                    { for missing.iter().take(SHOWN).map(line) }
                    if missing.len() > SHOWN {
                        <li>{ format!("and {} more", missing.len() - SHOWN) }</li>
                    }
                </ul>
            </section>
        },
        Saving::Refused(refusal) => html! {
            <section class="refused" data-test="saving" data-state="refused"
                aria-label="The project was not saved">
                <header><h3>{ "The project was not saved" }</h3>{ close }</header>
                <p>{ &refusal.reason }{ " " }<span class="remedy">{ &refusal.remedy }</span></p>
            </section>
        },
    }
}

/// What a file has in it.
fn content(pictures: usize, has_drawn: bool) -> String {
    let files = counted(pictures, "picture file", "picture files");
    match (pictures, has_drawn) {
        (0, true) => "how to draw its pictures again".to_owned(),
        (_, true) => format!("{files} and how to draw the others again"),
        (_, false) => files,
    }
}

fn line(missing: &RefusedEntry) -> Html {
    html! {
        <li data-test="missing">
            <b>{ &missing.path }</b>
            <span>{ &missing.refusal.reason }</span>
            { " " }
            <span class="remedy">{ &missing.refusal.remedy }</span>
        </li>
    }
}
