//! Officers of a biller's agency send its bills and take them back.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use city_auth::permission::BILL_EDIT;
use city_auth::{ObjectScope, Staff};
use city_clock::Timestamp;
use city_contracts::key::IdempotencyKey;
use city_contracts::payments::BillView;
use city_http::{Json, Kind, Path, Problem, Query, RequestKey};
use futures_util::StreamExt as _;
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::wire::WalletReasonRequest;
use crate::app::{self, App, Receiving};
use crate::error::Error;
use crate::store::bill_import::Job;

/// The longest file: 20 MB.
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
    /// `QUEUED` and being applied, `DONE`, or `FAILED`: then nothing of it was applied.
    pub state: String,
    /// Why it failed: `LINES_REFUSED` of a file that is all or nothing.
    pub failure: Option<String>,
    /// Lines read, the first one not counted.
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
    fn new(job: Job, refusals: Vec<(i64, Option<String>, String)>) -> Self {
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

/// How a file is taken.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportQuery {
    /// All of it or nothing.
    #[serde(default)]
    atomic: bool,
}

/// Who may edit the bills of an agency's biller; without an agency, whoever may edit all.
fn require(staff: &Staff, agency: Option<&str>, now: Timestamp) -> Result<(), Problem> {
    let agencies: Vec<_> = agency.into_iter().collect();
    staff.require(BILL_EDIT, ObjectScope { ward: None, agencies: &agencies }, now)
}

/// `POST /admin/v1/payments/billers/{code}/bills`
#[utoipa::path(
    post, path = "/admin/v1/payments/billers/{code}/bills", tag = "payments", operation_id = "importBills",
    summary = "Send a file of bills",
    description = "CSV in UTF-8 of at most 20 MB and 50,000 bills, one line a head; lines of the same number follow one \
                   another. The first line names the columns: number, customer_code, holder, period, due_date, head_code, \
                   head_name, amount, rebate_until, rebate_bps, penalty_bps_per_day, penalty_cap_bps. A bill with a bad line \
                   is refused with its line and reason, the others count; with atomic=true all count or none. A number that \
                   says the same as before is unchanged, one that says something else is amended unless it is paid.",
    params(("code" = String, Path, description = "The biller"),
           ("atomic" = Option<bool>, Query, description = "All of it or nothing"),
           ("Idempotency-Key" = String, Header, description = "Makes it happen once")),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 202, description = "It goes on by itself; ask `imports/{id}`", body = BillImportView),
              (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND"),
              (status = 409, description = "KEY_REUSED"), (status = 413, description = "BODY_TOO_LARGE"),
              (status = 415, description = "CONTENT_TYPE"), (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.bill.edit")),
               ("x-city-max-body" = json!(MAX_IMPORT_BYTES)), ("x-city-timeout" = json!(60)))
)]
pub async fn import(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
    RequestKey(key): RequestKey,
    Query(query): Query<ImportQuery>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let now = app.clock.now();
    staff.require_somewhere(BILL_EDIT, now)?;
    require_csv(&headers)?;
    let biller = app::find_biller(&app, &code).await?;
    require(&staff, biller.agency.as_deref(), now)?;
    let receiving = app::begin_import(&app, &staff, biller, query.atomic).await?;
    let job = receive(receiving, &key, body).await?;
    let (job, refused) = app::find_import(&app, job.id).await?;
    Ok((StatusCode::ACCEPTED, Json(BillImportView::new(job, refused))).into_response())
}

/// Takes the file as it comes. One that breaks off is forgotten within the hour, one that is refused at once.
async fn receive(
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

/// `GET /admin/v1/payments/imports/{id}`
#[utoipa::path(
    get, path = "/admin/v1/payments/imports/{id}", tag = "payments", operation_id = "readBillImport",
    summary = "How far a file of bills is, and which lines were refused",
    params(("id" = String, Path, description = "The import")),
    responses((status = 200, description = "The import", body = BillImportView), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.bill.edit")))
)]
pub async fn read_import(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<Json<BillImportView>, Problem> {
    let now = app.clock.now();
    staff.require_somewhere(BILL_EDIT, now)?;
    let id = Uuid::try_parse(&id).map_err(|_| Error::NotFound)?;
    let (job, refused) = app::find_import(&app, id).await?;
    require(&staff, job.agency.as_deref(), now)?;
    Ok(Json(BillImportView::new(job, refused)))
}

/// `POST /admin/v1/payments/billers/{code}/bills/{number}/cancel`
#[utoipa::path(
    post, path = "/admin/v1/payments/billers/{code}/bills/{number}/cancel", tag = "payments", operation_id = "cancelBill",
    summary = "Take back a bill that is not paid",
    description = "Done twice, it is done once. A bill that another service asked for is taken back by that service.",
    params(("code" = String, Path, description = "The biller"), ("number" = String, Path, description = "The bill's number"),
           ("Idempotency-Key" = String, Header, description = "Makes it happen once")),
    request_body = WalletReasonRequest,
    responses((status = 200, description = "The bill as it now is"), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND"),
              (status = 409, description = "STATE; ALREADY_RESOLVED when it is paid"), (status = 422, description = "INPUT"),
              (status = 503, description = "NO_LEADER, BUSY")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.bill.edit")))
)]
pub async fn cancel(
    State(app): State<App>,
    staff: Staff,
    Path((code, number)): Path<(String, String)>,
    _key: RequestKey, // a bill is cancelled once, whatever the key
    Json(request): Json<WalletReasonRequest>,
) -> Result<Json<BillView>, Problem> {
    let now = app.clock.now();
    staff.require_somewhere(BILL_EDIT, now)?;
    let biller = app::find_biller(&app, &code).await?;
    require(&staff, biller.agency.as_deref(), now)?;
    let id = biller.biller.id;
    Ok(Json(app::cancel_bill(&app, &staff, id, &number, &request.reason).await?))
}

fn require_csv(headers: &HeaderMap) -> Result<(), Problem> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = given.and_then(|value| value.split(';').next()).map(str::trim);
    if essence.is_some_and(|essence| essence.eq_ignore_ascii_case("text/csv")) {
        return Ok(());
    }
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    Err(Problem::at(status, Kind::Invalid, "CONTENT_TYPE", "send the bills as text/csv"))
}

fn broken_off(error: &axum::Error) -> Problem {
    let too_large = std::iter::successors(Some(error as &dyn std::error::Error), |e| e.source())
        .any(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>);
    if too_large {
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        Problem::at(status, Kind::Invalid, "BODY_TOO_LARGE", "a file of bills has at most 20 MB")
    } else {
        Problem::at(StatusCode::BAD_REQUEST, Kind::Invalid, "BODY_CUT", "the body ended too early")
    }
}
