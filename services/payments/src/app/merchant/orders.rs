//! Orders of a merchant: what a person is to pay within a quarter of an hour, once.

use chrono::Duration;
use city_contracts::common::{Edge, Page, PageArgs};
use city_contracts::problem::Finding;
use city_ids::{MerchantId, MerchantOrderId, PostingId};
use city_money::Vnd;
use serde_json::{Value, json};

use super::draw_code::code_of;
use super::known;
use crate::app::freeze_wallet::unexpected;
use crate::app::pay::order_cancellation;
use crate::app::{App, cursor};
use crate::domain::input;
use crate::domain::ledger::{Code, Command, CommandRefusal, Decision, Verdict};
use crate::domain::merchant::{Capture, MerchantState, outcome};
use crate::domain::vietqr::{LONGEST_MEMBER, Use, VietQr};
use crate::error::{Error, broken};
use crate::store;
use crate::store::merchant_order::{Of, Order};

/// How long an order waits for its payer.
const TIME_TO_PAY: Duration = Duration::minutes(15);
/// The most entries of a page.
const MOST: u32 = 100;

/// What a merchant orders to be paid.
#[derive(Debug, Clone, Copy)]
pub struct NewOrder<'a> {
    /// The merchant's own reference, 1 to 25 letters, digits, `.`, `_` and `-`.
    pub order_ref: &'a str,
    pub amount: Vnd,
    pub capture: Capture,
    /// Code of the store.
    pub store: Option<&'a str>,
}

/// An order with the text of its code.
#[derive(Debug)]
pub struct PrintedOrder {
    pub order: Order,
    /// None while the merchant has no store.
    pub code: Option<String>,
}

/// Opens an order. Idempotent by its reference: the same again finds the first, whatever became of it.
///
/// # Errors
/// `Input`, `State` unless the merchant is active, `KeyReused` for a reference that stands for another order.
pub async fn open_order(
    app: &App,
    merchant: MerchantId,
    wanted: NewOrder<'_>,
) -> Result<PrintedOrder, Error> {
    let mut findings = Vec::new();
    let amount = input::amount(wanted.amount, &mut findings);
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let order_ref = wanted.order_ref;
    if !(1..=LONGEST_MEMBER).contains(&order_ref.len()) || !order_ref.bytes().all(allowed) {
        let message = "a reference has 1 to 25 letters, digits, dots, hyphens and underscores";
        findings.push(Finding::new("/orderRef", "SHAPE", message));
    }
    let mut db = app.connection().await?;
    let stores = store::merchant::stores(&mut db, merchant).await?;
    let store = wanted.store.map(|code| stores.iter().find(|store| store.code == code));
    if store == Some(None) {
        findings.push(Finding::new("/store", "UNKNOWN", "there is no store of this code"));
    }
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let now = app.clock.now();
    let order = Order {
        id: app.ids.next(now),
        merchant,
        order_ref: order_ref.to_owned(),
        amount,
        capture: wanted.capture,
        store: store.flatten().map(|store| store.id),
        expires_at: now + TIME_TO_PAY,
        at: now,
        claim: None,
        hold: None,
    };
    let find = Of::Ref(merchant, order_ref);
    let first = store::merchant_order::find(&mut db, find).await?;
    if first.is_none() {
        if known(&mut db, merchant).await?.state() != MerchantState::Active {
            return Err(Error::State);
        }
        store::merchant_order::insert(&mut db, &order).await?; // or somebody was quicker just now
    }
    let kept = store::merchant_order::find(&mut db, find).await?;
    let kept = kept.ok_or_else(|| broken("reading an order", "it is gone"))?;
    let same = (kept.amount, kept.capture, kept.store) == (amount, order.capture, order.store);
    if !same {
        return Err(Error::KeyReused);
    }
    drop(db);
    print(app, kept).await
}

/// An order of a merchant.
///
/// # Errors
/// `NotFound`.
pub async fn find_order(
    app: &App,
    merchant: MerchantId,
    id: MerchantOrderId,
) -> Result<PrintedOrder, Error> {
    let found = store::merchant_order::find(&mut *app.connection().await?, Of::Id(id)).await?;
    let found = found.filter(|order| order.merchant == merchant).ok_or(Error::NotFound)?;
    print(app, found).await
}

/// A page of a merchant's orders, newest first.
///
/// # Errors
/// `Input`.
pub async fn list_orders(
    app: &App,
    merchant: MerchantId,
    args: &PageArgs,
) -> Result<Page<Order>, Error> {
    let mut findings = Vec::new();
    let (first, after) = cursor::page(args, MOST, cursor::parse, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let (limit, mut db) = (i64::try_from(first).unwrap_or(1) + 1, app.connection().await?);
    let found = store::merchant_order::list(&mut db, merchant, after, limit).await?;
    let has_next_page = found.len() > first;
    let edges = found
        .into_iter()
        .take(first)
        .map(|node| Edge { cursor: cursor::print(node.at, node.id.as_uuid()), node })
        .collect();
    Ok(Page { edges, has_next_page })
}

/// Cancels an order, unless it is paid: the ledger decides which was first. Idempotent by an id that follows from the order.
///
/// # Errors
/// `NotFound`, `Refused` with `ALREADY_RESOLVED` when it is paid or reserved.
pub async fn cancel_order(
    app: &App,
    merchant: MerchantId,
    id: MerchantOrderId,
) -> Result<PrintedOrder, Error> {
    let order = find_order(app, merchant, id).await?.order;
    let subject = order.id.as_uuid();
    let command = Command {
        id: order_cancellation(subject),
        decision: Decision::Resolve { subject, outcome: outcome::CANCELLED },
        actor: merchant.as_uuid(),
        reason: "the merchant no longer asks for it".to_owned(),
        events: Vec::new(),
    };
    match app.ledger.command(command).await? {
        Verdict::Commanded { .. } => find_order(app, merchant, id).await,
        Verdict::CommandRefused(CommandRefusal::AlreadyResolved { winner }) => {
            let details: Value = json!({ "outcome": "PAID", "winner": PostingId::restore(winner) });
            Err(Error::Refused { code: Code::AlreadyResolved, details })
        }
        other => Err(unexpected(&other)),
    }
}

async fn print(app: &App, order: Order) -> Result<PrintedOrder, Error> {
    let mut db = app.connection().await?;
    let merchant = known(&mut db, order.merchant).await?;
    let stores = store::merchant::stores(&mut db, order.merchant).await?;
    let named = stores.iter().find(|store| Some(store.id) == order.store);
    let code = named.or_else(|| stores.first()).map(|store| VietQr {
        amount: Some(order.amount),
        order: Some(order.order_ref.clone()),
        store: named.map(|store| store.code.clone()),
        ..code_of(app, &merchant, store, Use::Dynamic)
    });
    let code = code.map(|code| code.print()).transpose();
    let code = code.map_err(|error| broken("printing a code", error))?;
    Ok(PrintedOrder { order, code })
}
