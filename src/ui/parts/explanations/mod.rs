//! Why models answer as they do, and how they see all pictures.

mod atlas;
mod looked_at;
mod marks;
mod nearest;
mod patches;
mod scatter_plot;
mod toggle;
mod why;

pub use atlas::AtlasPanel;
pub use why::WhyView;
