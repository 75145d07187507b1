//! Transfers to other agencies.

use city_ids::DossierId;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::dossier::{Transfer, TransferState};
use crate::error::{Error, broken, fault};

/// The transfers under way of several dossiers.
pub async fn list_open(
    db: &mut PgConnection,
    dossiers: &[Uuid],
) -> Result<Vec<(Uuid, Transfer)>, Error> {
    let rows = sqlx::query!(
        "select id, dossier, from_agency, to_agency, state, sent_at, receipt_at, manifest_sha256
         from catalogue.dossier_transfer where dossier = any($1) and state = 'SENT'",
        dossiers
    );
    let rows = rows.fetch_all(db).await.map_err(fault("reading transfers"))?;
    rows.into_iter()
        .map(|row| {
            let unreadable = || broken("reading a transfer", row.id.to_string());
            let transfer = Transfer {
                id: row.id,
                from: row.from_agency,
                to: row.to_agency,
                state: TransferState::parse(&row.state).ok_or_else(unreadable)?,
                sent_at: row.sent_at,
                receipt_at: row.receipt_at,
                manifest_sha256: row.manifest_sha256.try_into().map_err(|_| unreadable())?,
            };
            Ok((row.dossier, transfer))
        })
        .collect()
}

/// Writes a transfer as it now is.
pub async fn write(
    db: &mut PgConnection,
    dossier: DossierId,
    transfer: &Transfer,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into catalogue.dossier_transfer
             (id, dossier, from_agency, to_agency, state, sent_at, receipt_at, manifest_sha256)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (id) do update set state = excluded.state, receipt_at = excluded.receipt_at",
        transfer.id,
        dossier.as_uuid(),
        transfer.from,
        transfer.to,
        transfer.state.as_str(),
        transfer.sent_at,
        transfer.receipt_at,
        &transfer.manifest_sha256[..]
    )
    .execute(db)
    .await
    .map_err(fault("writing a transfer"))?;
    Ok(())
}
