//! Asks the trained models about a picture.

use super::arrivals::refusal_of;
use super::lanes::TrainedModel;
use super::message::{Answer, Event, QuestionId, Refusal};
use crate::data::{Picture, PictureError};
use crate::model::{ReadError, read};
use crate::train::{input_tensor, softmax};

/// Every model's answer about a picture.
///
/// # Errors
/// Why the question was not answered.
pub(super) async fn answer(
    models: &[TrainedModel],
    question: QuestionId,
    picture: Result<Picture, PictureError>,
    drawn_as: Option<String>,
    clock: fn() -> f64,
) -> Result<Event, Refusal> {
    if models.is_empty() {
        return Err(Refusal {
            reason: "There is no trained model to ask yet.".to_owned(),
            remedy: "Train one first.".to_owned(),
        });
    }
    let picture = picture.map_err(|error| refusal_of(&error))?;
    let mut answers = Vec::with_capacity(models.len());
    for trained in models {
        let answer = ask(trained, &picture, clock).await.map_err(|cause| Refusal {
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
    picture: &Picture,
    clock: fn() -> f64,
) -> Result<Answer, ReadError> {
    let started = clock();
    let input = input_tensor(std::slice::from_ref(picture), &trained.device);
    let logits = trained.model.logits(input);
    let classes = logits.dims()[1];
    let probabilities = softmax(read(logits).await?, classes);
    Ok(Answer { run: trained.run, probabilities, milliseconds: (clock() - started) * 1e3 })
}
