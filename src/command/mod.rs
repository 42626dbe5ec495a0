//! The command line: the same session as the page, driven from a terminal, on the CPU.
//!
//! | file | what lives there |
//! |---|---|
//! | `advise` | which strategy to train, and whether that held |
//! | `compare` | trains strategies on a folder of class folders |
//! | `draw` | writes a sample task as picture files |
//! | `find_rate` | searches a learning rate |
//! | `folder` | finds the pictures of a folder of class folders, or of a ZIP archive |
//! | `report` | the table and the JSON of a comparison |
//! | `study` | the ten differences, printed and as JSON |
//! | `tuning` | the numbers of a strategy |

use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::data::{SampleTask, Scene};
use crate::session::{Cut, Strategy, StrategyError};

mod advise;
mod compare;
mod draw;
mod find_rate;
mod folder;
mod report;
mod study;
mod tuning;

/// Teach a small network your pictures: by a new head, and by thawing its layers.
#[derive(Debug, Parser)]
#[command(name = "headstart", version, arg_required_else_help = true)]
struct CommandLine {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Train strategies on the same split of a folder of class folders and compare them.
    Compare(CompareArguments),
    /// Advise which strategy to train on a folder of class folders, before anything is trained.
    Advise(AdviseArguments),
    /// Search a learning rate for a strategy on a folder of class folders, by steps at a rising rate.
    FindRate(FindRateArguments),
    /// Draw a sample task into a folder of class folders.
    Draw(DrawArguments),
}

#[derive(Debug, Args)]
struct CompareArguments {
    /// A folder with one folder of pictures a class, or a ZIP archive of one.
    folder: PathBuf,
    /// Where frozen ends: head, last-1 to last-17, or all. Give it several times to compare.
    #[arg(long = "cut", value_name = "CUT", default_values = ["head", "last-4"])]
    cuts: Vec<Cut>,
    /// Governs split, initial head and order.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Epochs of each strategy's own phase: the head's for head, the unfrozen ones for the others.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    epochs: Option<u16>,
    /// A safetensors file with torchvision's mobilenet_v2 names, instead of the bundled one.
    #[arg(long, value_name = "FILE")]
    backbone: Option<PathBuf>,
    /// Measures the ten differences between the first cut and the last one, and writes them with
    /// every trial as JSON.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// A folder whose class folders show the same classes in a new setting. They are never learned
    /// from; the ten differences ask about them.
    #[arg(long, value_name = "FOLDER", requires = "report")]
    new_setting: Option<PathBuf>,
    /// Seeds of the ten differences, from `--seed` on: a paired repetition each.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=10))]
    seeds: u8,
    /// Writes every run with its split, curves and parameters as JSON. A report has its own.
    #[arg(long, value_name = "FILE", conflicts_with = "report")]
    json: Option<PathBuf>,
    #[command(flatten)]
    tuning: tuning::TuningArguments,
}

impl CompareArguments {
    /// What is to be compared, a strategy a cut.
    ///
    /// # Errors
    /// Names the first number that is out of range and what it must be.
    fn strategies(&self) -> Result<Vec<Strategy>, StrategyError> {
        let strategy = |&cut: &Cut| {
            let strategy = self.tuning.applied(Strategy::for_cut(cut));
            match self.epochs {
                Some(epochs) => strategy.with_epochs(epochs.into()),
                None => strategy,
            }
            .checked()
        };
        self.cuts.iter().map(strategy).collect()
    }
}

#[derive(Debug, Args)]
struct AdviseArguments {
    /// Folders with one folder of pictures a class, or ZIP archives of some.
    #[arg(required = true, value_name = "FOLDER")]
    folders: Vec<PathBuf>,
    /// Governs which pictures are test pictures, which no advice sees.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Trains every candidate afterwards, and tells how far the advised one is behind the best.
    #[arg(long)]
    check: bool,
    /// Seeds of the check, from `--seed` on: what is best is the mean over them.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=50))]
    seeds: u8,
    /// A safetensors file with torchvision's mobilenet_v2 names, instead of the bundled one.
    #[arg(long, value_name = "FILE")]
    backbone: Option<PathBuf>,
    /// Writes every advice with its measurements, and its check, as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct FindRateArguments {
    /// A folder with one folder of pictures a class, or a ZIP archive of one.
    folder: PathBuf,
    /// Where frozen ends: head, last-1 to last-17, or all. The rate is that of the head for head,
    /// of the unfrozen phase for the others.
    #[arg(long, value_name = "CUT", default_value = "last-4")]
    cut: Cut,
    /// Governs split, initial head and order.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// A safetensors file with torchvision's mobilenet_v2 names, instead of the bundled one.
    #[arg(long, value_name = "FILE")]
    backbone: Option<PathBuf>,
    /// Writes every rate that was tried with its loss, and the suggestion, as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    #[command(flatten)]
    tuning: tuning::TuningArguments,
}

#[derive(Debug, Args)]
struct DrawArguments {
    /// Which task.
    task: DrawnTaskName,
    /// Where to put the class folders; must be empty or not exist yet.
    folder: PathBuf,
    /// The usual scene, or the same classes in light, places and colours that it never shows.
    #[arg(long, default_value = "usual")]
    scene: SceneName,
    /// The same seed draws the same pictures.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum DrawnTaskName {
    Fruit,
    Fabric,
    Glyphs,
}

impl From<DrawnTaskName> for SampleTask {
    fn from(name: DrawnTaskName) -> Self {
        match name {
            DrawnTaskName::Fruit => Self::Fruit,
            DrawnTaskName::Fabric => Self::Fabric,
            DrawnTaskName::Glyphs => Self::Glyphs,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SceneName {
    Usual,
    New,
}

impl From<SceneName> for Scene {
    fn from(name: SceneName) -> Self {
        match name {
            SceneName::Usual => Self::Usual,
            SceneName::New => Self::New,
        }
    }
}

/// Something that a user of the command line got wrong or that went wrong for them.
#[derive(Debug, thiserror::Error)]
enum CommandError {
    #[error("cannot read {path}: {cause}", path = path.display())]
    Read { path: PathBuf, cause: std::io::Error },
    #[error("cannot write {path}: {cause}", path = path.display())]
    Write { path: PathBuf, cause: std::io::Error },
    #[error("{path} is no folder and no ZIP archive; give one with a folder of pictures a class", path = path.display())]
    NoFolder { path: PathBuf },
    #[error("{path} has no folders in it; put each class's pictures into a folder of its own", path = path.display())]
    NoClasses { path: PathBuf },
    #[error("{path} bears the name of no class; name it after a class folder", path = path.display())]
    NoSuchClass { path: PathBuf },
    #[error("{path} is not empty; give a folder that is empty or does not exist yet", path = path.display())]
    NotEmpty { path: PathBuf },
    #[error("{path}: {cause}", path = path.display())]
    Backbone { path: PathBuf, cause: crate::session::SessionError },
    #[error("{reason} {remedy}")]
    Refused { reason: String, remedy: String },
    #[error("the session ended without an answer; run it again")]
    NoAnswer,
    #[error("{failed} trials broke off; what was printed last says why")]
    TrialsFailed { failed: usize },
    #[error("{failed} of {runs} runs broke off; the table says why")]
    RunsFailed { failed: usize, runs: usize },
}

fn first_repeated(cuts: &[Cut]) -> Option<Cut> {
    cuts.iter().enumerate().find(|(index, cut)| cuts[..*index].contains(cut)).map(|(_, cut)| *cut)
}

/// Prints to the terminal. A reader that has gone away, as `head` does, is no error.
fn print(text: &str) -> Result<(), CommandError> {
    use std::io::{ErrorKind, Write};
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(cause) if cause.kind() != ErrorKind::BrokenPipe => {
            Err(CommandError::Write { path: "the standard output".into(), cause })
        }
        _ => Ok(()),
    }
}

/// Ends the program over arguments that make no sense, with how it is used.
fn misused(kind: ErrorKind, said: impl std::fmt::Display) -> ! {
    CommandLine::command().error(kind, said).exit()
}

/// Reads the arguments and does what they say. Exit code 0 for success, 1 when something could
/// not be done, 2 for arguments that make no sense.
pub fn run() -> ExitCode {
    let line = CommandLine::parse();
    let done = match line.task {
        Task::Compare(arguments) => {
            if let Some(cut) = first_repeated(&arguments.cuts) {
                misused(ErrorKind::ArgumentConflict, format!("the cut {cut} is given twice"));
            }
            if arguments.report.is_some()
                && (arguments.cuts.first() != Some(&Cut::HeadOnly) || arguments.cuts.len() < 2)
            {
                let said = "a report compares transfer learning with fine-tuning: give --cut head \
                            first, then another cut";
                misused(ErrorKind::ArgumentConflict, said);
            }
            match arguments.strategies() {
                Ok(strategies) => compare::run(&arguments, strategies),
                Err(error) => misused(ErrorKind::ValueValidation, error),
            }
        }
        Task::Advise(arguments) => advise::run(&arguments),
        Task::FindRate(arguments) => {
            match arguments.tuning.applied(Strategy::for_cut(arguments.cut)).checked() {
                Ok(strategy) => find_rate::run(&arguments, strategy),
                Err(error) => misused(ErrorKind::ValueValidation, error),
            }
        }
        Task::Draw(arguments) => draw::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("headstart: {error}");
            ExitCode::FAILURE
        }
    }
}
