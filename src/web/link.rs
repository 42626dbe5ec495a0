//! The page's end of the worker: commands go out, events come in.
//!
//! Out goes `{ command: Uint8Array, file?: File }`, in comes `{ event: Uint8Array }`,
//! `{ panic: string, picture?: number }` or `{ requests: number[] }`. Files travel as handles, so
//! that their bytes are read in the worker only.

use js_sys::{Array, Float64Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, File, MessageEvent, Url, Worker, WorkerOptions, WorkerType};

use super::worker_script;
use crate::session::{Breakdown, Command, Event, PictureId};

/// What the worker says.
pub enum Message {
    /// The engine answered.
    Event(Event),
    /// The worker made requests at these times, in milliseconds of the wall clock.
    Requests(Vec<f64>),
    /// The worker broke off.
    Lost(Breakdown),
}

/// A running worker. Dropping it ends the worker.
pub struct Link {
    worker: Worker,
    script: String,
    _listeners: [Closure<dyn FnMut(JsValue)>; 3],
}

impl Link {
    /// Starts a worker; `listener` hears what it says.
    ///
    /// # Errors
    /// What the browser said, if it starts no worker.
    pub fn start(listener: impl Fn(Message) + Clone + 'static) -> Result<Self, String> {
        let script = script().map_err(in_words)?;
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name("engine");
        let worker = Worker::new_with_options(&script, &options).map_err(in_words)?;

        let heard = listener.clone();
        let on_message = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
            heard(read(&event.unchecked_into::<MessageEvent>().data()));
        });
        let unreadable = listener.clone();
        let on_message_error = Closure::<dyn FnMut(JsValue)>::new(move |_| {
            let reason = "A message from the engine could not be read.".to_owned();
            unreadable(Message::Lost(reason.into()));
        });
        let on_error = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
            // A worker that cannot load sends an event without a message.
            let said = event.dyn_into::<ErrorEvent>().ok().map(|error| error.message());
            let said = said.filter(|message| !message.is_empty());
            let reason =
                said.unwrap_or_else(|| "The engine's code could not be loaded.".to_owned());
            listener(Message::Lost(reason.into()));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(on_message_error.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self { worker, script, _listeners: [on_message, on_message_error, on_error] })
    }

    /// Sends a command, with the file that it is about.
    ///
    /// # Errors
    /// What the browser said, if the message cannot be sent.
    pub fn send(&self, command: &Command, file: Option<&File>) -> Result<(), String> {
        let bytes = postcard::to_stdvec(command).map_err(|error| error.to_string())?;
        let bytes = Uint8Array::from(bytes.as_slice());
        let message = Object::new();
        Reflect::set(&message, &"command".into(), &bytes).map_err(in_words)?;
        if let Some(file) = file {
            Reflect::set(&message, &"file".into(), file).map_err(in_words)?;
        }
        let moved = Array::of1(&bytes.buffer());
        self.worker.post_message_with_transfer(&message, &moved).map_err(in_words)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onmessageerror(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
        // Not earlier: a worker may still be fetching its script when its constructor returns.
        let _ = Url::revoke_object_url(&self.script);
    }
}

/// The address of the worker's script, which knows where the page lies.
fn script() -> Result<String, JsValue> {
    let window = web_sys::window();
    let base = window
        .as_ref()
        .and_then(|window| window.document())
        .and_then(|document| document.base_uri().ok().flatten())
        .unwrap_or_default();
    let cores = window.map_or(1.0, |window| window.navigator().hardware_concurrency());
    worker_script::address(&base, cores)
}

fn read(data: &JsValue) -> Message {
    let field =
        |name: &str| Reflect::get(data, &name.into()).ok().filter(|value| !value.is_undefined());
    if let Some(event) = field("event").and_then(|value| value.dyn_into::<Uint8Array>().ok()) {
        return match postcard::from_bytes(&event.to_vec()) {
            Ok(event) => Message::Event(event),
            Err(error) => {
                let reason = format!("A message from the engine made no sense: {error}.");
                Message::Lost(reason.into())
            }
        };
    }
    if let Some(times) = field("requests") {
        return Message::Requests(Float64Array::new(&times).to_vec());
    }
    let reason = field("panic").and_then(|value| value.as_string());
    let reason = reason.unwrap_or_else(|| "The engine said something unknown.".to_owned());
    let picture = field("picture").and_then(|value| value.as_f64());
    Message::Lost(Breakdown { reason, picture: picture.map(|id| PictureId(id as u32)) })
}

/// What the browser threw, in its words.
fn in_words(error: JsValue) -> String {
    match error.dyn_into::<js_sys::Error>() {
        Ok(error) => String::from(error.message()),
        Err(other) => other.as_string().unwrap_or_else(|| "The browser refused.".to_owned()),
    }
}
