//! Whether two pictures are the same one: cropped, scaled or saved again.
//!
//! In two steps, since a set of two thousand pictures has two million pairs. A perceptual hash of
//! the whole picture (the signs of its low cosine frequencies about their median; Zauner,
//! "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010, section 3.2) is held
//! against the hashes of the other one's parts, so that a crop is found as well. What is close is laid
//! over the other picture, moved and scaled until it correlates most.
//!
//! Both bounds were chosen on 1,040 photographs of hands, textures, flowers and waste (540,280
//! pairs) and copies of 120 of them:
//!
//! | | hash alone, at most 14 of 64 bits | and a correlation of at least 0.96 |
//! |---|---|---|
//! | pairs that are none | 0.31 % | 1 pair, 0.986: the same can |
//! | saved as JPEG of quality 30, 60, 85 | 99, 99, 99 % | the same |
//! | scaled to 0.4, 0.7, 2 | 100 % | the same |
//! | crops that keep 95, 90, 85, 80 % of each side | 99, 99, 96, 72 % | 98, 98, 94, 68 % |
//!
//! The next pair that is none correlates by 0.949. `tests/data_duplicates.rs` holds the shares.

use serde::{Deserialize, Serialize};

use super::Picture;

/// Bits by which the hashes of two pictures may differ.
const NEAR_BITS: u32 = 14;
/// Correlation from which on two pictures are one.
const SAME: f64 = 0.96;
/// Without a correlation like this to begin with, moving and scaling do not find one of [`SAME`].
const HOPELESS: f64 = 0.5;
/// Contrast below which a picture has nothing to be known by: standard deviation of its grey values,
/// of 255.
const FAINT: f64 = 2.0;

/// Side of the small grey picture that is laid over others, in pixels.
const SMALL: usize = 48;
/// Side of what is hashed, in pixels.
const HASHED: usize = 32;
/// Cosine frequencies along each side that are hashed; the mean is none of them.
const FREQUENCIES: usize = 8;
/// Side of what is correlated, in pixels.
const COMPARED: usize = 24;
/// Shares of the side that the hashed parts have, and where each begins in the room that is left.
const SHARES: [f64; 3] = [0.9, 0.8, 0.7];
const PLACES: [f64; 3] = [0.0, 0.5, 1.0];

/// What a picture is known by.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Likeness {
    /// A hash of the whole, then one of each part.
    hashes: Vec<u64>,
    /// `[SMALL, SMALL]`, grey.
    #[serde(with = "serde_bytes")]
    grey: Vec<u8>,
    /// Whether there is anything to be known by.
    is_faint: bool,
}

/// A square part of a picture, in shares of its side.
#[derive(Clone, Copy, Debug)]
struct Part {
    left: f64,
    top: f64,
    side: f64,
}

const WHOLE: Part = Part { left: 0.0, top: 0.0, side: 1.0 };

impl Part {
    /// The whole and its hashed parts.
    fn hashed() -> impl Iterator<Item = Self> {
        let parts = SHARES.into_iter().flat_map(|side| {
            PLACES.into_iter().flat_map(move |across| {
                PLACES.into_iter().map(move |down| Self {
                    left: across * (1.0 - side),
                    top: down * (1.0 - side),
                    side,
                })
            })
        });
        std::iter::once(WHOLE).chain(parts)
    }

    /// Moved and grown, as far as it stays inside.
    fn moved(self, across: f64, down: f64, grown: f64) -> Self {
        let side = (self.side + grown).min(1.0);
        let inside = |begin: f64| begin.clamp(0.0, 1.0 - side);
        Self { left: inside(self.left + across), top: inside(self.top + down), side }
    }
}

/// Sums over everything above and left of each pixel corner, so that the mean of any part is four
/// look-ups (Crow 1984).
struct Sums {
    side: usize,
    /// `[side + 1, side + 1]`
    sums: Vec<f64>,
}

impl Sums {
    fn of(side: usize, grey: impl Fn(usize) -> f64) -> Self {
        let row = side + 1;
        let mut sums = vec![0.0; row * row];
        for y in 0..side {
            let mut along = 0.0;
            for x in 0..side {
                along += grey(y * side + x);
                sums[(y + 1) * row + x + 1] = sums[y * row + x + 1] + along;
            }
        }
        Self { side, sums }
    }

    /// The sum left of `x` and above `y`, in pixels, between corners by linear interpolation.
    fn until(&self, x: f64, y: f64) -> f64 {
        let row = self.side + 1;
        let split = |at: f64| {
            let whole = (at.max(0.0) as usize).min(self.side);
            (whole, (whole + 1).min(self.side), (at - whole as f64).clamp(0.0, 1.0))
        };
        let ((left, right, across), (top, bottom, down)) = (split(x), split(y));
        let along = |y: usize| {
            self.sums[y * row + left] * (1.0 - across) + self.sums[y * row + right] * across
        };
        along(top) * (1.0 - down) + along(bottom) * down
    }

    /// A part as `count` × `count` means.
    fn resampled(&self, part: Part, count: usize) -> Vec<f64> {
        let side = self.side as f64;
        let step = part.side * side / count as f64;
        let corner = |x: usize, y: usize| {
            self.until(part.left * side + x as f64 * step, part.top * side + y as f64 * step)
        };
        let corners: Vec<f64> = (0..=count)
            .flat_map(|y| (0..=count).map(move |x| (x, y)))
            .map(|(x, y)| corner(x, y))
            .collect();
        let at = |x: usize, y: usize| corners[y * (count + 1) + x];
        (0..count)
            .flat_map(|y| (0..count).map(move |x| (x, y)))
            .map(|(x, y)| {
                (at(x + 1, y + 1) - at(x, y + 1) - at(x + 1, y) + at(x, y)) / (step * step)
            })
            .collect()
    }
}

impl Likeness {
    /// What a picture is known by.
    pub fn of(picture: &Picture) -> Self {
        let pixels = picture.pixels();
        // Luma of ITU-R BT.601.
        let grey = |index: usize| match pixels[3 * index..][..3] {
            [red, green, blue] => {
                0.299 * f64::from(red) + 0.587 * f64::from(green) + 0.114 * f64::from(blue)
            }
            _ => 0.0,
        };
        let sums = Sums::of(picture.side(), grey);
        let waves = cosines();
        let hashes = Part::hashed().map(|part| hash(&sums.resampled(part, HASHED), &waves));
        let small = sums.resampled(WHOLE, SMALL);
        Self {
            hashes: hashes.collect(),
            is_faint: contrast(&small) < FAINT,
            grey: small.into_iter().map(|value| value.round().clamp(0.0, 255.0) as u8).collect(),
        }
    }

    /// Whether there is nothing in the picture to know it by: it is of one colour.
    pub fn is_faint(&self) -> bool {
        self.is_faint
    }

    /// Bits by which the closest hashes differ: of one picture's whole and any part of the other.
    pub fn distance(&self, other: &Self) -> u32 {
        closest(self, other).0.min(closest(other, self).0)
    }

    /// Whether a [distance](Self::distance) is worth a closer look.
    pub fn is_close(distance: u32) -> bool {
        distance <= NEAR_BITS
    }

    /// Whether both are the same picture, one of them perhaps cropped, scaled or saved again.
    pub fn is_same(&self, other: &Self) -> bool {
        !self.is_faint && !other.is_faint && self.correlation(other) >= SAME
    }

    /// How well one picture's whole correlates with the best part of the other, at most 1.
    fn correlation(&self, other: &Self) -> f64 {
        let within = |whole: &Self, holder: &Self| {
            let (_, part) = closest(whole, holder);
            let wanted = centred(whole.sums().resampled(WHOLE, COMPARED));
            best_fit(&wanted, &holder.sums(), part)
        };
        within(self, other).max(within(other, self))
    }

    fn sums(&self) -> Sums {
        Sums::of(SMALL, |index| self.grey.get(index).map_or(0.0, |&value| f64::from(value)))
    }
}

/// The part of `holder` whose hash is closest to that of the whole of `whole`, with the bits by which
/// they differ.
fn closest(whole: &Likeness, holder: &Likeness) -> (u32, Part) {
    let wanted = whole.hashes.first().copied().unwrap_or_default();
    let parts = holder.hashes.iter().zip(Part::hashed());
    parts
        .map(|(hash, part)| ((hash ^ wanted).count_ones(), part))
        .min_by_key(|(bits, _)| *bits)
        .unwrap_or((u64::BITS, WHOLE))
}

/// Moves and scales a part until what is wanted correlates most with it, in steps that halve.
fn best_fit(wanted: &[f64], holder: &Sums, part: Part) -> f64 {
    /// Shares of the side.
    const STEPS: [f64; 4] = [0.04, 0.02, 0.01, 0.005];
    const MOST_MOVES: usize = 8;
    let score = |part: Part| {
        let seen = centred(holder.resampled(part, COMPARED));
        wanted.iter().zip(&seen).map(|(a, b)| a * b).sum::<f64>()
    };
    let (mut here, mut best) = (part, score(part));
    if best < HOPELESS {
        return best;
    }
    for step in STEPS {
        // Shifts, and growth about the centre and about each corner.
        let ways = [
            (step, 0.0, 0.0),
            (-step, 0.0, 0.0),
            (0.0, step, 0.0),
            (0.0, -step, 0.0),
            (-step / 2.0, -step / 2.0, step),
            (step / 2.0, step / 2.0, -step),
            (0.0, 0.0, step),
            (0.0, 0.0, -step),
            (-step, 0.0, step),
            (0.0, -step, step),
            (step, 0.0, -step),
            (0.0, step, -step),
        ];
        for _ in 0..MOST_MOVES {
            let tried = ways.map(|(across, down, grown)| here.moved(across, down, grown));
            let scored = tried.into_iter().map(|part| (score(part), part));
            let Some((found, part)) = scored.max_by(|a, b| a.0.total_cmp(&b.0)) else { break };
            if found <= best {
                break;
            }
            (best, here) = (found, part);
        }
    }
    best
}

/// Without its mean, and of length 1; all zeros where there is nothing else.
fn centred(mut values: Vec<f64>) -> Vec<f64> {
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    values.iter_mut().for_each(|value| *value -= mean);
    let length = values.iter().map(|value| value * value).sum::<f64>().sqrt();
    let scale = if length > f64::EPSILON { length.recip() } else { 0.0 };
    values.iter_mut().for_each(|value| *value *= scale);
    values
}

/// Standard deviation.
fn contrast(values: &[f64]) -> f64 {
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt()
}

/// The cosines that a side is multiplied with, `[FREQUENCIES, HASHED]`.
fn cosines() -> Vec<f64> {
    let wave = |frequency: usize, x: usize| {
        let angle = (2 * x + 1) as f64 * frequency as f64 / (2 * HASHED) as f64;
        (std::f64::consts::PI * angle).cos()
    };
    (1..=FREQUENCIES).flat_map(|f| (0..HASHED).map(move |x| wave(f, x))).collect()
}

/// One bit a frequency: whether it is above the median of all.
fn hash(values: &[f64], waves: &[f64]) -> u64 {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    // [FREQUENCIES, HASHED]: along the rows first.
    let along: Vec<f64> = waves
        .chunks_exact(HASHED)
        .flat_map(|wave| values.chunks_exact(HASHED).map(move |row| dot(row, wave)))
        .collect();
    let both: Vec<f64> = along
        .chunks_exact(HASHED)
        .flat_map(|column| waves.chunks_exact(HASHED).map(move |wave| dot(column, wave)))
        .collect();
    let mut sorted = both.clone();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let median = (sorted[middle - 1] + sorted[middle]) / 2.0;
    both.iter().fold(0, |bits, &value| (bits << 1) | u64::from(value > median))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{SampleTask, Scene, draw};

    fn plain(colour: [u8; 3]) -> Picture {
        let pixels = colour.into_iter().cycle().take(3 * 96 * 96).collect();
        Picture::from_pixels(96, pixels).expect("all pixels")
    }

    #[test]
    fn the_mean_of_a_part_is_that_of_its_pixels() {
        let sums = Sums::of(4, |index| index as f64);
        let corner = Part { left: 0.5, top: 0.5, side: 0.5 };
        assert_eq!(sums.resampled(corner, 1), [(10 + 11 + 14 + 15) as f64 / 4.0]);
        assert_eq!(sums.resampled(corner, 2), [10.0, 11.0, 14.0, 15.0]);
        // Half a pixel on: between two columns.
        let between = Part { left: 0.125, top: 0.0, side: 0.25 };
        assert_eq!(sums.resampled(between, 1), [0.5]);
    }

    #[test]
    fn a_picture_is_the_same_as_itself_and_as_itself_a_little_brighter() {
        let drawn = draw(SampleTask::Fruit, Scene::Usual, 3).picture(0, 0);
        let picture = drawn.into_picture(96).expect("a drawn picture");
        let brighter: Vec<u8> = picture.pixels().iter().map(|&v| v.saturating_add(9)).collect();
        let brighter = Picture::from_pixels(96, brighter).expect("all pixels");
        let (one, two) = (Likeness::of(&picture), Likeness::of(&brighter));
        assert_eq!(one.distance(&one), 0);
        assert!(one.is_same(&one) && one.is_same(&two) && two.is_same(&one));
    }

    #[test]
    fn pictures_of_one_colour_are_like_none() {
        let (grey, red) = (Likeness::of(&plain([90; 3])), Likeness::of(&plain([200, 10, 10])));
        assert!(grey.is_faint() && red.is_faint());
        assert!(!grey.is_same(&red) && !grey.is_same(&grey));
    }

    #[test]
    fn of_drawn_pictures_no_two_are_the_same() {
        for task in SampleTask::ALL {
            let drawn = draw(task, Scene::Usual, 1);
            let likenesses: Vec<Likeness> = drawn
                .pictures()
                .map(|drawn| Likeness::of(&drawn.into_picture(96).expect("a drawn picture")))
                .collect();
            let mut pairs = (0..likenesses.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
            let same = pairs.find(|&(a, b)| {
                let (a, b) = (&likenesses[a], &likenesses[b]);
                a.is_faint() || (Likeness::is_close(a.distance(b)) && a.is_same(b))
            });
            assert_eq!(same, None, "{task:?}");
        }
    }
}
