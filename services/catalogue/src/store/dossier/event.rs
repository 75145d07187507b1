//! The history: appended, each row hashed over the one before.

use city_clock::Timestamp;
use city_ids::{AccountId, DossierId};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::dossier::{Broken, CanonicalRow, GENESIS, Happening, Link, verify};
use crate::error::{Error, fault};

/// A row of the history, as it is stored.
#[derive(Debug, Clone)]
pub struct EventRow {
    pub seq: i32,
    pub at: Timestamp,
    pub actor: Option<Uuid>,
    pub acting_for: Option<Uuid>,
    pub kind: String,
    pub from_status: Option<i16>,
    pub to_status: Option<i16>,
    pub public_note: Option<String>,
    pub internal_note: Option<String>,
    pub data: Value,
    pub prev_hash: Vec<u8>,
    pub hash: Vec<u8>,
}

/// Appends what happened. The dossier's row is locked, so nobody appends meanwhile.
pub async fn append(
    db: &mut PgConnection,
    dossier: DossierId,
    happenings: &[Happening],
) -> Result<(), Error> {
    let mut prev = last_hash(db, dossier).await?;
    for happening in happenings {
        let row = CanonicalRow {
            dossier: dossier.as_uuid(),
            seq: happening.seq,
            at: happening.at,
            actor: happening.by.account().map(AccountId::as_uuid),
            acting_for: happening.by.acting_for().map(AccountId::as_uuid),
            kind: happening.kind.as_str(),
            from: happening.from.map(crate::domain::dossier::Status::code),
            to: happening.to.map(crate::domain::dossier::Status::code),
            public_note: happening.public_note.as_deref(),
            internal_note: happening.internal_note.as_deref(),
            data: &happening.data,
        };
        let hash = row.hash(&prev);
        sqlx::query!(
            "insert into catalogue.dossier_event
                 (dossier, seq, at, actor, acting_for, kind, from_status, to_status, public_note, internal_note,
                  data, prev_hash, hash)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            row.dossier,
            row.seq,
            row.at,
            row.actor,
            row.acting_for,
            row.kind,
            row.from,
            row.to,
            row.public_note,
            row.internal_note,
            row.data,
            &prev[..],
            &hash[..]
        )
        .execute(&mut *db)
        .await
        .map_err(fault("writing the history of a dossier"))?;
        prev = hash;
    }
    Ok(())
}

async fn last_hash(db: &mut PgConnection, dossier: DossierId) -> Result<[u8; 32], Error> {
    let last = sqlx::query_scalar!(
        "select hash from catalogue.dossier_event where dossier = $1 order by seq desc limit 1",
        dossier.as_uuid()
    );
    let last = last.fetch_optional(db).await.map_err(fault("reading the end of a history"))?;
    Ok(last.and_then(|hash| hash.try_into().ok()).unwrap_or(GENESIS))
}

/// A dossier's history, oldest first, from just after `after`.
pub async fn list(
    db: &mut PgConnection,
    dossier: DossierId,
    after: i32,
    limit: i64,
) -> Result<Vec<EventRow>, Error> {
    sqlx::query_as!(
        EventRow,
        "select seq, at, actor, acting_for, kind, from_status, to_status, public_note, internal_note, data,
                prev_hash, hash
         from catalogue.dossier_event where dossier = $1 and seq > $2 order by seq limit $3",
        dossier.as_uuid(),
        after,
        limit
    )
    .fetch_all(db)
    .await
    .map_err(fault("reading the history of a dossier"))
}

/// Checks a history that begins with its first row.
///
/// # Errors
/// [`Broken`] naming the first row that does not fit.
pub fn check(dossier: DossierId, rows: &[EventRow]) -> Result<(), Broken> {
    verify(rows.iter().map(|row| Link {
        row: CanonicalRow {
            dossier: dossier.as_uuid(),
            seq: row.seq,
            at: row.at,
            actor: row.actor,
            acting_for: row.acting_for,
            kind: &row.kind,
            from: row.from_status,
            to: row.to_status,
            public_note: row.public_note.as_deref(),
            internal_note: row.internal_note.as_deref(),
            data: &row.data,
        },
        prev_hash: &row.prev_hash,
        hash: &row.hash,
    }))
}
