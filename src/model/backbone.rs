//! A checked weight file with the layout it fits.

use burn::tensor::Device;

use super::architecture::{Architecture, STAGES};
use super::head::Head;
use super::network::Segment;
use super::weights::{Weights, WeightsError};

/// Width factors that published MobileNetV2 weights come in.
const WIDTHS: [f64; 8] = [0.1, 0.25, 0.35, 0.5, 0.75, 1.0, 1.3, 1.4];

/// A pretrained backbone in memory, ready to be placed on any device.
#[derive(Clone, Debug)]
pub struct Backbone {
    architecture: Architecture,
    weights: Weights,
}

impl Backbone {
    /// Reads a safetensors file with torchvision's `mobilenet_v2` names, of any published width,
    /// for square pictures of `input_side` pixels.
    ///
    /// # Errors
    /// When the file is cut short, a tensor is missing, misshapen, not finite or stored in another
    /// number format. Names the tensor.
    pub fn read(bytes: &[u8], input_side: usize) -> Result<Self, WeightsError> {
        let weights = Weights::from_safetensors(bytes)?;
        let channels = |name: &str| weights.shape(name).and_then(|shape| shape.first().copied());
        let stem = channels("features.0.0.weight");
        let last_block = channels(&format!("features.{}.conv.2.weight", STAGES - 2));
        let fits = |architecture: &Architecture| {
            let out = |stage: usize| architecture.stages[stage].output_channels;
            stem == Some(out(0)) && last_block == Some(out(STAGES - 2))
        };
        let architecture = WIDTHS
            .iter()
            .map(|&width| Architecture::mobilenet_v2(width, input_side))
            .find(fits)
            .unwrap_or_else(|| Architecture::mobilenet_v2(1.0, input_side));
        let backbone = Self { architecture, weights };
        backbone.on(&Device::flex())?;
        Ok(backbone)
    }

    /// A backbone from weights that were made to fit.
    pub(super) fn from_parts(architecture: Architecture, weights: Weights) -> Self {
        Self { architecture, weights }
    }

    /// The layout.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// This backbone with other tensors in place of those of the same names, as training leaves
    /// them: name, shape, numbers in memory order.
    pub fn with(&self, tensors: impl IntoIterator<Item = (String, Vec<usize>, Vec<f32>)>) -> Self {
        let mut changed = self.clone();
        for (name, shape, values) in tensors {
            changed.weights.insert(name, shape, values);
        }
        changed
    }

    /// All stages on `device`.
    ///
    /// # Errors
    /// As [`Backbone::read`], which has already ruled them out.
    pub fn on(&self, device: &Device) -> Result<Segment, WeightsError> {
        Segment::load(&self.architecture, &self.weights, device)
    }

    /// The classifier that the backbone was pretrained with, if the file has one.
    pub fn pretrained_head(&self, device: &Device) -> Option<Head> {
        let classes = *self.weights.shape("classifier.1.weight")?.first()?;
        Head::load(&self.weights, self.architecture.features(), classes, device).ok()
    }
}
