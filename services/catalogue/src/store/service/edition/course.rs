//! The way of an edition from its draft to the one that follows it.

use city_clock::Timestamp;
use city_ids::{AccountId, ServiceEditionId};
use sqlx::PgConnection;

use crate::error::{Error, fault};

/// Handed in.
pub async fn submit(
    db: &mut PgConnection,
    id: ServiceEditionId,
    at: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "update catalogue.service_edition set state = 'IN_REVIEW', submitted_at = $2, review_note = null where id = $1",
        id.as_uuid(),
        at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("handing in an edition"))
}

/// Approved by a second person.
pub async fn approve(
    db: &mut PgConnection,
    id: ServiceEditionId,
    by: AccountId,
    note: &str,
    at: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "update catalogue.service_edition set state = 'APPROVED', approved_by = $2, review_note = $3, approved_at = $4
         where id = $1",
        id.as_uuid(),
        by.as_uuid(),
        note,
        at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("approving an edition"))
}

/// Back to its editors.
pub async fn send_back(
    db: &mut PgConnection,
    id: ServiceEditionId,
    note: &str,
) -> Result<(), Error> {
    sqlx::query!(
        "update catalogue.service_edition
         set state = 'DRAFT', review_note = $2, approved_by = null, approved_at = null, submitted_at = null
         where id = $1",
        id.as_uuid(),
        note
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("sending an edition back"))
}

/// Takes the place of the live edition, if there is one.
pub async fn go_live(
    db: &mut PgConnection,
    service: &str,
    id: ServiceEditionId,
    at: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "update catalogue.service_edition set state = 'SUPERSEDED', superseded_at = $2
         where service = $1 and state = 'LIVE'",
        service,
        at
    )
    .execute(&mut *db)
    .await
    .map_err(fault("superseding an edition"))?;
    sqlx::query!(
        "update catalogue.service_edition set state = 'LIVE', live_at = $2 where id = $1",
        id.as_uuid(),
        at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("publishing an edition"))
}

/// Somebody looked, and it still holds.
pub async fn assure(
    db: &mut PgConnection,
    id: ServiceEditionId,
    by: AccountId,
    at: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "update catalogue.service_edition set assured_at = $3, assured_by = $2 where id = $1",
        id.as_uuid(),
        by.as_uuid(),
        at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("noting a check"))
}

/// Services whose approved edition has come to its day.
pub async fn list_due(
    db: &mut PgConnection,
    at: Timestamp,
    limit: i64,
) -> Result<Vec<String>, Error> {
    sqlx::query_scalar!(
        "select service from catalogue.service_edition
         where state = 'APPROVED' and (effective_from is null or effective_from <= $1)
         order by effective_from
         limit $2",
        at,
        limit
    )
    .fetch_all(db)
    .await
    .map_err(fault("looking for editions that are due"))
}
