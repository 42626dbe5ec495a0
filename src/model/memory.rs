//! How much memory the network's activations take, counted from its layout. What a device has to
//! hold at least; what an engine adds for its own convenience is not counted.

use super::architecture::Architecture;
use super::work::Layer;

/// Bytes of a number in single precision.
const NUMBER: u64 = 4;

impl Architecture {
    /// The most bytes that activations and their gradients take at once in a training step on
    /// `batch` pictures, when the stages from `first` on learn; 0 when none does.
    ///
    /// Forward, the input and every layer's output O stay, since each is what the next layer's
    /// gradients are computed from. Backward, a layer holds the gradients of its output and of its
    /// input, and what lies behind it is gone: input + max over layers l of (O₁ + … + Oₗ + Iₗ), the
    /// gradient of Oₗ taking the place of Oₗ, and Iₗ being the size of its input. The first layer
    /// owes nobody the gradient of its input.
    pub fn step_bytes(&self, batch: usize, first: usize) -> u64 {
        let layers: Vec<Layer> = self.layers_from(first).collect();
        let input = layers.first().map_or(0, |layer| layer.values_in);
        let mut outputs = 0;
        let mut most = 0;
        for (index, layer) in layers.iter().enumerate() {
            outputs += layer.values_out;
            let gradient_of_input = if index == 0 { 0 } else { layer.values_in };
            most = most.max(outputs + gradient_of_input);
        }
        NUMBER * batch as u64 * (input + most)
    }

    /// The most bytes that a pass forward on `batch` pictures from stage `first` on takes at once:
    /// a layer's input and output; 0 behind the last stage.
    pub fn pass_bytes(&self, batch: usize, first: usize) -> u64 {
        let most = self.layers_from(first).map(|layer| layer.values_in + layer.values_out).max();
        NUMBER * batch as u64 * most.unwrap_or(0)
    }

    /// The most bytes that it takes to have `pictures` go through every layer from stage `first` on
    /// before any goes through the next, `at_once` of them at a time, when a layer is measured before:
    /// all inputs with the outputs of a portion, twice since they are read, or all outputs with the
    /// input of the last portion. What a shortcut keeps comes on top, which is narrow beside the widest
    /// layers. 0 behind the last stage.
    pub fn layer_by_layer_bytes(&self, pictures: usize, at_once: usize, first: usize) -> u64 {
        let (pictures, at_once) = (pictures as u64, at_once as u64);
        let of = |layer: Layer| {
            let (values_in, values_out) = (layer.values_in, layer.values_out);
            let measuring = pictures * values_in + 2 * at_once * values_out;
            measuring.max(pictures * values_out + at_once * values_in)
        };
        NUMBER * self.layers_from(first).map(of).max().unwrap_or(0)
    }

    /// Bytes of the largest single array of activations on `batch` pictures from stage `first` on.
    pub fn largest_activation_bytes(&self, batch: usize, first: usize) -> u64 {
        let most = self.layers_from(first).map(|layer| layer.values_in.max(layer.values_out)).max();
        NUMBER * batch as u64 * most.unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use crate::model::STAGES;

    use super::*;

    #[test]
    fn a_step_of_the_top_holds_what_was_worked_out_by_hand() {
        // The top reads 112 channels at 3 × 3 and gives 1280; nobody wants the gradient of its input.
        let expected = 4 * 2 * 9 * (112 + 1280);
        assert_eq!(Architecture::bundled().step_bytes(2, STAGES - 1), expected);
    }

    #[test]
    fn a_step_of_the_last_block_and_the_top_holds_what_was_worked_out_by_hand() {
        // Input 56 channels, then 336, 336, 112 and 1280, all at 3 × 3. The most is there when the
        // top has its gradients: its output's and its input's, with the three outputs before it.
        let expected = 4 * 9 * (56 + (336 + 336 + 112 + 1280) + 112);
        assert_eq!(Architecture::bundled().step_bytes(1, STAGES - 2), expected);
    }

    #[test]
    fn the_widest_layer_is_the_first_depthwise_one_with_an_expansion() {
        // 48 channels from 48 × 48 to 24 × 24.
        let network = Architecture::bundled();
        assert_eq!(network.largest_activation_bytes(3, 0), 4 * 3 * 48 * 48 * 48);
        assert_eq!(network.pass_bytes(3, 0), 4 * 3 * 48 * (48 * 48 + 24 * 24));
    }

    #[test]
    fn going_through_layer_by_layer_holds_all_inputs_or_all_outputs_and_a_portion() {
        // The top reads 112 channels at 3 × 3 and gives 1280.
        let network = Architecture::bundled();
        let bytes = |pictures, at_once| network.layer_by_layer_bytes(pictures, at_once, STAGES - 1);
        assert_eq!(bytes(64, 4), 4 * 9 * (64 * 1280 + 4 * 112));
        // All at once, what is read weighs more.
        assert_eq!(bytes(4, 4), 4 * 9 * (4 * 112 + 2 * 4 * 1280));
    }

    #[test]
    fn where_nothing_but_the_head_learns_nothing_is_held() {
        let network = Architecture::bundled();
        assert_eq!(network.step_bytes(16, STAGES), 0);
        assert_eq!(network.pass_bytes(16, STAGES), 0);
        assert_eq!(network.largest_activation_bytes(16, STAGES), 0);
        assert_eq!(network.layer_by_layer_bytes(64, 16, STAGES), 0);
    }
}
