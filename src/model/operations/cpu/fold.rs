//! BatchNorm on frozen statistics folded into the convolution in front of it, and unfolded for the
//! gradients.

use crate::model::operations::layer::EPSILON;

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

/// The gradients of a layer's own tensors from those of its folded ones.
pub struct Unfolded {
    /// As the weight lies in memory.
    pub weight: Vec<f32>,
    /// A number a channel.
    pub scale: Vec<f32>,
}

/// With w′ = w · s/σ and b′ = t − m · s/σ: ∂w = ∂w′ · s/σ and ∂s = (Σ ∂w′ · w − m · ∂b′) / σ.
///
/// # Shapes
/// - weight, weight_gradient (∂w′): `[channels, each]`
/// - shift_gradient (∂b′), factors, mean, variance: `[channels]`
pub fn unfold(
    weight: &[f32],
    mut weight_gradient: Vec<f32>,
    shift_gradient: &[f32],
    factors: &[f32],
    mean: &[f32],
    variance: &[f32],
) -> Unfolded {
    let each = weight.len() / factors.len().max(1);
    let inverse = inverse_deviations(variance);
    let mut scale = Vec::with_capacity(factors.len());
    let rows = weight.chunks_exact(each.max(1)).zip(weight_gradient.chunks_exact_mut(each.max(1)));
    for (channel, (weight, gradient)) in rows.enumerate() {
        let along: f32 = weight.iter().zip(&*gradient).map(|(w, g)| w * g).sum();
        scale.push((along - mean[channel] * shift_gradient[channel]) * inverse[channel]);
        gradient.iter_mut().for_each(|gradient| *gradient *= factors[channel]);
    }
    Unfolded { weight: weight_gradient, scale }
}
