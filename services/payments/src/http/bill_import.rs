//! Files of bills as they arrive, from officers and from billers' own systems.

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use city_clock::Timestamp;
use city_contracts::key::IdempotencyKey;
use city_http::{Json, Kind, Problem};
use futures_util::StreamExt as _;
use http::{HeaderMap, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::merchant::SignedFile;
use crate::app::{self, App, Format, Receiving};
use crate::store::bill_import::Job;

/// The longest file: 20 MB. A statement of a provider has then 200 bytes for each of its most lines.
pub const MAX_IMPORT_BYTES: usize = 20_000_000;

/// A file of bills and how far it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BillImportView {
    /// The import.
    pub id: String,
    /// Whose bills.
    pub biller: String,
    /// Whether all of it counts or nothing.
    pub atomic: bool,
    /// `QUEUED` and being applied; `DONE`; `FAILED`: then nothing of it was applied; `PARTLY`, only of a file that is all or
    /// nothing: a bill was paid or cancelled just before it would have been amended, which is listed, and all others count.
    pub state: String,
    /// Why it failed: `LINES_REFUSED` of a file that is all or nothing.
    pub failure: Option<String>,
    /// Lines read, without the one that names the columns.
    pub lines: i64,
    /// Bills of which every line is good.
    pub bills: i64,
    /// Bills that are new.
    pub opened: i64,
    /// Bills that said something else before.
    pub amended: i64,
    /// Bills that said the same before.
    pub unchanged: i64,
    /// Lines that were refused.
    pub refused: i64,
    /// The first 1,000 of them, by line.
    pub refusals: Vec<RefusedLineView>,
    /// When it began to arrive.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// When it was done.
    #[schema(value_type = Option<String>)]
    pub ended_at: Option<Timestamp>,
}

/// A refused line.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefusedLineView {
    /// Which; the first line of the file is 1.
    pub line: i64,
    /// The number of its bill, if it said one.
    pub number: Option<String>,
    /// Why, as `docs/ERRORS.md` lists it.
    pub reason: String,
}

impl BillImportView {
    pub fn new(job: Job, refusals: Vec<(i64, Option<String>, String)>) -> Self {
        let refusals = refusals.into_iter();
        let refusals =
            refusals.map(|(line, number, reason)| RefusedLineView { line, number, reason });
        Self {
            id: job.id.to_string(),
            biller: job.biller_code,
            atomic: job.atomic,
            state: job.state,
            failure: job.failure,
            lines: job.lines,
            bills: job.bills,
            opened: job.opened,
            amended: job.amended,
            unchanged: job.unchanged,
            refused: job.refused,
            refusals: refusals.collect(),
            at: job.at,
            ended_at: job.ended_at,
        }
    }
}

/// What whoever sent a file is answered: it goes on by itself.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn accepted(app: &App, id: Uuid) -> Result<Response, Problem> {
    let (job, refused) = app::find_import(app, id).await?;
    Ok((StatusCode::ACCEPTED, Json(BillImportView::new(job, refused))).into_response())
}

/// Takes an officer's file as it comes. One that breaks off is forgotten within the hour, one that is refused at once.
///
/// # Errors
/// As [`Receiving::push`] and [`Receiving::finish`]; 400 `BODY_CUT`, 413 `BODY_TOO_LARGE`.
pub async fn receive(
    mut receiving: Receiving<'_>,
    key: &IdempotencyKey,
    body: Body,
) -> Result<Job, Problem> {
    match take(&mut receiving, key, body).await {
        Ok(job) => Ok(job),
        Err(problem) => {
            receiving.discard().await?;
            Err(problem)
        }
    }
}

async fn take(
    receiving: &mut Receiving<'_>,
    key: &IdempotencyKey,
    body: Body,
) -> Result<Job, Problem> {
    let mut body = body.into_data_stream();
    while let Some(bytes) = body.next().await {
        receiving.push(&bytes.map_err(|error| broken_off(&error))?).await?;
    }
    Ok(receiving.finish(key).await?)
}

/// Takes a file whose signature is proven by its last byte, as it comes: until then nothing of it counts, and without it
/// nothing stays. What is wrong with the file is said only to whoever signed it.
///
/// # Errors
/// 401 `SIGNATURE_INVALID`, `SIGNATURE_TIME`; otherwise as [`receive`].
pub async fn receive_signed(
    app: &App,
    mut receiving: Receiving<'_>,
    key: &IdempotencyKey,
    file: SignedFile,
) -> Result<Job, Problem> {
    match take_signed(app, &mut receiving, key, file).await {
        Ok(job) => Ok(job),
        Err(problem) => {
            receiving.discard().await?;
            Err(problem)
        }
    }
}

async fn take_signed(
    app: &App,
    receiving: &mut Receiving<'_>,
    key: &IdempotencyKey,
    mut file: SignedFile,
) -> Result<Job, Problem> {
    let mut refused = None;
    while let Some(bytes) = file.next().await? {
        if refused.is_none() {
            refused = receiving.push(&bytes).await.err();
        }
    }
    file.finish(app).await?;
    match refused {
        Some(error) => Err(error.into()),
        None => Ok(receiving.finish(key).await?),
    }
}

/// How a file of bills says that it is written.
///
/// # Errors
/// 415 `CONTENT_TYPE`.
pub fn format_of(headers: &HeaderMap) -> Result<Format, Problem> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = given.and_then(|value| value.split(';').next()).map(str::trim);
    match essence.map(str::to_ascii_lowercase).as_deref() {
        Some("text/csv") => Ok(Format::Csv),
        Some("application/x-ndjson") => Ok(Format::Json),
        _ => {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            let detail = "send the bills as text/csv, or as application/x-ndjson";
            Err(Problem::at(status, Kind::Invalid, "CONTENT_TYPE", detail))
        }
    }
}

/// Why a body did not come whole.
pub fn broken_off(error: &axum::Error) -> Problem {
    let too_large = std::iter::successors(Some(error as &dyn std::error::Error), |e| e.source())
        .any(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>);
    if too_large {
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        Problem::at(status, Kind::Invalid, "BODY_TOO_LARGE", "a file has at most 20 MB")
    } else {
        Problem::at(StatusCode::BAD_REQUEST, Kind::Invalid, "BODY_CUT", "the body ended too early")
    }
}
