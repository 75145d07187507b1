//! Somebody asks for leave to upload a photo: a resident for a report to come, an officer for a report at hand.

use std::time::Duration;

use chrono::TimeDelta;
use city_auth::{Filer, Staff, permission};
use city_clock::Timestamp;
use city_contracts::problem::Finding;
use city_contracts::reports as wire;
use city_ids::{AccountId, PhotoId, ReportId};
use sqlx::PgConnection;

use crate::domain::{Action, GeoPoint, PhotoPurpose, Refusal, WrongState};
use crate::error::{Error, fault};
use crate::photo::Format;
use crate::store;
use crate::store::photo::{NewTicket, Ticket};

use super::App;
use city_events::idempotency::{Claim, claim};

/// How long the signed PUT is taken.
const PUT_LIFE: Duration = Duration::from_mins(5);
const MAX_BYTES: i64 = 10 * 1024 * 1024;

/// What is asked for, checked.
#[derive(Debug)]
struct Announced {
    purpose: PhotoPurpose,
    format: Format,
    byte_length: i64,
    taken: Option<GeoPoint>,
}

impl Announced {
    fn parse(request: &wire::RequestPhotoUpload, allowed: &[PhotoPurpose]) -> Result<Self, Error> {
        let mut findings = Vec::new();
        let purpose = match request.purpose {
            wire::PhotoPurpose::Report => PhotoPurpose::Report,
            wire::PhotoPurpose::After => PhotoPurpose::After,
            wire::PhotoPurpose::Answer => PhotoPurpose::Answer,
        };
        if !allowed.contains(&purpose) {
            let names: Vec<_> = allowed.iter().map(|purpose| purpose.as_str()).collect();
            findings.push(Finding::new(
                "/purpose",
                "NOT_ALLOWED",
                format!("expected {}", names.join(" or ")),
            ));
        }
        let format = Format::parse(&request.content_type);
        if format.is_none() {
            let known = Format::ALL.map(Format::content_type).join(", ");
            findings.push(Finding::new(
                "/contentType",
                "UNKNOWN",
                format!("expected one of {known}"),
            ));
        }
        if !(1..=MAX_BYTES).contains(&request.byte_length) {
            findings.push(Finding::new(
                "/byteLength",
                "OUT_OF_RANGE",
                format!("a photo has 1 to {MAX_BYTES} bytes"),
            ));
        }
        let taken = request.taken_at.map(|at| GeoPoint::parse(at.lat, at.lon)).transpose();
        if let Err(error) = &taken {
            findings.push(Finding::new("/takenAt", "OUT_OF_RANGE", error.to_string()));
        }
        match (format, taken) {
            (Some(format), Ok(taken)) if findings.is_empty() => {
                Ok(Self { purpose, format, byte_length: request.byte_length, taken })
            }
            _ => Err(Error::Input(findings)),
        }
    }
}

/// Gives a ticket for a photo that a report or an answer will name. Idempotent by the request's key: it gives the same
/// ticket, with a fresh URL while the bytes may still come.
///
/// # Errors
/// [`Error::Input`], [`Error::PhotoLimit`], [`Error::KeyReused`]; [`Error::UploadUnknown`] when the ticket of this key is
/// used up.
#[tracing::instrument(name = "reports.request_photo_upload", skip_all)]
pub async fn request_photo_upload(
    app: &App,
    who: &Filer,
    request: &wire::RequestPhotoUpload,
) -> Result<wire::UploadTicket, Error> {
    let now = app.clock.now();
    let announced = Announced::parse(request, &[PhotoPurpose::Report, PhotoPurpose::Answer]);
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let claimed =
        claim(&mut tx, who.account, &request.idempotency_key, "request-photo-upload", request, now)
            .await?;
    let recorder = match claimed {
        Claim::Replay(id) => {
            drop(tx);
            return again(app, who.account, id, now).await;
        }
        Claim::New(recorder) => recorder,
    };
    let ticket = issue(app, &mut tx, who.account, &announced?, now).await?;
    recorder.record(&mut tx, &ticket.id).await?;
    tx.commit().await.map_err(fault("committing"))?;
    sign(app, &ticket, now).await
}

/// Gives a ticket for a photo of the solved problem; it belongs to the report from the start. Idempotent by `key`.
///
/// # Errors
/// As above, and [`Error::ReportNotFound`], [`Error::Scope`], and [`Error::Refused`] for a report that is not open.
#[tracing::instrument(name = "reports.request_after_photo", skip_all)]
pub async fn request_after_photo(
    app: &App,
    who: &Staff,
    report: ReportId,
    request: &wire::RequestPhotoUpload,
) -> Result<wire::UploadTicket, Error> {
    let (now, reference) = (app.clock.now(), app.reference()?);
    let announced = Announced::parse(request, &[PhotoPurpose::After]);
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let recorder = match claim(
        &mut tx,
        who.account,
        &request.idempotency_key,
        "request-after-photo",
        &(report, request),
        now,
    )
    .await?
    {
        Claim::Replay(id) => {
            drop(tx);
            return again(app, who.account, id, now).await;
        }
        Claim::New(recorder) => recorder,
    };
    let stored =
        store::report::find_for_update(&mut tx, report).await?.ok_or(Error::ReportNotFound)?;
    let agency = stored.report.state().agency().cloned();
    let chain = agency.as_ref().map(|agency| reference.agencies.chain(agency)).unwrap_or_default();
    let object = city_auth::ObjectScope {
        ward: Some(stored.report.facts().ward.as_str()),
        agencies: &chain,
    };
    if !who.principal.may(permission::REPORT_HANDLE, object, now) {
        return Err(Error::Scope(permission::REPORT_HANDLE));
    }
    if !stored.report.is_open() {
        let from = stored.report.state().name();
        return Err(Error::Refused(Refusal::WrongState(WrongState {
            from,
            attempted: Action::Resolve,
        })));
    }
    let ticket = issue(app, &mut tx, who.account, &announced?, now).await?;
    let linked =
        store::photo::link(&mut tx, who.account, PhotoPurpose::After, &[ticket.id], report, now)
            .await?;
    debug_assert!(linked, "the ticket was made in this transaction");
    store::photo::count_one_more(&mut tx, report).await?;
    recorder.record(&mut tx, &ticket.id).await?;
    tx.commit().await.map_err(fault("committing"))?;
    sign(app, &ticket, now).await
}

/// Writes a new ticket unless the account has had too many.
async fn issue(
    app: &App,
    db: &mut PgConnection,
    owner: AccountId,
    announced: &Announced,
    now: Timestamp,
) -> Result<Ticket, Error> {
    store::photo::lock_quota(db, owner).await?;
    let limits = [
        (TimeDelta::hours(1), app.config.photos_an_hour),
        (TimeDelta::hours(24), app.config.photos_a_day),
    ];
    for (span, limit) in limits {
        let usage = store::photo::count_since(db, owner, now - span).await?;
        if usage.count >= i64::from(limit) {
            let free_at = usage.oldest.map_or(now, |oldest| oldest + span);
            let retry_after_seconds = u64::try_from((free_at - now).num_seconds()).unwrap_or(0) + 1;
            return Err(Error::PhotoLimit { retry_after_seconds });
        }
    }
    let id: PhotoId = app.ids.next(now);
    // A name of its own: the photo's id is told to clients, and the store's keys are not.
    let quarantine_key = format!("quarantine/{}", app.ids.uuid(now));
    let ticket = NewTicket {
        id,
        owner,
        purpose: announced.purpose,
        format: announced.format,
        byte_length: announced.byte_length,
        quarantine_key: &quarantine_key,
        taken: announced.taken,
        at: now,
    };
    store::photo::insert(db, &ticket).await?;
    let tickets = store::photo::list_tickets(db, owner, &[id]).await?;
    tickets.into_iter().next().ok_or_else(used_up)
}

/// The ticket of a key that was answered before.
async fn again(
    app: &App,
    owner: AccountId,
    id: PhotoId,
    now: Timestamp,
) -> Result<wire::UploadTicket, Error> {
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let tickets = store::photo::list_tickets(&mut db, owner, &[id]).await?;
    drop(db);
    let ticket = tickets.into_iter().find(|ticket| ticket.is_open(now)).ok_or_else(used_up)?;
    sign(app, &ticket, now).await
}

fn used_up() -> Error {
    let message = "the ticket of this key is used up; ask for another with a new key";
    Error::UploadUnknown(vec![Finding::new("/idempotencyKey", "UPLOAD_UNKNOWN", message)])
}

async fn sign(app: &App, ticket: &Ticket, now: Timestamp) -> Result<wire::UploadTicket, Error> {
    let key = ticket.quarantine_key.as_deref().ok_or_else(used_up)?;
    let signed = app
        .blobs
        .presign_put(key, ticket.byte_length, ticket.format.content_type(), PUT_LIFE)
        .await;
    let signed = signed
        .map_err(|error| Error::Internal { doing: "signing an upload", source: error.into() })?;
    let headers =
        signed.headers.into_iter().map(|(name, value)| wire::UploadHeader { name, value });
    let expires_at = now + PUT_LIFE;
    Ok(wire::UploadTicket {
        file_id: ticket.id,
        url: signed.url,
        headers: headers.collect(),
        expires_at,
    })
}
