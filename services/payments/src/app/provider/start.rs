//! A resident starts a top-up, or pays a bill, through a provider.

use chrono::Duration;
use city_auth::Resident;
use city_auth::step_up::OperationDigest;
use city_clock::Timestamp;
use city_contracts::payments::{
    ProviderPaymentState, ProviderPaymentView, StartProviderPayment, WalletState,
};
use city_contracts::problem::Finding;
use city_ids::{BillId, ProviderOrderId, WalletId};
use city_money::Vnd;
use city_receipt::derive;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::pay::{self, is_paid};
use super::super::{App, pay_bill};
use super::channel::{Channel, Merchant};
use super::hear::end;
use super::read::view;
use crate::domain::input;
use crate::domain::ledger::{Code, check_new_id};
use crate::domain::provider::schedule::next_poll;
use crate::domain::provider::{Made, Order as Asked, top_up_ref, zalopay};
use crate::error::{Error, broken, fault};
use crate::store;
use crate::store::provider::{Judged, NewOrder, Order};
use crate::store::wallet::Of;

/// How long a payer may take.
const PATIENCE: Duration = Duration::minutes(15);

/// What the money is for.
struct Target {
    wallet: Option<WalletId>,
    bill: Option<(BillId, Uuid)>,
}

/// Starts a payment through a provider. Idempotent: the key is the id of the order, and an order that the provider has not
/// confirmed is asked for again.
///
/// # Errors
/// `Input`, `IdTime`, `KeyReused`, `ProviderNotOffered`, `ProviderAway`; `WalletRequired` and `Refused` for a wallet that
/// takes nothing; `NotFound`, `AmountChanged` and `Refused` of the bill.
#[tracing::instrument(name = "payments.start_provider_payment", skip_all)]
pub async fn start_provider_payment(
    app: &App,
    who: &Resident,
    command: &StartProviderPayment,
) -> Result<ProviderPaymentView, Error> {
    let mut findings = Vec::new();
    let amount = input::amount(command.amount, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let id = ProviderOrderId::restore(pay::id_of(&command.idempotency_key)?.as_uuid());
    let digest = digest(who, id, command);
    let now = app.clock.now();
    let mut db = app.connection().await?;
    let known = if let Some(order) = store::provider::find(&mut db, id).await? {
        order
    } else {
        check_new_id(id.as_uuid(), now).map_err(|_| Error::IdTime { now })?;
        let channel = app.providers.find(command.provider).ok_or(Error::ProviderNotOffered)?;
        if !(channel.min..=channel.max).contains(&amount) {
            let (min, max) = (channel.min, channel.max);
            let message = format!("this provider takes {min} to {max} dong");
            return Err(Error::Input(vec![Finding::new("/amount", "OUT_OF_RANGE", message)]));
        }
        if !channel.is_up(now) {
            return Err(Error::ProviderAway);
        }
        let target = target(&mut db, who, command.bill_id, amount, now).await?;
        insert(&mut db, who, channel, id, &target, amount, digest.0, now).await?
    };
    drop(db); // from here on the provider is waited for
    if known.owner != who.account || known.req_hash != digest.0 {
        return Err(Error::KeyReused);
    }
    let order = if known.pay_url.is_none() { make(app, known, now).await? } else { known };
    Ok(view(&order, now))
}

fn digest(who: &Resident, id: ProviderOrderId, command: &StartProviderPayment) -> OperationDigest {
    let (id, amount) = (id.to_string(), command.amount.to_string());
    let bill = command.bill_id.map(|bill| bill.to_string()).unwrap_or_default();
    let members = [
        ("payment", id.as_str()),
        ("payee", store::provider::name(command.provider)),
        ("amount", &amount),
        ("context", &bill),
    ];
    OperationDigest::of("startProviderPayment", who.account, &members)
}

/// The resident's own wallet, or a bill they may see and that is due.
async fn target(
    db: &mut PgConnection,
    who: &Resident,
    bill: Option<BillId>,
    amount: i64,
    now: Timestamp,
) -> Result<Target, Error> {
    let refused = |code, details| Error::Refused { code, details };
    if let Some(id) = bill {
        let bill = pay_bill::visible(db, who, id).await?;
        if bill.claim.is_some() {
            let outcome = if is_paid(bill.claim) { "PAID" } else { "CANCELLED" };
            return Err(refused(Code::AlreadyResolved, json!({ "outcome": outcome })));
        }
        let due = bill.due(now).amount;
        if due != amount {
            return Err(Error::AmountChanged { due: Vnd::new(due) });
        }
        return Ok(Target { wallet: None, bill: Some((bill.id, bill.revision)) });
    }
    let wallet = store::wallet::find(db, Of::Owner(who.account)).await?;
    let wallet = wallet.ok_or(Error::WalletRequired)?;
    match wallet.state() {
        WalletState::Closed => Err(refused(Code::AccountClosed, json!(null))),
        WalletState::Frozen => Err(refused(Code::AccountFrozen, json!(null))),
        WalletState::Open | WalletState::NoDebit => {
            Ok(Target { wallet: Some(wallet.id), bill: None })
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "each is a column")]
async fn insert(
    db: &mut PgConnection,
    who: &Resident,
    channel: &Channel,
    id: ProviderOrderId,
    target: &Target,
    amount: i64,
    req_hash: [u8; 32],
    now: Timestamp,
) -> Result<Order, Error> {
    let (our_ref, expires_at) = (top_up_ref(id.as_uuid()), now + PATIENCE);
    let asked = Asked { our_ref: &our_ref, amount, created_at: now, expires_at };
    // VNPAY is told nothing beforehand: the payer carries the signed order there.
    let pay_url = match &channel.merchant {
        Merchant::Vnpay(city) => {
            let path = city.pay_path(&asked, channel.ways().back, &text(&our_ref));
            Some(channel.at(&path))
        }
        Merchant::Momo(_) | Merchant::Zalopay(_) => None,
    };
    let order = NewOrder {
        id,
        subject: derive("order.end", id.as_uuid()),
        money: derive("order.money", id.as_uuid()),
        provider: channel.provider,
        our_ref: &our_ref,
        owner: who.account,
        wallet: target.wallet,
        bill: target.bill,
        amount,
        req_hash,
        created_at: now,
        expires_at,
        pay_url: pay_url.as_deref(),
        next_poll_at: next_poll(now, now),
    };
    // Another request with the same key may have been first; it is compared like any repetition.
    store::provider::insert(db, &order).await?;
    let found = store::provider::find(db, id).await?;
    found.ok_or_else(|| broken("starting a payment", "its order is gone"))
}

/// Has the provider make the order. Silence leaves it as it is: its money may come all the same.
async fn make(app: &App, order: Order, now: Timestamp) -> Result<Order, Error> {
    let waits = order.facts.state() == ProviderPaymentState::Awaiting && now < order.expires_at;
    let Some(channel) = app.providers.find(order.provider).filter(|it| waits && it.is_up(now))
    else {
        return Ok(order);
    };
    let asked = asked(&order);
    let (ways, text) = (channel.ways(), text(&order.our_ref));
    let question = match &channel.merchant {
        Merchant::Vnpay(_) => return Ok(order),
        Merchant::Momo(city) => city.create(&asked, &ways, &text),
        Merchant::Zalopay(city) => city.create(&asked, &ways, &text),
    };
    let answer = channel.ask(&question).await;
    let made = match (&channel.merchant, &answer) {
        (Merchant::Momo(city), Some(raw)) => city.read_create(&asked, raw),
        (Merchant::Zalopay(_), Some(raw)) => zalopay::Merchant::read_create(raw),
        _ => Made::Unknown,
    };
    channel.learn(answer.is_some(), now);
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    if let Some(raw) = &answer {
        let verified = made != Made::Unknown;
        let judged = Judged { verified, order: Some(order.id), outcome: "CREATE" };
        store::provider::insert_answer(&mut tx, order.provider, raw, judged, now).await?;
    }
    match made {
        Made::PayUrl(url) => store::provider::set_pay_url(&mut tx, order.id, &url).await?,
        Made::Refused => {
            end(app, &mut tx, &order, ProviderPaymentState::Failed, now).await?;
        }
        Made::Unknown => {}
    }
    tx.commit().await.map_err(fault("committing"))?;
    let found = store::provider::find(&mut *app.connection().await?, order.id).await?;
    found.ok_or_else(|| broken("starting a payment", "its order is gone"))
}

/// An order as its provider is asked about it.
pub(super) fn asked(order: &Order) -> Asked<'_> {
    Asked {
        our_ref: &order.our_ref,
        amount: order.amount,
        created_at: order.created_at,
        expires_at: order.expires_at,
    }
}

/// What the payer reads at the provider: letters without accents, since encoders differ on the rest.
fn text(our_ref: &str) -> String {
    format!("Hue-S {our_ref}")
}
