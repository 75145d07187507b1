//! A resident pays a bill.

use city_auth::Resident;
use city_auth::step_up::OperationDigest;
use city_clock::{Timestamp, hue_day};
use city_contracts::payments::{BillEvent, BillTold, PayBill, PaymentEvent, PaymentView};
use city_ids::{BillId, PostingId};
use city_money::Vnd;
use city_receipt::derive;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::pay::{self, Intent, Payer};
use super::{App, view};
use crate::domain::bill::{legs, outcome};
use crate::domain::dues::split;
use crate::domain::input;
use crate::domain::ledger::{AccountNo, Claim, Event, Posting};
use crate::domain::limits::{Spending, midnight};
use crate::error::Error;
use crate::events;
use crate::store;
use crate::store::bill::Bill;
use crate::store::payment::{Known, Opening};

/// The mutation's name, which the person confirms.
pub const OPERATION: &str = "payBill";

/// Pays a bill from the resident's wallet. Idempotent: the key is the id of the payment, and is answered for ever.
///
/// The money and the claim that makes the bill paid are one posting of the ledger, so neither is ever without the other.
///
/// # Errors
/// `Input`, `IdTime`, `NotFound` of the bill, `WalletRequired`, `AmountChanged`, the step-up's, `Refused` (among others
/// `ALREADY_RESOLVED` for a bill that is paid or cancelled), `KeyReused`.
#[tracing::instrument(name = "payments.pay_bill", skip_all, fields(bill.id = %command.bill_id))]
pub async fn pay_bill(app: &App, who: &Resident, command: &PayBill) -> Result<PaymentView, Error> {
    let mut findings = Vec::new();
    let amount = input::amount(command.amount, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let id = pay::id_of(&command.idempotency_key)?;
    let now = app.clock.now();
    let mut db = app.connection().await?;
    let bill = visible(&mut db, who, command.bill_id).await?;
    let opening = store::payment::find_opening(&mut db, id.as_uuid(), who.account, None).await?;
    let biller = bill.biller.id.to_string();
    let intent = |revision| Intent {
        operation: OPERATION,
        id,
        payee: &biller,
        amount,
        context: Some(revision),
        note: None,
    };
    let digest_of = |revision| intent(revision).digest(who.account);
    let first = first_answer(app, &mut db, (who, id), &bill, &opening, digest_of);
    if let Some(answered) = first.await? {
        return Ok(answered);
    }
    let payer = pay::payer(app, &mut db, id, opening, now).await?;
    let due = bill.due(now).amount;
    let accounts = store::bill::accounts(&mut db, bill.biller.id, &bill.heads).await?;
    drop(db); // from here on other services are waited for
    let digest = digest_of(bill.revision);
    let token = command.step_up_token.as_deref();
    let confirmed = if amount == due {
        app.step_up.verify(token, who, OPERATION, digest).await
    } else {
        Err(Error::AmountChanged { due: Vnd::new(due) })
    };
    if let Err(refusal) = confirmed {
        let (mut db, opening) = pay::reopened(app, who, id, refusal).await?;
        let first = first_answer(app, &mut db, (who, id), &bill, &opening, digest_of);
        return first.await?.ok_or_else(pay::gone);
    }
    let spending = payer.spending(who, bill.biller.purpose, amount, now);
    let posting = posting(&bill, &payer, &spending, id, digest.0, &accounts);
    payer.post(app, posting, &spending).await?;
    pay::made(app, who, id).await
}

/// What this payment was answered before, if it was. A repetition is about the revision that was paid or refused, whatever the
/// bill became since.
///
/// # Errors
/// `KeyReused`, and the refusal it was answered.
async fn first_answer(
    app: &App,
    db: &mut PgConnection,
    asked: (&Resident, PostingId),
    bill: &Bill,
    opening: &Opening,
    digest: impl Fn(Uuid) -> OperationDigest,
) -> Result<Option<PaymentView>, Error> {
    let first = first_revision(&mut *db, bill, opening.known.as_ref(), &digest).await?;
    let same = |paid: Option<Uuid>| digest(paid.unwrap_or(first));
    pay::first_answer(app, db, asked, opening, Some(first), same).await
}

/// The revision a payment was about when it came first: a refusal of the ledger does not say it, so it is the one whose digest
/// is the refused one. Of a bill that was never amended it is the only one.
async fn first_revision(
    db: &mut PgConnection,
    bill: &Bill,
    known: Option<&Known>,
    digest: impl Fn(Uuid) -> OperationDigest,
) -> Result<Uuid, Error> {
    if bill.no == 1 {
        return Ok(bill.revision);
    }
    let Some(known) = known else {
        return Ok(bill.revision);
    };
    let revisions = store::bill::revisions(db, bill.id).await?;
    let first = revisions.into_iter().find(|revision| known.req_hash == digest(*revision).0);
    Ok(first.unwrap_or(bill.revision))
}

/// A bill that the resident may see: their own, or one that is nobody's.
///
/// # Errors
/// `NotFound`.
pub(super) async fn visible(
    db: &mut PgConnection,
    who: &Resident,
    id: BillId,
) -> Result<Bill, Error> {
    let bill = store::bill::find(db, id).await?;
    bill.filter(|bill| bill.payer.is_none_or(|payer| payer == who.account)).ok_or(Error::NotFound)
}

fn posting(
    bill: &Bill,
    payer: &Payer,
    spending: &Spending,
    id: PostingId,
    req_hash: [u8; 32],
    accounts: &[AccountNo],
) -> Posting {
    let today = hue_day(spending.at);
    let due = bill.due(spending.at);
    let amounts = split(&bill.heads, &due).into_iter();
    let heads: Vec<_> = amounts.zip(accounts.iter().copied()).collect();
    let purpose = bill.biller.purpose;
    let wire = view::purpose(purpose);
    let mut doc = json!({
        "v": 1, "payment": id, "payee": bill.biller.name, "purpose": purpose.name().to_lowercase(),
        "billNumber": bill.number, "heads": bill.heads, "amount": Vnd::new(due.amount),
    });
    for (name, part) in [("rebate", due.rebate), ("penalty", due.penalty)] {
        if part > 0 {
            doc[name] = json!(Vnd::new(part));
        }
    }
    let paid = PaymentEvent {
        payment: id,
        account: payer.wallet.owner,
        wallet: Some(payer.wallet.id),
        purpose: wire,
        amount: Vnd::new(due.amount),
        bill: Some(bill.id),
    };
    let settled = BillTold {
        event: BillEvent { paid_at: Some(spending.at), ..asked_for(bill) },
        ..told(bill, spending.at)
    };
    let uuid = id.as_uuid();
    Posting {
        // What is due is due for a civil day.
        valid_until: today.succ_opt().map(midnight),
        claims: vec![Claim { subject: bill.revision, outcome: outcome::PAID }],
        doc: Some(doc.to_string()),
        events: vec![
            events::event(derive("event.paid", uuid), "PaymentSucceeded", &paid),
            events::event(derive("event.bill.paid", uuid), "BillPaid", &settled),
        ],
        ..Posting::new(uuid, req_hash, legs(payer.wallet.account, &heads, purpose, bill.revision))
    }
}

/// The event of a bill that was cancelled by a command.
pub(super) fn cancelled(bill: &Bill, command: Uuid, at: Timestamp) -> Event {
    events::event(derive("event.bill.cancelled", command), "BillCancelled", &told(bill, at))
}

/// What is told of a bill to whom it is for.
pub(super) fn told(bill: &Bill, at: Timestamp) -> BillTold {
    BillTold {
        event: asked_for(bill),
        bill: bill.id,
        account: bill.payer,
        purpose: view::purpose(bill.biller.purpose),
        amount: Vnd::new(bill.due(at).amount),
        due_date: bill.due_date,
    }
}

fn asked_for(bill: &Bill) -> BillEvent {
    BillEvent { bill_no: bill.number.clone(), source_ref: bill.source_ref.clone(), paid_at: None }
}
