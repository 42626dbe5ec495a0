//! What the models of an experiment make of its pictures: worked out once its runs have ended.

use super::Session;
use crate::session::explaining::unread;

impl Session {
    /// Has the trained models look at the next few pictures, and keeps what they make of all.
    pub(super) async fn inspect(&mut self) {
        let Some(inspecting) = &mut self.inspecting else { return };
        match inspecting.work().await {
            Ok(None) => {}
            Ok(Some(inspection)) => {
                self.inspecting = None;
                self.inspection = Some(inspection);
            }
            // The models are there all the same, and say so themselves when they are asked.
            Err(cause) => {
                self.inspecting = None;
                self.give_explanations_up(&unread(&cause));
            }
        }
    }
}
