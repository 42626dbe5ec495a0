//! A layer by itself, so that it can be timed: forward, and its gradients outside of any graph.

use burn::tensor::Tensor;

use super::convolution::NormalisedConvolution;
use super::operations::gradients;

/// One layer of a network.
#[derive(Clone, Debug)]
pub struct SingleLayer(NormalisedConvolution);

impl From<NormalisedConvolution> for SingleLayer {
    fn from(layer: NormalisedConvolution) -> Self {
        Self(layer)
    }
}

impl SingleLayer {
    /// # Shapes
    /// - input: `[batch, height, width, in]`
    /// - shortcut: as the output; added to it
    /// - output: `[batch, height / stride, width / stride, out]`
    pub fn forward(&self, input: Tensor<4>, shortcut: Option<Tensor<4>>) -> Tensor<4> {
        self.0.forward(input, shortcut)
    }

    /// Everything that going backward computes: the gradients of what learns in the layer, and that
    /// of its input where somebody needs it. Gives that of BatchNorm's scale, which is as good a
    /// sign as any that all is done.
    ///
    /// # Shapes
    /// - gradient, output: as [`SingleLayer::forward`] gives it
    /// - input: as [`SingleLayer::forward`] takes it
    /// - result: `[out]`
    pub fn gradients(
        &self,
        gradient: Tensor<4>,
        output: Tensor<4>,
        input: Tensor<4>,
        needs_input: bool,
    ) -> Tensor<1> {
        let (layer, tensors) = self.0.parts();
        gradients::of_layer(gradient, output, input, (layer, tensors), needs_input)
    }
}
