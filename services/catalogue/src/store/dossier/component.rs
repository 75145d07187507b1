//! The components of a dossier, as its applicant brings them.

use city_clock::Timestamp;
use city_ids::{DossierFileId, DossierId};
use sqlx::PgConnection;

use crate::error::{Error, fault};

/// A component as it is kept.
#[derive(Debug, Clone)]
pub struct StoredComponent {
    pub code: String,
    pub file: Option<DossierFileId>,
    pub register_ref: Option<String>,
    pub copy_type: i16,
    pub originals: i16,
    pub copies: i16,
    pub state: String,
    pub changed_at: Timestamp,
}

/// The components that are there.
pub async fn list(db: &mut PgConnection, of: DossierId) -> Result<Vec<StoredComponent>, Error> {
    sqlx::query_as!(
        StoredComponent,
        r#"select code, file_id as "file: DossierFileId", register_ref, copy_type, originals, copies, state, changed_at
           from catalogue.dossier_component where dossier = $1 order by code"#,
        of.as_uuid()
    )
    .fetch_all(db)
    .await
    .map_err(fault("listing components"))
}

/// The file that a component has, if any.
pub async fn file_of(
    db: &mut PgConnection,
    of: DossierId,
    code: &str,
) -> Result<Option<DossierFileId>, Error> {
    let found = sqlx::query_scalar!(
        r#"select file_id as "file: DossierFileId" from catalogue.dossier_component where dossier = $1 and code = $2"#,
        of.as_uuid(),
        code
    )
    .fetch_optional(db)
    .await
    .map_err(fault("finding a component"))?;
    Ok(found.flatten())
}

/// A component as it is brought now, over what was there; nobody has looked at it yet.
pub async fn put(
    db: &mut PgConnection,
    of: DossierId,
    code: &str,
    file: DossierFileId,
    (copy_type, originals, copies): (i16, i16, i16),
    at: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into catalogue.dossier_component (dossier, code, file_id, copy_type, originals, copies, state, changed_at)
         values ($1, $2, $3, $4, $5, $6, 'PENDING', $7)
         on conflict (dossier, code) do update
         set file_id = $3, register_ref = null, copy_type = $4, originals = $5, copies = $6, state = 'PENDING', changed_at = $7",
        of.as_uuid(),
        code,
        file.as_uuid(),
        copy_type,
        originals,
        copies,
        at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("putting a component"))
}

/// Takes a component away; false when there is none.
pub async fn remove(db: &mut PgConnection, of: DossierId, code: &str) -> Result<bool, Error> {
    let done = sqlx::query!(
        "delete from catalogue.dossier_component where dossier = $1 and code = $2",
        of.as_uuid(),
        code
    )
    .execute(db)
    .await
    .map_err(fault("removing a component"))?;
    Ok(done.rows_affected() == 1)
}
