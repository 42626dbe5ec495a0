//! The camera's picture, and what is taken of it.

use std::cell::Cell;
use std::rc::Rc;

use gloo_timers::callback::Interval;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, Event, File, HtmlSelectElement, HtmlVideoElement};
use yew::prelude::*;

use crate::session::Refusal;
use crate::ui::text::counted;
use crate::web::camera::{Camera, CameraChoice, CameraError, OutOfSight, cameras, new_burst};
use crate::web::focus;

/// Milliseconds between two pictures of a burst.
const BURST_EVERY: u32 = 250;
/// Most pictures of a burst: a quarter of a minute.
const MOST_OF_A_BURST: usize = 60;
/// Milliseconds until a picture is asked about, once the one before was answered.
const LIVE_EVERY: u32 = 60;

/// What the camera's pictures are for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// To be kept, one or a burst at a time.
    Keep,
    /// To be asked about, one after the other: the number changes with every answer, and is
    /// missing while one is awaited.
    Ask(Option<u32>),
}

/// Of the panel.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is looked at, for those who listen.
    pub label: AttrValue,
    /// What for.
    pub purpose: Purpose,
    /// Hears of a picture, and of the burst that it is of.
    pub taken: Callback<(File, Option<u32>)>,
    /// Hears that it is no longer wanted.
    pub closed: Callback<()>,
}

/// A camera that is on.
#[derive(Clone)]
struct On(Rc<Camera>);

impl PartialEq for On {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// The camera for as long as the part is on the page, and why there is none.
#[hook]
fn use_camera(wanted: Option<String>) -> Result<Option<On>, CameraError> {
    let camera = use_state(|| Ok(None));
    let set = camera.setter();
    use_effect_with(wanted, move |wanted| {
        let is_wanted = Rc::new(Cell::new(true));
        let (still, wanted, set_later) = (is_wanted.clone(), wanted.clone(), set.clone());
        spawn_local(async move {
            let gone = set_later.clone();
            let ended = move || gone.set(Err(CameraError::Lost));
            let opened = Camera::open(wanted.as_deref(), ended).await;
            // Where nobody wants it any more it is dropped here, and so switched off.
            if still.get() {
                set_later.set(opened.map(|camera| Some(On(Rc::new(camera)))));
            }
        });
        move || {
            is_wanted.set(false);
            set.set(Ok(None));
        }
    });
    (*camera).clone()
}

/// What to do every so many milliseconds while there is a camera and it is wanted.
#[hook]
fn use_pictures<D: PartialEq + 'static>(
    video: &NodeRef,
    camera: Option<On>,
    every: u32,
    wanted: Option<D>,
    taken: Callback<File>,
) {
    let video = video.clone();
    use_effect_with((camera, wanted), move |(camera, wanted)| {
        let camera = camera.clone().filter(|_| wanted.is_some());
        let is_busy = Rc::new(Cell::new(false));
        let interval = camera.map(|camera| {
            let stays = Rc::new(Cell::new(true));
            let stayed = stays.clone();
            let interval = Interval::new(every, move || {
                if !is_busy.replace(true) {
                    let (is_busy, stays) = (is_busy.clone(), stayed.clone());
                    take(&video, &camera, taken.clone(), move |made| {
                        is_busy.set(false);
                        made && stays.get()
                    });
                }
            });
            (interval, stays)
        });
        move || {
            if let Some((interval, stays)) = interval {
                stays.set(false);
                drop(interval);
            }
        }
    });
}

/// Takes a picture; `is_wanted` hears when it is there, or that there is none.
fn take(
    video: &NodeRef,
    camera: &On,
    taken: Callback<File>,
    is_wanted: impl FnOnce(bool) -> bool + 'static,
) {
    let Some(video) = video.cast::<HtmlVideoElement>() else {
        is_wanted(false);
        return;
    };
    let camera = camera.clone();
    spawn_local(async move {
        let picture = camera.0.picture(&video).await;
        if is_wanted(picture.is_some())
            && let Some(picture) = picture
        {
            taken.emit(picture);
        }
    });
}

/// A picture of what the camera sees, and buttons to take some.
#[component]
pub fn CameraPanel(props: &Props) -> Html {
    let Props { label, purpose, taken, closed } = props;
    let video = use_node_ref();
    let wanted = use_state(|| None::<String>);
    let choices = use_state(Vec::<CameraChoice>::new);
    // A burst and how many pictures it has; none is recorded when it is full.
    let burst = use_state(|| None::<u32>);
    let count = use_mut_ref(|| 0);
    let told = use_state(|| 0);
    let opened = use_camera((*wanted).clone());
    let camera = opened.clone().ok().flatten();
    {
        let (video, choices) = (video.clone(), choices.setter());
        use_effect_with(camera.clone(), move |camera| {
            let element = video.cast::<HtmlVideoElement>();
            if let (Some(On(camera)), Some(video)) = (camera, element) {
                camera.show_in(&video);
                spawn_local(async move { choices.set(cameras().await) });
            }
        });
    }
    {
        let closed = closed.clone();
        use_effect_with((), move |()| {
            let watch = OutOfSight::watch(move || closed.emit(()));
            move || drop(watch)
        });
    }
    let kept = {
        let (taken, burst, told, count) =
            (taken.clone(), burst.clone(), told.setter(), count.clone());
        Callback::from(move |file: File| {
            taken.emit((file, *burst));
            let mut count = count.borrow_mut();
            *count += 1;
            told.set(*count);
            if *count >= MOST_OF_A_BURST {
                burst.set(None);
            }
        })
    };
    use_pictures(&video, camera.clone(), BURST_EVERY, *burst, kept);
    let asked = match purpose {
        Purpose::Ask(number) => *number,
        Purpose::Keep => None,
    };
    let ask = taken.reform(|file| (file, None));
    use_pictures(&video, camera.clone(), LIVE_EVERY, asked, ask);

    let one = {
        let (video, camera, taken) = (video.clone(), camera.clone(), taken.clone());
        move |_: MouseEvent| {
            if let Some(camera) = &camera {
                take(&video, camera, taken.reform(|file| (file, None)), |made| made);
            }
        }
    };
    let record = {
        let (burst, told) = (burst.clone(), told.setter());
        move |_: MouseEvent| {
            *count.borrow_mut() = 0;
            told.set(0);
            burst.set(if burst.is_some() { None } else { Some(new_burst()) });
        }
    };
    let chosen = {
        let (wanted, burst) = (wanted.setter(), burst.setter());
        move |event: Event| {
            if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
                burst.set(None);
                wanted.set(Some(select.value()));
            }
        }
    };
    let close = closed.reform(|event: MouseEvent| {
        if let Some(button) = event.target_dyn_into::<Element>() {
            focus::leave(&button, ".camera");
        }
    });
    let problem = opened.err().map(CameraError::refusal);
    html! {
        <div class="camera" data-test="camera" data-state={state(&camera, &problem)}>
            if let Some(Refusal { reason, remedy }) = &problem {
                <p class="refusal" role="alert" data-test="camera-refused">
                    <b>{ reason }</b>{ " " }{ remedy }
                </p>
            } else {
                <video ref={video} aria-label={label.clone()} muted=true playsinline=true autoplay=true />
            }
            if choices.len() > 1 {
                <select aria-label="Camera" data-test="camera-choice" onchange={chosen}>
                    { for choices.iter().map(|choice| html! {
                        <option key={choice.id.clone()} value={choice.id.clone()}
                            selected={wanted.as_ref() == Some(&choice.id)}>{ &choice.label }</option>
                    }) }
                </select>
            }
            <p class="buttons">
                if *purpose == Purpose::Keep && problem.is_none() {
                    <button class="pill small" data-test="take-one" onclick={one}
                        disabled={camera.is_none() || burst.is_some()}>{ "Take one" }</button>
                    <button class="pill small" data-test="record-burst" onclick={record}
                        disabled={camera.is_none()} aria-pressed={burst.is_some().to_string()}>
                        { if burst.is_some() { "Stop" } else { "Record a burst" } }
                    </button>
                }
                <button class="pill small" data-test="close-camera" onclick={close}>
                    { "Close the camera" }
                </button>
            </p>
            if *told > 0 {
                <p class="plain" data-test="burst-count">
                    { format!("{} in this burst, kept together when pictures are split.",
                        counted(*told, "picture", "pictures")) }
                </p>
            }
        </div>
    }
}

fn state(camera: &Option<On>, problem: &Option<Refusal>) -> &'static str {
    match (camera, problem) {
        (_, Some(_)) => "refused",
        (Some(_), None) => "on",
        (None, None) => "opening",
    }
}
