//! The numbers of a strategy that a person can set, what each of them does, and what it must be.

use crate::session::{Cut, Strategy, Tuning};

/// A number that can be set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dial {
    /// [`Tuning::batch`].
    Batch,
    /// [`Tuning::head_rate`].
    HeadRate,
    /// [`Tuning::unfrozen_rate`].
    UnfrozenRate,
    /// [`Tuning::depth_factor`].
    DepthFactor,
    /// [`Tuning::weight_decay`].
    WeightDecay,
    /// [`Tuning::label_smoothing`].
    LabelSmoothing,
    /// [`Tuning::patience`], 0 for none.
    Patience,
    /// [`Tuning::views`].
    Views,
}

impl Dial {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 8] = [
        Self::Batch,
        Self::HeadRate,
        Self::UnfrozenRate,
        Self::DepthFactor,
        Self::WeightDecay,
        Self::LabelSmoothing,
        Self::Patience,
        Self::Views,
    ];

    /// A name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Batch => "Batch",
            Self::HeadRate => "Learning rate of the head",
            Self::UnfrozenRate => "Learning rate after thawing",
            Self::DepthFactor => "Depth factor",
            Self::WeightDecay => "Weight decay",
            Self::LabelSmoothing => "Label smoothing",
            Self::Patience => "Patience",
            Self::Views => "Views of each picture",
        }
    }

    /// A word for ids and test marks.
    pub fn word(self) -> &'static str {
        match self {
            Self::Batch => "batch",
            Self::HeadRate => "head-rate",
            Self::UnfrozenRate => "unfrozen-rate",
            Self::DepthFactor => "depth-factor",
            Self::WeightDecay => "weight-decay",
            Self::LabelSmoothing => "label-smoothing",
            Self::Patience => "patience",
            Self::Views => "views",
        }
    }

    /// What it does and why its default is what it is, in a sentence or two.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::Batch => {
                "Pictures a step. More make each step steadier and an epoch shorter of steps; 16 \
                 leaves even a small set several steps."
            }
            Self::HeadRate => {
                "How far a step moves the head at the peak, while it learns alone. 0.003 is usual \
                 for AdamW on one layer."
            }
            Self::UnfrozenRate => {
                "The same once layers are thawed. 0.002, below the head's, so that what they know \
                 is not overwritten."
            }
            Self::DepthFactor => {
                "What the rate is multiplied with for each stage further from the head: 0.85, since \
                 early stages see what is common to all pictures. 1 for equal rates."
            }
            Self::WeightDecay => {
                "How strongly weights are drawn towards zero, by the rate. 0.01 is AdamW's usual \
                 little."
            }
            Self::LabelSmoothing => {
                "Share of every answer that is spread over all classes, so that the network stays \
                 less sure of itself. 0, so that the curves show plain learning; 0.1 is usual."
            }
            Self::Patience => {
                "Epochs without a better validation score after which a phase ends. 0 for none: \
                 both ways get all their epochs."
            }
            Self::Views => {
                "Mirrored, cropped or recoloured variants to learn from, for validation and test \
                 never. Looking at the pictures takes 1 + views times as long and as much memory. 0, \
                 so that a race begins soon."
            }
        }
    }

    /// The step of its field, for the arrow keys.
    pub fn is_whole(self) -> bool {
        matches!(self, Self::Batch | Self::Patience | Self::Views)
    }

    /// What is set, as it would be typed.
    pub fn text(self, tuning: &Tuning) -> String {
        match self {
            Self::Batch => tuning.batch.to_string(),
            Self::HeadRate => plain(tuning.head_rate),
            Self::UnfrozenRate => plain(tuning.unfrozen_rate),
            Self::DepthFactor => plain(tuning.depth_factor),
            Self::WeightDecay => plain(tuning.weight_decay),
            Self::LabelSmoothing => plain(tuning.label_smoothing),
            Self::Patience => tuning.patience.unwrap_or(0).to_string(),
            Self::Views => tuning.views.to_string(),
        }
    }

    /// The number that was typed.
    ///
    /// # Errors
    /// What it must be, as a sentence.
    pub fn read(self, text: &str) -> Result<f64, String> {
        let value = text.trim().parse().map_err(|_| self.must_be("a number"))?;
        self.turned(&Tuning::default(), value).map(|_| value)
    }

    /// Takes a number in. What is out of range changes nothing.
    pub(super) fn turn(self, tuning: &mut Tuning, value: f64) {
        if let Ok(turned) = self.turned(tuning, value) {
            *tuning = turned;
        }
    }

    /// The numbers with another value for this one.
    fn turned(self, tuning: &Tuning, value: f64) -> Result<Tuning, String> {
        let mut turned = tuning.clone();
        let whole = || {
            let is_whole = value.fract() == 0.0 && (0.0..=1e9).contains(&value);
            is_whole.then_some(value as usize).ok_or_else(|| self.must_be("a whole number"))
        };
        match self {
            Self::Batch => turned.batch = whole()?,
            Self::HeadRate => turned.head_rate = value,
            Self::UnfrozenRate => turned.unfrozen_rate = value,
            Self::DepthFactor => turned.depth_factor = value,
            Self::WeightDecay => turned.weight_decay = value,
            Self::LabelSmoothing => turned.label_smoothing = value,
            Self::Views => turned.views = whole()?,
            Self::Patience => turned.patience = Some(whole()?).filter(|epochs| *epochs > 0),
        }
        match turned.applied(Strategy::for_cut(Cut::Everything)).checked() {
            Ok(_) => Ok(turned),
            Err(error) => Err(self.must_be(error.wanted())),
        }
    }

    fn must_be(self, what: &str) -> String {
        format!("{} must be {what}.", self.title())
    }
}

/// A number as it would be typed.
fn plain(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-4 { format!("{value:e}") } else { value.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_typed_and_changes_nothing() {
        for dial in Dial::ALL {
            let mut tuning = Tuning::default();
            let typed = dial.read(&dial.text(&tuning)).expect("the default is in range");
            dial.turn(&mut tuning, typed);
            assert_eq!(tuning, Tuning::default(), "{dial:?}");
        }
        let mut tuning = Tuning::default();
        Dial::HeadRate.turn(&mut tuning, 2.5e-6);
        assert_eq!(Dial::HeadRate.text(&tuning), "2.5e-6");
    }

    #[test]
    fn every_number_goes_where_it_belongs_and_nowhere_else() {
        for (dial, value) in Dial::ALL.into_iter().zip([8.0, 0.01, 0.02, 0.5, 0.3, 0.2, 5.0, 4.0]) {
            let mut tuning = Tuning::default();
            dial.turn(&mut tuning, value);
            for other in Dial::ALL {
                let is_changed = other.text(&tuning) != other.text(&Tuning::default());
                assert_eq!(is_changed, other == dial, "{dial:?} {other:?}");
            }
            assert_eq!(dial.text(&tuning).parse(), Ok(value), "{dial:?}");
        }
        let mut tuning = Tuning { patience: Some(3), ..Tuning::default() };
        Dial::Patience.turn(&mut tuning, 0.0);
        assert_eq!(tuning.patience, None);
    }

    #[test]
    fn what_is_out_of_range_is_not_taken_and_says_what_it_must_be() {
        for (dial, text, wanted) in [
            (Dial::Batch, "0", "Batch must be from 1 to 1024 pictures."),
            (Dial::Batch, "2.5", "Batch must be a whole number."),
            (Dial::HeadRate, "-1", "Learning rate of the head must be a positive number."),
            (Dial::UnfrozenRate, "inf", "Learning rate after thawing must be a positive number."),
            (Dial::DepthFactor, "1.5", "Depth factor must be above 0 and at most 1."),
            (Dial::WeightDecay, "NaN", "Weight decay must be 0 or a positive number."),
            (Dial::LabelSmoothing, "1", "Label smoothing must be from 0 to below 1."),
            (Dial::Patience, "-2", "Patience must be a whole number."),
            (Dial::Views, "17", "Views of each picture must be from 0 to 16."),
            (Dial::Patience, "many", "Patience must be a number."),
        ] {
            assert_eq!(dial.read(text), Err(wanted.to_owned()));
            let mut tuning = Tuning::default();
            dial.turn(&mut tuning, text.parse().unwrap_or(f64::NAN));
            assert_eq!(tuning, Tuning::default());
        }
    }
}
