//! Step 7: how the networks see all pictures, before and after fine-tuning.

use std::rc::Rc;

use yew::prelude::*;

use super::looked_at::{answers, class_name, part_in_words, picture_name};
use super::patches::PatchesView;
use super::scatter_plot::ScatterPlot;
use super::toggle::Toggle;
use crate::session::{
    MapMethod, MapQuality, MappedFeatures, NearestPictures, Part, PictureId, PictureMap,
};
use crate::ui::parts::panel::Panel;
use crate::ui::parts::table::Table;
use crate::ui::state::{Action, Atlas, Experiment, Patches, Pictures, Wish, mappable, marked_run};
use crate::ui::text::{percent, thousandths};

/// How pictures may be laid out, and how that is said.
const METHODS: [(MapMethod, &str); 2] =
    [(MapMethod::Principal, "Principal components"), (MapMethod::Neighbours, "t-SNE")];

/// Of the panel.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Whose models see the pictures.
    pub experiment: Experiment,
    /// The maps.
    pub atlas: Atlas,
    /// The training pictures that each model sees most like one of them.
    pub nearest: Option<(PictureId, Rc<Vec<NearestPictures>>)>,
    /// What a block looks for.
    pub patches: Patches,
    /// Whether the person has opened what is known of the test pictures.
    pub is_open: bool,
    /// Where thumbnails are.
    pub pictures: Pictures,
    /// Hears of wishes.
    pub act: Callback<Action>,
}

/// How the networks see all pictures.
#[component]
pub fn AtlasPanel(props: &Props) -> Html {
    let Props { atlas, .. } = props;
    let hint = html! {
        { "Every picture as a mark, laid out by the features that the head reads: pictures that the network sees alike lie together." }
    };
    html! {
        <Panel number="7" title="Inside both networks" id="inside" {hint}>
            { choices(props) }
            if let Some(refusal) = &atlas.refused {
                <p class="refusal">{ &refusal.reason }{ " " }{ &refusal.remedy }</p>
            }
            if atlas.is_pending() {
                <div class="features" data-test="map-progress">
                    <span>{ "Laying the pictures out…" }</span>
                    <progress aria-label="The map of all pictures" max="1000"
                        value={atlas.map().map(|map| ((map.progress * 1000.0) as u32).to_string())} />
                </div>
            }
            if let Some(map) = atlas.map() {
                { shown(props, &if props.is_open { Rc::clone(map) } else { closed(map) }) }
            }
            <PatchesView experiment={props.experiment.clone()} patches={props.patches.clone()}
                pictures={props.pictures.clone()} act={&props.act} />
        </Panel>
    }
}

/// Whose features, and how they are laid out. Before anything was asked for, a button asks for the
/// quickest.
fn choices(props: &Props) -> Html {
    let features = mappable(&props.experiment);
    let wish = {
        let act = props.act.clone();
        move |features, method| act.emit(Action::Explain(Wish::Map(features, method)))
    };
    let Some((own, method)) = props.atlas.wanted else {
        let onclick = move |_: MouseEvent| wish(MappedFeatures::Pretrained, MapMethod::Principal);
        return html! {
            <button class="pill" data-test="show-map" {onclick}>{ "Show the map" }</button>
        };
    };
    let choose_features = {
        let (wish, features) = (wish.clone(), features.clone());
        Callback::from(move |place: usize| {
            if let Some((features, _)) = features.get(place) {
                wish(*features, method);
            }
        })
    };
    let choose_method = Callback::from(move |place: usize| {
        if let Some((method, _)) = METHODS.get(place) {
            wish(own, *method);
        }
    });
    let methods: Vec<AttrValue> =
        METHODS.iter().map(|(_, words)| AttrValue::from(*words)).collect();
    let names: Vec<AttrValue> = features.iter().map(|(_, words)| words.clone().into()).collect();
    html! {
        <div class="toggles">
            <Toggle legend="Whose features" name="map-features" options={names}
                chosen={features.iter().position(|(features, _)| *features == own)}
                choose={choose_features} />
            <Toggle legend="How pictures are laid out" name="map-method" options={methods}
                chosen={METHODS.iter().position(|(other, _)| *other == method)}
                choose={choose_method} />
        </div>
    }
}

/// A map without what the models said about test pictures: that stays closed with their score.
fn closed(map: &PictureMap) -> Rc<PictureMap> {
    let mut map = map.clone();
    let test = map.pictures.iter_mut().filter(|picture| picture.part == Part::Test);
    test.for_each(|picture| picture.answers.clear());
    Rc::new(map)
}

fn shown(props: &Props, map: &Rc<PictureMap>) -> Html {
    let Props { experiment, pictures, .. } = props;
    let marked = marked_run(experiment, map.features);
    let marked = marked.and_then(|run| map.runs.iter().position(|other| *other == run));
    html! {
        <>
            <p class="plain" data-test="map-quality">{ quality_in_words(map) }</p>
            <ScatterPlot map={Rc::clone(map)} {marked} experiment={experiment.clone()}
                pictures={pictures.clone()} nearest={props.nearest.clone()} act={&props.act} />
            { table(props, map) }
        </>
    }
}

fn quality_in_words(map: &PictureMap) -> String {
    let mut words = match map.quality {
        MapQuality::Shares([across, up]) => {
            let [both, across, up] = [across + up, across, up].map(|share| percent(share.into()));
            format!("The plane holds {both} of how the features differ: {across} across, {up} up.")
        }
        MapQuality::Divergence(nats) => format!(
            "Neighbours stay together; distances between groups mean little. Divergence {} nats.",
            thousandths(nats)
        ),
    };
    if map.features == MappedFeatures::Pretrained {
        words.push_str(" A new head changes no feature: these are what transfer learning sees.");
    }
    if map.pictures.len() < map.total {
        let some = format!(" {} of {} pictures are on it.", map.pictures.len(), map.total);
        words.push_str(&some);
    }
    words
}

/// The same in rows.
fn table(props: &Props, map: &PictureMap) -> Html {
    let Props { experiment, pictures, .. } = props;
    let titles = map.runs.iter().filter_map(|run| Some(experiment.lane(*run)?.side.title()));
    let fixed = ["Picture", "Class", "For"].into_iter().chain(titles).chain(["Across", "Up"]);
    let columns: Vec<String> = fixed.map(str::to_owned).collect();
    let rows: Vec<Vec<String>> = map
        .pictures
        .iter()
        .map(|picture| {
            let mut cells = vec![
                picture_name(pictures, picture),
                class_name(experiment, picture.class).to_owned(),
                part_in_words(picture.part).to_owned(),
            ];
            let said = answers(experiment, map, picture);
            cells.extend(said.map(|(_, class)| class_name(experiment, class).to_owned()));
            // What is closed leaves its columns empty.
            cells.resize(columns.len() - picture.place.len(), "–".to_owned());
            cells.extend(picture.place.map(|at| thousandths(f64::from(at))));
            cells
        })
        .collect();
    html! { <Table summary="Every picture" title="Every picture of the map" {columns} {rows} /> }
}
