//! A number that a changed bit anywhere in drawn pictures changes.

use headstart::data::{DrawnPicture, SampleTask};

/// What the tasks of seed 1 come to, natively and in a browser.
pub const DRAWN: [(SampleTask, u64); 2] =
    [(SampleTask::Fruit, 0x8ab4_53fe_49b9_2da9), (SampleTask::Fabric, 0xb7fa_478d_8d30_2c85)];

/// FNV-1a over all pixels.
pub fn of(pictures: &[DrawnPicture]) -> u64 {
    let bytes = pictures.iter().flat_map(|picture| &picture.pixels);
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
