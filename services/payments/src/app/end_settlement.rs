//! A settlement was wired, or came back.

use city_auth::Staff;
use city_contracts::key::IdempotencyKey;
use city_contracts::payments::{SettlementState, SettlementView};
use city_contracts::problem::Finding;
use city_ids::SettlementId;
use city_receipt::sha256;
use serde_json::json;
use uuid::Uuid;

use super::ask_approval::{Begun, begin};
use super::freeze_wallet::unexpected;
use super::settle_payees::open_payable;
use super::{App, view};
use crate::domain::approval::{Approval, Asked};
use crate::domain::ledger::{AccountNo, Claim, Class, Code, Posting, Verdict};
use crate::domain::settlement::{Settlement, legs, outcome};
use crate::domain::{chart, input};
use crate::error::{Error, broken, fault};
use crate::store;

/// The longest reference of a bank, in characters.
const LONGEST_REF: usize = 64;

/// Says that a settlement was wired; a second officer decides whether that is so. Idempotent by the officer's key.
///
/// # Errors
/// `NotFound`, `State` when it is not closed any more, `Input`, `KeyReused`.
pub async fn settlement_paid(
    app: &App,
    staff: &Staff,
    key: &IdempotencyKey,
    id: SettlementId,
    bank_ref: &str,
    reason: &str,
) -> Result<Approval, Error> {
    let mut findings = Vec::new();
    let reason = input::reason(reason, &mut findings);
    let bank_ref = city_text::clean(bank_ref);
    if !(1..=LONGEST_REF).contains(&bank_ref.chars().count()) {
        let message = "the bank's reference has 1 to 64 characters";
        findings.push(Finding::new("/bankRef", "LENGTH", message));
    }
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let request = (id, &bank_ref, &reason);
    let mut asking = match begin(app, staff, key, "settlementPaid", &request).await? {
        Begun::New(asking) => asking,
        Begun::Known(approval) => return Ok(approval),
    };
    let (_, net) = closed(store::settlement::find(&mut asking.tx, id).await?)?;
    let asked = Asked::Settlement { settlement: id, amount: net, bank_ref };
    asking.finish(staff, asked, reason).await
}

/// Takes settled money off the bank account, as a second officer approved. Idempotent by an id that follows from the request.
///
/// # Errors
/// When the ledger or the database is away; it is tried again.
pub(super) async fn pay_settlement(
    app: &App,
    approval: &Approval,
    id: SettlementId,
) -> Result<Verdict, Error> {
    let settlement = store::settlement::find(&mut *app.connection().await?, id).await?;
    let settlement = settlement.ok_or(Error::NotFound)?;
    let Some((.., report)) = &settlement.closed else { return Err(Error::State) };
    let payable = open_payable(app, &settlement).await?;
    let guarantee = {
        let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
        let ext = chart::GUARANTEE;
        let guarantee = store::ledger::open(&mut tx, ext, Class::Guarantee, None).await?;
        tx.commit().await.map_err(fault("committing"))?;
        guarantee
    };
    let doc =
        json!({ "v": 1, "settlement": id, "paid": approval.asked.detail(), "amount": report.net });
    let posting = ending(&settlement, approval.act(), payable, guarantee, report.net.dong());
    let claims = vec![Claim { subject: id.as_uuid(), outcome: outcome::PAID }];
    let posting = Posting { claims, doc: Some(doc.to_string()), ..posting };
    Ok(app.ledger.post(posting).await?)
}

/// Gives settled money back to the payee's account: the bank could not wire it. Idempotent: the claim on the settlement lets
/// it happen once. Each try has an id of its own, since a refusal is final for an id and a payee may take money again later.
///
/// A closed payee takes none ever again, so its money goes aside, to where money waits for its owner. That a payee be closed
/// only when all it was settled is wired could not be kept in one order with the settling: a command looks at one account.
///
/// # Errors
/// `NotFound`, `State` when it was wired, `Input`, `Refused` while the payee takes no money.
#[tracing::instrument(name = "payments.settlement_returned", skip_all, fields(settlement.id = %id))]
pub async fn settlement_returned(
    app: &App,
    staff: &Staff,
    id: SettlementId,
    reason: &str,
) -> Result<SettlementView, Error> {
    let mut findings = Vec::new();
    let reason = input::reason(reason, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let settlement = store::settlement::find(&mut *app.connection().await?, id).await?;
    let settlement = settlement.ok_or(Error::NotFound)?;
    if settlement.claim == Some(outcome::RETURNED) {
        return view::settlement(settlement).ok_or(Error::NotFound);
    }
    let (settlement, net) = closed(Some(settlement))?;
    let doc = json!({ "v": 1, "settlement": id, "returned": reason, "officer": staff.account });
    let doc = doc.to_string();
    let mut verdict = give_back(app, &settlement, settlement.payee, net, &doc).await?;
    if matches!(verdict, Verdict::Refused(refused) if refused.code == Code::AccountClosed) {
        let suspense = {
            let (mut db, ext) = (app.connection().await?, chart::SUSPENSE);
            store::ledger::open(&mut db, ext, Class::Suspense, None).await?
        };
        verdict = give_back(app, &settlement, suspense, net, &doc).await?;
    }
    match verdict {
        Verdict::Created(_) => {}
        // Wired, or given back by somebody else just now.
        Verdict::Refused(refused) if refused.code == Code::AlreadyResolved => {}
        Verdict::Refused(refused) => {
            return Err(Error::Refused { code: refused.code, details: serde_json::Value::Null });
        }
        other => return Err(unexpected(&other)),
    }
    let after = store::settlement::find(&mut *app.connection().await?, id).await?;
    if after.as_ref().is_some_and(|after| after.claim != Some(outcome::RETURNED)) {
        return Err(Error::State);
    }
    after.and_then(view::settlement).ok_or_else(|| broken("reading a settlement", "it is gone"))
}

async fn give_back(
    app: &App,
    settlement: &Settlement,
    to: AccountNo,
    net: i64,
    doc: &str,
) -> Result<Verdict, Error> {
    let payable = open_payable(app, settlement).await?;
    let posting = ending(settlement, app.ids.uuid(app.clock.now()), payable, to, net);
    let claims = vec![Claim { subject: settlement.id.as_uuid(), outcome: outcome::RETURNED }];
    let posting = Posting { claims, doc: Some(doc.to_owned()), ..posting };
    Ok(app.ledger.post(posting).await?)
}

/// A settlement whose money waits to be wired, with how much that is.
fn closed(found: Option<Settlement>) -> Result<(Settlement, i64), Error> {
    let settlement = found.ok_or(Error::NotFound)?;
    let state = view::settlement(settlement.clone()).ok_or(Error::NotFound)?.state;
    let net = settlement.closed.as_ref().map(|(.., report)| report.net.dong());
    match (state, net) {
        (SettlementState::Closed, Some(net)) => Ok((settlement, net)),
        _ => Err(Error::State),
    }
}

fn ending(
    settlement: &Settlement,
    id: Uuid,
    from: AccountNo,
    to: AccountNo,
    amount: i64,
) -> Posting {
    let hash = sha256(&[b"settlement.end", settlement.id.as_uuid().as_bytes(), id.as_bytes()]);
    Posting::new(id, hash, legs(from, to, amount, settlement.id))
}
