//! What is trained and how: a cut and the numbers that govern learning.

use serde::{Deserialize, Serialize};

use super::class_weights::ClassWeights;
use crate::data::Augmentation;
use crate::model::{Architecture, Cut, STAGES};

/// What the network is before it learns.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub enum Start {
    /// The pretrained weights.
    #[default]
    Pretrained,
    /// Random weights of the same layout: the baseline that shows what pretraining gave.
    Scratch,
}

/// What BatchNorm does behind the cut.
///
/// Its running statistics do not change while anything learns, in no strategy, as the Keras
/// transfer-learning guide advises for small sets.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub enum NormMode {
    /// Scales and shifts stay as they are, too: only convolutions learn.
    Frozen,
    /// Scales and shifts learn.
    #[default]
    Affine,
    /// Scales and shifts learn, and before they do, the statistics are measured anew on the training
    /// pictures, and stay those (AdaBN, Li et al., arXiv 1603.04779). The head has learned on other
    /// features by then, where it learned alone; it goes on from there.
    Adapt,
}

impl NormMode {
    /// Parameters that learn once everything behind the cut does: those of a head for `classes`
    /// classes and of the stages behind the cut, without scales and shifts that stay.
    pub fn parameters_that_learn(self, network: &Architecture, cut: Cut, classes: usize) -> usize {
        let first = cut.first_trained_stage();
        let stay = match self {
            Self::Frozen => network.norm_parameters_from(first),
            Self::Affine | Self::Adapt => 0,
        };
        network.head_parameters(classes) + network.parameters_from(first) - stay
    }
}

/// One way to learn the visitor's classes.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Strategy {
    /// What the network is before it learns.
    pub start: Start,
    /// Where frozen ends and trained begins.
    pub cut: Cut,
    /// Epochs of training the head alone before anything is unfrozen (Kumar et al.,
    /// arXiv 2202.10054). For [`Cut::HeadOnly`] these are all the epochs there are.
    pub head_epochs: usize,
    /// Epochs of training everything behind the cut, after the head's.
    pub unfrozen_epochs: usize,
    /// Pictures a step.
    pub batch: usize,
    /// Peak learning rate of the head while it trains alone.
    pub head_rate: f64,
    /// Peak learning rate of the head and the last stage once layers are unfrozen.
    pub unfrozen_rate: f64,
    /// Factor on the rate for each stage further from the head, 1.0 for equal rates.
    pub depth_factor: f64,
    /// Share of each phase's steps over which the rate rises before the cosine takes it down.
    pub warm_up: f64,
    /// Decoupled weight decay (AdamW).
    pub weight_decay: f64,
    /// Gradients are scaled so that their global norm is at most this.
    pub clip_norm: f64,
    /// Share of every target that is spread evenly over all classes, so that the network is not
    /// driven to be ever surer (Szegedy et al., arXiv 1512.00567, section 7).
    pub label_smoothing: f64,
    /// How much a training picture counts, by its class.
    pub class_weights: ClassWeights,
    /// Epochs without a better validation score after which a phase ends; never where none
    /// (Prechelt, "Early Stopping - But When?", 1998, with a patience in place of strips). A head's
    /// phase that ends so goes on to the unfrozen one, if there is one.
    pub patience: Option<usize>,
    /// What BatchNorm does behind the cut.
    pub norm: NormMode,
    /// Views of each picture beside itself, one of which an epoch shows instead: mirrored, cropped
    /// a little, in other light. Features of all of them are computed once, so looking at the
    /// pictures takes 1 + views times as long and as much memory. Validation and test never see one.
    pub views: usize,
    /// Which of these changes views have. Without views it means nothing.
    pub augmentation: Augmentation,
}

/// A number in a strategy is out of its range.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[error("the strategy's {field} is {given}; it must be {wanted}")]
pub struct StrategyError {
    field: &'static str,
    given: String,
    wanted: &'static str,
}

impl StrategyError {
    /// What the number must be, as the end of a sentence that begins with "must be".
    pub fn wanted(&self) -> &'static str {
        self.wanted
    }
}

impl Strategy {
    /// The most views of a picture.
    pub const MOST_VIEWS: usize = 16;

    /// The default way to train at `cut`: the head first, then what is unfrozen, more gently.
    pub fn for_cut(cut: Cut) -> Self {
        let unfrozen_epochs = if cut == Cut::HeadOnly { 0 } else { 12 };
        let head_epochs = if cut == Cut::HeadOnly { 50 } else { 20 };
        Self {
            start: Start::Pretrained,
            cut,
            head_epochs,
            unfrozen_epochs,
            batch: 16,
            head_rate: 3e-3,
            unfrozen_rate: 2e-3,
            depth_factor: 0.85,
            warm_up: 0.1,
            weight_decay: 1e-2,
            clip_norm: 1.0,
            label_smoothing: 0.0,
            class_weights: ClassWeights::Equal,
            patience: None,
            norm: NormMode::Affine,
            views: 0,
            augmentation: Augmentation::default(),
        }
    }

    /// Learning from nothing: this strategy's epochs for all of a network with random weights, each
    /// stage at the same rate, since none of them knows more than another. BatchNorm learns, since
    /// there is nothing in it to keep.
    pub fn from_scratch(&self) -> Self {
        let own_epochs = if self.cut == Cut::HeadOnly {
            Self::for_cut(Cut::Everything).unfrozen_epochs
        } else {
            self.unfrozen_epochs
        };
        Self {
            start: Start::Scratch,
            cut: Cut::Everything,
            head_epochs: 0,
            unfrozen_epochs: own_epochs,
            depth_factor: 1.0,
            norm: NormMode::Affine,
            ..self.clone()
        }
    }

    /// The same strategy without its head's phase: everything thaws at once.
    pub fn at_once(&self) -> Self {
        Self { head_epochs: 0, ..self.clone() }
    }

    /// Sets the length of the phase that is this strategy's own: the head's epochs for head only,
    /// the unfrozen epochs for every other cut.
    pub fn with_epochs(mut self, epochs: usize) -> Self {
        if self.cut == Cut::HeadOnly {
            self.head_epochs = epochs;
        } else {
            self.unfrozen_epochs = epochs;
        }
        self
    }

    /// What the rate is multiplied with for a stage, once layers are unfrozen.
    pub fn rate_factor(&self, stage: usize) -> f64 {
        self.depth_factor.powi((STAGES - 1).saturating_sub(stage) as i32)
    }

    /// Parameters that learn once everything behind the cut does, the head's included.
    pub fn parameters_that_learn(&self, network: &Architecture, classes: usize) -> usize {
        self.norm.parameters_that_learn(network, self.cut, classes)
    }

    /// Whether statistics are measured anew on the training pictures.
    pub fn adapts(&self) -> bool {
        self.norm == NormMode::Adapt && self.unfrozen_epochs > 0
    }

    /// Epochs of all phases.
    pub fn epochs(&self) -> usize {
        self.head_epochs + self.unfrozen_epochs
    }

    /// Checks every number against its range.
    ///
    /// # Errors
    /// Names the first field out of range and what it must be.
    pub fn checked(self) -> Result<Self, StrategyError> {
        let refuse = |field, given: &dyn std::fmt::Display, wanted| {
            Err(StrategyError { field, given: given.to_string(), wanted })
        };
        let positive = |rate: f64| rate.is_finite() && rate > 0.0;
        if self.epochs() == 0 || self.epochs() > 10_000 {
            return refuse("number of epochs", &self.epochs(), "from 1 to 10000");
        }
        if self.cut == Cut::HeadOnly && self.unfrozen_epochs > 0 {
            return refuse(
                "unfrozen epochs",
                &self.unfrozen_epochs,
                "0 where only the head learns",
            );
        }
        if self.cut == Cut::HeadOnly && self.head_epochs == 0 {
            return refuse(
                "number of the head's epochs",
                &0,
                "at least 1 where only the head learns",
            );
        }
        if self.cut != Cut::HeadOnly && self.unfrozen_epochs == 0 {
            return refuse("number of unfrozen epochs", &0, "at least 1 where layers are unfrozen");
        }
        if self.start == Start::Scratch && (self.cut != Cut::Everything || self.head_epochs > 0) {
            return refuse(
                "start",
                &"from scratch",
                "with every layer thawed at once, since random features are nothing to keep",
            );
        }
        if self.batch == 0 || self.batch > 1024 {
            return refuse("batch", &self.batch, "from 1 to 1024 pictures");
        }
        if !positive(self.head_rate) {
            return refuse("head rate", &self.head_rate, "a positive number");
        }
        if !positive(self.unfrozen_rate) {
            return refuse("unfrozen rate", &self.unfrozen_rate, "a positive number");
        }
        if !(positive(self.depth_factor) && self.depth_factor <= 1.0) {
            return refuse("depth factor", &self.depth_factor, "above 0 and at most 1");
        }
        if !(0.0..1.0).contains(&self.warm_up) {
            return refuse("warm-up", &self.warm_up, "a share from 0 to below 1");
        }
        if !(self.weight_decay.is_finite() && self.weight_decay >= 0.0) {
            return refuse("weight decay", &self.weight_decay, "0 or a positive number");
        }
        if !positive(self.clip_norm) {
            return refuse("clip norm", &self.clip_norm, "a positive number");
        }
        if !(0.0..1.0).contains(&self.label_smoothing) {
            return refuse("label smoothing", &self.label_smoothing, "from 0 to below 1");
        }
        if self.views > Self::MOST_VIEWS {
            return refuse("number of views", &self.views, "from 0 to 16");
        }
        if self.views > 0 && self.augmentation == Augmentation::NONE {
            return refuse(
                "augmentation",
                &"nothing",
                "at least one of flip, crop and colour where there are views",
            );
        }
        if self.patience == Some(0) {
            return refuse("patience", &0, "at least 1 epoch, or none");
        }
        Ok(self)
    }
}

/// How the views that are looked at for these strategies are changed: they are the same for all of
/// them. None where strategies that learn from views want different ones.
pub fn shared_augmentation<'s>(
    strategies: impl IntoIterator<Item = &'s Strategy>,
) -> Option<Augmentation> {
    let with_views = strategies.into_iter().filter(|strategy| strategy.views > 0);
    let mut wanted = with_views.map(|strategy| strategy.augmentation);
    let first = wanted.next().unwrap_or_default();
    wanted.all(|other| other == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frozen_scales_and_shifts_do_not_learn() {
        let network = Architecture::bundled();
        let learn = |cut, norm| {
            Strategy { norm, ..Strategy::for_cut(cut) }.parameters_that_learn(&network, 3)
        };
        let head = 3 * (1280 + 1);
        for norm in [NormMode::Frozen, NormMode::Affine, NormMode::Adapt] {
            assert_eq!(learn(Cut::HeadOnly, norm), head);
        }
        // Last block and top: 61040 and 145920 parameters, of which two each of 336, 336 and 112
        // channels and of the top's 1280 are scales and shifts.
        let behind = head + 61_040 + 145_920;
        assert_eq!(learn(Cut::LastBlocks(1), NormMode::Affine), behind);
        assert_eq!(learn(Cut::LastBlocks(1), NormMode::Adapt), behind);
        let stay = 2 * (336 + 336 + 112 + 1280);
        assert_eq!(learn(Cut::LastBlocks(1), NormMode::Frozen), behind - stay);
    }

    #[test]
    fn strategies_without_views_do_not_ask_for_changes_and_those_with_some_ask_for_the_same() {
        let plain = Strategy::for_cut(Cut::HeadOnly);
        let flip = Augmentation { flip: true, ..Augmentation::NONE };
        let flipped = Strategy { views: 2, augmentation: flip, ..plain.clone() };
        let all = Strategy { views: 1, ..plain.clone() };
        assert_eq!(shared_augmentation([&plain, &flipped, &flipped]), Some(flip));
        assert_eq!(shared_augmentation([&all, &plain]), Some(Augmentation::default()));
        assert_eq!(shared_augmentation([&plain]), Some(Augmentation::default()));
        assert_eq!(shared_augmentation([&flipped, &plain, &all]), None);
    }

    #[test]
    fn the_defaults_of_every_cut_pass_their_own_check() {
        for position in 0..Cut::POSITIONS {
            let strategy = Strategy::for_cut(Cut::from_position(position));
            assert_eq!(strategy.clone().checked(), Ok(strategy));
        }
    }

    #[test]
    fn a_strategy_that_would_never_train_what_it_names_is_refused() {
        for cut in [Cut::HeadOnly, Cut::LastBlocks(4), Cut::Everything] {
            assert!(Strategy::for_cut(cut).with_epochs(0).checked().is_err(), "{cut}");
        }
    }

    #[test]
    fn whatever_learns_from_scratch_learns_all_of_it_at_once() {
        for cut in [Cut::HeadOnly, Cut::LastBlocks(4), Cut::Everything] {
            let scratch = Strategy::for_cut(cut).from_scratch();
            assert_eq!(scratch.clone().checked(), Ok(scratch.clone()));
            let frozen = Strategy { cut: Cut::LastBlocks(16), ..scratch.clone() };
            assert!(frozen.checked().is_err());
            assert!(Strategy { head_epochs: 1, ..scratch }.checked().is_err());
        }
    }

    #[test]
    fn what_is_out_of_range_is_refused_by_name_with_what_it_must_be() {
        let default = || Strategy::for_cut(Cut::LastBlocks(4));
        let said = |strategy: Strategy| strategy.checked().unwrap_err().to_string();
        for label_smoothing in [-0.1, 1.0, f64::NAN] {
            let said = said(Strategy { label_smoothing, ..default() });
            assert!(said.contains("label smoothing"), "{said}");
            assert!(said.ends_with("it must be from 0 to below 1"), "{said}");
        }
        assert_eq!(
            said(Strategy { patience: Some(0), ..default() }),
            "the strategy's patience is 0; it must be at least 1 epoch, or none"
        );
        assert!(Strategy { label_smoothing: 0.99, ..default() }.checked().is_ok());
        let unchanged = Strategy { augmentation: Augmentation::NONE, ..default() };
        assert!(unchanged.clone().checked().is_ok(), "there are no views to be changed");
        assert_eq!(
            said(Strategy { views: 1, ..unchanged }),
            "the strategy's augmentation is nothing; it must be at least one of flip, crop and \
             colour where there are views"
        );
    }

    #[test]
    fn a_rate_that_is_no_number_is_refused_by_name() {
        let mut strategy = Strategy::for_cut(Cut::Everything);
        strategy.unfrozen_rate = f64::NAN;
        let error = strategy.checked().map_err(|error| error.to_string());
        assert_eq!(
            error,
            Err("the strategy's unfrozen rate is NaN; it must be a positive number".to_owned())
        );
    }
}
