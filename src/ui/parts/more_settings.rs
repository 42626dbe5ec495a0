//! The numbers of the strategies, for those who want to try them.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::augmentation_field::AugmentationField;
use super::dial_field::DialField;
use super::rate_finder::RateFinder;
use crate::session::{ClassWeights, NormMode, Tuning};
use crate::ui::state::{Action, Dial, RateSearch, Setting};

/// Of the settings.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is set.
    pub tuning: Tuning,
    /// Where a picture and its views can be seen.
    pub views: Option<String>,
    /// Whether views can be shown.
    pub can_show_views: bool,
    /// The last search for a learning rate.
    pub search: Option<RateSearch>,
    /// Why no rate can be searched now.
    pub why_not_find: Option<AttrValue>,
    /// Hears of changes.
    pub act: Callback<Action>,
}

/// Every number with its explanation, and the way back.
#[component]
pub fn MoreSettings(props: &Props) -> Html {
    let Props { tuning, search, why_not_find, act, .. } = props;
    let is_default = *tuning == Tuning::default();
    let back = act.reform(|_: MouseEvent| Action::Set(Setting::DefaultTuning));
    let weights = act.reform(|event: Event| {
        let chosen = value_of(&event);
        Action::Set(Setting::ClassWeights(match chosen.as_str() {
            "balanced" => ClassWeights::Balanced,
            _ => ClassWeights::Equal,
        }))
    });
    let norm = act.reform(|event: Event| {
        let chosen = value_of(&event);
        Action::Set(Setting::Norm(match chosen.as_str() {
            "frozen" => NormMode::Frozen,
            "adapt" => NormMode::Adapt,
            _ => NormMode::Affine,
        }))
    });
    let is_balanced = tuning.class_weights == ClassWeights::Balanced;
    let option = |norm, word: &'static str, name: &'static str| {
        html! { <option value={word} selected={tuning.norm == norm}>{ name }</option> }
    };
    html! {
        <details class="settings" data-test="more-settings">
            <summary>{ "More settings" }{ if is_default { "" } else { " (changed)" } }</summary>
            <div class="fields">
                { for Dial::ALL.iter().map(|dial| html! {
                    <DialField key={dial.word()} dial={*dial} tuning={tuning.clone()} {act} />
                }) }
                <AugmentationField tuning={tuning.clone()} {act} />
                <div class="dial">
                    <label class="field">
                        <span>{ "Class weights" }</span>
                        <select data-test="class-weights" aria-describedby="about-class-weights"
                            onchange={weights}>
                            <option value="equal" selected={!is_balanced}>{ "Equal" }</option>
                            <option value="balanced" selected={is_balanced}>{ "Balanced" }</option>
                        </select>
                    </label>
                    <p class="plain" id="about-class-weights">
                        { "Equal, as at first: every picture counts alike, which is right where classes are of similar size. Balanced: every class does, which helps where some have few pictures." }
                    </p>
                </div>
                <div class="dial">
                    <label class="field">
                        <span>{ "BatchNorm behind the cut" }</span>
                        <select data-test="batch-norm" aria-describedby="about-batch-norm"
                            onchange={norm}>
                            { option(NormMode::Affine, "affine", "Scale and shift learn") }
                            { option(NormMode::Adapt, "adapt", "Adapted to the pictures, then learns") }
                            { option(NormMode::Frozen, "frozen", "Frozen") }
                        </select>
                    </label>
                    <p class="plain" id="about-batch-norm">
                        { "Its scales and shifts are few and learn well from few pictures, so at first they do; frozen, they stay as they are. Its statistics stay those of pretraining, since a small batch would give bad ones; adapted, they are measured once on up to 64 of the training pictures, before anything thaws." }
                    </p>
                </div>
            </div>
            { views(props) }
            <RateFinder search={search.clone()} why_not={why_not_find.clone()} {act} />
            <button class="pill small" data-test="default-settings" disabled={is_default}
                onclick={back}>{ "Back to the defaults" }</button>
        </details>
    }
}

/// What views look like, for those who want some.
fn views(props: &Props) -> Html {
    if props.tuning.views == 0 {
        return Html::default();
    }
    let show = props.act.reform(|_: MouseEvent| Action::ShowViews);
    html! {
        <div class="dial">
            <p class="only">
                <button class="pill small" data-test="show-views" disabled={!props.can_show_views}
                    onclick={show}>{ "Show views of the first picture" }</button>
            </p>
            if let Some(sheet) = &props.views {
                <img class="sheet" data-test="views" src={sheet.clone()}
                    alt="The first picture, and its views beside it" />
            }
        </div>
    }
}

fn value_of(event: &Event) -> String {
    event.target_unchecked_into::<HtmlSelectElement>().value()
}
