//! Explanations of answers: asked for, and worked out.

use super::Session;
use crate::data::Picture;
use crate::model::StageKind;
use crate::session::explaining::{
    explain, nearest_pictures, no_models, picture_gone, unknown_block, unread,
};
use crate::session::mapping::Mapping;
use crate::session::message::{Event, ExplainedPicture, Grain, MapMethod, MappedFeatures, Refusal};
use crate::session::patching::Patching;

impl Session {
    /// Makes the heat maps of a class by every model.
    pub(super) async fn explain(
        &mut self,
        explained: ExplainedPicture,
        class: usize,
        grain: Grain,
    ) {
        let made = match self.explained_picture(explained) {
            _ if self.models.is_empty() => Err(no_models()),
            None => Err(picture_gone()),
            Some(picture) => {
                let architecture = self.backbone.architecture();
                explain(&self.models, architecture, (explained, &picture), class, grain).await
            }
        };
        match made {
            Ok(events) => self.events.extend(events),
            Err(refusal) => self.not_explained(Some(explained), refusal),
        }
    }

    /// Notes that a picture's neighbours are wanted. They are found once the models have looked at all
    /// pictures.
    pub(super) fn want_nearest(&mut self, explained: ExplainedPicture) {
        if !self.can_be_inspected() {
            self.not_explained(Some(explained), no_models());
        } else if let Some(picture) = self.explained_picture(explained) {
            // Before it is looked at, another picture may be asked about.
            self.explaining.nearest.push_back((explained, picture));
        } else {
            self.not_explained(Some(explained), picture_gone());
        }
    }

    /// Notes that a map is wanted, in place of one in the making.
    pub(super) fn want_map(&mut self, features: MappedFeatures, method: MapMethod) {
        let is_trained = match features {
            MappedFeatures::Pretrained => !self.models.is_empty(),
            MappedFeatures::Run(run) => self.models.iter().any(|trained| trained.run == run),
        };
        if is_trained && self.can_be_inspected() {
            self.explaining.mapping = Some(Mapping::begin(features, method));
        } else {
            self.not_explained(None, no_models());
        }
    }

    /// Notes that the patches of a block are wanted, in place of those in the making.
    pub(super) fn want_patches(&mut self, block: usize) {
        let stage = self.backbone.architecture().stages.get(block);
        let is_block = stage.is_some_and(|stage| matches!(stage.kind, StageKind::Block { .. }));
        if !is_block {
            self.not_explained(None, unknown_block(block));
        } else if self.can_be_inspected() {
            self.explaining.block = Some(block);
        } else {
            self.not_explained(None, no_models());
        }
    }

    /// Whether there is an inspection, or will be one.
    fn can_be_inspected(&self) -> bool {
        self.inspection.is_some() || self.inspecting.is_some() || self.experiment.is_some()
    }

    /// Whether an explanation can be worked on now.
    pub(super) fn can_explain(&self) -> bool {
        self.explaining.has_work() && self.inspection.is_some()
    }

    /// Does one small piece of what waits for the inspection.
    pub(super) async fn work_on_explanations(&mut self) {
        let Some(inspection) = &self.inspection else { return };
        if let Some((explained, picture)) = self.explaining.nearest.pop_front() {
            match nearest_pictures(&self.models, inspection, (explained, &picture)).await {
                Ok(event) => self.events.push(event),
                Err(refusal) => self.not_explained(Some(explained), refusal),
            }
        } else if let Some(block) = self.explaining.block.take() {
            let backbone = (&self.segment, &self.device);
            self.explaining.patching = Some(Patching::begin(block, backbone, &self.models));
        } else if let Some(patching) = &mut self.explaining.patching {
            let architecture = self.backbone.architecture();
            match patching.work(inspection, &self.gallery, architecture).await {
                Ok(found) => {
                    self.explaining.patching.take_if(|patching| patching.is_over());
                    self.events.extend(found.map(|found| Event::PatchesFound(Box::new(found))));
                }
                Err(cause) => {
                    self.explaining.patching = None;
                    self.not_explained(None, unread(&cause));
                }
            }
        } else if let Some(mapping) = &mut self.explaining.mapping
            && let Some(map) = mapping.work(inspection, &mut self.explaining.known)
        {
            if map.progress >= 1.0 {
                self.explaining.mapping = None;
            }
            self.events.push(Event::PicturesMapped(Box::new(map)));
        }
    }

    /// Refuses what waits for an inspection that will never come.
    pub(super) fn give_explanations_up(&mut self, refusal: &Refusal) {
        for (explained, _) in std::mem::take(&mut self.explaining.nearest) {
            self.not_explained(Some(explained), refusal.clone());
        }
        (self.explaining.block, self.explaining.patching) = (None, None);
        if self.explaining.mapping.take().is_some() {
            self.not_explained(None, refusal.clone());
        }
    }

    fn not_explained(&mut self, picture: Option<ExplainedPicture>, refusal: Refusal) {
        self.events.push(Event::ExplanationRefused { picture, refusal });
    }

    fn explained_picture(&self, explained: ExplainedPicture) -> Option<Picture> {
        match explained {
            ExplainedPicture::Asked(question) => {
                let (asked, picture) = self.explaining.asked.as_ref()?;
                (*asked == question).then(|| picture.clone())
            }
            ExplainedPicture::Given(picture) => self.gallery.picture(picture).cloned(),
        }
    }
}
