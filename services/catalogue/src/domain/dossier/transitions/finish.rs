//! The decision, and handing it over.

use city_clock::Timestamp;
use serde_json::json;

use crate::domain::dossier::actor::Actor;
use crate::domain::dossier::bill::{Bill, NewBill, Purpose};
use crate::domain::dossier::moves::Action;
use crate::domain::dossier::reason::{Note, Reason};
use crate::domain::dossier::refusal::Refusal;
use crate::domain::dossier::state::{Dossier, Outcome};

use super::Step;

impl Dossier {
    /// 2, 4 → 9: decided. A refusal has a reason; fees collected with the result are asked for now.
    ///
    /// # Errors
    /// `FEE_UNPAID` while any bill waits for money.
    pub fn finish(
        self,
        by: Actor,
        refused_for: Option<&Reason>,
        bill: Option<NewBill>,
        at: Timestamp,
    ) -> Result<Step, Refusal> {
        let mut step = Step::moved(self, Action::Finish, by, at)?;
        let dossier = &mut step.dossier;
        if dossier.bills.iter().any(Bill::unpaid) {
            return Err(Refusal::FeeUnpaid);
        }
        let outcome = if refused_for.is_some() { Outcome::Refused } else { Outcome::Granted };
        dossier.outcome = Some(outcome);
        dossier.processed_at = Some(at);
        let on_time = dossier.due_at.is_none_or(|due| at <= due);
        let cancelled = dossier.end(by, at);
        let reasons: Vec<_> = refused_for.iter().map(|reason| reason.code.as_str()).collect();
        step.say(
            json!({ "outcome": outcome.as_str(), "onTime": on_time, "reasons": reasons }),
            refused_for.and_then(|reason| reason.text.as_ref()).map(Note::as_str),
        );
        step.record_all(cancelled);
        step.ask_for(bill, Purpose::Result, by, at);
        Ok(step)
    }

    /// 9 → 10: the applicant has the result.
    ///
    /// # Errors
    /// `FEE_UNPAID` while the bill of the result is not paid.
    pub fn hand_over(self, by: Actor, at: Timestamp) -> Result<Step, Refusal> {
        let mut step = Step::moved(self, Action::HandOver, by, at)?;
        if !step.dossier.paid_or_none(Purpose::Result) {
            return Err(Refusal::FeeUnpaid);
        }
        step.dossier.returned_at = Some(at);
        Ok(step)
    }
}
