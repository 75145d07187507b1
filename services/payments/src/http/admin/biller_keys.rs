//! The keys of billers' own systems.

use axum::extract::State;
use axum::response::IntoResponse;
use city_auth::permission::MERCHANT_EDIT;
use city_auth::{ObjectScope, Staff};
use city_http::{Json, Path, Problem, RequestKey};
use city_ids::ApiKeyId;
use http::header;

use super::merchant_wire::ApiKeyView;
use crate::app::{self, App, payee};
use crate::domain::owner::Owner;
use crate::error::Error;

/// A biller by its code.
async fn biller(app: &App, code: &str) -> Result<Owner, Error> {
    Ok(Owner::Biller(app::find_biller(app, code).await?.biller.id))
}

/// `GET /admin/v1/payments/billers/{code}/keys`
#[utoipa::path(
    get, path = "/admin/v1/payments/billers/{code}/keys", tag = "payments", operation_id = "listBillerKeys",
    summary = "The keys of a biller's systems",
    params(("code" = String, Path, description = "The biller")),
    responses((status = 200, description = "The keys, without their secrets", body = Vec<ApiKeyView>),
              (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.merchant.edit")))
)]
pub async fn list(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
) -> Result<Json<Vec<ApiKeyView>>, Problem> {
    staff.require(MERCHANT_EDIT, ObjectScope::default(), app.clock.now())?;
    let owner = biller(&app, &code).await?;
    let keys = payee::list_keys(&app, owner).await?;
    Ok(Json(keys.into_iter().map(Into::into).collect()))
}

/// `POST /admin/v1/payments/billers/{code}/keys`
#[utoipa::path(
    post, path = "/admin/v1/payments/billers/{code}/keys", tag = "payments", operation_id = "issueBillerKey",
    summary = "Make a key for a biller's systems",
    description = "With it they send this biller's bills, take them back, hear what becomes of them, and read its settlements. The \
                   secret is shown once: a repetition comes without it.",
    params(("code" = String, Path, description = "The biller"),
           ("Idempotency-Key" = String, Header, description = "Makes it happen once")),
    responses((status = 200, description = "The key; its secret only in the first answer", body = ApiKeyView),
              (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND"),
              (status = 409, description = "KEY_REUSED")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.merchant.edit")))
)]
pub async fn issue(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
    RequestKey(key): RequestKey,
) -> Result<impl IntoResponse, Problem> {
    staff.require(MERCHANT_EDIT, ObjectScope::default(), app.clock.now())?;
    let owner = biller(&app, &code).await?;
    let issued = payee::issue_key(&app, &staff, &key, owner).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(ApiKeyView::from(issued))))
}

/// `POST /admin/v1/payments/billers/{code}/keys/{key}/revoke`
#[utoipa::path(
    post, path = "/admin/v1/payments/billers/{code}/keys/{key}/revoke", tag = "payments", operation_id = "revokeBillerKey",
    summary = "End a key of a biller at once",
    params(("code" = String, Path, description = "The biller"),
           ("key" = String, Path, description = "The key, such as key_…")),
    responses((status = 200, description = "It no longer counts"), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.merchant.edit")))
)]
pub async fn revoke(
    State(app): State<App>,
    staff: Staff,
    Path((code, key)): Path<(String, ApiKeyId)>,
) -> Result<Json<()>, Problem> {
    staff.require(MERCHANT_EDIT, ObjectScope::default(), app.clock.now())?;
    let owner = biller(&app, &code).await?;
    Ok(Json(payee::revoke_key(&app, owner, key).await?))
}
