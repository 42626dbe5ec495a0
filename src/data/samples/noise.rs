//! Smooth noise from hashed lattices: skins, grain of wood, uneven yarn.

use super::arithmetic::{Triple, mix};

/// A number between 0 and 1 for a lattice point.
pub(super) fn speck(x: i32, y: i32, z: i32, seed: u32) -> f32 {
    let mut hash = (x as u32)
        .wrapping_mul(0x8da6_b343)
        .wrapping_add((y as u32).wrapping_mul(0xd816_3841))
        .wrapping_add((z as u32).wrapping_mul(0xcb1a_b31f))
        ^ seed;
    hash = (hash ^ hash >> 15).wrapping_mul(0x2c1b_3c6d);
    hash = (hash ^ hash >> 12).wrapping_mul(0x297a_2d39);
    hash ^= hash >> 15;
    (hash >> 8) as f32 / 16_777_216.0
}

fn split(value: f32) -> (i32, f32) {
    let floor = value.floor();
    let rest = value - floor;
    (floor as i32, rest * rest * (3.0 - 2.0 * rest))
}

/// Smooth between 0 and 1 over the plane, about one bump a unit.
pub(super) fn plane_noise(x: f32, y: f32, seed: u32) -> f32 {
    let ((column, right), (row, down)) = (split(x), split(y));
    let along = |row: i32| mix(speck(column, row, 0, seed), speck(column + 1, row, 0, seed), right);
    mix(along(row), along(row + 1), down)
}

/// Smooth between 0 and 1 over space, about one bump a unit.
pub(super) fn space_noise(point: Triple, seed: u32) -> f32 {
    let ((x, right), (y, down), (z, back)) = (split(point.x), split(point.y), split(point.z));
    let along = |y: i32, z: i32| mix(speck(x, y, z, seed), speck(x + 1, y, z, seed), right);
    let sheet = |z: i32| mix(along(y, z), along(y + 1, z), down);
    mix(sheet(z), sheet(z + 1), back)
}

/// Rougher: three sizes of bumps over the plane, between 0 and 1.
pub(super) fn rough_plane(x: f32, y: f32, seed: u32) -> f32 {
    0.57 * plane_noise(x, y, seed)
        + 0.29 * plane_noise(2.1 * x, 2.1 * y, seed ^ 0x51)
        + 0.14 * plane_noise(4.3 * x, 4.3 * y, seed ^ 0xa7)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::samples::arithmetic::triple;

    #[test]
    fn noise_stays_between_zero_and_one_and_is_continuous() {
        for step in 0..2000 {
            let x = step as f32 * 0.037 - 30.0;
            let here = plane_noise(x, 0.7 * x, 9);
            assert!((0.0..=1.0).contains(&here));
            assert!((plane_noise(x + 0.001, 0.7 * x, 9) - here).abs() < 0.01);
            assert!((0.0..=1.0).contains(&space_noise(triple(x, -x, 0.3 * x), 9)));
        }
    }
}
