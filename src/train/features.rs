//! Features at the cut: what the frozen stages make of each picture, computed once and reused.

use std::collections::{BTreeMap, BTreeSet};

use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::data::Picture;
use crate::model::{ReadError, STAGES, Segment, pool, read};

/// Pictures that go through the frozen stages at once.
const BATCH: usize = 16;

/// What each wanted stage is fed with, for every picture of a data set.
///
/// The features of stage `i` are the output of stage `i - 1`; those of stage 0 are the pictures
/// themselves, those behind the last stage are pooled and fed to the head.
#[derive(Debug)]
pub struct Features {
    device: Device,
    /// By stage, shape `[pictures, height, width, channels]`.
    at_stage: BTreeMap<usize, Tensor<4>>,
    /// Shape `[pictures, features]`.
    pooled: Tensor<2>,
}

impl Features {
    /// Pooled features a picture.
    pub fn width(&self) -> usize {
        self.pooled.dims()[1]
    }

    /// What stage `stage` is fed with, for the pictures at `indices`, in that order.
    /// `None` when the stage was not asked for.
    ///
    /// # Shapes
    /// `[indices, height, width, channels]`
    pub fn at_stage(&self, stage: usize, indices: &[usize]) -> Option<Tensor<4>> {
        let all = self.at_stage.get(&stage)?;
        Some(all.clone().select(0, index_tensor(indices, &self.device)))
    }

    /// What the head is fed with by the pretrained backbone, for the pictures at `indices`.
    ///
    /// # Shapes
    /// `[indices, features]`
    pub fn pooled(&self, indices: &[usize]) -> Tensor<2> {
        self.pooled.clone().select(0, index_tensor(indices, &self.device))
    }
}

fn index_tensor(indices: &[usize], device: &Device) -> Tensor<1, Int> {
    let values: Vec<i32> = indices.iter().map(|&index| index as i32).collect();
    Tensor::from_data(TensorData::new(values, [indices.len()]), device)
}

/// Looks at pictures batch by batch, so that others can do something in between.
#[derive(Debug)]
pub struct Extraction {
    device: Device,
    backbone: Segment,
    pictures: Vec<Picture>,
    wanted: BTreeSet<usize>,
    done: usize,
    at_stage: BTreeMap<usize, Vec<Tensor<4>>>,
    pooled: Vec<Tensor<2>>,
}

impl Extraction {
    /// Prepares to run the whole `backbone` over `pictures` and keep what the `stages` are fed
    /// with. The pooled features are always kept.
    pub fn new(
        backbone: Segment,
        pictures: Vec<Picture>,
        stages: impl IntoIterator<Item = usize>,
        device: &Device,
    ) -> Self {
        let wanted = stages.into_iter().filter(|&stage| stage < STAGES).collect();
        Self {
            device: device.clone(),
            backbone,
            pictures,
            wanted,
            done: 0,
            at_stage: BTreeMap::new(),
            pooled: Vec::new(),
        }
    }

    /// Pictures looked at so far.
    pub fn done(&self) -> usize {
        self.done
    }

    /// Pictures in all.
    pub fn total(&self) -> usize {
        self.pictures.len()
    }

    /// Looks at the next few pictures. Returns whether all have been looked at.
    ///
    /// Waits for the device, so that its queue stays short and progress is what was computed.
    ///
    /// # Errors
    /// When the device does not answer.
    pub async fn advance(&mut self) -> Result<bool, ReadError> {
        let end = (self.done + BATCH).min(self.pictures.len());
        if self.done < end {
            let input = input_tensor(&self.pictures[self.done..end], &self.device);
            let (wanted, at_stage) = (&self.wanted, &mut self.at_stage);
            let mut keep = |stage: usize, value: &Tensor<4>| {
                if wanted.contains(&stage) {
                    at_stage.entry(stage).or_default().push(value.clone());
                }
            };
            keep(0, &input);
            let top = self.backbone.forward_seen(input, |stage, value| keep(stage + 1, value));
            let pooled = pool(top);
            read(pooled.clone().narrow(0, 0, 1).narrow(1, 0, 1)).await?;
            self.pooled.push(pooled);
            self.done = end;
        }
        Ok(self.done == self.pictures.len())
    }

    /// The features of all pictures looked at. `None` before the first.
    pub fn finish(self) -> Option<Features> {
        if self.pooled.is_empty() {
            return None;
        }
        Some(Features {
            at_stage: self
                .at_stage
                .into_iter()
                .map(|(stage, parts)| (stage, Tensor::cat(parts, 0)))
                .collect(),
            pooled: Tensor::cat(self.pooled, 0),
            device: self.device,
        })
    }
}

/// Pictures as the network's input, normalised to −1 … 1.
///
/// # Shapes
/// `[pictures, side, side, 3]`
pub fn input_tensor(pictures: &[Picture], device: &Device) -> Tensor<4> {
    let side = pictures.first().map_or(0, Picture::side);
    let length = 3 * side * side;
    let mut values = vec![0.0; length * pictures.len()];
    for (picture, out) in pictures.iter().zip(values.chunks_exact_mut(length.max(1))) {
        picture.write_normalised(out);
    }
    Tensor::from_data(TensorData::new(values, [pictures.len(), side, side, 3]), device)
}
