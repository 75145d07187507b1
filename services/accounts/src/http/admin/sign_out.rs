//! `DELETE /admin/v1/auth/session`

use std::sync::Arc;

use axum::extract::State;
use city_auth::Staff;
use city_http::Problem;
use http::StatusCode;

use crate::app::App;
use crate::app::sign_out::sign_out_staff;
use crate::error::Error;

/// Ends the session that asks.
#[utoipa::path(
    delete, path = "/admin/v1/auth/session", operation_id = "signOutStaff", tag = "accounts",
    responses((status = 204, description = "Signed out, or it was already")),
    extensions(("x-city-service" = json!("accounts")), ("x-city-permission" = json!("own")))
)]
pub async fn delete(State(app): State<Arc<App>>, who: Staff) -> Result<StatusCode, Problem> {
    let session = who.principal.session.ok_or(Error::SignInRequired)?;
    sign_out_staff(&app, who.account, session).await?;
    Ok(StatusCode::NO_CONTENT)
}
