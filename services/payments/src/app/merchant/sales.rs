//! What was paid to a merchant, and what becomes of money that is reserved for it.

use city_clock::hue_day;
use city_contracts::common::{Edge, Page, PageArgs};
use city_contracts::payments::{MerchantPaymentEvent, PaymentEvent};
use city_contracts::problem::Finding;
use city_ids::{MerchantId, PostingId};
use city_money::Vnd;
use city_receipt::{derive, sha256};
use serde_json::Value;

use super::known;
use crate::app::freeze_wallet::unexpected;
use crate::app::{App, cursor, view};
use crate::domain::input;
use crate::domain::ledger::{AccountNo, Action, LARGEST_AMOUNT, Leg, Posting, Purpose, Verdict};
use crate::domain::merchant::fee;
use crate::error::{Error, broken};
use crate::events;
use crate::store;
use crate::store::merchant_payment::Sale;

/// The most entries of a page.
const MOST: u32 = 100;

/// A page of what was paid to a merchant, oldest first, from just after a place in the ledger.
///
/// # Errors
/// `Input`.
pub async fn list_sales(
    app: &App,
    merchant: MerchantId,
    args: &PageArgs,
) -> Result<Page<Sale>, Error> {
    let mut findings = Vec::new();
    let (first, after) = cursor::page(args, MOST, cursor::parse_seq, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let mut db = app.connection().await?;
    let Some(account) = known(&mut db, merchant).await?.account else {
        return Ok(Page { edges: Vec::new(), has_next_page: false });
    };
    let limit = i64::try_from(first).unwrap_or(1) + 1;
    let found = store::merchant_payment::list(&mut db, account, after.unwrap_or(0), limit).await?;
    let has_next_page = found.len() > first;
    let edges = found.into_iter().take(first);
    let edges = edges.map(|node| Edge { cursor: cursor::print_seq(node.seq), node }).collect();
    Ok(Page { edges, has_next_page })
}

/// A payment to a merchant.
///
/// # Errors
/// `NotFound`, also for another merchant's.
pub async fn find_sale(app: &App, merchant: MerchantId, id: PostingId) -> Result<Sale, Error> {
    own(app, merchant, id).await.map(|(sale, _)| sale)
}

pub(super) async fn own(
    app: &App,
    merchant: MerchantId,
    id: PostingId,
) -> Result<(Sale, AccountNo), Error> {
    let mut db = app.connection().await?;
    let account = known(&mut db, merchant).await?.account.ok_or(Error::NotFound)?;
    let sale = store::merchant_payment::find(&mut db, account, id).await?;
    Ok((sale.ok_or(Error::NotFound)?, account))
}

/// Takes reserved money, all of it or a part; the rest is free again. Idempotent: `key` is the id of the movement for ever.
///
/// The fee is the one of the day on which the money was reserved; one that the payer bears was reserved with it.
///
/// # Errors
/// `Input`, `IdTime`, `NotFound`, `State` when it was no reserve, `Refused` with `HOLD_RESOLVED`, `HOLD_EXPIRED` or
/// `CAPTURE_TOO_LARGE`, `KeyReused`.
#[tracing::instrument(name = "payments.capture_sale", skip_all, fields(payment.id = %id))]
pub async fn capture_sale(
    app: &App,
    merchant: MerchantId,
    id: PostingId,
    key: &str,
    amount: Vnd,
) -> Result<Sale, Error> {
    let mut findings = Vec::new();
    let amount = input::amount(amount, &mut findings);
    let key = key_of(key, &mut findings)?;
    let (sale, account) = own(app, merchant, id).await?;
    if sale.hold.is_none() {
        return Err(Error::State);
    }
    let (rule, income) = {
        let mut db = app.connection().await?;
        let rule = store::merchant::fee_on(&mut db, merchant, hue_day(sale.at)).await?;
        (rule, store::merchant::fee_income(&mut db).await?)
    };
    let fee = fee(rule.as_ref(), amount);
    let gross = amount.saturating_add(fee.payer);
    if gross > LARGEST_AMOUNT {
        let message = "with its fee it is more than 100 billion dong";
        return Err(Error::Input(vec![Finding::new("/amount", "OUT_OF_RANGE", message)]));
    }
    let reference = sale.order.as_ref().map(|(order, _)| order.as_uuid());
    let action = Action::Capture { hold: id.as_uuid(), amount: gross };
    let mut legs = vec![Leg { action, purpose: Purpose::Goods, reference }];
    let to_city = fee.payer.saturating_add(fee.payee);
    if to_city > 0 {
        // Also the payer's fee came to the merchant with the capture, which takes one leg.
        legs.push(Leg { reference, ..Leg::post(account, income, to_city, Purpose::Fee) });
    }
    let (whose, what) = (merchant.as_uuid(), id.as_uuid());
    let req_hash =
        sha256(&[b"merchant.capture", whose.as_bytes(), what.as_bytes(), &amount.to_be_bytes()]);
    let body = told(&sale, merchant, amount);
    let event = events::event(derive("event.captured", key.as_uuid()), "PaymentCaptured", &body);
    let posting = Posting::new(key.as_uuid(), req_hash, legs);
    resolve(app, Posting { events: vec![event], ..posting }).await?;
    find_sale(app, merchant, id).await
}

/// Gives reserved money back. Idempotent: `key` is the id of the movement for ever.
///
/// # Errors
/// `IdTime`, `NotFound`, `State` when it was no reserve, `Refused` with `HOLD_RESOLVED`, `KeyReused`.
#[tracing::instrument(name = "payments.void_sale", skip_all, fields(payment.id = %id))]
pub async fn void_sale(
    app: &App,
    merchant: MerchantId,
    id: PostingId,
    key: &str,
) -> Result<Sale, Error> {
    let key = key_of(key, &mut Vec::new())?;
    let (sale, _) = own(app, merchant, id).await?;
    if sale.hold.is_none() {
        return Err(Error::State);
    }
    let reference = sale.order.as_ref().map(|(order, _)| order.as_uuid());
    let action = Action::Void { hold: id.as_uuid() };
    let leg = Leg { action, purpose: Purpose::Goods, reference };
    let (whose, what) = (merchant.as_uuid(), id.as_uuid());
    let req_hash = sha256(&[b"merchant.void", whose.as_bytes(), what.as_bytes()]);
    let body = told(&sale, merchant, sale.ordered.unwrap_or(sale.gross));
    let event = events::event(derive("event.voided", key.as_uuid()), "PaymentVoided", &body);
    let posting = Posting::new(key.as_uuid(), req_hash, vec![leg]);
    resolve(app, Posting { events: vec![event], ..posting }).await?;
    find_sale(app, merchant, id).await
}

fn key_of(raw: &str, findings: &mut Vec<Finding>) -> Result<PostingId, Error> {
    let key = input::payment_id(raw);
    if key.is_none() {
        findings.push(Finding::new("/id", "SHAPE", "an id is a UUID of version 7"));
    }
    key.filter(|_| findings.is_empty()).ok_or_else(|| Error::Input(std::mem::take(findings)))
}

/// Has the ledger decide about an id from outside.
async fn resolve(app: &App, posting: Posting) -> Result<(), Error> {
    posting.check().map_err(|error| broken("building a capture", error))?;
    let verdict = match app.ledger.answered(&posting).await? {
        Some(first) => first,
        None => app.ledger.post(posting).await?,
    };
    match verdict {
        Verdict::Created(_) => Ok(()),
        Verdict::Refused(refused) => {
            Err(Error::Refused { code: refused.code, details: Value::Null })
        }
        Verdict::KeyReused => Err(Error::KeyReused),
        other => Err(unexpected(&other)),
    }
}

fn told(sale: &Sale, merchant: MerchantId, amount: i64) -> MerchantPaymentEvent {
    let payment = PaymentEvent {
        payment: sale.id,
        account: sale.payer,
        wallet: Some(sale.wallet),
        purpose: view::purpose(Purpose::Goods),
        amount: Vnd::new(amount),
        bill: None,
    };
    let order = sale.order.as_ref().map(|(order, _)| *order);
    MerchantPaymentEvent { payment, merchant, order }
}
