//! Filing, taking in and refusing at the counter.

use city_calendar::Calendar;
use city_clock::Timestamp;
use serde_json::json;

use crate::domain::dossier::actor::Actor;
use crate::domain::dossier::bill::{BillState, NewBill, Purpose};
use crate::domain::dossier::clock::{SegmentKind, Term};
use crate::domain::dossier::code::DossierCode;
use crate::domain::dossier::event::{EventKind, Happening};
use crate::domain::dossier::moves::Action;
use crate::domain::dossier::reason::Reason;
use crate::domain::dossier::refusal::Refusal;
use crate::domain::dossier::state::Dossier;

use super::Step;

impl Dossier {
    /// 0 → 1: filed. The agencies were routed and the quote frozen before.
    pub fn submit(
        self,
        by: Actor,
        code: DossierCode,
        bill: Option<NewBill>,
        at: Timestamp,
    ) -> Result<Step, Refusal> {
        let mut step = Step::moved(self, Action::Submit, by, at)?;
        step.say(json!({ "channel": step.dossier.channel.code() }), None);
        step.dossier.code = Some(code);
        step.dossier.submitted_at = Some(at);
        step.ask_for(bill, Purpose::Intake, by, at);
        Ok(step)
    }

    /// 1 → 2: taken in; the clock runs from now.
    ///
    /// # Errors
    /// `FEE_UNPAID` while the intake bill is not paid.
    pub fn accept(
        self,
        by: Actor,
        term: Term,
        calendar: &Calendar,
        at: Timestamp,
    ) -> Result<Step, Refusal> {
        let mut step = Step::moved(self, Action::Accept, by, at)?;
        let dossier = &mut step.dossier;
        if !dossier.paid_or_none(Purpose::Intake) {
            return Err(Refusal::FeeUnpaid);
        }
        dossier.accepted_at = Some(at);
        dossier.term = Some(term);
        dossier.switch_clock(SegmentKind::Run, at);
        dossier.settle_due(calendar)?;
        dossier.first_due_at = dossier.due_at;
        let due = dossier.due_at;
        step.say(json!({ "dueAt": due }), None);
        Ok(step)
    }

    /// 1 → 3: refused, for at least one reason.
    pub fn refuse(self, by: Actor, reasons: &[Reason], at: Timestamp) -> Result<Step, Refusal> {
        let mut step = Step::moved(self, Action::Refuse, by, at)?;
        let codes: Vec<_> = reasons.iter().map(|reason| reason.code.as_str()).collect();
        let texts: Vec<_> = reasons.iter().filter_map(|reason| reason.text.as_ref()).collect();
        let note = texts.iter().map(|text| text.as_str()).collect::<Vec<_>>().join("\n");
        step.say(json!({ "reasons": codes }), Some(note.as_str()).filter(|note| !note.is_empty()));
        let dossier = &mut step.dossier;
        dossier.refund_due |= dossier.bills.iter().any(|bill| bill.state == BillState::Paid);
        let cancelled = dossier.end(by, at);
        step.record_all(cancelled);
        Ok(step)
    }

    /// 1, 2, 4, 5, 6, 8 → 7: taken back by the applicant.
    pub fn withdraw(self, by: Actor, note: Option<&str>, at: Timestamp) -> Result<Step, Refusal> {
        let mut step = Step::moved(self, Action::Withdraw, by, at)?;
        step.say(json!({}), note);
        let cancelled = step.dossier.end(by, at);
        step.record_all(cancelled);
        Ok(step)
    }

    /// Whether a bill of this purpose was paid, or none was ever asked for.
    pub(super) fn paid_or_none(&self, purpose: Purpose) -> bool {
        let mut bills = self.bills.iter().filter(|bill| bill.purpose == purpose).peekable();
        bills.peek().is_none() || bills.any(|bill| bill.state == BillState::Paid)
    }
}

impl Step {
    /// Asks payments for a bill, if there is one to ask for.
    pub(super) fn ask_for(
        &mut self,
        bill: Option<NewBill>,
        purpose: Purpose,
        by: Actor,
        at: Timestamp,
    ) {
        let Some(bill) = bill else { return };
        let data = json!({
            "billRef": bill.bill_ref.to_string(), "purpose": purpose.as_str(), "amount": bill.amount,
        });
        self.dossier.bills.push(bill.requested(purpose, at));
        self.record(Happening::new(EventKind::BillRequested, by, at).with(data));
    }
}
