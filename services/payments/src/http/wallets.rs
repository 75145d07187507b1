//! A resident's own wallet.

use axum::extract::State;
use city_auth::Resident;
use city_contracts::common::Page;
use city_contracts::payments::{OpenWallet, ReadStatement, StatementLine, WalletView};
use city_http::{Json, Problem};

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
