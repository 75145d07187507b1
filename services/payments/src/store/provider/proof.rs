//! That money arrived, and where what a provider said differs.

use city_clock::Timestamp;
use city_contracts::payments::{Provider, ReconciliationClass};
use city_ids::ProviderOrderId;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Order;
use crate::domain::provider::Proof;
use crate::error::{Error, fault};

/// What proves that money arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// A notice.
    Ipn,
    /// The answer to a question.
    Query,
    /// A line of a statement.
    Statement,
}

impl Evidence {
    const fn name(self) -> &'static str {
        match self {
            Self::Ipn => "IPN",
            Self::Query => "QUERY",
            Self::Statement => "STATEMENT",
        }
    }
}

/// What became of a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proved {
    /// It is the order's from now on.
    Now,
    /// It was the order's before.
    Before,
    /// Another number proves this order, or this number is somebody else's.
    Otherwise,
}

/// Keeps a proof, with the subject of the claim on its number.
pub async fn insert_txn(
    db: &mut PgConnection,
    order: &Order,
    (proof, subject): (&Proof, Uuid),
    evidence: Evidence,
    at: Timestamp,
) -> Result<Proved, Error> {
    let provider = super::name(order.provider);
    let inserted = sqlx::query!(
        "insert into payments.provider_txn (provider, txn_no, provider_order, amount, evidence, paid_at, subject)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        provider,
        proof.txn_no,
        order.id.as_uuid(),
        order.amount,
        evidence.name(),
        proof.paid_at.unwrap_or(at),
        subject
    );
    let inserted = inserted.execute(&mut *db).await.map_err(fault("keeping a proof of payment"))?;
    if inserted.rows_affected() == 1 {
        return Ok(Proved::Now);
    }
    let known = sqlx::query_scalar!(
        r#"select exists (select from payments.provider_txn
                          where provider = $1 and txn_no = $2 and provider_order = $3) as "known!""#,
        provider,
        proof.txn_no,
        order.id.as_uuid()
    );
    let known = known.fetch_one(db).await.map_err(fault("reading a proof of payment"))?;
    Ok(if known { Proved::Before } else { Proved::Otherwise })
}

/// Whether the payment of a number left what its provider owes, and not as the money of this order.
pub async fn is_elsewhere(db: &mut PgConnection, number: Uuid, money: Uuid) -> Result<bool, Error> {
    let elsewhere = sqlx::query_scalar!(
        r#"select exists (select from payments.ledger_claim n
                          where n.subject = $1
                            and not exists (select from payments.ledger_claim m
                                            where m.subject = $2 and m.posting = n.posting)) as "elsewhere!""#,
        number,
        money
    );
    elsewhere.fetch_one(db).await.map_err(fault("asking where a payment is"))
}

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Another amount than the order's.
    AmountDiffers,
    /// A failure after the money arrived.
    FailedAfterPaid,
    /// A second payment of an order, or a number twice.
    Duplicate,
    /// The payer's bank took the money and the provider does not have it.
    Stuck,
    /// Nobody could say in a week what became of it.
    Unresolved,
}

impl Class {
    /// The class of a break about it.
    pub const fn of_break(self) -> ReconciliationClass {
        match self {
            Self::AmountDiffers => ReconciliationClass::AmountDiffers,
            Self::FailedAfterPaid => ReconciliationClass::FailedAfterPaid,
            Self::Duplicate => ReconciliationClass::Duplicate,
            Self::Stuck => ReconciliationClass::Stuck,
            Self::Unresolved => ReconciliationClass::Unresolved,
        }
    }
}

/// Notes a difference, once an order and class; whether it is new.
pub async fn insert_break(
    db: &mut PgConnection,
    id: Uuid,
    class: Class,
    of: (Provider, ProviderOrderId),
    amount: Option<i64>,
    at: Timestamp,
) -> Result<bool, Error> {
    let inserted = sqlx::query!(
        "insert into payments.provider_break (id, class, provider, provider_order, amount, at)
         values ($1, $2, $3, $4, $5, $6) on conflict on constraint provider_break_once do nothing",
        id,
        class.of_break().as_str(),
        super::name(of.0),
        of.1.as_uuid(),
        amount,
        at
    );
    let inserted = inserted.execute(db).await.map_err(fault("noting a difference"))?;
    Ok(inserted.rows_affected() == 1)
}
