//! What the pictures are: decoding, the data set, its split, and tasks drawn by code.

mod sample_task;

pub use sample_task::SampleTask;
