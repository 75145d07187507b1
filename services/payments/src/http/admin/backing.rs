//! What backs the wallets, to officers and to everybody.

use axum::extract::State;
use chrono::NaiveDate;
use city_auth::permission::{LEDGER_READ, SETTLEMENT_RUN};
use city_auth::{ObjectScope, Staff};
use city_http::{Json, Path, Problem};
use city_money::Vnd;
use city_receipt::SignedBacking;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::{self, App, BackingNow};

/// It is about the whole city.
const CITY: ObjectScope<'static> = ObjectScope { ward: None, agencies: &[] };

/// What backs the wallets after a batch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BackingView {
    /// What all wallets hold.
    #[schema(value_type = String)]
    pub wallets: Vnd,
    /// What the bank accounts hold that back them, by the ledger.
    #[schema(value_type = String)]
    pub guarantee: Vnd,
    /// What providers owe since less than so many working days as are configured.
    #[schema(value_type = String)]
    pub transit: Vnd,
    /// By how much the wallets hold more; 0 when they do not.
    #[schema(value_type = String)]
    pub shortfall: Vnd,
    /// The last batch that is counted.
    pub batch: i64,
    /// The last balance that the bank told.
    pub bank: Option<BankBalanceEntry>,
}

/// What the bank told of all guarantee accounts together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BankBalanceEntry {
    /// Of the end of which civil day.
    #[schema(value_type = String)]
    pub day: NaiveDate,
    /// Whole dong in digits.
    #[schema(value_type = String)]
    pub amount: Vnd,
}

/// `GET /admin/v1/payments/backing`
#[utoipa::path(
    get, path = "/admin/v1/payments/backing", tag = "payments", operation_id = "readBacking",
    summary = "What backs the wallets now",
    responses((status = 200, description = "The sums", body = BackingView), (status = 403, description = "SCOPE"),
              (status = 503, description = "UNAVAILABLE")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.ledger.read")))
)]
pub async fn read(State(app): State<App>, staff: Staff) -> Result<Json<BackingView>, Problem> {
    staff.require(LEDGER_READ, CITY, app.clock.now())?;
    let BackingNow { sums, since, bank } = app::backing(&app).await?;
    Ok(Json(BackingView {
        wallets: Vnd::new(sums.wallets),
        guarantee: Vnd::new(sums.guarantee),
        transit: Vnd::new(sums.transit(since)),
        shortfall: Vnd::new(sums.shortfall(since)),
        batch: sums.batch,
        bank: bank.map(|(day, amount)| BankBalanceEntry { day, amount: Vnd::new(amount) }),
    }))
}

/// `POST /admin/v1/payments/bank-balances`
#[utoipa::path(
    post, path = "/admin/v1/payments/bank-balances", tag = "payments", operation_id = "enterBankBalance",
    summary = "Enter what the bank told of the end of a day",
    description = "Of all guarantee accounts together; it stands in the statements published from then on. Done twice, it is \
                   done once; a day has one balance.",
    request_body = BankBalanceEntry,
    responses((status = 200, description = "What is kept", body = BankBalanceEntry), (status = 403, description = "SCOPE"),
              (status = 409, description = "STATE: the day has another balance"), (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.settlement.run")))
)]
pub async fn enter(
    State(app): State<App>,
    staff: Staff,
    Json(entry): Json<BankBalanceEntry>,
) -> Result<Json<BankBalanceEntry>, Problem> {
    staff.require(SETTLEMENT_RUN, CITY, app.clock.now())?;
    app::bank_balance(&app, &staff, entry.day, entry.amount).await?;
    Ok(Json(entry))
}

/// `GET /public/v1/payments/backing/{day}`: for everybody, as `receipt-verify` reads it.
pub async fn published(
    State(app): State<App>,
    Path(day): Path<NaiveDate>,
) -> Result<Json<SignedBacking>, Problem> {
    Ok(Json(app::find_backing(&app, day).await?))
}
