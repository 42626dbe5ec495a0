//! Features at the cut: what the frozen stages make of each picture, computed once and reused.

use std::collections::{BTreeMap, BTreeSet};

use burn::tensor::{Device, Tensor, TensorData};

use crate::data::Picture;
use crate::model::floats::{first, joined, placed, selected};
use crate::model::{ReadError, STAGES, Segment, pool, read};

/// Pictures that go through the frozen stages at once: a portion.
pub const PORTION: usize = 16;

/// What each wanted stage is fed with, for every picture of a data set.
///
/// The features of stage `i` are the output of stage `i - 1`; those of stage 0 are the pictures
/// themselves, those behind the last stage are pooled and fed to the head.
///
/// Cloning shares the numbers.
#[derive(Clone, Debug)]
pub struct Features {
    /// By stage, shape `[pictures, height, width, channels]`.
    at_stage: BTreeMap<usize, Tensor<4>>,
    /// Shape `[pictures, features]`.
    pooled: Tensor<2>,
}

impl Features {
    /// Bytes of the pooled features and those of some stages.
    pub fn bytes(&self, stages: &BTreeSet<usize>) -> usize {
        let kept = self.at_stage.iter().filter(|(stage, _)| stages.contains(stage));
        let at_stage: usize = kept.map(|(_, value)| value.shape().num_elements()).sum();
        (at_stage + self.pooled.shape().num_elements()) * size_of::<f32>()
    }

    /// Pictures.
    pub fn pictures(&self) -> usize {
        self.pooled.dims()[0]
    }

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
        Some(selected(all.clone(), indices))
    }

    /// What the head is fed with by the pretrained backbone, for the pictures at `indices`.
    ///
    /// # Shapes
    /// `[indices, features]`
    pub fn pooled(&self, indices: &[usize]) -> Tensor<2> {
        selected(self.pooled.clone(), indices)
    }
}

/// Features as plain numbers, to travel between workers.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct FeatureNumbers {
    /// Shape `[pictures, features]`.
    pub pooled: Numbers,
    /// By stage, shape `[pictures, height, width, channels]`.
    pub at_stage: BTreeMap<usize, Numbers>,
}

/// A tensor as plain numbers.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Numbers {
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its numbers in memory order.
    pub values: Vec<f32>,
}

impl Numbers {
    pub(super) async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Self, ReadError> {
        Ok(Self { shape: tensor.dims().to_vec(), values: read(tensor).await? })
    }

    /// As a tensor, if it has as many dimensions.
    pub fn into_tensor<const D: usize>(self, device: &Device) -> Option<Tensor<D>> {
        let shape: [usize; D] = self.shape.try_into().ok()?;
        let is_whole = shape.iter().product::<usize>() == self.values.len();
        is_whole.then(|| placed(TensorData::new(self.values, shape), device))
    }
}

impl Features {
    /// Runs the whole `backbone` over `pictures` and keeps what the `wanted` stages are fed with,
    /// and the pooled features.
    ///
    /// Waits for the device, so that its queue stays short and progress is what was computed.
    ///
    /// # Errors
    /// When the device does not answer.
    pub async fn of(
        backbone: &Segment,
        pictures: &[Picture],
        wanted: &BTreeSet<usize>,
        device: &Device,
    ) -> Result<Self, ReadError> {
        let input = input_tensor(pictures, device);
        let mut at_stage = BTreeMap::new();
        let mut keep = |stage: usize, value: &Tensor<4>| {
            if wanted.contains(&stage) {
                at_stage.insert(stage, value.clone());
            }
        };
        keep(0, &input);
        let top = backbone.forward_seen(input, |stage, value| keep(stage + 1, value));
        let pooled = pool(top);
        read(first(pooled.clone())).await?;
        Ok(Self { at_stage, pooled })
    }

    /// The features of some stages as plain numbers.
    ///
    /// # Errors
    /// When the device does not answer.
    pub async fn numbers(&self, stages: &BTreeSet<usize>) -> Result<FeatureNumbers, ReadError> {
        let mut at_stage = BTreeMap::new();
        for (&stage, value) in self.at_stage.iter().filter(|(stage, _)| stages.contains(stage)) {
            at_stage.insert(stage, Numbers::read(value.clone()).await?);
        }
        Ok(FeatureNumbers { pooled: Numbers::read(self.pooled.clone()).await?, at_stage })
    }

    /// Features from plain numbers. `None` when a shape does not fit its numbers.
    pub fn from_numbers(numbers: FeatureNumbers, device: &Device) -> Option<Self> {
        let at_stage = numbers.at_stage.into_iter();
        let at_stage = at_stage.map(|(stage, value)| Some((stage, value.into_tensor(device)?)));
        Some(Self {
            at_stage: at_stage.collect::<Option<_>>()?,
            pooled: numbers.pooled.into_tensor(device)?,
        })
    }

    /// All pictures of all parts, in order. `None` without parts.
    fn joined(parts: Vec<Self>) -> Option<Self> {
        parts.first()?;
        let (mut at_stage, mut pooled) = (BTreeMap::<usize, Vec<_>>::new(), Vec::new());
        for part in parts {
            pooled.push(part.pooled);
            for (stage, value) in part.at_stage {
                at_stage.entry(stage).or_default().push(value);
            }
        }
        // Stage by stage, so that only one stage's features are there twice at a time.
        let at_stage = at_stage.into_iter().map(|(stage, parts)| (stage, joined(parts)));
        Some(Self { at_stage: at_stage.collect(), pooled: joined(pooled) })
    }
}

/// Looks at pictures portion by portion, so that others can do something in between or take some
/// of the portions over.
#[derive(Debug)]
pub struct Extraction {
    device: Device,
    backbone: Segment,
    pictures: Vec<Picture>,
    wanted: BTreeSet<usize>,
    portions: Vec<Portion>,
}

/// Where a portion's features are.
#[derive(Debug)]
enum Portion {
    Waiting,
    /// Somebody else computes them.
    Away,
    Done(Box<Features>),
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
        let portions = pictures.chunks(PORTION).map(|_| Portion::Waiting).collect();
        let wanted = stages.into_iter().filter(|&stage| stage < STAGES).collect();
        Self { device: device.clone(), backbone, pictures, wanted, portions }
    }

    /// The stages whose features are kept.
    pub fn wanted(&self) -> &BTreeSet<usize> {
        &self.wanted
    }

    /// Pictures looked at so far.
    pub fn done(&self) -> usize {
        let portions = self.pictures.chunks(PORTION).zip(&self.portions);
        let done = portions.filter(|(_, portion)| matches!(portion, Portion::Done(_)));
        done.map(|(pictures, _)| pictures.len()).sum()
    }

    /// Pictures in all.
    pub fn total(&self) -> usize {
        self.pictures.len()
    }

    /// Whether all pictures have been looked at.
    pub fn is_done(&self) -> bool {
        self.portions.iter().all(|portion| matches!(portion, Portion::Done(_)))
    }

    /// Whether there are pictures that nobody looks at yet.
    pub fn has_waiting(&self) -> bool {
        self.portions.iter().any(|portion| matches!(portion, Portion::Waiting))
    }

    /// Looks at the next few pictures. Returns whether all have been looked at.
    ///
    /// # Errors
    /// When the device does not answer.
    pub async fn advance(&mut self) -> Result<bool, ReadError> {
        if let Some(index) = self.next_waiting() {
            let pictures = portion(&self.pictures, index);
            let features =
                Features::of(&self.backbone, pictures, &self.wanted, &self.device).await?;
            self.portions[index] = Portion::Done(Box::new(features));
        }
        Ok(self.is_done())
    }

    /// Gives a portion to somebody else: its number and its pictures.
    pub fn hand_out(&mut self) -> Option<(usize, &[Picture])> {
        // From the end, while this worker goes on from the beginning.
        let index =
            self.portions.iter().rposition(|portion| matches!(portion, Portion::Waiting))?;
        self.portions[index] = Portion::Away;
        Some((index, portion(&self.pictures, index)))
    }

    /// Takes the features of a portion that was handed out. Returns whether they fit; if they do
    /// not, the portion waits again.
    pub fn take_in(&mut self, index: usize, numbers: FeatureNumbers) -> bool {
        let is_whole = numbers.pooled.shape.first() == Some(&portion(&self.pictures, index).len())
            && self.wanted.iter().all(|stage| numbers.at_stage.contains_key(stage));
        let features = Features::from_numbers(numbers, &self.device).filter(|_| is_whole);
        let fits = features.is_some();
        if let Some(place @ Portion::Away) = self.portions.get_mut(index) {
            *place =
                features.map_or(Portion::Waiting, |features| Portion::Done(Box::new(features)));
        }
        fits
    }

    /// Lets a portion that was handed out wait again.
    pub fn take_back(&mut self, index: usize) {
        if let Some(place @ Portion::Away) = self.portions.get_mut(index) {
            *place = Portion::Waiting;
        }
    }

    fn next_waiting(&self) -> Option<usize> {
        self.portions.iter().position(|portion| matches!(portion, Portion::Waiting))
    }

    /// The features of all pictures. `None` before all were looked at, and without any.
    pub fn finish(self) -> Option<Features> {
        let done = self.portions.into_iter().map(|portion| match portion {
            Portion::Done(features) => Some(*features),
            Portion::Waiting | Portion::Away => None,
        });
        Features::joined(done.collect::<Option<_>>()?)
    }
}

/// The pictures of a portion; none beyond the last.
fn portion(pictures: &[Picture], index: usize) -> &[Picture] {
    pictures.chunks(PORTION).nth(index).unwrap_or_default()
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
    placed(TensorData::new(values, [pictures.len(), side, side, 3]), device)
}
