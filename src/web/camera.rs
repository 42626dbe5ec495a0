//! The camera: opened, looked through, and let go.

use std::cell::Cell;

use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, CanvasRenderingContext2d, Document, File, HtmlCanvasElement, HtmlVideoElement,
    MediaDeviceInfo, MediaDeviceKind, MediaDevices, MediaStream, MediaStreamConstraints,
    MediaStreamTrack,
};

use super::files::named;
use crate::session::Refusal;

/// Longer side of a picture that is taken, in pixels: some times what the network sees.
const LONGER_SIDE: f64 = 640.0;
/// Quality of its JPEG file.
const QUALITY: f64 = 0.92;

/// Why there is no picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CameraError {
    /// The browser gives this page none.
    Unsupported,
    /// There is none.
    Absent,
    /// The person or their settings forbid it.
    Denied,
    /// Another program has it.
    Busy,
    /// It was there and is gone.
    Lost,
    /// It gives no picture, whatever the reason.
    Failed,
}

impl CameraError {
    fn of(error: &JsValue) -> Self {
        let name = Reflect::get(error, &"name".into()).ok().and_then(|name| name.as_string());
        match name.unwrap_or_default().as_str() {
            "NotFoundError" | "OverconstrainedError" => Self::Absent,
            "NotAllowedError" | "SecurityError" => Self::Denied,
            "NotReadableError" | "AbortError" => Self::Busy,
            "TypeError" => Self::Unsupported,
            _ => Self::Failed,
        }
    }

    /// What happened, and what the person can do.
    pub fn refusal(self) -> Refusal {
        let (reason, remedy) = match self {
            Self::Unsupported => (
                "This browser gives the page no camera.",
                "Open the page over HTTPS or from this machine itself, or choose pictures.",
            ),
            Self::Absent => ("No camera was found.", "Connect one, then open this again."),
            Self::Denied => (
                "This page may not use the camera.",
                "Allow it in the browser’s settings for this page, then open this again.",
            ),
            Self::Busy => (
                "The camera is in use, or does not answer.",
                "Close the program that uses it, then open this again.",
            ),
            Self::Lost => ("The camera is gone.", "Connect it again, then open this again."),
            Self::Failed => {
                ("The camera gives no picture.", "Open this again, or choose pictures.")
            }
        };
        Refusal { reason: reason.to_owned(), remedy: remedy.to_owned() }
    }
}

/// A camera that could be opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CameraChoice {
    /// What the browser knows it by.
    pub id: String,
    /// What a person knows it by.
    pub label: String,
}

/// A camera that is on. Dropping it switches it off.
pub struct Camera {
    stream: MediaStream,
    canvas: HtmlCanvasElement,
    ended: Closure<dyn FnMut()>,
}

impl Camera {
    /// Switches a camera on, whichever the browser thinks best unless one is named. `ended` hears
    /// when it goes by itself.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn open(
        id: Option<&str>,
        ended: impl FnMut() + 'static,
    ) -> Result<Self, CameraError> {
        let constraints = MediaStreamConstraints::new();
        constraints.set_video(&wanted(id));
        let asked = devices()?
            .get_user_media_with_constraints(&constraints)
            .map_err(|error| CameraError::of(&error))?;
        let stream = JsFuture::from(asked).await.map_err(|error| CameraError::of(&error))?;
        let stream: MediaStream = stream.dyn_into().map_err(|_| CameraError::Failed)?;
        let document = document().ok_or(CameraError::Failed)?;
        let canvas = document.create_element("canvas").map_err(|_| CameraError::Failed)?;
        let canvas = canvas.dyn_into().map_err(|_| CameraError::Failed)?;
        let camera = Self { stream, canvas, ended: Closure::new(ended) };
        for track in camera.tracks() {
            track.set_onended(Some(camera.ended.as_ref().unchecked_ref()));
        }
        Ok(camera)
    }

    fn tracks(&self) -> impl Iterator<Item = MediaStreamTrack> {
        self.stream.get_tracks().into_iter().filter_map(|track| track.dyn_into().ok())
    }

    /// Shows what it sees.
    pub fn show_in(&self, video: &HtmlVideoElement) {
        video.set_src_object(Some(&self.stream));
        // A browser that would rather wait says so by a promise that nobody needs.
        let _ = video.play();
    }

    /// What is shown at this moment, as a JPEG file. `None` before there is anything.
    pub async fn picture(&self, video: &HtmlVideoElement) -> Option<File> {
        let (width, height) = (f64::from(video.video_width()), f64::from(video.video_height()));
        if width < 1.0 || height < 1.0 {
            return None;
        }
        let scale = (LONGER_SIDE / width.max(height)).min(1.0);
        let (width, height) = ((width * scale).round(), (height * scale).round());
        self.canvas.set_width(width as u32);
        self.canvas.set_height(height as u32);
        let context = self.canvas.get_context("2d").ok().flatten()?;
        let context: CanvasRenderingContext2d = context.dyn_into().ok()?;
        context
            .draw_image_with_html_video_element_and_dw_and_dh(video, 0.0, 0.0, width, height)
            .ok()?;
        let promise = Promise::new(&mut |resolve, _| {
            let made = self.canvas.to_blob_with_type_and_encoder_options(
                &resolve,
                "image/jpeg",
                &QUALITY.into(),
            );
            if made.is_err() {
                let _ = resolve.call0(&JsValue::NULL);
            }
        });
        let blob: Blob = JsFuture::from(promise).await.ok()?.dyn_into().ok()?;
        named(&blob, &format!("camera {}.jpg", next_number()))
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        for track in self.tracks() {
            track.set_onended(None);
            track.stop();
        }
    }
}

/// The cameras that there are, by name once one was allowed.
pub async fn cameras() -> Vec<CameraChoice> {
    let Ok(Ok(asked)) = devices().map(|devices| devices.enumerate_devices()) else {
        return Vec::new();
    };
    let Ok(found) = JsFuture::from(asked).await else { return Vec::new() };
    let found = js_sys::Array::from(&found);
    let infos = found.iter().filter_map(|info| info.dyn_into::<MediaDeviceInfo>().ok());
    let infos = infos.filter(|info| info.kind() == MediaDeviceKind::Videoinput);
    let choices = infos.enumerate().map(|(number, info)| {
        let label = info.label();
        let label = if label.is_empty() { format!("Camera {}", number + 1) } else { label };
        CameraChoice { id: info.device_id(), label }
    });
    choices.filter(|choice| !choice.id.is_empty()).collect()
}

/// A number that no burst had before.
pub fn new_burst() -> u32 {
    next_number()
}

/// Calls back when the page goes out of sight, until dropped itself.
pub struct OutOfSight {
    document: Document,
    listener: Closure<dyn FnMut()>,
}

impl OutOfSight {
    /// `gone` hears of it.
    pub fn watch(gone: impl Fn() + 'static) -> Option<Self> {
        let document = document()?;
        let seen = document.clone();
        let listener = Closure::<dyn FnMut()>::new(move || {
            if seen.hidden() {
                gone();
            }
        });
        let callback = listener.as_ref().unchecked_ref();
        document.add_event_listener_with_callback("visibilitychange", callback).ok()?;
        Some(Self { document, listener })
    }
}

impl Drop for OutOfSight {
    fn drop(&mut self) {
        let listener = self.listener.as_ref().unchecked_ref();
        let _ = self.document.remove_event_listener_with_callback("visibilitychange", listener);
    }
}

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

fn devices() -> Result<MediaDevices, CameraError> {
    let navigator = web_sys::window().ok_or(CameraError::Unsupported)?.navigator();
    // A page that came over plain HTTP has none at all.
    let devices = Reflect::get(&navigator, &"mediaDevices".into());
    let devices = devices.ok().filter(|devices| devices.is_object());
    Ok(devices.ok_or(CameraError::Unsupported)?.unchecked_into())
}

/// What is asked of a camera: to be this one, and not to send more than is needed.
fn wanted(id: Option<&str>) -> JsValue {
    let wanted = Object::new();
    // Setting a field of a fresh plain object cannot fail.
    let put = |object: &Object, name: &str, value: &JsValue| {
        let _ = Reflect::set(object, &name.into(), value);
    };
    let ideal = |number: f64| {
        let ideal = Object::new();
        put(&ideal, "ideal", &number.into());
        ideal
    };
    put(&wanted, "width", &ideal(640.0));
    put(&wanted, "height", &ideal(480.0));
    if let Some(id) = id {
        let exact = Object::new();
        put(&exact, "exact", &id.into());
        put(&wanted, "deviceId", &exact);
    }
    wanted.into()
}

fn next_number() -> u32 {
    thread_local!(static LAST: Cell<u32> = const { Cell::new(0) });
    LAST.set(LAST.get() + 1);
    LAST.get()
}
