//! What every worker of the engine needs of its own scope: messages, a clock, and a way to let the
//! browser deliver.

use std::cell::Cell;

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent, MessagePort};

use crate::session::PictureId;

/// Listens to whoever made this worker: messages that came before, and those to come.
pub(super) fn on_message(mut listener: impl FnMut(JsValue) + 'static) {
    let scope = scope();
    let pending = Reflect::get(&scope, &"pending".into()).unwrap_or_default();
    for message in Array::from(&pending).iter() {
        listener(message.unchecked_into::<MessageEvent>().data());
    }
    let listener = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
        listener(message.data());
    });
    scope.set_onmessage(Some(listener.into_js_value().unchecked_ref()));
}

/// Tells whoever made this worker that it cannot go on, and at which picture it broke off.
pub(super) fn post_panic(reason: &str, picture: Option<PictureId>) {
    let picture = picture.map_or(JsValue::UNDEFINED, |PictureId(id)| id.into());
    let message = object(&[("panic", &JsValue::from_str(reason)), ("picture", &picture)]);
    // There is nobody left to tell when this fails.
    let _ = scope().post_message(&message);
}

/// A plain object with these fields.
pub(super) fn object(fields: &[(&str, &JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a field of a fresh plain object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object.into()
}

/// The worker's global scope.
pub(super) fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Seconds since the worker began.
pub(super) fn seconds() -> f64 {
    thread_local! {
        static CLOCK: Option<web_sys::Performance> = scope().performance();
    }
    CLOCK.with(|clock| clock.as_ref().map_or(0.0, |clock| clock.now() / 1e3))
}

/// Seconds of work between two chances for messages to arrive. Most pieces of work are longer; of
/// shorter ones several are done, since each chance is a round through the browser.
const SLICE: f64 = 0.008;

/// Lets the browser deliver messages. A timer would wait four milliseconds, or a second in a
/// hidden tab; a message to oneself arrives at once.
pub(super) struct Pause {
    here: MessagePort,
    there: MessagePort,
    /// When messages had their last chance, in seconds.
    last: Cell<f64>,
}

impl Pause {
    pub fn new() -> Result<Self, String> {
        let channel =
            MessageChannel::new().map_err(|_| "This browser has no MessageChannel.".to_owned())?;
        Ok(Self {
            here: channel.port1(),
            there: channel.port2(),
            last: Cell::new(f64::NEG_INFINITY),
        })
    }

    /// Lets messages arrive if it is a while since they could.
    pub async fn if_due(&self) {
        let (now, last) = (seconds(), self.last.get());
        // A clock that stands still tells nothing.
        if now <= last || now - last >= SLICE {
            self.now().await;
            self.last.set(seconds());
        }
    }

    async fn now(&self) {
        let promise = Promise::new(&mut |resolve: Function, _| {
            self.here.set_onmessage(Some(&resolve));
            let _ = self.there.post_message(&JsValue::NULL);
        });
        // A promise that is only ever resolved cannot fail.
        let _ = JsFuture::from(promise).await;
    }
}
