//! What accounts asks when a person wants their data, or wants to be forgotten.

use bytes::Bytes;
use chrono::TimeDelta;
use city_contracts::catalogue::dossier::{
    Blocker, DossierView, ErasureReceipt, PrivacyExport, PrivacyPrecheck, Retained,
};
use city_ids::AccountId;
use serde_json::json;
use uuid::Uuid;

use super::refused::Refused;
use super::view;
use crate::app::App;
use crate::error::{Error, fault};
use crate::store;
use crate::store::dossier::privacy;

/// Dossiers of one page of an export.
const EXPORT_PAGE: i64 = 50;

/// What keeps an account from being erased: dossiers under way.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn precheck(app: &App, of: AccountId) -> Result<PrivacyPrecheck, Error> {
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let open = privacy::open_of(&mut db, of).await?;
    let blockers = open.into_iter().map(|(id, code)| Blocker {
        code: "DOSSIER_OPEN".to_owned(),
        subject: id.to_string(),
        label: code,
    });
    Ok(PrivacyPrecheck { blockers: blockers.collect() })
}

/// Writes everything that a person wrote here, and what was decided, into one file of the store.
///
/// # Errors
/// Unavailable while the database or the store is away.
#[tracing::instrument(name = "catalogue.export_account", skip_all, fields(request.id = %request))]
pub async fn export(app: &App, request: Uuid, of: AccountId) -> Result<PrivacyExport, Error> {
    let now = app.clock.now();
    let mut dossiers: Vec<DossierView> = Vec::new();
    let services = {
        let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
        loop {
            let after = dossiers.last().map(|last| last.id);
            let ids = privacy::page(&mut db, of, after, EXPORT_PAGE).await?;
            let views = view::several(app, &mut db, of, &ids, now).await?;
            if views.is_empty() {
                break;
            }
            dossiers.extend(views);
        }
        crate::app::service::export_account(&mut db, of).await?
    }; // the connection goes back before the store is asked
    let file = json!({ "services": services, "dossiers": dossiers });
    let key = format!("exports/{request}/catalogue.json");
    app.blobs
        .put_attachment(&key, Bytes::from(file.to_string()), "application/json")
        .await
        .map_err(|source| Refused::StoreAway { doing: "writing an export", source })?;
    Ok(PrivacyExport { key, dossiers: u64::try_from(dossiers.len()).unwrap_or_default() })
}

/// Forgets a person: drafts go with their files and keys, favourites and history go, filed dossiers stay, unlinked.
/// Idempotent: again it finds nothing left.
///
/// # Errors
/// Unavailable when the database is away.
#[tracing::instrument(name = "catalogue.erase_account", skip_all, fields(request.id = %request))]
pub async fn erase(app: &App, request: Uuid, of: AccountId) -> Result<ErasureReceipt, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let drafts = privacy::drafts_for_update(&mut tx, of).await?;
    for draft in &drafts {
        store::dossier::file::drop_all(&mut tx, *draft, now + TimeDelta::minutes(6)).await?;
        store::dossier::draft::delete(&mut tx, *draft).await?;
    }
    let unlinked = privacy::unlink(&mut tx, of, now).await?;
    let kept = crate::app::service::erase_account(&mut tx, of).await?;
    tx.commit().await.map_err(fault("committing"))?;
    let deleted = u64::try_from(drafts.len()).unwrap_or_default() + kept;
    let retained = (unlinked > 0).then(|| Retained {
        what: "filed dossiers, unlinked".to_owned(),
        basis: "retention term of dossiers (CATALOGUE_RETENTION_DAYS)".to_owned(),
        until: None,
    });
    Ok(ErasureReceipt {
        deleted,
        pseudonymised: unlinked,
        retained: retained.into_iter().collect(),
    })
}
