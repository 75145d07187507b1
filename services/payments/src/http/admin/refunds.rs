//! Officers ask that money go back, and see what became of it.

use axum::extract::State;
use city_auth::permission::REFUND_REQUEST;
use city_auth::{ObjectScope, Staff};
use city_clock::Timestamp;
use city_contracts::common::{Page, PageArgs};
use city_http::{Json, Path, Problem, Query, RequestKey};
use city_ids::{PostingId, RefundId};
use city_money::Vnd;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::{self, App, AskRefund};
use crate::domain::ledger::Code;
use crate::http::page::PageQuery;
use crate::store::refund::Known;

/// Payments belong to the whole city.
const CITY: ObjectScope<'static> = ObjectScope { ward: None, agencies: &[] };

/// How much of a leg goes back.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundLeg {
    /// Its place in the posting that moved the money, from 0.
    pub leg: i16,
    /// Whole dong in digits.
    #[schema(value_type = String)]
    pub amount: Vnd,
}

/// To give money back.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundRequest {
    /// The payment, such as pay_….
    #[schema(value_type = String)]
    pub payment: PostingId,
    /// How much of which legs; left out for all of them in full.
    #[serde(default)]
    pub legs: Vec<RefundLeg>,
    /// Why, 10 to 500 characters.
    pub reason: String,
}

/// A refund, to officers.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StaffRefund {
    /// The refund.
    #[schema(value_type = String)]
    pub id: RefundId,
    /// The payment it is of.
    #[schema(value_type = String)]
    pub payment: PostingId,
    /// How much of which legs.
    pub legs: Vec<RefundLeg>,
    /// How much in all.
    #[schema(value_type = String)]
    pub amount: Vnd,
    /// `WALLET` or `PROVIDER`.
    pub target: &'static str,
    /// `REQUESTED`, `APPROVED`, `REFUSED`, `HELD`, `SENT`, `UNKNOWN`, `DONE`, `SUSPENSE` or `FAILED`.
    pub state: &'static str,
    /// `OFFICER`, `MERCHANT` or `CITY`.
    pub requester: &'static str,
    /// The request to a second officer.
    pub approval: Option<String>,
    /// The posting that moves the money back, once it does.
    #[schema(value_type = String)]
    pub posting: PostingId,
    /// Why the ledger refused it.
    pub failure: Option<&'static str>,
    /// The provider's own number of it.
    pub provider_refund_no: Option<String>,
    /// Why.
    pub reason: String,
    /// When it was asked for.
    #[schema(value_type = String)]
    pub at: Timestamp,
}

impl From<Known> for StaffRefund {
    fn from(known: Known) -> Self {
        let Known { refund, state, refused, provider_refund_no } = known;
        let legs = refund.parts.iter();
        let legs = legs.map(|part| RefundLeg { leg: part.leg, amount: Vnd::new(part.amount) });
        Self {
            id: refund.id,
            payment: refund.payment,
            legs: legs.collect(),
            amount: Vnd::new(refund.amount()),
            target: refund.target.name(),
            state: state.as_str(),
            requester: refund.requester.name(),
            approval: refund.approval.map(|id| id.to_string()),
            posting: PostingId::restore(refund.act()),
            failure: refused.and_then(Code::of).map(Code::name),
            provider_refund_no,
            reason: refund.reason,
            at: refund.requested_at,
        }
    }
}

/// `GET /admin/v1/payments/refunds`
#[utoipa::path(
    get, path = "/admin/v1/payments/refunds", tag = "payments", operation_id = "listRefunds",
    summary = "All refunds, newest first",
    params(PageQuery),
    responses((status = 200, description = "One page"), (status = 403, description = "SCOPE"),
              (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.refund.request")))
)]
pub async fn list(
    State(app): State<App>,
    staff: Staff,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<StaffRefund>>, Problem> {
    staff.require(REFUND_REQUEST, CITY, app.clock.now())?;
    let args = PageArgs::from(query);
    let page = app::list_refunds(&app, &args).await?;
    Ok(Json(page.map(Into::into)))
}

/// `GET /admin/v1/payments/refunds/{id}`
#[utoipa::path(
    get, path = "/admin/v1/payments/refunds/{id}", tag = "payments", operation_id = "readRefund",
    summary = "A refund",
    params(("id" = String, Path, description = "The refund, such as rfd_…")),
    responses((status = 200, description = "The refund", body = StaffRefund), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.refund.request")))
)]
pub async fn read(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<RefundId>,
) -> Result<Json<StaffRefund>, Problem> {
    staff.require(REFUND_REQUEST, CITY, app.clock.now())?;
    Ok(Json(app::find_refund(&app, id).await?.into()))
}

/// `POST /admin/v1/payments/refunds`
#[utoipa::path(
    post, path = "/admin/v1/payments/refunds", tag = "payments", operation_id = "requestRefund",
    summary = "Ask a second officer that money go back to who paid",
    description = "From whoever got it; never out of a resident's wallet. A fee of the city is not given back. A payment \
                   in several legs is given back in part by naming them; through a provider, one leg at a time.",
    params(("Idempotency-Key" = String, Header, description = "Makes it happen once")),
    request_body = RefundRequest,
    responses((status = 200, description = "The refund, waiting", body = StaffRefund),
              (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND"),
              (status = 409, description = "STATE: no money of it can go back; KEY_REUSED"),
              (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.refund.request")))
)]
pub async fn request(
    State(app): State<App>,
    staff: Staff,
    RequestKey(key): RequestKey,
    Json(request): Json<RefundRequest>,
) -> Result<Json<StaffRefund>, Problem> {
    staff.require(REFUND_REQUEST, CITY, app.clock.now())?;
    let RefundRequest { payment, legs, reason } = request;
    let parts = legs.into_iter().map(|leg| (leg.leg, leg.amount)).collect();
    let asked = AskRefund { payment, parts, reason };
    Ok(Json(app::request_refund(&app, &staff, &key, &asked).await?.into()))
}
