//! What is seen of a trained model beyond its answers on the test: how far its weights went, how
//! similar its features stayed, and how it does on pictures unlike those that it learned from.

use burn::tensor::Tensor;

use super::laboratory::Laboratory;
use super::trial::{CorruptedHits, Examination, Hits, PictureHits, StageChange, Trial};
use crate::data::{Picture, Split, spread};
use crate::measure::{Corruption, Gram, SEVERITIES, corrupted, similarity};
use crate::model::{Cut, NamedTensor, ReadError, STAGES, Segment, pool, read};
use crate::train::{Model, PORTION, best_classes, input_tensor};

/// Most pictures that features are compared on: the work grows with their square.
const MOST_COMPARED: usize = 64;
/// Most test pictures that are changed in every way, and most training pictures asked again.
const MOST_ASKED: usize = 64;

/// What the pretrained network makes of some of the pictures.
#[derive(Debug)]
pub(super) struct Reference {
    /// The pictures, by their places in the whole set.
    pictures: Vec<usize>,
    /// By stage, how alike it sees each pair of them.
    grams: Vec<Gram>,
    /// The answer of its own classifier to each, where it has one.
    answers: Option<Vec<usize>>,
}

/// What a network's stages from `first` on make of pictures.
struct Seen {
    /// By stage from the first on, a row of numbers a picture.
    stages: Vec<Vec<f32>>,
    /// Answers of the pretrained classifier.
    answers: Option<Vec<usize>>,
}

/// What a portion is asked for.
#[derive(Clone, Copy, Debug)]
enum Look {
    Training,
    Corrupted(Corruption, usize),
    NewSetting,
}

/// Examines one model, a portion of pictures at a time.
pub(super) struct Examiner {
    trial_seed: u64,
    cut: Cut,
    /// What is still to be looked at, the next one last.
    left: Vec<(Look, Vec<usize>)>,
    examination: Examination,
}

impl Examiner {
    pub fn new(split: &Split, trial: &Trial, laboratory: &Laboratory) -> Self {
        let training = spread(&split.training, MOST_ASKED);
        let test = spread(&split.test, MOST_ASKED);
        let new_setting: Vec<usize> = (0..laboratory.supplies.new_setting.len()).collect();
        let mut left = Vec::new();
        let mut add = |look, pictures: &[usize]| {
            left.extend(pictures.chunks(PORTION).map(|portion| (look, portion.to_vec())));
        };
        add(Look::NewSetting, &new_setting);
        for corruption in Corruption::ALL {
            for severity in 1..=SEVERITIES {
                add(Look::Corrupted(corruption, severity), &test);
            }
        }
        add(Look::Training, &training);
        let hits =
            |&picture: &usize| PictureHits { picture: picture as u32, hits: Hits::default() };
        let corrupted_pictures = test.iter().map(hits).collect();
        Self {
            trial_seed: trial.repetition.seed,
            cut: trial.strategy.cut,
            left,
            examination: Examination { corrupted_pictures, ..Examination::default() },
        }
    }

    /// Does the next small piece. Returns what was seen once all is.
    ///
    /// # Errors
    /// When the device does not answer.
    pub async fn advance(
        &mut self,
        model: &Model,
        laboratory: &mut Laboratory,
    ) -> Result<Option<Examination>, ReadError> {
        if let Some((look, portion)) = self.left.pop() {
            self.ask(look, &portion, model, laboratory).await?;
            return Ok(None);
        }
        if laboratory.reference.is_none() {
            laboratory.reference = Some(Reference::of(laboratory).await?);
            return Ok(None);
        }
        if self.examination.changes.is_empty() {
            self.examination.changes = changes(model, laboratory).await?;
            return Ok(None);
        }
        self.compare(model, laboratory).await?;
        Ok(Some(std::mem::take(&mut self.examination)))
    }

    /// Asks the model about a portion of pictures, and counts.
    async fn ask(
        &mut self,
        look: Look,
        portion: &[usize],
        model: &Model,
        laboratory: &Laboratory,
    ) -> Result<(), ReadError> {
        let seed = self.trial_seed;
        let (pictures, labels): (Vec<Picture>, Vec<usize>) = portion
            .iter()
            .map(|&index| match look {
                Look::NewSetting => laboratory.supplies.new_setting[index].clone(),
                Look::Training => {
                    (laboratory.supplies.pictures[index].clone(), laboratory.supplies.labels[index])
                }
                Look::Corrupted(corruption, severity) => {
                    let picture = &laboratory.supplies.pictures[index];
                    // Every picture gets chances of its own, the same for every model.
                    let seed = seed.wrapping_mul(1 << 20).wrapping_add(index as u64);
                    (
                        corrupted(picture, corruption, severity, seed),
                        laboratory.supplies.labels[index],
                    )
                }
            })
            .unzip();
        let logits = read(model.logits(input_tensor(&pictures, &laboratory.engine.device))).await?;
        let answers = best_classes(&logits, laboratory.supplies.classes);
        let Examination { training, corrupted, corrupted_pictures, new_setting, .. } =
            &mut self.examination;
        for ((&index, answer), label) in portion.iter().zip(answers).zip(labels) {
            let is_right = answer == label;
            match look {
                Look::Training => training.add(is_right),
                Look::NewSetting => {
                    let hits = Hits { correct: usize::from(is_right), count: 1 };
                    new_setting.push(PictureHits { picture: index as u32, hits });
                }
                Look::Corrupted(corruption, severity) => {
                    let is_last = corrupted.last().is_some_and(|row| {
                        (row.corruption, row.severity) == (corruption, severity)
                    });
                    if !is_last {
                        let hits = Hits::default();
                        corrupted.push(CorruptedHits { corruption, severity, hits });
                    }
                    if let Some(row) = corrupted.last_mut() {
                        row.hits.add(is_right);
                    }
                    let place = corrupted_pictures.iter_mut();
                    for row in place.filter(|row| row.picture as usize == index) {
                        row.hits.add(is_right);
                    }
                }
            }
        }
        Ok(())
    }

    /// Compares the model's features with the pretrained ones.
    async fn compare(&mut self, model: &Model, laboratory: &Laboratory) -> Result<(), ReadError> {
        let Some(reference) = &laboratory.reference else { return Ok(()) };
        let first = self.cut.first_trained_stage();
        // What is frozen sees what it saw.
        let mut alike = vec![Some(1.0); first.min(STAGES)];
        if first == STAGES {
            let count = reference.pictures.len();
            let all = Hits { correct: count, count };
            self.examination.agreement = reference.answers.as_ref().map(|_| all);
        } else {
            let seen = see(model.learned(), &reference.pictures, laboratory).await?;
            let count = reference.pictures.len().max(1);
            for (rows, before) in seen.stages.iter().zip(&reference.grams[first..]) {
                alike.push(similarity(&Gram::of(rows, rows.len() / count), before));
            }
            self.examination.agreement = match (&reference.answers, seen.answers) {
                (Some(before), Some(now)) => {
                    let mut hits = Hits::default();
                    before.iter().zip(now).for_each(|(&before, now)| hits.add(before == now));
                    Some(hits)
                }
                _ => None,
            };
        }
        self.examination.similarity = alike;
        Ok(())
    }
}

impl Reference {
    async fn of(laboratory: &Laboratory) -> Result<Self, ReadError> {
        let all: Vec<usize> = (0..laboratory.supplies.pictures.len()).collect();
        let pictures = spread(&all, MOST_COMPARED);
        let seen = see(&laboratory.engine.segment, &pictures, laboratory).await?;
        let gram = |rows: &Vec<f32>| Gram::of(rows, rows.len() / pictures.len().max(1));
        Ok(Self { grams: seen.stages.iter().map(gram).collect(), answers: seen.answers, pictures })
    }
}

/// Runs a segment that ends the network over pictures, whose features at its beginning are there or
/// are the pictures themselves.
async fn see(
    segment: &Segment,
    pictures: &[usize],
    laboratory: &Laboratory,
) -> Result<Seen, ReadError> {
    let device = &laboratory.engine.device;
    let first = segment.first_stage();
    let head = laboratory.engine.backbone.pretrained_head(device);
    let mut stages = vec![Vec::new(); segment.stages()];
    let mut answers = head.is_some().then(Vec::new);
    for portion in pictures.chunks(PORTION) {
        let input = input_of(first, portion, laboratory);
        let mut outputs: Vec<Tensor<4>> = Vec::with_capacity(stages.len());
        let top = segment.forward_seen(input, |_, value| outputs.push(value.clone()));
        for (rows, output) in stages.iter_mut().zip(outputs) {
            rows.extend(read(output).await?);
        }
        if let (Some(head), Some(answers)) = (&head, &mut answers) {
            let logits = head.forward(pool(top));
            let classes = logits.dims()[1];
            answers.extend(best_classes(&read(logits).await?, classes));
        }
    }
    Ok(Seen { stages, answers })
}

/// What a stage is fed with: its stored features, or what the pretrained stages before it make of
/// the pictures.
fn input_of(stage: usize, portion: &[usize], laboratory: &Laboratory) -> Tensor<4> {
    laboratory.supplies.features.at_stage(stage, portion).unwrap_or_else(|| {
        let pictures: Vec<Picture> =
            portion.iter().map(|&index| laboratory.supplies.pictures[index].clone()).collect();
        let input = input_tensor(&pictures, &laboratory.engine.device);
        laboratory.engine.segment.cut_at(stage).0.forward(input)
    })
}

/// How far the parameters of every stage went from the pretrained ones.
async fn changes(model: &Model, laboratory: &Laboratory) -> Result<Vec<StageChange>, ReadError> {
    let mut changes = Vec::with_capacity(STAGES);
    for stage in 0..STAGES {
        let before = laboratory.engine.segment.stage_alone(stage).named_tensors();
        let now = if stage < model.learned().first_stage() {
            None
        } else {
            Some(model.learned().stage_alone(stage).named_tensors())
        };
        let mut moved = 0.0;
        let mut was = 0.0;
        for (place, (name, tensor)) in before.into_iter().enumerate() {
            // Statistics are no parameters.
            if name.contains("running") {
                continue;
            }
            let before = values(tensor).await?;
            was += before.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>();
            if let Some(now) = &now {
                let now = values(now[place].1.clone()).await?;
                let differences = before.iter().zip(&now);
                moved += differences.map(|(&a, &b)| f64::from(b - a).powi(2)).sum::<f64>();
            }
        }
        changes.push(StageChange { moved: moved.sqrt(), before: was.sqrt() });
    }
    Ok(changes)
}

async fn values(tensor: NamedTensor) -> Result<Vec<f32>, ReadError> {
    match tensor {
        NamedTensor::One(tensor) => read(tensor).await,
        NamedTensor::Two(tensor) => read(tensor).await,
        NamedTensor::Four(tensor) => read(tensor).await,
    }
}
