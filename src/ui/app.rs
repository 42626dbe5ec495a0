//! The page as one component: takes actions into the state and carries their effects out.

use std::collections::VecDeque;

use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use web_sys::{File, HtmlInputElement};
use yew::prelude::*;

use super::parts::{
    AnswersPanel, Ask, AtlasPanel, CutPanel, Differences, Facts, Lost, PicturesPanel, Race, Start,
};
use super::state::{Action, Contents, Effect, Engine, Offered, Place, State};
use crate::session::{ClassId, Command, DeviceChoice, Event, FileName, PictureId, SampleTask};
use crate::web::clipboard::Pastes;
use crate::web::drops::{Drop, Drops};
use crate::web::files::{Collected, Found, take_chosen};
use crate::web::focus;
use crate::web::link::{Link, Message};
use crate::web::requests::{self, RequestWatch};
use crate::web::saved_parts::SavedParts;
use crate::web::shelf::{self, Shelf};

/// What reaches the page.
pub enum Input {
    /// An action for the state.
    Act(Action),
    /// Files for the classes.
    Give(Place, Vec<Found>),
    /// A drop, with the part of the page that it was on.
    Dropped(Option<String>, Drop),
    /// Files that were pasted while this zone, if any, had the focus.
    Pasted(Option<String>, Vec<Found>),
    /// A picture that the camera took for a class, and the burst that it is of.
    Took(ClassId, File, Option<u32>),
    /// A file to ask about.
    Ask(File),
    /// What the camera sees, to ask about.
    AskLive(File),
    /// A fresh drawing to ask about.
    AskDrawn(SampleTask),
    /// The worker said something.
    Heard(Message),
    /// Pictures that arrived meanwhile may be shown.
    Show,
    /// Commands that wait may be sent.
    Send,
    /// The page made requests at these times.
    Requested(Vec<f64>),
}

/// Milliseconds between two looks of the page at pictures that arrive one by one: to draw it for
/// each would take a core from those who decode them.
const SHOWN_EVERY: u32 = 100;
/// Pictures of one look. More of them would hold the page up where all cores decode.
const SHOWN_AT_ONCE: usize = 16;
/// Milliseconds until the next look where pictures are left.
const SHOWN_NEXT: u32 = 20;

/// What the engine has said and the page has not yet taken in.
#[derive(Default)]
struct Arrived {
    events: Vec<Event>,
    /// Takes them in when it is over.
    timer: Option<Timeout>,
}

/// Milliseconds that are spent on sending before the page gets its turn: a file takes half of one, and
/// two thousand would hold the page up for a second.
const SENT_AT_ONCE: f64 = 8.0;

/// Commands on their way to the engine, in their order.
#[derive(Default)]
struct Outbox {
    waiting: VecDeque<Command>,
    /// Goes on when it is over.
    timer: Option<Timeout>,
}

/// Milliseconds without a change before the engine is asked what training would take.
const CHANGES_SETTLE_AFTER: u32 = 400;

/// How a project's file is called, until the person calls it otherwise.
const PROJECT_NAME: &str = "headstart-project.zip";

/// The page.
pub struct App {
    state: State,
    link: Option<Link>,
    shelf: Shelf,
    ready_at: Option<f64>,
    arrived: Arrived,
    race_shown: bool,
    /// Asks ahead when it is over.
    asking_ahead: Option<Timeout>,
    outbox: Outbox,
    /// What has come of a project that is being saved.
    saved: SavedParts,
    act: Callback<Action>,
    give: Callback<(Place, HtmlInputElement)>,
    take: Callback<(ClassId, File, Option<u32>)>,
    ask: Callback<HtmlInputElement>,
    ask_live: Callback<File>,
    ask_drawn: Callback<SampleTask>,
    _drops: Option<Drops>,
    _pastes: Option<Pastes>,
    _requests: Option<RequestWatch>,
}

impl Component for App {
    type Message = Input;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let link = ctx.link();
        let document = web_sys::window().and_then(|window| window.document());
        let dropped = link.callback(|(zone, collected)| Input::Dropped(zone, collected));
        let pasted = link.callback(|(zone, found)| Input::Pasted(zone, found));
        let requested = link.callback(Input::Requested);
        link.send_message(Input::Act(Action::Open));
        Self {
            state: State::default(),
            link: None,
            shelf: Shelf::default(),
            ready_at: None,
            arrived: Arrived::default(),
            race_shown: false,
            asking_ahead: None,
            outbox: Outbox::default(),
            saved: SavedParts::default(),
            act: link.callback(Input::Act),
            give: link.callback(|(place, input)| Input::Give(place, take_chosen(&input))),
            take: link.callback(|(class, file, burst)| Input::Took(class, file, burst)),
            ask_live: link.callback(Input::AskLive),
            ask: link.batch_callback(|input| {
                take_chosen(&input).into_iter().next().map(|found| Input::Ask(found.file))
            }),
            ask_drawn: link.callback(Input::AskDrawn),
            _pastes: document.clone().map(|document| {
                Pastes::listen(document, move |zone, found| pasted.emit((zone, found)))
            }),
            _drops: document.map(|document| {
                Drops::listen(document, move |zone, collected| dropped.emit((zone, collected)))
            }),
            _requests: RequestWatch::start(move |times| requested.emit(times)),
        }
    }

    fn update(&mut self, ctx: &Context<Self>, input: Input) -> bool {
        match input {
            Input::Act(action) => self.act(ctx, action),
            Input::Give(place, found) => {
                let is_archive = |found: &Found| FileName(&found.file.name()).is_archive();
                let (archives, found): (Vec<_>, Vec<_>) = found.into_iter().partition(is_archive);
                for Found { file, .. } in archives {
                    let name = file.name();
                    let id = self.shelf.put_archive(file);
                    self.act(ctx, Action::OfferArchive(place, id, name));
                }
                let files = found.into_iter().map(|Found { file, folder }| {
                    let name = file.name();
                    Offered { picture: self.shelf.put_picture(file), name, folder, burst: None }
                });
                let files: Vec<Offered> = files.collect();
                if !files.is_empty() {
                    self.act(ctx, Action::Offer(place, files));
                }
            }
            Input::Pasted(zone, found) => {
                <Self as Component>::update(self, ctx, given(zone, found));
            }
            Input::Took(class, file, burst) => {
                let name = file.name();
                let picture = self.shelf.put_picture(file);
                let files = vec![Offered { picture, name, folder: None, burst }];
                self.act(ctx, Action::Offer(Place::Class(class), files));
            }
            Input::AskLive(file) => {
                let can = self.state.experiment.as_ref().is_some_and(|e| e.can_be_asked());
                let is_awaited = self.state.question.as_ref().is_some_and(|q| q.is_awaited);
                if !can || is_awaited {
                    return false;
                }
                let question = self.shelf.put_question(file);
                self.act(ctx, Action::AskLive(question));
            }
            Input::Dropped(zone, Drop::Picture(id)) => {
                let Some(class) = class_of(&zone.unwrap_or_default()) else { return false };
                self.act(ctx, Action::MovePicture(PictureId(id), class));
            }
            Input::Dropped(zone, Drop::Files(Collected { found, unreadable })) => {
                let names = unreadable.into_iter().map(|name| (self.shelf.new_picture(), name));
                let names: Vec<_> = names.collect();
                if !names.is_empty() {
                    self.act(ctx, Action::Unreadable(names));
                }
                if !found.is_empty() {
                    <Self as Component>::update(self, ctx, given(zone, found));
                }
            }
            Input::Ask(file) => {
                let can = self.state.experiment.as_ref().is_some_and(|e| e.can_be_asked());
                if !can {
                    return false;
                }
                let name = file.name();
                let question = self.shelf.put_question(file);
                self.act(ctx, Action::Ask(question, name));
            }
            Input::AskDrawn(task) => {
                let question = self.shelf.new_question();
                self.act(ctx, Action::AskDrawn(question, task));
            }
            Input::Heard(Message::Event(event)) => {
                let is_picture = is_picture(&event);
                self.arrived.events.push(event);
                if is_picture && self.arrived.timer.is_none() {
                    self.arrived.timer = Some(look_after(ctx, SHOWN_EVERY));
                }
                // Everything but pictures is told at once, after the pictures before it.
                if is_picture {
                    return false;
                }
                self.show(ctx);
            }
            Input::Send => {
                self.outbox.timer = None;
                self.send(ctx);
                return false;
            }
            Input::Show => {
                let count = self.arrived.events.len().min(SHOWN_AT_ONCE);
                let left = self.arrived.events.split_off(count);
                let some = std::mem::replace(&mut self.arrived.events, left);
                let is_next = !self.arrived.events.is_empty();
                self.arrived.timer = is_next.then(|| look_after(ctx, SHOWN_NEXT));
                self.hear_all(ctx, some);
            }
            Input::Heard(Message::Lost(breakdown)) => {
                self.show(ctx);
                self.link = None;
                self.act(ctx, Action::EngineLost(breakdown));
            }
            Input::Heard(Message::Requests(times)) | Input::Requested(times) => {
                // What was asked for before the engine was ready is the page itself.
                let Some(ready_at) = self.ready_at else { return false };
                let since = times.iter().filter(|time| **time > ready_at).count();
                if since == 0 {
                    return false;
                }
                self.act(ctx, Action::Requested(since));
            }
        }
        true
    }

    fn view(&self, _: &Context<Self>) -> Html {
        let State { pictures, settings, experiment, question, explanations, .. } = &self.state;
        let act = &self.act;
        let running = experiment.as_ref().is_some_and(|experiment| experiment.is_running());
        let askable = experiment.as_ref().is_some_and(|experiment| experiment.can_be_asked());
        html! {
            <>
                <Facts engine={self.state.engine.clone()} device={self.state.device.clone()}
                    requests={self.state.requests} />
                if let Engine::Lost(reason) = &self.state.engine {
                    <Lost reason={reason.clone()} on_cpu={settings.device == DeviceChoice::Cpu} {act} />
                }
                <PicturesPanel pictures={pictures.clone()} weights={settings.tuning.class_weights}
                    saving={self.state.saving.clone()}
                    why_not_save={self.state.why_not_save().map(AttrValue::from)}
                    {act} give={&self.give} take={&self.take} />
                <CutPanel settings={settings.clone()} classes={pictures.filled_classes()}
                    device={self.state.device.clone()} training={self.state.is_training()}
                    forecast={self.state.forecast().clone()}
                    search={self.state.rate_search.clone()}
                    views={self.state.views_shown.clone()}
                    can_show_views={self.state.can_show_views()}
                    why_not_find={self.state.why_not_find_rate().map(AttrValue::from)} {act}>
                    <Start why_not={self.state.why_not_start()} {running}
                        starting={self.state.starting.is_some()}
                        again={experiment.is_some()}
                        concerns={pictures.unsettled(settings.tuning.class_weights).count()}
                        forecast={self.state.forecast().clone()}
                        refused={self.state.start_refused.clone()} {act} />
                </CutPanel>
                if let Some(experiment) = experiment {
                    <Race experiment={experiment.clone()} {act} />
                    <AnswersPanel experiment={experiment.clone()} answers={self.state.answers.clone()}
                        pictures={pictures.clone()} why_not={self.state.why_not_start()} {act} />
                    <Differences study={self.state.study.clone()} seeds={settings.seeds}
                        classes={pictures.classes.clone()} give={&self.give}
                        why_not={self.state.why_not_measure()} {act} />
                    if askable || question.is_some() {
                        <Ask experiment={experiment.clone()} question={question.clone()}
                            {askable} ask={&self.ask} ask_live={&self.ask_live} sample={pictures.sample()}
                            ask_drawn={&self.ask_drawn} why={explanations.why.clone()}
                            pictures={pictures.clone()} {act} />
                    }
                    if askable {
                        <AtlasPanel experiment={experiment.clone()}
                            atlas={explanations.atlas.clone()}
                            nearest={explanations.nearest.clone()}
                            patches={explanations.patches.clone()}
                            is_open={self.state.answers.is_open} pictures={pictures.clone()} {act} />
                    }
                }
                <p class="unseen" role="status">{ &self.state.news }</p>
            </>
        }
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        let shown = self.state.experiment.as_ref().is_some_and(|e| e.is_running());
        if shown && !self.race_shown {
            focus::show("race");
        }
        self.race_shown = shown;
    }
}

impl App {
    fn act(&mut self, ctx: &Context<Self>, action: Action) {
        for effect in self.state.reduce(action) {
            self.carry_out(ctx, effect);
        }
        if !self.state.is_saving() {
            // Whatever became of a file, what the page had of it goes.
            self.saved = SavedParts::default();
        }
    }

    fn carry_out(&mut self, ctx: &Context<Self>, effect: Effect) {
        match effect {
            Effect::StartEngine => {
                // What an engine is fetched with is not counted.
                self.ready_at = None;
                let heard = ctx.link().callback(Input::Heard);
                self.link = None;
                self.outbox = Outbox::default();
                match Link::start(move |message| heard.emit(message)) {
                    Ok(link) => self.link = Some(link),
                    Err(reason) => self.lost(ctx, reason),
                }
            }
            Effect::Send(command) => {
                // Files come by the hundred, each as an effect of its own.
                let is_file =
                    matches!(command, Command::AddPicture { .. } | Command::PackPicture { .. });
                if matches!(command, Command::CancelPacking) {
                    self.outbox.waiting.retain(|waiting| !waiting.packs());
                }
                self.outbox.waiting.push_back(command);
                match self.outbox.timer {
                    Some(_) => {}
                    None if is_file => self.send_soon(ctx),
                    None => self.send(ctx),
                }
            }
            Effect::AskAheadSoon => {
                let act = self.act.clone();
                let ask = move || act.emit(Action::AskAhead);
                self.asking_ahead = Some(Timeout::new(CHANGES_SETTLE_AFTER, ask));
            }
            Effect::Revoke(image) => shelf::revoke(&image),
            Effect::Forget(picture) => self.shelf.forget(picture),
            Effect::Download => {
                let (saved, act) = (std::mem::take(&mut self.saved), self.act.clone());
                spawn_local(async move {
                    if !saved.save_as(PROJECT_NAME).await {
                        act.emit(Action::SavingFailed);
                    }
                });
            }
        }
    }

    /// Sends what waits, as far as the page can spare the time.
    fn send(&mut self, ctx: &Context<Self>) {
        let began = requests::now();
        while let Some(command) = self.outbox.waiting.pop_front() {
            // Without an engine there is nobody to hear it; the next one is told everything anew.
            let Some(link) = &self.link else { continue };
            let file = self.shelf.file_for(&command);
            // One that was let go while it waited has no file any more.
            if file.is_none() && matches!(command, Command::AddPicture { .. }) {
                continue;
            }
            if let Err(reason) = link.send(&command, file) {
                return self.lost(ctx, reason);
            }
            if requests::now() - began > SENT_AT_ONCE && !self.outbox.waiting.is_empty() {
                return self.send_soon(ctx);
            }
        }
    }

    /// Sends what waits when the page has had its turn.
    fn send_soon(&mut self, ctx: &Context<Self>) {
        let link = ctx.link().clone();
        let go_on = move || link.send_message(Input::Send);
        self.outbox.timer = Some(Timeout::new(0, go_on));
    }

    fn lost(&self, ctx: &Context<Self>, reason: String) {
        ctx.link().send_message(Input::Heard(Message::Lost(reason.into())));
    }

    /// Takes in what the engine has said, in its order.
    fn show(&mut self, ctx: &Context<Self>) {
        let Arrived { events, .. } = std::mem::take(&mut self.arrived);
        self.hear_all(ctx, events);
    }

    fn hear_all(&mut self, ctx: &Context<Self>, events: Vec<Event>) {
        for event in events {
            self.heard(ctx, event);
        }
    }

    /// Gives an event's picture an address, so that the state need not hold its bytes.
    fn heard(&mut self, ctx: &Context<Self>, mut event: Event) {
        if let Event::ArchiveListed { archive, entries, refused, clutter, project, .. } = event {
            let first = self.shelf.new_pictures(entries.len() + refused.len());
            let contents = Contents { archive, first, entries, refused, clutter, project };
            return self.act(ctx, Action::ArchiveListed(contents));
        }
        if let Event::ProjectPart { number, bytes, .. } = &mut event
            && self.state.saves(*number)
            && !self.saved.add(&std::mem::take(bytes))
        {
            return self.act(ctx, Action::SavingFailed);
        }
        let image = match &mut event {
            Event::PictureAdded { thumbnail, .. }
            | Event::Answered { thumbnail, .. }
            | Event::Explained { overlay: thumbnail, .. }
            | Event::ViewsShown { sheet: thumbnail } => shelf::png_url(&std::mem::take(thumbnail)),
            Event::Ready { .. } => {
                self.ready_at = Some(requests::now());
                None
            }
            _ => None,
        };
        self.act(ctx, Action::Heard { event, image });
    }
}

fn is_picture(event: &Event) -> bool {
    matches!(event, Event::PictureAdded { .. } | Event::PictureRefused { .. })
}

/// The class that a part of the page stands for.
fn class_of(zone: &str) -> Option<ClassId> {
    zone.strip_prefix("class-").and_then(|id| id.parse().ok()).map(ClassId)
}

/// What files mean by where they were dropped.
fn given(zone: Option<String>, found: Vec<Found>) -> Input {
    let zone = zone.unwrap_or_default();
    if zone == "ask"
        && let Some(first) = found.first()
    {
        return Input::Ask(first.file.clone());
    }
    let setting = zone.strip_prefix("setting-").and_then(|id| id.parse().ok()).map(ClassId);
    let place = match (class_of(&zone), setting) {
        (Some(class), _) => Place::Class(class),
        (_, Some(class)) => Place::NewSetting(class),
        _ if zone == "new" => Place::NewClass,
        _ => Place::Page,
    };
    Input::Give(place, found)
}

/// Has the page look at the pictures that arrived, so many milliseconds later.
fn look_after(ctx: &Context<App>, milliseconds: u32) -> Timeout {
    let link = ctx.link().clone();
    Timeout::new(milliseconds, move || link.send_message(Input::Show))
}
