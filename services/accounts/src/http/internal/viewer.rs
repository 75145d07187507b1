//! `POST /internal/v1/viewer`

use std::sync::Arc;

use axum::extract::State;
use city_auth::Resident;
use city_contracts::accounts::ViewerView;
use city_http::{Json, Problem};

use crate::app::App;
use crate::app::view_person::view_person;

pub async fn post(State(app): State<Arc<App>>, who: Resident) -> Result<Json<ViewerView>, Problem> {
    Ok(Json(view_person(&app, who.account).await?))
}
