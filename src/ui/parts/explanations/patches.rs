//! What the channels of a block look for, before and after fine-tuning.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::looked_at::class_of;
use crate::session::{Architecture, BlockPatches, MappedFeatures, Patch, StageKind};
use crate::ui::state::{Action, Experiment, Look, Patches, Pictures, Wish, mappable};
use crate::ui::text::thousandths;

/// Of the part.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Whose models look.
    pub experiment: Experiment,
    /// What was chosen and what came.
    pub patches: Patches,
    /// Where thumbnails are.
    pub pictures: Pictures,
    /// Hears of wishes.
    pub act: Callback<Action>,
}

/// What the channels of a block look for: the parts of the pictures that a channel answers to most.
#[component]
pub fn PatchesView(props: &Props) -> Html {
    let Props { experiment, patches, .. } = props;
    let rows = mappable(experiment).into_iter().map(|(features, title)| {
        html! { <div class="patch-row" key={title.clone()}><h4>{ &title }</h4>{ row(props, features) }</div> }
    });
    html! {
        <section class="patches" aria-labelledby="patches-title">
            <h3 id="patches-title">{ "What a block sees" }</h3>
            <p class="plain">
                { "The parts of your pictures that one channel of a block answers to most strongly, one a picture. Early channels look for edges and colours, late ones for whole things." }
            </p>
            <div class="why-choices">
                <label class="field">{ "Block" }{ block_choice(props) }</label>
                if patches.block.is_some() {
                    <label class="field">{ "Channel" }{ channel_choice(props) }</label>
                }
            </div>
            if patches.block.is_some() { { for rows } }
        </section>
    }
}

fn row(props: &Props, features: MappedFeatures) -> Html {
    let Props { experiment, patches, .. } = props;
    let first_trained = match features {
        MappedFeatures::Run(run) => {
            experiment.lane(run).map(|lane| lane.strategy.cut.first_trained_stage())
        }
        MappedFeatures::Pretrained => None,
    };
    if first_trained.is_some_and(|first| patches.block < Some(first)) {
        return html! { <p class="plain">{ "This block stayed frozen: it sees what it saw before." }</p> };
    }
    let Some(found) = patches.of(features) else {
        return html! { <p class="plain">{ "Looking through all pictures…" }</p> };
    };
    let channel = found.channels.get(patches.channel);
    html! { <ul>{ for channel.into_iter().flatten().map(|patch| cut_out(props, patch)) }</ul> }
}

/// A part of a picture, cut out of its thumbnail, which is what the network sees.
fn cut_out(props: &Props, patch: &Patch) -> Html {
    let found = props.pictures.find(patch.picture);
    let class = class_of(&props.pictures, patch.picture).unwrap_or("deleted");
    let image = found.and_then(|picture| match &picture.look {
        Look::Seen { image, .. } => Some(image.clone()),
        Look::Reading => None,
    });
    let name = found.map_or("a deleted picture", |picture| picture.name.as_str());
    let value = thousandths(f64::from(patch.value));
    let view = format!("{} {} {side} {side}", patch.left, patch.top, side = patch.side);
    html! {
        <li key={patch.picture.0} data-test="patch">
            <svg viewBox={view} width="72" height="72" role="img"
                aria-label={format!("Part of {name}, activation {value}")}>
                if let Some(href) = image { <image {href} width="96" height="96" /> }
            </svg>
            <span class="name" title={class.to_owned()}>{ class }</span>
            <small>{ value }</small>
        </li>
    }
}

fn block_choice(props: &Props) -> Html {
    let architecture = Architecture::bundled();
    let stages = architecture.stages.iter().enumerate();
    let blocks = stages.filter(|(_, stage)| matches!(stage.kind, StageKind::Block { .. }));
    let options = blocks.map(|(block, stage)| {
        let side = stage.output_side;
        let words = format!("{block}: {} channels, {side} × {side} cells", stage.output_channels);
        html! {
            <option key={block} value={block.to_string()}
                selected={props.patches.block == Some(block)}>{ words }</option>
        }
    });
    html! {
        <select data-test="patch-block" onchange={chosen(&props.act, Wish::Block)}>
            if props.patches.block.is_none() {
                <option value="" selected=true>{ "Choose one" }</option>
            }
            { for options }
        </select>
    }
}

fn channel_choice(props: &Props) -> Html {
    let found = props.patches.of(MappedFeatures::Pretrained);
    let channels = found.map_or(0, |found: &std::rc::Rc<BlockPatches>| found.channels.len());
    let options = (0..channels).map(|channel| {
        html! {
            <option key={channel} value={channel.to_string()}
                selected={props.patches.channel == channel}>{ channel + 1 }</option>
        }
    });
    html! {
        <select data-test="patch-channel" onchange={chosen(&props.act, Wish::Channel)}>
            { for options }
        </select>
    }
}

/// Turns a choice into a wish.
fn chosen(act: &Callback<Action>, wish: fn(usize) -> Wish) -> Callback<Event> {
    let act = act.clone();
    Callback::from(move |event: Event| {
        let select = event.target_dyn_into::<HtmlSelectElement>();
        if let Some(place) = select.and_then(|select| select.value().parse().ok()) {
            act.emit(Action::Explain(wish(place)));
        }
    })
}
