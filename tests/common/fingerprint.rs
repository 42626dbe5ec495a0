//! A number that a changed bit anywhere in drawn pictures changes.

use headstart::data::{DrawnPicture, SampleTask, Scene};

/// What the tasks of seed 1 come to, natively and in a browser.
pub const DRAWN: [(SampleTask, Scene, u64); 6] = [
    (SampleTask::Fruit, Scene::Usual, 0x8ab4_53fe_49b9_2da9),
    (SampleTask::Fabric, Scene::Usual, 0xb7fa_478d_8d30_2c85),
    (SampleTask::Glyphs, Scene::Usual, 0x2e00_bb7c_0e28_07dd),
    (SampleTask::Fruit, Scene::New, 0xd335_1ad6_51af_cc2e),
    (SampleTask::Fabric, Scene::New, 0x24b1_4a89_d356_1676),
    (SampleTask::Glyphs, Scene::New, 0xacf1_e6b7_2571_074f),
];

/// FNV-1a over all pixels.
pub fn of(pictures: &[DrawnPicture]) -> u64 {
    let bytes = pictures.iter().flat_map(|picture| &picture.pixels);
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
