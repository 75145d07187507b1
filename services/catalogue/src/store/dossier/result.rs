//! Results of dossiers.

use chrono::NaiveDate;
use city_ids::{DossierFileId, DossierId};
use sqlx::PgConnection;

use crate::error::{Error, fault};

/// Makes an uploaded result, whose bytes were proven, part of the decision. False when there is no such file.
pub async fn insert(
    db: &mut PgConnection,
    dossier: DossierId,
    file: DossierFileId,
    signed_by: Option<&str>,
    valid_to: Option<NaiveDate>,
) -> Result<bool, Error> {
    let inserted = sqlx::query!(
        "insert into catalogue.result_document (dossier, file_id, signed_by, signature_check, valid_to)
         select $1, f.id, $3, 'NOT_CHECKED', $4 from catalogue.dossier_file f
         where f.id = $2 and f.dossier = $1 and f.purpose = 'RESULT' and f.state = 'ATTACHED'
         on conflict (dossier, file_id) do nothing",
        dossier.as_uuid(),
        file.as_uuid(),
        signed_by,
        valid_to
    );
    let inserted = inserted.execute(db).await.map_err(fault("writing a result"))?;
    Ok(inserted.rows_affected() == 1)
}

/// A result as it is kept.
#[derive(Debug, Clone)]
pub struct ResultRow {
    pub file: DossierFileId,
    pub signed_by: Option<String>,
    pub signature_check: String,
    pub valid_to: Option<NaiveDate>,
}

/// The results of a dossier.
pub async fn list(db: &mut PgConnection, dossier: DossierId) -> Result<Vec<ResultRow>, Error> {
    sqlx::query_as!(
        ResultRow,
        r#"select file_id as "file: DossierFileId", signed_by, signature_check, valid_to
           from catalogue.result_document where dossier = $1 order by file_id"#,
        dossier.as_uuid()
    )
    .fetch_all(db)
    .await
    .map_err(fault("reading results"))
}
