//! What the page knows, and how it changes: a pure reducer.
//!
//! [`State::reduce`] takes an [`Action`] and gives the [`Effect`]s that it asks for, as data. The
//! engine, files and object URLs live outside; here are only their ids and addresses.

mod again;
mod concerns;
mod evaluation;
mod experiment;
mod explanations;
mod forecast;
mod history;
mod intake;
mod offer;
mod pictures;
mod project;
mod project_loading;
mod question;
mod rate;
mod settings;
mod study;
mod study_curves;
mod tuning;
mod views;

pub use concerns::Told;
pub use evaluation::Answers;
pub use experiment::{
    Experiment, Features, LaneRun, Outcome, Progress, Side, Sides, Starting, Taken,
};
pub use explanations::{Atlas, Explanations, Patches, ShownMap, Why, Wish, mappable, marked_run};
pub use forecast::Forecast;
pub use intake::{Archive, Contents};
pub use offer::{Offered, Place};
pub use pictures::{Class, Drawn, Look, Picture, Pictures, Refused};
pub use project::Saving;
pub use question::{Question, Reply};
pub use rate::{RateSearch, RateStage};
pub use settings::{Setting, Settings};
#[cfg(test)]
pub(in crate::ui) use study::tests as study_tests;
pub use study::{Study, StudyProgress, StudyStage, trial_in_words};
pub use study_curves::StudyCurves;
pub use tuning::Dial;

use crate::session::{
    ArchiveId, Breakdown, ClassId, Command, Concern, DeviceChoice, DeviceKind, DeviceReport, Event,
    MINIMUM_PER_CLASS, PictureId, QuestionId, Refusal, RunId, SampleTask,
};
use crate::ui::text::counted;

use self::forecast::Forecasting;

/// How the engine is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Engine {
    /// Its code is being fetched or it is warming up. Commands wait for it.
    Loading,
    /// It takes commands.
    Ready,
    /// It broke off; what happened, as a sentence.
    Lost(String),
}

/// What happened.
#[derive(Clone, PartialEq, Debug)]
pub enum Action {
    /// The page opened.
    Open,
    /// The engine sent an event. `image` is the address of the picture that the event carried.
    Heard {
        /// The event; its picture bytes are not read here.
        event: Event,
        /// Where its picture can be seen, if it carried one.
        image: Option<String>,
    },
    /// The engine broke off.
    EngineLost(Breakdown),
    /// The person wants the engine back.
    RestartEngine,
    /// Requests were made since the engine was ready.
    Requested(usize),
    /// The person adds an empty class.
    AddClass,
    /// The person types a class name.
    RenameClass(ClassId, String),
    /// The person has finished typing a class name.
    FinishName(ClassId),
    /// The person removes a class.
    RemoveClass(ClassId),
    /// The person removes one picture.
    RemovePicture(PictureId),
    /// The person removes several pictures at once.
    RemovePictures(Vec<PictureId>),
    /// The person has seen what was found in the pictures and leaves it.
    LeaveConcern(Concern),
    /// The person says that a picture belongs to another class.
    MovePicture(PictureId, ClassId),
    /// The person takes the last removal or move back.
    Undo,
    /// The person gives files.
    Offer(Place, Vec<Offered>),
    /// The person gives an archive.
    OfferArchive(Place, ArchiveId, String),
    /// The person wants everything in one file.
    SaveProject,
    /// The browser did not take the file.
    SavingFailed,
    /// The person wants no file any more.
    CancelSaving,
    /// The person has read what came of saving.
    DismissSaving,
    /// The engine told what an archive has.
    ArchiveListed(Contents),
    /// The person wants what is not read yet to be given up.
    CancelReading,
    /// Files and folders that the browser could not hand over, under ids of their own.
    Unreadable(Vec<(PictureId, String)>),
    /// The person wants a drawn sample.
    DrawSample(SampleTask),
    /// The person has read the refusals.
    DismissRefusals,
    /// The person changes a setting.
    Set(Setting),
    /// Nothing that a forecast depends on has changed for a while.
    AskAhead,
    /// The person wants to see what views of a picture look like.
    ShowViews,
    /// The person wants a learning rate searched for a lane.
    FindRate(Side),
    /// The person starts training.
    Start(Sides),
    /// The person opens what is known of the test pictures.
    OpenTest,
    /// The person stops what still trains: one run, or all.
    Stop(Option<RunId>),
    /// The person wants the ten differences measured.
    Measure,
    /// The person lets the study rest, or go on.
    PauseStudy(bool),
    /// The person wants one more repetition.
    AddSeed,
    /// The person ends the study.
    StopStudy,
    /// The person asks about a picture.
    Ask(QuestionId, String),
    /// The camera's picture is asked about, again and again.
    AskLive(QuestionId),
    /// The person wants a fresh picture of a sample drawn and asked about.
    AskDrawn(QuestionId, SampleTask),
    /// The person wants something explained.
    Explain(Wish),
}

impl Action {
    /// Whether training that was refused might be taken after it.
    fn may_cure_a_refusal(&self) -> bool {
        matches!(
            self,
            Self::Set(_)
                | Self::Offer(..)
                | Self::OfferArchive(..)
                | Self::CancelReading
                | Self::RemovePicture(_)
                | Self::RemovePictures(_)
                | Self::MovePicture(..)
                | Self::Undo
                | Self::RemoveClass(_)
                | Self::DrawSample(_)
        )
    }
}

/// What an action asks of the world.
#[derive(Clone, PartialEq, Debug)]
pub enum Effect {
    /// Start the engine, in place of the one before.
    StartEngine,
    /// Send a command. Files travel beside it, found by its picture or question id.
    Send(Command),
    /// Act on [`Action::AskAhead`] after a short pause, in place of the one asked for before.
    AskAheadSoon,
    /// An object URL is no longer shown.
    Revoke(String),
    /// A picture's file is no longer needed.
    Forget(PictureId),
    /// All parts of a project's file have come: have the browser keep it.
    Download,
}

/// What the page knows.
#[derive(Clone, PartialEq, Debug)]
pub struct State {
    /// How the engine is.
    pub engine: Engine,
    /// What the engine runs on, once known.
    pub device: Option<DeviceReport>,
    /// Requests since the engine was ready, once it was.
    pub requests: Option<usize>,
    /// Classes and their pictures.
    pub pictures: Pictures,
    /// How far saving is, or what came of it last.
    pub saving: Option<Saving>,
    /// How often something was saved.
    saved: u32,
    /// What the person has set.
    pub settings: Settings,
    /// An experiment that was asked for and not yet answered.
    pub starting: Option<Starting>,
    /// Why the last experiment did not start.
    pub start_refused: Option<Refusal>,
    /// The experiment that the race shows.
    pub experiment: Option<Experiment>,
    /// What its models answered, and how often a test score was looked at.
    pub answers: Answers,
    /// The study of the ten differences.
    pub study: Option<Study>,
    /// The last question.
    pub question: Option<Question>,
    /// Why models answered as they did, and how all pictures lie.
    pub explanations: Explanations,
    /// The last search for a learning rate.
    pub rate_search: Option<RateSearch>,
    /// Where a picture and its views can be seen, once they were asked for.
    pub views_shown: Option<String>,
    forecasting: Forecasting,
    /// The latest news, for those who listen rather than look.
    pub news: String,
    next_run: u32,
}

impl Default for State {
    fn default() -> Self {
        Self {
            engine: Engine::Loading,
            device: None,
            requests: None,
            pictures: Pictures::default(),
            saving: None,
            saved: 0,
            settings: Settings::default(),
            starting: None,
            start_refused: None,
            experiment: None,
            answers: Answers::default(),
            study: None,
            question: None,
            explanations: Explanations::default(),
            rate_search: None,
            views_shown: None,
            forecasting: Forecasting::default(),
            news: String::new(),
            next_run: 1,
        }
    }
}

impl State {
    /// Takes an action in and gives what it asks of the world, in order.
    pub fn reduce(&mut self, action: Action) -> Vec<Effect> {
        let mut effects = self.act(action);
        effects.extend(self.look_ahead(&effects));
        effects
    }

    fn act(&mut self, action: Action) -> Vec<Effect> {
        if action.may_cure_a_refusal() {
            self.start_refused = None;
        }
        match action {
            Action::Open => {
                let mut effects = vec![Effect::StartEngine];
                effects.extend(self.pictures.add_class());
                effects.extend(self.pictures.add_class());
                effects
            }
            Action::Heard { event, image } => self.heard(event, image),
            Action::EngineLost(breakdown) => self.lost(breakdown),
            Action::RestartEngine => self.restart(),
            Action::Requested(count) => {
                self.requests = Some(self.requests.unwrap_or(0) + count);
                Vec::new()
            }
            Action::AddClass => self.pictures.add_class(),
            Action::RenameClass(class, name) => self.pictures.rename(class, name),
            Action::FinishName(class) => self.pictures.finish_name(class),
            Action::RemoveClass(class) => self.remove_class(class),
            Action::RemovePicture(picture) => self.pictures.remove_all(&[picture]),
            Action::RemovePictures(pictures) => self.pictures.remove_all(&pictures),
            Action::LeaveConcern(concern) => {
                self.pictures.leave(concern);
                Vec::new()
            }
            Action::MovePicture(picture, class) => self.pictures.move_all(&[picture], class),
            Action::Undo => self.undo(),
            Action::Offer(place, files) => {
                self.news = format!("Reading {}.", counted(files.len(), "file", "files"));
                self.pictures.offer(place, files)
            }
            Action::OfferArchive(place, id, name) => self.offer_archive(place, id, name),
            Action::SaveProject => self.save_project(),
            Action::SavingFailed => self.saving_failed(),
            Action::CancelSaving => self.cancel_saving(),
            Action::DismissSaving => {
                self.saving.take_if(|saving| !matches!(saving, Saving::Packing { .. }));
                Vec::new()
            }
            Action::ArchiveListed(contents) => self.archive_listed(contents),
            Action::CancelReading => self.cancel_reading(),
            Action::Unreadable(files) => {
                self.news = format!("{} could not be read.", counted(files.len(), "file", "files"));
                self.pictures.unreadable(files);
                Vec::new()
            }
            Action::DrawSample(task) => self.pictures.draw(task, self.settings.seed),
            Action::DismissRefusals => {
                self.pictures.refused.clear();
                Vec::new()
            }
            Action::Set(setting) => self.set(setting),
            Action::AskAhead => self.ask_ahead(),
            Action::ShowViews => self.show_views(),
            Action::FindRate(side) => self.find_rate(side),
            Action::Start(sides) => self.start(sides),
            Action::OpenTest => {
                self.answers.is_open = true;
                Vec::new()
            }
            Action::Stop(run) => {
                self.experiment.as_mut().map(|experiment| experiment.stop(run)).unwrap_or_default()
            }
            Action::Measure => self.measure(),
            Action::PauseStudy(is_paused) => self.pause_study(is_paused),
            Action::AddSeed => self.add_seed(),
            Action::StopStudy => self.stop_study(),
            Action::Ask(question, name) => self.ask(question, name),
            Action::AskLive(question) => self.ask_live(question),
            Action::AskDrawn(question, task) => self.ask_drawn(question, task),
            Action::Explain(wish) => self.wish(wish),
        }
    }

    /// Whether runs train, or are about to.
    pub fn is_training(&self) -> bool {
        self.starting.is_some() || self.experiment.as_ref().is_some_and(Experiment::is_running)
    }

    /// Why training cannot start now, as a sentence for the person; `None` if it can.
    pub fn why_not_start(&self) -> Option<String> {
        match self.engine {
            Engine::Loading => return Some("The engine is still on its way.".to_owned()),
            Engine::Lost(_) => return Some("The engine has stopped. Start it again above.".into()),
            Engine::Ready => {}
        }
        if !self.pictures.drawing.is_empty() {
            return Some("The pictures are being drawn.".to_owned());
        }
        if let Some(archive) = self.pictures.opening().next() {
            return Some(format!("“{}” is being opened.", archive.name));
        }
        let reading = self.pictures.reading();
        if reading > 0 {
            return Some(format!(
                "{} still being read.",
                counted(reading, "picture is", "pictures are")
            ));
        }
        if self.pictures.filled_classes() < 2 {
            return Some(format!(
                "Put pictures into at least two classes first, {MINIMUM_PER_CLASS} or more into \
                 each."
            ));
        }
        let small = self.pictures.too_small()?;
        let found = small.pictures.len();
        Some(format!(
            "“{}” has {found} of the {MINIMUM_PER_CLASS} pictures that a class needs: two to learn \
             from, one to choose the best epoch by, one to test on. Add {} more, or delete the \
             class.",
            small.name,
            MINIMUM_PER_CLASS - found
        ))
    }

    fn heard(&mut self, event: Event, image: Option<String>) -> Vec<Effect> {
        match event {
            Event::Ready { device } => {
                self.engine = Engine::Ready;
                self.settings.device_pending = false;
                self.requests = Some(0);
                self.news = format!("The engine is ready on {}.", device_kind(device.kind));
                self.device = Some(device);
                Vec::new()
            }
            Event::DeviceChosen(device) => {
                self.settings.device_pending = false;
                self.news = format!("The engine runs on {}.", device_kind(device.kind));
                self.device = Some(device);
                Vec::new()
            }
            Event::ClassAdded { class, name } => self.pictures.drawn_class(class, name),
            Event::PictureAdded { picture, class, name, width, height, .. } => {
                let look = Look::Seen { image: image.unwrap_or_default(), width, height };
                self.pictures.add_seen(picture, class, name, look)
            }
            Event::PictureRefused { picture, name, refusal, .. } => {
                self.news = format!("{name} was refused: {}", refusal.reason);
                self.pictures.refuse(picture, name, refusal)
            }
            // Comes with new ids, as an action of its own.
            Event::ArchiveListed { .. } => Vec::new(),
            Event::ArchiveRefused { archive, name, refusal } => {
                self.archive_refused(archive, name, refusal);
                Vec::new()
            }
            Event::ReadingCancelled { pictures, archives } => {
                self.reading_cancelled(&pictures, &archives)
            }
            Event::Checked(concerns) => {
                self.pictures.checked(concerns);
                Vec::new()
            }
            Event::SampleDrawn { pictures, .. } => {
                self.news = format!("{} drawn.", counted(pictures, "picture", "pictures"));
                self.pictures.sample_drawn()
            }
            Event::ProjectPart { number, done, .. } => {
                self.project_progressed(number, done);
                Vec::new()
            }
            Event::ProjectPacked { number, pictures, missing } => {
                self.project_packed(number, pictures, missing)
            }
            Event::ProjectRefused { number, refusal } => {
                self.project_refused(number, refusal);
                Vec::new()
            }
            Event::ExperimentRefused(refusal) => {
                self.starting = None;
                self.news = format!("Training cannot start: {}", refusal.reason);
                self.start_refused = Some(refusal);
                Vec::new()
            }
            Event::Estimated(estimate) => {
                self.looked_ahead(Ok(estimate));
                Vec::new()
            }
            Event::EstimateRefused(refusal) => {
                self.looked_ahead(Err(refusal));
                Vec::new()
            }
            Event::ViewsShown { .. } => {
                let before = std::mem::replace(&mut self.views_shown, image);
                before.map(Effect::Revoke).into_iter().collect()
            }
            Event::RateFound(_) | Event::RateRefused(_) => {
                self.rate_heard(event);
                Vec::new()
            }
            Event::ExperimentStarted { seed, classes, runs, estimate } => {
                self.study_lost();
                self.answers.begin(&self.pictures);
                let starting = self.starting.take().unwrap_or_default();
                let experiment = Experiment::started(seed, classes, runs, estimate, &starting);
                self.experiment = Some(experiment);
                self.news = "Training has started.".to_owned();
                let mut effects = self.forget_question();
                effects.extend(self.forget_explanations());
                effects
            }
            Event::Answered { question, drawn_as, answers, .. } => {
                self.answered(question, image, drawn_as, answers)
            }
            Event::Explained { .. }
            | Event::NearestFound { .. }
            | Event::PicturesMapped(_)
            | Event::PatchesFound(_)
            | Event::ExplanationRefused { .. } => self.explanation_heard(event, image),
            Event::QuestionRefused { question, refusal, .. } => {
                self.question_refused(question, refusal)
            }
            Event::StudyStarted { .. }
            | Event::StudyRefused(_)
            | Event::StudyProgressed { .. }
            | Event::TrialEnded(_)
            | Event::CardChanged(_)
            | Event::Advised(_)
            | Event::AdviceRefused(_)
            | Event::StudyEnded { .. } => {
                if matches!(event, Event::StudyStarted { .. }) {
                    self.answers.studied();
                }
                self.study_heard(event);
                Vec::new()
            }
            Event::Evaluated(evaluation) => {
                self.evaluated(Ok(*evaluation));
                Vec::new()
            }
            Event::EvaluationRefused(refusal) => {
                self.evaluated(Err(refusal));
                Vec::new()
            }
            Event::FeaturesProgressed { .. }
            | Event::RunProgressed { .. }
            | Event::EpochEnded { .. }
            | Event::RunEnded { .. }
            | Event::RunFailed { .. }
            | Event::ExperimentEnded { .. } => {
                if matches!(event, Event::RunEnded { .. }) {
                    self.answers.looked();
                }
                if let Some(experiment) = &mut self.experiment
                    && let Some(news) = experiment.heard(event)
                {
                    self.news = news;
                }
                Vec::new()
            }
        }
    }

    fn lost(&mut self, breakdown: Breakdown) -> Vec<Effect> {
        let (was_ready, was_loading) =
            (self.engine == Engine::Ready, self.engine == Engine::Loading);
        let was_on_gpu = self.device.as_ref().is_some_and(|device| device.kind == DeviceKind::Gpu);
        let was_moving = self.settings.device_pending && self.settings.device != DeviceChoice::Cpu;
        self.engine = Engine::Lost(breakdown.reason);
        // A driver that broke off once, or before anything else could, would do so again.
        if was_on_gpu || was_moving || was_loading {
            self.settings.device = DeviceChoice::Cpu;
        }
        let mut effects = self.pictures.broke_off(was_ready, breakdown.picture);
        self.saving_lost();
        self.device = None;
        self.starting = None;
        self.settings.device_pending = false;
        if let Some(experiment) = &mut self.experiment {
            experiment.lost();
        }
        self.study_lost();
        self.explanations_lost();
        self.rate_lost();
        effects.extend(self.question_lost());
        effects
    }

    fn restart(&mut self) -> Vec<Effect> {
        self.engine = Engine::Loading;
        let mut effects = vec![Effect::StartEngine];
        if let Some(choice) = self.settings.forced_device() {
            self.settings.device_pending = true;
            effects.push(Effect::Send(Command::ChooseDevice(choice)));
        }
        effects.extend(self.pictures.send_again());
        effects
    }

    fn set(&mut self, setting: Setting) -> Vec<Effect> {
        // The engine would stop every run to move. Whoever wants that can stop them first.
        if matches!(setting, Setting::Device(_)) && self.is_training() {
            return Vec::new();
        }
        let running = !matches!(self.engine, Engine::Lost(_));
        let before = views::Source::of(&self.settings);
        let command = self.settings.set(setting).filter(|_| running);
        self.settings.device_pending |= command.is_some();
        let forgotten = self.forget_views(before);
        command.map(Effect::Send).into_iter().chain(forgotten).collect()
    }

    fn start(&mut self, sides: Sides) -> Vec<Effect> {
        if self.why_not_start().is_some() || self.starting.is_some() {
            return Vec::new();
        }
        self.start_refused = None;
        let (starting, lanes) = Starting::new(sides, &self.settings, &mut self.next_run);
        self.starting = Some(starting);
        vec![Effect::Send(Command::Train { lanes, seed: self.settings.seed })]
    }
}

/// A device kind in words.
pub fn device_kind(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Gpu => "the graphics card",
        DeviceKind::Cpu => "the CPU",
    }
}

#[cfg(test)]
mod tests;
