//! A search for a learning rate: when it can be asked for, and what it found.

use std::rc::Rc;

use crate::session::{Command, Event, FoundRate, Phase, Plot, Refusal, Series, Shape, Unit, Way};
use crate::ui::text::rate;

use super::{Dial, Effect, Setting, Side, State, Study};

/// A search for a learning rate.
#[derive(Clone, PartialEq, Debug)]
pub struct RateSearch {
    /// Of which lane.
    pub side: Side,
    /// What it has come to.
    pub stage: RateStage,
}

/// What a search has come to.
#[derive(Clone, PartialEq, Debug)]
pub enum RateStage {
    /// It was asked for and not yet answered.
    Pending,
    /// It has tried rates.
    Found {
        /// The loss over the rates.
        plot: Rc<Plot>,
        /// The number that the rate belongs to.
        dial: Dial,
        /// A rate with two digits; none where the loss never fell.
        suggestion: Option<f64>,
    },
    /// It could not be made.
    Refused(Refusal),
}

impl RateSearch {
    /// What would be set if the suggestion were taken.
    pub fn setting(&self) -> Option<Setting> {
        match self.stage {
            RateStage::Found { dial, suggestion, .. } => Some(Setting::Dial(dial, suggestion?)),
            RateStage::Pending | RateStage::Refused(_) => None,
        }
    }
}

impl State {
    /// Why no rate can be searched now; `None` if one can.
    pub fn why_not_find_rate(&self) -> Option<String> {
        let is_pending = |search: &RateSearch| search.stage == RateStage::Pending;
        if self.rate_search.as_ref().is_some_and(is_pending) {
            return Some("Rates are being tried.".to_owned());
        }
        if self.is_training() {
            return Some("The race goes first.".to_owned());
        }
        if self.study.as_ref().is_some_and(Study::is_running) {
            return Some("The ten differences go first.".to_owned());
        }
        self.why_not_start()
    }

    /// Asks for a search for a lane's last phase.
    pub(super) fn find_rate(&mut self, side: Side) -> Vec<Effect> {
        if self.why_not_find_rate().is_some() {
            return Vec::new();
        }
        self.rate_search = Some(RateSearch { side, stage: RateStage::Pending });
        let (strategy, seed) = (self.settings.strategy(side), self.settings.seed);
        vec![Effect::Send(Command::FindRate { strategy, seed })]
    }

    /// Takes an answer in. One that nobody waits for is passed over.
    pub(super) fn rate_heard(&mut self, event: Event) {
        let Some(search) = &mut self.rate_search else { return };
        (search.stage, self.news) = match event {
            Event::RateFound(found) => {
                let suggestion = found.suggestion.map(two_digits);
                let news = match suggestion {
                    Some(suggestion) => {
                        format!("A learning rate of {} is suggested.", rate(suggestion))
                    }
                    None => "No rate that was tried let the loss fall.".to_owned(),
                };
                let dial = match found.phase {
                    Phase::Head => Dial::HeadRate,
                    Phase::Unfrozen => Dial::UnfrozenRate,
                };
                let plot = Rc::new(plot(search.side, &found));
                (RateStage::Found { plot, dial, suggestion }, news)
            }
            Event::RateRefused(refusal) => {
                let news = format!("No rate can be searched: {}", refusal.reason);
                (RateStage::Refused(refusal), news)
            }
            _ => return,
        };
    }

    /// The engine is gone: what was found stays on the page.
    pub(super) fn rate_lost(&mut self) {
        self.rate_search =
            self.rate_search.take().filter(|search| search.stage != RateStage::Pending);
    }
}

/// A rate with two digits: it is no more exact than that.
fn two_digits(rate: f64) -> f64 {
    format!("{rate:.1e}").parse().unwrap_or(rate)
}

fn plot(side: Side, found: &FoundRate) -> Plot {
    Plot {
        title: "Loss while the learning rate rises".to_owned(),
        axis: "learning rate".to_owned(),
        unit: Unit::Plain,
        shape: Shape::Lines,
        categories: found.curve.iter().map(|point| rate(point.rate)).collect(),
        series: vec![Series {
            name: "Training loss, smoothed".to_owned(),
            way: Some(match side {
                Side::Cold => Way::Transfer,
                Side::Warm => Way::FineTuning,
            }),
            values: found.curve.iter().map(|point| Some(point.loss)).collect(),
            intervals: Vec::new(),
        }],
    }
}
