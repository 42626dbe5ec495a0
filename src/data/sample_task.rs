//! The names of the tasks that are drawn by code. The drawing itself needs the engine feature.

use serde::{Deserialize, Serialize};

/// A task for a visitor without pictures, drawn by code at run time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum SampleTask {
    /// Small rendered objects under varied light and background: near to photographs.
    Fruit,
    /// Woven and printed textures: far from photographs of objects.
    Fabric,
}

impl SampleTask {
    /// Every task there is.
    pub const ALL: [Self; 2] = [Self::Fruit, Self::Fabric];

    /// A name for people; says that the pictures are drawn.
    pub fn title(self) -> &'static str {
        match self {
            Self::Fruit => "Fruit, drawn",
            Self::Fabric => "Fabric, drawn",
        }
    }
}
