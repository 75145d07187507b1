//! A resident's own wallet.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use chrono::NaiveDate;
use city_auth::Resident;
use city_contracts::common::Page;
use city_contracts::payments::{CloseWallet, OpenWallet, ReadStatement, StatementLine, WalletView};
use city_http::{Json, Problem, Query};
use http::header;
use serde::Deserialize;

use crate::app::{self, App};

/// `POST /internal/v1/open-wallet`
pub async fn open(
    State(app): State<App>,
    who: Resident,
    Json(request): Json<OpenWallet>,
) -> Result<Json<WalletView>, Problem> {
    Ok(Json(app::open_wallet(&app, &who, &request).await?))
}

/// `POST /internal/v1/my-wallet`
pub async fn mine(
    State(app): State<App>,
    who: Resident,
) -> Result<Json<Option<WalletView>>, Problem> {
    Ok(Json(app::my_wallet(&app, &who).await?))
}

/// `POST /internal/v1/wallet-statement`
pub async fn statement(
    State(app): State<App>,
    who: Resident,
    Json(request): Json<ReadStatement>,
) -> Result<Json<Page<StatementLine>>, Problem> {
    Ok(Json(app::statement(&app, &who, &request).await?))
}

/// `POST /internal/v1/close-wallet`
pub async fn close(
    State(app): State<App>,
    who: Resident,
    Json(request): Json<CloseWallet>,
) -> Result<Json<WalletView>, Problem> {
    Ok(Json(app::close_wallet(&app, &who, &request).await?))
}

/// Which civil days of a statement, both included.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Days {
    from: NaiveDate,
    to: NaiveDate,
}

/// `GET /v1/wallet/statement.csv`: sent as it is read.
pub async fn statement_csv(
    State(app): State<App>,
    who: Resident,
    Query(days): Query<Days>,
) -> Result<Response, Problem> {
    let parts = app::statement_csv(&app, &who, days.from, days.to).await?;
    let name = format!("attachment; filename=\"statement-{}-{}.csv\"", days.from, days.to);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, Body::from_stream(parts)).into_response())
}
