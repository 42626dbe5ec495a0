//! Headstart teaches a small pretrained network a visitor's pictures twice, by a new head and by
//! thawing layers, and measures what differs. Nothing leaves the machine.
//!
//! | room | what lives there | knows |
//! |---|---|---|
//! | [`model`] | the network: layout, cut, weights in and out | the package `kernels` |
//! | [`data`] | the pictures: decoding, data set, split, drawn samples | nobody |
//! | [`train`] | how it learns: strategy, features at the cut, trainer, run log | `kernels`, `model`, `data` |
//! | [`measure`] | what came out: metrics, intervals, similarity, corruption | `kernels`, `model`, `data`, `train` |
//! | [`compare`] | both ways over several seeds, the ten differences | `model`, `data`, `train`, `measure` |
//! | [`session`] | commands in, work, events out; the only way in | all of the above |
//! | `command` | the command line | `session`, `data` |
//! | `web` | browser interfaces, one a file | `session`'s messages |
//! | `ui` | the page: state, parts, charts | `session`'s messages, `web` |
//!
//! Only plain data is compiled without the `engine` feature, so the page stays small.

#[cfg(feature = "cli")]
pub mod command;
pub mod compare;
pub mod data;
pub mod measure;
pub mod model;
pub mod session;
pub mod train;
#[cfg(any(feature = "page", test))]
pub mod ui;
#[cfg(feature = "web")]
pub mod web;
