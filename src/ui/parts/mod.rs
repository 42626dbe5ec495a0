//! The parts of the page, one a file.

mod answer;
mod ask;
mod chart;
mod class_card;
mod curve_table;
mod cut_panel;
mod dial_field;
mod difference_card;
mod differences;
mod facts;
mod file_button;
mod icon;
mod lane_card;
mod lost;
mod matrix;
mod more_settings;
mod network;
mod number_field;
mod panel;
mod pictures_panel;
mod plot;
mod race;
mod refusals;
mod settings_form;
mod start;
mod table;
mod thumbnail;
mod width;

pub use ask::Ask;
pub use cut_panel::CutPanel;
pub use differences::Differences;
pub use facts::Facts;
pub use lost::Lost;
pub use pictures_panel::PicturesPanel;
pub use race::Race;
pub use start::Start;
