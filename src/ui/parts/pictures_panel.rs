//! Step 1: pictures into classes.

use web_sys::{File, HtmlInputElement};
use yew::prelude::*;

use super::class_card::ClassCard;
use super::concerns::Concerns;
use super::file_button::FileButton;
use super::icon::Icon;
use super::panel::Panel;
use super::reading::Reading;
use super::refusals::Refusals;
use super::saving::{SAVE, SavingPart};
use crate::session::{ClassId, ClassWeights, SampleTask};
use crate::ui::state::{Action, Pictures, Place, Saving};
use crate::ui::text::counted;

/// Of the panel.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Classes, pictures, refusals.
    pub pictures: Pictures,
    /// How far saving is, or what came of it last.
    pub saving: Option<Saving>,
    /// Why nothing can be saved now.
    pub why_not_save: Option<AttrValue>,
    /// Whether classes are weighed.
    pub weights: ClassWeights,
    /// Hears what the person does.
    pub act: Callback<Action>,
    /// Hears of files.
    pub give: Callback<(Place, HtmlInputElement)>,
    /// Hears of pictures that the camera took.
    pub take: Callback<(ClassId, File, Option<u32>)>,
}

/// Pictures into classes.
#[component]
pub fn PicturesPanel(props: &Props) -> Html {
    let Props { pictures, weights, act, give, take, saving, .. } = props;
    let add = act.reform(|_: MouseEvent| Action::AddClass);
    let chosen = give.reform(|input| (Place::Page, input));
    let drawing = pictures.drawing.first().map(|drawn| drawn.task);
    html! {
        <Panel number="1" title="Your pictures" hint={hint(pictures)} id="pictures">
            <div class="classes">
                { for pictures.classes.iter().map(|class| html! {
                    <ClassCard key={class.id.0} {class} classes={pictures.classes.clone()} {act} {give}
                        {take} />
                }) }
                <button class="new" data-test="add-class" data-zone="new" onclick={add}>
                    { Icon::Plus.draw() }<span>{ "Add a class" }</span>
                </button>
            </div>
            <Reading progress={pictures.progress()} {act}
                opening={pictures.opening().map(|archive| archive.name.clone()).collect::<Vec<_>>()} />
            { undo(pictures, act) }
            <Concerns pictures={pictures.clone()} weights={*weights} {act} />
            <Refusals refused={pictures.refused.clone()} {act} />
            if let Some(saving) = saving {
                <SavingPart saving={saving.clone()} {act} />
            }
            <div class="sources">
                <p>
                    <FileButton class="pill" test="choose-files" chosen={chosen.clone()}>
                        { "Choose pictures or a ZIP" }
                    </FileButton>
                    <FileButton class="pill" test="choose-folder" folder=true {chosen}>
                        { "Choose a folder" }
                    </FileButton>
                    { save_button(props) }
                </p>
                <p>
                    <span>{ "No pictures at hand?" }</span>
                    { for SampleTask::ALL.iter().map(|task| sample(*task, drawing, act)) }
                </p>
            </div>
        </Panel>
    }
}

/// Saves everything in one file. It can always be reached, so that it can say why it does not now.
fn save_button(props: &Props) -> Html {
    let save = props.act.reform(|_: MouseEvent| Action::SaveProject);
    let is_saving = matches!(props.saving, Some(Saving::Packing { .. }));
    let is_closed = is_saving || props.why_not_save.is_some();
    let hint = "One file with the pictures, their classes and your settings; any Headstart page \
                opens it again";
    let note = props.why_not_save.clone().unwrap_or(AttrValue::Static(hint));
    html! {
        <>
            <button class="pill" id={SAVE} data-test="save-project" title={note.clone()} onclick={save}
                aria-disabled={is_closed.to_string()} aria-describedby="save-note"
                aria-busy={is_saving.to_string()}>
                { if is_saving { "Saving…" } else { "Save project" } }
            </button>
            <span class="unseen" id="save-note">{ note }</span>
        </>
    }
}

/// The way back from the last removal or move.
fn undo(pictures: &Pictures, act: &Callback<Action>) -> Html {
    let Some(words) = pictures.last_deed() else { return Html::default() };
    html! {
        <p class="undo">
            <button class="quiet small" data-test="undo"
                onclick={act.reform(|_: MouseEvent| Action::Undo)}>{ format!("Undo {words}") }</button>
        </p>
    }
}

fn sample(task: SampleTask, drawing: Option<SampleTask>, act: &Callback<Action>) -> Html {
    let test = match task {
        SampleTask::Fruit => "sample-fruit",
        SampleTask::Fabric => "sample-fabric",
        SampleTask::Glyphs => "sample-glyphs",
    };
    html! {
        <button class="pill sample" data-test={test} disabled={drawing.is_some()}
            aria-busy={(drawing == Some(task)).to_string()}
            onclick={act.reform(move |_: MouseEvent| Action::DrawSample(task))}>
            { if drawing == Some(task) { "Drawing…" } else { task.title() } }
        </button>
    }
}

fn hint(pictures: &Pictures) -> Html {
    let (seen, reading) = (pictures.seen(), pictures.reading());
    let mut parts = Vec::new();
    if seen > 0 {
        let classes = counted(pictures.filled_classes(), "class", "classes");
        parts.push(format!("{classes}, {}.", counted(seen, "picture", "pictures")));
    }
    if reading > 0 {
        parts.push(format!("Reading {reading} more…"));
    }
    let numbers = parts.join(" ");
    html! { <>{ "Drop or paste pictures anywhere; a folder of folders, or a ZIP of them, becomes classes, and a \
    saved project what it was. " }
    <span data-test="pictures-count">{ numbers }</span></> }
}
