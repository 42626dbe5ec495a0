//! What the models of an experiment make of its pictures: worked out once its runs have ended.

use super::Session;
use crate::model::ReadError;
use crate::session::evaluating::Evaluating;
use crate::session::explaining::unread;
use crate::session::inspecting::Inspecting;
use crate::session::message::{Event, Refusal};

impl Session {
    /// Whether models are yet to look at pictures, or to be evaluated by what they make of them.
    pub(super) fn is_inspecting(&self) -> bool {
        self.inspecting.is_some() || self.evaluating.is_some()
    }

    /// Forgets what is known of the models of the experiment before.
    pub(super) fn forget_inspection(&mut self) {
        self.end_inspecting();
        (self.inspection, self.evaluating) = (None, None);
        self.references.clear();
    }

    /// Has the trained models look at the next few pictures, then evaluates them piece by piece.
    pub(super) async fn inspect(&mut self) {
        if let Some(inspecting) = &mut self.inspecting {
            match inspecting.work(&self.crew).await {
                Ok(None) => {}
                Ok(Some((inspection, strangers))) => {
                    self.end_inspecting();
                    self.inspection = Some(inspection);
                    self.evaluating = Some(Evaluating::begin(strangers));
                }
                Err(error) => {
                    self.not_inspected(&error);
                }
            }
        } else if let (Some(evaluating), Some(inspection)) =
            (&mut self.evaluating, &self.inspection)
            && let Some((evaluation, references)) = evaluating.work(inspection)
        {
            self.evaluating = None;
            self.references = references;
            self.events.push(Event::Evaluated(Box::new(evaluation)));
        }
    }

    /// Whether all that is left to do of looking at pictures is with assistants.
    pub(super) fn is_inspection_away(&self) -> bool {
        self.inspecting.as_ref().is_some_and(Inspecting::is_waiting)
    }

    /// Takes in what an assistant makes of pictures.
    pub(super) async fn inspected(
        &mut self,
        assistant: usize,
        (inspection, look): (u32, usize),
        numbers: Vec<Vec<f32>>,
    ) {
        let Some(inspecting) = &mut self.inspecting else { return };
        if !inspecting.take_in(inspection, look, numbers) {
            self.lose(assistant, "its features did not fit");
        } else if let Err(error) = inspecting.hand_out(&self.crew).await {
            self.not_inspected(&error);
        }
    }

    fn end_inspecting(&mut self) {
        if let Some(inspecting) = self.inspecting.take() {
            inspecting.end(&self.crew);
        }
    }

    fn not_inspected(&mut self, error: &ReadError) {
        self.end_inspecting();
        self.give_explanations_up(&unread(error));
        self.events.push(Event::EvaluationRefused(broken_off(error)));
    }
}

fn broken_off(error: &ReadError) -> Refusal {
    Refusal {
        reason: format!("The answers could not be looked at: {error}."),
        remedy: "Train again; if it happens again, compute on the CPU.".to_owned(),
    }
}
