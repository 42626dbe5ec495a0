//! Where the camera stands before fruit on a table.

use super::arithmetic::{Triple, cosine, sine, triple};
use super::body::Body;
use super::dice::Dice;
use crate::data::Scene;

/// Where whoever holds the camera likes to stand.
pub(super) struct Stance {
    /// How large the fruit is in the picture; past 1 the frame cuts it.
    filled: (f32, f32),
    /// Turns above the table, from low to straight from above at a quarter.
    steepness: (f32, f32),
    /// Turns that the camera is rarely further askew.
    roll: f32,
}

impl Stance {
    pub fn in_scene(scene: Scene) -> Self {
        match scene {
            Scene::Usual => Self { filled: (0.58, 1.02), steepness: (0.02, 0.16), roll: 0.035 },
            Scene::New => Self { filled: (0.46, 0.68), steepness: (0.14, 0.19), roll: 0.12 },
        }
    }
}

/// Where the camera stands and how it looks at the fruit: near or far, from low to steep, a
/// little askew, the fruit sometimes cut by the frame.
pub(super) fn camera(bodies: &[Body], stance: Stance, dice: &mut Dice) -> (Triple, [Triple; 3]) {
    const ANGLE_OF_VIEW: f32 = 0.8;
    let count = bodies.len() as f32;
    let middle =
        bodies.iter().fold(Triple::default(), |sum, body| sum + body.middle) * (1.0 / count);
    let widest = bodies
        .iter()
        .map(|body| (body.middle - middle).length() + body.extent())
        .fold(0.0, f32::max);
    let filled = dice.between(stance.filled.0, stance.filled.1);
    let distance = (2.0 * widest / (ANGLE_OF_VIEW * filled)).max(1.7);
    let turns = dice.between(0.0, 1.0);
    let steepness = dice.between(stance.steepness.0, stance.steepness.1);
    let flat = triple(cosine(turns), 0.0, sine(turns));
    let back = flat * cosine(steepness) + triple(0.0, sine(steepness), 0.0);
    let off = ANGLE_OF_VIEW * distance * if dice.chance(0.2) { 0.24 } else { 0.09 };
    let target =
        middle + triple(dice.about(0.0, off), 0.6 * dice.about(0.0, off), dice.about(0.0, off));
    let ahead = -back.unit();
    let level = ahead.cross(triple(0.0, 1.0, 0.0)).unit();
    let upright = level.cross(ahead);
    let roll = dice.about(0.0, stance.roll);
    let right = level * cosine(roll) + upright * sine(roll);
    let up = right.cross(ahead);
    let eye = target + back * distance;
    (triple(eye.x, eye.y.max(0.25), eye.z), [right * ANGLE_OF_VIEW, up * ANGLE_OF_VIEW, ahead])
}
