//! A second officer decides.

use axum::extract::State;
use city_auth::permission::{
    LIMIT_APPROVE, Permission, RECONCILIATION_APPROVE, REFUND_APPROVE, SETTLEMENT_APPROVE,
    WALLET_APPROVE,
};
use city_auth::{ObjectScope, Staff};
use city_clock::Timestamp;
use city_contracts::common::{Page, PageArgs};
use city_http::{Json, Path, Problem, Query};
use uuid::Uuid;

use super::wire::ApprovalView;
use crate::app::{self, App};
use crate::domain::approval::{Decision, Kind};
use crate::error::Error;
use crate::http::page::PageQuery;

/// Who may decide about what.
const fn permission(kind: Kind) -> Permission {
    match kind {
        Kind::UnfreezeWallet => WALLET_APPROVE,
        Kind::AdjustWallet | Kind::Reconciliation | Kind::ReleaseSuspense => RECONCILIATION_APPROVE,
        Kind::Refund => REFUND_APPROVE,
        Kind::Limit => LIMIT_APPROVE,
        Kind::Settlement => SETTLEMENT_APPROVE,
    }
}

/// The kinds of requests that the officer decides. Refuses who decides about nothing here, before they learn what there is.
fn decides(staff: &Staff, now: Timestamp) -> Result<Vec<Kind>, Problem> {
    let city = ObjectScope::default();
    let may = |kind: &Kind| staff.principal.may(permission(*kind), city, now);
    let kinds: Vec<_> = Kind::ALL.into_iter().filter(may).collect();
    if kinds.is_empty() {
        staff.require(WALLET_APPROVE, city, now)?;
    }
    Ok(kinds)
}

/// `GET /admin/v1/payments/approvals`
#[utoipa::path(
    get, path = "/admin/v1/payments/approvals", tag = "payments", operation_id = "listPaymentApprovals",
    summary = "What waits for a second officer, oldest first",
    description = "Only requests of the kinds that the officer may decide.",
    params(PageQuery),
    responses((status = 200, description = "One page"), (status = 403, description = "SCOPE"),
              (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.wallet.approve")))
)]
pub async fn list(
    State(app): State<App>,
    staff: Staff,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<ApprovalView>>, Problem> {
    let kinds = decides(&staff, app.clock.now())?;
    let args = PageArgs::from(query);
    let page = app::list_approvals(&app, &kinds, &args).await?;
    Ok(Json(page.map(Into::into)))
}

/// `POST /admin/v1/payments/approvals/{id}/approve`
#[utoipa::path(
    post, path = "/admin/v1/payments/approvals/{id}/approve", tag = "payments", operation_id = "approvePaymentRequest",
    summary = "Approve what another officer asked for, and have it done",
    description = "Never who asked, and only within ten minutes of a sign-in. Done twice, it is done once.",
    params(("id" = String, Path, description = "The request")),
    responses((status = 200, description = "The request as it now is", body = ApprovalView),
              (status = 403, description = "SCOPE, TWO_PERSONS, REAUTH_REQUIRED"),
              (status = 404, description = "NOT_FOUND"),
              (status = 409, description = "STATE, STALE: the wallet was stopped again since it was asked"),
              (status = 503, description = "NO_LEADER, BUSY: it is approved, and done as soon as the ledger is back")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.wallet.approve")))
)]
pub async fn approve(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<Json<ApprovalView>, Problem> {
    decide(&app, &staff, &id, Decision::Approve).await
}

/// `POST /admin/v1/payments/approvals/{id}/refuse`
#[utoipa::path(
    post, path = "/admin/v1/payments/approvals/{id}/refuse", tag = "payments", operation_id = "refusePaymentRequest",
    summary = "Refuse what another officer asked for",
    params(("id" = String, Path, description = "The request")),
    responses((status = 200, description = "The request as it now is", body = ApprovalView),
              (status = 403, description = "SCOPE, TWO_PERSONS, REAUTH_REQUIRED"),
              (status = 404, description = "NOT_FOUND"), (status = 409, description = "STATE")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.wallet.approve")))
)]
pub async fn refuse(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<Json<ApprovalView>, Problem> {
    decide(&app, &staff, &id, Decision::Refuse).await
}

async fn decide(
    app: &App,
    staff: &Staff,
    id: &str,
    decision: Decision,
) -> Result<Json<ApprovalView>, Problem> {
    let now = app.clock.now();
    decides(staff, now)?;
    let id = Uuid::try_parse(id).map_err(|_| Error::NotFound)?;
    let asked = app::find_approval(app, id).await?.asked;
    staff.require(permission(asked.kind()), ObjectScope::default(), now)?;
    Ok(Json(app::decide_approval(app, staff, id, decision).await?.into()))
}
