//! What a session and its assistants say to each other. An assistant is another worker with an
//! engine of its own: it decodes and draws some of the pictures, looks at some of them, trains
//! some of the runs and asks models about some of the pictures, to the same bits.

use serde::{Deserialize, Serialize};

use super::arrivals::{Prepared, Source};
use super::message::{Lane, PictureId, Refusal, RunId};
use super::run_event::RunEvent;
use crate::compare::{Trial, TrialRow};
use crate::data::Split;
use crate::train::{EpochRow, FeatureNumbers, Numbers};

/// A message with the large arrays that belong to it, which travel apart, uncopied.
#[derive(Clone, PartialEq, Debug)]
pub struct Parcel<T> {
    /// What is said.
    pub note: T,
    /// The arrays, in an order that the note defines.
    pub numbers: Vec<Vec<f32>>,
}

/// What an assistant is asked to do.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Job {
    /// Decode or draw a picture. Answered by [`Report::Prepared`].
    Prepare {
        /// Which picture.
        picture: PictureId,
        /// What it is made from.
        source: Source,
    },
    /// Run the whole backbone over pictures. Answered by [`Report::Looked`].
    Look {
        /// Which experiment it is for.
        experiment: u32,
        /// Which portion of the pictures it is.
        portion: usize,
        /// Height and width of each picture, in pixels.
        side: usize,
        /// The pixels, `[pictures, side, side, 3]`.
        #[serde(with = "serde_bytes")]
        pixels: Vec<u8>,
        /// The stages whose features are wanted.
        stages: Vec<usize>,
    },
    /// Train runs. The arrays are features: pooled, then one a stage. Answered by the events of
    /// each run, and by [`Report::Trained`] before the event that says that it ended.
    Train {
        /// The runs.
        lanes: Vec<Assignment>,
        /// One class index a picture.
        labels: Vec<usize>,
        /// Number of classes.
        classes: usize,
        /// Which pictures are for what.
        split: Split,
        /// The seed of the experiment.
        seed: u64,
        /// What the arrays are.
        features: FeatureShapes,
    },
    /// Keep what the trials of a study share, in place of what was kept before. The arrays are
    /// features: pooled, then one a stage.
    Keep {
        /// Which study it is for.
        study: u32,
        /// Height and width of each picture, in pixels.
        side: usize,
        /// The pixels of all pictures, then of those from another setting, `[pictures, side, side, 3]`.
        #[serde(with = "serde_bytes")]
        pixels: Vec<u8>,
        /// One class index a picture.
        labels: Vec<usize>,
        /// One class index a picture from another setting.
        new_labels: Vec<usize>,
        /// Number of classes.
        classes: usize,
        /// One group a picture.
        groups: Vec<usize>,
        /// What the arrays are.
        features: FeatureShapes,
    },
    /// Try something with what is kept. Answered by [`Report::Tried`].
    Try {
        /// Which study it is for.
        study: u32,
        /// What to try.
        trial: Trial,
    },
    /// Know a model, to be asked what it makes of pictures. One array a tensor.
    Know {
        /// Which inspection it is for.
        inspection: u32,
        /// Which of its models this is.
        model: usize,
        /// The first stage that has learned; the others are the pretrained ones.
        first_stage: usize,
        /// Name and shape of each tensor.
        tensors: Vec<(String, Vec<usize>)>,
    },
    /// Have a network look at pictures. Answered by [`Report::Inspected`].
    Inspect {
        /// Which inspection it is for.
        inspection: u32,
        /// Which of its looks this is.
        look: usize,
        /// A model that is known; the pretrained backbone where there is none.
        model: Option<usize>,
        /// Height and width of each picture, in pixels.
        side: usize,
        /// The pixels, `[pictures, side, side, 3]`.
        #[serde(with = "serde_bytes")]
        pixels: Vec<u8>,
    },
    /// Forget the models, and the looks that wait for them.
    ForgetModels,
    /// Forget what is kept, and what is being tried with it.
    Forget,
    /// End one run, or all, with their best.
    Stop {
        /// Which.
        run: Option<RunId>,
    },
}

/// A lane that an engine is to train.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Assignment {
    /// Which, and how.
    pub lane: Lane,
    /// Seconds that its unfrozen phase is predicted to take, if that is known.
    pub unfrozen_seconds: Option<f64>,
}

/// What an assistant says.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Report {
    /// A picture is ready, or was refused.
    Prepared {
        /// Which picture.
        picture: PictureId,
        /// What came of it.
        prepared: Result<Prepared, Refusal>,
    },
    /// Features of a portion. The arrays are pooled features, then one a stage.
    Looked {
        /// For which experiment.
        experiment: u32,
        /// Which portion.
        portion: usize,
        /// What the arrays are.
        features: FeatureShapes,
    },
    /// What a network makes of pictures. The arrays are pooled features and, of a model, logits.
    Inspected {
        /// For which inspection.
        inspection: u32,
        /// Which look.
        look: usize,
    },
    /// Something happened in a run.
    Happened(RunEvent),
    /// What a run has learned. One array a tensor.
    Trained {
        /// The run.
        run: RunId,
        /// Name and shape of each tensor.
        tensors: Vec<(String, Vec<usize>)>,
    },
    /// An epoch of a trial has ended.
    TriedEpoch {
        /// For which study.
        study: u32,
        /// What it came to.
        row: EpochRow,
    },
    /// A trial has ended, or was broken off.
    Tried {
        /// For which study.
        study: u32,
        /// What was seen of it, or why nothing was.
        row: Result<Box<TrialRow>, Refusal>,
    },
    /// The most bytes that its work took at once, on top of what it held before. Said before the
    /// work's last answer.
    Weighed(u64),
    /// The assistant cannot go on, and why.
    Broke(String),
}

/// The shapes of the features in a parcel: pooled, and by stage.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FeatureShapes {
    pooled: Vec<usize>,
    at_stage: Vec<(usize, Vec<usize>)>,
}

impl FeatureShapes {
    /// Takes features apart into shapes and arrays.
    pub(super) fn pack(features: FeatureNumbers) -> (Self, Vec<Vec<f32>>) {
        let mut numbers = vec![features.pooled.values];
        let mut at_stage = Vec::new();
        for (stage, value) in features.at_stage {
            at_stage.push((stage, value.shape));
            numbers.push(value.values);
        }
        (Self { pooled: features.pooled.shape, at_stage }, numbers)
    }

    /// Puts features together. Arrays that are missing leave features that fit nothing.
    pub(super) fn unpack(self, numbers: Vec<Vec<f32>>) -> FeatureNumbers {
        let mut arrays = numbers.into_iter();
        let mut next = |shape| Numbers { shape, values: arrays.next().unwrap_or_default() };
        FeatureNumbers {
            pooled: next(self.pooled),
            at_stage: self
                .at_stage
                .into_iter()
                .map(|(stage, shape)| (stage, next(shape)))
                .collect(),
        }
    }
}

/// The way to an assistant. What it reports comes back through
/// [`Session::hear`](super::Session::hear).
pub trait Assistant {
    /// Sends a job.
    ///
    /// # Errors
    /// Why it did not arrive.
    fn send(&self, job: Parcel<Job>) -> Result<(), String>;
}

/// The assistants of a session, by number.
#[derive(Default)]
pub(super) struct Crew {
    assistants: Vec<Option<Box<dyn Assistant>>>,
}

impl Crew {
    pub fn new(assistants: Vec<Box<dyn Assistant>>) -> Self {
        Self { assistants: assistants.into_iter().map(Some).collect() }
    }

    /// The numbers of those that were not lost.
    pub fn present(&self) -> Vec<usize> {
        let numbered = self.assistants.iter().enumerate();
        numbered.filter(|(_, assistant)| assistant.is_some()).map(|(number, _)| number).collect()
    }

    /// Whether this one was not lost.
    pub fn has(&self, assistant: usize) -> bool {
        matches!(self.assistants.get(assistant), Some(Some(_)))
    }

    /// Sends a job to an assistant.
    ///
    /// # Errors
    /// Why it did not arrive.
    pub fn send(&self, assistant: usize, job: Parcel<Job>) -> Result<(), String> {
        match self.assistants.get(assistant) {
            Some(Some(assistant)) => assistant.send(job),
            _ => Err("this assistant is gone".to_owned()),
        }
    }

    /// Lets an assistant go.
    pub fn dismiss(&mut self, assistant: usize) {
        if let Some(place) = self.assistants.get_mut(assistant) {
            *place = None;
        }
    }
}
