//! A resident sends money to another.

use city_auth::Resident;
use city_clock::hue_day;
use city_contracts::payments::{PaymentEvent, PaymentPurpose, PaymentView, SendMoney};
use city_contracts::problem::Finding;
use city_money::Vnd;
use city_receipt::derive;
use serde_json::json;

use super::App;
use super::pay::{self, Intent};
use crate::domain::input;
use crate::domain::ledger::{Leg, Posting, Purpose};
use crate::domain::limits::midnight;
use crate::error::Error;
use crate::events;
use crate::store;
use crate::store::wallet::Of;

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
    if let Some(answered) = pay::first_answer(&mut db, who, id, None, |_| digest).await? {
        return Ok(answered);
    }
    let payer = pay::payer(&mut db, who, id, now).await?;
    if payer.wallet.id == command.payee_id {
        let message = "money is sent to somebody else";
        return Err(Error::Input(vec![Finding::new("/payeeId", "SELF", message)]));
    }
    let receiver = store::wallet::find(&mut db, Of::Id(command.payee_id)).await?;
    let receiver = receiver.ok_or(Error::NotFound)?;
    drop(db); // from here on other services are waited for
    app.step_up.verify(command.step_up_token.as_deref(), who, OPERATION, digest).await?;

    let spending = payer.spending(who, Purpose::Person, amount, now);
    let told = |account, wallet| PaymentEvent {
        payment: id,
        account,
        wallet,
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
    payer.post(app, who, posting, &spending).await
}
