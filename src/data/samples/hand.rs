//! A sign as a hand writes it: where the pen went and how hard it pressed, and how much ink lies
//! at a place.

use super::arithmetic::{cosine, mix, ramp, sine};
use super::dice::Dice;
use super::glyph_form::{Point, smooth, strokes};
use super::noise::{plane_noise, rough_plane};

/// What the pen leaves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nib {
    /// Half the width of a stroke, in pixels.
    pub radius: f32,
    /// How much thinner strokes get where the pen presses less, between 0 and 1.
    pub give: f32,
    /// How much thinner strokes along the edge of a broad nib are, between 0 and 1.
    pub breadth: f32,
    /// 0 is wet ink, 1 is chalk that skips over the bumps.
    pub dryness: f32,
}

/// How the hand writes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Habit {
    /// Pixels from the sign's middle to its edge.
    pub size: f32,
    /// How unsteady the hand is, as a share of the size.
    pub wobble: f32,
    /// How far the signs lean, as a share of their height.
    pub slant: f32,
    /// How much wider than high.
    pub width: f32,
}

/// A place that the pen went through: its middle and half its width.
type Touch = (f32, f32, f32);

/// A written sign, in pixels from the middle of the sheet.
pub(super) struct Written {
    strokes: Vec<Stroke>,
    dryness: f32,
    seed: u32,
}

struct Stroke {
    touches: Vec<Touch>,
    /// No ink is left of, above, right of or below these.
    bounds: [f32; 4],
}

impl Written {
    /// The class's sign, as the dice fall.
    pub fn new(class_index: usize, habit: Habit, nib: Nib, dice: &mut Dice) -> Self {
        let middle = (dice.about(0.0, 8.0), dice.about(0.0, 7.0));
        let edge = dice.between(0.08, 0.18);
        let edge = (cosine(edge), sine(edge));
        let seed = dice.bits();
        let strokes = strokes(class_index)
            .into_iter()
            .map(|points| {
                // Where the hand sets down is off as a whole; on its way each point is too.
                let off = (dice.about(0.0, 0.05), dice.about(0.0, 0.05));
                let aimed: Vec<Point> = points
                    .iter()
                    .map(|&(x, y)| {
                        let (x, y) = (x + dice.about(off.0, 0.04), y + dice.about(off.1, 0.04));
                        (x * habit.width - habit.slant * y, y)
                    })
                    .collect();
                let pressed = dice.bits();
                let line = smooth(&aimed);
                let places: Vec<Point> = line
                    .iter()
                    .map(|&(x, y)| {
                        let shake =
                            |seed| habit.wobble * (plane_noise(x * 2.6, y * 2.6, seed) - 0.5);
                        let (x, y) = (x + shake(seed), y + shake(seed ^ 1));
                        (middle.0 + x * habit.size, middle.1 + y * habit.size)
                    })
                    .collect();
                Stroke::new(&places, nib, edge, pressed)
            })
            .collect();
        Self { strokes, dryness: nib.dryness, seed }
    }

    /// How much of the ground the ink covers at a place, between 0 and 1.
    pub fn ink(&self, x: f32, y: f32) -> f32 {
        let away = self
            .strokes
            .iter()
            .filter(|stroke| stroke.may_touch(x, y))
            .map(|stroke| stroke.distance(x, y))
            .fold(f32::INFINITY, f32::min);
        let covered = ramp(0.75, -0.75, away);
        if covered == 0.0 || self.dryness == 0.0 {
            return covered;
        }
        // Dry colour stays on the bumps, and less of it near the edge.
        let bump = rough_plane(x * 0.8, y * 0.8, self.seed ^ 2);
        let bare = self.dryness * (0.62 + 0.12 * away.clamp(-1.5, 1.0));
        covered * ramp(bare - 0.16, bare + 0.16, bump)
    }
}

impl Stroke {
    fn new(places: &[Point], nib: Nib, edge: (f32, f32), pressed: u32) -> Self {
        let last = places.len() - 1;
        let touches: Vec<Touch> = places
            .iter()
            .enumerate()
            .map(|(index, &(x, y))| {
                let (from, to) = (places[index.saturating_sub(1)], places[(index + 1).min(last)]);
                let (along, down) = (to.0 - from.0, to.1 - from.1);
                let length = (along * along + down * down).sqrt().max(1e-6);
                let with_edge = ((along * edge.0 - down * edge.1) / length).abs();
                // It presses most at the start, and lifts towards the end.
                let share = index as f32 / last as f32;
                let lift = 0.35 * share + 0.65 * plane_noise(share * 3.0, 0.5, pressed);
                let thin = mix(1.0, 0.3, nib.breadth * with_edge) * (1.0 - nib.give * lift);
                (x, y, nib.radius * thin)
            })
            .collect();
        let margin = nib.radius + 1.0;
        let bounds = touches.iter().fold(
            [f32::INFINITY, f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY],
            |[left, top, right, bottom], &(x, y, _)| {
                [
                    left.min(x - margin),
                    top.min(y - margin),
                    right.max(x + margin),
                    bottom.max(y + margin),
                ]
            },
        );
        Self { touches, bounds }
    }

    fn may_touch(&self, x: f32, y: f32) -> bool {
        let [left, top, right, bottom] = self.bounds;
        (left..=right).contains(&x) && (top..=bottom).contains(&y)
    }

    /// Pixels from the stroke's edge, negative inside.
    fn distance(&self, x: f32, y: f32) -> f32 {
        self.touches
            .windows(2)
            .map(|pair| {
                let ((from_x, from_y, from_radius), (to_x, to_y, to_radius)) = (pair[0], pair[1]);
                let (along, down) = (to_x - from_x, to_y - from_y);
                let squared = (along * along + down * down).max(1e-9);
                let share = ((x - from_x) * along + (y - from_y) * down) / squared;
                let share = share.clamp(0.0, 1.0);
                let (right, below) = (x - from_x - share * along, y - from_y - share * down);
                (right * right + below * below).sqrt() - mix(from_radius, to_radius, share)
            })
            .fold(f32::INFINITY, f32::min)
    }
}
