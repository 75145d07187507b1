//! `POST /dev/identity`: says how well a resident's identity is proven, as an identity provider would. The route exists in the
//! development profile only, and answers nobody but the machine itself.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use city_auth::Principal;
use city_clients::Call;
use city_contracts::accounts::{DeclareIdentity, IdentityLevelChanged};
use city_contracts::common::Locale;
use city_http::{Json, Problem};
use city_ids::ServiceName;

use super::Pass;
use super::own_machine::OwnMachine;

const PATIENCE: Duration = Duration::from_secs(2);

pub async fn post(
    State(pass): State<Arc<Pass>>,
    _: OwnMachine,
    Json(input): Json<DeclareIdentity>,
) -> Result<Json<IdentityLevelChanged>, Problem> {
    let call = Call::new(Principal::service(ServiceName::Gateway), Locale::Vi, PATIENCE);
    Ok(Json(pass.app.clients.accounts.declare_identity(&call, &input).await?))
}
