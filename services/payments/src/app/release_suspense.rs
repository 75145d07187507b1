//! Officers let money out that was put aside because nobody waited for it: two of them.

use city_auth::Staff;
use city_contracts::key::IdempotencyKey;
use city_contracts::payments::WalletState;
use city_receipt::sha256;
use sqlx::PgConnection;

use super::App;
use super::ask_approval::{Begun, begin};
use super::decide_approval::received;
use crate::domain::approval::{Approval, Asked};
use crate::domain::input;
use crate::domain::ledger::{Class, Leg, Posting, Purpose, Verdict};
use crate::domain::suspense::{Outlet, Place};
use crate::error::{Error, broken};
use crate::store;
use crate::store::suspense::Aside;
use crate::store::wallet::{Of, Wallet};

/// Asks a second officer that all the money of a leg that put it aside get out. Idempotent by the officer's key.
///
/// # Errors
/// `NotFound` of the leg or the wallet; `State` of money that got out before, for which an order at a provider waits, or that
/// came from no provider and is to go back to one, and of a wallet that is not open; `Input`, `KeyReused`.
#[tracing::instrument(name = "payments.release_suspense", skip_all, fields(posting.id = %place.posting))]
pub async fn release_suspense(
    app: &App,
    staff: &Staff,
    key: &IdempotencyKey,
    place: Place,
    to: Outlet,
    reason: &str,
) -> Result<Approval, Error> {
    let mut findings = Vec::new();
    let reason = input::reason(reason, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let request = (place.posting, place.leg, to.name(), to.wallet(), &reason);
    let mut asking = match begin(app, staff, key, "releaseSuspense", &request).await? {
        Begun::New(asking) => asking,
        Begun::Known(approval) => return Ok(approval),
    };
    let aside = store::suspense::find(&mut asking.tx, place).await?.ok_or(Error::NotFound)?;
    let gone = store::suspense::released(&mut asking.tx, &[place.subject()]).await?;
    let takes = match wallet_of(&mut asking.tx, to).await? {
        Some(wallet) => wallet.state() == WalletState::Open,
        None => aside.from.class == Class::Clearing.number(),
    };
    if aside.of_order || !gone.is_empty() || !takes {
        return Err(Error::State);
    }
    asking.finish(staff, Asked::Release { place, amount: aside.amount, to }, reason).await
}

/// Lets the money out, as a second officer approved. Idempotent by an id that follows from the request, and of several requests
/// about one leg the ledger does one.
///
/// # Errors
/// When the ledger or the database is away; it is tried again.
pub(super) async fn release(
    app: &App,
    approval: &Approval,
    (place, amount, to): (Place, i64, Outlet),
) -> Result<Verdict, Error> {
    let (aside, wallet) = {
        let mut db = app.connection().await?;
        let aside = store::suspense::find(&mut db, place).await?;
        let aside = aside.ok_or_else(|| broken("releasing money", "it was not put aside"))?;
        (aside, wallet_of(&mut db, to).await?)
    };
    Ok(app.ledger.post(posting(approval, &aside, amount, wallet.as_ref())).await?)
}

/// The wallet the money goes to; none when it goes back to its provider.
async fn wallet_of(db: &mut PgConnection, to: Outlet) -> Result<Option<Wallet>, Error> {
    let Some(id) = to.wallet() else { return Ok(None) };
    store::wallet::find(db, Of::Id(id)).await?.ok_or(Error::NotFound).map(Some)
}

/// Money of a refund is still money back; all else is what a provider's books and ours had apart.
fn posting(approval: &Approval, aside: &Aside, amount: i64, wallet: Option<&Wallet>) -> Posting {
    let purpose = match aside.purpose {
        Purpose::Refund => Purpose::Refund,
        _ => Purpose::Reconciliation,
    };
    let id = approval.act();
    let reference = Some(aside.place.posting.as_uuid());
    let to = wallet.map_or(aside.from.account, |wallet| wallet.account);
    let leg = Leg { reference, ..Leg::post(aside.account, to, amount, purpose) };
    let hash = sha256(&[b"suspense.release", approval.id.as_bytes(), &amount.to_be_bytes()]);
    Posting {
        claims: vec![aside.place.claim()],
        counts: vec![aside.place.count(amount)],
        events: wallet.map(|wallet| received(id, wallet, purpose, amount)).into_iter().collect(),
        ..Posting::new(id, hash, vec![leg])
    }
}
