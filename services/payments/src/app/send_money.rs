//! A resident sends money to another.

use city_auth::Resident;
use city_clock::hue_day;
use city_contracts::payments::{
    PaymentEvent, PaymentPurpose, PaymentState, PaymentView, SendMoney,
};
use city_contracts::problem::Finding;
use city_money::Vnd;
use city_receipt::derive;
use serde_json::json;

use super::App;
use super::pay::{self, Intent};
use crate::domain::input;
use crate::domain::ledger::{Leg, Posting, Purpose};
use crate::domain::limits::midnight;
use crate::domain::wallet::label;
use crate::error::Error;
use crate::events;
use crate::store;

/// The mutation's name, which the person confirms.
pub const OPERATION: &str = "sendMoney";

/// Sends money from one wallet to another. Idempotent: the key is the id of the payment, and is answered for ever.
///
/// # Errors
/// `Input`, `IdTime`, `NotFound` of the payee, `WalletRequired`, the step-up's, `Refused`, `KeyReused`.
#[tracing::instrument(name = "payments.send_money", skip_all)]
pub async fn send_money(
    app: &App,
    who: &Resident,
    command: &SendMoney,
) -> Result<PaymentView, Error> {
    let mut findings = Vec::new();
    let amount = input::amount(command.amount, &mut findings);
    let note = input::note(command.note.as_deref(), &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let id = pay::id_of(&command.idempotency_key)?;
    let payee_id = command.payee_id.to_string();
    let intent = Intent {
        operation: OPERATION,
        id,
        payee: &payee_id,
        amount,
        context: None,
        note: note.as_deref(),
    };
    let digest = intent.digest(who.account);
    let now = app.clock.now();
    let mut db = app.connection().await?;
    let opened =
        store::payment::find_opening(&mut db, id.as_uuid(), who.account, Some(command.payee_id));
    let mut opening = opened.await?;
    let first = pay::first_answer(app, &mut db, (who, id), &opening, None, |_| digest);
    if let Some(answered) = first.await? {
        return Ok(answered);
    }
    let receiver = opening.payee.take();
    let payer = pay::payer(app, &mut db, id, opening, now).await?;
    if payer.wallet.id == command.payee_id {
        let message = "money is sent to somebody else";
        return Err(Error::Input(vec![Finding::new("/payeeId", "SELF", message)]));
    }
    let receiver = receiver.ok_or(Error::NotFound)?;
    drop(db); // from here on other services are waited for
    let token = command.step_up_token.as_deref();
    if let Err(refusal) = app.step_up.verify(token, who, OPERATION, digest).await {
        let (mut db, opening) = pay::reopened(app, who, id, refusal).await?;
        let first = pay::first_answer(app, &mut db, (who, id), &opening, None, |_| digest);
        return first.await?.ok_or_else(pay::gone);
    }

    let spending = payer.spending(who, Purpose::Person, amount, now);
    let told = |account, wallet| PaymentEvent {
        payment: id,
        account,
        wallet: Some(wallet),
        purpose: PaymentPurpose::Person,
        amount: Vnd::new(amount),
        bill: None,
    };
    let (sent, got) = (told(who.account, payer.wallet.id), told(receiver.owner, receiver.id));
    let uuid = id.as_uuid();
    let leg = Leg::post(payer.wallet.account, receiver.account, amount, Purpose::Person);
    // The document cannot be erased, so it names the payee's wallet and no person.
    let doc = json!({
        "v": 1, "payment": id, "payee": payee_id, "purpose": "person", "amount": Vnd::new(amount),
    });
    let posting = Posting {
        // It is counted on the day on which it was quoted, and must not move on another.
        valid_until: hue_day(now).succ_opt().map(midnight),
        doc: Some(doc.to_string()),
        events: vec![
            events::event(derive("event.paid", uuid), "PaymentSucceeded", &sent),
            events::event(derive("event.received", uuid), "MoneyReceived", &got),
        ],
        note: note.clone(),
        ..Posting::new(uuid, digest.0, vec![leg])
    };
    let created = payer.post(app, posting, &spending).await?;
    // What reading it would show: nothing can have come of it yet.
    Ok(PaymentView {
        id,
        state: PaymentState::Succeeded,
        amount: Vnd::new(amount),
        captured: None,
        fee: Vnd::ZERO,
        refunded: Vnd::ZERO,
        purpose: PaymentPurpose::Person,
        payee: label(receiver.id),
        note,
        bill: None,
        at: created.at,
        expires_at: None,
        refunds: Vec::new(),
        version: 1,
    })
}
