//! Payments through a provider that wait for officers.

use axum::extract::State;
use city_auth::permission::REFUND_REQUEST;
use city_auth::{ObjectScope, Staff};
use city_clock::Timestamp;
use city_contracts::common::{Page, PageArgs};
use city_contracts::payments::{Provider, ProviderPaymentState};
use city_http::{Json, Path, Problem, Query, RequestKey};
use city_ids::{AccountId, BillId, ProviderOrderId, WalletId};
use city_money::Vnd;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::refunds::StaffRefund;
use crate::app::{self, App};
use crate::domain::provider::state::ReviewReason;
use crate::http::page::PageQuery;
use crate::store::provider::{Aside, Order};

/// Money belongs to the whole city: only who holds the permission over all of it may decide about some.
const CITY: ObjectScope<'static> = ObjectScope { ward: None, agencies: &[] };

/// Why money of a doubted payer is credited or given back.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewReasonRequest {
    /// 10 to 500 characters.
    pub reason: String,
}

/// A payment through a provider, to officers.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewView {
    /// The payment, such as pvo_….
    #[schema(value_type = String)]
    pub id: ProviderOrderId,
    /// `VNPAY`, `MOMO` or `ZALOPAY`.
    #[schema(value_type = String)]
    pub provider: Provider,
    /// Where it is.
    #[schema(value_type = String)]
    pub state: ProviderPaymentState,
    /// Why it waits for officers: `PAYER_DOUBTED` by the provider, or money of which a statement alone tells; `REFUND_REFUSED` by an officer, `REFUND_FAILED` or
    /// `REFUNDED_IN_PART` of what could not be credited; none while it does not wait.
    pub reason: Option<&'static str>,
    /// Whole dong.
    #[schema(value_type = String)]
    pub amount: Vnd,
    /// Who started it.
    #[schema(value_type = String)]
    pub account: AccountId,
    /// The wallet to be topped up.
    #[schema(value_type = Option<String>)]
    pub wallet: Option<WalletId>,
    /// The bill to be paid.
    #[schema(value_type = Option<String>)]
    pub bill: Option<BillId>,
    /// Our reference at the provider.
    pub our_ref: String,
    /// The provider's number of the payment; none where it is not asked for.
    pub txn_no: Option<String>,
    /// When it was started.
    #[schema(value_type = String)]
    pub created_at: Timestamp,
}

impl From<Order> for ReviewView {
    fn from(order: Order) -> Self {
        Self {
            id: order.id,
            provider: order.provider,
            state: order.facts.state(),
            reason: order.facts.waits_because().map(ReviewReason::name),
            amount: Vnd::new(order.amount),
            account: order.owner,
            wallet: order.wallet,
            bill: order.bill.map(|(bill, _)| bill),
            our_ref: order.our_ref,
            txn_no: None,
            created_at: order.created_at,
        }
    }
}

impl From<Aside> for ReviewView {
    fn from(aside: Aside) -> Self {
        Self { txn_no: aside.txn_no, ..aside.order.into() }
    }
}

/// `GET /admin/v1/payments/reviews`
#[utoipa::path(
    get, path = "/admin/v1/payments/reviews", tag = "payments", operation_id = "listPaymentReviews",
    summary = "Payments through a provider that wait for officers, oldest first",
    params(PageQuery),
    responses((status = 200, description = "One page"), (status = 403, description = "SCOPE"),
              (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.refund.request")))
)]
pub async fn list(
    State(app): State<App>,
    staff: Staff,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<ReviewView>>, Problem> {
    staff.require(REFUND_REQUEST, CITY, app.clock.now())?;
    let args = PageArgs::from(query);
    let page = app::list_reviews(&app, &args).await?;
    Ok(Json(page.map(Into::into)))
}

/// `POST /admin/v1/payments/reviews/{order}/credit`
#[utoipa::path(
    post, path = "/admin/v1/payments/reviews/{order}/credit", tag = "payments", operation_id = "creditPaymentReview",
    summary = "Credit money whose payer the provider doubted, or of which a statement alone tells",
    description = "Done twice, it is done once: an order is credited or refunded, whichever is first. Who took the statement in is \
                   not the one to credit.",
    params(("order" = String, Path, description = "The payment, such as pvo_…")),
    request_body = ReviewReasonRequest,
    responses((status = 200, description = "The payment as it now is", body = ReviewView),
              (status = 403, description = "SCOPE, TWO_PERSONS, REAUTH_REQUIRED"), (status = 404, description = "NOT_FOUND"),
              (status = 409, description = "STATE, or why it cannot be credited"), (status = 422, description = "INPUT"),
              (status = 503, description = "NO_LEADER, BUSY")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.refund.request")))
)]
pub async fn credit(
    State(app): State<App>,
    staff: Staff,
    Path(order): Path<ProviderOrderId>,
    Json(request): Json<ReviewReasonRequest>,
) -> Result<Json<ReviewView>, Problem> {
    staff.require(REFUND_REQUEST, CITY, app.clock.now())?;
    Ok(Json(app::credit_review(&app, &staff, order, &request.reason).await?.into()))
}

/// `POST /admin/v1/payments/reviews/{order}/refund`
#[utoipa::path(
    post, path = "/admin/v1/payments/reviews/{order}/refund", tag = "payments", operation_id = "refundPaymentReview",
    summary = "Ask a second officer to give back money of a doubted payer, or what a refund did not give back",
    params(("order" = String, Path, description = "The payment, such as pvo_…"),
           ("Idempotency-Key" = String, Header, description = "Makes it happen once")),
    request_body = ReviewReasonRequest,
    responses((status = 200, description = "The refund", body = StaffRefund), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND"), (status = 409, description = "STATE, KEY_REUSED"),
              (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.refund.request")))
)]
pub async fn refund(
    State(app): State<App>,
    staff: Staff,
    Path(order): Path<ProviderOrderId>,
    RequestKey(key): RequestKey,
    Json(request): Json<ReviewReasonRequest>,
) -> Result<Json<StaffRefund>, Problem> {
    staff.require(REFUND_REQUEST, CITY, app.clock.now())?;
    Ok(Json(app::refund_review(&app, &staff, &key, order, &request.reason).await?.into()))
}
