//! What fruit look like close up: colours of the skin, its spots, its shine.

use super::arithmetic::{Triple, blend, colour, power, ramp, triple};
use super::dice::Dice;
use super::fruit_form::Form;
use super::noise::{rough_plane, space_noise};

/// What light finds at a point of a surface.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surface {
    /// Share of each colour that is thrown back.
    pub colour: Triple,
    /// Strength of the highlight.
    pub shine: f32,
    /// How small the highlight is.
    pub sharpness: u32,
    /// How rough the surface is: tilts its normal.
    pub bumps: f32,
}

/// The skin of one fruit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Skin {
    base: Triple,
    blush: Triple,
    /// How much of the fruit is blushed.
    cover: f32,
    /// The direction from which it blushed.
    sun: Triple,
    /// How many spots.
    spots: f32,
    shine: f32,
    seed: u32,
}

impl Skin {
    /// A skin for the form, as the dice fall. The ranges overlap: green are apples, pears and
    /// bananas; yellow all of them; red are apples and plums.
    pub fn of_form(form: Form, dice: &mut Dice) -> Self {
        let (bases, blushes): (&[u32], &[u32]) = match form {
            Form::Apple { .. } => (
                &[0x9fbf3c, 0xd9c95a, 0xe3d27a, 0xb62a22, 0x7fa838],
                &[0xa3161c, 0xc43a2a, 0x7d1420, 0xd0642e, 0x9cba40],
            ),
            Form::Banana { .. } => {
                (&[0xf0cf3a, 0xe8c53c, 0xd9cc4a, 0xa9ba3e], &[0x8fae3a, 0xb9b83c, 0xe0b030])
            }
            Form::Orange { .. } => {
                (&[0xee8a1c, 0xe8741a, 0xf0a028, 0xe8b83c], &[0xd9581c, 0xe07a20, 0xb9a83a])
            }
            Form::Pear { .. } => (
                &[0xb9bf4a, 0xd0c658, 0x95ad48, 0xc2a050, 0xa8763e],
                &[0x9c5a30, 0xb04438, 0xc9b050],
            ),
            Form::Plum { .. } => (
                &[0x4a2750, 0x6a2440, 0x8e2238, 0x33284e, 0xd9a83c],
                &[0x7c2444, 0x402c5c, 0xc0502c],
            ),
        };
        let palette = |codes: &[u32]| codes.iter().map(|code| colour(*code)).collect::<Vec<_>>();
        let sun = triple(dice.between(-1.0, 1.0), dice.between(-0.2, 0.8), dice.between(-1.0, 1.0));
        Self {
            base: dice.colour(&palette(bases)),
            blush: dice.colour(&palette(blushes)),
            cover: dice.between(-0.4, 0.9),
            sun: sun.unit(),
            spots: dice.between(0.0, 1.0),
            shine: dice.between(0.7, 1.3),
            seed: dice.bits(),
        }
    }

    /// The skin at `point` in the fruit's own space.
    pub fn at(&self, form: Form, point: Triple) -> Surface {
        match form {
            Form::Apple { .. } => self.apple(point),
            Form::Banana { .. } => self.banana(form, point),
            Form::Orange { .. } => self.orange(point),
            Form::Pear { .. } => self.pear(point),
            Form::Plum { .. } => self.plum(point),
        }
    }

    fn blushed(&self, point: Triple, wander: f32) -> Triple {
        let turned = point.unit().dot(self.sun);
        let wandered = wander * (space_noise(point * 1.7, self.seed) - 0.5);
        blend(self.base, self.blush, ramp(-0.5, 0.6, turned + self.cover - 0.4 + wandered))
    }

    /// Small marks where the noise peaks, between 0 and 1.
    fn marks(&self, point: Triple, per_unit: f32, rarity: f32) -> f32 {
        ramp(rarity, rarity + 0.12, space_noise(point * per_unit, self.seed ^ 0x5107))
    }

    fn apple(&self, point: Triple) -> Surface {
        let direction = point.unit();
        // Streaks run from pole to pole: quick around the axis, slow along it.
        let around = triple(direction.x * 9.0, direction.y * 1.2, direction.z * 9.0);
        let streak = space_noise(around, self.seed ^ 1) - 0.5;
        let skin = self.blushed(point + self.sun * (0.7 * streak), 0.9);
        let pit = ramp(0.86, 0.99, direction.y) * 0.55;
        let skin = blend(skin, colour(0x9c8b4a), pit);
        let skin = blend(skin, colour(0xe6d9a0), 0.5 * self.spots * self.marks(point, 13.0, 0.84));
        Surface { colour: skin, shine: 0.42 * self.shine, sharpness: 42, bumps: 0.015 }
    }

    fn banana(&self, form: Form, point: Triple) -> Surface {
        let along = form.along(point);
        let ripe = blend(self.base, self.blush, 0.8 * ramp(0.45, 1.0, along.abs()));
        let brown = colour(0x4a321c);
        let freckles = self.spots * self.marks(triple(point.x * 0.6, point.y, point.z), 9.0, 0.72);
        let skin = blend(ripe, brown, 0.75 * freckles);
        let bruise = ramp(0.68, 0.85, space_noise(point * 2.2, self.seed ^ 7));
        let skin = blend(skin, colour(0x8a6a30), 0.4 * self.spots * bruise);
        let tip = ramp(-0.9, -0.99, along) + 0.8 * ramp(0.93, 1.0, along);
        let skin = blend(skin, brown, tip.min(1.0));
        Surface { colour: skin, shine: 0.16 * self.shine, sharpness: 14, bumps: 0.02 }
    }

    fn orange(&self, point: Triple) -> Surface {
        let skin = self.blushed(point, 0.5);
        let pores = space_noise(point * 23.0, self.seed ^ 3);
        let skin = skin * (0.95 + 0.1 * pores);
        let navel = ramp(0.987, 0.996, point.unit().y);
        let skin = blend(skin, colour(0x7d7a40), 0.8 * navel);
        Surface { colour: skin, shine: 0.3 * self.shine, sharpness: 20, bumps: 0.16 }
    }

    fn pear(&self, point: Triple) -> Surface {
        let skin = self.blushed(point, 0.8);
        let speckle = self.marks(point, 19.0, 0.68);
        let skin = blend(skin, colour(0x7d6430), (0.25 + 0.4 * self.spots) * speckle);
        // Russet gathers round the stem and the blossom.
        let patch = rough_plane(point.x * 3.0, point.z * 3.0, self.seed);
        let russet = ramp(0.75, 1.0, point.unit().y.abs()) * ramp(0.3, 0.6, patch);
        let skin = blend(skin, colour(0x96703a), 0.6 * russet);
        Surface { colour: skin, shine: 0.17 * self.shine, sharpness: 16, bumps: 0.05 }
    }

    fn plum(&self, point: Triple) -> Surface {
        let skin = self.blushed(point, 0.9);
        // Bloom: pale wax, rubbed off in patches, which also dulls the highlight.
        let wax = ramp(0.35, 0.75, space_noise(point * 2.6, self.seed ^ 5));
        let wax = wax * (0.75 + 0.25 * space_noise(point * 11.0, self.seed ^ 6));
        let skin = blend(skin, colour(0x9aa0b8), 0.3 * self.spots * wax);
        Surface {
            colour: skin,
            shine: 0.4 * self.shine * (1.0 - 0.75 * self.spots * wax),
            sharpness: 34,
            bumps: 0.015,
        }
    }
}

/// Wood of a stem.
pub(super) fn stem_surface(point: Triple) -> Surface {
    let grain = 0.8 + 0.4 * space_noise(triple(point.x * 9.0, point.y * 3.0, point.z * 9.0), 77);
    Surface { colour: colour(0x5c4326) * grain, shine: 0.05, sharpness: 8, bumps: 0.1 }
}

/// A leaf's green.
pub(super) fn leaf_surface(point: Triple) -> Surface {
    let patch = 0.75 + 0.5 * space_noise(point * 6.0, 78);
    Surface { colour: colour(0x54843a) * patch, shine: 0.15, sharpness: 12, bumps: 0.08 }
}

/// The light that a surface throws towards the eye from a lamp: matt part and highlight.
///
/// `normal`, `towards_lamp` and `towards_eye` have length 1; `lamp` is the lamp's colour.
pub(super) fn lit(
    surface: Surface,
    normal: Triple,
    towards_lamp: Triple,
    towards_eye: Triple,
    lamp: Triple,
) -> Triple {
    let facing = normal.dot(towards_lamp);
    // Flesh lets a little light round the edge of the shadow.
    let matt = ((facing + 0.12) / 1.12).max(0.0);
    let halfway = (towards_lamp + towards_eye).unit();
    let highlight = surface.shine
        * power(normal.dot(halfway).max(0.0), surface.sharpness)
        * ramp(0.0, 0.2, facing);
    surface.colour.times(lamp) * matt + lamp * highlight
}
