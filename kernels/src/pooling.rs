//! The mean over height and width.

use crate::shape::Area;

/// # Shapes
/// - activations: `[batch, height, width, channels]` of `area`
/// - result: `[batch, channels]`
pub fn pool(activations: &[f32], area: Area) -> Vec<f32> {
    let share = share(area);
    let mut means = vec![0.0; area.batch * area.channels];
    let pictures = activations.chunks_exact(picture(area));
    for (picture, means) in pictures.zip(means.chunks_exact_mut(area.channels.max(1))) {
        for pixel in picture.chunks_exact(area.channels) {
            means.iter_mut().zip(pixel).for_each(|(mean, value)| *mean += value);
        }
        means.iter_mut().for_each(|mean| *mean *= share);
    }
    means
}

/// The gradient of what [`pool`] was given.
///
/// # Shapes
/// - gradient: `[batch, channels]`
/// - result: `[batch, height, width, channels]` of `area`
pub fn pool_gradient(gradient: &[f32], area: Area) -> Vec<f32> {
    let share = share(area);
    let mut values = vec![0.0; area.values()];
    let rows = gradient.chunks_exact(area.channels.max(1));
    for (row, picture) in rows.zip(values.chunks_exact_mut(picture(area))) {
        for pixel in picture.chunks_exact_mut(area.channels) {
            pixel.iter_mut().zip(row).for_each(|(value, row)| *value = row * share);
        }
    }
    values
}

/// Numbers of a picture, one at least.
fn picture(area: Area) -> usize {
    (area.height * area.row()).max(1)
}

/// What one pixel has of the mean.
fn share(area: Area) -> f32 {
    1.0 / (area.height * area.width) as f32
}
