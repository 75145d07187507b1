//! What a merchant or a biller was settled.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use city_contracts::common::Page;
use city_contracts::payments::SettlementView;
use city_http::{Json, Path, Problem, Query};

use super::signed::SignedByPayee;
use crate::app::{App, payee};
use crate::http::page::PageQuery;
use crate::http::settlement_file::{Form, asked_for, csv};

/// `GET /merchant/v1/settlements`
pub async fn list(
    State(app): State<App>,
    Query(query): Query<PageQuery>,
    call: SignedByPayee,
) -> Result<Json<Page<SettlementView>>, Problem> {
    Ok(Json(payee::list_own_settlements(&app, call.owner, &query.into()).await?))
}

/// `GET /merchant/v1/settlements/{id}` and the same with `.csv`.
pub async fn read(
    State(app): State<App>,
    Path(file): Path<String>,
    call: SignedByPayee,
) -> Result<Response, Problem> {
    Ok(match asked_for(&file)? {
        Form::Json(id) => {
            Json(payee::find_own_settlement(&app, call.owner, id).await?).into_response()
        }
        Form::Csv(id) => {
            let lines = payee::own_lines(&app, call.owner, id).await?;
            csv(app, id, lines)
        }
    })
}
