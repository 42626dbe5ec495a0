//! The shapes of fruit as distances: how far a point is from the surface, negative inside.
//!
//! Apples, oranges, pears and plums are seen from a middle point as a radius for every direction;
//! a banana is a bent tube. Each stands in its own space: stem upwards along y, about one unit
//! from the middle to the side.

use super::arithmetic::{Triple, angle, cosine, mix, power, ramp, sine, triple};
use super::dice::Dice;

/// What a body is shaped like, with the numbers that make each one different.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// Dimples above and below, widest above the middle, slightly five-cornered.
    Apple { dimple: f32, taper: f32, lobes: f32 },
    /// A flattened ball with a shallow dimple.
    Orange { flatness: f32 },
    /// A body with a neck.
    Pear { neck: f32, width: f32 },
    /// An egg with a seam from pole to pole.
    Plum { length: f32, seam: f32 },
    /// A tube bent over an angle, in radians, around a centre `bend` above it.
    Banana { bend: f32, half_angle: f32, thickness: f32 },
}

impl Form {
    /// A form of the class, as the dice fall. The order is that of the fruit classes.
    pub fn of_class(class_index: usize, dice: &mut Dice) -> Self {
        match class_index {
            0 => Self::Apple {
                dimple: dice.between(0.24, 0.38),
                taper: dice.between(0.02, 0.09),
                lobes: dice.between(0.0, 0.03),
            },
            1 => Self::Banana {
                bend: dice.between(1.5, 2.3),
                half_angle: dice.between(0.62, 0.85),
                thickness: dice.between(0.27, 0.36),
            },
            2 => Self::Orange { flatness: dice.between(0.0, 0.1) },
            3 => Self::Pear { neck: dice.between(0.38, 0.72), width: dice.between(0.84, 0.98) },
            _ => Self::Plum { length: dice.between(1.0, 1.28), seam: dice.between(0.03, 0.07) },
        }
    }

    /// No point of the body is further from the middle.
    pub fn reach(self) -> f32 {
        match self {
            Self::Apple { .. } | Self::Orange { .. } => 1.16,
            Self::Pear { neck, width } => width + neck + 0.05,
            Self::Plum { length, .. } => length.max(1.0) + 0.02,
            Self::Banana { bend, half_angle, thickness } => bend * half_angle + thickness + 0.15,
        }
    }

    /// Steps of the light must be this much shorter than the distance: it is only a bound.
    pub fn caution(self) -> f32 {
        match self {
            Self::Pear { .. } => 0.62,
            _ => 0.85,
        }
    }

    /// Distance from `point` to the surface.
    pub fn distance(self, point: Triple) -> f32 {
        match self {
            Self::Banana { bend, half_angle, thickness } => {
                tube(point, bend, half_angle, thickness)
            }
            radial => {
                let length = point.length();
                length - radial.radius(point * (1.0 / length.max(1e-6)))
            }
        }
    }

    /// Radius in a direction of length 1.
    fn radius(self, direction: Triple) -> f32 {
        let height = direction.y;
        match self {
            Self::Apple { dimple, taper, lobes } => {
                let top = ((height - 0.72) / 0.28).max(0.0);
                let bottom = ((-height - 0.8) / 0.2).max(0.0);
                let side = (1.0 - height * height).max(0.0);
                // Five corners, most at the bottom.
                let corners = fivefold(direction.x, direction.z) * side * (1.0 - height);
                1.0 + taper * height - dimple * top * top - 0.17 * bottom * bottom + lobes * corners
            }
            Self::Orange { flatness } => {
                let top = ((height - 0.9) / 0.1).max(0.0);
                1.0 - flatness * height * height - 0.035 * top * top
            }
            Self::Pear { neck, width } => {
                let share = ((height - 0.5) / 0.5).max(0.0);
                let below = ((-height - 0.85) / 0.15).max(0.0);
                width + neck * share * share * share * share.sqrt() - 0.07 * below * below
            }
            Self::Plum { length, seam } => {
                let flat = 1.0 - height * height;
                let egg = 1.0 / (flat + height * height / (length * length)).sqrt();
                let away = direction.z / 0.24;
                let share = (1.0 - away * away).max(0.0);
                let groove = share * share * share * ramp(0.0, 0.5, direction.x);
                let pole = ((height - 0.9) / 0.1).max(0.0);
                egg - seam * groove - 0.06 * pole * pole
            }
            Self::Banana { .. } => 1.0,
        }
    }

    /// Size of a usual fruit, in units of the room; an apple is about one.
    pub fn usual_size(self) -> f32 {
        match self {
            Self::Plum { .. } => 0.8,
            _ => 1.0,
        }
    }

    /// Radius of a ball that shades about as the body does.
    pub fn bulk(self) -> f32 {
        match self {
            Self::Banana { .. } => 0.62,
            _ => 0.92,
        }
    }

    /// How many of these still have their stem.
    pub fn stem_chance(self) -> f32 {
        match self {
            Self::Apple { .. } | Self::Pear { .. } => 0.85,
            Self::Plum { .. } => 0.35,
            Self::Orange { .. } | Self::Banana { .. } => 0.0,
        }
    }

    /// Where the stem leaves the body.
    pub fn stem_foot(self) -> Option<Triple> {
        match self {
            Self::Banana { .. } => None,
            radial => Some(triple(0.0, radial.radius(triple(0.0, 1.0, 0.0)) - 0.03, 0.0)),
        }
    }

    /// Along a banana from −1 at the blossom to 1 at the stem.
    pub fn along(self, point: Triple) -> f32 {
        match self {
            Self::Banana { bend, half_angle, .. } => {
                angle(point.x, (bend - point.y).max(1e-3)) / half_angle
            }
            _ => 0.0,
        }
    }

    /// Points of the surface, spread all over it, that could touch the table.
    pub fn feelers(self) -> Vec<Triple> {
        let feeler = |step: i32| {
            let share = (step as f32 + 0.5) / 160.0;
            // Evenly over the ball, by the golden angle.
            let turns = step as f32 * 0.381_966;
            match self {
                Self::Banana { bend, half_angle, thickness } => {
                    let along = 2.0 * share - 1.0;
                    let place = along * half_angle / std::f32::consts::TAU;
                    let outwards = triple(sine(place), -cosine(place), 0.0);
                    let across = outwards * cosine(turns) + triple(0.0, 0.0, sine(turns));
                    triple(0.0, bend, 0.0)
                        + outwards * bend
                        + across * tube_radius(along, thickness)
                }
                radial => {
                    let height = 1.0 - 2.0 * share;
                    let around = (1.0 - height * height).max(0.0).sqrt();
                    let direction = triple(around * cosine(turns), height, around * sine(turns));
                    direction * radial.radius(direction)
                }
            }
        };
        (0..160).map(feeler).collect()
    }
}

/// A bent tube, thinner towards its ends, with five soft edges.
fn tube(point: Triple, bend: f32, half_angle: f32, thickness: f32) -> f32 {
    let down = bend - point.y;
    let from_centre = (point.x * point.x + down * down).sqrt();
    let place = angle(point.x, down.max(1e-3)).clamp(-half_angle, half_angle);
    let turns = place / std::f32::consts::TAU;
    let middle_x = bend * sine(turns);
    let middle_y = bend - bend * cosine(turns);
    let (x, y) = (point.x - middle_x, point.y - middle_y);
    let distance = (x * x + y * y + point.z * point.z).sqrt();
    let outwards = (from_centre - bend) / distance.max(1e-6);
    let edges = fivefold(outwards, point.z / distance.max(1e-6));
    let radius = tube_radius(place / half_angle, thickness) * (1.0 + 0.045 * edges);
    distance - radius
}

/// A banana's thickness along its length: `along` runs from the blossom, −1, to the stem, 1.
fn tube_radius(along: f32, thickness: f32) -> f32 {
    let body = 1.0 - 0.25 * along * along;
    let stem = mix(1.0, 0.3, ramp(0.62, 0.86, along));
    let blossom = mix(1.0, 0.3, ramp(-0.72, -1.0, along));
    thickness * body * stem * blossom
}

/// Cosine of five times the angle of a direction of length at most 1.
fn fivefold(x: f32, y: f32) -> f32 {
    let length = (x * x + y * y).sqrt().max(1e-6);
    let cosine = x / length;
    16.0 * power(cosine, 5) - 20.0 * power(cosine, 3) + 5.0 * cosine
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_body_holds_its_middle_and_ends_within_reach() {
        let mut dice = Dice::new(3, 0);
        for class_index in (0..5).cycle().take(100) {
            let form = Form::of_class(class_index, &mut dice);
            assert!(form.distance(triple(0.0, 0.0, 0.01)) < 0.0, "{form:?}");
            for feeler in form.feelers() {
                assert!(feeler.length() <= form.reach(), "{form:?} {feeler:?}");
                let distance = form.distance(feeler);
                assert!(distance.abs() < 0.05, "{form:?} {feeler:?} {distance}");
            }
        }
    }
}
