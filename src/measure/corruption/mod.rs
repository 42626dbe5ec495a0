//! Pictures made worse, in seven ways and five steps each, after the benchmark of Hendrycks and
//! Dietterich (arXiv 1903.12261).
//!
//! The steps are ours: theirs are made for pictures of 224 pixels, these for 96. `colour` changes
//! each pixel on its own, `space` looks at its surroundings, `compression` goes through a file.

use serde::{Deserialize, Serialize};

#[cfg(feature = "engine")]
mod colour;
#[cfg(feature = "engine")]
mod compression;
#[cfg(feature = "engine")]
mod space;

#[cfg(feature = "engine")]
use rand::RngExt;

#[cfg(feature = "engine")]
use crate::data::{Picture, Purpose, seeded};

/// Steps of each corruption, from 1 for the mildest.
pub const SEVERITIES: usize = 5;

/// A way to make a picture worse.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Corruption {
    /// Normal noise on every colour of every pixel: little light.
    Noise,
    /// Normal blur: out of focus.
    Blur,
    /// More light on everything: overexposed.
    Brightness,
    /// Less contrast, about each colour's mean: fog.
    Contrast,
    /// Turned about the centre, to the left or the right: held askew.
    Rotation,
    /// A grey square in front of some place.
    Occlusion,
    /// Saved as a small JPEG file.
    Jpeg,
}

impl Corruption {
    /// All there are.
    pub const ALL: [Self; 7] = [
        Self::Noise,
        Self::Blur,
        Self::Brightness,
        Self::Contrast,
        Self::Rotation,
        Self::Occlusion,
        Self::Jpeg,
    ];

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Noise => "Noise",
            Self::Blur => "Blur",
            Self::Brightness => "Brightness",
            Self::Contrast => "Contrast",
            Self::Rotation => "Rotation",
            Self::Occlusion => "Occlusion",
            Self::Jpeg => "JPEG",
        }
    }
}

/// The picture made worse by one step of one corruption, of the same side.
///
/// `severity` counts from 1 to [`SEVERITIES`]; what lies beyond is taken for the nearest. Noise, the
/// direction of a rotation and the place of an occlusion come from the seed: a seed of its own for
/// each picture keeps them from being the same on all. The same seed gives the same pixels on every
/// platform, as far as the JPEG decoder does.
#[cfg(feature = "engine")]
pub fn corrupted(picture: &Picture, corruption: Corruption, severity: usize, seed: u64) -> Picture {
    if picture.side() == 0 {
        return picture.clone();
    }
    let step = severity.clamp(1, SEVERITIES) - 1;
    let mut generator = seeded(seed, Purpose::Corruption);
    let pixels = match corruption {
        Corruption::Noise => colour::with_noise(picture, colour::NOISE[step], &mut generator),
        Corruption::Blur => space::blurred(picture, space::BLUR[step]),
        Corruption::Brightness => colour::brightened(picture, colour::BRIGHTNESS[step]),
        Corruption::Contrast => colour::with_contrast(picture, colour::CONTRAST[step]),
        Corruption::Rotation => {
            let [sine, cosine] = space::ROTATION[step];
            let sine = if generator.random() { sine } else { -sine };
            space::turned(picture, sine, cosine)
        }
        Corruption::Occlusion => space::occluded(picture, space::OCCLUSION[step], &mut generator),
        Corruption::Jpeg => compression::through_jpeg(picture, compression::QUALITY[step]),
    };
    Picture::from_pixels(picture.side(), pixels).expect("a corruption keeps the number of pixels")
}

#[cfg(all(test, feature = "engine"))]
mod tests {
    use super::*;

    /// Fine waves on a slope from corner to corner, from 20 to 204. The slope is what turning moves
    /// further the more it turns: waves look as unlike after one wave as after five.
    pub(super) fn textured(side: usize) -> Picture {
        let pixels = (0..side * side * 3).map(|index| {
            let (x, y) = ((index / 3 % side) as f32, (index / 3 / side) as f32);
            let colour = (index % 3) as f32;
            let slope = 60.0 * (x - y) / side as f32;
            let waves = (x / (4.0 + colour) + y / 23.0).sin() + (y / 7.0 - x / 17.0 + colour).sin();
            (112.0 + slope + 16.0 * waves).round() as u8
        });
        Picture::from_pixels(side, pixels.collect()).expect("as many as it takes")
    }

    pub(super) fn plain(side: usize, value: u8) -> Picture {
        Picture::from_pixels(side, vec![value; side * side * 3]).expect("as many as it takes")
    }

    fn mean_squared_difference(a: &Picture, b: &Picture) -> f64 {
        let squares = a.pixels().iter().zip(b.pixels()).map(|(&a, &b)| {
            let difference = f64::from(a) - f64::from(b);
            difference * difference
        });
        squares.sum::<f64>() / a.pixels().len() as f64
    }

    #[test]
    fn every_step_changes_the_picture_and_keeps_its_side() {
        let picture = textured(96);
        for corruption in Corruption::ALL {
            for severity in 1..=SEVERITIES {
                let worse = corrupted(&picture, corruption, severity, 1);
                assert_eq!(worse.side(), 96);
                assert_ne!(worse, picture, "{corruption:?} {severity}");
            }
        }
    }

    #[test]
    fn each_step_is_further_from_the_picture_than_the_one_before() {
        let picture = textured(96);
        for corruption in Corruption::ALL {
            let distances = [1, 2, 3, 4, 5].map(|severity| {
                let one = |seed| {
                    mean_squared_difference(
                        &corrupted(&picture, corruption, severity, seed),
                        &picture,
                    )
                };
                // Over several seeds, since an occlusion may meet a grey place.
                (0..20).map(one).sum::<f64>()
            });
            assert!(distances.is_sorted_by(|a, b| a < b), "{corruption:?}: {distances:?}");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_pixels_and_another_seed_others_where_there_is_chance() {
        let picture = textured(32);
        for corruption in Corruption::ALL {
            let of = |seed| corrupted(&picture, corruption, 3, seed);
            assert_eq!(of(7), of(7), "{corruption:?}");
            let has_chance = matches!(
                corruption,
                Corruption::Noise | Corruption::Rotation | Corruption::Occlusion
            );
            let differs = (0..20).any(|seed| of(seed) != of(7));
            assert_eq!(differs, has_chance, "{corruption:?}");
        }
    }

    #[test]
    fn a_severity_beyond_the_steps_is_the_nearest_step() {
        let picture = textured(16);
        for corruption in Corruption::ALL {
            let of = |severity| corrupted(&picture, corruption, severity, 1);
            assert_eq!((of(0), of(usize::MAX)), (of(1), of(SEVERITIES)));
        }
    }

    #[test]
    fn pictures_of_any_side_can_be_made_worse() {
        for side in [0, 1, 2, 5] {
            for corruption in Corruption::ALL {
                assert_eq!(corrupted(&plain(side, 90), corruption, 5, 1).side(), side);
            }
        }
    }
}
