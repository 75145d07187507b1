//! What a provider said, proven, takes effect. Idempotent: the ledger has one credit an order.

use city_clock::Timestamp;
use city_contracts::event::Envelope;
use city_contracts::payments::{Provider, ProviderPaymentState, ReconciliationClass, TopUpFailed};
use city_events::outbox;
use city_ids::ProviderOrderId;
use city_money::Vnd;
use sqlx::PgConnection;

use super::super::App;
use super::super::open_break::{differing, open_break};
use super::read::changed;
use super::settle::{set_aside_doubted, settle};
use crate::domain::provider::{Proof, Said, arrival};
use crate::domain::reconciliation::number_subject;
use crate::error::{Error, fault};
use crate::store;
use crate::store::provider::{Class, Evidence, Order, Proved, name};

/// What is answered when the money of an order comes as it was ordered.
pub const BY_MONEY: [ReconciliationClass; 3] = [
    ReconciliationClass::AmountDiffers,
    ReconciliationClass::Stuck,
    ReconciliationClass::Unresolved,
];
/// What is answered when its provider says that none comes.
const BY_END: [ReconciliationClass; 1] = [ReconciliationClass::Unresolved];

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
            settle(app, order, &proof.txn_no, now).await
        }
        Said::Doubted(proof) => {
            if !prove(app, order, proof, by, now).await? {
                return Ok(Heard::Again);
            }
            let heard = set_aside_doubted(app, order, &proof.txn_no, now).await?;
            if heard == Heard::Again && was_credited(app, order).await? {
                differs(app, order, Class::FailedAfterPaid, (None, None), now).await?;
            }
            Ok(heard)
        }
        Said::Refused => ended(app, order, ProviderPaymentState::Failed, now).await,
        Said::Expired => ended(app, order, ProviderPaymentState::Expired, now).await,
        Said::Unpaid if now >= order.expires_at => {
            ended(app, order, ProviderPaymentState::Expired, now).await
        }
        Said::Stuck => {
            let first = differs(app, order, Class::Stuck, (None, None), now).await?;
            let recorded = first && order.facts.arrival.is_none(); // after its money it is a failure like any
            Ok(if recorded { Heard::Recorded } else { Heard::Again })
        }
        Said::Unpaid | Said::Pending => Ok(Heard::Nothing),
    }
}

/// Notes where what was said differs: in the amount, if another was named. What names the number of a payment is a break of that
/// number at once, so that a statement which has the payment too opens no second one. Whether it is the first of its class.
pub(super) async fn differs(
    app: &App,
    order: &Order,
    class: Class,
    (amount, txn_no): (Option<i64>, Option<&str>),
    now: Timestamp,
) -> Result<bool, Error> {
    let (id, of) = (app.ids.uuid(now), (order.provider, order.id));
    let said = amount.unwrap_or(order.amount).max(0);
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let about = match txn_no {
        Some(number) if class == Class::AmountDiffers => {
            differing(&mut tx, order.id, number, said).await?
        }
        _ => said,
    };
    let first = store::provider::insert_break(&mut tx, id, class, of, amount, now).await?;
    if first {
        tracing::warn!(order.id = %order.id, class = ?class, "A provider says something else");
    }
    if let Some(number) = txn_no {
        let about = (class.of_break(), order.provider, number.to_owned(), Some(order.id), about);
        open_break(app, &mut tx, about, None, now).await?;
    }
    tx.commit().await.map_err(fault("committing"))?;
    Ok(first)
}

/// Whether its money was credited as it came: a doubt after that sets nothing aside.
async fn was_credited(app: &App, order: &Order) -> Result<bool, Error> {
    let found = store::provider::find(&mut *app.connection().await?, order.id).await?;
    Ok(found.is_some_and(|order| order.facts.arrival == Some(arrival::CREDITED)))
}

/// Keeps a proof, and otherwise notes that it contradicts another; whether it is kept.
async fn prove(
    app: &App,
    order: &Order,
    proof: &Proof,
    by: Evidence,
    now: Timestamp,
) -> Result<bool, Error> {
    if keep(app, order, proof, by, now).await? {
        return Ok(true);
    }
    differs(app, order, Class::Duplicate, (None, Some(&proof.txn_no)), now).await?;
    Ok(false)
}

/// Keeps the proof before the money moves, so that what is proven is never forgotten; false for a second one, and for a number
/// whose payment left what the provider owes by another way. With it, what was open because nobody could tell is closed, and what
/// was open about another amount of this number is about the rest; what is said again of money that arrived answers nothing more.
///
/// # Errors
/// `OutcomePending` while officers have the payment of that number put aside just now.
async fn keep(
    app: &App,
    order: &Order,
    proof: &Proof,
    by: Evidence,
    now: Timestamp,
) -> Result<bool, Error> {
    let (of, number) = ((order.provider, order.id), &proof.txn_no);
    let subject = number_subject(name(order.provider), number);
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    store::provider::lock(&mut tx, order.id).await?; // a break about another amount comes before or after
    match store::provider::insert_txn(&mut tx, order, (proof, subject), by, now).await? {
        Proved::Before => {}
        Proved::Otherwise => return Ok(false),
        Proved::Now => {
            if store::provider::is_elsewhere(&mut tx, subject, order.money).await? {
                return Ok(false);
            }
            if !store::reconciliation::leave_difference(&mut tx, of, number, order.amount).await? {
                return Err(Error::OutcomePending);
            }
        }
    }
    if order.facts.arrival.is_none() {
        answered(&mut tx, of, std::slice::from_ref(&order.our_ref), &BY_MONEY, now).await?;
    }
    tx.commit().await.map_err(fault("committing"))?;
    Ok(true)
}

/// Closes what the money of an order answers that came as it was ordered, or the word that none comes, in the caller's transaction.
pub(in super::super) async fn answered(
    tx: &mut PgConnection,
    of: (Provider, ProviderOrderId),
    keys: &[String],
    classes: &[ReconciliationClass],
    now: Timestamp,
) -> Result<(), Error> {
    for id in store::reconciliation::close_answered(tx, of, keys, classes, now).await? {
        tracing::error!(break_.id = %id, "A provider answers a break while officers end it");
    }
    Ok(())
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
    if first {
        let (of, keys) = ((order.provider, order.id), std::slice::from_ref(&order.our_ref));
        answered(&mut tx, of, keys, &BY_END, now).await?;
    }
    tx.commit().await.map_err(fault("committing"))?;
    if first {
        return Ok(Heard::Recorded);
    }
    if order.facts.arrival.is_some() {
        differs(app, order, Class::FailedAfterPaid, (None, None), now).await?;
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
