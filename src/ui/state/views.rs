//! Views of a picture: when they can be seen, and how long what is seen is what is set.

use crate::session::{Augmentation, Command};

use super::{Effect, Engine, Settings, State};

/// What views follow from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Source {
    views: usize,
    augmentation: Augmentation,
    seed: u64,
}

impl Source {
    pub fn of(settings: &Settings) -> Self {
        let (views, augmentation) = (settings.tuning.views, settings.tuning.augmentation);
        Self { views, augmentation, seed: settings.seed }
    }
}

impl State {
    /// Whether there is a picture whose views the engine could show.
    pub fn can_show_views(&self) -> bool {
        let is_ready = self.engine == Engine::Ready && self.pictures.filled_classes() > 0;
        is_ready && self.settings.tuning.views > 0
    }

    pub(super) fn show_views(&self) -> Vec<Effect> {
        let Source { views, augmentation, seed } = Source::of(&self.settings);
        let wish = Command::ShowViews { views, augmentation, seed };
        self.can_show_views().then_some(Effect::Send(wish)).into_iter().collect()
    }

    /// Takes views off the page that are not those of what is set any more.
    pub(super) fn forget_views(&mut self, before: Source) -> Option<Effect> {
        let is_same = Source::of(&self.settings) == before;
        self.views_shown.take_if(|_| !is_same).map(Effect::Revoke)
    }
}
