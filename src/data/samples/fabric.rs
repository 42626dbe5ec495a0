//! Cloth seen from close by: far from photographs of objects. The classes differ in how the
//! threads lie, not in colour: colours, stripes, size, turn, light, folds and wear fall by dice
//! for all of them alike.

use super::arithmetic::{Triple, blend, colour, cosine, mix, power, ramp, sine, triple};
use super::dice::Dice;
use super::film::{Film, SIDE};
use super::noise::{plane_noise, rough_plane, speck};
use super::weave::{Strand, Structure, Weave};
use crate::data::Scene;

/// In the order of [`Structure::of_class`].
pub(super) const CLASSES: [&str; 5] =
    ["Plain weave", "Twill", "Herringbone", "Knit", "Dotted print"];

const DYES: [u32; 16] = [
    0xf0ebe0, 0xd8cfc0, 0xb8ab98, 0x2e3340, 0x3f5a7c, 0x7d98b5, 0x8c2f36, 0xc0604a, 0xd9a441,
    0x5d7a4e, 0x2f4a3a, 0x6d4a6e, 0xa88a9c, 0x6b4b34, 0x202024, 0x8f9496,
];

/// Out of a bottle rather than out of plants.
const LOUD_DYES: [u32; 8] =
    [0xf23d8c, 0xb6e62c, 0x16c9c4, 0x7a35e0, 0xff7a1a, 0x1f5cff, 0xffe02e, 0xe61f2e];

fn dyes_of(scene: Scene) -> Vec<Triple> {
    let codes: &[u32] = match scene {
        Scene::Usual => &DYES,
        Scene::New => &LOUD_DYES,
    };
    codes.iter().map(|code| colour(*code)).collect()
}

/// A picture of a class of cloth.
pub(super) fn draw(class_index: usize, scene: Scene, dice: &mut Dice) -> Film {
    let cloth = match scene {
        Scene::Usual => Cloth::new(class_index, scene, dice),
        Scene::New => Cloth::new(class_index, scene, dice).under_a_coloured_lamp(dice),
    };
    let light = (0..SIDE * SIDE)
        .map(|index| cloth.look((index % SIDE) as f32, (index / SIDE) as f32))
        .collect();
    Film::new(light, scene, dice)
}

struct Cloth {
    weave: Weave,
    dyes: Dyes,
    print: Option<Print>,
    /// Pixels to the width of a thread.
    period: f32,
    /// The cloth's turn in the picture: cosine and sine.
    turn: (f32, f32),
    /// How much smaller the far edge is, from up to down and from left to right.
    recession: (f32, f32),
    towards_lamp: Triple,
    /// The lamp's colour and strength.
    lamp: Triple,
    /// How deep the folds are, and pixels from one to the next.
    folds: (f32, f32),
    wear: f32,
    sheen: f32,
    seed: u32,
}

impl Cloth {
    fn new(class_index: usize, scene: Scene, dice: &mut Dice) -> Self {
        let structure = Structure::of_class(class_index, dice);
        let is_printed = matches!(structure, Structure::Printed);
        let palette = dyes_of(scene);
        let dyes = Dyes::new(is_printed, &palette, dice);
        let period = dice.between(6.5, 12.0);
        let turn = dice.about(0.0, 0.07);
        let lamp = dice.between(0.0, 1.0);
        Self {
            weave: Weave::new(structure, dice),
            print: is_printed.then(|| Print::new(&dyes, &palette, dice)),
            dyes,
            // A print needs a fine ground.
            period: if is_printed { 0.45 * period } else { period },
            turn: (cosine(turn), sine(turn)),
            recession: (dice.about(0.0, 0.25), dice.about(0.0, 0.25)),
            towards_lamp: triple(cosine(lamp), sine(lamp), dice.between(0.6, 1.8)).unit(),
            lamp: Triple::even(1.0),
            folds: (dice.between(0.0, 26.0), dice.between(45.0, 120.0)),
            wear: dice.between(0.0, 0.35),
            sheen: dice.between(0.0, 0.25),
            seed: dice.bits(),
        }
    }

    /// The same cloth turned askew, much worn and closer, in raking light of some colour.
    fn under_a_coloured_lamp(self, dice: &mut Dice) -> Self {
        let turn = dice.between(0.07, 0.16) * dice.pick(&[-1.0, 1.0]);
        let lamp = dice.between(0.0, 1.0);
        let lights = [0xffb45a, 0x7fb0ff, 0x9cf0b0, 0xff8fb0].map(colour);
        Self {
            period: self.period * dice.between(1.15, 1.5),
            turn: (cosine(turn), sine(turn)),
            towards_lamp: triple(cosine(lamp), sine(lamp), dice.between(0.35, 0.6)).unit(),
            lamp: dice.pick(&lights) * dice.between(1.0, 1.35),
            wear: dice.between(0.6, 1.1),
            ..self
        }
    }

    fn fold_height(&self, x: f32, y: f32) -> f32 {
        let (depth, apart) = self.folds;
        depth * plane_noise(x / apart, y / apart, self.seed)
    }

    /// The light on a pixel, from its left upper corner: two places of it, which share what
    /// changes slowly.
    fn look(&self, column: f32, row: f32) -> Triple {
        let half = SIDE as f32 / 2.0;
        let (x, y) = (column - half, row - half);
        let nearness = 1.0 + (self.recession.0 * y + self.recession.1 * x) / half * 0.5;
        let (x, y) = (x * nearness, y * nearness);
        let here = self.fold_height(x, y);
        let fold = (self.fold_height(x + 1.0, y) - here, self.fold_height(x, y + 1.0) - here);
        // Threads run down into the folds, so that they look closer there.
        let (x, y) = (x + 6.0 * fold.0, y + 6.0 * fold.1);
        let on_cloth = |x: f32, y: f32| {
            let u = (x * self.turn.0 + y * self.turn.1) / self.period + 500.0;
            (u, (y * self.turn.0 - x * self.turn.1) / self.period + 500.0)
        };
        let (u, v) = on_cloth(x, y);
        let wobble = 0.5 * plane_noise(u * 0.12, v * 0.12, self.seed ^ 1);
        let worn = 1.0 + self.wear * (rough_plane(u * 0.09, v * 0.09, self.seed ^ 2) - 0.5);
        let light = [(0.25, 0.3), (0.75, 0.7)].map(|(right, down)| {
            let (u, v) = on_cloth(x + right * nearness, y + down * nearness);
            self.thread_light(u + wobble, v + 0.7 * wobble, fold, worn)
        });
        (light[0] + light[1]) * 0.5
    }

    /// The light on a place of the cloth, in threads, where it is folded and worn like this.
    fn thread_light(&self, u: f32, v: f32, fold: (f32, f32), worn: f32) -> Triple {
        let strand = self.weave.strand(u, v);

        let (slope_u, slope_v) = strand.slope;
        let (slope_x, slope_y) = (
            slope_u * self.turn.0 - slope_v * self.turn.1,
            slope_u * self.turn.1 + slope_v * self.turn.0,
        );
        let normal = triple(-fold.0 + 0.55 * -slope_x, -fold.1 + 0.55 * -slope_y, 1.0).unit();
        let facing = normal.dot(self.towards_lamp).max(0.0);
        let halfway = (self.towards_lamp + triple(0.0, 0.0, 1.0)).unit();
        let shine = self.sheen * power(normal.dot(halfway).max(0.0), 12);
        // Little light reaches down between the threads.
        let open = mix(0.25, 1.0, strand.height);
        let ground = self.dyes.of(strand);
        let dyed = self.print.map_or(ground, |print| print.over(ground, u, v));
        let dye = dyed * ((1.0 + 0.13 * strand.twist) * worn);
        (dye * ((0.36 + 0.98 * facing) * open) + Triple::even(shine * open)).times(self.lamp)
    }
}

/// Dots in rows, printed on the finished cloth.
#[derive(Clone, Copy, Debug)]
struct Print {
    dye: Triple,
    /// Threads from one dot to the next.
    spacing: f32,
    /// Radius, as a share of the spacing.
    radius: f32,
    /// How far every other row is shifted, as a share of the spacing.
    shift: f32,
}

impl Print {
    fn new(ground: &Dyes, palette: &[Triple], dice: &mut Dice) -> Self {
        // Of a few inks the one that is told best from its ground.
        let ground = 0.5 * (ground.lengthwise[0].grey() + ground.crosswise[0].grey());
        let contrast = |ink: &Triple| (ink.grey() - ground).abs();
        let inks = [(); 4].map(|()| dice.colour(palette));
        let best =
            |one: Triple, two: Triple| if contrast(&two) > contrast(&one) { two } else { one };
        Self {
            dye: inks.into_iter().fold(inks[0], best),
            spacing: dice.between(5.0, 9.5),
            radius: dice.between(0.2, 0.36),
            shift: dice.pick(&[0.0, 0.5]),
        }
    }

    /// What is seen at a place of the cloth, in threads.
    fn over(self, ground: Triple, u: f32, v: f32) -> Triple {
        let row = v / self.spacing;
        let shift = if row.floor() as i32 & 1 == 0 { 0.0 } else { self.shift };
        let column = u / self.spacing + shift;
        let (x, y) = (column - column.floor() - 0.5, row - row.floor() - 0.5);
        let inked = ramp(self.radius + 0.03, self.radius - 0.03, (x * x + y * y).sqrt());
        blend(ground, self.dye, 0.92 * inked)
    }
}

/// The colours of the threads in both directions, striped or not.
struct Dyes {
    lengthwise: [Triple; 2],
    crosswise: [Triple; 2],
    /// Threads to a stripe in both directions; none if zero.
    stripes: (i32, i32),
    seed: u32,
}

impl Dyes {
    /// For a cloth, or for the plain ground of a print.
    fn new(is_ground: bool, palette: &[Triple], dice: &mut Dice) -> Self {
        let ground = dice.colour(palette);
        // Threads of nearly one colour show their lie by shadow alone.
        let crossing = dice.colour(palette);
        let crossing = blend(ground, crossing, dice.pick(&[0.1, 0.3, 0.6, 1.0]));
        let stripe = dice.colour(palette);
        let width = dice.between(2.0, 11.0) as i32;
        let kinds = [(0, 0), (0, 0), (0, 0), (0, 0), (width, 0), (0, width), (width, width)];
        let stripes = dice.pick(if is_ground { &kinds[..1] } else { &kinds });
        Self {
            lengthwise: [ground, stripe],
            crosswise: [crossing, blend(crossing, stripe, 0.9)],
            stripes,
            seed: dice.bits(),
        }
    }

    fn of(&self, strand: Strand) -> Triple {
        let (dyes, width) = if strand.is_lengthwise {
            (self.lengthwise, self.stripes.0)
        } else {
            (self.crosswise, self.stripes.1)
        };
        let is_striped = width > 0 && strand.number.div_euclid(width) & 1 == 1;
        let dye = dyes[usize::from(is_striped)];
        // No two threads took the dye alike.
        dye * (0.9 + 0.2 * speck(strand.number, i32::from(strand.is_lengthwise), 0, self.seed))
    }
}
