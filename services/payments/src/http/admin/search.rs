//! What an id, a number or a reference names.

use axum::extract::State;
use city_auth::permission::LEDGER_READ;
use city_auth::{ObjectScope, Staff};
use city_http::{Json, Problem, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::{self, App, Found};

/// Payments belong to the whole city.
const CITY: ObjectScope<'static> = ObjectScope { ward: None, agencies: &[] };

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// An id with its prefix or without, a bill's number, a reference at a provider or a provider's number, a merchant's
    /// reference of an order, or a bank's of a settlement: 1 to 100 characters, whole.
    q: String,
}

/// Something that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct HitView {
    /// `PAYMENT`, `PROVIDER_PAYMENT`, `BILL`, `BILLER`, `MERCHANT`, `ORDER`, `REFUND`, `SETTLEMENT` or `BREAK`.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// By what it was found: `ID`, `BILL_NUMBER`, `ORDER_REFERENCE`, `PROVIDER_REFERENCE`, `PROVIDER_NUMBER` or
    /// `BANK_REFERENCE`.
    pub matched: String,
}

impl From<Found> for HitView {
    fn from(found: Found) -> Self {
        let Found { kind, id, matched } = found;
        Self { kind, id, matched }
    }
}

/// `GET /admin/v1/payments/search`
#[utoipa::path(
    get, path = "/admin/v1/payments/search", tag = "payments", operation_id = "searchPayments",
    summary = "What an id, a number or a reference names",
    params(SearchQuery),
    responses((status = 200, description = "Whatever has it, newest first, 50 at most", body = [HitView]),
              (status = 403, description = "SCOPE"), (status = 422, description = "INPUT"),
              (status = 503, description = "UNAVAILABLE")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.ledger.read")))
)]
pub async fn search(
    State(app): State<App>,
    staff: Staff,
    Query(query): Query<SearchQuery>,
) -> Result<Json<Vec<HitView>>, Problem> {
    staff.require(LEDGER_READ, CITY, app.clock.now())?;
    let found = app::search(&app, &query.q).await?;
    Ok(Json(found.into_iter().map(HitView::from).collect()))
}
