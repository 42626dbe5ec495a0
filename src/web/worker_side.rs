//! The worker's end of the link: it serves one session to the page, or assists another worker.

use std::cell::Cell;
use std::collections::VecDeque;

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{File, Response};

use super::assistants::{self, Incoming, Said};
use super::blob_reader::BlobReader;
use super::gpu;
use super::worker_scope::{Pause, object, on_message, post_panic, scope, seconds};
use crate::session::{
    Command, DeviceChoice, Devices, Event, GpuAccess, MAXIMUM_FILE_BYTES, PictureError, PictureId,
    Session,
};

/// The backbone's file, seen from this script.
const BACKBONE: &str = "../static/models/mobilenetv2-035.safetensors";

#[wasm_bindgen]
extern "C" {
    /// Where this script was loaded from.
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = "url")]
    static SCRIPT_ADDRESS: String;
}

/// Files that are read ahead of the one that is decoded next. The browser reads them meanwhile,
/// outside of the engine's memory.
const READ_AHEAD: usize = 8;

thread_local! {
    /// The picture that is decoded or drawn at this moment.
    static AT_WORK: Cell<Option<PictureId>> = const { Cell::new(None) };
}

/// A command with the file it is about.
struct Letter {
    command: Command,
    file: Option<File>,
    /// The file's bytes on their way, once they were asked for.
    reading: Option<JsFuture>,
}

/// Serves a session for as long as the worker lives.
pub fn serve() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        post_panic(&format!("The engine made a mistake: {info}"), AT_WORK.get());
    }));
    spawn_local(async {
        let ended =
            if assistants::is_one() { assistants::assist().await } else { Host::run().await };
        if let Err(reason) = ended {
            post_panic(&reason, None);
        }
    });
}

/// Drives the session: takes letters in, lets it work, posts its events.
struct Host {
    session: Session,
    inbox: UnboundedReceiver<Incoming>,
    waiting: VecDeque<Letter>,
    pause: Pause,
    /// What assistants need, until they are started.
    unengaged: Option<Unengaged>,
}

/// What assistants need that were not started yet.
struct Unengaged {
    backbone: Vec<u8>,
    sender: UnboundedSender<Incoming>,
}

impl Host {
    async fn run() -> Result<(), String> {
        let (sender, mut inbox) = open_inbox();
        let mut waiting = VecDeque::new();
        while let Ok(Incoming::FromPage(message)) = inbox.try_recv() {
            waiting.extend(letter(&message));
        }
        let choice = initial_choice(&mut waiting);
        let backbone = fetch_bytes(BACKBONE).await?;
        let devices = Devices {
            cpu: burn::tensor::Device::flex(),
            cpu_name: "CPU, SIMD".to_owned(),
            gpu: GpuAccess::Closed(gpu::open),
        };
        let session = Session::begin(&backbone, devices, choice, seconds)
            .await
            .map_err(|error| format!("The engine cannot start: {error}."))?;
        let mut host = Self {
            session,
            inbox,
            waiting,
            pause: Pause::new()?,
            unengaged: Some(Unengaged { backbone, sender }),
        };
        host.engage_on_the_cpu().await;
        loop {
            host.turn().await?;
        }
    }

    /// Starts the assistants once the CPU computes: at the beginning, or when a session that began on a
    /// graphics card goes over to it.
    async fn engage_on_the_cpu(&mut self) {
        let is_due = |_: &mut Unengaged| !self.session.is_on_graphics_card();
        if let Some(Unengaged { backbone, sender }) = self.unengaged.take_if(is_due) {
            let count = assistants::engines() - 1;
            self.session.engage(assistants::engage(count, &backbone, &sender).await);
        }
    }

    /// One small piece of work, then a chance for messages to arrive.
    async fn turn(&mut self) -> Result<(), String> {
        while let Ok(incoming) = self.inbox.try_recv() {
            self.take(incoming).await;
        }
        self.hand_over_stops();
        self.read_ahead();
        while self.session.has_room()
            && let Some(letter) = self.waiting.pop_front()
        {
            self.hand_over(letter).await;
        }
        if self.session.has_work() {
            AT_WORK.set(self.session.next_picture());
            self.session.work().await;
            AT_WORK.set(None);
            self.engage_on_the_cpu().await;
        }
        for event in self.session.take_events() {
            post_event(&event)?;
        }
        if let Some(complaint) = self.session.device_complaint() {
            return Err(format!("The graphics card broke off: {complaint}."));
        }
        let has_letters = !self.waiting.is_empty() && self.session.has_room();
        if has_letters || (self.session.has_work() && !self.session.is_waiting()) {
            self.pause.if_due().await;
        } else {
            let incoming = self.inbox.recv().await.map_err(|_| "The page is gone.".to_owned())?;
            self.take(incoming).await;
            // What came with it is heard before anything is done: where a thousand commands come, the
            // last of them may be the one that gives the others up.
            self.pause.if_due().await;
        }
        Ok(())
    }

    async fn take(&mut self, incoming: Incoming) {
        match incoming {
            Incoming::FromPage(message) => self.waiting.extend(letter(&message)),
            Incoming::FromAssistant(number, said) => match said {
                Said::Report(report) => self.session.hear(number, report).await,
                Said::Lost(reason) => self.session.lose(number, &reason),
            },
        }
    }

    /// A stop does not wait in line. The files that stand in front of one that gives them up go
    /// with it, unread, so that the session can tell which they were.
    fn hand_over_stops(&mut self) {
        let last = |is_cancel: fn(&Command) -> bool| {
            self.waiting.iter().rposition(|letter| is_cancel(&letter.command)).unwrap_or(0)
        };
        let cancelled = last(|command| matches!(command, Command::CancelReading));
        let unpacked = last(|command| matches!(command, Command::CancelPacking));
        let mut places = 0..;
        let session = &mut self.session;
        self.waiting.retain(|letter| {
            let place = places.next().unwrap_or(usize::MAX);
            let is_given_up = place < cancelled;
            if letter.command.packs() && place < unpacked {
                return false;
            }
            let goes = match letter.command {
                Command::StopRun { .. } | Command::CancelReading | Command::CancelPacking => true,
                Command::AddPicture { .. }
                | Command::AddEntry { .. }
                | Command::AddArchive { .. } => is_given_up,
                _ => false,
            };
            if goes {
                session.submit(letter.command.clone());
            }
            !goes
        });
    }

    /// Has the browser read the files of the next letters.
    fn read_ahead(&mut self) {
        for letter in self.waiting.iter_mut().take(READ_AHEAD) {
            let is_archive = matches!(letter.command, Command::AddArchive { .. });
            let is_idle = letter.command.packs() && !self.session.is_packing();
            if letter.reading.is_none() && !is_archive && !is_idle {
                letter.reading = letter.file.as_ref().and_then(begin_reading);
            }
        }
    }

    /// Gives the session a command, with the bytes of its file.
    async fn hand_over(&mut self, letter: Letter) {
        let Letter { mut command, file, reading } = letter;
        if let (Some(file), Command::AddArchive { archive, .. }) = (&file, &command) {
            if let Some(reader) = BlobReader::new(file.clone()) {
                self.session.give_archive(*archive, Box::new(reader));
            }
            return self.session.submit(command);
        }
        if let (Some(file), Command::PackPicture { bytes, .. }) = (&file, &mut command) {
            // Of a project that was refused no file is read. One that cannot be read any more is missing,
            // and the others are packed all the same.
            if self.session.is_packing() {
                *bytes = read_file(file, reading).await.ok();
                self.session.submit(command);
            }
            return;
        }
        if let Some(file) = file
            && let Command::AddPicture { bytes, .. } | Command::Ask { bytes, .. } = &mut command
        {
            match read_file(&file, reading).await {
                Ok(read) => *bytes = read,
                Err(error) => return self.session.refuse(command, &error),
            }
        }
        self.session.submit(command);
    }
}

/// The choice of a page that knows already which device it wants; it is the first thing it says.
fn initial_choice(waiting: &mut VecDeque<Letter>) -> DeviceChoice {
    match waiting.front().map(|letter| &letter.command) {
        Some(Command::ChooseDevice(choice)) => {
            let choice = *choice;
            waiting.pop_front();
            choice
        }
        _ => DeviceChoice::Automatic,
    }
}

/// Takes over the page's messages: those that came before, and those to come. Assistants use the
/// same way in.
fn open_inbox() -> (UnboundedSender<Incoming>, UnboundedReceiver<Incoming>) {
    let (sender, receiver) = unbounded();
    let page = sender.clone();
    // Sending fails only when the receiver is gone, and it lives as long as the worker.
    on_message(move |data| drop(page.unbounded_send(Incoming::FromPage(data))));
    (sender, receiver)
}

/// A message of the page as a command. One that makes no sense is reported, not obeyed.
fn letter(message: &JsValue) -> Option<Letter> {
    let field = |name: &str| Reflect::get(message, &name.into()).ok();
    let bytes = field("command")?.dyn_into::<Uint8Array>().ok()?.to_vec();
    match postcard::from_bytes(&bytes) {
        Ok(command) => {
            let file = field("file").and_then(|file| file.dyn_into().ok());
            Some(Letter { command, file, reading: None })
        }
        Err(error) => {
            post_panic(&format!("A command of the page made no sense: {error}."), None);
            None
        }
    }
}

/// Has the browser read a file, unless it is too large. Its size is looked at first: a film of
/// some gigabytes would not fit into memory, and an allocation that fails ends the worker.
fn begin_reading(file: &File) -> Option<JsFuture> {
    (file.size() <= MAXIMUM_FILE_BYTES as f64).then(|| JsFuture::from(file.array_buffer()))
}

/// The bytes of the file that a command is about, if they are not on their way yet from now on.
async fn read_file(file: &File, reading: Option<JsFuture>) -> Result<Vec<u8>, PictureError> {
    let Some(reading) = reading.or_else(|| begin_reading(file)) else {
        return Err(PictureError::FileTooLarge { bytes: file.size() as usize });
    };
    match reading.await {
        Ok(buffer) => Ok(Uint8Array::new(&buffer).to_vec()),
        Err(_) => Err(PictureError::Unreadable),
    }
}

/// Fetches a file of this site.
async fn fetch_bytes(relative: &str) -> Result<Vec<u8>, String> {
    let address = SCRIPT_ADDRESS
        .with(|script| web_sys::Url::new_with_base(relative, script))
        .map_err(|_| format!("The address of {relative} makes no sense."))?
        .href();
    let failed = |what: &str| format!("The network's weights could not be fetched: {what}.");
    let response = JsFuture::from(scope().fetch_with_str(&address))
        .await
        .map_err(|_| failed("the connection broke off"))?
        .dyn_into::<Response>()
        .map_err(|_| failed("the answer made no sense"))?;
    if !response.ok() {
        return Err(failed(&format!("the server answered {}", response.status())));
    }
    let buffer = response.array_buffer().map_err(|_| failed("the answer has no content"))?;
    let buffer = JsFuture::from(buffer).await.map_err(|_| failed("the connection broke off"))?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

fn post_event(event: &Event) -> Result<(), String> {
    let bytes = postcard::to_stdvec(event)
        .map_err(|error| format!("An answer could not be written: {error}."))?;
    let bytes = Uint8Array::from(bytes.as_slice());
    let message = object(&[("event", &bytes)]);
    scope()
        .post_message_with_transfer(&message, &Array::of1(&bytes.buffer()))
        .map_err(|_| "An answer could not be posted.".to_owned())
}
