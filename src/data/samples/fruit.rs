//! Fruit on a table under one lamp, seen by a small camera: near to photographs.
//!
//! A ray for every pixel walks to the nearest surface in steps that cannot pass it; pixels on an
//! outline take four rays. Everything about a picture falls by dice: fruit, pose, number, table,
//! wall, lamp, camera.

use super::arithmetic::{Triple, blend, colour, cosine, ramp, sine, triple};
use super::body::Body;
use super::camera::{Stance, camera};
use super::dice::Dice;
use super::film::{Film, SIDE};
use super::fruit_skin::lit;
use super::noise::space_noise;
use super::table::Room;
use crate::data::Scene;

/// In the order of [`super::fruit_form::Form::of_class`].
pub(super) const CLASSES: [&str; 5] = ["Apple", "Banana", "Orange", "Pear", "Plum"];

const MOST_STEPS: usize = 40;

/// A third of what a pixel covers on a fruit at the usual distance.
const NEAR_ENOUGH: f32 = 0.008;

/// A picture of a class of fruit.
pub(super) fn draw(class_index: usize, scene: Scene, dice: &mut Dice) -> Film {
    let still_life = StillLife::new(class_index, scene, dice);
    let mut pixels: Vec<(Triple, Seen)> = Vec::with_capacity(SIDE * SIDE);
    for row in 0..SIDE {
        for column in 0..SIDE {
            pixels.push(still_life.look(column as f32 + 0.5, row as f32 + 0.5));
        }
    }
    let light = (0..SIDE * SIDE)
        .map(|index| {
            let (light, seen) = pixels[index];
            let is_inside = index % SIDE + 1 < SIDE && index + SIDE < SIDE * SIDE;
            if !is_inside || (pixels[index + 1].1 == seen && pixels[index + SIDE].1 == seen) {
                return light;
            }
            let (column, row) = ((index % SIDE) as f32, (index / SIDE) as f32);
            [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)].iter().fold(
                Triple::default(),
                |sum, (right, down)| {
                    // Outlines lie between a pixel and the next, half a pixel on.
                    sum + still_life.look(column + 0.5 + right, row + 0.5 + down).0 * 0.25
                },
            )
        })
        .collect();
    Film::new(light, scene, dice)
}

/// Which pixels of a picture show fruit, `[SIDE, SIDE]`, by the ray through the middle of each.
/// `dice` are those that the picture is drawn with.
pub(super) fn shown(class_index: usize, scene: Scene, dice: &mut Dice) -> Vec<bool> {
    let still_life = StillLife::new(class_index, scene, dice);
    let middles = (0..SIDE * SIDE).map(|index| (index % SIDE, index / SIDE));
    middles
        .map(|(column, row)| {
            let (_, seen) = still_life.look(column as f32 + 0.5, row as f32 + 0.5);
            matches!(seen, Seen::Body(_))
        })
        .collect()
}

/// What a ray ends at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Seen {
    Wall,
    Table,
    Body(usize),
}

struct StillLife {
    bodies: Vec<Body>,
    room: Room,
    towards_lamp: Triple,
    lamp: Triple,
    /// How sharp the edges of shadows are.
    hardness: f32,
    eye: Triple,
    /// Directions of sight: to the right, up and ahead, scaled to the angle of view.
    view: [Triple; 3],
}

impl StillLife {
    fn new(class_index: usize, scene: Scene, dice: &mut Dice) -> Self {
        let bodies = lay_out(class_index, dice);
        let lamp_turns = dice.between(0.0, 1.0);
        let height = match scene {
            Scene::Usual => dice.between(0.45, 1.6),
            Scene::New => dice.between(0.3, 0.6),
        };
        let towards_lamp = triple(cosine(lamp_turns), height, sine(lamp_turns)).unit();
        let lamp = lamp(scene, dice);
        let (eye, view) = camera(&bodies, Stance::in_scene(scene), dice);
        Self {
            bodies,
            room: Room::new(scene, dice),
            towards_lamp,
            lamp,
            hardness: dice.between(3.0, 14.0),
            eye,
            view,
        }
    }

    /// The light at a place on the picture, in pixels from its upper left corner.
    fn look(&self, column: f32, row: f32) -> (Triple, Seen) {
        let across = column / SIDE as f32 - 0.5;
        let up = 0.5 - row / SIDE as f32;
        let [right, upwards, ahead] = self.view;
        let ray = (ahead + right * across + upwards * up).unit();
        let table = if ray.y < -1e-4 { self.eye.y / -ray.y } else { f32::INFINITY };
        match self.nearest(ray, table) {
            Some((distance, index)) => {
                (self.body_light(index, self.eye + ray * distance, ray), Seen::Body(index))
            }
            None if table < 60.0 => {
                let light = self.table_light(self.eye + ray * table, table);
                // The edge of the table melts into the wall.
                let far = ramp(self.room.ends.0, self.room.ends.1, table);
                (blend(light, self.room.wall_at(across, ray.y), far), Seen::Table)
            }
            None => (self.room.wall_at(across, ray.y), Seen::Wall),
        }
    }

    /// Distance to the nearest body along a ray from the eye, and which.
    fn nearest(&self, ray: Triple, limit: f32) -> Option<(f32, usize)> {
        let mut nearest = None;
        let mut limit = limit;
        for (index, body) in self.bodies.iter().enumerate() {
            let Some((enter, leave)) = pass(self.eye, ray, body.middle, body.reach()) else {
                continue;
            };
            let mut walked = enter.max(0.0);
            for _ in 0..MOST_STEPS {
                if walked > leave.min(limit) {
                    break;
                }
                let clearance = body.clearance(self.eye + ray * walked);
                if clearance < NEAR_ENOUGH {
                    nearest = Some((walked, index));
                    limit = walked;
                    break;
                }
                walked += clearance;
            }
        }
        nearest
    }

    fn body_light(&self, index: usize, point: Triple, ray: Triple) -> Triple {
        let body = &self.bodies[index];
        let (surface, own) = body.surface(point);
        let smooth = body.normal(point);
        let tilt = |seed| space_noise(own * 21.0, seed) - 0.5;
        let normal = (smooth + triple(tilt(11), tilt(12), tilt(13)) * surface.bumps).unit();
        let shadow = self.lamp_share(point + smooth * 0.02, Some(index));
        let direct = lit(surface, normal, self.towards_lamp, -ray, self.lamp * shadow);
        // Little light comes in between fruit and table, and between fruit and fruit.
        let open =
            ramp(-0.15, 0.9, point.y + 0.35 * normal.y) * self.openness(point, normal, Some(index));
        let ambient = surface.colour.times(self.room.ambient(normal)) * mix_open(open);
        // Skins mirror the room at a glancing angle.
        let glance = 1.0 + normal.dot(ray);
        let mirror =
            self.room.ambient(normal) * (surface.shine * glance.max(0.0) * glance.max(0.0) * 0.7);
        direct + ambient + mirror * open
    }

    fn table_light(&self, point: Triple, distance: f32) -> Triple {
        let up = triple(0.0, 1.0, 0.0);
        let colour = self.room.top_at(point.x, point.z, ramp(4.0, 11.0, distance));
        let share = self.lamp_share(point, None);
        let direct = colour.times(self.lamp) * (self.towards_lamp.y * share);
        let open = self.openness(point, up, None);
        direct + colour.times(self.room.ambient(up)) * mix_open(open)
    }

    /// How much of the lamp is seen from `point`, between 0 and 1. A body does not shade itself
    /// here: its own normal does that.
    fn lamp_share(&self, point: Triple, itself: Option<usize>) -> f32 {
        let mut share: f32 = 1.0;
        for (index, body) in self.bodies.iter().enumerate() {
            if itself == Some(index) {
                continue;
            }
            let reach = body.reach() * 1.2;
            let Some((enter, leave)) = pass(point, self.towards_lamp, body.middle, reach) else {
                continue;
            };
            if leave < 0.0 {
                continue;
            }
            let mut walked = enter.max(0.03);
            for _ in 0..11 {
                let clearance = body.clearance(point + self.towards_lamp * walked);
                share = share.min(0.5 + 0.5 * self.hardness * clearance / walked.max(0.2));
                walked += clearance.abs().max(0.09);
                if walked > leave || share <= 0.0 {
                    break;
                }
            }
        }
        ramp(0.0, 1.0, share)
    }

    /// How much of the surroundings is seen from `point`, taking bodies as balls.
    fn openness(&self, point: Triple, normal: Triple, itself: Option<usize>) -> f32 {
        let mut open = 1.0;
        for (index, body) in self.bodies.iter().enumerate() {
            if itself == Some(index) {
                continue;
            }
            let away = body.middle - point;
            let distance = away.length().max(0.05);
            let bulk = body.bulk();
            let facing = (normal.dot(away) / distance).max(0.0);
            open *= 1.0 - (facing * bulk * bulk / (distance * distance)).min(0.85);
        }
        open
    }
}

/// Ambient light is never quite shut out.
fn mix_open(open: f32) -> f32 {
    0.18 + 0.82 * open
}

/// Distances along a ray at which it enters and leaves a ball.
fn pass(from: Triple, ray: Triple, middle: Triple, radius: f32) -> Option<(f32, f32)> {
    let away = middle - from;
    let along = away.dot(ray);
    let inside = radius * radius - (away.dot(away) - along * along);
    (inside > 0.0).then(|| {
        let half = inside.sqrt();
        (along - half, along + half)
    })
}

/// The lamp's colour and strength: near to daylight, or a street lamp or a sign in the dark.
fn lamp(scene: Scene, dice: &mut Dice) -> Triple {
    match scene {
        Scene::Usual => {
            let warmth = dice.about(0.0, 0.13);
            triple(1.0 + warmth, 1.0, 1.0 - warmth) * dice.between(0.8, 1.3)
        }
        Scene::New => {
            let lights = [0xffb45a, 0xff9a6a, 0x8ab4ff, 0xa8f0c0, 0xff9ac8].map(colour);
            dice.pick(&lights) * dice.between(1.1, 1.6)
        }
    }
}

/// One to three fruit of a class, beside each other.
fn lay_out(class_index: usize, dice: &mut Dice) -> Vec<Body> {
    let count = dice.pick(&[1, 1, 1, 1, 2, 2, 3]);
    let mut bodies: Vec<Body> = Vec::with_capacity(count);
    let turns = dice.between(0.0, 1.0);
    for index in 0..count {
        let mut body = Body::new(class_index, dice);
        if let Some(first) = bodies.first() {
            // Each on another side of the first one, close but not inside it.
            let turns = turns + index as f32 * dice.between(0.28, 0.42);
            let apart = (first.bulk() + body.bulk()) * dice.between(1.04, 1.3);
            let apart = if class_index == 1 { apart.max(1.35) } else { apart };
            body.middle.x = apart * cosine(turns);
            body.middle.z = apart * sine(turns);
        }
        bodies.push(body);
    }
    bodies
}
