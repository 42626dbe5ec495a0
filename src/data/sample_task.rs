//! The names of the tasks that are drawn by code, and of the settings that they are drawn in. The
//! drawing itself needs the engine feature.

use serde::{Deserialize, Serialize};

/// A task for a visitor without pictures, drawn by code at run time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum SampleTask {
    /// Small rendered objects under varied light and background: near to photographs.
    Fruit,
    /// Woven and printed textures: far from photographs of objects.
    Fabric,
    /// Handwriting in an invented script: strokes on paper, which no photograph has taught.
    Glyphs,
}

impl SampleTask {
    /// Every task there is.
    pub const ALL: [Self; 3] = [Self::Fruit, Self::Fabric, Self::Glyphs];

    /// A name for people; says that the pictures are drawn.
    pub fn title(self) -> &'static str {
        match self {
            Self::Fruit => "Fruit, drawn",
            Self::Fabric => "Fabric, drawn",
            Self::Glyphs => "Glyphs, drawn",
        }
    }
}

/// The conditions that a task's pictures are taken under. The classes stay what they are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub enum Scene {
    /// What a network learns from.
    #[default]
    Usual,
    /// Light, surroundings, viewpoint and camera that the usual scene never shows, to see what of
    /// the learned still holds there.
    New,
}

impl Scene {
    /// Every scene there is.
    pub const ALL: [Self; 2] = [Self::Usual, Self::New];
}
