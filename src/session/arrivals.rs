//! Pictures on their way into the gallery: decoded from files or drawn, here and with assistants.
//!
//! They are prepared in any order, and arrive in the order in which they were asked for: whoever
//! listens can tell what is still missing, and hears the same with any number of assistants.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::crew::{Crew, Job, Parcel};
use super::message::{ClassId, EntryId, Event, PictureId, Refusal, SampleTask};
use crate::data::{DRAWN_SIDE, Likeness, Picture, PictureError, Scene, decode, draw};

/// Height and width of the pictures that the network sees, in pixels.
pub(super) const SIDE: usize = 96;

/// Pictures that an assistant has at once: one to prepare, one that waits for it meanwhile.
const PICTURES_AWAY: usize = 2;

/// What a picture is made from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Source {
    /// The bytes of a file, in any format that is decoded.
    File(#[serde(with = "serde_bytes")] Vec<u8>),
    /// A picture of a sample task.
    Drawing {
        /// Which task.
        task: SampleTask,
        /// The task's seed.
        seed: u64,
        /// Which of the task's classes.
        class_index: usize,
        /// Which picture of the class, counted from 0.
        number: usize,
    },
}

/// A picture to be shown and to be learned from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Prepared {
    /// What the network sees, `[SIDE, SIDE, 3]`.
    #[serde(with = "serde_bytes")]
    pub(super) pixels: Vec<u8>,
    /// The same as a PNG file.
    #[serde(with = "serde_bytes")]
    pub(super) thumbnail: Vec<u8>,
    /// Width of the upright original, in pixels.
    pub(super) width: u32,
    /// Height of the upright original, in pixels.
    pub(super) height: u32,
    /// What it is known by.
    pub(super) likeness: Likeness,
}

impl Source {
    /// Decodes or draws.
    pub(super) fn prepare(&self) -> Result<Prepared, Refusal> {
        let made = match self {
            Self::File(bytes) => {
                decode(bytes, SIDE).map(|decoded| (decoded.picture, decoded.width, decoded.height))
            }
            Self::Drawing { task, seed, class_index, number } => {
                let side = DRAWN_SIDE as u32;
                let drawn = draw(*task, Scene::Usual, *seed).picture(*class_index, *number);
                drawn.into_picture(SIDE).map(|picture| (picture, side, side))
            }
        };
        let (picture, width, height) = made.map_err(|error| refusal_of(&error))?;
        let (pixels, thumbnail) = (picture.pixels().to_vec(), picture.thumbnail_png());
        let likeness = Likeness::of(&picture);
        Ok(Prepared { pixels, thumbnail, width, height, likeness })
    }
}

/// A refused file in words.
pub(super) fn refusal_of(error: &PictureError) -> Refusal {
    Refusal { reason: error.to_string(), remedy: error.remedy() }
}

/// A picture that was asked for.
pub(super) struct Expected {
    pub picture: PictureId,
    pub class: ClassId,
    pub name: String,
    pub scene: Scene,
    pub burst: Option<u32>,
}

/// What has arrived.
pub(super) enum Arrival {
    Picture(Expected, Result<(Picture, Prepared), Refusal>),
    /// Something to be told once everything before it has arrived.
    Notice(Event),
}

/// How far a picture is.
enum State {
    /// Its bytes are still in an archive.
    Packed(EntryId),
    Waiting(Source),
    /// An assistant prepares it. The source stays, in case the assistant is lost.
    Away {
        assistant: usize,
        source: Source,
    },
    Prepared(Result<Prepared, Refusal>),
}

impl State {
    /// Whether this assistant prepares it.
    fn is_with(&self, assistant: usize) -> bool {
        matches!(self, Self::Away { assistant: other, .. } if *other == assistant)
    }
}

enum Place {
    Picture(Expected, State),
    Notice(Event),
}

/// Pictures on their way, in the order in which they were asked for.
#[derive(Default)]
pub(super) struct Arrivals {
    line: VecDeque<Place>,
}

impl Arrivals {
    /// Expects a picture behind all others.
    pub fn expect(&mut self, expected: Expected, source: Source) {
        self.line.push_back(Place::Picture(expected, State::Waiting(source)));
    }

    /// Expects a picture of an archive behind all others.
    pub fn expect_packed(&mut self, expected: Expected, entry: EntryId) {
        self.line.push_back(Place::Picture(expected, State::Packed(entry)));
    }

    /// The first picture that is still in an archive, unless `most` pictures that are not prepared
    /// lie in memory already.
    pub fn next_packed(&self, most: usize) -> Option<(PictureId, EntryId)> {
        let in_memory = |state: &State| matches!(state, State::Waiting(_) | State::Away { .. });
        if self.states().filter(|(_, state)| in_memory(state)).count() >= most {
            return None;
        }
        self.states().find_map(|(id, state)| match state {
            State::Packed(entry) => Some((id, *entry)),
            _ => None,
        })
    }

    /// Takes in the bytes of a picture that was in an archive.
    pub fn unpacked(&mut self, picture: PictureId, bytes: Result<Vec<u8>, Refusal>) {
        for (id, state) in self.states_mut() {
            if id == picture && matches!(state, State::Packed(_)) {
                *state = match bytes {
                    Ok(bytes) => State::Waiting(Source::File(bytes)),
                    Err(refusal) => State::Prepared(Err(refusal)),
                };
                return;
            }
        }
    }

    /// Gives up the files that nobody has begun to prepare, and says which they were.
    pub fn cancel(&mut self) -> Vec<PictureId> {
        let mut cancelled = Vec::new();
        self.line.retain(|place| {
            let Place::Picture(expected, state) = place else { return true };
            let goes = matches!(state, State::Packed(_) | State::Waiting(Source::File(_)));
            if goes {
                cancelled.push(expected.picture);
            }
            !goes
        });
        cancelled
    }

    /// Tells something when everything so far has arrived.
    pub fn then(&mut self, notice: Event) {
        self.line.push_back(Place::Notice(notice));
    }

    /// Whether everything has arrived.
    pub fn is_empty(&self) -> bool {
        self.line.is_empty()
    }

    /// Pictures that are not prepared yet.
    pub fn unprepared(&self) -> usize {
        self.states().filter(|(_, state)| !matches!(state, State::Prepared(_))).count()
    }

    /// The first picture that nobody prepares yet.
    pub fn next_waiting(&self) -> Option<PictureId> {
        let mut states = self.states();
        states.find(|(_, state)| matches!(state, State::Waiting(_))).map(|(id, _)| id)
    }

    fn states(&self) -> impl Iterator<Item = (PictureId, &State)> {
        self.line.iter().filter_map(|place| match place {
            Place::Picture(expected, state) => Some((expected.picture, state)),
            Place::Notice(_) => None,
        })
    }

    fn states_mut(&mut self) -> impl Iterator<Item = (PictureId, &mut State)> {
        self.line.iter_mut().filter_map(|place| match place {
            Place::Picture(expected, state) => Some((expected.picture, state)),
            Place::Notice(_) => None,
        })
    }

    /// Prepares the first picture that nobody prepares yet, here.
    pub fn prepare_next(&mut self) {
        for (_, state) in self.states_mut() {
            if let State::Waiting(source) = state {
                *state = State::Prepared(source.prepare());
                return;
            }
        }
    }

    /// Keeps every assistant busy as long as pictures wait.
    pub fn hand_out(&mut self, crew: &Crew) {
        for assistant in crew.present() {
            let mut away = self.states().filter(|(_, state)| state.is_with(assistant)).count();
            for (picture, state) in self.states_mut() {
                if away == PICTURES_AWAY {
                    break;
                }
                let State::Waiting(source) = state else { continue };
                let job = Job::Prepare { picture, source: source.clone() };
                if crew.send(assistant, Parcel { note: job, numbers: Vec::new() }).is_err() {
                    break;
                }
                let source = std::mem::replace(source, Source::File(Vec::new()));
                *state = State::Away { assistant, source };
                away += 1;
            }
        }
    }

    /// Takes in what an assistant has prepared. What was not asked of it changes nothing.
    pub fn take_in(
        &mut self,
        assistant: usize,
        picture: PictureId,
        prepared: Result<Prepared, Refusal>,
    ) {
        for (id, state) in self.states_mut() {
            if id == picture && state.is_with(assistant) {
                *state = State::Prepared(prepared);
                return;
            }
        }
    }

    /// Goes on without an assistant. The file that it was at is refused, since it may be what the
    /// assistant broke off at, and would end this engine too; the others wait again.
    pub fn lose(&mut self, assistant: usize) {
        let mut was_at_work = true;
        for (_, state) in self.states_mut() {
            let State::Away { assistant: other, source } = state else { continue };
            if *other != assistant {
                continue;
            }
            *state = match std::mem::replace(source, Source::File(Vec::new())) {
                Source::File(_) if was_at_work => State::Prepared(Err(broke_off())),
                source => State::Waiting(source),
            };
            was_at_work = false;
        }
    }

    /// The next that has arrived.
    pub fn next_arrived(&mut self) -> Option<Arrival> {
        match self.line.front()? {
            Place::Picture(_, State::Packed(_) | State::Waiting(_) | State::Away { .. }) => {
                return None;
            }
            Place::Picture(_, State::Prepared(_)) | Place::Notice(_) => {}
        }
        Some(match self.line.pop_front()? {
            Place::Notice(notice) => Arrival::Notice(notice),
            Place::Picture(expected, state) => {
                let State::Prepared(prepared) = state else { return None };
                let whole = prepared.and_then(|mut prepared| {
                    let pixels = std::mem::take(&mut prepared.pixels);
                    // An assistant is another copy of this engine; what does not fit is none.
                    let picture = Picture::from_pixels(SIDE, pixels).ok_or_else(broke_off)?;
                    Ok((picture, prepared))
                });
                Arrival::Picture(expected, whole)
            }
        })
    }
}

fn broke_off() -> Refusal {
    Refusal {
        reason: "A worker broke off while it read this file.".to_owned(),
        remedy: "Add it again; if that happens once more, save it as JPEG or PNG first.".to_owned(),
    }
}
