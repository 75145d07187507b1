//! What moves of a dossier look at besides the dossier: its frozen quote, its procedure's term, its components.

use city_clock::Timestamp;
use city_contracts::catalogue::procedure::{FeeQuote, Sla};
use city_ids::DossierId;
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::error::{Error, fault};

/// The quote as it was frozen at submission.
pub async fn find(db: &mut PgConnection, dossier: DossierId) -> Result<Option<FeeQuote>, Error> {
    let quote = sqlx::query_scalar!(
        r#"select quote as "quote: Json<FeeQuote>" from catalogue.dossier where id = $1"#,
        dossier.as_uuid()
    );
    let quote = quote.fetch_one(db).await.map_err(fault("reading the quote of a dossier"))?;
    Ok(quote.map(|Json(quote)| quote))
}

/// How long the edition that it was filed under allows.
pub async fn sla(db: &mut PgConnection, dossier: DossierId) -> Result<Sla, Error> {
    let sla = sqlx::query_scalar!(
        r#"select e.body -> 'sla' as "sla!: Json<Sla>"
           from catalogue.dossier d join catalogue.procedure_edition e on e.id = d.procedure_edition
           where d.id = $1"#,
        dossier.as_uuid()
    );
    let Json(sla) = sla.fetch_one(db).await.map_err(fault("reading the term of a procedure"))?;
    Ok(sla)
}

/// When each component last changed.
pub async fn component_changes(
    db: &mut PgConnection,
    dossier: DossierId,
) -> Result<Vec<(String, Timestamp)>, Error> {
    let rows = sqlx::query!(
        "select code, changed_at from catalogue.dossier_component where dossier = $1",
        dossier.as_uuid()
    );
    let rows = rows.fetch_all(db).await.map_err(fault("reading when components changed"))?;
    Ok(rows.into_iter().map(|row| (row.code, row.changed_at)).collect())
}

/// The hash over what is handed on: each component with its file or reference and its counts, in order.
pub async fn manifest(db: &mut PgConnection, dossier: DossierId) -> Result<[u8; 32], Error> {
    let rows = sqlx::query!(
        "select code, file_id, register_ref, copy_type, originals, copies
         from catalogue.dossier_component where dossier = $1 order by code",
        dossier.as_uuid()
    );
    let rows = rows.fetch_all(db).await.map_err(fault("reading what is handed on"))?;
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    for row in rows {
        let line = serde_json::json!([
            row.code,
            row.file_id.map(|id| id.to_string()),
            row.register_ref,
            row.copy_type,
            row.originals,
            row.copies
        ]);
        context.update(line.to_string().as_bytes());
        context.update(b"\n");
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    Ok(hash)
}
