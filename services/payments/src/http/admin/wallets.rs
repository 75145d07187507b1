//! Officers look at wallets, stop them, and ask for what needs a second officer.

use axum::extract::State;
use chrono::NaiveDate;
use city_auth::permission::{LEDGER_READ, RECONCILIATION_RUN, WALLET_FREEZE};
use city_auth::{ObjectScope, Staff};
use city_contracts::common::{Page, PageArgs};
use city_contracts::payments::{ReadStatement, StatementLine, WalletView};
use city_contracts::problem::Finding;
use city_http::{Json, Path, Problem, Query, RequestKey};
use city_ids::WalletId;
use serde::Deserialize;
use utoipa::IntoParams;

use super::wire::{
    AdjustRequest, ApprovalView, FindWalletRequest, FreezeRequest, WalletReasonRequest,
};
use crate::app::{self, App, Whose};
use crate::error::Error;

/// A wallet belongs to the whole city: only who holds the permission over all of it may touch one.
const CITY: ObjectScope<'static> = ObjectScope { ward: None, agencies: &[] };

/// `POST /admin/v1/payments/wallets/search`
#[utoipa::path(
    post, path = "/admin/v1/payments/wallets/search", tag = "payments", operation_id = "findWallet",
    summary = "A person's wallet",
    description = "That it was looked at, by whom and why, is kept for its owner.",
    request_body = FindWalletRequest,
    responses((status = 200, description = "The wallet"), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND"), (status = 422, description = "INPUT"),
              (status = 503, description = "UNAVAILABLE: accounts does not say whose phone it is")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.ledger.read")))
)]
pub async fn search(
    State(app): State<App>,
    staff: Staff,
    Json(request): Json<FindWalletRequest>,
) -> Result<Json<WalletView>, Problem> {
    staff.require(LEDGER_READ, CITY, app.clock.now())?;
    let whose = match (request.account, request.phone) {
        (Some(account), None) => Whose::Account(account),
        (None, Some(phone)) => Whose::Phone(phone),
        _ => {
            let message = "name the account or the phone";
            return Err(Error::Input(vec![Finding::new("/account", "ONE_OF", message)]).into());
        }
    };
    Ok(Json(app::find_wallet(&app, &staff, whose, &request.reason).await?))
}

/// Which part of a statement, and why it is read.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StatementQuery {
    /// Why, 10 to 500 characters; the wallet's owner may see it.
    reason: String,
    /// 1 to 50 lines.
    #[serde(default = "crate::http::page::page_size")]
    first: u32,
    /// The cursor after which to go on.
    #[serde(default)]
    after: Option<String>,
    /// The first civil day.
    #[param(value_type = Option<String>)]
    #[serde(default)]
    from: Option<NaiveDate>,
    /// The last civil day.
    #[param(value_type = Option<String>)]
    #[serde(default)]
    to: Option<NaiveDate>,
}

/// `GET /admin/v1/payments/wallets/{id}/statement`
#[utoipa::path(
    get, path = "/admin/v1/payments/wallets/{id}/statement", tag = "payments", operation_id = "readWalletStatement",
    summary = "What moved in a wallet",
    description = "Newest first. That it was looked at, by whom and why, is kept for its owner.",
    params(("id" = String, Path, description = "The wallet, such as wal_…"), StatementQuery),
    responses((status = 200, description = "One page"), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND"), (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.ledger.read")))
)]
pub async fn statement(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<WalletId>,
    Query(query): Query<StatementQuery>,
) -> Result<Json<Page<StatementLine>>, Problem> {
    staff.require(LEDGER_READ, CITY, app.clock.now())?;
    let page = PageArgs { first: query.first, after: query.after };
    let asked = ReadStatement { page, from: query.from, to: query.to };
    Ok(Json(app::staff_statement(&app, &staff, id, &query.reason, &asked).await?))
}

/// `POST /admin/v1/payments/wallets/{id}/freeze`
#[utoipa::path(
    post, path = "/admin/v1/payments/wallets/{id}/freeze", tag = "payments", operation_id = "freezeWallet",
    summary = "Stop a wallet",
    description = "NO_DEBIT lets nothing leave it, FROZEN lets nothing arrive either. One officer may take; giving back \
                   takes two (unfreeze).",
    params(("id" = String, Path, description = "The wallet, such as wal_…"),
           ("Idempotency-Key" = String, Header, description = "Makes it happen once")),
    request_body = FreezeRequest,
    responses((status = 200, description = "The wallet as it now is"), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND"), (status = 409, description = "STATE, KEY_REUSED"),
              (status = 422, description = "INPUT"), (status = 503, description = "NO_LEADER, BUSY")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.wallet.freeze")))
)]
pub async fn freeze(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<WalletId>,
    RequestKey(key): RequestKey,
    Json(request): Json<FreezeRequest>,
) -> Result<Json<WalletView>, Problem> {
    staff.require(WALLET_FREEZE, CITY, app.clock.now())?;
    let to = request.mode.state();
    Ok(Json(app::freeze_wallet(&app, &staff, &key, id, to, &request.reason).await?))
}

/// `POST /admin/v1/payments/wallets/{id}/unfreeze`
#[utoipa::path(
    post, path = "/admin/v1/payments/wallets/{id}/unfreeze", tag = "payments", operation_id = "unfreezeWallet",
    summary = "Ask a second officer to open a stopped wallet",
    params(("id" = String, Path, description = "The wallet, such as wal_…"),
           ("Idempotency-Key" = String, Header, description = "Makes it happen once")),
    request_body = WalletReasonRequest,
    responses((status = 200, description = "The request", body = ApprovalView), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND"), (status = 409, description = "STATE, KEY_REUSED"),
              (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.wallet.freeze")))
)]
pub async fn unfreeze(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<WalletId>,
    RequestKey(key): RequestKey,
    Json(request): Json<WalletReasonRequest>,
) -> Result<Json<ApprovalView>, Problem> {
    staff.require(WALLET_FREEZE, CITY, app.clock.now())?;
    Ok(Json(app::unfreeze_wallet(&app, &staff, &key, id, &request.reason).await?.into()))
}

/// `POST /admin/v1/payments/adjustments`
#[utoipa::path(
    post, path = "/admin/v1/payments/adjustments", tag = "payments", operation_id = "adjustWallet",
    summary = "Ask a second officer to put money into a wallet",
    description = "From the bank account that backs the wallets. Nobody can take money out of one.",
    params(("Idempotency-Key" = String, Header, description = "Makes it happen once")),
    request_body = AdjustRequest,
    responses((status = 200, description = "The request", body = ApprovalView), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND"), (status = 409, description = "STATE, KEY_REUSED"),
              (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.reconciliation.run")))
)]
pub async fn adjust(
    State(app): State<App>,
    staff: Staff,
    RequestKey(key): RequestKey,
    Json(request): Json<AdjustRequest>,
) -> Result<Json<ApprovalView>, Problem> {
    staff.require(RECONCILIATION_RUN, CITY, app.clock.now())?;
    let AdjustRequest { wallet, amount, reason } = &request;
    Ok(Json(app::adjust_wallet(&app, &staff, &key, *wallet, *amount, reason).await?.into()))
}
