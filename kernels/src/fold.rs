//! BatchNorm on frozen statistics folded into the convolution in front of it, and unfolded for the
//! gradients.

use crate::shape::EPSILON;
use crate::vector::{LANES, Vector, load, store};

/// One over the standard deviation, a number a channel.
pub fn inverse_deviations(variance: &[f32]) -> Vec<f32> {
    variance.iter().map(|variance| (variance + EPSILON).sqrt().recip()).collect()
}

/// What each channel's weights are multiplied with.
pub fn factors(scale: &[f32], variance: &[f32]) -> Vec<f32> {
    let inverse = inverse_deviations(variance);
    scale.iter().zip(inverse).map(|(scale, inverse)| scale * inverse).collect()
}

/// What is added to each channel.
pub fn biases(factors: &[f32], shift: &[f32], mean: &[f32]) -> Vec<f32> {
    let terms = factors.iter().zip(shift).zip(mean);
    terms.map(|((factor, shift), mean)| shift - mean * factor).collect()
}

/// What the folded tensors of a layer are to blame for.
pub struct FoldedGradients {
    /// Shape `[out, …]`, as the weight.
    pub weight: Vec<f32>,
    /// Shape `[out]`.
    pub bias: Vec<f32>,
}

/// The gradients of a layer's own tensors from those of its folded ones.
pub struct Unfolded {
    /// As the weight lies in memory.
    pub weight: Vec<f32>,
    /// A number a channel.
    pub scale: Vec<f32>,
    /// A number a channel.
    pub shift: Vec<f32>,
}

/// With w′ = w · s/σ and b′ = t − m · s/σ: ∂w = ∂w′ · s/σ, ∂s = (Σ ∂w′ · w − m · ∂b′) / σ and
/// ∂t = ∂b′.
///
/// # Shapes
/// - weight: `[channels, each]`
/// - factors, mean, variance: `[channels]`
pub fn unfold(
    weight: &[f32],
    folded: FoldedGradients,
    factors: &[f32],
    mean: &[f32],
    variance: &[f32],
) -> Unfolded {
    let FoldedGradients { weight: mut weight_gradient, bias: shift } = folded;
    let each = (weight.len() / factors.len().max(1)).max(1);
    let inverse = inverse_deviations(variance);
    let mut scale = Vec::with_capacity(factors.len());
    let rows = weight.chunks_exact(each).zip(weight_gradient.chunks_exact_mut(each));
    for (channel, (weight, gradient)) in rows.enumerate() {
        let along = sum_and_scale(weight, gradient, factors[channel]);
        scale.push((along - mean[channel] * shift[channel]) * inverse[channel]);
    }
    Unfolded { weight: weight_gradient, scale, shift }
}

/// The sum of what both multiply to; the gradient is then multiplied with `factor`.
fn sum_and_scale(weight: &[f32], gradient: &mut [f32], factor: f32) -> f32 {
    let (weight, weight_rest) = weight.as_chunks::<LANES>();
    let (gradient, gradient_rest) = gradient.as_chunks_mut::<LANES>();
    let mut sums = Vector::ZERO;
    for (weight, gradient) in weight.iter().zip(gradient) {
        let found = load(gradient);
        sums = found.mul_add(load(weight), sums);
        store(found * Vector::splat(factor), gradient);
    }
    let mut sum = sums.reduce_add();
    for (weight, gradient) in weight_rest.iter().zip(gradient_rest) {
        sum += weight * *gradient;
        *gradient *= factor;
    }
    sum
}
