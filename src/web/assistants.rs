//! Other workers that help on the CPU: started by the session's worker, each with an engine of its
//! own, since threads of one engine would need shared memory.
//!
//! To an assistant goes `{ program, backbone }` first, then `{ job: Uint8Array, numbers:
//! Float32Array[] }`; back come `{ ready: true }`, `{ report: Uint8Array, numbers: Float32Array[] }`
//! and `{ panic: string }`.

use std::cell::Cell;
use std::rc::Rc;

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_channel::oneshot;
use js_sys::{Array, Float32Array, Reflect, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, Url, Worker, WorkerOptions, WorkerType};

use super::worker_scope::{Pause, object, on_message, scope, seconds};
use super::worker_script;
use crate::session::{Assistant, Helper, Job, Parcel, Report};

/// How an assistant's worker is called.
const NAME: &str = "assistant";
/// Engines at once, this one included: more would wait for memory rather than compute.
const MOST_ENGINES: f64 = 8.0;
/// Milliseconds after which a worker that says nothing is given up, so that the page does not wait
/// for it.
const PATIENCE: i32 = 10_000;
/// Gibibytes that are assumed where the browser tells nothing. An engine takes some 100 MB and the
/// features of its runs, so a gibibyte for each leaves room for the rest of the machine.
const ASSUMED_MEMORY: f64 = 4.0;

/// What comes to a session from outside.
pub(super) enum Incoming {
    FromPage(JsValue),
    /// By the assistant's number.
    FromAssistant(usize, Said),
}

/// What an assistant says, or that it says nothing any more.
pub(super) enum Said {
    Report(Parcel<Report>),
    Lost(String),
}

/// Whether this worker is an assistant.
pub(super) fn is_one() -> bool {
    scope().name() == NAME
}

/// Engines that compute on the CPU, this one included: as many as there are cores and memory for.
pub(super) fn engines() -> usize {
    let memory = Reflect::get(&scope().navigator(), &"deviceMemory".into()).ok();
    let memory = memory.and_then(|memory| memory.as_f64()).unwrap_or(ASSUMED_MEMORY);
    let cores = global("cores").as_f64().unwrap_or(1.0);
    cores.min(memory).clamp(1.0, MOST_ENGINES) as usize
}

fn global(name: &str) -> JsValue {
    Reflect::get(&scope(), &name.into()).unwrap_or_default()
}

/// Starts so many assistants, and waits until they listen.
pub(super) async fn engage(
    count: usize,
    backbone: &[u8],
    sender: &UnboundedSender<Incoming>,
) -> Vec<Box<dyn Assistant>> {
    let script = global("base").as_string().map(|base| worker_script::address(&base, 1.0));
    let Some(Ok(script)) = script else { return Vec::new() };
    let mut started = Vec::new();
    for number in 0..count {
        // A browser that starts no further worker leaves those that it has started.
        let Ok((remote, ready)) = Remote::start(number, &script, sender.clone()) else { break };
        let hand_over =
            [("program", global("program")), ("backbone", Uint8Array::from(backbone).into())];
        let message = object(&hand_over.each_ref().map(|(name, value)| (*name, value)));
        if remote.worker.post_message(&message).is_err() {
            break;
        }
        started.push((remote, ready));
    }
    let mut assistants: Vec<Box<dyn Assistant>> = Vec::new();
    for (remote, ready) in started {
        // One that broke off has said so by the same way as it would later.
        let _ = ready.await;
        assistants.push(Box::new(remote));
    }
    // All have read it. One that cannot be revoked only stays in memory.
    let _ = Url::revoke_object_url(&script);
    assistants
}

/// An assistant, as the session's worker has it.
struct Remote {
    worker: Worker,
    _listeners: [Closure<dyn FnMut(JsValue)>; 2],
    /// Gives up on a worker that does not come up.
    _patience: Closure<dyn FnMut()>,
}

impl Remote {
    /// Starts a worker; the second value comes when it listens or has broken off.
    fn start(
        number: usize,
        script: &str,
        sender: UnboundedSender<Incoming>,
    ) -> Result<(Self, oneshot::Receiver<()>), JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(NAME);
        let worker = Worker::new_with_options(script, &options)?;
        let (ready, is_ready) = oneshot::channel();
        let ready = Rc::new(Cell::new(Some(ready)));
        // Says so only the first time. Nobody waits any more when sending fails.
        let announce = move || ready.take().map(|ready| ready.send(())).is_some();
        let (lost, announce_loss) = (sender.clone(), announce.clone());
        let (delayed, announce_delay) = (sender.clone(), announce.clone());
        let on_message = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
            let data = event.unchecked_into::<MessageEvent>().data();
            if has(&data, "requests") {
                // Requests count as the page's own, whoever made them.
                let _ = scope().post_message(&data);
                return;
            }
            announce();
            if let Some(said) = said(&data) {
                // Sending fails only when the session is gone.
                let _ = sender.unbounded_send(Incoming::FromAssistant(number, said));
            }
        });
        let on_error = Closure::<dyn FnMut(JsValue)>::new(move |_| {
            announce_loss();
            let said = Said::Lost("the browser reported an error in it".to_owned());
            let _ = lost.unbounded_send(Incoming::FromAssistant(number, said));
        });
        let patience = Closure::<dyn FnMut()>::new(move || {
            if announce_delay() {
                let said = Said::Lost("it did not come up in time".to_owned());
                let _ = delayed.unbounded_send(Incoming::FromAssistant(number, said));
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(on_error.as_ref().unchecked_ref()));
        let _ = scope().set_timeout_with_callback_and_timeout_and_arguments_0(
            patience.as_ref().unchecked_ref(),
            PATIENCE,
        );
        let remote = Self { worker, _listeners: [on_message, on_error], _patience: patience };
        Ok((remote, is_ready))
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        // A message after this would call a closure that is gone.
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.set_onmessageerror(None);
        self.worker.terminate();
    }
}

impl Assistant for Remote {
    fn send(&self, job: Parcel<Job>) -> Result<(), String> {
        let (message, moved) = pack("job", job)?;
        self.worker
            .post_message_with_transfer(&message, &moved)
            .map_err(|_| "the browser did not send it".to_owned())
    }
}

/// What a message of an assistant says; nothing for one that only says that it listens.
fn said(data: &JsValue) -> Option<Said> {
    if has(data, "ready") {
        return None;
    }
    if has(data, "report") {
        return Some(match unpack("report", data) {
            Ok(report) => Said::Report(report),
            Err(reason) => Said::Lost(reason),
        });
    }
    let reason = Reflect::get(data, &"panic".into()).ok().and_then(|value| value.as_string());
    Some(Said::Lost(reason.unwrap_or_else(|| "it said something unknown".to_owned())))
}

/// The assistant's side: does jobs for as long as the worker lives.
pub(super) async fn assist() -> Result<(), String> {
    let (sender, mut inbox): (_, UnboundedReceiver<JsValue>) = unbounded();
    on_message(move |data| drop(sender.unbounded_send(data)));
    let gone = |_| "the session is gone".to_owned();
    let first = inbox.recv().await.map_err(gone)?;
    let backbone = Reflect::get(&first, &"backbone".into())
        .ok()
        .and_then(|bytes| bytes.dyn_into::<Uint8Array>().ok())
        .ok_or("it got no backbone")?;
    let mut helper =
        Helper::begin(&backbone.to_vec(), seconds).map_err(|error| error.to_string())?;
    let pause = Pause::new()?;
    post(&object(&[("ready", &JsValue::TRUE)]), &Array::new())?;
    loop {
        while let Ok(message) = inbox.try_recv() {
            helper.submit(unpack("job", &message)?);
        }
        helper.work().await;
        for report in helper.take_reports() {
            let (message, moved) = pack("report", report)?;
            post(&message, &moved)?;
        }
        if helper.has_work() {
            pause.if_due().await;
        } else {
            let message = inbox.recv().await.map_err(gone)?;
            helper.submit(unpack("job", &message)?);
        }
    }
}

fn post(message: &JsValue, moved: &Array) -> Result<(), String> {
    scope()
        .post_message_with_transfer(message, moved)
        .map_err(|_| "the browser did not send an answer".to_owned())
}

/// A parcel as a message, and what of it moves instead of being copied.
fn pack<T: Serialize>(field: &str, parcel: Parcel<T>) -> Result<(JsValue, Array), String> {
    let bytes = postcard::to_stdvec(&parcel.note).map_err(|error| error.to_string())?;
    let bytes = Uint8Array::from(bytes.as_slice());
    let moved = Array::of1(&bytes.buffer());
    let numbers = Array::new();
    for values in parcel.numbers {
        let values = Float32Array::from(values.as_slice());
        moved.push(&values.buffer());
        numbers.push(&values);
    }
    Ok((object(&[(field, &bytes), ("numbers", &numbers)]), moved))
}

fn unpack<T: DeserializeOwned>(field: &str, message: &JsValue) -> Result<Parcel<T>, String> {
    let nonsense = || "a message made no sense".to_owned();
    let get = |name: &str| Reflect::get(message, &name.into()).map_err(|_| nonsense());
    let bytes: Uint8Array = get(field)?.dyn_into().map_err(|_| nonsense())?;
    let note = postcard::from_bytes(&bytes.to_vec()).map_err(|error| error.to_string())?;
    let numbers = Array::from(&get("numbers")?);
    let numbers = numbers.iter().map(|values| Float32Array::new(&values).to_vec()).collect();
    Ok(Parcel { note, numbers })
}

fn has(message: &JsValue, field: &str) -> bool {
    Reflect::get(message, &field.into()).is_ok_and(|value| !value.is_undefined())
}
