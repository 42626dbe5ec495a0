//! The experiment that the race shows: lanes, their rows, and what they came to.

use std::rc::Rc;

use crate::session::{
    Answer, ClassSplit, Command, Ending, EpochRow, Estimate, Event, Lane, LaneEstimate, Phase,
    Refusal, RunId, RunPlan, RunResult, Strategy,
};
use crate::ui::text::{counted, percent};

use super::{Effect, Settings};

/// Which of the two ways a lane trains.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// Transfer learning: a new head on a frozen backbone.
    Cold,
    /// Fine-tuning: layers are thawed.
    Warm,
}

impl Side {
    /// Both, in the order of the page.
    pub const BOTH: [Self; 2] = [Self::Cold, Self::Warm];

    /// A name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Cold => "Transfer learning",
            Self::Warm => "Fine-tuning",
        }
    }

    /// A word for classes and test marks.
    pub fn word(self) -> &'static str {
        match self {
            Self::Cold => "cold",
            Self::Warm => "warm",
        }
    }
}

/// Which lanes to train.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sides {
    /// Side by side.
    Both,
    /// One alone.
    Only(Side),
}

/// An experiment that was asked for and not yet answered.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Starting {
    /// Which run is which way.
    pub sides: Vec<(RunId, Side)>,
}

impl Starting {
    pub(super) fn new(sides: Sides, settings: &Settings, next_run: &mut u32) -> (Self, Vec<Lane>) {
        let chosen = Side::BOTH.into_iter().filter(|side| match sides {
            Sides::Both => true,
            Sides::Only(only) => *side == only,
        });
        let mut lanes = Vec::new();
        let mut started = Vec::new();
        for side in chosen {
            let run = RunId(*next_run);
            *next_run += 1;
            lanes.push(Lane { run, strategy: settings.strategy(side) });
            started.push((run, side));
        }
        (Self { sides: started }, lanes)
    }

    fn side_of(&self, run: RunId) -> Option<Side> {
        self.sides.iter().find(|(started, _)| *started == run).map(|(_, side)| *side)
    }
}

/// Pictures that the frozen part has looked at.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Features {
    /// Done.
    pub done: usize,
    /// In all.
    pub total: usize,
    /// Seconds so far.
    pub seconds: f64,
}

impl Features {
    /// Seconds until every picture was looked at, once one was.
    pub fn seconds_left(&self) -> Option<f64> {
        let left = self.total.saturating_sub(self.done);
        (self.done > 0).then(|| self.seconds / self.done as f64 * left as f64)
    }
}

/// How far a run is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Progress {
    /// What is learning.
    pub phase: Phase,
    /// Steps done.
    pub step: usize,
    /// Steps in all.
    pub steps: usize,
    /// Seconds of computing so far.
    pub seconds: f64,
    /// Seconds left, when that is known.
    pub seconds_left: Option<f64>,
}

/// How a run ended.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    /// With a model that can be asked.
    Ended(RunResult),
    /// Without a model.
    Failed(Refusal),
}

/// One lane of the race.
#[derive(Clone, PartialEq, Debug)]
pub struct LaneRun {
    /// Which way it trains.
    pub side: Side,
    /// Its run.
    pub run: RunId,
    /// How it trains.
    pub strategy: Strategy,
    /// Parameters that learn.
    pub trained: usize,
    /// What was predicted of it, where something was.
    pub estimate: Option<LaneEstimate>,
    /// The run log so far.
    pub rows: Rc<Vec<EpochRow>>,
    /// How far it is, once it has begun.
    pub progress: Option<Progress>,
    /// Whether the person asked it to stop.
    pub stopping: bool,
    /// How it ended, once it has.
    pub outcome: Option<Outcome>,
}

impl LaneRun {
    /// What it came to, if it came to a model.
    pub fn result(&self) -> Option<&RunResult> {
        match &self.outcome {
            Some(Outcome::Ended(result)) => Some(result),
            _ => None,
        }
    }

    /// Whether every epoch was trained, so that what it took can be held against a prediction.
    pub fn is_whole(&self) -> bool {
        let is_completed = self.result().is_some_and(|result| result.ending == Ending::Completed);
        is_completed && self.rows.len() == self.strategy.epochs()
    }

    /// Epochs of the head's phase: those there were, once it is over.
    pub fn head_epochs(&self) -> usize {
        let first_unfrozen = self.rows.iter().position(|row| row.phase == Phase::Unfrozen);
        first_unfrozen.unwrap_or(self.strategy.head_epochs)
    }
}

/// What an experiment took.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Taken {
    /// Seconds from beginning to end.
    pub seconds: f64,
    /// Bytes on top of what the engine held before, where it counts them.
    pub memory: Option<u64>,
}

/// The experiment that the race shows.
#[derive(Clone, PartialEq, Debug)]
pub struct Experiment {
    /// The seed in force.
    pub seed: u64,
    /// How the pictures were split, in the order of every probability vector.
    pub classes: Rc<Vec<ClassSplit>>,
    /// The lanes, in the order of every list of answers.
    pub lanes: Vec<LaneRun>,
    /// What the frozen part has done, once it has begun.
    pub features: Option<Features>,
    /// What was predicted of it, where something was.
    pub estimate: Option<Estimate>,
    /// What it took, once it has ended.
    pub taken: Option<Taken>,
    /// Whether the engine still has the models.
    pub alive: bool,
}

impl Experiment {
    pub(super) fn started(
        seed: u64,
        classes: Vec<ClassSplit>,
        runs: Vec<RunPlan>,
        estimate: Option<Estimate>,
        sides: &Starting,
    ) -> Self {
        let predicted = |place| estimate.as_ref().and_then(|all| all.lanes.get(place).copied());
        let lanes = runs.into_iter().enumerate().map(|(place, plan)| LaneRun {
            side: sides.side_of(plan.run).unwrap_or(Side::Warm),
            run: plan.run,
            strategy: plan.strategy,
            trained: plan.parameters_trained,
            estimate: predicted(place),
            rows: Rc::default(),
            progress: None,
            stopping: false,
            outcome: None,
        });
        let lanes = lanes.collect();
        Self {
            seed,
            classes: Rc::new(classes),
            lanes,
            features: None,
            estimate,
            taken: None,
            alive: true,
        }
    }

    /// Whether a lane still trains.
    pub fn is_running(&self) -> bool {
        self.alive && self.lanes.iter().any(|lane| lane.outcome.is_none())
    }

    /// Whether there is a model that can be asked.
    pub fn can_be_asked(&self) -> bool {
        self.alive && self.lanes.iter().any(|lane| lane.result().is_some())
    }

    /// The lane of a run.
    pub fn lane(&self, run: RunId) -> Option<&LaneRun> {
        self.lanes.iter().find(|lane| lane.run == run)
    }

    /// Pictures to learn from, to choose the epoch on, to score on.
    pub fn split(&self) -> (usize, usize, usize) {
        self.classes.iter().fold((0, 0, 0), |(training, validation, test), class| {
            (training + class.training, validation + class.validation, test + class.test)
        })
    }

    /// A model's best guess as a sentence.
    pub fn in_words(&self, answer: &Answer) -> Option<String> {
        let lane = self.lane(answer.run)?;
        let best = answer.best_class()?;
        let (class, share) = (self.classes.get(best)?, answer.shares().get(best)?);
        let share = percent(f64::from(*share));
        let none = if answer.is_none_of_these() { "probably none of these, or " } else { "" };
        Some(format!("{}: {none}{}, {share}.", lane.side.title(), class.name))
    }

    /// Whether a lane trains that was not asked to stop.
    pub fn can_be_stopped(&self) -> bool {
        self.alive && self.lanes.iter().any(|lane| lane.outcome.is_none() && !lane.stopping)
    }

    pub(super) fn stop(&mut self, run: Option<RunId>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for lane in &mut self.lanes {
            let meant = run.is_none_or(|run| run == lane.run);
            if meant && self.alive && lane.outcome.is_none() && !lane.stopping {
                lane.stopping = true;
                effects.push(Effect::Send(Command::StopRun { run: lane.run }));
            }
        }
        effects
    }

    pub(super) fn lost(&mut self) {
        self.alive = false;
        for lane in self.lanes.iter_mut().filter(|lane| lane.outcome.is_none()) {
            lane.outcome = Some(Outcome::Failed(Refusal {
                reason: "The engine stopped in the middle of this run.".to_owned(),
                remedy: "Start the engine again and train once more.".to_owned(),
            }));
        }
    }

    /// Takes an event of a run in; gives news worth saying aloud.
    pub(super) fn heard(&mut self, event: Event) -> Option<String> {
        match event {
            Event::FeaturesProgressed { done, total, seconds } => {
                self.features = Some(Features { done, total, seconds });
                None
            }
            Event::RunProgressed { run, phase, step, steps, seconds, seconds_left } => {
                let lane = self.lane_mut(run)?;
                let turned = lane.progress.is_some_and(|progress| progress.phase != phase);
                lane.progress = Some(Progress { phase, step, steps, seconds, seconds_left });
                turned.then(|| format!("{}: the layers are unfrozen now.", lane.side.title()))
            }
            Event::EpochEnded { run, row } => {
                Rc::make_mut(&mut self.lane_mut(run)?.rows).push(row);
                None
            }
            Event::RunEnded { run, result } => {
                let lane = self.lane_mut(run)?;
                let news = ended_in_words(lane.side, &result);
                lane.outcome = Some(Outcome::Ended(result));
                Some(news)
            }
            Event::RunFailed { run, refusal } => {
                let lane = self.lane_mut(run)?;
                let news = format!("{} broke off: {}", lane.side.title(), refusal.reason);
                lane.outcome = Some(Outcome::Failed(refusal));
                Some(news)
            }
            Event::ExperimentEnded { seconds, memory } => {
                self.taken = Some(Taken { seconds, memory });
                None
            }
            _ => None,
        }
    }

    fn lane_mut(&mut self, run: RunId) -> Option<&mut LaneRun> {
        self.lanes.iter_mut().find(|lane| lane.run == run)
    }
}

fn ended_in_words(side: Side, result: &RunResult) -> String {
    let how = match result.ending {
        Ending::Completed => "is done",
        Ending::Stopped => "was stopped",
        Ending::Converged => "ended early, since its validation score stopped improving",
        Ending::NotFinite => "broke off because its loss stopped being a number",
    };
    let test = result.test;
    let pictures = counted(test.count, "test picture", "test pictures");
    format!("{} {how}: {} of {pictures} right.", side.title(), percent(test.accuracy()))
}
