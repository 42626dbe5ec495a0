//! How the two ways differ: a study tries both over several seeds and sizes, and ten cards say what
//! came of it.
//!
//! | file | what lives there |
//! |---|---|
//! | `trial` | one strategy tried with one seed, and everything that was seen of it |
//! | `study` | which trials answer the ten questions, in the order in which cards want them |
//! | `laboratory`, `attempt`, `examination` | one trial, step by step |
//! | `log` | the trials of a study that have ended: what every card is computed from |
//! | `card` | what a card says, as plain data |
//! | `cards` | the ten differences, a file each |
//! | `advice` | which strategy is advised before anything was fine-tuned to its end, as plain data |
//! | `adviser`, `weighing` | what an advice is measured on, and how it follows from that |

mod advice;
#[cfg(feature = "engine")]
mod adviser;
#[cfg(feature = "engine")]
mod attempt;
mod card;
#[cfg(feature = "engine")]
mod cards;
#[cfg(feature = "engine")]
mod examination;
#[cfg(feature = "engine")]
mod laboratory;
#[cfg(feature = "engine")]
mod log;
#[cfg(feature = "engine")]
mod study;
mod trial;
#[cfg(feature = "engine")]
mod weighing;

pub use advice::{A_POINT, Advice, Candidate, Outcome};
#[cfg(feature = "engine")]
pub use adviser::Adviser;
#[cfg(feature = "engine")]
pub use attempt::Attempt;
pub use card::{Card, Difference, Figure, Finding, Matrix, Plot, Series, Shape, Unit, Way};
#[cfg(feature = "engine")]
pub use cards::card;
#[cfg(feature = "engine")]
pub use laboratory::{Engine, Laboratory, Supplies};
#[cfg(feature = "engine")]
pub use log::{SamplePoint, StudyLog, TaskDistance};
#[cfg(feature = "engine")]
pub use study::{Study, pictures_a_class};
pub use trial::{
    CorruptedHits, Depth, Examination, Hits, PictureHits, Repetition, StageChange, TestAnswer,
    Trial, TrialRow,
};
#[cfg(feature = "engine")]
pub use weighing::{Evidence, HeldOut, candidates, tried, weigh};
