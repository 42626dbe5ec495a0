//! From light to a picture file's 8 bits, with the faults of a small camera.

use super::arithmetic::{Triple, blend, triple};
use super::dice::Dice;
use crate::data::Scene;

/// Width and height of every drawn picture, in pixels.
pub(super) const SIDE: usize = 128;

/// Linear light, row by row, and what the camera makes of it.
pub(super) struct Film {
    /// `[SIDE, SIDE]`.
    pub light: Vec<Triple>,
    /// Multiplies the light.
    pub exposure: f32,
    /// Colour of the light that the camera takes for white, inverted.
    pub balance: Triple,
    /// 0 is sharp, 1 is soft over about three pixels.
    pub softness: f32,
    /// Standard deviation of the grain, in 8-bit steps.
    pub grain: f32,
    /// How much darker the corners are.
    pub vignette: f32,
}

impl Film {
    /// A film from the scene's camera, as the dice fall.
    pub fn new(light: Vec<Triple>, scene: Scene, dice: &mut Dice) -> Self {
        match scene {
            Scene::Usual => Self::usual(light, dice),
            Scene::New => Self::old(light, dice),
        }
    }

    /// A camera with the usual faults.
    fn usual(light: Vec<Triple>, dice: &mut Dice) -> Self {
        let warmth = dice.about(0.0, 0.12);
        Self {
            light,
            exposure: dice.between(0.85, 1.2),
            balance: triple(1.0 + warmth, 1.0 + dice.about(0.0, 0.03), 1.0 - warmth),
            softness: dice.between(0.0, 0.7),
            grain: dice.between(0.8, 4.0),
            vignette: dice.between(0.0, 0.25),
        }
    }

    /// An old camera in poor light: grainy, soft, dark in the corners.
    fn old(light: Vec<Triple>, dice: &mut Dice) -> Self {
        Self {
            exposure: dice.between(0.8, 1.1),
            softness: dice.between(0.6, 1.0),
            grain: dice.between(6.0, 12.0),
            vignette: dice.between(0.35, 0.7),
            ..Self::usual(light, dice)
        }
    }

    /// The picture, RGB, `[SIDE, SIDE, 3]`.
    pub fn develop(mut self, dice: &mut Dice) -> Vec<u8> {
        self.soften();
        let mut pixels = Vec::with_capacity(SIDE * SIDE * 3);
        for (index, light) in self.light.iter().enumerate() {
            let across = (index % SIDE) as f32 / SIDE as f32 - 0.5;
            let down = (index / SIDE) as f32 / SIDE as f32 - 0.5;
            let dimmed = 1.0 - self.vignette * 2.0 * (across * across + down * down);
            let light = light.times(self.balance) * (self.exposure * dimmed);
            let grey = dice.about(0.0, 1.2);
            for channel in [light.x, light.y, light.z] {
                let grain = self.grain * (0.8 * grey + 0.5 * dice.between(-1.0, 1.0));
                pixels.push((tone(channel) * 255.0 + grain).round().clamp(0.0, 255.0) as u8);
            }
        }
        pixels
    }

    /// Blurs with the weights 1-2-1 in both directions, as strongly as `softness` says.
    fn soften(&mut self) {
        for step in [1, SIDE] {
            let sharp = self.light.clone();
            for index in 0..SIDE * SIDE {
                let place = if step == 1 { index % SIDE } else { index / SIDE };
                let before = if place > 0 { index - step } else { index };
                let after = if place + 1 < SIDE { index + step } else { index };
                let blurred = (sharp[before] + sharp[after]) * 0.25 + sharp[index] * 0.5;
                self.light[index] = blend(sharp[index], blurred, self.softness);
            }
        }
    }
}

/// Linear light to a display's value between 0 and 1; what is too bright fades into white.
fn tone(light: f32) -> f32 {
    let light = light.max(0.0);
    let kept = if light < 0.6 { light } else { 0.6 + 0.4 * (light - 0.6) / (light - 0.2) };
    // sRGB's curve from square roots alone, good to one step in 255.
    let (half, quarter) = (kept.sqrt(), kept.sqrt().sqrt());
    let eighth = quarter.sqrt();
    (0.662_002_7 * half + 0.684_122_1 * quarter - 0.323_583_6 * eighth - 0.022_541_1 * kept)
        .max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tone_rises_from_black_to_white() {
        assert_eq!(tone(-1.0), 0.0);
        let values: Vec<f32> = (0..1000).map(|step| tone(step as f32 / 100.0)).collect();
        assert!(values.windows(2).all(|pair| pair[0] <= pair[1]));
        assert!(values.iter().all(|value| *value <= 1.0));
        assert!(values[999] > 0.97);
    }
}
