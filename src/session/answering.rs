//! Asks the trained models about a picture.

use super::arrivals::refusal_of;
use super::evaluating::Reference;
use super::lanes::TrainedModel;
use super::message::{Answer, Event, QuestionId, Refusal};
use crate::data::{Picture, PictureError};
use crate::model::{ReadError, read};
use crate::train::{input_tensor, softmax};

/// Who is asked.
pub(super) struct Asked<'a> {
    pub models: &'a [TrainedModel],
    /// What is known of them, once they are evaluated.
    pub references: &'a [Reference],
}

/// Every model's answer about a picture.
///
/// # Errors
/// Why the question was not answered.
pub(super) async fn answer(
    asked: Asked<'_>,
    question: QuestionId,
    picture: Result<Picture, PictureError>,
    drawn_as: Option<String>,
    clock: fn() -> f64,
) -> Result<Event, Refusal> {
    let Asked { models, references } = asked;
    if models.is_empty() {
        return Err(Refusal {
            reason: "There is no trained model to ask yet.".to_owned(),
            remedy: "Train one first.".to_owned(),
        });
    }
    let picture = picture.map_err(|error| refusal_of(&error))?;
    let mut answers = Vec::with_capacity(models.len());
    for trained in models {
        let reference = references.iter().find(|reference| reference.run == trained.run);
        let answer = ask(trained, reference, &picture, clock).await.map_err(|cause| Refusal {
            reason: format!("The question was not answered: {cause}."),
            remedy: "Train again; if it happens again, compute on the CPU.".to_owned(),
        })?;
        answers.push(answer);
    }
    let thumbnail = picture.thumbnail_png();
    Ok(Event::Answered { question, thumbnail, drawn_as, answers })
}

async fn ask(
    trained: &TrainedModel,
    reference: Option<&Reference>,
    picture: &Picture,
    clock: fn() -> f64,
) -> Result<Answer, ReadError> {
    let started = clock();
    let input = input_tensor(std::slice::from_ref(picture), &trained.device);
    let (features, logits) = trained.model.features_and_logits(input);
    let classes = logits.dims()[1];
    let logits = read(logits).await?;
    let probabilities = softmax(logits.clone(), classes);
    let milliseconds = (clock() - started) * 1e3;
    let (calibrated, familiarity) = match reference {
        Some(reference) => {
            let features = read(features).await?;
            (reference.calibrated(&logits), reference.familiarity(&features))
        }
        None => (None, None),
    };
    Ok(Answer { run: trained.run, probabilities, calibrated, familiarity, milliseconds })
}
