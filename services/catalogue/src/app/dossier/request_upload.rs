//! A resident asks for leave to upload a file for a component; an officer for a result.

use std::time::Duration;

use chrono::TimeDelta;
use city_auth::Filer;
use city_clock::Timestamp;
use city_contracts::catalogue::dossier::{
    DossierStatus, RequestComponentUpload, UploadHeader, UploadTicket,
};
use city_contracts::problem::Finding;
use city_ids::{AccountId, DossierFileId, DossierId};
use sqlx::PgConnection;

use super::content::{ContentType, parse_sha256};
use super::own;
use super::pinned::Pinned;
use super::refused::Refused;
use super::vault::{self, DossierKey, Part};
use super::written;
use crate::app::App;
use crate::error::{Error, broken, fault};
use crate::store;
use crate::store::dossier::file::{NewFile, StoredFile};
use city_events::idempotency::{Claim, claim};

/// How long the signed PUT is taken.
const PUT_LIFE: Duration = Duration::from_mins(5);
/// How long an uploaded file can be attached.
pub const ATTACH_WITHIN: TimeDelta = TimeDelta::hours(1);
const MAX_BYTES: i64 = 10 * 1024 * 1024;
const MAX_DOSSIER_BYTES: i64 = 50 * 1024 * 1024;
/// Tickets of a dossier that wait for their bytes.
const MOST_WAITING: i64 = 40;

/// What is announced, checked.
#[derive(Debug)]
pub struct Announced {
    pub content_type: ContentType,
    pub byte_length: i64,
    pub sha256: [u8; 32],
    pub file_name: Option<String>,
}

impl Announced {
    /// Reads an announcement.
    ///
    /// # Errors
    /// `INPUT` with everything wrong with it.
    pub fn parse(
        content_type: &str,
        byte_length: i64,
        sha256: &str,
        file_name: Option<&str>,
    ) -> Result<Self, Error> {
        let mut findings = Vec::new();
        let kind = ContentType::parse(content_type);
        if kind.is_none() {
            let message = "expected application/pdf, image/jpeg or image/png";
            findings.push(Finding::new("/contentType", "UNKNOWN", message));
        }
        if !(1..=MAX_BYTES).contains(&byte_length) {
            let message = format!("a file has 1 to {MAX_BYTES} bytes");
            findings.push(Finding::new("/byteLength", "OUT_OF_RANGE", message));
        }
        let digest = parse_sha256(sha256);
        if digest.is_none() {
            findings.push(Finding::new(
                "/sha256",
                "SHAPE",
                "the SHA-256 of the bytes, 64 hex digits",
            ));
        }
        let file_name =
            file_name.and_then(|name| written::line(name, 1, 120, "/fileName", &mut findings));
        match (kind, digest) {
            (Some(content_type), Some(sha256)) if findings.is_empty() => {
                Ok(Self { content_type, byte_length, sha256, file_name })
            }
            _ => Err(Error::Input(findings)),
        }
    }
}

/// Gives a ticket for a file of a component. Idempotent by the request's key: it gives the same ticket, with a fresh URL
/// while the bytes may still come.
///
/// # Errors
/// `INPUT`, [`Error::NotFound`], `DOSSIER_STATE`, `UPLOAD_LIMIT`, `KEY_REUSED`; `UPLOAD_UNKNOWN` when the ticket of this key is
/// used up.
#[tracing::instrument(name = "catalogue.request_component_upload", skip_all)]
pub async fn request_component_upload(
    app: &App,
    who: &Filer,
    request: &RequestComponentUpload,
) -> Result<UploadTicket, Error> {
    let now = app.clock.now();
    let announced = Announced::parse(
        &request.content_type,
        request.byte_length,
        &request.sha256,
        request.file_name.as_deref(),
    );
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let key = &request.idempotency_key;
    let claimed =
        claim(&mut tx, who.account, key, "request-component-upload", request, now).await?;
    let recorder = match claimed {
        Claim::Replay(file) => {
            let found = store::dossier::file::find(&mut tx, request.id, file).await?;
            drop(tx);
            return again(app, found, now).await;
        }
        Claim::New(recorder) => recorder,
    };
    let announced = announced?;
    // Locked, so that two requests cannot both find room.
    let head = store::dossier::draft::head_for_update(&mut tx, request.id, who.account).await?;
    let head = head.ok_or(Error::NotFound)?;
    let open = [DossierStatus::Draft, DossierStatus::SupplementRequired];
    own::require(&head, &open, "upload")?;
    let pinned = Pinned::load(&mut tx, head.edition, head.form).await?;
    if pinned.component(&request.component_code).is_none() {
        let message = "a component of this procedure that is handed in as a file";
        return Err(Error::invalid("/componentCode", "UNKNOWN", message));
    }
    room(&mut tx, head.id, announced.byte_length, now).await?;
    let key = vault::key_of(app, &mut tx, head.id).await?.ok_or(Error::NotFound)?;
    let ticket = issue(
        app,
        &mut tx,
        head.id,
        Some(&request.component_code),
        &announced,
        Some(&key),
        super::own::actor(who).account().unwrap_or(who.account),
        now,
    )
    .await?;
    recorder.record(&mut tx, &ticket.id).await?;
    tx.commit().await.map_err(fault("committing"))?;
    sign(app, &ticket, now).await
}

/// Refuses what would be more than a dossier may hold.
async fn room(
    db: &mut PgConnection,
    dossier: DossierId,
    more: i64,
    now: Timestamp,
) -> Result<(), Error> {
    let (bytes, waiting) = store::dossier::file::usage(db, dossier, now - ATTACH_WITHIN).await?;
    if bytes + more > MAX_DOSSIER_BYTES {
        let message = format!("all files of a dossier have at most {MAX_DOSSIER_BYTES} bytes");
        return Err(Error::invalid("/byteLength", "TOO_LARGE", message));
    }
    if waiting >= MOST_WAITING {
        let retry_after_seconds = u64::try_from(ATTACH_WITHIN.num_seconds()).unwrap_or(3600);
        return Err(Refused::UploadLimit { retry_after_seconds }.into());
    }
    Ok(())
}

/// Writes a ticket for a file of a component, or of a result when no component is named.
///
/// # Errors
/// Unavailable when the database is away.
#[expect(clippy::too_many_arguments, reason = "a ticket has that many parts, and each is at hand")]
pub async fn issue(
    app: &App,
    db: &mut PgConnection,
    dossier: DossierId,
    component: Option<&str>,
    announced: &Announced,
    key: Option<&DossierKey>,
    by: AccountId,
    now: Timestamp,
) -> Result<StoredFile, Error> {
    let id: DossierFileId = app.ids.next(now);
    // Names of their own: the file's id is told to clients, and the store's keys are not.
    let quarantine_key = format!("quarantine/{}", app.ids.uuid(now));
    let object_key = format!("dossiers/{}", app.ids.uuid(now));
    let sealed_name = announced
        .file_name
        .as_ref()
        .zip(key)
        .map(|(name, key)| key.seal(Part::FileName, name.as_bytes()));
    let new = NewFile {
        id,
        dossier,
        component,
        content_type: announced.content_type.as_str(),
        byte_length: announced.byte_length,
        sha256: &announced.sha256,
        sealed_name: sealed_name.as_deref(),
        quarantine_key: &quarantine_key,
        object_key: &object_key,
        uploaded_by: by,
        at: now,
        sweep_at: now + ATTACH_WITHIN + TimeDelta::minutes(10),
    };
    store::dossier::file::insert(db, &new).await?;
    let stored = store::dossier::file::find(db, dossier, id).await?;
    stored.ok_or_else(|| broken("writing a ticket", "it is not there"))
}

/// The ticket of a key that was answered before.
async fn again(
    app: &App,
    found: Option<StoredFile>,
    now: Timestamp,
) -> Result<UploadTicket, Error> {
    let waits = |file: &StoredFile| !file.attached && now < file.issued_at + ATTACH_WITHIN;
    if let Some(ticket) = found.filter(waits) {
        return sign(app, &ticket, now).await;
    }
    let message = "the ticket of this key is used up; ask for another with a new key";
    let finding = Finding::new("/idempotencyKey", "UPLOAD_UNKNOWN", message);
    Err(Refused::UploadUnknown(vec![finding]).into())
}

/// Signs the PUT of a ticket.
///
/// # Errors
/// A fault when it cannot be signed.
pub async fn sign(app: &App, ticket: &StoredFile, now: Timestamp) -> Result<UploadTicket, Error> {
    let length = u64::try_from(ticket.byte_length).unwrap_or_default(); // the table has no negative ones
    let signed = app
        .blobs
        .presign_put(&ticket.quarantine_key, length, &ticket.content_type, PUT_LIFE)
        .await
        .map_err(|error| broken("signing an upload", error))?;
    let headers = signed.headers.into_iter().map(|(name, value)| UploadHeader { name, value });
    Ok(UploadTicket {
        file_id: ticket.id,
        url: signed.url,
        headers: headers.collect(),
        expires_at: now + PUT_LIFE,
    })
}
