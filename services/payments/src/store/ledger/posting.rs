//! One posting, as the ledger keeps it.

use city_clock::Timestamp;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{Error, fault};

/// What the ledger has of a posting: legs, or a refusal.
#[derive(Debug, Clone)]
pub struct StoredPosting {
    /// Its legs, in their order; none when it was refused.
    pub legs: Vec<StoredLeg>,
    /// The reserve it made.
    pub hold: Option<StoredHold>,
    /// Number of the code and detail, when it was refused.
    pub refusal: Option<StoredRefusal>,
}

/// A leg, with the public ids of its accounts.
#[derive(Debug, Clone, Copy)]
pub struct StoredLeg {
    pub leg: i16,
    pub seq: i64,
    pub batch: i64,
    pub kind: i16,
    pub purpose: i16,
    pub debit: Uuid,
    pub credit: Uuid,
    pub amount: i64,
    pub released: i64,
    pub hold: Option<Uuid>,
    pub reference: Option<Uuid>,
    pub expires_at: Option<Timestamp>,
    pub at: Timestamp,
}

/// A reserve as it is now.
#[derive(Debug, Clone, Copy)]
pub struct StoredHold {
    pub amount: i64,
    pub captured: i64,
    pub state: i16,
    pub resolved_by: Option<Uuid>,
    pub expires_at: Timestamp,
}

/// A refusal.
#[derive(Debug, Clone, Copy)]
pub struct StoredRefusal {
    pub code: i16,
    pub detail: i16,
    pub batch: i64,
    pub at: Timestamp,
}

/// Finds a posting; none when the ledger never answered it.
///
/// # Errors
/// When the database is away.
pub async fn find_posting(db: &mut PgConnection, id: Uuid) -> Result<Option<StoredPosting>, Error> {
    let legs = sqlx::query_as!(
        StoredLeg,
        r#"
        select t.leg, t.seq, t.batch, t.kind, t.purpose, d.ext as debit, c.ext as credit, t.amount, t.released, t.hold,
               t.ref as reference, t.expires_at, t.at
        from payments.ledger_transfer t
        join payments.ledger_account d on d.id = t.dr
        join payments.ledger_account c on c.id = t.cr
        where t.posting = $1
        order by t.leg"#,
        id
    );
    let legs = legs.fetch_all(&mut *db).await.map_err(fault("reading a posting"))?;
    if legs.is_empty() {
        let refusal = sqlx::query_as!(
            StoredRefusal,
            "select code, detail, batch, at from payments.ledger_rejection where posting = $1",
            id
        );
        let refusal = refusal.fetch_optional(db).await.map_err(fault("reading a refusal"))?;
        return Ok(refusal.map(|refusal| StoredPosting {
            legs,
            hold: None,
            refusal: Some(refusal),
        }));
    }
    let hold = sqlx::query_as!(
        StoredHold,
        "select amount, captured, state, resolved_by, expires_at from payments.ledger_hold where posting = $1",
        id
    );
    let hold = hold.fetch_optional(db).await.map_err(fault("reading a hold"))?;
    Ok(Some(StoredPosting { legs, hold, refusal: None }))
}
