//! What was measured, as the browser's side writes it down and `target/bench.json` keeps it.

use serde::{Deserialize, Serialize};

/// Everything that one run measured.
#[derive(Deserialize)]
pub struct Report {
    /// The browser's version.
    pub browser: String,
    /// WebGPU's adapter by name; empty where none was measured.
    pub adapter: String,
    /// Single numbers.
    pub rows: Vec<Row>,
    /// Ours beside the peer's.
    pub comparisons: Vec<Comparison>,
    /// What the machine gives at most.
    pub ceilings: Vec<Ceiling>,
    /// The parts of the network, a width each.
    pub layers: Vec<Layers>,
    /// What the page predicted, and what it then took.
    pub predictions: Vec<Prediction>,
}

/// One measured number.
#[derive(Serialize, Deserialize)]
pub struct Row {
    pub name: String,
    pub value: f64,
    pub unit: String,
    pub note: String,
}

/// The same question to several contestants. The first is ours.
#[derive(Serialize, Deserialize)]
pub struct Comparison {
    /// "inference" or "training".
    pub task: String,
    pub device: String,
    pub width: f64,
    /// Pictures at once.
    pub batch: usize,
    /// Height and width of a picture.
    pub side: usize,
    pub entries: Vec<Entry>,
}

/// How long one contestant took.
#[derive(Serialize, Deserialize)]
pub struct Entry {
    pub name: String,
    /// Each repeat, without what warmed up.
    pub milliseconds: Vec<f64>,
    /// The most memory that its page's process held, where the system tells.
    pub megabytes: Option<f64>,
    /// Why it has no times.
    pub error: Option<String>,
}

/// What the page predicted of one number, and what it came to.
#[derive(Serialize, Deserialize)]
pub struct Prediction {
    /// Which pictures.
    pub task: String,
    /// Which number of which strategy.
    pub what: String,
    pub unit: String,
    pub predicted: f64,
    pub taken: f64,
}

/// One of the machine's limits.
#[derive(Serialize, Deserialize)]
pub struct Ceiling {
    pub kind: CeilingKind,
    pub name: String,
    /// The best repeat.
    pub milliseconds: f64,
    /// Floating point operations, or bytes read and written.
    pub amount: f64,
}

/// What a limit limits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CeilingKind {
    /// A matrix product: arithmetic.
    Product,
    /// A copy: traffic.
    Copy,
}

/// The parts of a network of one width.
#[derive(Serialize, Deserialize)]
pub struct Layers {
    /// "CPU" or "WebGPU". The ceilings are those of the CPU.
    pub device: String,
    pub width: f64,
    pub batch: usize,
    pub side: usize,
    /// Neighbouring stages together.
    pub rows: Vec<LayerRow>,
    /// Every layer by itself, by its kind; empty where that was not measured.
    pub kinds: Vec<LayerRow>,
}

/// What a part of the network took, and what it cannot do without.
#[derive(Serialize, Deserialize)]
pub struct LayerRow {
    pub kind: String,
    pub milliseconds: f64,
    pub operations: f64,
    pub bytes: f64,
}
