//! Views of a picture: what it could have looked like, to learn from when pictures are few.
//!
//! A view is the picture mirrored or not, cropped a little and brought back to its size, in slightly
//! other light and colours: the usual choice for pictures of things (Krizhevsky et al., 2012,
//! section 4.1; torchvision's `RandomResizedCrop` and `ColorJitter`, gently set). Each of the three
//! can be left out. Views are made once, since the frozen stages look at each of them.

use rand::{Rng, RngExt};

use super::augmentation::Augmentation;
use super::picture::Picture;
use super::random::{Purpose, seeded};
use super::resize::cropped_to;

/// Share of the picture's area that a view shows, at least.
const LEAST_AREA: f64 = 0.8;
/// How far brightness, contrast and saturation may go from 1, up or down.
const COLOUR: f32 = 0.2;
/// Factors of red, green and blue in what the eye takes for light (ITU-R BT.601).
const GREY: [f32; 3] = [0.299, 0.587, 0.114];

/// Pictures with so many views of each: all pictures first, in order, then a first view of all, then
/// a second one of all, and so on. View `v` of picture `i` of `n` has the index `v · n + i`.
///
/// The same seed gives the same views, and more of them leave the first ones as they are. So does a
/// change that is left out with the others: a view is mirrored, cropped and recoloured as it would be
/// with all of them.
pub fn with_views(
    pictures: Vec<Picture>,
    views: usize,
    augmentation: Augmentation,
    seed: u64,
) -> Vec<Picture> {
    let own = pictures.len();
    let mut all = pictures;
    for number in 1..=views {
        for index in 0..own {
            // Every view of every picture has chances of its own.
            let place = (index as u64) << 8 | number as u64;
            let mut generator =
                seeded(seed.wrapping_mul(1 << 32).wrapping_add(place), Purpose::View);
            all.push(view(&all[index], augmentation, &mut generator));
        }
    }
    all
}

/// A view of a picture, as large as itself. What is left out is drawn all the same.
fn view(picture: &Picture, augmentation: Augmentation, generator: &mut impl Rng) -> Picture {
    let Augmentation { flip, crop, colour } = augmentation;
    let side = picture.side();
    let is_mirrored = generator.random_bool(0.5);
    let edge = generator.random_range(LEAST_AREA..=1.0).sqrt();
    let [left, top] = [(); 2].map(|()| generator.random_range(0.0..=1.0 - edge));
    let mut factor = || generator.random_range(1.0 - COLOUR..=1.0 + COLOUR);
    let [brightness, contrast, saturation] = [factor(), factor(), factor()];
    let part = if crop { cropped(picture, [left, top], edge) } else { None };
    let mut pixels = part.unwrap_or_else(|| picture.pixels().to_vec());
    if flip && is_mirrored {
        mirror(&mut pixels, side);
    }
    if colour {
        recolour(&mut pixels, brightness, contrast, saturation);
    }
    // Neither of these changes the number of pixels.
    Picture::from_pixels(side, pixels).unwrap_or_else(|| picture.clone())
}

/// The square that begins at these shares of the side and is `edge` of it long, brought to the
/// picture's size. `None` where it cannot be resized, as one of no pixels.
fn cropped(picture: &Picture, begin: [f64; 2], edge: f64) -> Option<Vec<u8>> {
    let pixels = picture.side() as u32;
    let side = f64::from(pixels);
    // Rounding must not push the end past the picture's.
    let [left, top] = begin.map(|share| share * side);
    let length = (edge * side).min(side - left.max(top));
    cropped_to(picture.pixels(), [pixels, pixels], [left, top, length, length], pixels).ok()
}

/// Swaps left and right.
fn mirror(pixels: &mut [u8], side: usize) {
    for row in pixels.chunks_exact_mut((3 * side).max(1)) {
        row.as_chunks_mut::<3>().0.reverse();
    }
}

/// Multiplies the light, then the distance from the mean grey, then that from each pixel's own grey.
fn recolour(pixels: &mut [u8], brightness: f32, contrast: f32, saturation: f32) {
    let (pixels, _) = pixels.as_chunks_mut::<3>();
    // In double precision, in order: the same sum everywhere.
    let mut sum = 0.0;
    for pixel in pixels.iter() {
        let bright = pixel.map(|level| brightened(level, brightness));
        sum += f64::from(grey(bright));
    }
    let mean = (sum / pixels.len().max(1) as f64) as f32;
    for pixel in pixels {
        let contrasted = pixel.map(|level| {
            (mean + contrast * (brightened(level, brightness) - mean)).clamp(0.0, 255.0)
        });
        let own = grey(contrasted);
        // The cast cuts off what lies beyond a level.
        *pixel = contrasted.map(|value| (own + saturation * (value - own)).round_ties_even() as u8);
    }
}

#[inline(always)]
fn brightened(level: u8, brightness: f32) -> f32 {
    (f32::from(level) * brightness).min(255.0)
}

#[inline(always)]
fn grey([red, green, blue]: [f32; 3]) -> f32 {
    GREY[0] * red + GREY[1] * green + GREY[2] * blue
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Augmentation = Augmentation { flip: true, crop: true, colour: true };
    const FLIP: Augmentation = Augmentation { flip: true, ..Augmentation::NONE };
    const CROP: Augmentation = Augmentation { crop: true, ..Augmentation::NONE };
    const COLOUR: Augmentation = Augmentation { colour: true, ..Augmentation::NONE };

    /// A picture without symmetries: each pixel has a colour of its own.
    fn textured(side: usize) -> Picture {
        let level = |place: usize| 40 + (place * place * 31 + place * 7) as u8 % 160;
        let pixels = (0..3 * side * side).map(level).collect();
        Picture::from_pixels(side, pixels).expect("all pixels")
    }

    #[test]
    fn no_views_are_the_pictures_themselves() {
        let pictures = vec![textured(8), textured(9)];
        assert_eq!(with_views(pictures.clone(), 0, ALL, 3), pictures);
    }

    #[test]
    fn views_stand_behind_all_pictures_keep_their_size_and_differ() {
        let pictures = vec![textured(16), textured(24)];
        let all = with_views(pictures.clone(), 3, ALL, 3);
        assert_eq!(all[..2], pictures);
        assert_eq!(all.len(), 2 * 4);
        for (index, view) in all.iter().enumerate() {
            assert_eq!(view.side(), pictures[index % 2].side());
            assert!(!all[..index].contains(view), "{index} comes twice");
        }
    }

    #[test]
    fn views_repeat_by_their_seed_and_more_of_them_leave_the_first_ones() {
        let pictures = || vec![textured(16), textured(24)];
        let three = with_views(pictures(), 3, ALL, 5);
        assert_eq!(with_views(pictures(), 3, ALL, 5), three);
        assert_eq!(with_views(pictures(), 1, ALL, 5), three[..4]);
        assert_ne!(with_views(pictures(), 3, ALL, 6)[2..], three[2..]);
        // Nor do views of one picture depend on the others.
        assert_eq!(with_views(vec![textured(16)], 1, ALL, 5)[1], three[2]);
    }

    /// So many views of one picture, without it.
    fn views_of(picture: &Picture, views: usize, augmentation: Augmentation) -> Vec<Picture> {
        with_views(vec![picture.clone()], views, augmentation, 5).split_off(1)
    }

    fn mirrored(picture: &Picture) -> Picture {
        let mut pixels = picture.pixels().to_vec();
        mirror(&mut pixels, picture.side());
        Picture::from_pixels(picture.side(), pixels).expect("all pixels")
    }

    #[test]
    fn every_change_at_once_gives_the_views_that_a_seed_has_always_given() {
        let all = with_views(vec![textured(16), textured(24)], 3, ALL, 5);
        let bytes = all.iter().flat_map(|picture| picture.pixels());
        // FNV-1a over all pixels, from before a change could be left out.
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        assert_eq!(hash, 0x6033_9556_a367_33c0);
    }

    #[test]
    fn no_change_gives_the_picture_again() {
        let picture = textured(16);
        assert_eq!(views_of(&picture, 3, Augmentation::NONE), vec![picture; 3]);
    }

    #[test]
    fn a_flip_alone_swaps_left_and_right_of_some_and_leaves_the_others() {
        let picture = textured(16);
        let views = views_of(&picture, 16, FLIP);
        let flipped = mirrored(&picture);
        assert!(views.iter().all(|view| *view == picture || *view == flipped));
        assert!(views.contains(&picture) && views.contains(&flipped));
    }

    #[test]
    fn a_crop_alone_shows_a_connected_part_the_right_way_round_and_no_level_that_was_not_there() {
        // Lighter from left to right and, in another colour, from top to bottom.
        let side = 24;
        let pixel = |place: usize| [8 * (place % side), 8 * (place / side), 100];
        let pixels = (0..side * side).flat_map(pixel).map(|level| level as u8).collect();
        let picture = Picture::from_pixels(side, pixels).expect("all pixels");
        let views = views_of(&picture, 8, CROP);
        assert!(views.iter().any(|view| *view != picture));
        for view in views {
            let level =
                |x: usize, y: usize, colour: usize| view.pixels()[3 * (y * side + x) + colour];
            for y in 0..side {
                for x in 0..side {
                    assert_eq!(level(x, y, 2), 100);
                    assert!(x == 0 || level(x, y, 0) >= level(x - 1, y, 0), "{x} {y}");
                    assert!(y == 0 || level(x, y, 1) >= level(x, y - 1, 1), "{x} {y}");
                }
            }
            let seen = |colour: usize| {
                f64::from(level(side - 1, side - 1, colour) - level(0, 0, colour)) / 184.0
            };
            // At least four fifths of the area are √0.8 of either side, less what rounding and the
            // half of a pixel at either edge take away.
            let least = 0.8_f64.sqrt() - 2.0 / 24.0;
            assert!(seen(0) >= least && seen(1) >= least, "{} {}", seen(0), seen(1));
        }
    }

    #[test]
    fn colours_alone_leave_every_edge_where_it_is() {
        // Four regions, each of one colour.
        let side = 16;
        let colours = [[200, 40, 40], [40, 180, 60], [60, 60, 190], [150, 150, 150]];
        let region = |place: usize| 2 * (place / side / 8) + place % side / 5 % 2;
        let pixels = (0..side * side).flat_map(|place| colours[region(place)]).collect();
        let picture = Picture::from_pixels(side, pixels).expect("all pixels");
        for view in views_of(&picture, 8, COLOUR) {
            assert_ne!(view, picture);
            let pixels = view.pixels().as_chunks::<3>().0;
            let first = |wanted: usize| {
                let place = (0..side * side).find(|&place| region(place) == wanted);
                pixels[place.expect("every region is there")]
            };
            let regions: Vec<[u8; 3]> = (0..4).map(first).collect();
            for (place, pixel) in pixels.iter().enumerate() {
                assert_eq!(*pixel, regions[region(place)], "{place}");
            }
            for (one, colour) in regions.iter().enumerate() {
                assert!(!regions[..one].contains(colour), "two regions became one");
            }
        }
    }

    #[test]
    fn what_is_left_out_leaves_the_other_changes_as_they_are() {
        let picture = textured(24);
        let views = |augmentation| views_of(&picture, 12, augmentation);
        let both = views(Augmentation { colour: false, ..ALL });
        let flips = views(FLIP);
        for ((both, cropped), flip) in both.iter().zip(views(CROP)).zip(flips) {
            let expected = if flip == picture { cropped } else { mirrored(&cropped) };
            assert_eq!(*both, expected);
        }
        // A flip does not change what is there to be recoloured, so it can come before or after, but
        // for the order of a sum.
        let recoloured = views(COLOUR);
        let both = views(Augmentation { crop: false, ..ALL });
        for ((both, recoloured), flip) in both.iter().zip(recoloured).zip(views(FLIP)) {
            let expected = if flip == picture { recoloured } else { mirrored(&recoloured) };
            let pairs = both.pixels().iter().zip(expected.pixels());
            assert!(pairs.into_iter().all(|(a, b)| a.abs_diff(*b) <= 1));
        }
    }

    #[test]
    fn half_of_the_views_are_mirrored() {
        // Dark on the left, light on the right; no crop of at most a fifth turns that round.
        let side = 16;
        let dark_left = |place: usize| if place / 3 % side < side / 2 { 30 } else { 220 };
        let pixels = (0..3 * side * side).map(dark_left).collect();
        let picture = Picture::from_pixels(side, pixels).expect("all pixels");
        let views = with_views(vec![picture], 400, ALL, 1);
        let mirrored =
            views[1..].iter().filter(|view| view.pixels()[0] > view.pixels()[45]).count();
        // Four standard deviations of a fair coin's 400 throws are 40.
        assert!((160..=240).contains(&mirrored), "{mirrored}");
    }

    #[test]
    fn colours_are_those_worked_out_by_hand() {
        let mut pixels = [100, 100, 100, 200, 200, 200];
        recolour(&mut pixels, 1.0, 0.8, 1.0);
        // Greys around their mean of 150.
        assert_eq!(pixels, [110, 110, 110, 190, 190, 190]);
        let mut pixels = [100, 150, 250];
        recolour(&mut pixels, 1.2, 1.0, 1.0);
        assert_eq!(pixels, [120, 180, 255]);
        // Without saturation a pixel is its grey: 0.299 · 100 + 0.587 · 150 + 0.114 · 250.
        let mut pixels = [100, 150, 250];
        recolour(&mut pixels, 1.0, 1.0, 0.0);
        assert_eq!(pixels, [146; 3]);
        let mut pixels = [7, 80, 255];
        recolour(&mut pixels, 1.0, 1.0, 1.0);
        assert_eq!(pixels, [7, 80, 255]);
    }

    #[test]
    fn a_whole_crop_is_the_picture_and_a_mirror_twice_too() {
        let picture = textured(12);
        assert_eq!(cropped(&picture, [0.0; 2], 1.0).as_deref(), Some(picture.pixels()));
        let mut pixels = picture.pixels().to_vec();
        mirror(&mut pixels, 12);
        assert_eq!(pixels[..3], picture.pixels()[33..36]);
        mirror(&mut pixels, 12);
        assert_eq!(pixels, picture.pixels());
    }
}
