//! Results of dossiers.

use chrono::NaiveDate;
use city_ids::{DossierFileId, DossierId};
use sqlx::PgConnection;

use crate::error::{Error, fault};

/// Makes an uploaded file a result. False when there is no such file.
pub async fn insert(
    db: &mut PgConnection,
    dossier: DossierId,
    file: DossierFileId,
    signed_by: Option<&str>,
    valid_to: Option<NaiveDate>,
) -> Result<bool, Error> {
    let inserted = sqlx::query!(
        "insert into catalogue.result_document (dossier, file_id, signed_by, signature_check, valid_to)
         values ($1, $2, $3, 'NOT_CHECKED', $4)
         on conflict (dossier, file_id) do nothing",
        dossier.as_uuid(),
        file.as_uuid(),
        signed_by,
        valid_to
    );
    let inserted = inserted.execute(db).await.map_err(fault("writing a result"))?;
    Ok(inserted.rows_affected() == 1)
}
