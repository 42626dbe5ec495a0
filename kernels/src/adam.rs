//! AdamW's step on one tensor.

use crate::vector::{LANES, Vector, load, store};

/// Four sums side by side, so that a vector holds them; in the same order every time.
pub fn sum_of_squares(tensors: &[&[f32]]) -> f32 {
    let mut sums = [0.0; LANES + 1];
    tensors.iter().for_each(|tensor| add_squares(tensor, &mut sums));
    sums.iter().sum()
}

/// Adds to four sums, and what is left over to a fifth.
fn add_squares(tensor: &[f32], sums: &mut [f32; LANES + 1]) {
    let (whole, remainder) = tensor.as_chunks::<LANES>();
    let mut added = load(sums);
    for four in whole {
        let four = load(four);
        added += four * four;
    }
    store(added, sums);
    sums[LANES] += remainder.iter().map(|value| value * value).sum::<f32>();
}

/// A step with what is the same for all numbers of a tensor.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Update {
    /// What gradients are scaled with.
    pub clip: f32,
    /// How much of the mean gradient stays.
    pub first_decay: f32,
    /// How much of the mean squared gradient stays.
    pub second_decay: f32,
    /// Kept away from zero where the root of the mean square divides.
    pub epsilon: f32,
    /// What stays of a parameter in front of its weight decay.
    pub kept: f32,
    /// The learning rate over the first mean's correction.
    pub pace: f32,
    /// One over the root of the second mean's correction.
    pub root_correction: f32,
}

impl Update {
    /// Renews both means and returns the new parameters. All are of one length.
    pub fn apply(
        self,
        parameters: &[f32],
        gradients: &[f32],
        first: &mut [f32],
        second: &mut [f32],
    ) -> Vec<f32> {
        let (parameters, last_parameters) = parameters.as_chunks();
        let (gradients, last_gradients) = gradients.as_chunks();
        let (first, last_first) = first.as_chunks_mut();
        let (second, last_second) = second.as_chunks_mut();
        // Room for a chunk more than are whole.
        let mut stepped: Vec<[f32; LANES]> = Vec::with_capacity(parameters.len() + 1);
        let means = first.iter_mut().zip(second);
        let whole = parameters.iter().zip(gradients).zip(means);
        stepped.extend(whole.map(|((parameter, gradient), (first, second))| {
            self.four(*parameter, *gradient, first, second)
        }));
        let mut stepped = stepped.into_flattened();
        // Whatever is left over goes the same way, beside zeros.
        let padded = |values: &[f32]| {
            let mut four = [0.0; LANES];
            four[..values.len()].copy_from_slice(values);
            four
        };
        let (mut first, mut second) = (padded(last_first), padded(last_second));
        let (parameter, gradient) = (padded(last_parameters), padded(last_gradients));
        let last = self.four(parameter, gradient, &mut first, &mut second);
        stepped.extend_from_slice(&last[..last_parameters.len()]);
        last_first.copy_from_slice(&first[..last_first.len()]);
        last_second.copy_from_slice(&second[..last_second.len()]);
        stepped
    }

    #[inline(always)]
    fn four(
        self,
        parameter: [f32; LANES],
        gradient: [f32; LANES],
        first: &mut [f32; LANES],
        second: &mut [f32; LANES],
    ) -> [f32; LANES] {
        let mean = |decay: f32, mean: [f32; LANES], new: Vector| {
            Vector::splat(decay) * Vector::new(mean) + Vector::splat(1.0 - decay) * new
        };
        let gradient = Vector::new(gradient) * Vector::splat(self.clip);
        let new_first = mean(self.first_decay, *first, gradient);
        let new_second = mean(self.second_decay, *second, gradient * gradient);
        *first = new_first.to_array();
        *second = new_second.to_array();
        let root =
            new_second.sqrt() * Vector::splat(self.root_correction) + Vector::splat(self.epsilon);
        let kept = Vector::new(parameter) * Vector::splat(self.kept);
        (kept - Vector::splat(self.pace) * new_first / root).to_array()
    }
}
