//! The way of an edition from its draft to the one that follows it.

use city_clock::Timestamp;
use city_ids::{AccountId, ProcedureEditionId};
use sqlx::PgConnection;

use crate::error::{Error, fault};

/// Hands the draft in.
pub async fn submit(
    db: &mut PgConnection,
    id: ProcedureEditionId,
    at: Timestamp,
) -> Result<(), Error> {
    let moved = sqlx::query!(
        r#"
        update catalogue.procedure_edition
        set state = 'IN_REVIEW', submitted_at = $2, review_note = null
        where id = $1"#,
        id.as_uuid(),
        at
    );
    moved.execute(db).await.map_err(fault("handing an edition in")).map(drop)
}

/// A second person approves it.
pub async fn approve(
    db: &mut PgConnection,
    id: ProcedureEditionId,
    by: AccountId,
    note: Option<&str>,
    at: Timestamp,
) -> Result<(), Error> {
    let moved = sqlx::query!(
        r#"
        update catalogue.procedure_edition
        set state = 'APPROVED', approved_by = $2, approved_at = $3, review_note = $4
        where id = $1"#,
        id.as_uuid(),
        by.as_uuid(),
        at,
        note
    );
    moved.execute(db).await.map_err(fault("approving an edition")).map(drop)
}

/// Back to its editors.
pub async fn send_back(
    db: &mut PgConnection,
    id: ProcedureEditionId,
    note: &str,
) -> Result<(), Error> {
    let moved = sqlx::query!(
        r#"
        update catalogue.procedure_edition
        set state = 'DRAFT', submitted_at = null, approved_by = null, approved_at = null, review_note = $2
        where id = $1"#,
        id.as_uuid(),
        note
    );
    moved.execute(db).await.map_err(fault("sending an edition back")).map(drop)
}

/// The one before is superseded, this one is live.
pub async fn go_live(
    db: &mut PgConnection,
    code: &str,
    id: ProcedureEditionId,
    at: Timestamp,
) -> Result<(), Error> {
    let doing = "putting an edition live";
    let superseded = sqlx::query!(
        r#"
        update catalogue.procedure_edition
        set state = 'SUPERSEDED', superseded_at = $2
        where national_code = $1 and state = 'LIVE'"#,
        code,
        at
    );
    superseded.execute(&mut *db).await.map_err(fault(doing))?;
    let live = sqlx::query!(
        "update catalogue.procedure_edition set state = 'LIVE', live_at = $2 where id = $1",
        id.as_uuid(),
        at
    );
    live.execute(db).await.map_err(fault(doing)).map(drop)
}

/// Somebody looked, and it still holds.
pub async fn assure(
    db: &mut PgConnection,
    id: ProcedureEditionId,
    by: AccountId,
    at: Timestamp,
) -> Result<(), Error> {
    let assured = sqlx::query!(
        "update catalogue.procedure_edition set assured_at = $2, assured_by = $3 where id = $1",
        id.as_uuid(),
        at,
        by.as_uuid()
    );
    assured.execute(db).await.map_err(fault("keeping an assurance")).map(drop)
}

/// Codes of procedures whose approved edition is due.
pub async fn list_due(
    db: &mut PgConnection,
    at: Timestamp,
    limit: i64,
) -> Result<Vec<String>, Error> {
    let due = sqlx::query_scalar!(
        r#"
        select national_code
        from catalogue.procedure_edition
        where state = 'APPROVED' and (effective_from is null or effective_from <= $1)
        order by effective_from nulls first, id
        limit $2"#,
        at,
        limit
    );
    due.fetch_all(db).await.map_err(fault("looking for editions that are due"))
}

/// Says of a draft that it is about to be published without a check by a person, for demonstration.
pub async fn flag_as_demo(db: &mut PgConnection, id: ProcedureEditionId) -> Result<(), Error> {
    let flagged = sqlx::query!(
        "update catalogue.procedure_edition set demo = true where id = $1",
        id.as_uuid()
    );
    flagged.execute(db).await.map_err(fault("flagging an edition")).map(drop)
}
