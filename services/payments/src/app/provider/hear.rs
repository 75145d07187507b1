//! What a provider said, proven, takes effect. Idempotent: the ledger has one credit an order.

use city_clock::Timestamp;
use city_contracts::event::Envelope;
use city_contracts::payments::{ProviderPaymentState, TopUpFailed};
use city_events::outbox;
use city_money::Vnd;
use sqlx::PgConnection;

use super::super::App;
use super::read::changed;
use super::settle::{set_aside_doubted, settle};
use crate::domain::provider::{Proof, Said};
use crate::error::{Error, fault};
use crate::store;
use crate::store::provider::{Class, Evidence, Order};

/// What became of something that was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It is not proven to come from the provider.
    Unproven,
    /// There is no such order.
    Unknown,
    /// It is about another amount.
    AmountDiffers,
    /// It took effect now.
    Recorded,
    /// It, or what is stronger, was known before.
    Again,
    /// Nothing follows from it.
    Nothing,
}

impl Heard {
    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unproven => "UNPROVEN",
            Self::Unknown => "UNKNOWN",
            Self::AmountDiffers => "AMOUNT_DIFFERS",
            Self::Recorded => "RECORDED",
            Self::Again => "AGAIN",
            Self::Nothing => "NOTHING",
        }
    }
}

/// Takes in what was said about an order of the right amount.
///
/// # Errors
/// When the ledger or the database is away: nothing is lost, the provider says it again or is asked again.
pub async fn hear(app: &App, order: &Order, said: &Said, by: Evidence) -> Result<Heard, Error> {
    let now = app.clock.now();
    match said {
        Said::Paid(proof) => {
            if !prove(app, order, proof, by, now).await? {
                return Ok(Heard::Again);
            }
            settle(app, order, now).await
        }
        Said::Doubted(proof) => {
            if !prove(app, order, proof, by, now).await? {
                return Ok(Heard::Again);
            }
            set_aside_doubted(app, order).await
        }
        Said::Refused => ended(app, order, ProviderPaymentState::Failed, now).await,
        Said::Expired => ended(app, order, ProviderPaymentState::Expired, now).await,
        Said::Unpaid if now >= order.expires_at => {
            ended(app, order, ProviderPaymentState::Expired, now).await
        }
        Said::Stuck => {
            differs(app, order, Class::Stuck, None, now).await?;
            Ok(Heard::Recorded)
        }
        Said::Unpaid | Said::Pending => Ok(Heard::Nothing),
    }
}

/// Notes where what was said differs.
pub(super) async fn differs(
    app: &App,
    order: &Order,
    class: Class,
    amount: Option<i64>,
    now: Timestamp,
) -> Result<(), Error> {
    let mut db = app.connection().await?;
    let (id, of) = (app.ids.uuid(now), (order.provider, order.id));
    if store::provider::insert_break(&mut db, id, class, of, amount, now).await? {
        tracing::warn!(order.id = %order.id, class = ?class, "A provider says something else");
    }
    Ok(())
}

/// Keeps the proof before the money moves, so that what is proven is never forgotten; false for a second one.
async fn prove(
    app: &App,
    order: &Order,
    proof: &Proof,
    by: Evidence,
    now: Timestamp,
) -> Result<bool, Error> {
    let mut db = app.connection().await?;
    let first = store::provider::insert_txn(&mut db, order, proof, by, now).await?;
    drop(db);
    if !first {
        differs(app, order, Class::Duplicate, None, now).await?;
    }
    Ok(first)
}

/// The provider says that no money comes. Money that came beats it.
async fn ended(
    app: &App,
    order: &Order,
    how: ProviderPaymentState,
    now: Timestamp,
) -> Result<Heard, Error> {
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let first = end(app, &mut tx, order, how, now).await?;
    tx.commit().await.map_err(fault("committing"))?;
    if first {
        return Ok(Heard::Recorded);
    }
    if order.facts.arrival.is_some() {
        differs(app, order, Class::FailedAfterPaid, None, now).await?;
    }
    Ok(Heard::Again)
}

/// Ends an order without money and tells so, in the caller's transaction; whether it was this call.
pub(super) async fn end(
    app: &App,
    tx: &mut PgConnection,
    order: &Order,
    how: ProviderPaymentState,
    now: Timestamp,
) -> Result<bool, Error> {
    if !store::provider::end(tx, order.id, how).await? {
        return Ok(false);
    }
    let told = Envelope::new(app.ids.next(now), "ProviderPaymentChanged", now, changed(order, how));
    outbox::push(tx, &told).await.map_err(fault("writing the outbox"))?;
    if order.wallet.is_some() {
        let body = TopUpFailed {
            provider_payment: order.id,
            account: order.owner,
            provider: order.provider,
            amount: Vnd::new(order.amount),
            state: how,
        };
        let told = Envelope::new(app.ids.next(now), "TopUpFailed", now, body);
        outbox::push(tx, &told).await.map_err(fault("writing the outbox"))?;
    }
    Ok(true)
}
