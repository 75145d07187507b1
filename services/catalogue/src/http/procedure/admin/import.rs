//! Many procedures at once.

use aws_lc_rs::digest::{Context, SHA256};
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use city_auth::Staff;
use city_contracts::catalogue::procedure::ImportProgress;
use city_contracts::key::IdempotencyKey;
use city_http::{Json, Kind, Path, Problem, Query, RequestKey};
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt as _;
use serde::Deserialize;

use crate::app::App;
use crate::app::procedure::{self, Upload};
use crate::error::Error;
use crate::http::described::OnceKey;

/// The longest upload.
pub const MAX_IMPORT_BYTES: usize = 50 * 1024 * 1024;
const MAX_LINE_BYTES: usize = 256 * 1024;
const MAX_LINES: i32 = 50_000;
/// Lines kept at once.
const BATCH_LINES: usize = 200;
const BATCH_BYTES: usize = 1024 * 1024;

/// Whether anything is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Options {
    /// Only tell what would happen.
    #[serde(default)]
    dry_run: bool,
}

/// `POST /admin/v1/procedures/import?dryRun`
#[utoipa::path(
    post, path = "/admin/v1/procedures/import", tag = "procedures", operation_id = "importProcedures",
    summary = "Import many procedures as drafts",
    description = "NDJSON of at most 50 MiB, a procedure a line: `{nationalCode, draft, form}`. Nothing goes live by itself. A \
                   line that says what is there already changes nothing; bad lines are refused one by one with a reason.",
    params(("dryRun" = Option<bool>, Query, description = "Only tell what would happen"), OnceKey),
    request_body(content = String, content_type = "application/x-ndjson"),
    responses((status = 202, description = "It goes on by itself; ask `imports/{id}`", body = serde_json::Value),
              (status = 403, description = "SCOPE"), (status = 409, description = "KEY_REUSED"),
              (status = 413, description = "BODY_TOO_LARGE"), (status = 415, description = "CONTENT_TYPE"),
              (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.edit")),
               ("x-city-max-body" = json!(MAX_IMPORT_BYTES)), ("x-city-timeout" = json!(60)))
)]
pub async fn post(
    State(app): State<App>,
    staff: Staff,
    RequestKey(key): RequestKey,
    Query(options): Query<Options>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    require_ndjson(&headers)?;
    let upload = procedure::begin_import(&app, &staff, options.dry_run).await?;
    match receive(&app, &staff, &key, upload, body).await {
        Ok(progress) => Ok((StatusCode::ACCEPTED, Json(progress)).into_response()),
        Err(problem) => {
            procedure::discard_import(&app, upload).await?;
            Err(problem)
        }
    }
}

/// `GET /admin/v1/imports/{id}`
#[utoipa::path(
    get, path = "/admin/v1/imports/{id}", tag = "procedures", operation_id = "readImport",
    summary = "How far an import is",
    params(("id" = String, Path, description = "The import")),
    responses((status = 200, description = "With the first 1,000 refused lines", body = serde_json::Value),
              (status = 404, description = "NOT_FOUND")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.edit")))
)]
pub async fn get(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<Json<ImportProgress>, Problem> {
    Ok(Json(procedure::find_import(&app, &staff, &id).await?))
}

/// Keeps the lines and hands them to the worker.
async fn receive(
    app: &App,
    staff: &Staff,
    key: &IdempotencyKey,
    upload: Upload,
    body: Body,
) -> Result<ImportProgress, Problem> {
    let arrived = arrive(app, upload, body).await?;
    let (lines, digest) = (arrived.lines, arrived.digest.finish());
    Ok(procedure::receive_import(app, staff, key, upload, (lines, digest.as_ref())).await?)
}

fn require_ndjson(headers: &HeaderMap) -> Result<(), Problem> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = given.and_then(|value| value.split(';').next()).map(str::trim);
    if essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/x-ndjson")) {
        return Ok(());
    }
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    Err(Problem::at(
        status,
        Kind::Invalid,
        "CONTENT_TYPE",
        "send the lines as application/x-ndjson",
    ))
}

/// What has arrived of an upload. A line longer than a line may be is not kept, only that it was there.
struct Arriving {
    lines: i32,
    line: Vec<u8>,
    too_long: bool,
    waiting: Vec<(i32, Option<String>)>,
    waiting_bytes: usize,
    digest: Context,
}

async fn arrive(app: &App, upload: Upload, mut body: Body) -> Result<Arriving, Problem> {
    let mut arriving = Arriving {
        lines: 0,
        line: Vec::new(),
        too_long: false,
        waiting: Vec::new(),
        waiting_bytes: 0,
        digest: Context::new(&SHA256),
    };
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| broken_off(&error))?;
        let Ok(bytes) = frame.into_data() else { continue };
        arriving.digest.update(&bytes);
        let mut parts = bytes.split(|byte| *byte == b'\n');
        if let Some(first) = parts.next() {
            arriving.extend(first);
        }
        for part in parts {
            arriving.end_line()?;
            arriving.extend(part);
            if arriving.waiting.len() >= BATCH_LINES || arriving.waiting_bytes >= BATCH_BYTES {
                arriving.keep(app, upload).await?;
            }
        }
    }
    if !arriving.line.is_empty() || arriving.too_long {
        arriving.end_line()?;
    }
    arriving.keep(app, upload).await?;
    Ok(arriving)
}

impl Arriving {
    fn extend(&mut self, part: &[u8]) {
        if self.line.len() + part.len() > MAX_LINE_BYTES {
            self.too_long = true;
            self.line = Vec::new();
        }
        if !self.too_long {
            self.line.extend_from_slice(part);
        }
    }

    /// Blank lines count as lines, so that numbers are those an editor shows, and say nothing.
    fn end_line(&mut self) -> Result<(), Problem> {
        self.lines += 1;
        if self.lines > MAX_LINES {
            return Err(Error::invalid("", "TOO_MANY", "an import has at most 50000 lines").into());
        }
        let line = std::mem::take(&mut self.line);
        let too_long = std::mem::take(&mut self.too_long);
        if too_long || !line.trim_ascii().is_empty() {
            // PostgreSQL keeps no U+0000; such a line is no JSON either, and neither is what is not UTF-8.
            let text = String::from_utf8_lossy(&line).replace('\0', "\u{fffd}");
            self.waiting_bytes += text.len();
            self.waiting.push((self.lines, (!too_long).then_some(text)));
        }
        Ok(())
    }

    async fn keep(&mut self, app: &App, upload: Upload) -> Result<(), Error> {
        if !self.waiting.is_empty() {
            procedure::keep_lines(app, upload, &self.waiting).await?;
            self.waiting.clear();
            self.waiting_bytes = 0;
        }
        Ok(())
    }
}

fn broken_off(error: &axum::Error) -> Problem {
    let too_large = std::iter::successors(Some(error as &dyn std::error::Error), |e| e.source())
        .any(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>);
    if too_large {
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        Problem::at(status, Kind::Invalid, "BODY_TOO_LARGE", "an import has at most 50 MiB")
    } else {
        Problem::at(StatusCode::BAD_REQUEST, Kind::Invalid, "BODY_CUT", "the body ended too early")
    }
}
