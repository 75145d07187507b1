//! Files of dossiers: tickets, what is attached, leftovers.

use city_clock::Timestamp;
use city_ids::{AccountId, DossierFileId, DossierId};
use sqlx::PgConnection;

use crate::error::{Error, fault};

/// A file as it is kept.
#[derive(Debug, Clone)]
pub struct StoredFile {
    pub id: DossierFileId,
    pub component: Option<String>,
    pub content_type: String,
    pub byte_length: i64,
    pub sha256: Vec<u8>,
    pub sealed_name: Option<Vec<u8>>,
    pub quarantine_key: String,
    pub object_key: String,
    pub attached: bool,
    pub issued_at: Timestamp,
}

/// A ticket to be written.
#[derive(Debug)]
pub struct NewFile<'a> {
    pub id: DossierFileId,
    pub dossier: DossierId,
    /// None: a result.
    pub component: Option<&'a str>,
    pub content_type: &'a str,
    pub byte_length: i64,
    pub sha256: &'a [u8],
    pub sealed_name: Option<&'a [u8]>,
    pub quarantine_key: &'a str,
    pub object_key: &'a str,
    pub uploaded_by: AccountId,
    pub at: Timestamp,
    /// When its bytes go if it is not attached.
    pub sweep_at: Timestamp,
}

/// Writes a ticket.
pub async fn insert(db: &mut PgConnection, new: &NewFile<'_>) -> Result<(), Error> {
    let purpose = if new.component.is_some() { "COMPONENT" } else { "RESULT" };
    sqlx::query!(
        "insert into catalogue.dossier_file (id, dossier, purpose, component, content_type, byte_length, sha256, sealed_name,
             quarantine_key, object_key, state, uploaded_by, issued_at, sweep_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'ISSUED', $11, $12, $13)",
        new.id.as_uuid(),
        new.dossier.as_uuid(),
        purpose,
        new.component,
        new.content_type,
        new.byte_length,
        new.sha256,
        new.sealed_name,
        new.quarantine_key,
        new.object_key,
        new.uploaded_by.as_uuid(),
        new.at,
        new.sweep_at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("writing a ticket"))
}

/// A file of a dossier that is not dropped.
pub async fn find(
    db: &mut PgConnection,
    dossier: DossierId,
    id: DossierFileId,
) -> Result<Option<StoredFile>, Error> {
    sqlx::query_as!(
        StoredFile,
        r#"select id as "id: DossierFileId", component, content_type, byte_length, sha256,
                  sealed_name, quarantine_key, object_key, state = 'ATTACHED' as "attached!", issued_at
           from catalogue.dossier_file
           where dossier = $1 and id = $2 and state <> 'DROPPED'"#,
        dossier.as_uuid(),
        id.as_uuid()
    )
    .fetch_optional(db)
    .await
    .map_err(fault("finding a file"))
}

/// The attached files of a dossier.
pub async fn list_attached(
    db: &mut PgConnection,
    dossier: DossierId,
) -> Result<Vec<StoredFile>, Error> {
    sqlx::query_as!(
        StoredFile,
        r#"select id as "id: DossierFileId", component, content_type, byte_length, sha256,
                  sealed_name, quarantine_key, object_key, true as "attached!", issued_at
           from catalogue.dossier_file
           where dossier = $1 and state = 'ATTACHED'
           order by id"#,
        dossier.as_uuid()
    )
    .fetch_all(db)
    .await
    .map_err(fault("listing files"))
}

/// Bytes that belong to a dossier or may still come, and how many tickets wait. The dossier's row is locked before.
pub async fn usage(
    db: &mut PgConnection,
    dossier: DossierId,
    since: Timestamp,
) -> Result<(i64, i64), Error> {
    let row = sqlx::query!(
        r#"select coalesce(sum(byte_length), 0)::bigint as "bytes!",
                  count(*) filter (where state = 'ISSUED') as "waiting!"
           from catalogue.dossier_file
           where dossier = $1 and purpose = 'COMPONENT'
             and (state = 'ATTACHED' or (state = 'ISSUED' and issued_at > $2))"#,
        dossier.as_uuid(),
        since
    )
    .fetch_one(db)
    .await
    .map_err(fault("counting files"))?;
    Ok((row.bytes, row.waiting))
}

/// A ticket becomes an attached file; false if it no longer waits. Its copy in quarantine goes at `sweep_at`.
pub async fn attach(
    db: &mut PgConnection,
    id: DossierFileId,
    at: Timestamp,
    sweep_at: Timestamp,
) -> Result<bool, Error> {
    let done = sqlx::query!(
        "update catalogue.dossier_file set state = 'ATTACHED', attached_at = $2, sweep_at = $3
         where id = $1 and state = 'ISSUED'",
        id.as_uuid(),
        at,
        sweep_at
    )
    .execute(db)
    .await
    .map_err(fault("attaching a file"))?;
    Ok(done.rows_affected() == 1)
}

/// A file is no longer part of anything.
pub async fn drop_one(
    db: &mut PgConnection,
    id: DossierFileId,
    sweep_at: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "update catalogue.dossier_file set state = 'DROPPED', sweep_at = $2 where id = $1",
        id.as_uuid(),
        sweep_at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("dropping a file"))
}

/// All files of a dossier that goes.
pub async fn drop_all(
    db: &mut PgConnection,
    dossier: DossierId,
    sweep_at: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "update catalogue.dossier_file set state = 'DROPPED', sealed_name = null, sweep_at = $2 where dossier = $1",
        dossier.as_uuid(),
        sweep_at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("dropping the files of a dossier"))
}

/// Bytes that nobody needs any more.
#[derive(Debug)]
pub struct Leftover {
    pub id: DossierFileId,
    pub quarantine_key: String,
    /// None: only the copy in quarantine goes, the file stays.
    pub object_key: Option<String>,
}

/// Claims one leftover until `again`, so that another worker does not take it at the same time.
pub async fn claim_leftover(
    db: &mut PgConnection,
    now: Timestamp,
    again: Timestamp,
) -> Result<Option<Leftover>, Error> {
    sqlx::query_as!(
        Leftover,
        r#"update catalogue.dossier_file set sweep_at = $2
           where id = (select id from catalogue.dossier_file where sweep_at <= $1
                       order by sweep_at limit 1 for update skip locked)
           returning id as "id: DossierFileId", quarantine_key,
                     case when state = 'ATTACHED' then null else object_key end as object_key"#,
        now,
        again
    )
    .fetch_optional(db)
    .await
    .map_err(fault("claiming a leftover"))
}

/// The bytes are gone: a dropped file's row goes too, an attached one stays.
pub async fn forget_leftover(db: &mut PgConnection, id: DossierFileId) -> Result<(), Error> {
    sqlx::query!(
        "with gone as (delete from catalogue.dossier_file where id = $1 and state <> 'ATTACHED')
         update catalogue.dossier_file set sweep_at = null where id = $1 and state = 'ATTACHED'",
        id.as_uuid()
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("forgetting a leftover"))
}
