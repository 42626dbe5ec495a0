//! A picture that the trained models are asked about.

use crate::session::{Answer, Command, QuestionId, Refusal, SampleTask};

use super::{Effect, State};

/// How far the seeds of fresh drawings lie from the seed in the settings.
const FRESH_SEEDS: u64 = 1 << 32;

/// The last question and what came back.
#[derive(Clone, PartialEq, Debug)]
pub struct Question {
    /// Its id.
    pub id: QuestionId,
    /// The file's name.
    pub name: String,
    /// What came back.
    pub reply: Reply,
    /// Whether it is one of many that the camera asks. Then `reply` is that to the one before,
    /// until its own has come.
    pub is_live: bool,
    /// Whether its own reply has yet to come.
    pub is_awaited: bool,
}

/// What came back for a question.
#[derive(Clone, PartialEq, Debug)]
pub enum Reply {
    /// Nothing yet.
    Pending,
    /// Every model's answer, in the order of the lanes.
    Answered {
        /// Where the picture can be seen, as the network sees it.
        image: String,
        /// The class that a drawn picture was drawn as.
        drawn_as: Option<String>,
        /// The answers.
        answers: Vec<Answer>,
    },
    /// The picture could not be asked about.
    Refused(Refusal),
}

impl State {
    pub(super) fn ask(&mut self, id: QuestionId, name: String) -> Vec<Effect> {
        // The bytes travel beside the command, so that the page never holds them.
        let command = Command::Ask { question: id, name: name.clone(), bytes: Vec::new() };
        self.put_question(id, name, command)
    }

    /// Every question draws another picture, none of which the models learned from.
    pub(super) fn ask_drawn(&mut self, id: QuestionId, task: SampleTask) -> Vec<Effect> {
        let seed = self.settings.seed.wrapping_add(FRESH_SEEDS + u64::from(id.0));
        let command = Command::AskDrawn { question: id, task, seed };
        self.put_question(id, "a fresh drawing".to_owned(), command)
    }

    /// One after the other: a picture that comes before the last was answered is let go. What was
    /// answered last stays on the page meanwhile, so that it doesn't flicker.
    pub(super) fn ask_live(&mut self, id: QuestionId) -> Vec<Effect> {
        let name = "the camera".to_owned();
        let command = Command::Ask { question: id, name: name.clone(), bytes: Vec::new() };
        match &mut self.question {
            Some(question) if question.is_live && question.is_awaited => Vec::new(),
            Some(question) if question.is_live => {
                question.id = id;
                question.is_awaited = true;
                vec![Effect::Send(command)]
            }
            _ => {
                let effects = self.put_question(id, name, command);
                if let Some(question) = &mut self.question {
                    question.is_live = true;
                }
                effects
            }
        }
    }

    fn put_question(&mut self, id: QuestionId, name: String, command: Command) -> Vec<Effect> {
        let mut effects = self.forget_question();
        let (is_live, is_awaited) = (false, true);
        self.question = Some(Question { id, name, reply: Reply::Pending, is_live, is_awaited });
        effects.push(Effect::Send(command));
        effects
    }

    pub(super) fn answered(
        &mut self,
        id: QuestionId,
        image: Option<String>,
        drawn_as: Option<String>,
        answers: Vec<Answer>,
    ) -> Vec<Effect> {
        match &mut self.question {
            Some(question) if question.id == id => {
                let best = self.experiment.as_ref().map(|experiment| {
                    let words = answers.iter().filter_map(|answer| experiment.in_words(answer));
                    words.collect::<Vec<_>>().join(" ")
                });
                // Nobody could listen to some answers a second.
                if !question.is_live {
                    self.news = best.unwrap_or_default();
                }
                question.is_awaited = false;
                let image = image.unwrap_or_default();
                let said = answers.clone();
                let reply = Reply::Answered { image, drawn_as, answers };
                let mut effects = match std::mem::replace(&mut question.reply, reply) {
                    Reply::Answered { image, .. } => vec![Effect::Revoke(image)],
                    Reply::Pending | Reply::Refused(_) => Vec::new(),
                };
                effects.extend(self.explain_again(&said));
                effects
            }
            // An answer to an earlier question: nobody waits for it any more.
            _ => image.into_iter().map(Effect::Revoke).collect(),
        }
    }

    /// The engine that was asked is gone.
    pub(super) fn question_lost(&mut self) -> Vec<Effect> {
        let question = self.question.as_mut().filter(|question| question.is_awaited);
        let Some(question) = question else { return Vec::new() };
        question.is_awaited = false;
        let refusal = Refusal {
            reason: "The engine stopped before it could answer.".to_owned(),
            remedy: "Start it again, train, and ask once more.".to_owned(),
        };
        match std::mem::replace(&mut question.reply, Reply::Refused(refusal)) {
            Reply::Answered { image, .. } => vec![Effect::Revoke(image)],
            Reply::Pending | Reply::Refused(_) => Vec::new(),
        }
    }

    pub(super) fn question_refused(&mut self, id: QuestionId, refusal: Refusal) -> Vec<Effect> {
        if let Some(question) = &mut self.question
            && question.id == id
        {
            self.news = format!("{} was refused: {}", question.name, refusal.reason);
            question.is_awaited = false;
            if let Reply::Answered { image, .. } =
                std::mem::replace(&mut question.reply, Reply::Refused(refusal))
            {
                return vec![Effect::Revoke(image)];
            }
        }
        Vec::new()
    }

    /// Takes the question off the page.
    pub(super) fn forget_question(&mut self) -> Vec<Effect> {
        match self.question.take() {
            Some(Question { reply: Reply::Answered { image, .. }, .. }) => {
                vec![Effect::Revoke(image)]
            }
            _ => Vec::new(),
        }
    }
}
