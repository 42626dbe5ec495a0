//! The study that measures the ten differences: how far it is, its cards, and its log.

use std::rc::Rc;

use crate::session::{
    Advice, Card, Command, Cut, Difference, Event, Hits, MOST_SEEDS, Refusal, Repetition, Start,
    Strategy, StudyRequest, TrialRow,
};
use crate::ui::text::counted;

use super::{Effect, Side, State, StudyCurves};

/// How far a study is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct StudyProgress {
    /// Trials that have ended.
    pub done: usize,
    /// Trials in all.
    pub total: usize,
    /// Seconds since it began.
    pub seconds: f64,
    /// Seconds left, when that is known.
    pub seconds_left: Option<f64>,
}

/// Whether a study still goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StudyStage {
    /// Asked for and not yet answered.
    Starting,
    /// Trials are tried.
    Going,
    /// The person lets it rest.
    Paused,
    /// All trials were tried.
    Complete,
    /// The person ended it before, or the engine stopped.
    Stopped,
}

/// A study as the page shows it.
#[derive(Clone, PartialEq, Debug)]
pub struct Study {
    /// Whether it still goes on.
    pub stage: StudyStage,
    /// Its seeds.
    pub seeds: Vec<u64>,
    /// Folds of the pictures that take turns as the test; 1 where they need not.
    pub folds: usize,
    /// How far it is.
    pub progress: StudyProgress,
    /// The cards, in the order of [`Difference::ALL`], as far as they were told.
    pub cards: Rc<Vec<Rc<Card>>>,
    /// The trials that have ended: the log.
    pub rows: Rc<Vec<Rc<TrialRow>>>,
    /// How both ways learn.
    pub curves: StudyCurves,
    /// What was advised before it began, once that is known.
    pub advice: Option<Result<Box<Advice>, Refusal>>,
    /// What broke off, if anything did.
    pub refused: Option<Refusal>,
    /// What is compared.
    pub strategies: [Strategy; 2],
    /// Whether the engine still has it.
    pub alive: bool,
}

impl Study {
    /// Whether the person can let it rest or end it.
    pub fn is_running(&self) -> bool {
        self.alive && matches!(self.stage, StudyStage::Going | StudyStage::Paused)
    }

    /// Whether one more repetition can be added.
    pub fn can_grow(&self) -> bool {
        let has_room = self.seeds.len() < MOST_SEEDS;
        let is_there =
            matches!(self.stage, StudyStage::Going | StudyStage::Paused | StudyStage::Complete);
        self.alive && has_room && is_there
    }

    /// Cards that have found something.
    pub fn found(&self) -> usize {
        self.cards.iter().filter(|card| card.finding.is_ok()).count()
    }

    /// Whether a way has other settings than the advice knows.
    pub fn has_own_settings(&self) -> bool {
        self.strategies.iter().any(|strategy| *strategy != Strategy::for_cut(strategy.cut))
    }

    /// The trials that an advice is held against: of its candidates, on all pictures with its seed,
    /// and the first fold as the test. Any other repetition tests on pictures that the advice has
    /// learned from.
    fn held_against<'a>(&'a self, advice: &'a Advice) -> impl Iterator<Item = &'a TrialRow> {
        let is_candidate = |strategy: &Strategy| {
            advice.candidates.iter().any(|candidate| candidate.strategy == *strategy)
        };
        let is_own = |row: &TrialRow| {
            let Repetition { seed, fold } = row.trial.repetition;
            let is_whole = row.trial.pictures_a_class.is_none();
            is_whole && fold == 0 && self.seeds.first() == Some(&seed)
        };
        let rows = self.rows.iter().map(Rc::as_ref);
        rows.filter(move |row| is_own(row) && is_candidate(&row.trial.strategy))
    }

    /// The hits on test pictures of every candidate of the advice, as far as they were tried.
    pub fn outcomes(&self, advice: &Advice) -> Vec<(Cut, Hits)> {
        self.held_against(advice).map(|row| (row.trial.strategy.cut, row.test())).collect()
    }

    /// How many test pictures only `other` named rightly, and how many only the advised one did.
    pub fn apart(&self, advice: &Advice, other: Cut) -> (u64, u64) {
        let row = |cut| self.held_against(advice).find(|row| row.trial.strategy.cut == cut);
        let (Some(advised), Some(other)) = (row(advice.strategy.cut), row(other)) else {
            return (0, 0);
        };
        let only = |one: &TrialRow, another: &TrialRow| {
            let both = one.answers.iter().zip(&another.answers);
            both.filter(|(one, another)| one.is_right() && !another.is_right()).count() as u64
        };
        (only(other, advised), only(advised, other))
    }

    /// Takes an event of the study in; gives news worth saying aloud.
    fn heard(&mut self, event: Event) -> Option<String> {
        match event {
            Event::StudyStarted { trials, seeds, folds } => {
                (self.seeds, self.folds) = (seeds, folds);
                self.progress.total = trials;
                self.stage = StudyStage::Going;
                Some("The ten differences are being measured.".to_owned())
            }
            Event::StudyProgressed { done, total, seconds, seconds_left, epochs } => {
                self.curves.take_in(epochs);
                self.progress = StudyProgress { done, total, seconds, seconds_left };
                None
            }
            Event::TrialEnded(row) => {
                Rc::make_mut(&mut self.rows).push(Rc::from(row));
                self.progress.done = self.rows.len();
                None
            }
            Event::CardChanged(card) => {
                let is_new = card.finding.is_ok()
                    && !self
                        .cards
                        .iter()
                        .any(|old| old.difference == card.difference && old.finding.is_ok());
                let title = card.difference.title();
                let cards = Rc::make_mut(&mut self.cards);
                cards.retain(|old| old.difference != card.difference);
                cards.push(Rc::new(*card));
                cards.sort_by_key(|card| card.difference);
                is_new.then(|| format!("{title} is measured."))
            }
            Event::StudyEnded { seconds, trials, is_complete } => {
                self.progress.done = trials;
                self.progress.seconds = seconds;
                self.progress.seconds_left = None;
                self.stage = if is_complete { StudyStage::Complete } else { StudyStage::Stopped };
                Some(format!(
                    "{} of {} differences are measured.",
                    self.found(),
                    Difference::ALL.len()
                ))
            }
            Event::Advised(advice) => {
                self.advice = Some(Ok(advice));
                Some("Which way is advised is known.".to_owned())
            }
            Event::AdviceRefused(refusal) => {
                self.advice = Some(Err(refusal));
                None
            }
            Event::StudyRefused(refusal) => {
                let news = format!("A trial broke off: {}", refusal.reason);
                if self.stage == StudyStage::Starting {
                    self.stage = StudyStage::Stopped;
                }
                self.refused = Some(refusal);
                Some(news)
            }
            _ => None,
        }
    }
}

impl State {
    /// Why the differences cannot be measured now; `None` if they can.
    pub fn why_not_measure(&self) -> Option<String> {
        if self.is_training() {
            return Some("The race goes first.".to_owned());
        }
        self.why_not_start()
    }

    /// Asks for a study of what is set.
    pub(super) fn measure(&mut self) -> Vec<Effect> {
        if self.why_not_measure().is_some() {
            return Vec::new();
        }
        let strategies = Side::BOTH.map(|side| self.settings.strategy(side));
        let seeds: Vec<u64> =
            (0..self.settings.seeds as u64).map(|step| self.settings.seed + step).collect();
        let [transfer, fine_tuning] = strategies.clone();
        let sample = self.pictures.sample().map(|task| (task, self.settings.seed));
        self.study = Some(Study {
            stage: StudyStage::Starting,
            seeds: seeds.clone(),
            folds: 1,
            progress: StudyProgress { done: 0, total: 0, seconds: 0.0, seconds_left: None },
            cards: Rc::default(),
            rows: Rc::default(),
            curves: StudyCurves::default(),
            advice: None,
            refused: None,
            strategies,
            alive: true,
        });
        let request = StudyRequest { transfer, fine_tuning, seeds, sample };
        vec![
            Effect::Send(Command::Advise { seed: self.settings.seed }),
            Effect::Send(Command::Study(Box::new(request))),
        ]
    }

    /// Lets the study rest, or go on.
    pub(super) fn pause_study(&mut self, is_paused: bool) -> Vec<Effect> {
        let Some(study) = self.study.as_mut().filter(|study| study.is_running()) else {
            return Vec::new();
        };
        study.stage = if is_paused { StudyStage::Paused } else { StudyStage::Going };
        vec![Effect::Send(Command::PauseStudy { is_paused })]
    }

    /// Adds a repetition.
    pub(super) fn add_seed(&mut self) -> Vec<Effect> {
        let Some(study) = self.study.as_mut().filter(|study| study.can_grow()) else {
            return Vec::new();
        };
        study.stage = StudyStage::Going;
        vec![Effect::Send(Command::AddSeed)]
    }

    /// Ends the study with what it has found.
    pub(super) fn stop_study(&mut self) -> Vec<Effect> {
        match &self.study {
            Some(study) if study.is_running() => vec![Effect::Send(Command::StopStudy)],
            _ => Vec::new(),
        }
    }

    pub(super) fn study_heard(&mut self, event: Event) {
        if let Some(study) = &mut self.study
            && let Some(news) = study.heard(event)
        {
            self.news = news;
        }
    }

    /// The engine is gone, or does something else: what was found stays on the page.
    pub(super) fn study_lost(&mut self) {
        if let Some(study) = &mut self.study {
            study.alive = false;
            if !matches!(study.stage, StudyStage::Complete) {
                study.stage = StudyStage::Stopped;
            }
        }
    }
}

/// A trial in words: what was trained, on how much, with which seed.
pub fn trial_in_words(row: &TrialRow, folds: usize) -> String {
    let strategy = &row.trial.strategy;
    let how = match (strategy.start, strategy.cut, strategy.head_epochs) {
        (Start::Scratch, ..) => "from scratch".to_owned(),
        (_, Cut::HeadOnly, _) => "new head".to_owned(),
        (_, Cut::Everything, 0) => "everything, at once".to_owned(),
        (_, Cut::Everything, _) => "everything".to_owned(),
        (_, Cut::LastBlocks(blocks), head) => {
            let at_once = if head == 0 { ", at once" } else { "" };
            format!("last {}{at_once}", counted(blocks, "block", "blocks"))
        }
    };
    let pictures = match row.trial.pictures_a_class {
        Some(pictures) => format!("{pictures} a class"),
        None => counted(row.training_pictures, "picture", "pictures"),
    };
    let Repetition { seed, fold } = row.trial.repetition;
    let fold = if folds > 1 { format!(", fold {}", fold + 1) } else { String::new() };
    format!("{how}, {pictures}, seed {seed}{fold}")
}

#[cfg(test)]
pub(in crate::ui) mod tests;
