//! Views of a picture: what it could have looked like, to learn from when pictures are few.
//!
//! A view is the picture mirrored or not, cropped a little and brought back to its size, in slightly
//! other light and colours: the usual choice for pictures of things (Krizhevsky et al., 2012,
//! section 4.1; torchvision's `RandomResizedCrop` and `ColorJitter`, gently set). Views are made
//! once, since the frozen stages look at each of them.

use rand::{Rng, RngExt};

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
/// The same seed gives the same views, and more of them leave the first ones as they are.
pub fn with_views(pictures: Vec<Picture>, views: usize, seed: u64) -> Vec<Picture> {
    let own = pictures.len();
    let mut all = pictures;
    for number in 1..=views {
        for index in 0..own {
            // Every view of every picture has chances of its own.
            let place = (index as u64) << 8 | number as u64;
            let mut generator =
                seeded(seed.wrapping_mul(1 << 32).wrapping_add(place), Purpose::View);
            all.push(view(&all[index], &mut generator));
        }
    }
    all
}

/// A view of a picture, as large as itself.
fn view(picture: &Picture, generator: &mut impl Rng) -> Picture {
    let side = picture.side();
    let is_mirrored = generator.random_bool(0.5);
    let edge = generator.random_range(LEAST_AREA..=1.0).sqrt();
    let [left, top] = [(); 2].map(|()| generator.random_range(0.0..=1.0 - edge));
    let mut factor = || generator.random_range(1.0 - COLOUR..=1.0 + COLOUR);
    let [brightness, contrast, saturation] = [factor(), factor(), factor()];
    let mut pixels =
        cropped(picture, [left, top], edge).unwrap_or_else(|| picture.pixels().to_vec());
    if is_mirrored {
        mirror(&mut pixels, side);
    }
    recolour(&mut pixels, brightness, contrast, saturation);
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
    let grey = |pixel: [f32; 3]| -> f32 { pixel.iter().zip(GREY).map(|(c, part)| c * part).sum() };
    let bright = |pixel: &[u8; 3]| pixel.map(|value| (f32::from(value) * brightness).min(255.0));
    let (pixels, _) = pixels.as_chunks_mut::<3>();
    // In double precision, in order: the same sum everywhere.
    let sum: f64 = pixels.iter().map(|pixel| f64::from(grey(bright(pixel)))).sum();
    let mean = (sum / pixels.len().max(1) as f64) as f32;
    for pixel in pixels {
        let bright = bright(pixel);
        let contrasted = bright.map(|value| (mean + contrast * (value - mean)).clamp(0.0, 255.0));
        let own = grey(contrasted);
        // The cast cuts off what lies beyond a level.
        *pixel = contrasted.map(|value| (own + saturation * (value - own)).round() as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture without symmetries: each pixel has a colour of its own.
    fn textured(side: usize) -> Picture {
        let level = |place: usize| 40 + (place * place * 31 + place * 7) as u8 % 160;
        let pixels = (0..3 * side * side).map(level).collect();
        Picture::from_pixels(side, pixels).expect("all pixels")
    }

    #[test]
    fn no_views_are_the_pictures_themselves() {
        let pictures = vec![textured(8), textured(9)];
        assert_eq!(with_views(pictures.clone(), 0, 3), pictures);
    }

    #[test]
    fn views_stand_behind_all_pictures_keep_their_size_and_differ() {
        let pictures = vec![textured(16), textured(24)];
        let all = with_views(pictures.clone(), 3, 3);
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
        let three = with_views(pictures(), 3, 5);
        assert_eq!(with_views(pictures(), 3, 5), three);
        assert_eq!(with_views(pictures(), 1, 5), three[..4]);
        assert_ne!(with_views(pictures(), 3, 6)[2..], three[2..]);
        // Nor do views of one picture depend on the others.
        assert_eq!(with_views(vec![textured(16)], 1, 5)[1], three[2]);
    }

    #[test]
    fn half_of_the_views_are_mirrored() {
        // Dark on the left, light on the right; no crop of at most a fifth turns that round.
        let side = 16;
        let dark_left = |place: usize| if place / 3 % side < side / 2 { 30 } else { 220 };
        let pixels = (0..3 * side * side).map(dark_left).collect();
        let picture = Picture::from_pixels(side, pixels).expect("all pixels");
        let views = with_views(vec![picture], 400, 1);
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
