//! What may be asked of a session, and what it answers.

use serde::{Deserialize, Serialize};

pub use crate::compare::{
    Advice, Candidate, Card, Depth, Difference, Figure, Finding, Hits, Matrix, Outcome, Plot,
    Repetition, Series, Shape, TestAnswer, Trial, TrialRow, Unit, Way,
};
pub use crate::data::{Augmentation, FileName, MINIMUM_PER_CLASS, SampleTask, Scene};
pub use crate::measure::{
    Abstention, Bin, Calibration, ClassFigures, Confusion, GIVEN_UP, Grain, HeatMap, Interval,
    Measured, Missing, UnknownRefused,
};
pub use crate::model::{Architecture, Cut, Stage, StageKind};
pub use crate::train::{
    ClassWeights, Ending, EpochRow, FoundRate, NormMode, Phase, RatePoint, RunResult, Score, Start,
    Strategy, StrategyError, Tuning,
};

pub use super::concern::{Concern, IMBALANCE, TINY_SIDE};
pub use super::estimate::{Estimate, LaneEstimate};
pub use super::evaluation::{
    Evaluation, PictureFamiliarity, RunEvaluation, SuspectedLabel, TestedPicture,
};
pub use super::explanation::{
    BlockPatches, ExplainedPicture, Explanation, MapMethod, MapQuality, MappedFeatures,
    MappedPicture, NearestPictures, Neighbour, Part, Patch, PictureMap,
};

pub use super::project::{
    PROJECT_FORMAT, Project, ProjectClass, ProjectDrawn, ProjectMoved, ProjectPicture,
    ProjectSample, ProjectSettings,
};

/// Ids below this are given by whoever sends the commands, ids from here on by the session, for
/// what it makes itself (drawn classes and pictures). So neither has to wait for the other.
pub const FIRST_OWN_ID: u32 = 1 << 31;

/// Names a class.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct ClassId(pub u32);

/// Names a picture.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct PictureId(pub u32);

/// Names an archive of pictures.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct ArchiveId(pub u32);

/// A picture in an archive.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct EntryId {
    /// Which archive.
    pub archive: ArchiveId,
    /// Its place in [`Event::ArchiveListed`].
    pub index: u32,
}

/// Names a run: one strategy trained on one split with one seed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct RunId(pub u32);

/// Names a picture that was asked about, so that answers find their question.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct QuestionId(pub u32);

/// Which device a person wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum DeviceChoice {
    /// The graphics card if it is real and passes its self-test, else the CPU.
    #[default]
    Automatic,
    /// The graphics card, even a slow software one, as long as it passes its self-test.
    Gpu,
    /// The CPU.
    Cpu,
}

/// The kind of device that runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum DeviceKind {
    /// WebGPU.
    Gpu,
    /// WebAssembly with SIMD in the browser, native code on the command line.
    Cpu,
}

/// Which device runs, and why.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DeviceReport {
    /// What was asked for.
    pub choice: DeviceChoice,
    /// What runs.
    pub kind: DeviceKind,
    /// A short name for a label: "CPU, SIMD" or the adapter's own name.
    pub name: String,
    /// One sentence: why this device and not the other.
    pub reason: String,
}

/// Something could not be done: what happened, to what, and what to do next.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Refusal {
    /// What happened, to what. A full sentence.
    pub reason: String,
    /// What the person can do. A full sentence.
    pub remedy: String,
}

/// One strategy to train, under the id that its events will carry.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Lane {
    /// Chosen by the sender, not used before.
    pub run: RunId,
    /// What to train and how.
    pub strategy: Strategy,
}

/// Most repetitions of a study.
pub const MOST_SEEDS: usize = 10;

/// What a study is to compare, and how often.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct StudyRequest {
    /// Transfer learning.
    pub transfer: Strategy,
    /// Fine-tuning.
    pub fine_tuning: Strategy,
    /// A paired repetition each, from 1 to [`MOST_SEEDS`] different ones.
    pub seeds: Vec<u64>,
    /// A drawn task, with the seed that it was drawn with, whose classes these are: its pictures
    /// in a new setting are asked about too, unless the person gave some.
    pub sample: Option<(SampleTask, u64)>,
}

/// What may be asked of a session.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Command {
    /// Moves the work to another device. Answered by [`Event::DeviceChosen`]. Runs in progress
    /// are stopped first and their best kept.
    ChooseDevice(DeviceChoice),
    /// Adds an empty class under an id that was not used before.
    AddClass {
        /// Its id.
        class: ClassId,
        /// Its name, shown as text only.
        name: String,
    },
    /// Renames a class.
    RenameClass {
        /// Which.
        class: ClassId,
        /// The new name.
        name: String,
    },
    /// Takes a class out with its pictures. It is kept aside until it is forgotten.
    RemoveClass {
        /// Which.
        class: ClassId,
    },
    /// Puts a class that was taken out back to its place, with the pictures that it had. Those that
    /// were still on their way then have to be added again.
    RestoreClass {
        /// Which.
        class: ClassId,
    },
    /// Decodes a picture file into a class. Answered by [`Event::PictureAdded`] or
    /// [`Event::PictureRefused`], always one of the two unless its class is deleted meanwhile.
    AddPicture {
        /// Its id, not used before.
        picture: PictureId,
        /// The class it goes into.
        class: ClassId,
        /// The file's name, for messages.
        name: String,
        /// Whether it is learned from, or shows the class in a new setting, which the models of a
        /// study are only asked about.
        scene: Scene,
        /// The burst that it was taken in: pictures of one burst resemble one another and are never
        /// divided into those that are learned from and those that are asked about.
        burst: Option<u32>,
        /// The file's bytes, in any format that is decoded.
        bytes: Vec<u8>,
    },
    /// Lists what is in a ZIP archive, whose file comes beside the command. Answered by
    /// [`Event::ArchiveListed`] or [`Event::ArchiveRefused`], always one of the two unless reading is
    /// cancelled. The archive stays open; one that was opened under the same id before is closed.
    AddArchive {
        /// Its id.
        archive: ArchiveId,
        /// The file's name, for messages.
        name: String,
    },
    /// Unpacks and decodes a picture of an archive into a class. Answered as [`Command::AddPicture`].
    AddEntry {
        /// Its id, not used before.
        picture: PictureId,
        /// The class it goes into.
        class: ClassId,
        /// Its name, for messages.
        name: String,
        /// In which setting it shows the class.
        scene: Scene,
        /// The burst that it was taken in.
        burst: Option<u32>,
        /// Where it is.
        entry: EntryId,
    },
    /// Begins to pack a project into a file, in place of one that is being packed. Its pictures follow,
    /// by their places in it. Answered by any number of [`Event::ProjectPart`], or by
    /// [`Event::ProjectRefused`].
    PackProject {
        /// Says of every answer which project it is about.
        number: u32,
        /// What it is to say; paths and folders are given here.
        project: Box<Project>,
    },
    /// Packs a picture whose file comes beside the command.
    PackPicture {
        /// Its place in the project.
        place: u32,
        /// Its id, by which its file is found.
        picture: PictureId,
        /// The file's bytes; none where it cannot be read any more.
        bytes: Option<Vec<u8>>,
    },
    /// Packs a picture of an archive.
    PackEntry {
        /// Its place in the project.
        place: u32,
        /// Where it is.
        entry: EntryId,
    },
    /// Ends the file. Pictures that did not come are missing. Answered by [`Event::ProjectPacked`] or
    /// [`Event::ProjectRefused`].
    FinishProject,
    /// Gives up what is being packed, and what was sent to be. Does not wait in line.
    CancelPacking,
    /// Gives up pictures that were asked for and not begun, but drawn ones. Does not wait in line.
    /// Answered by [`Event::ReadingCancelled`].
    CancelReading,
    /// Takes one picture out. It is kept aside until it is forgotten.
    RemovePicture {
        /// Which.
        picture: PictureId,
    },
    /// Puts a picture that was taken out back into its class.
    RestorePicture {
        /// Which.
        picture: PictureId,
    },
    /// Forgets pictures and classes that were taken out: they cannot be put back any more.
    ForgetRemoved {
        /// Pictures that were taken out one by one.
        pictures: Vec<PictureId>,
        /// Classes that were taken out, with all that was in them.
        classes: Vec<ClassId>,
    },
    /// Moves a picture into another class. Nothing happens if either is not there.
    MovePicture {
        /// Which.
        picture: PictureId,
        /// The class that it belongs to from now on.
        class: ClassId,
    },
    /// Draws a sample task by code: several [`Event::ClassAdded`], then an [`Event::PictureAdded`]
    /// a picture, then [`Event::SampleDrawn`].
    DrawSample {
        /// Which task.
        task: SampleTask,
        /// The same seed draws the same pictures.
        seed: u64,
    },
    /// Trains every lane on the same split of the same pictures from the same initial head.
    /// Answered by [`Event::ExperimentStarted`] or [`Event::ExperimentRefused`]. An experiment
    /// in progress is stopped first; earlier models are forgotten.
    Train {
        /// The strategies, trained side by side.
        lanes: Vec<Lane>,
        /// Governs split, initial head and order.
        seed: u64,
    },
    /// Predicts what training every lane would take, from a few steps that are tried out when
    /// nothing else is to be done. Answered by [`Event::Estimated`] or [`Event::EstimateRefused`],
    /// or not at all where a later command [makes it pointless](Command::ends_estimates).
    Estimate {
        /// The strategies, as they would be trained side by side. Their runs are never begun, so
        /// their ids mean nothing.
        lanes: Vec<Lane>,
        /// The seed that they would be trained with.
        seed: u64,
    },
    /// Searches a learning rate for the last phase of a strategy, by steps at a rising rate on the
    /// training pictures, when no runs train and no study goes on. Answered by
    /// [`Event::RateFound`] or [`Event::RateRefused`], unless another search takes its place.
    FindRate {
        /// The strategy; its own rate for that phase means nothing.
        strategy: Strategy,
        /// Governs split, initial head and order.
        seed: u64,
    },
    /// Shows what views of a picture look like, on the first one of those there are. Answered by
    /// [`Event::ViewsShown`], or not at all where there is none.
    ShowViews {
        /// How many, as in [`Strategy::views`].
        views: usize,
        /// How they are changed.
        augmentation: Augmentation,
        /// The seed that would be trained with.
        seed: u64,
    },
    /// Measures the ten differences between two ways to train, over several seeds. Answered by
    /// [`Event::StudyStarted`] or [`Event::StudyRefused`]. A study or an experiment in progress is
    /// stopped first.
    Study(Box<StudyRequest>),
    /// Advises which strategy to train, from short trials that see no test picture. Answered by
    /// [`Event::Advised`] or [`Event::AdviceRefused`], before an experiment or a study that is in
    /// progress or comes later goes on. Another one takes the place of one in progress.
    Advise {
        /// Governs which pictures are test pictures, and how the others are divided. Of an experiment
        /// with the same seed no test picture is seen.
        seed: u64,
    },
    /// Lets a study rest, or go on.
    PauseStudy {
        /// Whether it rests.
        is_paused: bool,
    },
    /// Adds one more repetition to a study, in progress or ended.
    AddSeed,
    /// Ends a study with what it has found.
    StopStudy,
    /// Stops one run and keeps its best epoch so far.
    StopRun {
        /// Which.
        run: RunId,
    },
    /// Asks every trained model about a picture. Answered by [`Event::Answered`] or
    /// [`Event::QuestionRefused`].
    Ask {
        /// Under which id the answer comes.
        question: QuestionId,
        /// The file's name, for messages.
        name: String,
        /// The file's bytes.
        bytes: Vec<u8>,
    },
    /// Draws one fresh picture of a sample task and asks every trained model about it. Answered
    /// as [`Command::Ask`].
    AskDrawn {
        /// Under which id the answer comes.
        question: QuestionId,
        /// Which task.
        task: SampleTask,
        /// Another seed draws another picture, of a class that depends on it too.
        seed: u64,
    },
    /// Asks where in a picture every trained model finds what speaks for a class. Answered by an
    /// [`Event::Explained`] a model, or by [`Event::ExplanationRefused`].
    Explain {
        /// Of which picture.
        picture: ExplainedPicture,
        /// Of which class: a place in [`Event::ExperimentStarted`]'s classes.
        class: usize,
        /// How finely.
        grain: Grain,
    },
    /// Asks which training pictures every trained model sees most like a picture. Answered by
    /// [`Event::NearestFound`] or [`Event::ExplanationRefused`], once the models have looked at all
    /// pictures.
    FindNearest {
        /// Like which picture.
        picture: ExplainedPicture,
    },
    /// Lays all pictures of the last experiment out on a plane. Answered by
    /// [`Event::PicturesMapped`], several times where it takes long, or by
    /// [`Event::ExplanationRefused`]. Another one takes the place of one in the making.
    MapPictures {
        /// By whose features.
        features: MappedFeatures,
        /// How.
        method: MapMethod,
    },
    /// Asks which parts of the last experiment's pictures the channels of a block answer to most
    /// strongly. Answered by an [`Event::PatchesFound`] for the pretrained backbone and for every
    /// trained model, or by [`Event::ExplanationRefused`]. Another one takes the place of one in the
    /// making.
    FindPatches {
        /// Which block, counted from 1.
        block: usize,
    },
}

impl Command {
    /// Whether it belongs to a project that is packed.
    pub fn packs(&self) -> bool {
        matches!(
            self,
            Self::PackProject { .. }
                | Self::PackPicture { .. }
                | Self::PackEntry { .. }
                | Self::FinishProject
        )
    }

    /// Whether estimates that were asked for before are not answered any more once this is.
    pub fn ends_estimates(&self) -> bool {
        !matches!(
            self,
            Self::StopRun { .. }
                | Self::ForgetRemoved { .. }
                | Self::PackProject { .. }
                | Self::PackPicture { .. }
                | Self::PackEntry { .. }
                | Self::FinishProject
                | Self::CancelPacking
                | Self::PauseStudy { .. }
                | Self::AddSeed
                | Self::StopStudy
                | Self::Advise { .. }
                | Self::FindRate { .. }
                | Self::ShowViews { .. }
                | Self::Explain { .. }
                | Self::FindNearest { .. }
                | Self::MapPictures { .. }
                | Self::FindPatches { .. }
        )
    }
}

/// How the pictures of one class were split.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ClassSplit {
    /// Which class.
    pub class: ClassId,
    /// Its name when training began.
    pub name: String,
    /// Pictures to learn from.
    pub training: usize,
    /// Pictures to choose the best epoch on.
    pub validation: usize,
    /// Pictures for the final score only.
    pub test: usize,
}

/// A run's size, fixed when it starts.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RunPlan {
    /// Which run.
    pub run: RunId,
    /// How it trains.
    pub strategy: Strategy,
    /// Parameters that learn, the head's included.
    pub parameters_trained: usize,
    /// Parameters of backbone and head.
    pub parameters_total: usize,
}

/// An epoch of one of a study's two ways, on all pictures.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct WayEpoch {
    /// Which way.
    pub way: Way,
    /// In which repetition.
    pub repetition: Repetition,
    /// What it came to.
    pub row: EpochRow,
}

/// One model's answer about one picture.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Answer {
    /// The run that made the model.
    pub run: RunId,
    /// One probability a class, in the order of [`Event::ExperimentStarted`]'s classes.
    pub probabilities: Vec<f32>,
    /// The same at the temperature that was fitted on the validation pictures, once there is one.
    pub calibrated: Option<Vec<f32>>,
    /// How familiar the picture is to the model, once it is known what is.
    pub familiarity: Option<PictureFamiliarity>,
    /// Milliseconds from pixels to probabilities.
    pub milliseconds: f64,
}

impl Answer {
    /// The probabilities that are closest to how often the answer is right.
    pub fn shares(&self) -> &[f32] {
        self.calibrated.as_ref().unwrap_or(&self.probabilities)
    }

    /// The place of the class with the largest of the shares.
    pub fn best_class(&self) -> Option<usize> {
        let places = self.shares().iter().enumerate();
        places.max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(place, _)| place)
    }

    /// Whether the picture is probably none of the classes, as far as that is known.
    pub fn is_none_of_these(&self) -> bool {
        self.familiarity.is_some_and(|familiarity| familiarity.is_none_of_these())
    }
}

/// A file in an archive.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ArchiveEntry {
    /// Its name, without a path.
    pub name: String,
    /// The nearest folder that it lies in, or what the archive is called where it lies in none. In a
    /// project, the name of its class.
    pub folder: String,
    /// The place of its class in the project, if it is in one.
    pub class: Option<usize>,
    /// In which setting it shows the class.
    pub scene: Scene,
    /// The burst that it was taken in. The number means nothing outside of this archive.
    pub burst: Option<u32>,
}

/// A file in an archive that cannot be had, or the part of an archive that is missing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RefusedEntry {
    /// Its path, short enough to be shown.
    pub path: String,
    /// Why, and what to do.
    pub refusal: Refusal,
}

/// What a session answers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Event {
    /// The engine runs and will take commands. Sent once.
    Ready {
        /// The device and why.
        device: DeviceReport,
    },
    /// The device after [`Command::ChooseDevice`].
    DeviceChosen(DeviceReport),
    /// The session made a class (a drawn one).
    ClassAdded {
        /// Its id, [`FIRST_OWN_ID`] or above.
        class: ClassId,
        /// Its name.
        name: String,
    },
    /// A picture was decoded and is in its class.
    PictureAdded {
        /// Which.
        picture: PictureId,
        /// In which class.
        class: ClassId,
        /// The file's name.
        name: String,
        /// In which setting it shows the class.
        scene: Scene,
        /// A small PNG, upright and on white: what the network sees.
        thumbnail: Vec<u8>,
        /// Width of the upright original, in pixels.
        width: u32,
        /// Height of the upright original, in pixels.
        height: u32,
    },
    /// A picture file was refused; nothing else changed.
    PictureRefused {
        /// Which.
        picture: PictureId,
        /// In which class it would have gone.
        class: ClassId,
        /// The file's name.
        name: String,
        /// Why, and what to do.
        refusal: Refusal,
    },
    /// What is in an archive.
    ArchiveListed {
        /// Which.
        archive: ArchiveId,
        /// The file's name.
        name: String,
        /// Files that may be pictures, in the order of their paths, or of the project.
        entries: Vec<ArchiveEntry>,
        /// Files that cannot be had.
        refused: Vec<RefusedEntry>,
        /// Files that systems leave behind and that are passed over.
        clutter: usize,
        /// What it says of itself, if it is a project; its pictures are among the entries.
        project: Option<Box<Project>>,
    },
    /// An archive was refused; nothing else changed.
    ArchiveRefused {
        /// Which.
        archive: ArchiveId,
        /// The file's name.
        name: String,
        /// Why, and what to do.
        refusal: Refusal,
    },
    /// The next bytes of a project's file.
    ProjectPart {
        /// Which project.
        number: u32,
        /// The bytes.
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
        /// Pictures that are packed or missing so far.
        done: usize,
    },
    /// All of a project's file was handed out.
    ProjectPacked {
        /// Which project.
        number: u32,
        /// Pictures that are in it.
        pictures: usize,
        /// Pictures that are not, by their names.
        missing: Vec<RefusedEntry>,
    },
    /// A project was not packed, and what was handed out of it is of no use.
    ProjectRefused {
        /// Which project.
        number: u32,
        /// Why.
        refusal: Refusal,
    },
    /// These were asked for and are not read any more. What was read before stays.
    ReadingCancelled {
        /// Pictures that will not come.
        pictures: Vec<PictureId>,
        /// Archives that were not listed.
        archives: Vec<ArchiveId>,
    },
    /// What is to be said of the pictures, once all that were asked for are in, and whenever it is
    /// otherwise than before.
    Checked(Vec<Concern>),
    /// All pictures of a sample task are in.
    SampleDrawn {
        /// Which task.
        task: SampleTask,
        /// How many pictures were drawn.
        pictures: usize,
    },
    /// What training would take.
    Estimated(Estimate),
    /// What training would take cannot be said: it could not start either.
    EstimateRefused(Refusal),
    /// What a search for a learning rate has found.
    RateFound(FoundRate),
    /// A learning rate cannot be searched.
    RateRefused(Refusal),
    /// A picture and its views.
    ViewsShown {
        /// A PNG of them side by side, the picture first.
        sheet: Vec<u8>,
    },
    /// Training cannot start.
    ExperimentRefused(Refusal),
    /// Training starts: how the pictures were split and what will run.
    ExperimentStarted {
        /// The seed in force.
        seed: u64,
        /// One row a class, in the order of every probability vector.
        classes: Vec<ClassSplit>,
        /// One plan a lane, in the order of the command.
        runs: Vec<RunPlan>,
        /// What it will take, where that was measured before.
        estimate: Option<Estimate>,
    },
    /// The frozen part has looked at this many pictures. Sent a few times a second at most, and when
    /// all were looked at.
    FeaturesProgressed {
        /// Pictures done.
        done: usize,
        /// Pictures in all.
        total: usize,
        /// Seconds so far, shared by all lanes.
        seconds: f64,
    },
    /// A run moved on. Sent a few times a second at most.
    RunProgressed {
        /// Which.
        run: RunId,
        /// What is learning.
        phase: Phase,
        /// Steps done, over all phases.
        step: usize,
        /// Steps in all.
        steps: usize,
        /// Seconds of computing so far.
        seconds: f64,
        /// Seconds until the run ends while it takes turns with the others, when enough steps are
        /// known to say.
        seconds_left: Option<f64>,
    },
    /// An epoch of a run ended.
    EpochEnded {
        /// Which run.
        run: RunId,
        /// The row of the run log.
        row: EpochRow,
    },
    /// A run ended and its model can be asked.
    RunEnded {
        /// Which.
        run: RunId,
        /// What it came to.
        result: RunResult,
    },
    /// A run broke off without a model.
    RunFailed {
        /// Which.
        run: RunId,
        /// Why, and what to do.
        refusal: Refusal,
    },
    /// All runs of the experiment have ended.
    ExperimentEnded {
        /// Seconds from its beginning.
        seconds: f64,
        /// The most bytes that all engines together needed at once, on top of what they held
        /// before, where the program counts them.
        memory: Option<u64>,
    },
    /// What the models of the experiment that has ended make of the pictures that they did not learn
    /// from. Comes some time after [`Event::ExperimentEnded`], unless another experiment begins.
    Evaluated(Box<Evaluation>),
    /// The models could not be evaluated.
    EvaluationRefused(Refusal),
    /// Which strategy is advised, and why.
    Advised(Box<Advice>),
    /// Nothing can be advised: training could not start either, or a device broke off.
    AdviceRefused(Refusal),
    /// A study starts, or has got one more seed.
    StudyStarted {
        /// Trials in all.
        trials: usize,
        /// Its seeds.
        seeds: Vec<u64>,
        /// Folds of the pictures that take turns as the test with every seed; 1 where one part of
        /// them is enough to test on.
        folds: usize,
    },
    /// A study cannot start, or a part of it broke off.
    StudyRefused(Refusal),
    /// A study moved on. Sent a few times a second at most.
    StudyProgressed {
        /// Trials that have ended.
        done: usize,
        /// Trials in all.
        total: usize,
        /// Seconds since it began.
        seconds: f64,
        /// Seconds until it ends, when that can be said.
        seconds_left: Option<f64>,
        /// The epochs that both ways have ended since the last time, in the order in which they did.
        /// A trial that was begun anew begins again with its first.
        epochs: Vec<WayEpoch>,
    },
    /// A trial has ended: a row of the study's log.
    TrialEnded(Box<TrialRow>),
    /// One of the ten cards says something else than before.
    CardChanged(Box<Card>),
    /// A study has ended: all trials were tried, or it was stopped.
    StudyEnded {
        /// Seconds since it began.
        seconds: f64,
        /// Trials that have ended.
        trials: usize,
        /// Whether these are all.
        is_complete: bool,
    },
    /// Every trained model's answer about a picture.
    Answered {
        /// Which question.
        question: QuestionId,
        /// A small PNG of the picture as the network sees it.
        thumbnail: Vec<u8>,
        /// The class that a drawn picture was drawn as.
        drawn_as: Option<String>,
        /// One answer a model, in the order of the lanes.
        answers: Vec<Answer>,
    },
    /// Where in a picture one trained model finds what speaks for a class.
    Explained {
        /// What it found.
        explanation: Box<Explanation>,
        /// A small PNG of the picture in grey under the map's colours.
        overlay: Vec<u8>,
    },
    /// The training pictures that every trained model sees most like a picture.
    NearestFound {
        /// Like which picture.
        picture: ExplainedPicture,
        /// One a model, in the order of the lanes.
        runs: Vec<NearestPictures>,
    },
    /// All pictures on a plane, so far or for good.
    PicturesMapped(Box<PictureMap>),
    /// What the channels of a block look for in one network.
    PatchesFound(Box<BlockPatches>),
    /// Something could not be explained.
    ExplanationRefused {
        /// Which picture; `None` for a map of all and for patches.
        picture: Option<ExplainedPicture>,
        /// Why, and what to do.
        refusal: Refusal,
    },
    /// A question could not be answered.
    QuestionRefused {
        /// Which.
        question: QuestionId,
        /// The file's name.
        name: String,
        /// Why, and what to do.
        refusal: Refusal,
    },
}

/// How an engine broke off. Told by whoever drives a session, which cannot say so itself any more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Breakdown {
    /// What happened, as a sentence.
    pub reason: String,
    /// The picture that it was decoding, if that is known.
    pub picture: Option<PictureId>,
}

impl From<String> for Breakdown {
    fn from(reason: String) -> Self {
        Self { reason, picture: None }
    }
}
