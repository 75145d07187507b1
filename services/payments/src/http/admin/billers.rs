//! Officers set up billers.

use axum::extract::State;
use city_auth::permission::MERCHANT_EDIT;
use city_auth::{ObjectScope, Staff};
use city_contracts::common::{Page, PageArgs};
use city_contracts::payments::PaymentPurpose;
use city_contracts::problem::Finding;
use city_http::{Json, Path, Problem, Query, RequestKey};
use city_ids::BillerId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::{self, App, BillerText};
use crate::domain::merchant::Settle;
use crate::error::Error;
use crate::http::page::PageQuery;
use crate::store::biller::BillerRecord;

/// A biller as officers see it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BillerRecordView {
    /// The biller, such as blr_….
    #[schema(value_type = String)]
    pub id: BillerId,
    /// Its code.
    pub code: String,
    /// What people read.
    pub name: String,
    /// The agency whose biller it is.
    pub agency_code: Option<String>,
    /// What its bills are for.
    #[schema(value_type = String)]
    pub purpose: PaymentPurpose,
    /// Codes of the heads that have accounts of their own; all others share one.
    pub heads: Vec<String>,
    /// The accounts that it is settled from.
    pub accounts: Vec<BillerAccountView>,
    /// How often they are settled.
    pub settle: Settle,
    /// What the codes of its bills carry; none while they have no codes.
    pub qr_target: Option<QrTargetView>,
    /// Grows with each change.
    pub version: i64,
}

/// An account of a biller.
#[derive(Debug, Serialize, ToSchema)]
pub struct BillerAccountView {
    /// Code of the head whose money it gets; empty for all heads without an account of their own.
    pub head: String,
    /// As settlements name it.
    pub payee: String,
}

/// Bank and number of a code.
#[derive(Debug, Serialize, ToSchema)]
pub struct QrTargetView {
    /// 6 digits that name a bank.
    pub bin: String,
    /// The number there.
    pub number: String,
}

impl From<BillerRecord> for BillerRecordView {
    fn from(record: BillerRecord) -> Self {
        let heads = record.heads().cloned().collect();
        let accounts = record.accounts.into_iter();
        let biller = app::biller_view(record.biller);
        Self {
            id: biller.id,
            code: biller.code,
            name: biller.name,
            agency_code: record.agency,
            purpose: biller.purpose,
            heads,
            accounts: accounts
                .map(|(head, payee)| BillerAccountView { head, payee: payee.to_string() })
                .collect(),
            settle: record.settle,
            qr_target: record.target.map(|(bin, number)| QrTargetView { bin, number }),
            version: biller.version,
        }
    }
}

/// A new biller.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewBillerRequest {
    /// 1 to 32 of `A-Z 0-9 . _ -`, for ever.
    pub code: String,
    /// 1 to 120 characters.
    pub name: String,
    /// The agency whose officers may send its bills; none for the whole city's.
    #[serde(default)]
    pub agency_code: Option<String>,
    /// `GOODS` to `TRANSPORT`.
    #[schema(value_type = String)]
    pub purpose: PaymentPurpose,
    /// Codes of at most 15 heads that get accounts of their own.
    #[serde(default)]
    pub heads: Vec<String>,
    /// How often its accounts are settled; daily unless it says so.
    #[serde(default)]
    pub settle: Option<Settle>,
}

/// What is to be of a biller.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeBillerRequest {
    /// As last read.
    pub version: i64,
    /// 1 to 120 characters.
    pub name: String,
    /// The agency whose officers may send its bills.
    #[serde(default)]
    pub agency_code: Option<String>,
    /// `GOODS` to `TRANSPORT`.
    #[schema(value_type = String)]
    pub purpose: PaymentPurpose,
    /// Heads that get accounts of their own; those that have one keep it.
    #[serde(default)]
    pub heads: Vec<String>,
    /// How often its accounts are settled, from the next midnight on; as it was unless it says so.
    #[serde(default)]
    pub settle: Option<Settle>,
}

/// What the codes of a biller's bills are to carry: both of an account at a bank, or neither for a number of the city's.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QrTargetRequest {
    /// 6 digits that name the bank.
    #[serde(default)]
    pub bin: Option<String>,
    /// The account there, 1 to 19 letters and digits.
    #[serde(default)]
    pub number: Option<String>,
}

/// `GET /admin/v1/payments/billers`
#[utoipa::path(
    get, path = "/admin/v1/payments/billers", tag = "payments", operation_id = "listBillers",
    summary = "Who sends bills, by code",
    params(PageQuery),
    responses((status = 200, description = "One page"), (status = 403, description = "SCOPE"),
              (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.merchant.edit")))
)]
pub async fn list(
    State(app): State<App>,
    staff: Staff,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<BillerRecordView>>, Problem> {
    staff.require(MERCHANT_EDIT, ObjectScope::default(), app.clock.now())?;
    let args = PageArgs::from(query);
    let page = app::list_biller_records(&app, &args).await?;
    Ok(Json(page.map(Into::into)))
}

/// `POST /admin/v1/payments/billers`
#[utoipa::path(
    post, path = "/admin/v1/payments/billers", tag = "payments", operation_id = "createBiller",
    summary = "Set up a biller with its accounts",
    params(("Idempotency-Key" = String, Header, description = "Makes it happen once")),
    request_body = NewBillerRequest,
    responses((status = 200, description = "The biller", body = BillerRecordView), (status = 403, description = "SCOPE"),
              (status = 409, description = "CODE_TAKEN, KEY_REUSED"), (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.merchant.edit")))
)]
pub async fn create(
    State(app): State<App>,
    staff: Staff,
    RequestKey(key): RequestKey,
    Json(request): Json<NewBillerRequest>,
) -> Result<Json<BillerRecordView>, Problem> {
    staff.require(MERCHANT_EDIT, ObjectScope::default(), app.clock.now())?;
    let NewBillerRequest { code, name, agency_code: agency, purpose, heads, settle } = request;
    let text = BillerText { name, agency, purpose: app::purpose_number(purpose), heads, settle };
    Ok(Json(app::create_biller(&app, &staff, &key, &code, text).await?.into()))
}

/// `PUT /admin/v1/payments/billers/{code}`
#[utoipa::path(
    put, path = "/admin/v1/payments/billers/{code}", tag = "payments", operation_id = "changeBiller",
    summary = "Change a biller",
    description = "As it was last read. Accounts are only added: money may lie on them.",
    params(("code" = String, Path, description = "Its code"),
           ("Idempotency-Key" = String, Header, description = "Makes it happen once")),
    request_body = ChangeBillerRequest,
    responses((status = 200, description = "The biller as it now is", body = BillerRecordView),
              (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND"),
              (status = 409, description = "STALE, KEY_REUSED"), (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.merchant.edit")))
)]
pub async fn change(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
    RequestKey(key): RequestKey,
    Json(request): Json<ChangeBillerRequest>,
) -> Result<Json<BillerRecordView>, Problem> {
    staff.require(MERCHANT_EDIT, ObjectScope::default(), app.clock.now())?;
    let ChangeBillerRequest { version, name, agency_code: agency, purpose, heads, settle } =
        request;
    let text = BillerText { name, agency, purpose: app::purpose_number(purpose), heads, settle };
    Ok(Json(app::change_biller(&app, &staff, &key, &code, version, text).await?.into()))
}

/// `PUT /admin/v1/payments/billers/{code}/qr`
#[utoipa::path(
    put, path = "/admin/v1/payments/billers/{code}/qr", tag = "payments", operation_id = "setBillerQrTarget",
    summary = "Give the codes of a biller's bills a bank and number",
    description = "From now on its open bills have codes. A number it had before goes on leading to its bills.",
    params(("code" = String, Path, description = "Its code"),
           ("Idempotency-Key" = String, Header, description = "Makes it happen once")),
    request_body = QrTargetRequest,
    responses((status = 200, description = "The biller as it now is", body = BillerRecordView),
              (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND"),
              (status = 409, description = "CODE_TAKEN: the number means somebody else; KEY_REUSED"),
              (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.merchant.edit")))
)]
pub async fn set_target(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
    RequestKey(key): RequestKey,
    Json(request): Json<QrTargetRequest>,
) -> Result<Json<BillerRecordView>, Problem> {
    staff.require(MERCHANT_EDIT, ObjectScope::default(), app.clock.now())?;
    let bank = match (&request.bin, &request.number) {
        (Some(bin), Some(number)) => Some((bin.as_str(), number.as_str())),
        (None, None) => None,
        _ => {
            let message = "name bank and number, or neither";
            return Err(Error::Input(vec![Finding::new("/number", "ONE_OF", message)]).into());
        }
    };
    Ok(Json(app::set_qr_target(&app, &staff, &key, &code, bank).await?.into()))
}
