//! What fruit lie on and stand before: a table top of some material, and a wall out of focus.

use super::arithmetic::{Triple, blend, colour, cosine, ramp, sine, triple};
use super::dice::Dice;
use super::noise::{plane_noise, rough_plane};
use crate::data::Scene;

#[derive(Clone, Copy, Debug)]
enum Material {
    Wood,
    Stone,
    Cloth,
    Paint,
    /// A picnic cloth.
    Checks,
    Tiles,
    Grass,
}

const USUAL_MATERIALS: [Material; 5] =
    [Material::Wood, Material::Wood, Material::Stone, Material::Cloth, Material::Paint];

const NEW_MATERIALS: [Material; 3] = [Material::Checks, Material::Tiles, Material::Grass];

/// A table top and the wall behind it.
#[derive(Clone, Debug)]
pub(super) struct Room {
    material: Material,
    top: Triple,
    vein: Triple,
    /// Direction of the grain, of length 1.
    grain: (f32, f32),
    seed: u32,
    wall_low: Triple,
    wall_high: Triple,
    /// Discs out of focus: middle in directions across and up, radius, light.
    discs: Vec<(f32, f32, f32, Triple)>,
    /// Strength of the light from all around.
    glow: Triple,
    /// How far away the table begins and ends to melt into the wall.
    pub ends: (f32, f32),
}

impl Room {
    /// A room as the dice fall: by day, or out of doors at night.
    pub fn new(scene: Scene, dice: &mut Dice) -> Self {
        let material = match scene {
            Scene::Usual => dice.pick(&USUAL_MATERIALS),
            Scene::New => dice.pick(&NEW_MATERIALS),
        };
        let (tops, veins): (&[u32], &[u32]) = match material {
            Material::Wood => {
                (&[0xb98a56, 0x8a5c36, 0xd6b586, 0x6a452c], &[0x6e4526, 0x4a2f1c, 0xa0764a])
            }
            Material::Stone => {
                (&[0xd9d6d0, 0x9a9a9c, 0x55585e, 0xc9bfb0], &[0x8a8a8a, 0xb5aca0, 0x3a3d44])
            }
            Material::Cloth => {
                (&[0xe6e0d2, 0x7d93a6, 0xa65a52, 0x6f8a6a, 0xd9c9a0], &[0xf2efe6, 0x4a5a6c])
            }
            Material::Paint => (&[0xe9e5dc, 0x9fb8b4, 0xd9a890, 0x6c7a8a, 0xf0d8a0], &[0xd0c8bc]),
            Material::Checks => (&[0xf2efe8, 0xe8e4e0], &[0xc02c38, 0x2c54a8, 0x2e7d50]),
            Material::Tiles => {
                (&[0x2f7f88, 0xe0ded4, 0xc06a3c, 0x34506e], &[0x2a2a2c, 0xd8d4c8, 0x5c5650])
            }
            Material::Grass => (&[0x6f9a34, 0x86a83c, 0x4f8a30], &[0x2c4a1c, 0x3a5a20]),
        };
        let palette = |codes: &[u32]| codes.iter().map(|code| colour(*code)).collect::<Vec<_>>();
        let turns = dice.between(0.0, 1.0);
        let walls = palette(match scene {
            Scene::Usual => {
                &[0x5a6470, 0xb0a898, 0x8a9a90, 0x3c3a40, 0xd0ccc4, 0x7a6a5a, 0x98a8b8][..]
            }
            Scene::New => &[0x14161f, 0x1f2430, 0x2a2028],
        });
        let wall_low = dice.colour(&walls);
        let wall_high = blend(wall_low, dice.colour(&walls), 0.7);
        let lights = palette(&[0xf4e6c0, 0xc8d8e8, 0x9ab870, 0xe8b080]);
        let (glow, ends) = match scene {
            Scene::Usual => (triple(0.4, 0.4, 0.42), (9.0, 16.0)),
            Scene::New => (triple(0.3, 0.32, 0.4), (14.0, 30.0)),
        };
        let count = dice.pick(&[0, 0, 3, 5, 8]);
        let discs = (0..count)
            .map(|_| {
                let place = (dice.between(-0.7, 0.7), dice.between(0.0, 0.55));
                let light = dice.colour(&lights) * dice.between(0.3, 0.9);
                (place.0, place.1, dice.between(0.04, 0.13), light)
            })
            .collect();
        Self {
            material,
            top: dice.colour(&palette(tops)),
            vein: dice.colour(&palette(veins)),
            grain: (cosine(turns), sine(turns)),
            seed: dice.bits(),
            wall_low,
            wall_high,
            discs,
            glow,
            ends,
        }
    }

    /// The table top's colour at a place on it. `blur` is 0 near by and 1 far off.
    pub fn top_at(&self, x: f32, z: f32, blur: f32) -> Triple {
        let (along, across) =
            (x * self.grain.0 + z * self.grain.1, z * self.grain.0 - x * self.grain.1);
        let detail = match self.material {
            Material::Wood => {
                let wave = plane_noise(along * 0.35, across * 1.3, self.seed);
                let ring = plane_noise(along * 0.2, across * 7.0 + 5.0 * wave, self.seed ^ 1);
                let plank = plane_noise(0.5, (across * 0.55).floor(), self.seed ^ 2);
                let gap = (across * 0.55 - (across * 0.55).floor() - 0.5).abs();
                0.55 * ring + 0.35 * plank + 0.5 * ramp(0.485, 0.5, gap)
            }
            Material::Stone => {
                let cloud = rough_plane(along * 0.9, across * 0.9, self.seed);
                let vein = (rough_plane(along * 0.5, across * 0.8, self.seed ^ 1) - 0.5).abs();
                0.5 * cloud + 0.6 * ramp(0.04, 0.0, vein)
            }
            Material::Cloth => {
                let thread = 0.5 + 0.25 * (sine(along * 6.0) + sine(across * 6.0));
                0.35 * thread + 0.5 * rough_plane(along * 0.7, across * 0.7, self.seed)
            }
            Material::Paint => 0.3 * rough_plane(along * 0.8, across * 0.8, self.seed),
            Material::Checks => {
                let stripe = |place: f32| ramp(-0.12, 0.12, sine(place * 0.8));
                0.48 * (stripe(along) + stripe(across))
            }
            Material::Tiles => {
                let gap = |place: f32| (place * 0.7 - (place * 0.7).round()).abs();
                let tile = ((along * 0.7).round(), (across * 0.7).round());
                let shade = plane_noise(tile.0 * 3.7, tile.1 * 3.7, self.seed);
                0.4 * shade + ramp(0.05, 0.03, gap(along + 0.7).min(gap(across + 0.7)))
            }
            Material::Grass => {
                // Blades lie this way and that, one over the other.
                let blade = |lean: f32, seed| {
                    let (u, v) = (along + lean * across, across - lean * along);
                    plane_noise(u * 12.0, v * 2.6, self.seed ^ seed)
                };
                1.3 * blade(0.5, 3).max(blade(-0.3, 4)) - 0.35
            }
        };
        // Far off, detail is out of focus.
        blend(self.top, self.vein, (0.35 + (detail - 0.35) * (1.0 - 0.8 * blur)).clamp(0.0, 1.0))
    }

    /// The wall's light in a direction of sight.
    pub fn wall_at(&self, across: f32, up: f32) -> Triple {
        let mut light = blend(self.wall_low, self.wall_high, ramp(-0.1, 0.6, up + 0.2 * across));
        light = light * (0.85 + 0.3 * plane_noise(across * 3.0, up * 2.0, self.seed ^ 9));
        for &(x, y, radius, disc) in &self.discs {
            let away = ((across - x) * (across - x) + (up - y) * (up - y)).sqrt();
            light = light + disc * (0.5 * ramp(radius, radius * 0.75, away));
        }
        light
    }

    /// Light from all around: the wall, brighter from above, with the table's colour from below.
    pub fn ambient(&self, normal: Triple) -> Triple {
        let above = blend(self.wall_high, Triple::even(0.75), 0.6);
        let below = self.top * 0.55;
        blend(below, above, 0.5 + 0.5 * normal.y).times(self.glow)
    }
}
