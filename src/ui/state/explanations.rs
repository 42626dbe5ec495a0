//! Why a model answered as it did, and how all pictures lie: what was asked for and what came.

use std::rc::Rc;

use crate::session::{
    Answer, BlockPatches, Command, Cut, Event, ExplainedPicture, Explanation, Grain, MapMethod,
    MappedFeatures, NearestPictures, PictureId, PictureMap, Refusal, RunId,
};

use super::{Effect, Experiment, Reply, State};

/// What the person wants explained.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Wish {
    /// What speaks for this class in the picture that was asked about.
    Why(usize),
    /// The same, more finely or less.
    Grain(Grain),
    /// No more of it.
    EnoughWhy,
    /// A map of all pictures.
    Map(MappedFeatures, MapMethod),
    /// The training pictures that each model sees most like one of the pictures.
    Nearest(PictureId),
    /// What the channels of this block look for.
    Block(usize),
    /// What another one of them looks for, counted from 0.
    Channel(usize),
}

/// A heat map of one model.
#[derive(Clone, PartialEq, Debug)]
pub struct ShownMap {
    /// What was found.
    pub explanation: Rc<Explanation>,
    /// Where the picture under the map's colours can be seen.
    pub image: String,
}

/// Why the models answered as they did.
#[derive(Clone, PartialEq, Debug)]
pub struct Why {
    /// In which picture.
    pub picture: ExplainedPicture,
    /// Of which class: a place in the experiment's classes.
    pub class: usize,
    /// How finely.
    pub grain: Grain,
    /// One a model, as they come.
    pub maps: Vec<ShownMap>,
    /// The training pictures that each model sees most like it, once they are known.
    pub nearest: Rc<Vec<NearestPictures>>,
    /// Why something of it is missing.
    pub refused: Option<Refusal>,
}

impl Why {
    /// Whether heat maps of this picture are on their way, where there are so many models.
    fn is_pending(&self, models: usize) -> bool {
        let came = self.maps.iter().filter(|map| map.explanation.picture == self.picture).count();
        self.refused.is_none() && came < models
    }

    /// The heat map of one model.
    pub fn map_of(&self, run: RunId) -> Option<&ShownMap> {
        self.maps.iter().find(|map| map.explanation.run == run)
    }

    /// The nearest training pictures of one model.
    pub fn nearest_of(&self, run: RunId) -> Option<&NearestPictures> {
        self.nearest.iter().find(|nearest| nearest.run == run)
    }
}

/// How all pictures lie.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Atlas {
    /// Whose features and how, once a map was asked for.
    pub wanted: Option<(MappedFeatures, MapMethod)>,
    maps: Vec<Rc<PictureMap>>,
    /// Why there is no map.
    pub refused: Option<Refusal>,
}

impl Atlas {
    /// The map that is wanted, as far as it has come.
    pub fn map(&self) -> Option<&Rc<PictureMap>> {
        let wanted = self.wanted?;
        self.maps.iter().find(|map| (map.features, map.method) == wanted)
    }

    /// Whether the map that is wanted is still on its way.
    pub fn is_pending(&self) -> bool {
        let is_whole = self.map().is_some_and(|map| map.progress >= 1.0);
        self.wanted.is_some() && self.refused.is_none() && !is_whole
    }
}

/// What the channels of a block look for.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Patches {
    /// Which block, once one was chosen.
    pub block: Option<usize>,
    /// Which of its channels, counted from 0.
    pub channel: usize,
    /// What came of that block, one a network.
    found: Vec<Rc<BlockPatches>>,
}

impl Patches {
    /// What came of one network.
    pub fn of(&self, features: MappedFeatures) -> Option<&Rc<BlockPatches>> {
        self.found.iter().find(|found| found.features == features)
    }
}

/// What is explained.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Explanations {
    /// Of the last question, where the person wants to know.
    pub why: Option<Why>,
    /// Of all pictures.
    pub atlas: Atlas,
    /// Of one of them: the training pictures that each model sees most like it, once they are known.
    pub nearest: Option<(PictureId, Rc<Vec<NearestPictures>>)>,
    /// Of a block.
    pub patches: Patches,
}

impl State {
    pub(super) fn wish(&mut self, wish: Wish) -> Vec<Effect> {
        match wish {
            Wish::Why(class) => {
                let grain =
                    self.explanations.why.as_ref().map_or(Grain::default(), |why| why.grain);
                self.explain(class, grain)
            }
            Wish::Grain(grain) => match self.explanations.why.as_ref().map(|why| why.class) {
                Some(class) => self.explain(class, grain),
                None => Vec::new(),
            },
            Wish::EnoughWhy => self.forget_why(),
            Wish::Map(features, method) => {
                let atlas = &mut self.explanations.atlas;
                atlas.wanted = Some((features, method));
                atlas.refused = None;
                if atlas.is_pending() {
                    vec![Effect::Send(Command::MapPictures { features, method })]
                } else {
                    Vec::new()
                }
            }
            Wish::Nearest(picture) => {
                self.explanations.nearest = Some((picture, Rc::default()));
                let picture = ExplainedPicture::Given(picture);
                vec![Effect::Send(Command::FindNearest { picture })]
            }
            Wish::Block(block) => {
                self.explanations.atlas.refused = None;
                self.explanations.patches = Patches { block: Some(block), ..Patches::default() };
                vec![Effect::Send(Command::FindPatches { block })]
            }
            Wish::Channel(channel) => {
                self.explanations.patches.channel = channel;
                Vec::new()
            }
        }
    }

    /// The picture that can be explained: the one that was answered about last.
    fn explained_picture(&self) -> Option<ExplainedPicture> {
        let question = self.question.as_ref()?;
        let is_answered = matches!(question.reply, Reply::Answered { .. });
        is_answered.then_some(ExplainedPicture::Asked(question.id))
    }

    fn explain(&mut self, class: usize, grain: Grain) -> Vec<Effect> {
        let Some(picture) = self.explained_picture() else { return Vec::new() };
        let before = self.explanations.why.take();
        let is_same = before.as_ref().is_some_and(|why| why.picture == picture);
        let (maps, nearest) = before.map(|why| (why.maps, why.nearest)).unwrap_or_default();
        // What the camera saw before stays until there is something else, so that it does not flicker.
        let is_live = self.question.as_ref().is_some_and(|question| question.is_live);
        let (maps, gone) = if is_live { (maps, Vec::new()) } else { (Vec::new(), maps) };
        let mut effects: Vec<Effect> =
            gone.into_iter().map(|map| Effect::Revoke(map.image)).collect();
        effects.push(Effect::Send(Command::Explain { picture, class, grain }));
        if !is_same || nearest.is_empty() {
            effects.push(Effect::Send(Command::FindNearest { picture }));
        }
        let nearest = if is_same || is_live { nearest } else { Rc::default() };
        self.explanations.why = Some(Why { picture, class, grain, maps, nearest, refused: None });
        effects
    }

    /// Once a question is answered: whoever wanted to know why of the last answer does of this one, as
    /// to the class that the first model names.
    pub(super) fn explain_again(&mut self, answers: &[Answer]) -> Vec<Effect> {
        let Some(why) = &self.explanations.why else { return Vec::new() };
        let grain = why.grain;
        // The camera asks again before all is explained; then that picture is left out.
        let is_live = self.question.as_ref().is_some_and(|question| question.is_live);
        if is_live && why.is_pending(answers.len()) {
            return Vec::new();
        }
        match answers.first().and_then(Answer::best_class) {
            Some(class) => self.explain(class, grain),
            None => self.forget_why(),
        }
    }

    /// Takes the heat maps off the page.
    fn forget_why(&mut self) -> Vec<Effect> {
        let maps = self.explanations.why.take().map(|why| why.maps).unwrap_or_default();
        maps.into_iter().map(|map| Effect::Revoke(map.image)).collect()
    }

    /// Forgets all explanations, for another experiment.
    pub(super) fn forget_explanations(&mut self) -> Vec<Effect> {
        let effects = self.forget_why();
        self.explanations = Explanations::default();
        effects
    }

    /// Nothing that is on its way will come: the engine stopped.
    pub(super) fn explanations_lost(&mut self) {
        let refusal = Refusal {
            reason: "The engine stopped before it could explain this.".to_owned(),
            remedy: "Start it again and train; then ask once more.".to_owned(),
        };
        let models = match self.question.as_ref().map(|question| &question.reply) {
            Some(Reply::Answered { answers, .. }) => answers.len(),
            _ => 0,
        };
        let Explanations { why, atlas, .. } = &mut self.explanations;
        if atlas.is_pending() {
            atlas.refused = Some(refusal.clone());
        }
        if let Some(why) = why
            && (why.is_pending(models) || why.nearest.is_empty())
        {
            why.refused = Some(refusal);
        }
    }

    pub(super) fn explanation_heard(&mut self, event: Event, image: Option<String>) -> Vec<Effect> {
        match event {
            Event::Explained { explanation, .. } => {
                return self.explained(*explanation, image.unwrap_or_default());
            }
            Event::NearestFound { picture: ExplainedPicture::Given(found), runs } => {
                if let Some((wanted, nearest)) = &mut self.explanations.nearest
                    && *wanted == found
                {
                    *nearest = Rc::new(runs);
                }
            }
            Event::NearestFound { picture: found, runs } => {
                if let Some(why) = &mut self.explanations.why
                    && why.picture == found
                {
                    why.nearest = Rc::new(runs);
                }
            }
            Event::PicturesMapped(map) => self.mapped(*map),
            Event::PatchesFound(patches) => {
                let Patches { block, found, .. } = &mut self.explanations.patches;
                if *block == Some(patches.block) {
                    found.retain(|other| other.features != patches.features);
                    found.push(Rc::new(*patches));
                }
            }
            Event::ExplanationRefused { picture: of, refusal } => {
                match (&mut self.explanations, of) {
                    (Explanations { why: Some(why), .. }, Some(of)) if why.picture == of => {
                        self.news = refusal.reason.clone();
                        why.refused = Some(refusal);
                    }
                    (Explanations { atlas, .. }, None) => {
                        self.news = refusal.reason.clone();
                        atlas.refused = Some(refusal);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        Vec::new()
    }

    fn explained(&mut self, explanation: Explanation, image: String) -> Vec<Effect> {
        let is_wanted = |why: &&mut Why| {
            why.picture == explanation.picture
                && (why.class, why.grain) == (explanation.class, explanation.grain)
        };
        // One of another picture or class came too late.
        let Some(why) = self.explanations.why.as_mut().filter(is_wanted) else {
            return vec![Effect::Revoke(image)];
        };
        let is_same = |map: &ShownMap| map.explanation.run == explanation.run;
        let before = why.maps.iter().position(is_same).map(|place| why.maps.remove(place));
        why.maps.push(ShownMap { explanation: Rc::new(explanation), image });
        before.map(|map| Effect::Revoke(map.image)).into_iter().collect()
    }

    fn mapped(&mut self, map: PictureMap) {
        let atlas = &mut self.explanations.atlas;
        if map.progress >= 1.0 && atlas.wanted == Some((map.features, map.method)) {
            self.news = "The map of all pictures is done.".to_owned();
        }
        atlas.maps.retain(|other| (other.features, other.method) != (map.features, map.method));
        atlas.maps.push(Rc::new(map));
    }
}

/// The features that can be mapped, with a name for people: those before anything thawed, which the
/// new head reads too, and those of every lane that thawed layers.
pub fn mappable(experiment: &Experiment) -> Vec<(MappedFeatures, String)> {
    let before = (MappedFeatures::Pretrained, "Before fine-tuning".to_owned());
    let thawed = experiment.lanes.iter().filter(|lane| lane.strategy.cut != Cut::HeadOnly);
    let after = thawed.filter(|lane| lane.result().is_some());
    let after = after.map(|lane| (MappedFeatures::Run(lane.run), "After".to_owned()));
    [before].into_iter().chain(after).collect()
}

/// The run whose mistakes a map marks: its own, or on the map of the pretrained features that of the
/// head that reads them.
pub fn marked_run(experiment: &Experiment, features: MappedFeatures) -> Option<RunId> {
    match features {
        MappedFeatures::Run(run) => Some(run),
        MappedFeatures::Pretrained => {
            let reads = |cut| cut == Cut::HeadOnly;
            experiment.lanes.iter().find(|lane| reads(lane.strategy.cut)).map(|lane| lane.run)
        }
    }
}
