//! Officers take merchants in and look after them.

use axum::extract::State;
use axum::response::IntoResponse;
use city_auth::permission::MERCHANT_EDIT;
use city_auth::{ObjectScope, Staff};
use city_contracts::common::{Page, PageArgs};
use city_http::{Json, Path, Problem, Query, RequestKey};
use city_ids::{ApiKeyId, MerchantId, StoreId};
use city_money::Vnd;
use http::header;
use serde::Deserialize;
use utoipa::IntoParams;

use super::merchant_wire::{
    ApiKeyView, FeeRequest, FeeView, MerchantRequest, MerchantStateRequest, MerchantView,
    StoreRequest, StoreView,
};
use crate::app::{App, merchant, payee};
use crate::domain::merchant::FeeRule;
use crate::domain::owner::Owner;
use crate::http::page::PageQuery;

/// A merchant belongs to the whole city.
const CITY: ObjectScope<'static> = ObjectScope { ward: None, agencies: &[] };

/// Of which store.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CodeQuery {
    /// Such as sto_….
    #[param(value_type = String)]
    store: StoreId,
}

/// `GET /admin/v1/payments/merchants`
#[utoipa::path(
    get, path = "/admin/v1/payments/merchants", tag = "payments", operation_id = "listMerchants",
    summary = "Merchants, oldest first",
    params(PageQuery),
    responses((status = 200, description = "One page"), (status = 403, description = "SCOPE"), (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.merchant.edit")))
)]
pub async fn list(
    State(app): State<App>,
    staff: Staff,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<MerchantView>>, Problem> {
    staff.require(MERCHANT_EDIT, CITY, app.clock.now())?;
    let args = PageArgs::from(query);
    let page = merchant::list_merchants(&app, &args).await?;
    Ok(Json(page.map(Into::into)))
}

/// `POST /admin/v1/payments/merchants`
#[utoipa::path(
    post, path = "/admin/v1/payments/merchants", tag = "payments", operation_id = "createMerchant",
    summary = "Take a merchant in, as a draft",
    params(("Idempotency-Key" = String, Header, description = "Makes it happen once")),
    request_body = MerchantRequest,
    responses((status = 200, description = "The draft", body = MerchantView), (status = 403, description = "SCOPE"), (status = 409, description = "KEY_REUSED"), (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.merchant.edit")))
)]
pub async fn create(
    State(app): State<App>,
    staff: Staff,
    RequestKey(key): RequestKey,
    Json(request): Json<MerchantRequest>,
) -> Result<Json<MerchantView>, Problem> {
    staff.require(MERCHANT_EDIT, CITY, app.clock.now())?;
    Ok(Json(merchant::create_merchant(&app, &staff, &key, &request.typed()).await?.into()))
}

/// `GET /admin/v1/payments/merchants/{id}`
#[utoipa::path(
    get, path = "/admin/v1/payments/merchants/{id}", tag = "payments", operation_id = "readMerchant",
    summary = "A merchant",
    params(("id" = String, Path, description = "The merchant, such as mer_…")),
    responses((status = 200, description = "The merchant", body = MerchantView), (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.merchant.edit")))
)]
pub async fn one(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<MerchantId>,
) -> Result<Json<MerchantView>, Problem> {
    staff.require(MERCHANT_EDIT, CITY, app.clock.now())?;
    Ok(Json(merchant::find_merchant(&app, id).await?.into()))
}

/// `PUT /admin/v1/payments/merchants/{id}`
#[utoipa::path(
    put, path = "/admin/v1/payments/merchants/{id}", tag = "payments", operation_id = "editMerchant",
    summary = "Change what the city knows about a merchant",
    params(("id" = String, Path, description = "The merchant, such as mer_…")),
    request_body = MerchantRequest,
    responses((status = 200, description = "The merchant as it now is", body = MerchantView), (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND"), (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.merchant.edit")))
)]
pub async fn edit(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<MerchantId>,
    Json(request): Json<MerchantRequest>,
) -> Result<Json<MerchantView>, Problem> {
    staff.require(MERCHANT_EDIT, CITY, app.clock.now())?;
    Ok(Json(merchant::edit_merchant(&app, id, &request.typed()).await?.into()))
}

/// `POST /admin/v1/payments/merchants/{id}/state`
#[utoipa::path(
    post, path = "/admin/v1/payments/merchants/{id}/state", tag = "payments", operation_id = "setMerchantState",
    summary = "Let a merchant be paid, stop that, or close it",
    description = "Only an account without money is closed, and for ever.",
    params(("id" = String, Path, description = "The merchant, such as mer_…"), ("Idempotency-Key" = String, Header, description = "Makes it happen once")),
    request_body = MerchantStateRequest,
    responses((status = 200, description = "The merchant as it now is", body = MerchantView), (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND"), (status = 409, description = "STATE, KEY_REUSED"), (status = 422, description = "INPUT"), (status = 503, description = "NO_LEADER, BUSY")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.merchant.edit")))
)]
pub async fn set_state(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<MerchantId>,
    RequestKey(key): RequestKey,
    Json(request): Json<MerchantStateRequest>,
) -> Result<Json<MerchantView>, Problem> {
    staff.require(MERCHANT_EDIT, CITY, app.clock.now())?;
    let MerchantStateRequest { state, reason } = &request;
    Ok(Json(merchant::set_merchant_state(&app, &staff, &key, id, *state, reason).await?.into()))
}

/// `GET /admin/v1/payments/merchants/{id}/stores`
#[utoipa::path(
    get, path = "/admin/v1/payments/merchants/{id}/stores", tag = "payments", operation_id = "listStores",
    summary = "The stores of a merchant",
    params(("id" = String, Path, description = "The merchant, such as mer_…")),
    responses((status = 200, description = "The stores", body = Vec<StoreView>), (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.merchant.edit")))
)]
pub async fn stores(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<MerchantId>,
) -> Result<Json<Vec<StoreView>>, Problem> {
    staff.require(MERCHANT_EDIT, CITY, app.clock.now())?;
    let stores = merchant::list_stores(&app, id).await?;
    Ok(Json(stores.into_iter().map(Into::into).collect()))
}

/// `POST /admin/v1/payments/merchants/{id}/stores`
#[utoipa::path(
    post, path = "/admin/v1/payments/merchants/{id}/stores", tag = "payments", operation_id = "openStore",
    summary = "Open a store of a merchant",
    params(("id" = String, Path, description = "The merchant, such as mer_…"), ("Idempotency-Key" = String, Header, description = "Makes it happen once")),
    request_body = StoreRequest,
    responses((status = 200, description = "The store", body = StoreView), (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND"), (status = 409, description = "STATE, KEY_REUSED"), (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.merchant.edit")))
)]
pub async fn open_store(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<MerchantId>,
    RequestKey(key): RequestKey,
    Json(request): Json<StoreRequest>,
) -> Result<Json<StoreView>, Problem> {
    staff.require(MERCHANT_EDIT, CITY, app.clock.now())?;
    let StoreRequest { code, name } = &request;
    Ok(Json(merchant::open_store(&app, &staff, &key, id, code, name).await?.into()))
}

/// `GET /admin/v1/payments/merchants/{id}/keys`
#[utoipa::path(
    get, path = "/admin/v1/payments/merchants/{id}/keys", tag = "payments", operation_id = "listMerchantKeys",
    summary = "The keys of a merchant's systems",
    params(("id" = String, Path, description = "The merchant, such as mer_…")),
    responses((status = 200, description = "The keys, without their secrets", body = Vec<ApiKeyView>), (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.merchant.edit")))
)]
pub async fn keys(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<MerchantId>,
) -> Result<Json<Vec<ApiKeyView>>, Problem> {
    staff.require(MERCHANT_EDIT, CITY, app.clock.now())?;
    let keys = payee::list_keys(&app, Owner::Merchant(id)).await?;
    Ok(Json(keys.into_iter().map(Into::into).collect()))
}

/// `POST /admin/v1/payments/merchants/{id}/keys`
#[utoipa::path(
    post, path = "/admin/v1/payments/merchants/{id}/keys", tag = "payments", operation_id = "issueMerchantKey",
    summary = "Make a key for a merchant's systems",
    description = "The secret is shown once: a repetition comes without it.",
    params(("id" = String, Path, description = "The merchant, such as mer_…"), ("Idempotency-Key" = String, Header, description = "Makes it happen once")),
    responses((status = 200, description = "The key; its secret only in the first answer", body = ApiKeyView), (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND"), (status = 409, description = "KEY_REUSED")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.merchant.edit")))
)]
pub async fn issue_key(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<MerchantId>,
    RequestKey(key): RequestKey,
) -> Result<impl IntoResponse, Problem> {
    staff.require(MERCHANT_EDIT, CITY, app.clock.now())?;
    Ok((
        [(header::CACHE_CONTROL, "no-store")],
        Json(ApiKeyView::from(payee::issue_key(&app, &staff, &key, Owner::Merchant(id)).await?)),
    ))
}

/// `POST /admin/v1/payments/merchants/{id}/keys/{key}/revoke`
#[utoipa::path(
    post, path = "/admin/v1/payments/merchants/{id}/keys/{key}/revoke", tag = "payments", operation_id = "revokeMerchantKey",
    summary = "End a key at once",
    params(("id" = String, Path, description = "The merchant, such as mer_…"), ("key" = String, Path, description = "The key, such as key_…")),
    responses((status = 200, description = "It no longer counts"), (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.merchant.edit")))
)]
pub async fn revoke_key(
    State(app): State<App>,
    staff: Staff,
    Path((id, key)): Path<(MerchantId, ApiKeyId)>,
) -> Result<Json<()>, Problem> {
    staff.require(MERCHANT_EDIT, CITY, app.clock.now())?;
    Ok(Json(payee::revoke_key(&app, Owner::Merchant(id), key).await?))
}

/// `GET /admin/v1/payments/merchants/{id}/fees`
#[utoipa::path(
    get, path = "/admin/v1/payments/merchants/{id}/fees", tag = "payments", operation_id = "readMerchantFee",
    summary = "What payments to a merchant cost today",
    params(("id" = String, Path, description = "The merchant, such as mer_…")),
    responses((status = 200, description = "The rule", body = FeeView), (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.merchant.edit")))
)]
pub async fn fee(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<MerchantId>,
) -> Result<Json<FeeView>, Problem> {
    staff.require(MERCHANT_EDIT, CITY, app.clock.now())?;
    let rule = merchant::read_fee(&app, id).await?.map(shown);
    Ok(Json(FeeView { rule, from: None }))
}

/// `PUT /admin/v1/payments/merchants/{id}/fees`
#[utoipa::path(
    put, path = "/admin/v1/payments/merchants/{id}/fees", tag = "payments", operation_id = "setMerchantFee",
    summary = "Set what payments to a merchant cost",
    description = "Of a draft at once, otherwise from the next civil day on: what was quoted holds until midnight.",
    params(("id" = String, Path, description = "The merchant, such as mer_…")),
    request_body = FeeRequest,
    responses((status = 200, description = "The rule and its first day", body = FeeView), (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND"), (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.merchant.edit")))
)]
pub async fn set_fee(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<MerchantId>,
    Json(request): Json<FeeRequest>,
) -> Result<Json<FeeView>, Problem> {
    staff.require(MERCHANT_EDIT, CITY, app.clock.now())?;
    let from = Some(merchant::set_fee(&app, id, &request.rule()).await?);
    Ok(Json(FeeView { rule: Some(request), from }))
}

/// `GET /admin/v1/payments/merchants/{id}/qr.svg`
#[utoipa::path(
    get, path = "/admin/v1/payments/merchants/{id}/qr.svg", tag = "payments", operation_id = "drawStoreCode",
    summary = "The code that hangs in a store",
    params(("id" = String, Path, description = "The merchant, such as mer_…"), CodeQuery),
    responses((status = 200, description = "A picture, SVG"), (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.merchant.edit")))
)]
pub async fn code(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<MerchantId>,
    Query(query): Query<CodeQuery>,
) -> Result<impl IntoResponse, Problem> {
    staff.require(MERCHANT_EDIT, CITY, app.clock.now())?;
    let picture = merchant::draw_code(&app, id, query.store).await?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], picture))
}

fn shown(rule: FeeRule) -> FeeRequest {
    FeeRequest { bps: rule.bps, fixed: Vnd::new(rule.fixed), borne_by: rule.borne_by }
}
