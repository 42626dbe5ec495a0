//! What few need to set: seed, epochs, device.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::more_settings::MoreSettings;
use super::number_field::NumberField;
use crate::session::{DeviceChoice, DeviceReport, MOST_SEEDS};
use crate::ui::state::{Action, RateSearch, Setting, Settings, Side};

const DEVICES: [(DeviceChoice, &str, &str); 3] = [
    (DeviceChoice::Automatic, "automatic", "Automatic"),
    (DeviceChoice::Gpu, "gpu", "Graphics card (WebGPU)"),
    (DeviceChoice::Cpu, "cpu", "CPU"),
];

/// Of the form.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is set.
    pub settings: Settings,
    /// What runs.
    pub device: Option<DeviceReport>,
    /// Whether runs train, or are about to; then they stay on their device.
    pub training: bool,
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

/// Seed, epochs, device.
#[component]
pub fn SettingsForm(props: &Props) -> Html {
    let Props { settings, training, act, .. } = props;
    let seed = act.reform(|seed| Action::Set(Setting::Seed(seed)));
    let seeds =
        act.reform(|seeds: u64| Action::Set(Setting::Seeds(usize::try_from(seeds).unwrap_or(1))));
    let epochs = |side| {
        act.reform(move |epochs: u64| {
            Action::Set(Setting::Epochs(side, usize::try_from(epochs).unwrap_or(1)))
        })
    };
    let most = Settings::MOST_EPOCHS as u64;
    let head_first = settings.strategy(Side::Warm).head_epochs;
    let device = act.reform(|event: Event| {
        let select: HtmlSelectElement = event.target_unchecked_into();
        let value = select.value();
        let choice = DEVICES.iter().find(|(_, word, _)| *word == value);
        Action::Set(Setting::Device(choice.map_or_else(DeviceChoice::default, |choice| choice.0)))
    });
    html! {
        <details class="settings" data-test="settings">
            <summary>{ "Settings" }</summary>
            <div class="fields">
                <NumberField label="Seed" test="seed" value={settings.seed} min=0
                    max={Settings::LARGEST_SEED} about="about-seed" changed={seed} />
                <NumberField label="Seeds of the ten differences" test="seeds"
                    value={settings.seeds as u64} min=1 max={MOST_SEEDS as u64}
                    about="about-seeds" changed={seeds} />
                <NumberField label="Epochs, transfer learning" test="cold-epochs"
                    value={settings.cold_epochs as u64} min=1 max={most}
                    about="about-epochs" changed={epochs(Side::Cold)} />
                <NumberField label="Epochs after thawing" test="warm-epochs"
                    value={settings.warm_epochs as u64} min=1 max={most}
                    about="about-epochs" changed={epochs(Side::Warm)} />
                <label class="field">
                    <span>{ "Runs on" }</span>
                    <select data-test="device-choice" disabled={*training}
                        aria-describedby="device-reason" onchange={device}>
                        { for DEVICES.iter().map(|(choice, value, name)| html! {
                            <option value={*value} selected={settings.device == *choice}>{ *name }</option>
                        }) }
                    </select>
                </label>
            </div>
            <p class="plain" id="about-seed">
                { "The seed governs drawing, the split, the head's first weights and the order of pictures: same seed, same device, same result." }
            </p>
            <p class="plain" id="about-epochs">
                { "An epoch shows every training picture once. What is set at first is enough for most sets of a few hundred pictures: the epoch that does best on the validation pictures is kept, so that more of them cost time and seldom help. " }
                { format!("Fine-tuning trains its head alone for {head_first} epochs before anything thaws, since a random head would shake the layers behind it.") }
            </p>
            <p class="plain" id="about-seeds">
                { "Each seed of the ten differences repeats everything with another split and another order. More of them ask more pictures, which narrows the intervals, and each takes as long again." }
            </p>
            <p class="plain" role="status" id="device-reason" data-test="device-reason">
                if *training {
                    { "The device can be changed again when the runs have ended, or when you have stopped them. " }
                }
                if settings.device_pending {
                    { "Moving to the other device…" }
                } else if let Some(device) = &props.device {
                    <b>{ &device.name }</b>{ ": " }{ &device.reason }
                }
            </p>
            <MoreSettings tuning={settings.tuning.clone()} search={props.search.clone()}
                views={props.views.clone()} can_show_views={props.can_show_views}
                why_not_find={props.why_not_find.clone()} {act} />
        </details>
    }
}
