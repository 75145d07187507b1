//! A resident fetches a file of their own. The first download of a result hands it over.

use std::time::Duration;

use city_auth::Filer;
use city_contracts::catalogue::dossier::{DossierStatus, DownloadDossierFile, DownloadTicket};
use city_ids::DossierFileId;

use super::submit_dossier::locked;
use super::{keep, own};
use crate::app::App;
use crate::error::{Error, broken, fault};
use crate::store;
use crate::store::dossier::file::StoredFile;
use city_events::idempotency::{Claim, claim};

/// How long the signed GET is answered.
const GET_LIFE: Duration = Duration::from_mins(2);

/// Leave to fetch a file of a component or a result. Idempotent by the request's key: repeated, it gives a fresh URL of the
/// same file.
///
/// # Errors
/// [`Error::NotFound`] for another's and for a result before the decision; `FEE_UNPAID` for a result whose bill is not paid;
/// `KEY_REUSED`.
#[tracing::instrument(name = "catalogue.download_dossier_file", skip_all)]
pub async fn download_file(
    app: &App,
    who: &Filer,
    request: &DownloadDossierFile,
) -> Result<DownloadTicket, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let key = &request.idempotency_key;
    let claimed = claim(&mut tx, who.account, key, "download-dossier-file", request, now).await?;
    let claimed: Claim<DossierFileId> = claimed;
    let head = store::dossier::draft::head_for_update(&mut tx, request.id, who.account).await?;
    let head = head.ok_or(Error::NotFound)?;
    let file = store::dossier::file::find(&mut tx, head.id, request.file_id).await?;
    let file = file.filter(|file| file.attached).ok_or(Error::NotFound)?;
    if let Claim::New(recorder) = claimed {
        if file.component.is_none() {
            let results = store::dossier::result::list(&mut tx, head.id).await?;
            if !results.iter().any(|result| result.file == file.id) {
                return Err(Error::NotFound);
            }
            match DossierStatus::from_number(head.status) {
                Some(DossierStatus::Returned) => {}
                Some(DossierStatus::Processed) => {
                    let before = locked(&mut tx, head.id).await?;
                    let step = before.clone().hand_over(own::actor(who), now)?;
                    keep(app, &mut tx, &before, &step, now).await?;
                }
                _ => return Err(Error::NotFound),
            }
        }
        recorder.record(&mut tx, &file.id).await?;
        tx.commit().await.map_err(fault("committing"))?;
    } else {
        drop(tx);
    }
    sign(app, &file).await
}

/// Signs the GET of a file; whoever may fetch it was judged before.
///
/// # Errors
/// A fault when it cannot be signed.
pub async fn sign(app: &App, file: &StoredFile) -> Result<DownloadTicket, Error> {
    let signed = app.blobs.presign_get_attachment(&file.object_key, GET_LIFE).await;
    let url = signed.map_err(|error| broken("signing a download", error))?;
    Ok(DownloadTicket { url, expires_at: app.clock.now() + GET_LIFE })
}
