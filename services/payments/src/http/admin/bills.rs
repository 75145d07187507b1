//! Officers of a biller's agency send its bills and take them back.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use city_auth::permission::BILL_EDIT;
use city_auth::{ObjectScope, Staff};
use city_clock::Timestamp;
use city_contracts::payments::BillView;
use city_http::{Json, Path, Problem, Query, RequestKey};
use http::HeaderMap;
use serde::Deserialize;
use uuid::Uuid;

use super::wire::WalletReasonRequest;
use crate::app::{self, App, Sender};
use crate::error::Error;
use crate::http::bill_import::{BillImportView, MAX_IMPORT_BYTES, accepted, format_of, receive};

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
    description = "At most 20 MB and 50,000 bills in UTF-8. As `text/csv` one line a head; lines of the same number follow one \
                   another. The first line names the columns: number, customer_code, holder, period, due_date, head_code, \
                   head_name, amount, rebate_until, rebate_bps, rebate_fixed, penalty_bps_per_day, penalty_fixed, \
                   penalty_cap_bps. As `application/x-ndjson` one line a bill: an object with number, customerCode, holder, \
                   period, dueDate, heads `[{code, name, amount}]`, rebate `{until, bps | fixed}` and penalty \
                   `{bpsPerDay, capBps}` or `{fixed, capBps}`, amounts as strings, and no other member. Until its day a rebate \
                   takes off a share of the heads (bps, hundredths of a per cent) or so many dong (fixed). After the due date a \
                   penalty adds a share a day up to its cap, or so many dong once (fixed), at most its cap if it has one. A \
                   bill with a bad line is refused with its line and reason, the others count; with atomic=true all count or \
                   none, but for a bill that is paid or cancelled just while the file amends it: it is listed, and the import \
                   ends `PARTLY`. A number that says the same as before is unchanged, in whichever type it was sent; one that says \
                   something else is amended unless it is paid.",
    params(("code" = String, Path, description = "The biller"),
           ("atomic" = Option<bool>, Query, description = "All of it or nothing"),
           ("Idempotency-Key" = String, Header, description = "Makes it happen once")),
    request_body(content((String = "text/csv"), (String = "application/x-ndjson"))),
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
    let format = format_of(&headers)?;
    let biller = app::find_biller(&app, &code).await?;
    require(&staff, biller.agency.as_deref(), now)?;
    let (sender, biller) = (Sender::Officer(staff.account), biller.biller.id);
    let receiving = app::begin_import(&app, sender, biller, query.atomic, format).await?;
    let job = receive(receiving, &key, body).await?;
    accepted(&app, job.id).await
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
    Ok(Json(app::cancel_bill(&app, staff.account.as_uuid(), id, &number, &request.reason).await?))
}
