//! What training would take, which the engine predicts before anything starts: when it is asked,
//! and what it said.

use crate::session::{
    ClassId, Command, DeviceKind, Estimate, Lane, LaneEstimate, Refusal, RunId, Strategy,
};
use crate::ui::text::predicted;

use super::{Effect, Side, State};

/// What training would take with what is set and with the pictures there are.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum Forecast {
    /// Training could not start, so there is nothing to say.
    #[default]
    Nothing,
    /// The engine is about to be asked, or was asked and has not answered.
    Pending,
    /// What it said. The lanes are in the order of [`Side::BOTH`].
    Known(Estimate),
    /// It could not say.
    Refused(Refusal),
}

impl Forecast {
    /// What a lane would take, if that is known.
    pub fn lane(&self, side: Side) -> Option<LaneEstimate> {
        let Self::Known(estimate) = self else { return None };
        let place = Side::BOTH.iter().position(|other| *other == side)?;
        estimate.lanes.get(place).copied()
    }
}

/// What a forecast depends on.
#[derive(Clone, PartialEq, Debug)]
struct Circumstances {
    strategies: Vec<Strategy>,
    pictures: Vec<(ClassId, usize)>,
    device: Option<DeviceKind>,
}

/// Keeps the forecast up with the circumstances.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Forecasting {
    pub forecast: Forecast,
    circumstances: Option<Circumstances>,
    /// Whether the engine was asked under these circumstances.
    is_asked: bool,
}

impl State {
    /// What training would take.
    pub fn forecast(&self) -> &Forecast {
        &self.forecasting.forecast
    }

    /// After an action with these effects: whether the engine has to be asked anew, once nothing
    /// has changed for a while.
    pub(super) fn look_ahead(&mut self, effects: &[Effect]) -> Option<Effect> {
        let circumstances = self.circumstances();
        let is_changed = circumstances != self.forecasting.circumstances;
        // The engine lets what it was asked go for the sake of later commands.
        let is_dropped = self.forecasting.is_asked
            && self.forecasting.forecast == Forecast::Pending
            && effects.iter().any(|effect| {
                let Effect::Send(command) = effect else { return false };
                command.ends_estimates() && !matches!(command, Command::Estimate { .. })
            });
        if !is_changed && !is_dropped {
            return None;
        }
        let can_be_asked = circumstances.is_some();
        let forecast = if can_be_asked { Forecast::Pending } else { Forecast::Nothing };
        self.forecasting = Forecasting { forecast, circumstances, is_asked: false };
        can_be_asked.then_some(Effect::AskAheadSoon)
    }

    /// What a forecast depends on, where there can be one.
    fn circumstances(&self) -> Option<Circumstances> {
        if self.why_not_start().is_some() || self.settings.device_pending {
            return None;
        }
        let classes = self.pictures.classes.iter().filter(|class| !class.pictures.is_empty());
        Some(Circumstances {
            strategies: Side::BOTH.map(|side| self.settings.strategy(side)).to_vec(),
            pictures: classes.map(|class| (class.id, class.pictures.len())).collect(),
            device: self.device.as_ref().map(|device| device.kind),
        })
    }

    /// Nothing has changed for a while: asks the engine, unless it was asked.
    pub(super) fn ask_ahead(&mut self) -> Vec<Effect> {
        let forecasting = &mut self.forecasting;
        if forecasting.is_asked || forecasting.forecast != Forecast::Pending {
            return Vec::new();
        }
        forecasting.is_asked = true;
        let lanes = Side::BOTH
            .iter()
            .zip(0..)
            .map(|(&side, run)| Lane { run: RunId(run), strategy: self.settings.strategy(side) });
        let (lanes, seed) = (lanes.collect(), self.settings.seed);
        vec![Effect::Send(Command::Estimate { lanes, seed })]
    }

    /// Takes an answer in. One to a question that is out of date is passed over.
    pub(super) fn looked_ahead(&mut self, answer: Result<Estimate, Refusal>) {
        if !self.forecasting.is_asked {
            return;
        }
        self.forecasting.forecast = match answer {
            Ok(estimate) => {
                let seconds = predicted(estimate.seconds);
                self.news = format!("Training both is predicted to take {seconds}.");
                Forecast::Known(estimate)
            }
            Err(refusal) => Forecast::Refused(refusal),
        };
    }
}
