//! One fruit in the room: where it lies, how it is turned, its stem and leaf.

use super::arithmetic::{Triple, cosine, sine, triple};
use super::dice::Dice;
use super::fruit_form::Form;
use super::fruit_skin::{Skin, Surface, leaf_surface, stem_surface};

/// A fruit that lies on the table.
#[derive(Clone, Debug)]
pub(super) struct Body {
    pub middle: Triple,
    form: Form,
    skin: Skin,
    /// The fruit's own x, y (towards its stem) and z, as directions in the room.
    axes: [Triple; 3],
    size: f32,
    stem: Option<(Triple, Triple)>,
    leaf: Option<Leaf>,
}

#[derive(Clone, Copy, Debug)]
struct Leaf {
    middle: Triple,
    /// Along the leaf, across it, and through it.
    axes: [Triple; 3],
}

const LEAF_RADII: Triple = triple(0.42, 0.17, 0.03);
const STEM_RADIUS: f32 = 0.05;

impl Body {
    /// A fruit of the class resting on the table above the origin.
    pub fn new(class_index: usize, dice: &mut Dice) -> Self {
        let form = Form::of_class(class_index, dice);
        let skin = Skin::of_form(form, dice);
        let axes = axes(form, dice);
        let stem = form.stem_foot().filter(|_| dice.chance(form.stem_chance())).map(|foot| {
            let lean = triple(dice.about(0.0, 0.22), 0.0, dice.about(0.0, 0.22));
            (foot, foot + triple(0.0, dice.between(0.22, 0.42), 0.0) + lean)
        });
        let leaf = stem.filter(|_| dice.chance(0.3)).map(|(foot, tip)| Leaf::new(foot, tip, dice));
        let size = form.usual_size() * dice.between(0.88, 1.12);
        let mut body = Self { middle: Triple::default(), form, skin, axes, size, stem, leaf };
        let lowest = form
            .feelers()
            .into_iter()
            .map(|feeler| body.direction_out(feeler).y * size)
            .fold(f32::INFINITY, f32::min);
        body.middle.y = -lowest;
        body
    }

    /// Radius of a ball round the middle that holds the whole fruit.
    pub fn reach(&self) -> f32 {
        let extras = if self.leaf.is_some() {
            0.75
        } else if self.stem.is_some() {
            0.35
        } else {
            0.0
        };
        (self.form.reach() + extras) * self.size
    }

    /// Radius of a ball that shades about as the fruit does.
    pub fn bulk(&self) -> f32 {
        self.form.bulk() * self.size
    }

    /// Radius of a ball that the eye would draw round it.
    pub fn extent(&self) -> f32 {
        let share = if matches!(self.form, Form::Banana { .. }) { 0.62 } else { 0.94 };
        self.form.reach() * self.size * share
    }

    /// A length that light may travel from `point`, in the room, without passing the surface.
    pub fn clearance(&self, point: Triple) -> f32 {
        self.distance(self.inside(point)) * self.size * self.form.caution()
    }

    /// Direction of length 1 that leads away from the surface near `point`, in the room.
    pub fn normal(&self, point: Triple) -> Triple {
        const STEP: f32 = 0.004;
        let point = self.inside(point);
        let slope = [
            triple(1.0, -1.0, -1.0),
            triple(-1.0, -1.0, 1.0),
            triple(-1.0, 1.0, -1.0),
            triple(1.0, 1.0, 1.0),
        ]
        .into_iter()
        .fold(Triple::default(), |sum, corner| sum + corner * self.distance(point + corner * STEP));
        self.direction_out(slope).unit()
    }

    /// What the surface is like at `point`, in the room, and the point in the fruit's own space.
    pub fn surface(&self, point: Triple) -> (Surface, Triple) {
        let point = self.inside(point);
        let body = self.form.distance(point);
        if self.leaf.is_some_and(|leaf| leaf.distance(point) < body) {
            (leaf_surface(point), point)
        } else if self.stem_distance(point) < body {
            (stem_surface(point), point)
        } else {
            (self.skin.at(self.form, point), point)
        }
    }

    fn distance(&self, point: Triple) -> f32 {
        let leaf = self.leaf.map_or(f32::INFINITY, |leaf| leaf.distance(point));
        self.form.distance(point).min(self.stem_distance(point)).min(leaf)
    }

    fn stem_distance(&self, point: Triple) -> f32 {
        self.stem.map_or(f32::INFINITY, |(foot, tip)| {
            let (along, from_foot) = (tip - foot, point - foot);
            let share = (from_foot.dot(along) / along.dot(along)).clamp(0.0, 1.0);
            // Thicker where it was cut off.
            (from_foot - along * share).length() - STEM_RADIUS * (0.75 + 0.5 * share * share)
        })
    }

    /// From the room into the fruit's own space.
    fn inside(&self, point: Triple) -> Triple {
        let away = point - self.middle;
        let [x, y, z] = self.axes;
        triple(away.dot(x), away.dot(y), away.dot(z)) * (1.0 / self.size)
    }

    fn direction_out(&self, direction: Triple) -> Triple {
        let [x, y, z] = self.axes;
        x * direction.x + y * direction.y + z * direction.z
    }
}

impl Leaf {
    fn new(foot: Triple, tip: Triple, dice: &mut Dice) -> Self {
        let turns = dice.between(0.0, 1.0);
        let along = triple(cosine(turns), dice.between(0.0, 0.5), sine(turns)).unit();
        let across = along.cross(triple(0.0, 1.0, 0.0)).unit();
        let root = foot + (tip - foot) * 0.6;
        Self {
            middle: root + along * (0.9 * LEAF_RADII.x),
            axes: [along, across, along.cross(across)],
        }
    }

    fn distance(self, point: Triple) -> f32 {
        let away = point - self.middle;
        let own = triple(away.dot(self.axes[0]), away.dot(self.axes[1]), away.dot(self.axes[2]));
        // Bent along its length, and a little folded.
        let own = triple(own.x, own.y, own.z + 0.5 * own.x * own.x - 0.4 * own.y.abs());
        let scaled = triple(own.x / LEAF_RADII.x, own.y / LEAF_RADII.y, own.z / LEAF_RADII.z);
        let steep =
            triple(scaled.x / LEAF_RADII.x, scaled.y / LEAF_RADII.y, scaled.z / LEAF_RADII.z);
        let length = scaled.length();
        0.7 * length * (length - 1.0) / steep.length().max(1e-6)
    }
}

/// How a fruit is turned: bananas lie on a side or stand on their ends, the others stand, lean or
/// lie.
fn axes(form: Form, dice: &mut Dice) -> [Triple; 3] {
    let turns = dice.between(0.0, 1.0);
    let flat = triple(cosine(turns), 0.0, sine(turns));
    let up = triple(0.0, 1.0, 0.0);
    if matches!(form, Form::Banana { .. }) {
        // The plane of the bend: nearly flat on the table, or upright with the bend above.
        let stands = dice.chance(0.3);
        let bend = if stands { -up } else { flat };
        let along = triple(-flat.z, if stands { 0.0 } else { dice.about(0.0, 0.1) }, flat.x).unit();
        let bend = (bend - along * bend.dot(along)).unit();
        return [along, bend, along.cross(bend)];
    }
    let lean = if dice.chance(0.72) { dice.between(0.0, 0.45) } else { dice.between(0.9, 2.2) };
    let stem = (up * cosine(lean / std::f32::consts::TAU)
        + flat * sine(lean / std::f32::consts::TAU))
    .unit();
    let spin = dice.between(0.0, 1.0);
    let helper = triple(cosine(spin), 0.31, sine(spin));
    let side = helper.cross(stem).unit();
    [side, stem, side.cross(stem)]
}
