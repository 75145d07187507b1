//! What a person's erasure needs: what is open, what goes, what stays unlinked.

use city_clock::Timestamp;
use city_ids::{AccountId, DossierId};
use sqlx::PgConnection;

use crate::error::{Error, fault};

/// Filed dossiers of an account that are not ended: id and code.
pub async fn open_of(
    db: &mut PgConnection,
    of: AccountId,
) -> Result<Vec<(DossierId, Option<String>)>, Error> {
    let rows = sqlx::query!(
        r#"select id as "id: DossierId", code from catalogue.dossier
           where account = $1 and status <> 0 and ended_at is null order by id"#,
        of.as_uuid()
    )
    .fetch_all(db)
    .await
    .map_err(fault("listing open dossiers"))?;
    Ok(rows.into_iter().map(|row| (row.id, row.code)).collect())
}

/// The drafts of an account, locked.
pub async fn drafts_for_update(
    db: &mut PgConnection,
    of: AccountId,
) -> Result<Vec<DossierId>, Error> {
    sqlx::query_scalar!(
        r#"select id as "id: DossierId" from catalogue.dossier where account = $1 and status = 0 for update"#,
        of.as_uuid()
    )
    .fetch_all(db)
    .await
    .map_err(fault("listing drafts"))
}

/// Filed dossiers no longer say whose they were; how many.
pub async fn unlink(db: &mut PgConnection, of: AccountId, at: Timestamp) -> Result<u64, Error> {
    let done = sqlx::query!(
        "update catalogue.dossier set account = null, track_mac = null, version = version + 1, updated_at = $2
         where account = $1 and status <> 0",
        of.as_uuid(),
        at
    )
    .execute(db)
    .await
    .map_err(fault("unlinking dossiers"))?;
    Ok(done.rows_affected())
}

/// All dossiers of an account after one, oldest first, for its export.
pub async fn page(
    db: &mut PgConnection,
    of: AccountId,
    after: Option<DossierId>,
    limit: i64,
) -> Result<Vec<DossierId>, Error> {
    sqlx::query_scalar!(
        r#"select id as "id: DossierId" from catalogue.dossier
           where account = $1 and ($2::uuid is null or id > $2) order by id limit $3"#,
        of.as_uuid(),
        after.map(DossierId::as_uuid),
        limit
    )
    .fetch_all(db)
    .await
    .map_err(fault("listing dossiers to export"))
}
