//! The layer as its formula reads, in double precision and without any regard for speed: what the
//! kernels are compared with.

use kernels::{Area, Kind, Layer};

/// A layer with its numbers, named as in [`super::Parameters`].
#[derive(Clone, Debug)]
pub struct Reference {
    pub layer: Layer,
    pub input_channels: usize,
    pub output_channels: usize,
    pub weight: Vec<f64>,
    pub scale: Vec<f64>,
    pub shift: Vec<f64>,
    pub mean: Vec<f64>,
    pub variance: Vec<f64>,
}

impl Reference {
    /// The shape of the weight.
    pub fn weight_shape(&self) -> [usize; 4] {
        let (input, output) = (self.input_channels, self.output_channels);
        match self.layer.kind {
            Kind::Pointwise => [output, input, 1, 1],
            Kind::Depthwise => [output, 1, 3, 3],
            Kind::Patches => [output, input, 3, 3],
        }
    }

    /// The layer's output for an input of shape `area`.
    pub fn forward(&self, input: &[f64], area: Area, shortcut: Option<&[f64]>) -> Vec<f64> {
        let goal = self.layer.goal(area, self.output_channels);
        let [_, inputs, side, _] = self.weight_shape();
        let mut values = Vec::with_capacity(goal.values());
        for index in 0..goal.values() {
            let out = index % goal.channels;
            let x = index / goal.channels % goal.width;
            let y = index / goal.row() % goal.height;
            let picture = index / (goal.row() * goal.height);
            let mut sum = 0.0;
            for (tap_y, tap_x) in (0..side).flat_map(|y| (0..side).map(move |x| (y, x))) {
                let at = |place: usize, tap: usize, limit: usize| {
                    (place * self.layer.stride + tap).checked_sub(side / 2).filter(|&at| at < limit)
                };
                let Some(y) = at(y, tap_y, area.height) else { continue };
                let Some(x) = at(x, tap_x, area.width) else { continue };
                let pixel = ((picture * area.height + y) * area.width + x) * area.channels;
                for channel in 0..inputs {
                    let read = if self.layer.kind == Kind::Depthwise { out } else { channel };
                    let tap = ((out * inputs + channel) * side + tap_y) * side + tap_x;
                    sum += input[pixel + read] * self.weight[tap];
                }
            }
            let deviation = (self.variance[out] + 1e-5).sqrt();
            let mut value = (sum - self.mean[out]) / deviation * self.scale[out] + self.shift[out];
            value += shortcut.map_or(0.0, |shortcut| shortcut[index]);
            values.push(if self.layer.is_clamped() { value.clamp(0.0, 6.0) } else { value });
        }
        values
    }
}
