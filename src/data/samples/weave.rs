//! How threads lie over and under each other: height, slope and thread at a place on the cloth,
//! in units of one thread.

use super::arithmetic::{ramp, sine};
use super::dice::Dice;
use super::noise::speck;

/// The structures, which are the classes; what makes two cloths of one structure different.
#[derive(Clone, Copy, Debug)]
pub(super) enum Structure {
    /// Over one, under one.
    Plain,
    /// Every thread lies `over` of `repeat` crossings on top, one further in each row.
    Twill { over: i32, repeat: i32, leans_left: bool },
    /// A twill that turns back every `turn` threads.
    Herringbone { turn: i32 },
    /// Loops in columns, as from two needles.
    Knit,
    /// Over one, under one, of fine threads, to be printed on.
    Printed,
}

impl Structure {
    /// A structure of the class, as the dice fall. The order is that of the fabric classes.
    pub fn of_class(class_index: usize, dice: &mut Dice) -> Self {
        match class_index {
            0 => Self::Plain,
            1 => {
                let (over, repeat) = dice.pick(&[(2, 4), (2, 4), (1, 3), (3, 4)]);
                Self::Twill { over, repeat, leans_left: dice.chance(0.5) }
            }
            2 => Self::Herringbone { turn: dice.pick(&[4, 6, 6, 8]) },
            3 => Self::Knit,
            _ => Self::Printed,
        }
    }

    /// Whether the thread along v lies on top where column `i` crosses row `j`.
    fn lengthwise_on_top(self, i: i32, j: i32) -> bool {
        match self {
            Self::Plain | Self::Knit | Self::Printed => (i + j) & 1 == 0,
            Self::Twill { over, repeat, leans_left } => {
                let step = if leans_left { i } else { -i };
                (step + j).rem_euclid(repeat) < over
            }
            Self::Herringbone { turn } => {
                let place = i.rem_euclid(2 * turn);
                let step = if place < turn { place } else { 2 * turn - 1 - place };
                (step + j).rem_euclid(4) < 2
            }
        }
    }
}

/// What lies on top at a place on the cloth.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strand {
    /// 0 in the gaps, 1 on top of the thickest place.
    pub height: f32,
    /// How the height changes along u and v.
    pub slope: (f32, f32),
    /// Whether the thread runs along v.
    pub is_lengthwise: bool,
    /// Which thread of its direction.
    pub number: i32,
    /// Between −1 and 1: the fibres that wind round the thread.
    pub twist: f32,
}

/// A cloth's structure with its yarn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weave {
    structure: Structure,
    /// Thickness of a thread, as a share of its room.
    thickness: f32,
    /// Fibres to a thread's width.
    fibres: f32,
    /// How much the threads differ in thickness.
    unevenness: f32,
    seed: u32,
}

impl Weave {
    pub fn new(structure: Structure, dice: &mut Dice) -> Self {
        Self {
            structure,
            thickness: dice.between(0.78, 1.0),
            fibres: dice.between(0.6, 1.6),
            unevenness: dice.between(0.0, 0.22),
            seed: dice.bits(),
        }
    }

    /// What lies on top at a place, in units of one thread.
    pub fn strand(&self, u: f32, v: f32) -> Strand {
        match self.structure {
            Structure::Knit => self.loops(u, v),
            _ => self.crossing(u, v),
        }
    }

    fn crossing(&self, u: f32, v: f32) -> Strand {
        let (i, j) = (u.floor() as i32, v.floor() as i32);
        let is_lengthwise = self.structure.lengthwise_on_top(i, j);
        let is_on_top = |step: i32| {
            if is_lengthwise {
                self.structure.lengthwise_on_top(i, j + step)
            } else {
                !self.structure.lengthwise_on_top(i + step, j)
            }
        };
        // How far the thread stays on top, this way and that.
        let before = (1..4).take_while(|step| is_on_top(-step)).count() as f32;
        let after = (1..4).take_while(|step| is_on_top(*step)).count() as f32;
        let (number, across, along) = if is_lengthwise {
            (i, u - i as f32 - 0.5, v - j as f32 + before)
        } else {
            (j, v - j as f32 - 0.5, u - i as f32 + before)
        };
        let float = before + after + 1.0;
        let place = 2.0 * along / float - 1.0;
        // It dips at both ends, over about half a thread, however long it floats.
        let dip = 1.0 - (1.0 - (1.0 - place.abs()) * float).max(0.0) * 0.75;
        let rise = if dip < 1.0 { -0.75 * place.signum() } else { -0.15 * place };
        let uneven = 1.0 - self.unevenness * speck(number, i32::from(is_lengthwise), 7, self.seed);
        let offset = (across / (0.5 * self.thickness * uneven)).clamp(-1.0, 1.0);
        let round = (1.0 - offset * offset).sqrt();
        let roll = -offset / round.max(0.35);
        Strand {
            height: round * dip,
            slope: if is_lengthwise { (roll, rise) } else { (rise, roll) },
            is_lengthwise,
            number,
            twist: sine(self.fibres * (along + 1.4 * across)),
        }
    }

    /// A knitted face: columns two threads wide, in which each row is a pair of slanting legs.
    fn loops(&self, u: f32, v: f32) -> Strand {
        let (column, row) = (u * 0.5, v * 0.62);
        let middle = column.floor();
        // −1 at the column's left edge, 1 at its right one.
        let side = 2.0 * (column - middle) - 1.0;
        let slanted = row - 0.62 * side.abs();
        let number = slanted.floor();
        let across = slanted - number - 0.5;
        let uneven = 1.0 - self.unevenness * speck(middle as i32, number as i32, 3, self.seed);
        let offset = (across / (0.5 * self.thickness * uneven)).clamp(-1.0, 1.0);
        let round = (1.0 - offset * offset).sqrt();
        // A leg is thickest half way between the column's middle and its edge.
        let leg = 2.0 * side.abs() - 1.0;
        let dip = 1.0 - 0.8 * leg * leg;
        let roll = -offset / round.max(0.35);
        let crease = ramp(1.0, 0.85, leg.abs());
        Strand {
            height: round * dip * crease,
            slope: (-1.3 * leg * side.signum() - 0.4 * roll * side.signum(), roll),
            is_lengthwise: false,
            number: number as i32,
            twist: sine(self.fibres * (2.2 * side.abs() + 0.8 * across)),
        }
    }
}
