//! `POST /internal/v1/create-step-up`

use std::sync::Arc;

use axum::extract::State;
use city_auth::Resident;
use city_contracts::accounts::{CreateStepUp, StepUpView};
use city_http::{Json, Problem};

use crate::app::App;
use crate::app::create_step_up::create_step_up;

pub async fn post(
    State(app): State<Arc<App>>,
    who: Resident,
    Json(request): Json<CreateStepUp>,
) -> Result<Json<StepUpView>, Problem> {
    Ok(Json(create_step_up(&app, &who, &request).await?))
}
