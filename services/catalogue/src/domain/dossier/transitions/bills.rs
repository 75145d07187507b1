//! Financial duties, and what payments says about bills.

use city_calendar::Calendar;
use city_clock::Timestamp;
use serde_json::json;
use uuid::Uuid;

use crate::domain::dossier::actor::Actor;
use crate::domain::dossier::bill::{BillState, NewBill, Purpose};
use crate::domain::dossier::clock::SegmentKind;
use crate::domain::dossier::event::{EventKind, Happening};
use crate::domain::dossier::moves::Action;
use crate::domain::dossier::reason::Note;
use crate::domain::dossier::refusal::{Refusal, WrongStatus};
use crate::domain::dossier::state::Dossier;
use crate::domain::dossier::status::Status;

use super::Step;

impl Dossier {
    /// 2, 4 → 6: a financial duty must be met first; the clock stands still.
    pub fn ask_payment(
        self,
        by: Actor,
        bill: NewBill,
        basis: &Note,
        calendar: &Calendar,
        at: Timestamp,
    ) -> Result<Step, Refusal> {
        let mut step = Step::moved(self, Action::AskPayment, by, at)?;
        step.say(json!({ "amount": bill.amount }), Some(basis.as_str()));
        step.dossier.switch_clock(SegmentKind::Stop, at);
        step.dossier.settle_due(calendar)?;
        step.ask_for(Some(bill), Purpose::Duty, by, at);
        Ok(step)
    }

    /// 6 → 4: the officer goes on without the payment, and the bill is cancelled.
    pub fn waive(
        self,
        by: Actor,
        note: &Note,
        calendar: &Calendar,
        at: Timestamp,
    ) -> Result<Step, Refusal> {
        let mut step = Step::moved(self, Action::Waive, by, at)?;
        step.go_on(calendar, at)?;
        let due = step.dossier.due_at;
        step.say(json!({ "dueAt": due }), Some(note.as_str()));
        let duty = |bill: &&mut crate::domain::dossier::bill::Bill| {
            bill.purpose == Purpose::Duty && bill.unpaid()
        };
        let cancelled: Vec<_> = step
            .dossier
            .bills
            .iter_mut()
            .filter(duty)
            .map(|bill| {
                (bill.state, bill.settled_at) = (BillState::Cancelled, Some(at));
                Happening::new(EventKind::BillCancelled, by, at).with(
                    json!({ "billRef": bill.bill_ref.to_string(), "purpose": bill.purpose.as_str() }),
                )
            })
            .collect();
        step.record_all(cancelled);
        Ok(step)
    }

    /// Payments opened the bill; none when that is no news.
    pub fn bill_opened(self, bill_ref: Uuid, bill_no: &str, at: Timestamp) -> Option<Step> {
        let mut step = Step::begin(self);
        let bill = step.dossier.bills.iter_mut().find(|bill| bill.bill_ref == bill_ref)?;
        if bill.state != BillState::Requested {
            return None;
        }
        bill.state = BillState::Open;
        bill.bill_no = Some(bill_no.to_owned());
        step.record(
            Happening::new(EventKind::BillOpened, Actor::City, at)
                .with(json!({ "billRef": bill_ref.to_string() })),
        );
        Some(step)
    }

    /// The bill was paid at an instant that may lie before now; none when that was known.
    ///
    /// A duty that the dossier waits for lets it go on from that instant. What was paid for nothing is due back.
    ///
    /// # Errors
    /// [`Refusal::Horizon`].
    pub fn bill_paid(
        self,
        bill_ref: Uuid,
        paid_at: Timestamp,
        calendar: Option<&Calendar>,
        at: Timestamp,
    ) -> Result<Option<Step>, Refusal> {
        let Some(index) = self.bills.iter().position(|bill| bill.bill_ref == bill_ref) else {
            return Ok(None);
        };
        let (state, purpose) = (self.bills[index].state, self.bills[index].purpose);
        if state == BillState::Paid {
            return Ok(None);
        }
        let goes_on = self.status == Status::PaymentRequired
            && purpose == Purpose::Duty
            && state != BillState::Cancelled;
        let awaited = match self.status {
            Status::Processed => purpose == Purpose::Result,
            status => !status.ended(),
        };
        let mut step = match calendar.filter(|_| goes_on) {
            Some(calendar) => {
                let mut step = Step::moved(self, Action::Paid, Actor::City, at)?;
                step.go_on(calendar, paid_at.min(at))?;
                let due = step.dossier.due_at;
                step.say(json!({ "dueAt": due }), None);
                step
            }
            None => Step::begin(self),
        };
        let bill = &mut step.dossier.bills[index];
        (bill.state, bill.settled_at) = (BillState::Paid, Some(paid_at));
        let refund = state == BillState::Cancelled || !awaited;
        step.dossier.refund_due |= refund;
        step.record(Happening::new(EventKind::BillPaid, Actor::City, at).with(json!({
            "billRef": bill_ref.to_string(), "purpose": purpose.as_str(), "refundDue": refund,
        })));
        Ok(Some(step))
    }

    /// Payments cancelled the bill; none when it was settled before.
    pub fn bill_cancelled(self, bill_ref: Uuid, at: Timestamp) -> Option<Step> {
        let mut step = Step::begin(self);
        let bill = step.dossier.bills.iter_mut().find(|bill| bill.bill_ref == bill_ref)?;
        if !bill.unpaid() {
            return None;
        }
        (bill.state, bill.settled_at) = (BillState::Cancelled, Some(at));
        let purpose = bill.purpose;
        step.record(Happening::new(EventKind::BillCancelled, Actor::City, at).with(
            json!({ "billRef": bill_ref.to_string(), "purpose": purpose.as_str(), "byPayments": true }),
        ));
        Some(step)
    }

    /// The lead saw to it that the money went back.
    ///
    /// # Errors
    /// `DOSSIER_STATE` when nothing is due back.
    pub fn clear_refund(self, by: Actor, note: &Note, at: Timestamp) -> Result<Step, Refusal> {
        if !self.refund_due {
            return Err(WrongStatus { status: self.status, attempted: "clear-refund" }.into());
        }
        let mut step = Step::begin(self);
        step.dossier.refund_due = false;
        let mut happening = Happening::new(EventKind::RefundCleared, by, at);
        happening.internal_note = Some(note.as_str().to_owned());
        step.record(happening);
        Ok(step)
    }
}
