//! What a person can set, and the strategies that follow from it.

use crate::session::{
    Augmentation, ClassWeights, Command, Cut, DeviceChoice, MOST_SEEDS, NormMode, Strategy, Tuning,
};

use super::{Dial, Side};

/// What the person has set.
#[derive(Clone, PartialEq, Debug)]
pub struct Settings {
    /// Where frozen ends and trained begins, of the fine-tuning lane.
    pub cut: Cut,
    /// Governs drawing, split, initial head and order.
    pub seed: u64,
    /// Repetitions of the study of the ten differences, with the seeds from this one on.
    pub seeds: usize,
    /// Epochs of the head, of the transfer learning lane.
    pub cold_epochs: usize,
    /// Epochs after unfreezing, of the fine-tuning lane.
    pub warm_epochs: usize,
    /// What few need to set.
    pub tuning: Tuning,
    /// Which device is wanted.
    pub device: DeviceChoice,
    /// Whether the engine has yet to say that it moved.
    pub device_pending: bool,
}

/// One setting with its new value.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Setting {
    /// The slider's position.
    CutPosition(usize),
    /// The seed.
    Seed(u64),
    /// Repetitions of a study; kept between 1 and [`MOST_SEEDS`].
    Seeds(usize),
    /// Epochs of a lane; kept between 1 and [`Settings::MOST_EPOCHS`].
    Epochs(Side, usize),
    /// A number of both strategies; what is out of its range changes nothing.
    Dial(Dial, f64),
    /// How much a training picture counts.
    ClassWeights(ClassWeights),
    /// What BatchNorm does behind the cut.
    Norm(NormMode),
    /// How views are changed; no change at all changes nothing.
    Augmentation(Augmentation),
    /// All of [`Settings::tuning`] back to the defaults.
    DefaultTuning,
    /// The device.
    Device(DeviceChoice),
}

impl Default for Settings {
    fn default() -> Self {
        let cut = Cut::LastBlocks(4);
        Self {
            cut,
            seed: 1,
            seeds: 3,
            cold_epochs: Strategy::for_cut(Cut::HeadOnly).head_epochs,
            warm_epochs: Strategy::for_cut(cut).unfrozen_epochs,
            tuning: Tuning::default(),
            device: DeviceChoice::Automatic,
            device_pending: false,
        }
    }
}

impl Settings {
    /// The most epochs that the page asks for.
    pub const MOST_EPOCHS: usize = 500;
    /// The largest seed: what a number field holds exactly.
    pub const LARGEST_SEED: u64 = (1 << 53) - 1;

    /// The strategy of a lane. Fine-tuning at "head only" is transfer learning.
    pub fn strategy(&self, side: Side) -> Strategy {
        let cut = match side {
            Side::Cold => Cut::HeadOnly,
            Side::Warm => self.cut,
        };
        let epochs = if cut == Cut::HeadOnly { self.cold_epochs } else { self.warm_epochs };
        self.tuning.applied(Strategy::for_cut(cut).with_epochs(epochs))
    }

    /// The device that was asked for, if the person did not leave the choice to the engine.
    pub fn forced_device(&self) -> Option<DeviceChoice> {
        (self.device != DeviceChoice::Automatic).then_some(self.device)
    }

    /// Takes a new value in; gives the command that the engine must hear of it, if any.
    pub(super) fn set(&mut self, setting: Setting) -> Option<Command> {
        match setting {
            Setting::CutPosition(position) => self.cut = Cut::from_position(position),
            Setting::Seed(seed) => self.seed = seed.min(Self::LARGEST_SEED),
            Setting::Seeds(seeds) => self.seeds = seeds.clamp(1, MOST_SEEDS),
            Setting::Epochs(side, epochs) => {
                let epochs = epochs.clamp(1, Self::MOST_EPOCHS);
                match side {
                    Side::Cold => self.cold_epochs = epochs,
                    Side::Warm => self.warm_epochs = epochs,
                }
            }
            Setting::Dial(dial, value) => dial.turn(&mut self.tuning, value),
            Setting::ClassWeights(weights) => self.tuning.class_weights = weights,
            Setting::Norm(norm) => self.tuning.norm = norm,
            Setting::Augmentation(Augmentation::NONE) => {}
            Setting::Augmentation(augmentation) => self.tuning.augmentation = augmentation,
            Setting::DefaultTuning => self.tuning = Tuning::default(),
            Setting::Device(device) if device != self.device => {
                self.device = device;
                return Some(Command::ChooseDevice(device));
            }
            Setting::Device(_) => {}
        }
        None
    }
}
