//! `GET /admin/v1/me`

use std::sync::Arc;

use axum::extract::State;
use city_auth::Staff;
use city_http::{Json, Problem};

use super::wire::StaffMe;
use crate::app::App;
use crate::app::describe_staff::describe_staff;
use crate::error::Error;

/// Who is signed in, and what they may do where.
#[utoipa::path(
    get, path = "/admin/v1/me", operation_id = "getMe", tag = "accounts",
    responses((status = 200, description = "The member of staff who asks", body = StaffMe)),
    extensions(("x-city-service" = json!("accounts")), ("x-city-permission" = json!("own")))
)]
pub async fn get(State(app): State<Arc<App>>, who: Staff) -> Result<Json<StaffMe>, Problem> {
    let session = who.principal.session.ok_or(Error::SignInRequired)?;
    let described = describe_staff(&app, who.account, session).await?;
    Ok(Json(StaffMe::new(who.account, described, app.now())))
}
