//! The parts of the page, one a file.

mod answer;
mod ask;
mod chart;
mod class_card;
mod curve_table;
mod cut_panel;
mod facts;
mod file_button;
mod icon;
mod lane_card;
mod lost;
mod network;
mod number_field;
mod panel;
mod pictures_panel;
mod race;
mod refusals;
mod settings_form;
mod start;
mod thumbnail;

pub use ask::Ask;
pub use cut_panel::CutPanel;
pub use facts::Facts;
pub use lost::Lost;
pub use pictures_panel::PicturesPanel;
pub use race::Race;
pub use start::Start;
