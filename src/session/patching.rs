//! What the channels of a block look for: their strongest patches, found portion by portion.

use std::collections::VecDeque;

use burn::tensor::Device;

use super::gallery::Gallery;
use super::inspecting::Inspection;
use super::lanes::TrainedModel;
use super::message::{BlockPatches, MappedFeatures, Patch};
use crate::data::Picture;
use crate::measure::{Peak, Strongest};
use crate::model::{Architecture, ReadError, Segment, read};
use crate::train::{PORTION, input_tensor};

/// Patches of each channel.
const MOST: usize = 6;

/// Side of the largest patch that is cut out, in pixels. Cells of later blocks see the whole picture
/// and more, but mostly the middle of it (Luo et al. 2016, arXiv 1701.04128).
const LARGEST: usize = 48;

/// A network up to a block.
struct Front {
    features: MappedFeatures,
    segments: Vec<Segment>,
    device: Device,
}

/// Patches in the making, of one network after the other.
pub(super) struct Patching {
    stage: usize,
    fronts: VecDeque<Front>,
    strongest: Option<Strongest>,
    /// Pictures that the first network has looked at.
    done: usize,
}

impl Patching {
    /// Prepares for the pretrained backbone and every trained model. `stage` is the block's.
    pub fn begin(
        stage: usize,
        (backbone, device): (&Segment, &Device),
        models: &[TrainedModel],
    ) -> Self {
        let up_to = |segment: &Segment| segment.cut_at(stage + 1).0;
        let pretrained = Front {
            features: MappedFeatures::Pretrained,
            segments: vec![up_to(backbone)],
            device: device.clone(),
        };
        let trained = models.iter().map(|TrainedModel { run, model, device }| Front {
            features: MappedFeatures::Run(*run),
            segments: vec![up_to(model.frozen()), up_to(model.learned())],
            device: device.clone(),
        });
        let fronts = [pretrained].into_iter().chain(trained).collect();
        Self { stage, fronts, strongest: None, done: 0 }
    }

    /// Whether every network has been asked.
    pub fn is_over(&self) -> bool {
        self.fronts.is_empty()
    }

    /// Has one network look at the next few pictures. Gives its patches once it has looked at all.
    /// Pictures that were deleted meanwhile are left out.
    ///
    /// # Errors
    /// When the device does not answer.
    pub async fn work(
        &mut self,
        inspection: &Inspection,
        gallery: &Gallery,
        architecture: &Architecture,
    ) -> Result<Option<BlockPatches>, ReadError> {
        let Some(Front { features, segments, device }) = self.fronts.front() else {
            return Ok(None);
        };
        let channels = architecture.stages.get(self.stage).map_or(0, |stage| stage.output_channels);
        let strongest = self.strongest.get_or_insert_with(|| Strongest::new(channels, MOST));
        let end = (self.done + PORTION).min(inspection.pictures.len());
        let portion: Vec<(usize, Picture)> = (self.done..end)
            .filter_map(|index| Some((index, gallery.picture(inspection.pictures[index])?.clone())))
            .collect();
        if !portion.is_empty() {
            let (indices, pictures): (Vec<usize>, Vec<Picture>) = portion.into_iter().unzip();
            let input = input_tensor(&pictures, device);
            let output = segments.iter().fold(input, |value, segment| segment.forward(value));
            let values = read(output).await?;
            let a_picture = (values.len() / indices.len()).max(1);
            for (index, values) in indices.into_iter().zip(values.chunks_exact(a_picture)) {
                strongest.add(index, values);
            }
        }
        self.done = end;
        if end < inspection.pictures.len() {
            return Ok(None);
        }
        let features = *features;
        let peaks = self.strongest.take().map(Strongest::finish).unwrap_or_default();
        self.fronts.pop_front();
        self.done = 0;
        let patch = |peak: &Peak| patch(architecture, self.stage, inspection, *peak);
        let patches_of = |peaks: &Vec<Peak>| peaks.iter().filter_map(patch).collect();
        let channels = peaks.iter().map(patches_of).collect();
        Ok(Some(BlockPatches { block: self.stage, features, channels }))
    }
}

/// What is cut out around a peak, moved into the picture: what its cell sees, or around the middle of
/// the cell's share of the picture where that is more.
fn patch(
    architecture: &Architecture,
    stage: usize,
    inspection: &Inspection,
    Peak { picture, cell, value }: Peak,
) -> Option<Patch> {
    let cells = architecture.stages.get(stage)?.output_side.max(1);
    let field = architecture.receptive_field(stage);
    let side = field.size.min(LARGEST).min(architecture.input_side);
    let begin = |cell: usize| {
        let middle = if field.size <= LARGEST {
            cell * field.spacing
        } else {
            (2 * cell + 1) * architecture.input_side / (2 * cells)
        };
        middle.saturating_sub(side / 2).min(architecture.input_side - side)
    };
    Some(Patch {
        picture: *inspection.pictures.get(picture)?,
        left: begin(cell % cells),
        top: begin(cell / cells),
        side,
        value,
    })
}
