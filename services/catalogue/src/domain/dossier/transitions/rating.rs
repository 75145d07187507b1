//! How it went, as the applicant says.

use city_clock::Timestamp;
use serde_json::json;

use crate::domain::dossier::actor::Actor;
use crate::domain::dossier::event::{EventKind, Happening};
use crate::domain::dossier::refusal::{Refusal, WrongStatus};
use crate::domain::dossier::state::Dossier;
use crate::domain::dossier::status::Status;

use super::Step;

impl Dossier {
    /// Rated after it was handed over. That it is rated once is the table's to see to.
    ///
    /// # Errors
    /// `DOSSIER_STATE` before the hand-over.
    pub fn rated(self, by: Actor, score: i16, at: Timestamp) -> Result<Step, Refusal> {
        if self.status != Status::Returned {
            return Err(WrongStatus { status: self.status, attempted: "rate" }.into());
        }
        let mut step = Step::begin(self);
        step.record(Happening::new(EventKind::Rated, by, at).with(json!({ "score": score })));
        Ok(step)
    }
}
