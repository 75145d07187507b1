//! Money that was put aside because nobody waited for it: officers see what stands there, and ask that it get out.

use axum::extract::State;
use city_auth::permission::RECONCILIATION_RUN;
use city_auth::{ObjectScope, Staff};
use city_clock::Timestamp;
use city_contracts::common::{Page, PageArgs};
use city_contracts::problem::Finding;
use city_http::{Json, Path, Problem, Query, RequestKey};
use city_ids::{PostingId, WalletId};
use city_money::Vnd;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::wire::ApprovalView;
use crate::app::{self, App};
use crate::domain::chart;
use crate::domain::ledger::Class;
use crate::domain::suspense::{Outlet, Place};
use crate::error::Error;
use crate::http::page::PageQuery;
use crate::store::provider::{PROVIDERS, name};
use crate::store::suspense::Aside;

/// It is about the whole city.
const CITY: ObjectScope<'static> = ObjectScope { ward: None, agencies: &[] };

/// Money that stands aside.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SuspenseView {
    /// The posting that put it there.
    #[schema(value_type = String)]
    pub posting: PostingId,
    /// Which leg of it, from 0.
    pub leg: i16,
    /// Whole dong.
    #[schema(value_type = String)]
    pub amount: Vnd,
    /// What it was for: `REFUND` of what could not go back, `RECONCILIATION` of what only a provider told of.
    pub purpose: &'static str,
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// Where it came from: `PROVIDER`, `MERCHANT`, `BILLER`, or `CITY` for an account of its own.
    pub from: &'static str,
    /// `VNPAY`, `MOMO` or `ZALOPAY`, where it came from one.
    pub provider: Option<&'static str>,
    /// Public id of the account it came from.
    pub account: String,
}

impl From<Aside> for SuspenseView {
    fn from(of: Aside) -> Self {
        let from = match Class::of(of.from.class) {
            Some(Class::Clearing) => "PROVIDER",
            Some(Class::Merchant) => "MERCHANT",
            Some(Class::Biller) => "BILLER",
            _ => "CITY",
        };
        let provider = PROVIDERS.into_iter().find(|it| chart::clearing(*it) == of.from.ext);
        Self {
            posting: of.place.posting,
            leg: of.place.leg,
            amount: Vnd::new(of.amount),
            purpose: of.purpose.name(),
            at: of.at,
            from,
            provider: provider.map(name),
            account: of.from.ext.to_string(),
        }
    }
}

/// A page of what stands aside.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SuspensePage {
    /// The entries.
    #[serde(flatten)]
    pub page: Page<SuspenseView>,
    /// Where the next page goes on, if there is one.
    pub end_cursor: Option<String>,
}

/// Where money that was put aside goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OutletName {
    /// To a person's wallet.
    Wallet,
    /// Back to the provider that it came from, which is paid outside the ledger.
    Provider,
}

/// To let money out that was put aside.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseRequest {
    /// Which leg of the posting, from 0.
    pub leg: i16,
    /// Where all of it goes.
    pub to: OutletName,
    /// To which wallet, such as wal_…; none where it goes back to a provider.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub wallet: Option<WalletId>,
    /// Why, 10 to 500 characters.
    pub reason: String,
}

/// `GET /admin/v1/payments/suspense`
#[utoipa::path(
    get, path = "/admin/v1/payments/suspense", tag = "payments", operation_id = "listSuspense",
    summary = "Money without an owner yet, newest first",
    description = "What was put aside, did not get out, and no order at a provider waits for: that stands in the reviews. A \
                   page reads a part of the ledger, so it may be short, or empty, and more may follow: go on after \
                   `endCursor` while `hasNextPage` says so.",
    params(PageQuery),
    responses((status = 200, description = "One page"), (status = 403, description = "SCOPE"),
              (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.reconciliation.run")))
)]
pub async fn list(
    State(app): State<App>,
    staff: Staff,
    Query(query): Query<PageQuery>,
) -> Result<Json<SuspensePage>, Problem> {
    staff.require(RECONCILIATION_RUN, CITY, app.clock.now())?;
    let args = PageArgs::from(query);
    let standing = app::list_suspense(&app, &args).await?;
    Ok(Json(SuspensePage { page: standing.page.map(Into::into), end_cursor: standing.end }))
}

/// `POST /admin/v1/payments/suspense/{posting}/release`
#[utoipa::path(
    post, path = "/admin/v1/payments/suspense/{posting}/release", tag = "payments", operation_id = "releaseSuspense",
    summary = "Ask a second officer that money put aside get out",
    description = "All of a leg, once: into an open wallet, or back to what the provider owes from which it came; the provider \
                   is then paid outside the ledger.",
    params(("posting" = String, Path, description = "The posting that put it aside, such as pay_…"),
           ("Idempotency-Key" = String, Header, description = "Makes it happen once")),
    request_body = ReleaseRequest,
    responses((status = 200, description = "The request", body = ApprovalView), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND"),
              (status = 409, description = "STATE: it got out, an order waits for it, the wallet is not open, or it came from \
                                            no provider; KEY_REUSED"),
              (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.reconciliation.run")))
)]
pub async fn release(
    State(app): State<App>,
    staff: Staff,
    Path(posting): Path<PostingId>,
    RequestKey(key): RequestKey,
    Json(request): Json<ReleaseRequest>,
) -> Result<Json<ApprovalView>, Problem> {
    staff.require(RECONCILIATION_RUN, CITY, app.clock.now())?;
    let to = match (request.to, request.wallet) {
        (OutletName::Wallet, Some(wallet)) => Outlet::Wallet(wallet),
        (OutletName::Provider, None) => Outlet::Provider,
        _ => {
            let message = "name the wallet where the money goes to one, and only then";
            return Err(Error::Input(vec![Finding::new("/wallet", "ONE_OF", message)]).into());
        }
    };
    let place = Place { posting, leg: request.leg };
    Ok(Json(app::release_suspense(&app, &staff, &key, place, to, &request.reason).await?.into()))
}
