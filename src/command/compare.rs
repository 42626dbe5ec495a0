//! Trains strategies on a folder of class folders and compares them.

use std::io::Write;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Instant;

use futures_lite::future::block_on;
use indicatif::{ProgressBar, ProgressStyle};

use super::folder::{ClassFolder, PictureFile};
use super::report::Comparison;
use super::study::Differences;
use super::{CommandError, CompareArguments, print};
use crate::session::{
    ClassId, Command, DeviceChoice, Devices, Event, Lane, PictureId, Refusal, RunId, Scene,
    Session, Strategy, StudyRequest,
};

/// The backbone that the page uses too.
const BUNDLED_BACKBONE: &[u8] = include_bytes!("../../static/models/mobilenetv2-035.safetensors");

pub fn run(arguments: &CompareArguments, strategies: Vec<Strategy>) -> Result<(), CommandError> {
    // Opened before anything is trained, so that a path that cannot be written costs no training.
    let mut json = Output::create(arguments.json.as_deref())?;
    let mut report = Output::create(arguments.report.as_deref())?;
    let mut driver = Driver::begin(arguments.backbone.as_deref())?;
    driver.add_folder(&arguments.folder)?;
    if let Some(folder) = &arguments.new_setting {
        driver.add_new_setting(folder)?;
    }
    let lanes = strategies.into_iter().zip(0..);
    let lanes: Vec<Lane> =
        lanes.map(|(strategy, run)| Lane { run: RunId(run), strategy }).collect();
    if let (Some(report), [first, .., last]) = (&mut report, &lanes[..]) {
        let seeds = (0..u64::from(arguments.seeds)).map(|step| arguments.seed.wrapping_add(step));
        let study = StudyRequest {
            transfer: first.strategy.clone(),
            fine_tuning: last.strategy.clone(),
            seeds: seeds.collect(),
            sample: None,
        };
        let differences = driver.study(Command::Study(Box::new(study)))?;
        print(&differences.text())?;
        report.write(&differences.json())?;
        return match differences.failures() {
            0 => Ok(()),
            failed => Err(CommandError::TrialsFailed { failed }),
        };
    }
    let comparison = driver.train(lanes, arguments.seed)?;
    print(&comparison.table())?;
    if let Some(json) = &mut json {
        json.write(&comparison.json())?;
    }
    match comparison.failed() {
        0 => Ok(()),
        failed => Err(CommandError::RunsFailed { failed, runs: arguments.cuts.len() }),
    }
}

/// A file that is written when there is something to write.
pub(super) struct Output<'a> {
    path: &'a Path,
    file: std::fs::File,
}

impl<'a> Output<'a> {
    pub fn create(path: Option<&'a Path>) -> Result<Option<Self>, CommandError> {
        let Some(path) = path else { return Ok(None) };
        let failed = |cause| CommandError::Write { path: path.to_owned(), cause };
        let file = std::fs::File::create(path).map_err(failed)?;
        Ok(Some(Self { path, file }))
    }

    pub fn write(&mut self, text: &str) -> Result<(), CommandError> {
        let failed = |cause| CommandError::Write { path: self.path.to_owned(), cause };
        self.file.write_all(text.as_bytes()).map_err(failed)
    }
}

fn begin(backbone: Option<&Path>) -> Result<Session, CommandError> {
    let bytes = match backbone {
        Some(path) => std::fs::read(path)
            .map_err(|cause| CommandError::Read { path: path.to_owned(), cause })?,
        None => BUNDLED_BACKBONE.to_vec(),
    };
    let session = Session::begin(&bytes, Devices::cpu_only(), DeviceChoice::Cpu, seconds);
    block_on(session).map_err(|cause| CommandError::Backbone {
        path: backbone.unwrap_or(Path::new("the bundled backbone")).to_owned(),
        cause,
    })
}

/// Seconds since the first call.
fn seconds() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64()
}

/// Drives a session to the end of what it was asked.
pub(super) struct Driver {
    pub session: Session,
    /// The names of its classes.
    classes: Vec<String>,
    /// Pictures that it was given.
    pictures: u32,
    /// Archives that it was given.
    pub(super) archives: u32,
}

impl Driver {
    /// Begins a session on the CPU.
    pub fn begin(backbone: Option<&Path>) -> Result<Self, CommandError> {
        Ok(Self { session: begin(backbone)?, classes: Vec::new(), pictures: 0, archives: 0 })
    }

    /// Works until nothing is left, handing every event to `heard` as it comes.
    pub fn work(
        &mut self,
        mut heard: impl FnMut(Event) -> Result<(), CommandError>,
    ) -> Result<(), CommandError> {
        loop {
            for event in self.session.take_events() {
                heard(event)?;
            }
            if !self.session.has_work() {
                return Ok(());
            }
            block_on(self.session.work());
        }
    }

    /// Makes a class of every folder and decodes its files. Refused ones are told and left out.
    pub fn add_folder(&mut self, folder: &Path) -> Result<(), CommandError> {
        for (class, ClassFolder { name, files }) in self.classes_in(folder)?.into_iter().enumerate()
        {
            let class = ClassId(class as u32);
            self.session.submit(Command::AddClass { class, name: name.clone() });
            self.classes.push(name);
            self.add_files(class, &files, Scene::Usual)?;
        }
        Ok(())
    }

    /// Decodes the pictures of a folder as those of a new setting. Its class folders are told by
    /// their names.
    fn add_new_setting(&mut self, folder: &Path) -> Result<(), CommandError> {
        for ClassFolder { name, files } in self.classes_in(folder)? {
            let Some(class) = self.classes.iter().position(|class| *class == name) else {
                return Err(CommandError::NoSuchClass { path: folder.join(name) });
            };
            self.add_files(ClassId(class as u32), &files, Scene::New)?;
        }
        Ok(())
    }

    fn add_files(
        &mut self,
        class: ClassId,
        files: &[PictureFile],
        scene: Scene,
    ) -> Result<(), CommandError> {
        let bar = progress_bar(files.len() as u64, "reading pictures");
        let class_name = self.classes.get(class.0 as usize).cloned().unwrap_or_default();
        for file in files {
            let name = format!("{class_name}/{}", file.name());
            let picture = PictureId(self.pictures);
            self.session.submit(match file {
                PictureFile::Entry { entry, scene: noted, burst, .. } => {
                    // What is given as a new setting is one, whatever a project says.
                    let scene = if scene == Scene::New { scene } else { *noted };
                    let (burst, entry) = (*burst, *entry);
                    Command::AddEntry { picture, class, name, scene, burst, entry }
                }
                PictureFile::Path(path) => match std::fs::read(path) {
                    Ok(bytes) => {
                        let burst = None;
                        Command::AddPicture { picture, class, name, scene, burst, bytes }
                    }
                    Err(cause) => {
                        left_out(&bar, &name, &format!("It cannot be read: {cause}."));
                        bar.inc(1);
                        continue;
                    }
                },
            });
            self.pictures += 1;
            self.work(|event| {
                if let Event::PictureRefused { name, refusal, .. } = event {
                    left_out(&bar, &name, &format!("{} {}", refusal.reason, refusal.remedy));
                }
                Ok(())
            })?;
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(())
    }

    /// Trains lanes side by side.
    pub fn train(&mut self, lanes: Vec<Lane>, seed: u64) -> Result<Comparison, CommandError> {
        let epochs: usize = lanes.iter().map(|lane| lane.strategy.epochs()).sum();
        let mut comparison = Comparison::default();
        let bar = progress_bar(0, "trying out");
        self.session.submit(Command::Estimate { lanes: lanes.clone(), seed });
        // What it says comes again with the experiment, as does the reason where there is none.
        self.work(|_| Ok(()))?;
        bar.set_message("looking at pictures");
        self.session.submit(Command::Train { lanes, seed });
        self.work(|event| {
            match event {
                Event::ExperimentRefused(Refusal { reason, remedy }) => {
                    return Err(CommandError::Refused { reason, remedy });
                }
                Event::FeaturesProgressed { done, total, .. } => {
                    bar.set_length(total as u64);
                    bar.set_position(done as u64);
                    if done == total {
                        bar.set_message("training");
                        bar.set_length(epochs as u64);
                        bar.set_position(0);
                    }
                }
                Event::EpochEnded { .. } => bar.inc(1),
                _ => {}
            }
            comparison.hear(event);
            Ok(())
        })?;
        bar.finish_and_clear();
        Ok(comparison)
    }

    /// Measures the ten differences.
    fn study(&mut self, study: Command) -> Result<Differences, CommandError> {
        let mut differences = Differences::default();
        let bar = progress_bar(0, "looking at pictures");
        self.session.submit(study);
        let mut has_started = false;
        self.work(|event| {
            match &event {
                Event::StudyStarted { trials, .. } => {
                    has_started = true;
                    bar.set_length(*trials as u64);
                }
                Event::StudyRefused(Refusal { reason, remedy }) if !has_started => {
                    let (reason, remedy) = (reason.clone(), remedy.clone());
                    return Err(CommandError::Refused { reason, remedy });
                }
                Event::TrialEnded(_) => {
                    bar.set_message("trying");
                    bar.inc(1);
                }
                _ => {}
            }
            differences.hear(event);
            Ok(())
        })?;
        bar.finish_and_clear();
        Ok(differences)
    }
}

fn left_out(bar: &ProgressBar, name: &str, why: &str) {
    bar.suspend(|| eprintln!("headstart: left out {}: {why}", printable(name)));
}

pub(super) fn progress_bar(length: u64, message: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:20} {bar:40} {pos}/{len} {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style).with_message(message)
}

/// A name without characters that would steer the terminal.
pub(super) fn printable(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
