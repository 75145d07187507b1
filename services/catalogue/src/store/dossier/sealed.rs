//! What is sealed of a dossier: answers and contact, and the wrapped key that opens them.

use city_clock::Timestamp;
use city_ids::DossierId;
use sqlx::PgConnection;

use crate::error::{Error, fault};

/// The sealed columns of a dossier.
#[derive(Debug)]
pub struct SealedRow {
    /// Answers and contact under the dossier's key.
    pub sealed: Option<Vec<u8>>,
    /// The dossier's key under the service's.
    pub wrapped_key: Option<Vec<u8>>,
}

/// The sealed columns; none when there is no such dossier.
pub async fn read(db: &mut PgConnection, of: DossierId) -> Result<Option<SealedRow>, Error> {
    sqlx::query_as!(
        SealedRow,
        "select sealed, wrapped_key from catalogue.dossier where id = $1",
        of.as_uuid()
    )
    .fetch_optional(db)
    .await
    .map_err(fault("reading what is sealed"))
}

/// The first key and contents of a dossier.
pub async fn write(
    db: &mut PgConnection,
    of: DossierId,
    sealed: &[u8],
    wrapped_key: &[u8],
    key_id: &str,
) -> Result<(), Error> {
    sqlx::query!(
        "update catalogue.dossier set sealed = $2, wrapped_key = $3, key_id = $4 where id = $1",
        of.as_uuid(),
        sealed,
        wrapped_key,
        key_id
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("sealing a dossier"))
}

/// Other contents under the same key.
pub async fn replace(db: &mut PgConnection, of: DossierId, sealed: &[u8]) -> Result<(), Error> {
    sqlx::query!(
        "update catalogue.dossier set sealed = $2 where id = $1 and wrapped_key is not null",
        of.as_uuid(),
        sealed
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("sealing a dossier"))
}

/// Drops the key: what it sealed can never be read again.
pub async fn drop_key(db: &mut PgConnection, of: DossierId) -> Result<(), Error> {
    sqlx::query!(
        "update catalogue.dossier set sealed = null, wrapped_key = null, key_id = null, track_mac = null where id = $1",
        of.as_uuid()
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("dropping a key"))
}

/// One dossier that nobody is linked to, ended before an instant, whose key is still there; locked.
pub async fn take_over_term(
    db: &mut PgConnection,
    ended_before: Timestamp,
) -> Result<Option<DossierId>, Error> {
    sqlx::query_scalar!(
        r#"select id as "id: DossierId" from catalogue.dossier
           where account is null and ended_at <= $1 and wrapped_key is not null
           order by ended_at limit 1 for update skip locked"#,
        ended_before
    )
    .fetch_optional(db)
    .await
    .map_err(fault("finding a dossier over its term"))
}
