//! The numbers of a strategy on the command line.

use clap::{Args, ValueEnum};

use crate::session::{Augmentation, ClassWeights, NormMode, Strategy, Tuning};

/// The numbers of every strategy that is trained or searched a rate for.
#[derive(Debug, Args)]
#[command(next_help_heading = "Training")]
pub struct TuningArguments {
    /// Pictures a step.
    #[arg(long, default_value_t = usual().batch)]
    batch: usize,
    /// Peak learning rate of the head while it trains alone.
    #[arg(long, value_name = "RATE", default_value_t = usual().head_rate, allow_negative_numbers = true)]
    head_rate: f64,
    /// Peak learning rate of the head and the last stage once layers are unfrozen.
    #[arg(long, value_name = "RATE", default_value_t = usual().unfrozen_rate, allow_negative_numbers = true)]
    unfrozen_rate: f64,
    /// Factor on the rate for each stage further from the head; 1 for equal rates.
    #[arg(long, value_name = "FACTOR", default_value_t = usual().depth_factor, allow_negative_numbers = true)]
    depth_factor: f64,
    /// How strongly weights are drawn towards zero (AdamW).
    #[arg(long, value_name = "DECAY", default_value_t = usual().weight_decay, allow_negative_numbers = true)]
    weight_decay: f64,
    /// Share of every target that is spread over all classes, from 0 to below 1.
    #[arg(long, value_name = "SHARE", default_value_t = usual().label_smoothing, allow_negative_numbers = true)]
    label_smoothing: f64,
    /// Whether every picture counts alike, or every class.
    #[arg(long, value_name = "WEIGHTS", default_value = "equal")]
    class_weights: WeightsName,
    /// Ends a phase after so many epochs without a better validation score; without it all epochs
    /// are trained.
    #[arg(long, value_name = "EPOCHS")]
    patience: Option<usize>,
    /// Views of each picture to learn from, beside itself: mirrored, cropped, recoloured. Features
    /// take 1 + views times as long and as much memory.
    #[arg(long, default_value_t = usual().views)]
    views: usize,
    /// Changes that views are not to have, one or more: `--views 4 --without crop,colour`.
    #[arg(long, value_name = "CHANGES", value_delimiter = ',', requires = "views")]
    without: Vec<ChangeName>,
    /// Whether BatchNorm's scales and shifts behind the cut learn, or stay frozen as its statistics
    /// do; or adapt: its statistics are measured anew on training pictures before they learn.
    #[arg(long, value_name = "MODE", default_value = "affine")]
    batch_norm: NormName,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum ChangeName {
    Flip,
    Crop,
    Colour,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum WeightsName {
    Equal,
    Balanced,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum NormName {
    Affine,
    Frozen,
    Adapt,
}

/// Whose numbers are the defaults.
fn usual() -> Tuning {
    Tuning::default()
}

impl TuningArguments {
    /// A strategy with these numbers in place of its own.
    pub fn applied(&self, strategy: Strategy) -> Strategy {
        let keeps = |change| !self.without.contains(&change);
        let tuning = Tuning {
            batch: self.batch,
            head_rate: self.head_rate,
            unfrozen_rate: self.unfrozen_rate,
            depth_factor: self.depth_factor,
            weight_decay: self.weight_decay,
            label_smoothing: self.label_smoothing,
            class_weights: match self.class_weights {
                WeightsName::Equal => ClassWeights::Equal,
                WeightsName::Balanced => ClassWeights::Balanced,
            },
            patience: self.patience,
            norm: match self.batch_norm {
                NormName::Affine => NormMode::Affine,
                NormName::Frozen => NormMode::Frozen,
                NormName::Adapt => NormMode::Adapt,
            },
            views: self.views,
            augmentation: Augmentation {
                flip: keeps(ChangeName::Flip),
                crop: keeps(ChangeName::Crop),
                colour: keeps(ChangeName::Colour),
            },
        };
        tuning.applied(strategy)
    }
}
