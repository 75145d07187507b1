//! An officer uploads a result before the decision names it.

use chrono::TimeDelta;
use city_auth::{ObjectScope, Staff, permission};
use city_clock::Timestamp;
use city_contracts::catalogue::dossier::UploadTicket;
use city_contracts::key::IdempotencyKey;
use city_ids::{DossierFileId, DossierId};
use sqlx::PgConnection;

use super::attach_component::prove;
use super::request_upload::{Announced, issue, sign};
use super::submit_dossier::locked;
use super::vault;
use crate::app::App;
use crate::domain::dossier::{Refusal, Status, WrongStatus};
use crate::error::{Error, fault};
use crate::snapshot::Snapshot;
use crate::store;
use city_events::idempotency::{Claim, claim};

/// Gives a ticket for a result. Idempotent by `key`, as for residents.
///
/// # Errors
/// `INPUT`, [`Error::NotFound`], [`Error::Scope`], `DOSSIER_STATE`, `KEY_REUSED`.
#[tracing::instrument(name = "catalogue.request_result_upload", skip_all)]
pub async fn request_result_upload(
    app: &App,
    who: &Staff,
    id: DossierId,
    key: &IdempotencyKey,
    announced: (&str, i64, &str, Option<&str>),
) -> Result<UploadTicket, Error> {
    let (now, snapshot) = (app.clock.now(), app.snapshots.get()?);
    let (content_type, byte_length, sha256, file_name) = announced;
    let parsed = Announced::parse(content_type, byte_length, sha256, file_name);
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let request = (id, announced);
    let claimed = claim(&mut tx, who.account, key, "request-result-upload", &request, now).await?;
    let recorder = match claimed {
        Claim::Replay(file) => {
            let found: Option<_> = store::dossier::file::find(&mut tx, id, file).await?;
            drop(tx);
            let waits = found.filter(|file| !file.attached).ok_or(Error::NotFound)?;
            return sign(app, &waits, now).await;
        }
        Claim::New(recorder) => recorder,
    };
    let parsed = parsed?;
    in_charge(&mut tx, &snapshot, who, id, now).await?;
    let key = vault::key_of(app, &mut tx, id).await?;
    let ticket = issue(app, &mut tx, id, None, &parsed, key.as_ref(), who.account, now).await?;
    recorder.record(&mut tx, &ticket.id).await?;
    tx.commit().await.map_err(fault("committing"))?;
    sign(app, &ticket, now).await
}

/// Proves an uploaded result and keeps it, so that the decision can name it. Done twice, it is done once.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Scope`], `DOSSIER_STATE`, `UPLOAD_UNKNOWN`, `UPLOAD_MISSING`, `FILE_TYPE`; unavailable while the
/// store is away.
#[tracing::instrument(name = "catalogue.keep_result", skip_all)]
pub async fn keep_result(
    app: &App,
    who: &Staff,
    id: DossierId,
    file: DossierFileId,
) -> Result<(), Error> {
    let (now, snapshot) = (app.clock.now(), app.snapshots.get()?);
    let found = {
        let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
        in_charge(&mut tx, &snapshot, who, id, now).await?;
        store::dossier::file::find(&mut tx, id, file).await?
    }; // nothing is held while the store is asked
    let found = found.filter(|file| file.component.is_none());
    if found.as_ref().is_some_and(|file| file.attached) {
        return Ok(());
    }
    let proven = prove(app, found, now).await?;
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    in_charge(&mut tx, &snapshot, who, id, now).await?;
    // False: another request kept it meanwhile, with the same bytes.
    store::dossier::file::attach(&mut tx, proven.id, now, now + TimeDelta::minutes(6)).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(())
}

/// Refuses whoever does not work on the dossier, and a dossier that nobody works on.
async fn in_charge(
    db: &mut PgConnection,
    snapshot: &Snapshot,
    who: &Staff,
    id: DossierId,
    now: Timestamp,
) -> Result<(), Error> {
    let dossier = locked(db, id).await?;
    let chain = snapshot.registry.agency_chain(&dossier.competent);
    let object = ObjectScope { ward: dossier.ward.as_deref(), agencies: &chain };
    if !who.principal.may(permission::DOSSIER_PROCESS, object, now) {
        return Err(Error::Scope(permission::DOSSIER_PROCESS));
    }
    match dossier.status {
        Status::Accepted | Status::Processing => Ok(()),
        status => Err(Refusal::from(WrongStatus { status, attempted: "upload-result" }).into()),
    }
}
