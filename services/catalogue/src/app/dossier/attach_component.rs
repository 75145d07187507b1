//! An uploaded file becomes a component, once its bytes are proven; or a component is taken away again.

use chrono::TimeDelta;
use city_auth::Filer;
use city_clock::Timestamp;
use city_contracts::catalogue::dossier::{
    AttachComponent, CopyType, DetachComponent, DossierStatus, DossierView,
};
use city_contracts::problem::Finding;
use city_ids::DossierId;
use sqlx::PgConnection;

use super::content::{ContentType, has_digest};
use super::own::{self, Asked};
use super::pinned::Pinned;
use super::refused::Refused;
use super::request_upload::ATTACH_WITHIN;
use crate::app::App;
use crate::error::{Error, fault};
use crate::store;
use crate::store::dossier::draft::Head;
use crate::store::dossier::file::StoredFile;

/// No signed PUT is good any more by then.
const PUTS_ARE_OVER: TimeDelta = TimeDelta::minutes(6);
const MAX_BYTES: usize = 10 * 1024 * 1024;
const OPEN: [DossierStatus; 2] = [DossierStatus::Draft, DossierStatus::SupplementRequired];

/// Attaches an uploaded file to a component of a draft, or of a dossier that waits for more. The bytes are fetched, compared
/// with their announced SHA-256 and looked at, and kept where no signed PUT reaches them. Idempotent by the request's key.
///
/// # Errors
/// `INPUT`, [`Error::NotFound`], [`Error::Stale`], `DOSSIER_STATE`, `UPLOAD_UNKNOWN`, `UPLOAD_MISSING`, `FILE_TYPE` (the component
/// stays as it was), unavailable while the store is away, `KEY_REUSED`.
#[tracing::instrument(name = "catalogue.attach_component", skip_all)]
pub async fn attach_component(
    app: &App,
    who: &Filer,
    request: &AttachComponent,
) -> Result<DossierView, Error> {
    let now = app.clock.now();
    let proven = prove_for(app, who, request, now).await;

    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let key = &request.idempotency_key;
    let answer = match own::ask(app, &mut tx, who, key, "attach-component", request, now).await? {
        Asked::Again(first) => return Ok(first),
        Asked::New(answer) => answer,
    };
    let counts = counts(request)?;
    let head = own::head(&mut tx, who, request.id, request.version).await?;
    own::require(&head, &OPEN, "attach")?;
    known(&mut tx, &head, &request.component_code).await?;
    let file = proven?;
    if file.component.as_deref() != Some(request.component_code.as_str()) {
        return Err(unknown_upload());
    }
    if !store::dossier::file::attach(&mut tx, file.id, now, now + PUTS_ARE_OVER).await? {
        return Err(unknown_upload()); // another request took it meanwhile
    }
    replace(&mut tx, head.id, &request.component_code, now).await?;
    let code = &request.component_code;
    store::dossier::component::put(&mut tx, head.id, code, file.id, counts, now).await?;
    changed(&mut tx, &head, now).await?;
    let view = answer.keep_dossier(app, &mut tx, who, head.id, now).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(view)
}

/// Takes a component away again. Idempotent by the request's key.
///
/// # Errors
/// `INPUT`, [`Error::NotFound`], [`Error::Stale`], `DOSSIER_STATE`, `KEY_REUSED`.
#[tracing::instrument(name = "catalogue.detach_component", skip_all)]
pub async fn detach_component(
    app: &App,
    who: &Filer,
    request: &DetachComponent,
) -> Result<DossierView, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let key = &request.idempotency_key;
    let answer = match own::ask(app, &mut tx, who, key, "detach-component", request, now).await? {
        Asked::Again(first) => return Ok(first),
        Asked::New(answer) => answer,
    };
    let head = own::head(&mut tx, who, request.id, request.version).await?;
    own::require(&head, &OPEN, "detach")?;
    replace(&mut tx, head.id, &request.component_code, now).await?;
    if !store::dossier::component::remove(&mut tx, head.id, &request.component_code).await? {
        let message = "this component is not attached";
        return Err(Error::invalid("/componentCode", "UNKNOWN", message));
    }
    changed(&mut tx, &head, now).await?;
    let view = answer.keep_dossier(app, &mut tx, who, head.id, now).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(view)
}

/// The file that a component had goes: what an officer found wrong is replaced, and the history says when.
async fn replace(
    db: &mut PgConnection,
    dossier: DossierId,
    code: &str,
    now: Timestamp,
) -> Result<(), Error> {
    if let Some(file) = store::dossier::component::file_of(db, dossier, code).await? {
        store::dossier::file::drop_one(db, file, now + PUTS_ARE_OVER).await?;
    }
    Ok(())
}

async fn changed(db: &mut PgConnection, head: &Head, now: Timestamp) -> Result<(), Error> {
    if head.status == DossierStatus::Draft.number() {
        store::dossier::draft::touch(db, head.id, head.applicant_type, now).await
    } else {
        store::dossier::draft::bump(db, head.id, now).await
    }
}

async fn known(db: &mut PgConnection, head: &Head, code: &str) -> Result<(), Error> {
    let pinned = Pinned::load(db, head.edition, head.form).await?;
    if pinned.component(code).is_some() {
        return Ok(());
    }
    let message = "a component of this procedure that is handed in as a file";
    Err(Error::invalid("/componentCode", "UNKNOWN", message))
}

/// How it is handed in: the code of the copy, originals, copies. An electronic paper is one original.
fn counts(request: &AttachComponent) -> Result<(i16, i16, i16), Error> {
    let mut findings = Vec::new();
    let mut count = |given: Option<i16>, usual: i16, at: &str| match given {
        Some(given) if !(0..=99).contains(&given) => {
            findings.push(Finding::new(at, "OUT_OF_RANGE", "0 to 99"));
            usual
        }
        given => given.unwrap_or(usual),
    };
    let (code, usual) = match request.copy_type {
        CopyType::Original => (0, (1, 0)),
        CopyType::Copy => (1, (0, 1)),
        CopyType::Electronic => (2, (1, 0)),
    };
    let counts = (
        code,
        count(request.originals, usual.0, "/originals"),
        count(request.copies, usual.1, "/copies"),
    );
    if findings.is_empty() { Ok(counts) } else { Err(Error::Input(findings)) }
}

async fn prove_for(
    app: &App,
    who: &Filer,
    request: &AttachComponent,
    now: Timestamp,
) -> Result<StoredFile, Error> {
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let head = store::dossier::draft::head(&mut db, request.id, who.account).await?;
    let head = head.ok_or(Error::NotFound)?;
    let file = store::dossier::file::find(&mut db, head.id, request.file_id).await?;
    drop(db); // the connection goes back before the store is asked
    prove(app, file, now).await
}

/// Fetches what was uploaded, compares it with what was announced, and puts it where it stays. Nothing is attached yet.
///
/// # Errors
/// `UPLOAD_UNKNOWN`, `UPLOAD_MISSING`, `FILE_TYPE`; unavailable while the store is away.
pub async fn prove(
    app: &App,
    file: Option<StoredFile>,
    now: Timestamp,
) -> Result<StoredFile, Error> {
    let waits = |file: &StoredFile| !file.attached && now < file.issued_at + ATTACH_WITHIN;
    let file = file.filter(waits).ok_or_else(unknown_upload)?;
    let found = app.blobs.get(&file.quarantine_key, MAX_BYTES).await;
    let bytes = match found {
        Ok(Some(bytes)) => bytes,
        Ok(None) => {
            let finding =
                Finding::new("/fileId", "UPLOAD_MISSING", "upload the file as announced first");
            return Err(Refused::UploadMissing(vec![finding]).into());
        }
        Err(source) if source.is_away() => {
            return Err(Refused::StoreAway { doing: "reading an upload", source }.into());
        }
        Err(_) => return Err(wrong_content()), // longer than any file may be
    };
    let kind = ContentType::parse(&file.content_type);
    let as_announced = i64::try_from(bytes.len()).ok() == Some(file.byte_length)
        && has_digest(&bytes, &file.sha256)
        && kind.is_some_and(|kind| kind.fits(&bytes));
    if !as_announced {
        return Err(wrong_content());
    }
    app.blobs
        .put_attachment(&file.object_key, bytes, &file.content_type)
        .await
        .map_err(|source| Refused::StoreAway { doing: "keeping a file", source })?;
    Ok(file)
}

fn wrong_content() -> Error {
    let message = "the bytes are not of the announced type, length and SHA-256";
    Refused::FileType(vec![Finding::new("/fileId", "FILE_TYPE", message)]).into()
}

fn unknown_upload() -> Error {
    let message = "no upload of this component waits under this id";
    Refused::UploadUnknown(vec![Finding::new("/fileId", "UPLOAD_UNKNOWN", message)]).into()
}
