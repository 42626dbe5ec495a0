//! What is written on: paper of some shade, squared paper, a blackboard.

use super::arithmetic::{Triple, blend, colour, cosine, ramp, sine};
use super::dice::Dice;
use super::noise::{plane_noise, rough_plane, speck};

const LIGHT_PAPERS: [u32; 9] =
    [0xf7f3e8, 0xefe4cc, 0xe3e6ea, 0xd9c7a2, 0xc9a878, 0xcfdde6, 0xecd3cf, 0xd3dfc6, 0xb9b6b0];
const DARK_PAPERS: [u32; 5] = [0x23283a, 0x2b2b2d, 0x4a2a30, 0x2c443c, 0x4b4038];
const BOARDS: [u32; 3] = [0x24382f, 0x25282b, 0x33403c];

/// Lines printed on a sheet.
#[derive(Clone, Copy, Debug)]
struct Lines {
    ink: Triple,
    /// Pixels from one to the next.
    apart: f32,
    is_squared: bool,
    /// Where the first one lies, as a share of the distance.
    start: f32,
}

/// A sheet to write on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sheet {
    pub shade: Triple,
    /// How much the shade changes from fibre to fibre.
    grain: f32,
    lines: Option<Lines>,
    /// Chalk that was wiped off badly: how much, and the direction of the wiping.
    dust: (f32, f32, f32),
    seed: u32,
}

impl Sheet {
    /// Paper, light or dark, some of it ruled.
    pub fn paper(is_dark: bool, dice: &mut Dice) -> Self {
        let shade = if is_dark { dice.colour(&DARK_PAPERS.map(colour)) } else { light_paper(dice) };
        let lines = dice.chance(0.25).then(|| Lines {
            ink: blend(shade, colour(0x6a86b0), dice.between(0.3, 0.7)),
            apart: dice.between(16.0, 26.0),
            is_squared: false,
            start: dice.between(0.0, 1.0),
        });
        let (grain, seed) = (dice.between(0.05, 0.3), dice.bits());
        Self { shade, grain, lines, dust: (0.0, 1.0, 0.0), seed }
    }

    /// Squared paper from an exercise book.
    pub fn squared(dice: &mut Dice) -> Self {
        let shade = blend(colour(0xf6f5ee), light_paper(dice), 0.2);
        let ink = dice.pick(&[0x5b8fd0, 0x7a8a94, 0xc07a8a]);
        let lines = Lines {
            ink: blend(shade, colour(ink), dice.between(0.6, 0.95)),
            apart: dice.between(8.5, 13.0),
            is_squared: true,
            start: dice.between(0.0, 1.0),
        };
        let (grain, seed) = (dice.between(0.03, 0.1), dice.bits());
        Self { shade, grain, lines: Some(lines), dust: (0.0, 1.0, 0.0), seed }
    }

    /// A blackboard, wiped.
    pub fn blackboard(dice: &mut Dice) -> Self {
        let shade = dice.colour(&BOARDS.map(colour));
        let wiped = dice.about(0.0, 0.12);
        let dust = (dice.between(0.05, 0.22), cosine(wiped), sine(wiped));
        Self { shade, grain: dice.between(0.1, 0.25), lines: None, dust, seed: dice.bits() }
    }

    /// The sheet's colour at a place, in pixels from its middle.
    pub fn at(&self, x: f32, y: f32) -> Triple {
        let fibre = speck(x.floor() as i32, y.floor() as i32, 0, self.seed) - 0.5;
        let cloud = rough_plane(x * 0.12, y * 0.12, self.seed ^ 1) - 0.5;
        let mut shade = self.shade * (1.0 + self.grain * (0.45 * fibre + 0.8 * cloud));
        if let Some(lines) = self.lines {
            shade = blend(shade, lines.ink, lines.at(x, y));
        }
        let (dust, along, across) = self.dust;
        if dust > 0.0 {
            let (u, v) = (x * along + y * across, y * along - x * across);
            let swept = plane_noise(u * 0.015, v * 0.11, self.seed ^ 2)
                * (0.4 + 1.2 * rough_plane(u * 0.03, v * 0.05, self.seed ^ 3));
            shade = blend(shade, colour(0xd8dcd4), dust * swept);
        }
        shade
    }
}

impl Lines {
    /// How much of a line is at a place, between 0 and 1.
    fn at(self, x: f32, y: f32) -> f32 {
        let line = |place: f32| {
            let place = place / self.apart + self.start;
            ramp(1.1, 0.2, (place - place.round()).abs() * self.apart)
        };
        if self.is_squared { line(x).max(line(y)) } else { line(y) }
    }
}

fn light_paper(dice: &mut Dice) -> Triple {
    dice.colour(&LIGHT_PAPERS.map(colour))
}
