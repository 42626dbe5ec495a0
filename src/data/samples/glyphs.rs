//! Signs of an invented script, written by hand: far from any photograph. Hand, pen, paper, light
//! and camera fall by dice for all classes alike.

use super::arithmetic::{Triple, blend, colour, cosine, ramp, sine, triple};
use super::dice::Dice;
use super::film::{Film, SIDE};
use super::hand::{Habit, Nib, Written};
use super::sheet::Sheet;
use crate::data::Scene;

const DARK_INKS: [u32; 6] = [0x1b2a5e, 0x16161a, 0x7a1c22, 0x1f4a34, 0x4a2c18, 0x4c4c52];
const LIGHT_INKS: [u32; 5] = [0xf4f0e6, 0xe8cf7a, 0xd8dfe4, 0xf0b8a8, 0xb8e0d0];
const CHALKS: [u32; 5] = [0xf2f2ea, 0xf2f2ea, 0xf0dc7c, 0xf0a6b4, 0x9cc8e8];
const MARKERS: [u32; 6] = [0xd81e3c, 0x1c58c8, 0x1a8a4a, 0x16161a, 0x8a2ab0, 0xe8701c];

/// A picture of a class's sign.
pub(super) fn draw(class_index: usize, scene: Scene, dice: &mut Dice) -> Film {
    let page = match scene {
        Scene::Usual => Page::on_paper(class_index, dice),
        Scene::New if dice.chance(0.5) => Page::on_blackboard(class_index, dice),
        Scene::New => Page::on_squared_paper(class_index, dice),
    };
    let light = (0..SIDE * SIDE)
        .map(|index| page.look((index % SIDE) as f32 + 0.5, (index / SIDE) as f32 + 0.5))
        .collect();
    Film::new(light, scene, dice)
}

struct Page {
    sheet: Sheet,
    sign: Written,
    ink: Triple,
    view: View,
    lighting: Lighting,
}

/// How the sheet lies before the camera.
struct View {
    /// Its turn: cosine and sine.
    turn: (f32, f32),
    /// How much smaller the far edge is, from up to down and from left to right.
    recession: (f32, f32),
}

impl View {
    /// Turned by that many turns, tipped by about that much.
    fn new(turns: f32, tip: f32, dice: &mut Dice) -> Self {
        Self {
            turn: (cosine(turns), sine(turns)),
            recession: (dice.about(0.0, tip), dice.about(0.0, tip)),
        }
    }
}

struct Lighting {
    lamp: Triple,
    /// How much brighter it is to the right and below.
    fall: (f32, f32),
    /// The edge of a shadow: direction to its dark side, pixels from the middle, darkness.
    shadow: (f32, f32, f32, f32),
}

impl Lighting {
    fn new(lamp: Triple, fall: f32, dice: &mut Dice) -> Self {
        let turns = dice.between(0.0, 1.0);
        let darkness = if dice.chance(0.35) { dice.between(0.15, 0.5) } else { 0.0 };
        Self {
            lamp,
            fall: (dice.about(0.0, fall), dice.about(0.0, fall)),
            shadow: (cosine(turns), sine(turns), dice.between(-15.0, 45.0), darkness),
        }
    }

    /// The light on a place, as shares of the picture from its middle.
    fn at(&self, across: f32, down: f32) -> Triple {
        let (right, below, edge, darkness) = self.shadow;
        let past = (across * right + down * below) * SIDE as f32 - edge;
        let open = 1.0 - darkness * ramp(-7.0, 7.0, past);
        self.lamp * ((1.0 + self.fall.0 * across + self.fall.1 * down) * open)
    }
}

impl Page {
    /// Ballpoint, pencil, brush or broad nib on paper; now and then a light pen on dark paper.
    fn on_paper(class_index: usize, dice: &mut Dice) -> Self {
        let is_dark = dice.chance(0.25);
        let sheet = Sheet::paper(is_dark, dice);
        let ink = told_from(sheet.shade, if is_dark { &LIGHT_INKS } else { &DARK_INKS }, dice);
        let (give, breadth, dryness) =
            dice.pick(&[(0.2, 0.0, 0.0), (0.3, 0.0, 0.5), (0.75, 0.2, 0.0), (0.25, 0.9, 0.0)]);
        let nib = Nib { radius: dice.between(1.8, 3.6), give, breadth, dryness };
        let turns = dice.about(0.0, 0.025);
        let warmth = dice.about(0.0, 0.08);
        let lamp = triple(1.0 + warmth, 1.0, 1.0 - warmth) * dice.between(0.8, 1.05);
        Self {
            sheet,
            sign: Written::new(class_index, habit(dice), nib, dice),
            ink,
            view: View::new(turns, 0.12, dice),
            lighting: Lighting::new(lamp, 0.4, dice),
        }
    }

    /// Chalk, tilted, under a lamp of some colour.
    fn on_blackboard(class_index: usize, dice: &mut Dice) -> Self {
        let sheet = Sheet::blackboard(dice);
        let ink = told_from(sheet.shade, &CHALKS, dice);
        let nib = Nib {
            radius: dice.between(2.4, 4.2),
            give: 0.3,
            breadth: 0.3,
            dryness: dice.between(0.5, 0.75),
        };
        Self::elsewhere(class_index, sheet, ink, nib, dice)
    }

    /// A felt marker on squared paper, tilted, under a lamp of some colour.
    fn on_squared_paper(class_index: usize, dice: &mut Dice) -> Self {
        let sheet = Sheet::squared(dice);
        let ink = told_from(sheet.shade, &MARKERS, dice);
        let nib = Nib { radius: dice.between(3.2, 5.0), give: 0.1, breadth: 0.45, dryness: 0.0 };
        Self::elsewhere(class_index, sheet, ink, nib, dice)
    }

    fn elsewhere(class_index: usize, sheet: Sheet, ink: Triple, nib: Nib, dice: &mut Dice) -> Self {
        let turns = dice.between(0.035, 0.09) * dice.pick(&[-1.0, 1.0]);
        let lights = [0xffce96, 0xb4ccff, 0xc8f0cc, 0xffc4d2].map(colour);
        let lamp = dice.pick(&lights) * dice.between(0.85, 1.25);
        Self {
            sheet,
            sign: Written::new(class_index, habit(dice), nib, dice),
            ink,
            view: View::new(turns, 0.26, dice),
            lighting: Lighting::new(lamp, 0.9, dice),
        }
    }

    /// The light on a place of the picture, in pixels from its left upper corner.
    fn look(&self, column: f32, row: f32) -> Triple {
        let half = SIDE as f32 / 2.0;
        let (x, y) = (column - half, row - half);
        let View { turn, recession } = &self.view;
        let nearness = 1.0 + (recession.1 * x + recession.0 * y) / half * 0.5;
        let (across, down) = (x * nearness, y * nearness);
        let (u, v) = (across * turn.0 + down * turn.1, down * turn.0 - across * turn.1);
        let seen = blend(self.sheet.at(u, v), self.ink, 0.94 * self.sign.ink(u, v));
        seen.times(self.lighting.at(x / SIDE as f32, y / SIDE as f32))
    }
}

/// Of three inks the one that is told best from the sheet.
fn told_from(shade: Triple, inks: &[u32], dice: &mut Dice) -> Triple {
    let palette: Vec<Triple> = inks.iter().map(|code| colour(*code)).collect();
    let contrast = |ink: &Triple| (ink.grey() - shade.grey()).abs();
    let tried = [(); 3].map(|()| dice.colour(&palette));
    let better = |one: Triple, two: Triple| if contrast(&two) > contrast(&one) { two } else { one };
    tried.into_iter().fold(tried[0], better)
}

fn habit(dice: &mut Dice) -> Habit {
    Habit {
        size: dice.between(35.0, 47.0),
        wobble: dice.between(0.05, 0.3),
        slant: dice.about(0.08, 0.22),
        width: dice.between(0.78, 1.1),
    }
}
