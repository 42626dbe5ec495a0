//! What a card says, as plain data that page and command line render alike.

use serde::{Deserialize, Serialize};

use crate::measure::Interval;

/// The ten things in which the two ways are said to differ.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Difference {
    /// What each way is, by how much of the network it reuses and changes.
    Definition,
    /// How many pictures each needs.
    DatasetSize,
    /// Which layers learn, and what each learned.
    Layers,
    /// How training goes.
    Process,
    /// What it takes.
    Cost,
    /// How it copes with tasks far from what the backbone knows.
    Flexibility,
    /// How well it does.
    Performance,
    /// How well it does where pictures are unlike those that it learned from.
    Generalisation,
    /// Which documented situation this is.
    UseCases,
    /// How much of the old knowledge stays.
    KnowledgeTransfer,
}

impl Difference {
    /// All, in the order in which texts name them.
    pub const ALL: [Self; 10] = [
        Self::Definition,
        Self::DatasetSize,
        Self::Layers,
        Self::Process,
        Self::Cost,
        Self::Flexibility,
        Self::Performance,
        Self::Generalisation,
        Self::UseCases,
        Self::KnowledgeTransfer,
    ];

    /// A title for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Definition => "Definition and purpose",
            Self::DatasetSize => "Dataset size",
            Self::Layers => "Layers involved",
            Self::Process => "Training process",
            Self::Cost => "Speed and cost",
            Self::Flexibility => "Flexibility",
            Self::Performance => "Performance",
            Self::Generalisation => "Generalisation",
            Self::UseCases => "Use cases",
            Self::KnowledgeTransfer => "Scope of knowledge transfer",
        }
    }

    /// The question that its card answers.
    pub fn question(self) -> &'static str {
        match self {
            Self::Definition => "How much of the network is reused, and how much is changed?",
            Self::DatasetSize => "How many pictures does each way need?",
            Self::Layers => "Which layers learn, and what does each of them learn?",
            Self::Process => "What happens while each of them trains?",
            Self::Cost => "What does each of them take?",
            Self::Flexibility => "How far is this task from what the network knows already?",
            Self::Performance => "Which one names new pictures better?",
            Self::Generalisation => "Which one copes better with pictures unlike the training’s?",
            Self::UseCases => "Which documented situation is this?",
            Self::KnowledgeTransfer => "How much of what the network knew is still there?",
        }
    }
}

/// Which of the two ways a number is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Way {
    /// A new head on a frozen backbone.
    Transfer,
    /// Layers thawed.
    FineTuning,
}

impl Way {
    /// A name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Transfer => "Transfer learning",
            Self::FineTuning => "Fine-tuning",
        }
    }
}

/// What a number is a number of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Unit {
    /// A share, 0 to 1.
    Share,
    /// A difference of shares, in units of one: 0.05 is five points.
    Points,
    /// Seconds of computing.
    Seconds,
    /// Floating point operations.
    Operations,
    /// Bytes.
    Bytes,
    /// A count.
    Count,
    /// How many times as much.
    Ratio,
    /// A number without a unit.
    Plain,
}

/// A number on a card.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Figure {
    /// What it says.
    pub name: String,
    /// Which way it is about, unless it is about both.
    pub way: Option<Way>,
    /// The number.
    pub value: f64,
    /// Of what.
    pub unit: Unit,
    /// Where it may truly lie, with 95 %, where that was computed.
    pub interval: Option<Interval>,
}

/// How a plot is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Shape {
    /// Points joined by lines, over an ordered axis.
    Lines,
    /// Bars side by side.
    Bars,
}

/// Values over the categories of a plot.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Series {
    /// What it is of.
    pub name: String,
    /// Which way, unless it is neither.
    pub way: Option<Way>,
    /// A value a category, where there is one.
    pub values: Vec<Option<f64>>,
    /// An interval a category, where it was computed; none at all, or as many as values.
    pub intervals: Vec<Option<Interval>>,
}

/// A chart, and the table behind it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Plot {
    /// What it shows.
    pub title: String,
    /// What the categories are.
    pub axis: String,
    /// Of what the values are numbers.
    pub unit: Unit,
    /// How it is drawn.
    pub shape: Shape,
    /// The names along the axis.
    pub categories: Vec<String>,
    /// The values.
    pub series: Vec<Series>,
}

/// Counts in rows and columns: true classes and answers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Matrix {
    /// What it shows.
    pub title: String,
    /// Which way, unless it is the difference of both.
    pub way: Option<Way>,
    /// The names of the classes.
    pub classes: Vec<String>,
    /// Row by row, a true class each.
    pub counts: Vec<i64>,
}

/// What a card has found.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Finding {
    /// In one sentence.
    pub headline: String,
    /// In a plain paragraph: what it means, and how it was measured.
    pub paragraph: String,
    /// Its numbers.
    pub figures: Vec<Figure>,
    /// Its charts.
    pub plots: Vec<Plot>,
    /// Its matrices.
    pub matrices: Vec<Matrix>,
    /// The trials that it comes from, by their places in the log.
    pub sources: Vec<usize>,
}

/// One of the ten cards.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Card {
    /// Which.
    pub difference: Difference,
    /// What was found, or what is missing, as a sentence.
    pub finding: Result<Finding, String>,
}
