//! The session itself: takes commands, works in small slices, hands out events.

use std::collections::VecDeque;

use burn::tensor::Device;

use super::advising::Advising;
use super::answering::{Asked, answer};
use super::archives::Archives;
use super::arrivals::{Arrivals, SIDE, refusal_of};
use super::concern::Concern;
use super::crew::{Assistant, Crew, Parcel, Report};
use super::device::{Devices, GpuAccess};
use super::estimating::Estimating;
use super::evaluating::{Evaluating, Reference};
use super::experiment::Experiment;
use super::explaining::{Explaining, no_models};
use super::finding::Finding;
use super::gallery::Gallery;
use super::inspecting::{Inspecting, Inspection, Subject};
use super::lanes::TrainedModel;
use super::measured::Measured;
use super::message::{
    Command, DeviceChoice, DeviceKind, Event, Lane, PictureId, QuestionId, Refusal, RunId,
    StudyRequest,
};
use super::packing::Packing;
use super::setup::{Ready, Setup};
use super::studying::Studying;
use crate::compare::Study;
use crate::data::{
    Augmentation, Picture, PictureError, Scene, contact_sheet_png, decode, draw, with_views,
};
use crate::model::{Backbone, Segment, WeightsError};
use crate::train::Strategy;

mod evaluations;
mod explanations;
mod pictures;
mod projects;
mod studies;

/// Commands that may wait for each engine: one at work, and one to go on with.
const COMMANDS_AN_ENGINE: usize = 2;

/// A session cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The backbone's file cannot be used.
    #[error("the backbone cannot be loaded: {0}")]
    Backbone(#[from] WeightsError),
}

/// Holds pictures, runs and models, and does what commands ask for.
///
/// Nothing here blocks: [`Session::submit`] notes a command, [`Session::work`] does one small
/// piece of what is noted, [`Session::take_events`] hands out what came of it. Whoever drives a
/// session calls `work` as long as [`Session::has_work`], and lets others run in between.
pub struct Session {
    backbone: Backbone,
    devices: Devices,
    device: Device,
    segment: Segment,
    clock: fn() -> f64,
    gallery: Gallery,
    /// What was last told of the pictures.
    concerns: Vec<Concern>,
    arrivals: Arrivals,
    archives: Archives,
    packing: Option<Packing>,
    queue: VecDeque<Command>,
    experiment: Option<Experiment>,
    experiments_begun: u32,
    study: Option<Studying>,
    advising: Option<Advising>,
    estimating: Option<Estimating>,
    finding: Option<Finding>,
    measured: Measured,
    crew: Crew,
    /// The runs of the last experiment, in the order of its lanes.
    runs: Vec<RunId>,
    models: Vec<TrainedModel>,
    /// The pictures of the experiment in progress, for its models to look at once it has ended.
    subject: Option<Subject>,
    inspecting: Option<Inspecting>,
    /// What the models of the last experiment make of its pictures.
    inspection: Option<Inspection>,
    explaining: Explaining,
    evaluating: Option<Evaluating>,
    /// What further questions to the models are answered by, once they are evaluated.
    references: Vec<Reference>,
    events: Vec<Event>,
}

impl Session {
    /// Begins a session with a backbone file, on the best of the given devices.
    ///
    /// `clock` gives seconds from any fixed point. The first event is [`Event::Ready`].
    ///
    /// # Errors
    /// When the backbone cannot be used.
    pub async fn begin(
        backbone: &[u8],
        mut devices: Devices,
        choice: DeviceChoice,
        clock: fn() -> f64,
    ) -> Result<Self, SessionError> {
        let backbone = Backbone::read(backbone, SIDE)?;
        let (device, report) = devices.choose(choice, &backbone).await;
        let segment = backbone.on(&device)?;
        Ok(Self {
            backbone,
            devices,
            device,
            segment,
            clock,
            gallery: Gallery::default(),
            concerns: Vec::new(),
            arrivals: Arrivals::default(),
            archives: Archives::default(),
            packing: None,
            queue: VecDeque::new(),
            experiment: None,
            experiments_begun: 0,
            study: None,
            advising: None,
            estimating: None,
            finding: None,
            measured: Measured::default(),
            crew: Crew::default(),
            runs: Vec::new(),
            models: Vec::new(),
            subject: None,
            inspecting: None,
            inspection: None,
            explaining: Explaining::default(),
            evaluating: None,
            references: Vec::new(),
            events: vec![Event::Ready { device: report }],
        })
    }

    /// Notes a command. Commands are carried out in their order; only what steers a run or a
    /// study takes effect at once.
    pub fn submit(&mut self, command: Command) {
        if command.ends_estimates() {
            self.estimating = None;
            self.queue.retain(|noted| !matches!(noted, Command::Estimate { .. }));
        }
        match command {
            Command::StopRun { run } => {
                if let Some(experiment) = &mut self.experiment {
                    experiment.stop(Some(run), &self.crew, &mut self.events);
                }
            }
            Command::AddSeed => {
                let answer = self.study.as_mut().map(Studying::add_seed);
                self.events.extend(answer);
            }
            Command::StopStudy => {
                self.end_advice();
                if let Some(study) = &mut self.study {
                    study.stop(&self.crew, &mut self.events);
                }
            }
            Command::PauseStudy { is_paused } => {
                if let Some(study) = &mut self.study {
                    study.pause(is_paused);
                }
            }
            Command::CancelReading => self.cancel_reading(),
            Command::CancelPacking => self.cancel_packing(),
            other => self.queue.push_back(other),
        }
    }

    /// Refuses a picture whose file never became bytes, as decoding would.
    pub fn refuse(&mut self, command: Command, error: &PictureError) {
        let refusal = refusal_of(error);
        match command {
            Command::AddPicture { picture, class, name, .. }
            | Command::AddEntry { picture, class, name, .. } => {
                self.events.push(Event::PictureRefused { picture, class, name, refusal });
            }
            Command::Ask { question, name, .. } => {
                self.events.push(Event::QuestionRefused { question, name, refusal });
            }
            _ => {}
        }
    }

    /// Whether anything is left to do.
    pub fn has_work(&self) -> bool {
        self.has_commands()
            || self.is_advising()
            || self.experiment.is_some()
            || self.estimating.is_some()
            || self.finding.is_some()
            || self.is_inspecting()
            || self.can_explain()
            || self.study.as_ref().is_some_and(Studying::is_going)
    }

    /// Whether an advice is to be worked on. It rests together with the study that it was asked for
    /// with.
    fn is_advising(&self) -> bool {
        self.advising.is_some() && !self.study.as_ref().is_some_and(Studying::is_paused)
    }

    /// Whether commands are noted that were not carried out yet.
    fn has_commands(&self) -> bool {
        !self.arrivals.is_empty() || !self.queue.is_empty()
    }

    /// Whether another command would be taken up soon. Who sends many large files may wait for it,
    /// so that they do not pile up in memory.
    pub fn has_room(&self) -> bool {
        self.queue.len() + self.arrivals.unprepared() < self.at_hand()
    }

    /// Commands that may wait, and pictures whose bytes may lie in memory until somebody prepares
    /// them.
    fn at_hand(&self) -> usize {
        COMMANDS_AN_ENGINE * (1 + self.crew.present().len())
    }

    /// The picture that the next piece of work decodes or draws here, so that whoever sees the
    /// engine break off in it can tell which one it was.
    pub fn next_picture(&self) -> Option<PictureId> {
        let packed = self.arrivals.next_packed(self.at_hand());
        self.arrivals.next_waiting().or(packed.map(|(picture, _)| picture))
    }

    /// What the graphics card complained of since it was trusted, if it is in use.
    pub fn device_complaint(&self) -> Option<String> {
        match &self.devices.gpu {
            GpuAccess::Opened(gpu) if gpu.device == self.device => gpu.complaints.first(),
            _ => None,
        }
    }

    /// Whether a graphics card computes. Assistants take no part then, but in what was begun before.
    pub fn is_on_graphics_card(&self) -> bool {
        self.device != self.devices.cpu
    }

    /// What happened since the last call, in order.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// Does one small piece of work: a picture, a batch of features, a training step. What training
    /// would take is tried out when nothing else is to be done.
    pub async fn work(&mut self) {
        self.expect_files();
        self.unpack();
        self.arrivals.hand_out(&self.crew);
        let is_advising = self.is_advising();
        if self.arrivals.next_waiting().is_some() {
            self.arrivals.prepare_next();
            self.welcome();
        } else if self.arrivals.is_empty()
            && let Some(command) = self.next_command()
        {
            self.carry_out(command).await;
        } else if let Some(advising) = self.advising.as_mut().filter(|_| is_advising) {
            // First, since it is to be known before what it is about.
            if let Some(answer) = advising.work().await {
                self.advising = None;
                self.events.push(answer);
            }
        } else if let Some(experiment) = &mut self.experiment {
            if !experiment.is_over() && !experiment.is_waiting() {
                let ended = experiment.work(&self.crew, &mut self.events).await;
                self.keep(ended);
            }
            self.end_if_over();
        } else if self.is_inspecting() {
            // Before a study, which takes minutes: a person may look at the answers meanwhile.
            self.inspect().await;
        } else if self.can_explain() {
            self.work_on_explanations().await;
        } else if let Some(study) = self.study.as_mut().filter(|study| study.is_going()) {
            if !study.is_waiting() {
                study.work(&self.crew, &mut self.events).await;
            }
        } else if let Some(finding) = &mut self.finding {
            if let Some(answer) = finding.work().await {
                self.finding = None;
                self.events.push(answer);
            }
        } else if let Some(estimating) = &mut self.estimating
            && let Some(answer) = estimating.work(&mut self.measured, &self.crew).await
        {
            self.estimating = None;
            self.events.push(answer);
        }
        self.look_through();
    }

    /// Gives the session other engines to share work with on the CPU. Their reports come back
    /// through [`Session::hear`]; they are known by their place in this list.
    pub fn engage(&mut self, assistants: Vec<Box<dyn Assistant>>) {
        if !assistants.is_empty() {
            let name = &mut self.devices.cpu_name;
            *name = format!("{name}, {} workers", assistants.len() + 1);
            // Whoever begins a session, or goes over to the CPU, hears of the device after it has
            // engaged assistants.
            for event in &mut self.events {
                if let Event::Ready { device } | Event::DeviceChosen(device) = event
                    && device.kind == DeviceKind::Cpu
                {
                    device.name.clone_from(name);
                }
            }
        }
        self.crew = Crew::new(assistants);
    }

    /// Takes in what an assistant says.
    pub async fn hear(&mut self, assistant: usize, report: Parcel<Report>) {
        // One that was given up may still have said something: its runs have failed already.
        if !self.crew.has(assistant) {
            return;
        }
        if let Report::Broke(reason) = &report.note {
            self.lose(assistant, reason);
        } else if let Report::Prepared { picture, prepared } = report.note {
            self.arrivals.take_in(assistant, picture, prepared);
            self.arrivals.hand_out(&self.crew);
            self.welcome();
            self.look_through();
        } else if let Report::Inspected { inspection, look } = report.note {
            self.inspected(assistant, (inspection, look), report.numbers).await;
        } else if let Some(experiment) = &mut self.experiment {
            match experiment.hear(assistant, report, &self.crew, &mut self.events).await {
                Ok(ended) => self.keep(ended),
                Err(reason) => self.lose(assistant, reason),
            }
            self.end_if_over();
        } else if let Some(study) = &mut self.study
            && let Err(reason) = study.hear(assistant, report, &self.crew, &mut self.events).await
        {
            self.lose(assistant, reason);
        }
    }

    /// Goes on without an assistant.
    pub fn lose(&mut self, assistant: usize, reason: &str) {
        self.crew.dismiss(assistant);
        self.arrivals.lose(assistant);
        self.welcome();
        if let Some(experiment) = &mut self.experiment {
            experiment.lose(assistant, reason, &mut self.events);
        }
        if let Some(study) = &mut self.study {
            study.lose(assistant, &mut self.events);
        }
        if let Some(inspecting) = &mut self.inspecting {
            inspecting.lose(assistant);
        }
        self.end_if_over();
    }

    /// Whether all that is left to do is with assistants, so that there is nothing to work on
    /// before one of them says something.
    pub fn is_waiting(&self) -> bool {
        let are_pictures_away = !self.arrivals.is_empty() && self.next_picture().is_none();
        let is_looking = self.is_inspecting() || self.can_explain();
        if self.is_advising() {
            return false;
        }
        if is_looking && self.experiment.is_none() {
            let has_commands = self.has_commands() && !are_pictures_away;
            return self.is_inspection_away() && !has_commands;
        }
        let is_experiment_away = match (&self.experiment, &self.study) {
            (Some(experiment), _) => experiment.is_waiting(),
            (None, Some(study)) => study.is_going() && study.is_waiting(),
            (None, None) => false,
        };
        let is_studying = self.study.as_ref().is_some_and(Studying::is_going);
        let is_experiment_idle = is_experiment_away || (self.experiment.is_none() && !is_studying);
        if are_pictures_away {
            return is_experiment_idle;
        }
        // Only an experiment has to be brought to its end before a command that ends it.
        let has_own_commands = !self.arrivals.is_empty()
            || self
                .queue
                .front()
                .is_some_and(|command| self.experiment.is_none() || !ends_experiments(command));
        !has_own_commands && is_experiment_away
    }

    fn keep(&mut self, ended: Option<TrainedModel>) {
        self.models.extend(ended);
        let place = |run| self.runs.iter().position(|other| *other == run);
        self.models.sort_by_key(|trained| place(trained.run));
    }

    fn end_if_over(&mut self) {
        if let Some(experiment) = self.experiment.take_if(|experiment| experiment.is_over()) {
            self.events.push(experiment.ended());
            let subject = self.subject.take();
            self.inspecting = subject.and_then(|subject| {
                Inspecting::begin(subject, self.experiments_begun, &self.models)
            });
            if self.inspecting.is_none() {
                self.give_explanations_up(&no_models());
            }
        }
    }

    /// The next command, unless it has to wait for an experiment that it stops.
    fn next_command(&mut self) -> Option<Command> {
        let front = self.queue.front()?;
        if ends_experiments(front)
            && let Some(experiment) = &mut self.experiment
        {
            experiment.stop_all(&self.crew, &mut self.events);
            return None;
        }
        self.queue.pop_front()
    }

    async fn carry_out(&mut self, command: Command) {
        match command {
            Command::ChooseDevice(choice) => self.choose_device(choice).await,
            Command::AddClass { class, name } => self.gallery.add_class(class, name),
            Command::RenameClass { class, name } => self.gallery.rename_class(class, name),
            Command::RemoveClass { class } => self.gallery.remove_class(class),
            Command::RestoreClass { class } => self.gallery.restore_class(class),
            Command::RemovePicture { picture } => self.gallery.remove_picture(picture),
            Command::RestorePicture { picture } => self.gallery.restore_picture(picture),
            Command::ForgetRemoved { pictures, classes } => {
                self.gallery.forget(&pictures, &classes);
            }
            Command::MovePicture { picture, class } => self.gallery.move_picture(picture, class),
            Command::DrawSample { task, seed } => {
                self.expect_drawings(task, seed);
            }
            Command::PackProject { number, project } => self.pack_project(number, *project),
            Command::PackPicture { place, bytes, .. } => self.pack_picture(place, bytes),
            Command::PackEntry { place, entry } => self.pack_entry(place, entry),
            Command::FinishProject => self.finish_project(),
            Command::Train { lanes, seed } => self.begin_experiment(lanes, seed),
            Command::Estimate { lanes, seed } => match self.setup(lanes, seed) {
                Ok(setup) => self.estimating = Some(Estimating::begin(setup)),
                Err(refusal) => self.events.push(Event::EstimateRefused(refusal)),
            },
            Command::FindRate { strategy, seed } => {
                match self.setup(vec![Lane { run: RunId(0), strategy }], seed) {
                    Ok(setup) => self.finding = Finding::begin(setup),
                    Err(refusal) => self.events.push(Event::RateRefused(refusal)),
                }
            }
            Command::ShowViews { views, augmentation, seed } => {
                self.events.extend(self.views(views, augmentation, seed));
            }
            // A stop was carried out when it came; files are lined up before any other command.
            Command::StopRun { .. }
            | Command::AddPicture { .. }
            | Command::AddEntry { .. }
            | Command::AddArchive { .. }
            | Command::CancelReading
            | Command::CancelPacking
            | Command::StopStudy
            | Command::AddSeed
            | Command::PauseStudy { .. } => {}
            Command::Study(request) => {
                let StudyRequest { transfer, fine_tuning, seeds, sample } = *request;
                self.begin_study(Study { transfer, fine_tuning, seeds, folds: 1 }, sample);
            }
            Command::Advise { seed } => self.begin_advice(seed),
            Command::Explain { picture, class, grain } => self.explain(picture, class, grain).await,
            Command::FindNearest { picture } => self.want_nearest(picture),
            Command::MapPictures { features, method } => self.want_map(features, method),
            Command::FindPatches { block } => self.want_patches(block),
            Command::Ask { question, name, bytes } => {
                let decoded = decode(&bytes, SIDE).map(|decoded| decoded.picture);
                self.answer(question, name, decoded, None).await;
            }
            Command::AskDrawn { question, task, seed } => {
                let task = draw(task, Scene::Usual, seed);
                let classes = task.classes();
                let class_index = (seed % classes.len() as u64) as usize;
                let drawn = task.picture(class_index, 0);
                let (name, class) = (drawn.name.clone(), classes[class_index].to_owned());
                self.answer(question, name, drawn.into_picture(SIDE), Some(class)).await;
            }
        }
    }

    /// Gives up an advice in the making, for something that cannot wait for it.
    fn end_advice(&mut self) {
        if self.advising.take().is_some() {
            self.events.push(Event::AdviceRefused(Refusal {
                reason: "The advice was given up before it was known.".to_owned(),
                remedy: "Measure again to have it worked out.".to_owned(),
            }));
        }
    }

    async fn choose_device(&mut self, choice: DeviceChoice) {
        self.end_advice();
        let (device, report) = self.devices.choose(choice, &self.backbone).await;
        match self.backbone.on(&device) {
            Ok(segment) => {
                self.end_study();
                self.segment = segment;
                self.device = device;
                self.measured = Measured::default();
                self.events.push(Event::DeviceChosen(report));
            }
            Err(error) => self.events.push(Event::ExperimentRefused(Refusal {
                reason: format!("The device could not be changed: {error}."),
                remedy: "Reload the page.".to_owned(),
            })),
        }
    }

    fn begin_experiment(&mut self, lanes: Vec<Lane>, seed: u64) {
        match self.setup(lanes, seed) {
            Ok(setup) => {
                self.models.clear();
                self.forget_inspection();
                self.explaining.forget();
                self.subject = Some(Subject::of(&setup));
                // One that was asked for on its own comes before the runs that it is about.
                if self.study.is_some() {
                    self.end_advice();
                }
                self.end_study();
                self.experiments_begun += 1;
                self.runs = setup.lanes.iter().map(|lane| lane.run).collect();
                let engines = 1 + setup.ready.present(&self.crew).len();
                let strategies = setup.strategies();
                let estimate = self.measured.estimate(&setup.question(&strategies, engines));
                let (experiment, started) =
                    Experiment::begin(setup, self.experiments_begun, estimate);
                self.experiment = Some(experiment);
                self.events.push(started);
            }
            Err(refusal) => self.events.push(Event::ExperimentRefused(refusal)),
        }
    }

    fn setup(&self, lanes: Vec<Lane>, seed: u64) -> Result<Setup, Refusal> {
        let ready = Ready {
            backbone: self.backbone.clone(),
            segment: self.segment.clone(),
            device: self.device.clone(),
            limits: self.devices.limits_of(&self.device),
            clock: self.clock,
            is_shared: !self.is_on_graphics_card(),
        };
        Setup::of(&self.gallery, lanes, seed, ready)
    }

    /// The first picture with its views, which are those that an experiment would train on.
    fn views(&self, views: usize, augmentation: Augmentation, seed: u64) -> Option<Event> {
        let first = self.gallery.filled().find_map(|class| class.pictures.values().next())?;
        let first = &first.picture;
        let views = views.min(Strategy::MOST_VIEWS);
        let shown = with_views(vec![first.clone()], views, augmentation, seed);
        Some(Event::ViewsShown { sheet: contact_sheet_png(&shown)? })
    }

    async fn answer(
        &mut self,
        question: QuestionId,
        name: String,
        picture: Result<Picture, PictureError>,
        drawn_as: Option<String>,
    ) {
        if let Ok(picture) = &picture {
            self.explaining.asked = Some((question, picture.clone()));
        }
        let asked = Asked { models: &self.models, references: &self.references };
        let answered = answer(asked, question, picture, drawn_as, self.clock).await;
        self.events.push(answered.unwrap_or_else(|refusal| Event::QuestionRefused {
            question,
            name,
            refusal,
        }));
    }
}

/// Commands that wait for an experiment in progress, and stop it.
fn ends_experiments(command: &Command) -> bool {
    matches!(command, Command::Train { .. } | Command::ChooseDevice(_) | Command::Study(_))
}
